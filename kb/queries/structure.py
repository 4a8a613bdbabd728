"""What is stored of the structure of a field: communities, main path, cycles, reference years, retractions."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

from kb.errors import UsageError
from kb.identifiers import parse_identifier, work_id
from kb.queries.works.pages import read_work_by_identifier
from kb.queries.works.records import read_present_id

TOP: Final = 3  # works of a community that are named

_TOP_WORKS: Final = """select w.id, w.label, m.citation_count
    from communities c join works w on w.id = c.id join article_metrics m on m.id = c.id
    where c.community = ? order by m.citation_count desc, w.id limit ?"""


class NoticeRow(NamedTuple):
    """A retracted article and one of its notices; None: not known."""

    id: int
    notice_id: int | None
    record_year: int | None  # of the notice's own record
    printed: str | None  # the notice as the record of the retracted article prints it


class TopWork(NamedTuple):
    """A work of a community, and how many works of the file cite it."""

    id: int
    label: str
    citation_count: int


class Community(NamedTuple):
    """A community: what it is about, how many works it has, how many of them are held, which are cited most."""

    community: int
    label: str
    works: int
    held: int
    top_works: list[TopWork]


class Step(NamedTuple):
    """A citation of a main path, with the labels of its ends."""

    path: str
    route: int
    position: int
    cited_id: int
    cited: str
    citing_id: int
    citing: str
    share: float
    log10_paths: float


class Cycle(NamedTuple):
    """A cycle: how many works cite each other in a circle, and the label of the first of them."""

    cycle: int
    works: int
    id: int
    label: str


class Year(NamedTuple):
    """A reference year as stored."""

    year: int | None
    reference_count: int
    works: int
    deviation: float | None
    is_peak: int | None


class Behind(NamedTuple):
    """A work behind a peak."""

    year: int
    position: int
    id: int
    label: str
    reference_count: int


class RetractedRow(NamedTuple):
    """A retracted article and how many works stand on it."""

    id: int
    label: str
    notice_year: int | None
    notice_from: str | None
    citing: int
    citing_before: int
    citing_same_year: int
    citing_after: int
    citing_unknown: int
    two_steps: int


class ExposedRow(NamedTuple):
    """A work that stands on a retracted article."""

    retracted_id: int
    id: int
    label: str
    year: int | None
    steps: int
    through: int
    timing: str


def read_work_named(db: sqlite3.Connection, name: str) -> int:
    """Return the work that a person names by PMID, DOI, PMCID or ``ref:…``; merged works are followed.

    Raises UsageError where it is no such name, or where nothing here has it.
    """
    if name.startswith("ref:"):
        kind, value = "id", str(work_id(name))
    else:
        try:
            kind, value = parse_identifier(name)
        except UsageError:
            raise UsageError(f"{name[:80]!r} names no work: a PMID, DOI, PMCID or ref:… is needed.") from None
    work = read_present_id(db, int(value)) if kind in ("pmid", "id") else read_work_by_identifier(db, kind, value)
    if work is None:
        raise UsageError(f"Nothing in this knowledge base holds or names {name}.")
    return work


def read_notices(db: sqlite3.Connection) -> Iterator[NoticeRow]:
    """Yield the retracted articles, by id, each once for each of its notices; merged works are followed."""
    rows = db.execute("""
        select distinct s.id, s.notice_id, a.year, s.printed
        from retraction_signs s left join articles a on a.pmid = s.notice_id
        order by 1, 2, 4""")
    yield from map(NoticeRow._make, rows)


def read_main_path(db: sqlite3.Connection) -> Iterator[Step]:
    """Yield the citations of the main path, then of the key routes, from the oldest knowledge to the newest."""
    rows = db.execute("""
        select p.path, p.route, p.position, p.cited_id, a.label, p.citing_id, b.label, p.share, p.log10_paths
        from main_path p join works a on a.id = p.cited_id join works b on b.id = p.citing_id
        order by p.path desc, p.route, p.position""")
    yield from map(Step._make, rows)


def read_cycles(db: sqlite3.Connection) -> Iterator[Cycle]:
    """Yield the cycles, the largest first."""
    rows = db.execute("""
        select c.cycle, c.works, c.id, w.label
        from (select cycle, count(*) as works, min(id) as id from citation_cycles group by cycle) c
            join works w on w.id = c.id
        order by c.cycle""")
    yield from map(Cycle._make, rows)


def read_reference_years(db: sqlite3.Connection) -> Iterator[Year]:
    """Yield the reference years, the oldest first, that of references without a year last."""
    rows = db.execute("""
        select year, reference_count, works, deviation, is_peak from reference_years order by year is null, year""")
    yield from map(Year._make, rows)


def read_peak_works(db: sqlite3.Connection) -> Iterator[Behind]:
    """Yield the works behind the peaks, by year, those with most references first."""
    rows = db.execute("""
        select r.year, r.position, r.id, w.label, r.reference_count
        from reference_year_works r join works w on w.id = r.id order by r.year, r.position""")
    yield from map(Behind._make, rows)


def read_retractions(db: sqlite3.Connection) -> Iterator[RetractedRow]:
    """Yield the retracted articles, those that most works cite first."""
    rows = db.execute("""
        select r.id, w.label, r.notice_year, r.notice_from, r.citing, r.citing_before, r.citing_same_year,
            r.citing_after, r.citing_unknown, r.two_steps
        from retractions r join works w on w.id = r.id order by r.citing desc, r.two_steps desc, r.id""")
    yield from map(RetractedRow._make, rows)


def read_exposed(db: sqlite3.Connection, steps: int) -> Iterator[ExposedRow]:
    """Yield the works that stand on retracted articles by so many steps, by retracted article, the newest first."""
    rows = db.execute(
        """select e.retracted_id, e.id, w.label, coalesce(a.year, w.year) as year, e.steps, e.through, e.timing
        from retraction_exposure e join works w on w.id = e.id left join articles a on a.pmid = e.id
        where e.steps = ? order by e.retracted_id, year desc, e.id""",
        (steps,),
    )
    yield from map(ExposedRow._make, rows)


def read_communities(db: sqlite3.Connection, top: int = TOP) -> Iterator[Community]:
    """Yield the communities, the largest first, with the works of each that are cited most."""
    rows = db.execute("select community, label, works, held from community_labels order by community").fetchall()
    for community, label, works, held in rows:
        cited_most = [TopWork(*work) for work in db.execute(_TOP_WORKS, (community, top))]
        yield Community(community, label, works, held, cited_most)
