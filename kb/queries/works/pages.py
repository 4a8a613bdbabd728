"""What the pages show: links of an article, works, counts of a whole file. Few, indexed selects each."""

import sqlite3
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

from kb.identifiers import doi_key
from kb.migrations import APPLICATION_ID
from kb.migrations.works import doi_key_of
from kb.queries.harvest_log import MIRRORED, read_citation_count, read_identified_references
from kb.queries.works.records import chunks, marks
from kb.queries.works.work_rules import PRINTED_ID

_SOURCES_OF: Final = """(select group_concat(name, ', ') from (select distinct s.name
    from citations c join citation_sources s on s.id = c.source_id
    where c.citing_id = {citing} and c.cited_id = {cited} order by s.id))"""


class Work(NamedTuple):
    """A node of the citation graph as its page shows it."""

    id: int
    label: str
    doi: str | None
    pmcid: str | None
    citation_key: str | None
    year: int | None
    state: str
    merged_into: int | None
    state_at: str | None


class Standing(NamedTuple):
    """What became of a printed reference; id is None where nothing names a work, sources where nobody asserts it."""

    position: int
    id: int | None
    label: str | None
    state: str | None
    doi: str | None
    pmcid: str | None
    sources: str | None
    identified_by: str | None  # how litkb or a person knows the PMID; None: the record gives it, or nobody knows
    score: float | None  # of the match, where one was made
    resolution: int | None  # where looked up, not identified: the cited work
    title: str | None  # of the record, where it is held
    title_html: str | None
    authors: str | None
    year: int | None


class Neighbour(NamedTuple):
    """A work at the other end of a link; title is None where it is not held, note says why or who says so."""

    id: int
    label: str
    year: int | None
    state: str
    title: str | None
    note: str | int | None


class Receipt(NamedTuple):
    """How a held record came here; a read_from is a file, asked_at when PubMed was last asked for it, by the ledger."""

    source: str
    read_from: str | None
    received_at: str
    date_revised: str | None
    provenance: str | None
    asked_at: str | None  # None: no run here asked for it
    server: str | None  # that answered in place of PubMed, or the mirror that did, when the content came


_ASKED: Final = """select r.started_at, r.server, r.finished_at
    from harvest_runs r join harvest_tasks t on t.run_id = r.id
    where t.task = 'article' and t.asked = cast(:pmid as text) and t.outcome {}
        and (coalesce(r.server, '') like :mirrored) = :by_mirror
    order by r.started_at desc, r.id desc limit 1"""
_MERGED: Final = """select r.started_at, r.server, r.finished_at
    from harvest_tasks t join harvest_runs r on r.id = t.run_id
    where t.task = 'article' and t.outcome = 'merged' and t.pmid = :pmid order by r.id desc limit 1"""


class Naming(NamedTuple):
    """A printed reference that names a work; articles: how many print it in these words."""

    citing_pmid: int
    citing: str
    position: int
    citation: str | None
    articles: int


class Counts(NamedTuple):
    """What a whole file holds; the last three count records."""

    records: int  # articles and books
    books: int
    known: int
    cited_works: int
    references: int
    references_identified: int
    citations: int
    with_reference_list: int
    asked_cited_by: int
    asked_similar: int

    @property
    def articles(self) -> int:
        """How many of the records are of articles."""
        return self.records - self.books


class Provenance(NamedTuple):
    """Where the records of a file are from: names of sources, moment and number of the last run."""

    sources: tuple[str, ...]
    last_run_at: str | None
    last_run: int | None


class Listed(NamedTuple):
    """A held article in a list."""

    pmid: int
    title: str | None
    title_html: str | None
    authors: str | None
    journal: str | None
    citation_line: str | None
    year: int | None
    journal_id: str | None


class PrintedName(NamedTuple):
    """A name in the author list of an article, and the key under which equal names meet."""

    name: str
    name_key: str


def read_is_litkb(db: sqlite3.Connection) -> bool:
    """Return whether the open file is a litkb knowledge base."""
    return bool(db.execute("pragma application_id").fetchone()[0] == APPLICATION_ID)


def read_work(db: sqlite3.Connection, work: int) -> Work | None:
    """Return the work of that id, merged or not; None where nothing here names it."""
    row = db.execute(f"select {', '.join(Work._fields)} from works where id = ?", (work,)).fetchone()
    return Work(*row) if row else None


