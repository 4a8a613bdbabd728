"""What the pictures show: works with counts and places, citations among them, years, names that write together."""

import json
import sqlite3
from collections.abc import Collection
from typing import Final, NamedTuple

from kb.queries.works.notices import read_retracted

_CHOSEN: Final = "select value as id from json_each(:works)"


class Dot(NamedTuple):
    """A work in a picture; what is None nobody said or nobody computed."""

    id: int
    label: str
    title: str | None
    year: int | None
    is_held: bool
    is_retracted: bool
    community: int | None
    citation_count: int | None


class Point(NamedTuple):
    """Where a work stands in a stored layout."""

    x: float
    y: float


class Community(NamedTuple):
    """A community and how many works it has."""

    number: int
    label: str
    works: int
    terms: tuple[str, ...] = ()  # that the label is made of

    def short(self, most: int) -> str:
        """Return the label, or so many of its terms where it has more."""
        return "; ".join(self.terms[:most]) if len(self.terms) > most else self.label


class YearCount(NamedTuple):
    """What belongs to a year; year None: nobody said."""

    year: int | None
    number: int


class Name(NamedTuple):
    """A name in lists of authors; not a person. community is where most of its articles are."""

    key: str
    name: str
    articles: int
    community: int | None


class Together(NamedTuple):
    """Two names, in the order of their keys, and how many articles print both."""

    first: str
    second: str
    articles: int


def read_dots(db: sqlite3.Connection, works: Collection[int]) -> dict[int, Dot]:
    """Return the works as a picture shows them."""
    rows = db.execute(
        f"""select w.id, w.label, coalesce(a.title, a.vernacular_title),
            coalesce(a.year, w.year), a.pmid is not null, c.community, m.citation_count
        from works w left join articles a on a.pmid = w.id left join communities c on c.id = w.id
            left join article_metrics m on m.id = w.id
        where w.id in ({_CHOSEN})""",
        {"works": json.dumps(list(works))},
    )
    retracted = read_retracted(db, works)
    return {
        work: Dot(work, label, title, year, bool(is_held), work in retracted, community, count)
        for work, label, title, year, is_held, community, count in rows
    }


def read_citations_among(db: sqlite3.Connection, works: Collection[int]) -> list[tuple[int, int]]:
    """Return who cites whom among works, each pair once, in their order."""
    rows = db.execute(
        f"""with chosen as materialized ({_CHOSEN})
        select c.citing_id, c.cited_id from chosen a cross join citation_links c on c.citing_id = a.id
        where c.cited_id in (select id from chosen) order by 1, 2""",
        {"works": json.dumps(list(works))},
    )
    return [(row[0], row[1]) for row in rows]


def read_strongest_places(db: sqlite3.Connection, layout: str, limit: int) -> dict[int, Point]:
    """Return where the works of a layout stand that are cited most here, strongest first."""
    rows = db.execute(
        """select p.id, p.x, p.y from article_metrics m join work_positions p on p.id = m.id and p.layout = :layout
        order by m.citation_count desc, m.pagerank desc, m.id limit :limit""",
        {"layout": layout, "limit": limit},
    )
    return {row[0]: Point(row[1], row[2]) for row in rows}


def read_places(db: sqlite3.Connection, layout: str, works: Collection[int]) -> dict[int, Point]:
    """Return where works stand in a layout, those cited most here first; those that have no place are absent."""
    rows = db.execute(
        f"""select p.id, p.x, p.y from work_positions p left join article_metrics m on m.id = p.id
        where p.layout = :layout and p.id in ({_CHOSEN})
        order by m.citation_count desc, m.pagerank desc, p.id""",
        {"layout": layout, "works": json.dumps(list(works))},
    )
    return {row[0]: Point(row[1], row[2]) for row in rows}


