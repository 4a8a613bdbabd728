"""The values of a page with a picture: the drawing, the same as a table, and what is not in it, in sentences."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from kb.queries import charts as asked
from kb.queries.charts import Community, Dot, Name, Point, Together
from kb.queries.evidence.registry import read_count
from kb.sentences import Count, Part, Sentence, count_of, sentence
from kb.site.parts.links import pubmed_url, thing_path
from kb.site.pictures.fieldmap import draw_field_map, strongest_links
from kb.site.pictures.names import draw_names
from kb.site.pictures.naming import address
from kb.site.pictures.neighbourhood import BOTH, CITED, CITING, RELATED, ROLES, Neighbourhood, draw_neighbourhood
from kb.site.pictures.svg import Drawing
from kb.site.pictures.timeline import Story, draw_timeline
from kb.text import counted

COLUMNS: Final = ("Work", "Title", "Year", "Cited here by", "Community")
COMPUTE: Final = "litkb graph compute kb.db"
ON_MAP: Final = 500  # works of the field map, at most
NAMES: Final = 120  # in the network of names
AUTHORS: Final = 30  # of an article whose names are joined, at most: longer lists say little; _LONG says so
_LONG: Final = "Articles with more than thirty authors join no names here. Names of groups are left out."
IN_TIME: Final = 220  # works of the timeline, at most, beside those of the main path
LINKS: Final = 2_000  # of them that are drawn, at most
AROUND: Final = 60  # works around one, at most
_SHARES: Final = {CITED: 24, CITING: 22, RELATED: 14}  # of them, where all three have more
_PAIRS: Final = 70  # of related studies around a work that are drawn


Cell = str | int | None | Sentence  # None: not known


class Row(NamedTuple):
    """A line of the table that says the same as a picture; numbers that were counted are parts with their evidence."""

    href: str
    cells: tuple[Cell, ...]


class Picture(NamedTuple):
    """What a page with a picture shows; drawing None: there is nothing to draw, and missing says why."""

    heading: str
    lead: str
    drawing: Drawing | None
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    notes: Sequence[Sentence] = ()  # what the picture leaves out
    missing: str = ""
    command: str = ""  # that makes what is missing
    caption: Sequence[Part] = ()  # of a chart
    area: str = "The area of a dot grows with the number of works here that cite it."


def field_map(db: sqlite3.Connection) -> Picture:
    """Return the map of the whole field."""
    heading = "Map of the field"
    places = asked.read_strongest_places(db, "map", ON_MAP)
    if not places:
        return Picture(
            heading, "", None, missing="This file has no map yet. This command computes it:", command=COMPUTE
        )
    dots = _in_order(db, list(places))
    communities = asked.read_community_labels(db)
    drawn, notes = _links(db, dots)
    drawing = draw_field_map(dots, places, drawn, communities)
    lead = (
        "Works that cite one another stand near one another. Colours are communities; a larger dot is cited more here."
    )
    return Picture(heading, lead, drawing, COLUMNS, _rows(dots, communities), [*_unplaced(db), *notes])


def _unplaced(db: sqlite3.Connection) -> list[Sentence]:
    """Return how many works are not on the map, in words."""
    number = count_of(asked.read_unplaced(db, "map"), "unplaced", layout="map")
    others = "{others:other work of this file is|other works of this file are}"
    words = f"{others} not on the map: it shows the works with most links among one another."
    return [sentence(words, others=number)] if number.number else []


def _links(db: sqlite3.Connection, dots: Sequence[Dot]) -> tuple[list[tuple[int, int]], list[Sentence]]:
    """Return the citations among works that are drawn, and a sentence where these are not all."""
    works = [dot.id for dot in dots]
    citations = asked.read_citations_among(db, works)
    drawn = strongest_links(works, citations, LINKS)
    words = "Of the citations among them, those between works with most in common are drawn."
    return drawn, [[Part(words)]] if len(drawn) < len(citations) else []


def _in_order(db: sqlite3.Connection, works: Sequence[int]) -> list[Dot]:
    found = asked.read_dots(db, works)
    return [found[work] for work in works if work in found]


def _rows(dots: Sequence[Dot], communities: Mapping[int, Community]) -> list[Row]:
    return [Row(address(dot), _cells(dot, communities)) for dot in dots]


def _cells(dot: Dot, communities: Mapping[int, Community]) -> tuple[Cell, ...]:
    community, number = communities.get(dot.community or 0), dot.citation_count
    cited = None if number is None else count_of(number, "measured", id=dot.id).told()
    return (dot.label, dot.title, dot.year, cited, community.label if community else None)


def neighbourhood(db: sqlite3.Connection, work: int) -> Picture:
    """Return what stands around a work: what it cites, what cites it, what is related."""
    near, notes = _near(db, work)
    label = near.dots[0].label
    heading = f"Around {label}"
    if len(near.dots) == 1:
        missing = "Nothing here is linked with this work, so there is nothing around it to draw."
        if pubmed_url(work) is None:
            return Picture(heading, "", None, missing=missing)
        command = f"litkb harvest kb.db {work} --references --cited-by --similar"
        return Picture(heading, "", None, missing=f"{missing} This command asks PubMed:", command=command)
    communities = asked.read_community_labels(db)
    rows = [
        Row(address(dot), (*_cells(dot, communities), ROLES.get(near.roles.get(dot.id, ""), "It is the middle")))
        for dot in near.dots
    ]
    lead = (
        "To the left only what it cites, to the right only what cites it, between them works that do both or are only "
        "related. Nearer to the middle means more links in common."
    )
    return Picture(heading, lead, draw_neighbourhood(near, communities), (*COLUMNS, "Here because"), rows, notes)


def _near(db: sqlite3.Connection, work: int) -> tuple[Neighbourhood, list[Sentence]]:
    """Return the neighbourhood of a work, and what of it is left out."""
    cited, citing = (asked.read_linked(db, work, role) for role in ("cited", "citing"))
    both_ways = {*cited, *citing}
    related = [other for other, _ in asked.read_related_to(db, work) if other not in both_ways]
    chosen = _shared_out({CITED: cited, CITING: [w for w in citing if w not in set(cited)], RELATED: related})
    both = set(cited) & set(citing)
    roles = {other: BOTH if other in both else role for role, works in chosen.items() for other in works}
    dots = _in_order(db, [work, *roles])
    ids = [dot.id for dot in dots]
    near = Neighbourhood(dots, roles, asked.read_citations_among(db, ids), _related_pairs(db, ids))
    counts = (
        (CITED, len(cited), "works it cites", "cites"),
        (CITING, len(citing), "works that cite it", "citing"),
    )
    shown = {role: sum(roles[w] in (role, BOTH) for w in roles) for role in (CITED, CITING)}
    return near, [
        sentence(f"Of the {{works}} {words}, those cited most here are drawn.", works=count_of(count, name, id=work))
        for role, count, words, name in counts
        if shown[role] < count
    ]


def _shared_out(lists: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Return the beginnings of lists: their shares of AROUND, and what others leave free."""
    room = {role: min(len(works), _SHARES[role]) for role, works in lists.items()}
    for role, works in lists.items():
        room[role] += min(len(works) - room[role], AROUND - sum(room.values()))
    return {role: list(works[: room[role]]) for role, works in lists.items()}