def read_work_by_identifier(db: sqlite3.Connection, column: str, value: str) -> int | None:
    """Return the work with a DOI or PMCID, held ones first; column is ``doi`` or ``pmcid``.

    A DOI that only a reference gives counts too, where the record that it names does not have it.
    """
    key = doi_key(value) if column == "doi" else value
    row = db.execute(
        f"""select coalesce(merged_into, id) from works
        where {column} is not null and {doi_key_of(column) if column == "doi" else column} = ?
        order by state <> 'held', id < 0, id limit 1""",
        (key,),
    ).fetchone()
    if row is None and column == "doi":
        row = db.execute(
            f"""select coalesce(w.merged_into, w.id) from article_references r join works w on w.id = r.cited_id
            where {doi_key_of("r.doi")} = ? and r.doi is not null and r.cited_pmid is not null order by 1 limit 1""",
            (key,),
        ).fetchone()
    return row[0] if row else None


def read_receipt(db: sqlite3.Connection, pmid: int) -> Receipt | None:
    """Return how the record of pmid came here; None where it is not held."""
    row = db.execute(
        """select s.name, a.read_from, a.received_at, a.date_revised, a.provenance, a.checked_at
        from articles a join citation_sources s on s.id = a.source_id where a.pmid = ?""",
        (pmid,),
    ).fetchone()
    if not row:
        return None
    asked = _asked(db, pmid, "in ('stored', 'unchanged')")
    brought = _asked(db, pmid, "= 'stored'", by_mirror=row[1] is not None)
    if asked is None and row[1] is None:
        asked = db.execute(_MERGED, {"pmid": pmid}).fetchone()
    if row[1] is None:
        brought = brought or asked
    elif brought and not brought[0] <= row[2] <= (brought[2] or row[2]):  # another file brought it since
        brought = None
    return Receipt(*(*row[:5], _day_asked(row[5], *asked) if asked else None, brought[1] if brought else None))


def _asked(db: sqlite3.Connection, pmid: int, outcome: str, *, by_mirror: bool = False) -> Any:
    """Return start, server and end of the last run in which an article came to an outcome, by a mirror or not."""
    values = {"pmid": pmid, "mirrored": f"{MIRRORED}%", "by_mirror": by_mirror}
    return db.execute(_ASKED.format(outcome), values).fetchone()


def _day_asked(checked_at: str, started_at: str, _: str | None, finished_at: str | None) -> str:
    """Return when a run asked for an article: when its content was received again, if that was within the run."""
    return checked_at if started_at <= checked_at <= (finished_at or checked_at) else started_at


def read_standings(db: sqlite3.Connection, pmid: int) -> dict[int, Standing]:
    """Return by position what is known of each printed reference of pmid; merged works are followed."""
    rows = db.execute(
        f"""select r.position, coalesce(m.id, w.id), coalesce(m.label, w.label), coalesce(m.state, w.state),
            coalesce(m.doi, w.doi), coalesce(m.pmcid, w.pmcid),
            {_SOURCES_OF.format(citing="r.citing_pmid", cited="r.cited_id")},
            iif(w.identified_by in ('doi', 'pmcid') and {PRINTED_ID} is not null, 'printed ', '') || w.identified_by,
            s.score, s.id, coalesce(a.title, a.vernacular_title), a.title_html, a.authors, a.year
        from article_references r left join works w on w.id = r.cited_id left join works m on m.id = w.merged_into
            left join resolutions s on s.id = w.id left join articles a on a.pmid = coalesce(m.id, w.id)
        where r.citing_pmid = ? order by r.position""",
        (pmid,),
    )
    return {row[0]: Standing(*row) for row in rows}


def read_unprinted(db: sqlite3.Connection, pmid: int, limit: int) -> list[Neighbour]:
    """Return works that pmid cites according to a source, but that its printed references do not name."""
    rows = db.execute(
        """select w.id, w.label, w.year, w.state, coalesce(a.title, a.vernacular_title), c.said_by
        from citation_links c join works w on w.id = c.cited_id left join articles a on a.pmid = w.id
        where c.citing_id = :work and w.id not in (
            select coalesce(x.merged_into, x.id) from article_references r join works x on x.id = r.cited_id
            where r.citing_pmid = :work)
        order by w.year desc, w.id desc limit :limit""",
        {"work": pmid, "limit": limit},
    )
    return [Neighbour(*row) for row in rows]


ORDERS_OF_LINKS: Final = {  # of the works at the other end of links
    "given": "w.year desc",
    "citations": "m.citation_count desc, m.pagerank desc, w.year desc",
    "pagerank": "m.pagerank desc, w.year desc",
}


