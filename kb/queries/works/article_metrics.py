"""How a work stands in its field: its measures, the retracted and doubted works that it cites."""

import sqlite3
from typing import Any, Final, NamedTuple

from kb.migrations.computed import Shown
from kb.queries.works.notices import RETRACTED_TYPE
from kb.queries.works.pages import Neighbour, neighbours_with_rows

# Kinds of notice that say that what an article reports cannot be relied on, the gravest first.
DOUBTS: Final = ("RetractionIn", "RetractedandRepublishedIn", "PartialRetractionIn", "ExpressionOfConcernIn")
_DOUBTS: Final = ", ".join(f"'{kind}'" for kind in DOUBTS)
_CITED: Final = "select cited_id as id from citation_links where citing_id = :work"
# {among}: which works are looked at, where they are known beforehand: that is quicker
_DOUBTED: Final = f"""with cited (id) as (
    {_CITED}),
doubts (id, kind) as (select id, max(kind) from (
        select id, kind from notice_links where kind in ({_DOUBTS}){{among}}
        union all select id, 'RetractionIn' from retraction_signs where sign = '{RETRACTED_TYPE}'{{among}})
    group by id)
select w.id, w.label, w.state, d.kind, e.timing
from cited join doubts d on d.id = cited.id join works w on w.id = d.id
    left join retraction_exposure e on e.retracted_id = w.id and e.id = :work and e.steps = 1
where w.id <> :work and not exists (
    select 1 from notice_links n join notice_kinds k on k.kind = n.kind
    where n.id = :work and n.other_id = w.id and k.converse in ({_DOUBTS}))
order by d.kind <> 'RetractionIn', d.kind = 'ExpressionOfConcernIn', w.year desc, w.id"""
DOUBTED: Final = _DOUBTED.format(among="")


class Measured(NamedTuple):
    """What the last graph run found of a held article; peers are the articles held of its year, itself among them."""

    citation_count: int
    year: int | None
    year_percentile: float | None
    peers: int


class WorldCount(NamedTuple):
    """What NIH's iCite says of an article, for all of PubMed; None: it does not say."""

    citation_count: int | None
    ratio: float | None
    percentile: float | None
    checked_at: str


class Doubted(NamedTuple):
    """A work that an article cites and that was retracted or doubted; timing: as in retraction_exposure."""

    id: int
    label: str
    state: str
    kind: str
    timing: str | None  # None: no graph run compared the years


class Behind(NamedTuple):
    """A retracted article that an article stands on by two steps, and through how many works that it cites."""

    id: int
    label: str
    state: str
    through: int


class Timing(NamedTuple):
    """The works that cite a retracted article, by their year and that of its notice."""

    citing: int
    before: int
    same_year: int
    after: int
    unknown: int


def read_measured(db: sqlite3.Connection, pmid: int) -> Measured | None:
    """Return what was computed of a held article; None where nothing was."""
    row = db.execute(
        """select m.citation_count, a.year, m.year_percentile, (select count(*) from articles b where b.year = a.year)
        from article_metrics m join articles a on a.pmid = m.id where m.id = ?""",
        (pmid,),
    ).fetchone()
    return Measured(*row) if row else None


def read_computed_row(db: sqlite3.Connection, shown: Shown, pmid: int) -> dict[str, float | str | None]:
    """Return the row of an article in a computed table, by columns; {}: it has none."""
    rows = db.execute(shown.sql, {"id": pmid})
    row, names = rows.fetchone(), [column[0] for column in rows.description]
    return dict(zip(names, row, strict=True)) if row else {}


def read_world_count(db: sqlite3.Connection, pmid: int) -> WorldCount | None:
    """Return what iCite says of an article; None where it was not asked, or has no data."""
    row = db.execute(
        """select icite_citation_count, relative_citation_ratio, nih_percentile, checked_at
        from icite_metrics where pmid = ?""",
        (pmid,),
    ).fetchone()
    return WorldCount(*row) if row else None


def read_doubted(db: sqlite3.Connection, pmid: int) -> list[Doubted]:
    """Return the works that pmid cites and that were retracted or doubted, the gravest first.

    What pmid is itself the notice of is left out: a notice cites its article as a matter of course.
    """
    cited = ", ".join(str(row[0]) for row in db.execute(_CITED, {"work": pmid}))
    rows = db.execute(_DOUBTED.format(among=f" and id in ({cited})"), {"work": pmid})
    return [Doubted(*row) for row in rows]


def read_behind(db: sqlite3.Connection, pmid: int) -> list[Behind]:
    """Return the retracted articles that works cited by pmid cite, as the last graph run found them."""
    rows = db.execute(
        """select w.id, w.label, w.state, e.through from retraction_exposure e join works w on w.id = e.retracted_id
        where e.id = ? and e.steps = 2 order by e.through desc, w.id""",
        (pmid,),
    )
    return [Behind(*row) for row in rows]


def read_timing(db: sqlite3.Connection, pmid: int) -> Timing | None:
    """Return when the works that cite a retracted article were published; None where no graph run looked."""
    row = db.execute(
        """select citing, citing_before, citing_same_year, citing_after, citing_unknown
        from retractions where id = ?""",
        (pmid,),
    ).fetchone()
    return Timing(*row) if row else None


def read_suggested(db: sqlite3.Connection, limit: int) -> list[tuple[Neighbour, dict[str, Any]]]:
    """Return the works not held that fit what is held best, the best first, with their rows."""
    rows = db.execute(
        """select w.id, w.label, w.year, w.state, null, null, s.* from suggestions s join works w on w.id = s.id
        order by s.rank limit ?""",
        (limit,),
    )
    return neighbours_with_rows(rows)


def read_known_sizes(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many works are known to be retracted, and how many are suggested."""
    row = db.execute("select (select count(distinct id) from retraction_signs), (select count(*) from suggestions)")
    retracted, suggested = row.fetchone()
    return retracted, suggested