def read_strongest_of_years(db: sqlite3.Connection, limit: int) -> dict[int, Point]:
    """Return where works stand in time: those cited most of each year, and the main path; strongest first.

    The first of every year come before the second of any; so recent years, which had less time to be
    cited, are seen. Years before nearly all of the works cited most give none.
    """
    rows = db.execute(
        """with ranked as materialized (
            select p.id, p.x, p.y, m.citation_count, m.pagerank,
                row_number() over (partition by p.x order by m.citation_count desc, m.pagerank desc, m.id) as rank
            from work_positions p join article_metrics m on m.id = p.id where p.layout = 'timeline'),
        strongest as materialized (
            select id, x from ranked order by citation_count desc, pagerank desc, id limit :limit / 2),
        chosen as (
            select id from strongest
            union select id from (select id from ranked
                where x >= (select x from strongest order by x limit 1 offset (select count(*) / 20 from strongest))
                order by rank, citation_count desc, id limit :limit / 2)
            union select citing_id from main_path where path = 'main'
            union select cited_id from main_path where path = 'main')
        select id, x, y from ranked where id in (select id from chosen)
        order by citation_count desc, pagerank desc, id""",
        {"limit": limit},
    )
    return {row[0]: Point(row[1], row[2]) for row in rows}


def read_unplaced(db: sqlite3.Connection, layout: str) -> int:
    """Return how many works of the graph have no place in a layout; quicker than its evidence, which looks for them."""
    placed = "select count(*) from work_positions where layout = ?"
    row = db.execute(f"select max(count(*) - ({placed}), 0) from article_metrics", (layout,)).fetchone()
    return int(row[0])


NEAR: Final = {  # the works at the other end of the links of :id
    role: f"(select {role}_id as id from citation_links where {own}_id = :id) n"
    for own, role in (("citing", "cited"), ("cited", "citing"))
}


def read_linked(db: sqlite3.Connection, work: int, role: str) -> list[int]:
    """Return the works that work cites ("cited") or that cite it ("citing"), those cited most here first."""
    rows = db.execute(
        f"""select n.id from {NEAR[role]}
            left join article_metrics m on m.id = n.id left join articles a on a.pmid = n.id
        order by m.citation_count desc nulls last, a.pmid is null, n.id""",
        {"id": work},
    )
    return [row[0] for row in rows]


def read_related_to(db: sqlite3.Connection, work: int) -> list[tuple[int, float]]:
    """Return the related studies of a work with their score, closest first."""
    rows = db.execute(
        "select related_id, score from related_studies where id = ? order by score desc, related_id", (work,)
    )
    return [(row[0], row[1]) for row in rows]