def read_citing(db: sqlite3.Connection, work: int, limit: int, *, sort: str = "given") -> tuple[list[Neighbour], int]:
    """Return the first works that cite work, or one merged into it, newest first or as sorted, and how many do.

    Note says who says so. Only those returned are read whole.
    """
    order = f"order by {ORDERS_OF_LINKS[sort]}, w.id desc"
    rows = db.execute(
        f"""select w.id, w.label, w.year, w.state, coalesce(a.title, a.vernacular_title),
            replace(f.said_by, ',', ', ')
        from (select w.id, c.said_by from citation_links c cross join works w on w.id = c.citing_id
            left join article_metrics m on m.id = w.id where c.cited_id = :work {order} limit :limit) f
            join works w on w.id = f.id left join articles a on a.pmid = w.id left join article_metrics m on m.id = w.id
        {order}""",
        {"work": work, "limit": limit},
    )
    return [Neighbour(*row) for row in rows], read_citing_count(db, work)


def read_citing_count(db: sqlite3.Connection, work: int) -> int:
    """Return how many works here cite work, or one merged into it; itself left out."""
    return int(db.execute("select count(*) from citation_links where cited_id = ?", (work,)).fetchone()[0])


def read_similar(db: sqlite3.Connection, pmid: int, limit: int) -> list[Neighbour]:
    """Return PubMed's similar articles of pmid, in PubMed's order; note is the rank."""
    rows = db.execute(
        """select w.id, w.label, w.year, w.state, coalesce(a.title, a.vernacular_title), s.rank
        from similar_articles s join works v on v.id = s.similar_pmid
            join works w on w.id = coalesce(v.merged_into, v.id) left join articles a on a.pmid = w.id
        where s.pmid = ? order by s.rank limit ?""",
        (pmid, limit),
    )
    return [Neighbour(*row) for row in rows]


def read_related(db: sqlite3.Connection, work: int, limit: int) -> list[tuple[Neighbour, dict[str, Any]]]:
    """Return the related studies that the last graph run computed, closest first, with their rows.

    A row also says how many works cite both in one sentence; None: not known.
    """
    rows = db.execute(
        """select w.id, w.label, w.year, w.state, coalesce(a.title, a.vernacular_title), null, r.*,
            k.one_sentence
        from related_studies r join works w on w.id = r.related_id left join articles a on a.pmid = w.id
            left join cocitations k on (k.id, k.other_id) = (r.id, r.related_id)
        where r.id = ? order by r.score desc, r.related_id limit ?""",
        (work, limit),
    )
    return neighbours_with_rows(rows)


def neighbours_with_rows(rows: sqlite3.Cursor) -> list[tuple[Neighbour, dict[str, Any]]]:
    """Return the works of rows that have the columns of Neighbour, then those of a computed table, by their names."""
    width = len(Neighbour._fields)
    names = [column[0] for column in rows.description[width:]]
    return [(Neighbour(*row[:width]), dict(zip(names, row[width:], strict=True))) for row in rows]


def read_labels(db: sqlite3.Connection, works: Collection[int]) -> dict[int, str]:
    """Return the label of each of works that is named here."""
    found: dict[int, str] = {}
    for part in chunks(works):
        rows = db.execute(f"select id, label from works where id in ({marks(part)})", part)
        found.update((row[0], row[1]) for row in rows)
    return found


def read_namings(db: sqlite3.Connection, work: int, limit: int, *, of_each: int) -> list[Naming]:
    """Return the printed references that name work, or one merged into it: the first of each wording.

    The wording that most articles print comes first; an article that prints one twice counts once.
    """
    rows = db.execute(
        """select p.citing_pmid, w.label, p.position, p.citation, p.articles
        from (
            select r.citing_pmid, min(r.position) as position, r.citation, count(*) over (
                    partition by r.citation) as articles,
                row_number() over (partition by r.citation order by r.citing_pmid) as place
            from (select id from works where id = :work union all select id from works where merged_into = :work) t
                join article_references r on r.cited_id = t.id
            group by r.citing_pmid, r.citation) p join works w on w.id = p.citing_pmid
        where p.place <= :of_each order by p.articles desc, p.citation, p.citing_pmid limit :limit""",
        {"work": work, "of_each": of_each, "limit": limit},
    )
    return [Naming(*row) for row in rows]


def read_provenance(db: sqlite3.Connection) -> Provenance:
    """Return where the records of the file are from, and when its last harvest ended."""
    sources = db.execute(
        """select name from citation_sources s
        where exists (select 1 from articles where source_id = s.id) order by id"""
    )
    last = db.execute(
        "select coalesce(finished_at, started_at), id from harvest_runs order by id desc limit 1"
    ).fetchone()
    return Provenance(tuple(row[0] for row in sources), *(last or (None, None)))