def _related_pairs(db: sqlite3.Connection, ids: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs of related studies to draw: all of the first work, and the strongest others."""
    pairs = asked.read_related_among(db, ids)
    own = [(a, b) for a, b, _ in pairs if ids[0] in (a, b)]
    others = [(a, b) for a, b, _ in pairs if ids[0] not in (a, b)]
    return own + others[:_PAIRS]


class Found(NamedTuple):
    """What a search finds: the works cited most here, the number of all, and what tells of these, or ""."""

    strongest: Sequence[int]
    works: int
    evidence: str


def map_of(db: sqlite3.Connection, found: Found) -> Picture:
    """Return the works on the map of the field: the strongest of them, at their places."""
    places = _first(asked.read_places(db, "map", found.strongest), ON_MAP)
    if not places:
        return Picture("", "", None, missing="None of these works has a place on the map.")
    dots, communities = _in_order(db, list(places)), asked.read_community_labels(db)
    citations = strongest_links(list(places), asked.read_citations_among(db, places), LINKS)
    return _of_found(found, draw_field_map(dots, places, citations, communities), dots, communities)


def timeline_of(db: sqlite3.Connection, found: Found) -> Picture:
    """Return the works in time: the strongest of them, at their places, and what of the main path is among them."""
    places = _first(asked.read_places(db, "timeline", found.strongest), IN_TIME)
    if not places:
        return Picture("", "", None, missing="None of these works has a place in time.")
    dots, communities = _in_order(db, list(places)), asked.read_community_labels(db)
    citations = strongest_links(list(places), asked.read_citations_among(db, places), LINKS)
    path = [pair for pair in asked.read_main_path(db) if pair[0] in places and pair[1] in places]
    return _of_found(found, draw_timeline(Story(dots, places, citations, path), communities), dots, communities)


def _first(places: Mapping[int, Point], limit: int) -> dict[int, Point]:
    return dict(islice(places.items(), limit))


def _of_found(found: Found, drawing: Drawing, dots: Sequence[Dot], communities: Mapping[int, Community]) -> Picture:
    drawing = drawing._replace(title=f"{len(dots):,} of {counted(found.works, 'work')} found")
    left_out = found.works - len(dots)
    of = "Of the {works} works found, those" if found.evidence else "Works"
    words = f"{of} cited less here or without a place are not drawn."
    notes = [sentence(words, works=Count(found.works, found.evidence))]
    return Picture("", "", drawing, COLUMNS, _rows(dots, communities), notes if left_out else [])


def timeline(db: sqlite3.Connection) -> Picture:
    """Return the works cited most, and the main path, in time."""
    heading = "The field in time"
    path = asked.read_main_path(db)
    places = asked.read_strongest_of_years(db, IN_TIME)
    if not places:
        missing = (
            "This file has no timeline yet: no graph was computed, or no work has a year. This command computes it:"
        )
        return Picture(heading, "", None, missing=missing, command=COMPUTE)
    dots = _in_order(db, list(places))
    communities = asked.read_community_labels(db)
    citations, left_out = _links(db, dots)
    drawn = [pair for pair in path if pair[0] in places and pair[1] in places]
    drawing = draw_timeline(Story(dots, places, citations, drawn), communities)
    notes = [*_time_notes(db, len(places), path), *left_out]
    lead = "Years from left to right, a band for each community; lines lead from a work to what it cites."
    return Picture(heading, lead, drawing, COLUMNS, _rows(dots, communities), notes)


def _time_notes(db: sqlite3.Connection, drawn: int, path: Sequence[tuple[int, int]]) -> list[Sentence]:
    without, placed = read_count(db, "undated"), read_count(db, "placed", layout="timeline")
    notes = []
    if drawn < placed.number:
        words = "Of the {works} works with a year, those cited most, of all and of each year, are drawn."
        notes.append(sentence(words, works=placed))
    if without.number:
        words = "{works:work has|works have} no known year, and no place here."
        notes.append(sentence(words, works=without))
    if not path:
        notes.append([Part("No main path: no chain of citations, or no graph run yet.")])
    return notes


def names(db: sqlite3.Connection) -> Picture:
    """Return the names with most articles, and who writes with whom."""
    heading = "Coauthor names"
    found = asked.read_names(db, NAMES)
    if not found:
        return Picture(heading, "", None, missing="No article in this library names an author.")
    communities = asked.read_community_labels(db)
    together = asked.read_together(db, [name.key for name in found], AUTHORS)
    hrefs = {name.key: thing_path("author", name.key) for name in found}
    rows = [Row(hrefs[name.key], _name_cells(name, together)) for name in found]
    lead = "A line joins two names that stand on the same article. A name is not a person: two may share one."
    area = "The area of a dot grows with the number of articles in this library."
    columns = ("Name", "Articles", "Coauthors among these names")
    notes = [[Part(_LONG)]]
    return Picture(heading, lead, draw_names(found, together, hrefs, communities), columns, rows, notes, area=area)


def _name_cells(name: Name, together: Sequence[Together]) -> tuple[Cell, ...]:
    partners = sum(name.key in (pair.first, pair.second) for pair in together)
    return (
        name.name,
        count_of(name.articles, "named_articles", key=name.key).told(),
        count_of(partners, "partners", key=name.key, names=NAMES, authors=AUTHORS).told(),
    )
