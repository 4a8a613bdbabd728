"""The values of pages with charts over years: articles, citations, communities, and the years that a field draws on."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from kb.queries import charts as asked
from kb.queries.charts import ReferenceYear, YearCount
from kb.queries.works.pages import read_labels
from kb.sentences import Count, Part, Sentence, count_of, evidence_path, joined, sentence, text_of
from kb.site.pages.picture_pages import COMPUTE, Cell, Picture, Row
from kb.site.pictures.charts import COMMUNITIES, Named, draw_communities_chart, draw_reference_years, draw_years_chart

ARTICLES = Named("articles", "article")
CITATIONS = Named("citations", "citation")
CITING = Named("citing works", "citing work")
_SIGNED: Final = "+,.0f"
_NAMED_YEARS: Final = 3  # with the same highest count, that a caption names


class Proof(NamedTuple):
    """Where the evidence of a chart is: of all its bars together, and of one year; "": the unknown one."""

    dated: str
    of_year: Callable[[str], str]


ARTICLES_PROOF: Final = Proof(
    evidence_path("articles_dated"), lambda year: evidence_path("articles_of_year", year=year)
)
CITATIONS_PROOF: Final = Proof(
    evidence_path("citations_dated"), lambda year: evidence_path("citations_of_year", year=year)
)


def years_chart(rows: Sequence[YearCount], named: Named, heading: str, *, proof: Proof, name: str = "years") -> Picture:
    """Return counts by year as a picture, for any page; rows without a year are counted beneath it."""
    known = [row for row in rows if row.year is not None]
    caption = _caption(known, named, proof) if known else []
    drawing = draw_years_chart(known, named, heading, text_of(caption), name=name)
    cells = [Row("", (row.year, Count(row.number, proof.of_year(_key(row.year))).told())) for row in rows]
    missing = f"No {named.many} with a year are known here."
    columns = ("Year", named.many.capitalize())
    return Picture(heading, "", drawing, columns, cells, _unknown(rows, named, proof), missing, caption=caption)


def _key(year: int | None) -> str:
    return "" if year is None else str(year)


def _caption(known: Sequence[YearCount], named: Named, proof: Proof) -> Sentence:
    """Return a chart in words: how many there are in all, and most in which years."""
    first, last, most = known[0], known[-1], max(known, key=lambda row: row.number)
    total = Count(sum(row.number for row in known), proof.dated)
    what = f"{named.many.capitalize()} by year"
    if len(known) == 1:
        return sentence(f"{what}: {{total}}, all in {first.year}.", total=total)
    at_most = [str(row.year) for row in known if row.number == most.number]
    where = ", ".join(at_most) if len(at_most) <= _NAMED_YEARS else "several years"
    number = Count(most.number, proof.of_year(_key(most.year)))
    words = f"{what}, {first.year} to {last.year}: {{total}} in all, most in {where} ({{number}})."
    return sentence(words, total=total, number=number)


def _unknown(rows: Sequence[YearCount], named: Named, proof: Proof) -> list[Sentence]:
    number = sum(row.number for row in rows if row.year is None)
    return _not_drawn(f"{named.one}|{named.many}", Count(number, proof.of_year("")))


def _not_drawn(noun: str, count: Count, of: str = "") -> list[Sentence]:
    words = f"Not drawn: {{count:{noun}}}{of} without a known year."
    return [sentence(words, count=count)] if count.number else []


def citing_years(db: sqlite3.Connection, work: int) -> Picture | None:
    """Return the works that cite a work, by their year; None for an unknown work."""
    label = read_labels(db, [work]).get(work)
    if label is None:
        return None
    proof = Proof(
        evidence_path("citing_dated", id=work), lambda year: evidence_path("citing_of_year", id=work, year=year)
    )
    rows = asked.read_citing_by_year(db, work)
    return years_chart(rows, CITING, f"{label}: cited over time", proof=proof, name="cited")


def year_pictures(db: sqlite3.Connection) -> dict[str, Picture]:
    """Return the charts of the whole field by the end of their address."""
    articles, citations = asked.read_articles_by_year(db), asked.read_citations_by_year(db)
    citing = "Citations by the year of the citing work"
    return {
        "articles": years_chart(articles, ARTICLES, "Articles by year", proof=ARTICLES_PROOF, name="articles"),
        "citations": years_chart(citations, CITATIONS, citing, proof=CITATIONS_PROOF, name="citations"),
        "communities": _communities(db),
        "references": _references(db),
    }


def _communities(db: sqlite3.Connection) -> Picture:
    heading = "Communities over time"
    communities, rows = asked.read_community_labels(db), asked.read_communities_by_year(db)
    drawing = draw_communities_chart(rows, communities)
    if drawing is None:
        missing = "No communities yet. This command computes them:"
        return Picture(heading, "", None, missing=missing, command=COMPUTE)
    cells = [
        Row("", (communities[number].label, row.year, _of_community(number, row)))
        for number, counts in rows.items()
        for row in counts
        if number in communities and number <= COMMUNITIES
    ]
    without = sum(
        row.number for number, counts in rows.items() for row in counts if row.year is None and number <= COMMUNITIES
    )
    works = count_of(without, "communities_undated", most=COMMUNITIES)
    notes = _not_drawn("work", works, " of these communities")
    columns, caption = ("Community", "Year", "Works"), [Part(drawing.description)]
    return Picture(heading, "", drawing, columns, cells, notes, caption=caption)


def _of_community(community: int, row: YearCount) -> Cell:
    return count_of(row.number, "community_of_year", community=community, year=_key(row.year)).told()


def _references(db: sqlite3.Connection) -> Picture:
    heading = "Years of the cited works"
    rows = asked.read_reference_years(db)
    drawing = draw_reference_years(rows)
    if drawing is None:
        missing = "No references with years, or no graph run yet. This command computes it:"
        return Picture(heading, "", None, missing=missing, command=COMPUTE)
    behind = asked.read_reference_year_works(db)
    cells = [Row("", _reference_cells(row, behind.get(row.year or 0, []))) for row in rows]
    without = sum(row.reference_count for row in rows if row.year is None)
    references = count_of(without, "reference_year_reference_count", year="")
    notes = _not_drawn("reference", references, " to works")
    columns = ("Year", "References", "Works", "Deviation", "Behind a year that stands out")
    return Picture(heading, "", drawing, columns, cells, notes, caption=[Part(drawing.description)])


def _reference_cells(row: ReferenceYear, behind: Sequence[tuple[int, str, int]]) -> tuple[Cell, ...]:
    def told(column: str, number: float, form: str = "") -> Sentence:
        return count_of(number, f"reference_year_{column}", year=_key(row.year)).told(form)

    deviation = None if row.deviation is None else told("deviation", row.deviation, _SIGNED)
    counts = (told("reference_count", row.reference_count), told("works", row.works))
    return (row.year, *counts, deviation, _behind(row.year or 0, behind))


def _behind(year: int, works: Sequence[tuple[int, str, int]]) -> Sentence:
    """Return the works behind a year, each with the number of references to it."""
    found = ((label, count_of(number, "behind_year", year=year, id=work)) for work, label, number in works)
    return joined("; ", (sentence("{label} ({count})", label=label, count=count) for label, count in found))