def read_seed(db: sqlite3.Connection) -> tuple[int, str] | None:
    """Return PMID and label of the one article that the file began with; None where it began otherwise."""
    row = db.execute("select pmid, label from seed where began").fetchone()
    return (row[0], row[1]) if row else None


def read_counts(db: sqlite3.Connection) -> Counts:
    """Return what the file holds."""
    row = db.execute(
        """select count(*), sum(record_type <> 'article'), sum(reference_count is not null) from articles"""
    ).fetchone()
    names = db.execute(
        "select count(*) filter (where id > 0), count(*) filter (where id < 0) from works where state = 'known'"
    ).fetchone()
    asked = dict(
        tuple(row)
        for row in db.execute(
            """select list, count(distinct pmid) from article_lists
            where list <> 'references' and pmid in (select pmid from articles) group by list"""
        )
    )
    return Counts(
        records=row[0],
        books=row[1] or 0,
        known=names[0] or 0,
        cited_works=names[1] or 0,
        references=db.execute("select count(*) from article_references").fetchone()[0],
        references_identified=read_identified_references(db),
        citations=read_citation_count(db),
        with_reference_list=row[2] or 0,
        asked_cited_by=asked.get("cited_by", 0),
        asked_similar=asked.get("similar", 0),
    )


_LISTED: Final = """select a.pmid, coalesce(a.title, a.vernacular_title), a.title_html, a.authors,
    coalesce(j.abbreviation, j.title, a.book_title),
    a.citation_line, a.year, a.journal_id
    from articles a left join journals j on j.journal_id = a.journal_id"""


_MOST_CITED_COMPUTED: Final = """select id from article_metrics where citation_count > 0
    order by citation_count desc, pagerank desc, id limit ?"""
_MOST_CITED: Final = "select cited_id from citation_links group by 1 order by count(*) desc, 1 limit ?"


def read_newest(db: sqlite3.Connection, limit: int) -> list[Listed]:
    """Return the held articles published last."""
    rows = db.execute(f"{_LISTED} order by a.year desc, a.pmid desc limit ?", (limit,))
    return [Listed(*row) for row in rows]


def read_most_cited(db: sqlite3.Connection, limit: int) -> list[Neighbour]:
    """Return the works that most works here cite, held or not; note is how many do.

    Which they are is what the last graph run found, where there was one; how many is counted now.
    """
    chosen = [row[0] for row in db.execute(_MOST_CITED_COMPUTED, (limit,))]
    chosen = chosen or [row[0] for row in db.execute(_MOST_CITED, (limit,))]
    rows = db.execute(
        f"""select w.id, w.label, w.year, w.state, coalesce(a.title, a.vernacular_title), null
        from works w left join articles a on a.pmid = w.id where w.id in ({marks(chosen)})""",
        chosen,
    )
    found = [Neighbour(*row)._replace(note=read_citing_count(db, row[0])) for row in rows]
    return sorted(found, key=lambda one: (-int(one.note or 0), one.id))


def read_printed(db: sqlite3.Connection, works: Collection[int]) -> dict[int, str]:
    """Return by work the longest printed reference to it, which is likeliest to have its title; absent without one."""
    rows = db.execute(
        f"""select w.id, (select r.citation from article_references r
            where r.cited_id in (select w.id union all select m.id from works m where m.merged_into = w.id)
            order by length(r.citation) desc, r.citation limit 1) as citation
        from works w where w.id in ({marks(works)}) and citation is not null and citation <> w.label""",
        list(works),
    )
    return dict(rows)


def read_listed(db: sqlite3.Connection, pmids: Iterable[int]) -> dict[int, Listed]:
    """Return by PMID how held articles look in a list."""
    found: dict[int, Listed] = {}
    for part in chunks(set(pmids)):
        rows = db.execute(f"{_LISTED} where a.pmid in ({marks(part)})", part)
        found.update((row[0], Listed(*row)) for row in rows)
    return found


def read_names(db: sqlite3.Connection, pmids: Iterable[int], most: int) -> dict[int, list[PrintedName]]:
    """Return by PMID the first names of the author list, up to ``most``; absent where there are none."""
    found: dict[int, list[PrintedName]] = {}
    for part in chunks(set(pmids)):
        rows = db.execute(
            f"""select pmid, name, name_key from authorships where pmid in ({marks(part)}) and position <= ?
            order by pmid, position""",
            (*part, most),
        )
        for pmid, name, key in rows:
            found.setdefault(pmid, []).append(PrintedName(name, key))
    return found