def read_related_among(db: sqlite3.Connection, works: Collection[int]) -> list[tuple[int, int, float]]:
    """Return pairs of works that are related studies of one another, smaller id first, with the larger score."""
    rows = db.execute(
        f"""with chosen as materialized ({_CHOSEN})
        select min(id, related_id), max(id, related_id), max(score) from related_studies
        where id in (select id from chosen) and related_id in (select id from chosen)
        group by 1, 2 order by 3 desc, 1, 2""",
        {"works": json.dumps(list(works))},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def read_community_labels(db: sqlite3.Connection) -> dict[int, Community]:
    """Return by number what the communities are about, the largest first."""
    rows = db.execute("select community, label, works, terms from community_labels order by community")
    return {row[0]: Community(row[0], row[1], row[2], tuple(json.loads(row[3]))) for row in rows}


def read_articles_by_year(db: sqlite3.Connection) -> list[YearCount]:
    """Return how many held articles are of each year; those of none last."""
    rows = db.execute("select year, count(*) from articles group by year order by year is null, year")
    return [YearCount(*row) for row in rows]


def read_citations_by_year(db: sqlite3.Connection) -> list[YearCount]:
    """Return how many citations the works of each year make; those of none last."""
    rows = db.execute(
        """select w.year, sum(c.cited) from (
            select citing_id, count(*) as cited from citation_links not indexed group by citing_id) c
            join works w on w.id = c.citing_id
        group by w.year order by w.year is null, w.year"""
    )
    return [YearCount(*row) for row in rows]


def read_citing_by_year(db: sqlite3.Connection, work: int) -> list[YearCount]:
    """Return how many works of each year cite a work; those of none last."""
    rows = db.execute(
        f"""select w.year, count(*) from {NEAR["citing"]} join works w on w.id = n.id
        group by w.year order by w.year is null, w.year""",
        {"id": work},
    )
    return [YearCount(*row) for row in rows]


def read_communities_by_year(db: sqlite3.Connection) -> dict[int, list[YearCount]]:
    """Return by community how many of its works are of each year; those of none last."""
    rows = db.execute(
        """select c.community, w.year, count(*) from communities c join works w on w.id = c.id
        group by 1, 2 order by 1, w.year is null, w.year"""
    )
    found: dict[int, list[YearCount]] = {}
    for community, year, count in rows:
        found.setdefault(community, []).append(YearCount(year, count))
    return found


MOST_NAMES: Final = """select name_key, count(distinct pmid) as articles from authorships
    where last_name is not null and name_key <> '' group by name_key
    order by articles desc, name_key limit cast(:names as integer)"""


def read_names(db: sqlite3.Connection, limit: int) -> list[Name]:
    """Return the names with most articles held, as the first of these prints them; groups are left out."""
    rows = db.execute(
        f"""with most as materialized ({MOST_NAMES})
        select m.name_key, min(s.name), m.articles, (
            select c.community from authorships x join communities c on c.id = x.pmid
            where x.name_key = m.name_key group by 1 order by count(*) desc, 1 limit 1)
        from most m join authorships s on s.name_key = m.name_key
        group by m.name_key order by m.articles desc, m.name_key""",
        {"names": limit},
    )
    return [Name(*row) for row in rows]


def read_together(db: sqlite3.Connection, keys: Collection[str], most_authors: int) -> list[Together]:
    """Return which of the names stand on articles together; longer lists of authors than most_authors are left out."""
    rows = db.execute(
        """with chosen as materialized (select value as key from json_each(:keys)),
        on_articles as materialized (select distinct s.pmid, s.name_key from chosen c
            join authorships s on s.name_key = c.key
            where (select count(*) from authorships x where x.pmid = s.pmid) <= :most)
        select a.name_key, b.name_key, count(*) from on_articles a join on_articles b
            on b.pmid = a.pmid and b.name_key > a.name_key
        group by 1, 2 order by 3 desc, 1, 2""",
        {"keys": json.dumps(list(keys)), "most": most_authors},
    )
    return [Together(*row) for row in rows]


def read_main_path(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return the citations of the main path, citing first, from the oldest knowledge to the newest."""
    rows = db.execute("select citing_id, cited_id from main_path where path = 'main' order by route, position")
    return [(row[0], row[1]) for row in rows]


class ReferenceYear(NamedTuple):
    """A year of the works that the references lead to; year None: nobody said."""

    year: int | None
    reference_count: int
    works: int
    deviation: float | None
    is_peak: bool


def read_reference_years(db: sqlite3.Connection) -> list[ReferenceYear]:
    """Return the reference years that the last graph run found; the unknown one last."""
    rows = db.execute(
        """select year, reference_count, works, deviation, coalesce(is_peak, 0) from reference_years
        order by year is null, year"""
    )
    return [ReferenceYear(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def read_reference_year_works(db: sqlite3.Connection) -> dict[int, list[tuple[int, str, int]]]:
    """Return the works behind each peak: id, label and references to it, most first."""
    rows = db.execute(
        """select y.year, y.id, w.label, y.reference_count from reference_year_works y join works w on w.id = y.id
        order by y.year, y.position"""
    )
    found: dict[int, list[tuple[int, str, int]]] = {}
    for year, work, label, count in rows:
        found.setdefault(year, []).append((work, label, count))
    return found
