"""The values of pages with charts over years: articles, citations, communities, and the years that a field draws on."""

import sqlite3
from collections.abc import Sequence

from kb.queries import pictures as asked
from kb.queries.pictures import YearCount
from kb.site.pictures.charts import COMMUNITIES, Named, draw_communities_chart, draw_reference_years, draw_years_chart
from kb.site.picturing import COMPUTE, Picture, Row
from kb.site.wording import counted

ARTICLES = Named("articles", "article")
CITATIONS = Named("citations", "citation")
CITING = Named("citing works", "citing work")


def years_chart(rows: Sequence[YearCount], named: Named, heading: str, *, name: str = "years") -> Picture:
    """Return counts by year as a picture, for any page; rows without a year are counted beneath it."""
    drawing = draw_years_chart(rows, named, heading, name=name)
    cells = [Row("", (row.year, row.number)) for row in rows]
    missing = f"No {named.many} with a year are known here."
    lead = drawing.description if drawing else ""
    return Picture(heading, lead, drawing, ("Year", named.many.capitalize()), cells, _unknown(rows, named), missing)


def _unknown(rows: Sequence[YearCount], named: Named) -> list[str]:
    number = sum(row.number for row in rows if row.year is None)
    words = named.one if number == 1 else named.many
    return [f"Not drawn: {number:,} {words} without a known year."] if number else []


def citing_years(db: sqlite3.Connection, work: int) -> Picture:
    """Return the works that cite a work, by their year."""
    return years_chart(asked.read_citing_by_year(db, work), CITING, "Cited over time", name="cited")


def year_pictures(db: sqlite3.Connection) -> dict[str, Picture]:
    """Return the charts of the whole field by the end of their address."""
    return {
        "articles": years_chart(asked.read_articles_by_year(db), ARTICLES, "Articles by year", name="articles"),
        "citations": years_chart(
            asked.read_citations_by_year(db), CITATIONS, "Citations by the year of the citing work", name="citations"
        ),
        "communities": _communities(db),
        "references": _references(db),
    }


def _communities(db: sqlite3.Connection) -> Picture:
    heading = "Communities over time"
    communities, rows = asked.read_community_labels(db), asked.read_communities_by_year(db)
    drawing = draw_communities_chart(rows, communities)
    if drawing is None:
        missing = "No communities with years are known here. This command computes them:"
        return Picture(heading, "", None, missing=missing, command=COMPUTE)
    cells = [
        Row("", (communities[number].label, row.year, row.number))
        for number, counts in rows.items()
        for row in counts
        if number in communities and number <= COMMUNITIES
    ]
    without = sum(
        row.number for number, counts in rows.items() for row in counts if row.year is None and number <= COMMUNITIES
    )
    notes = [f"Not drawn: {counted(without, 'work')} of these communities without a known year."] if without else []
    return Picture(heading, drawing.description, drawing, ("Community", "Year", "Works"), cells, notes)


def _references(db: sqlite3.Connection) -> Picture:
    heading = "Years that the field draws on"
    rows = asked.read_reference_years(db)
    drawing = draw_reference_years(rows)
    if drawing is None:
        missing = "No references with years are known here, or no graph was computed. This command computes it:"
        return Picture(heading, "", None, missing=missing, command=COMPUTE)
    behind = asked.read_reference_year_works(db)
    cells = [
        Row(
            "",
            (row.year, row.reference_count, row.works, _signed(row.deviation), _behind(behind.get(row.year or 0, []))),
        )
        for row in rows
    ]
    without = sum(row.reference_count for row in rows if row.year is None)
    notes = [f"Not drawn: {counted(without, 'reference')} to works without a known year."] if without else []
    columns = ("Year", "References", "Works", "Deviation", "Behind a year that stands out")
    return Picture(heading, drawing.description, drawing, columns, cells, notes)


def _signed(value: float | None) -> str | None:
    return None if value is None else f"{value:+,.0f}"


def _behind(works: Sequence[tuple[int, str, int]]) -> str:
    return "; ".join(f"{label} ({count:,})" for _, label, count in works)
