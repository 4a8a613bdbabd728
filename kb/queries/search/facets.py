"""Facets: by which properties a search can be narrowed."""

import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from kb.queries.search.matches import Wanted
from kb.queries.search.mesh import IN_BRANCH
from kb.queries.search.query_tree import parse_years


class Facet(NamedTuple):
    """A property of articles: the table and column with its values, and the column of the articles that have them.

    further is what else holds of such a row. condition is said where there is a shorter one on ``articles a`` for a
    value {v}; label is a select of what people read in place of a value.
    """

    table: str
    column: str
    pmid: str = "pmid"
    further: str = ""
    condition: str = ""
    label: str | None = None
    repeats: bool = False  # an article can have several values, so several can be asked for at once

    def rows(self, *conditions: str) -> str:
        """Return what follows "from" in a select of the rows that say which article has which value."""
        where = [one for one in (self.further, *conditions) if one]
        return f"{self.table} t where {' and '.join(where)}" if where else f"{self.table} t"


class FacetValue(NamedTuple):
    """A value that articles have: as it stands in an address, as people read it, and how many have it."""

    key: str
    label: str
    articles: int


Filters = Sequence[tuple[str, str]]  # (facet, value), as in an address

STEP_BELOW: Final = ":under || substr(rest, 1, instr(rest || '.', '.') - 1)"
"""The branch one step below {under} that holds one of PLACES_BELOW."""
PLACES_BELOW: Final = """select descriptor_ui, substr(tree_number, length(:under) + 1) as rest from mesh_tree
    where tree_number > :under and tree_number < :over"""
_MESH_NAME: Final = "select name from mesh_descriptors where descriptor_ui = ?"
FACETS: Final = {
    "year": Facet(
        "articles", "t.year", further="t.year is not null", condition="a.year between {v}_first and {v}_last"
    ),
    "type": Facet("publication_types", "t.name", repeats=True),
    "journal": Facet(
        "articles", "t.journal_id", further="t.journal_id is not null", condition="a.journal_id = {v}",
        label="select coalesce(abbreviation, title) from journals where journal_id = ?",
    ),
    "mesh": Facet(
        "mesh_headings", "t.descriptor_ui", further="(t.is_major = 1 or t.descriptor_is_major = 1)",
        label=_MESH_NAME, repeats=True,
    ),
    "heading": Facet("mesh_headings", "t.descriptor_ui", label=_MESH_NAME, repeats=True),
    "branch": Facet(  # the values are one step below the deepest branch chosen; see kb.queries.search.result_set
        "mesh_headings", "", condition=f"a.pmid in ({IN_BRANCH})",
        label="select name || ' (' || tree_number || ')' from mesh_tree where tree_number = ?", repeats=True,
    ),
    "keyword": Facet(
        "keywords", "t.keyword_key", label="select min(keyword) from keywords where keyword_key = ?", repeats=True
    ),
    "author": Facet(
        "authorships", "t.name_key", label="select min(name) from authorships where name_key = ?", repeats=True
    ),
    "community": Facet(
        "communities", "t.community", pmid="id", label="select label from community_labels where community = ?"
    ),
    "language": Facet("languages", "t.language", repeats=True),
    "retracted": Facet("retracted_articles", "'1'"),
    "free": Facet("articles", "'1'", further="t.pmcid is not null", condition="a.pmcid is not null and {v} = '1'"),
}  # fmt: skip


def narrowed(wanted: Wanted, filters: Filters) -> Wanted:
    """Return what is wanted with every filter met; a year that is none is met by nothing."""
    where, values = [wanted.where], dict(wanted.values)
    for number, (facet, value) in enumerate(filters):
        name = f"{facet}_{number}"
        where.append(_condition(FACETS[facet], is_ranked=wanted.is_ranked).replace("{v}", f":{name}"))
        if facet == "year":
            first, last = parse_years(value) or (1, 0)
            values.update({f"{name}_first": -9999 if first is None else first})
            values.update({f"{name}_last": 9999 if last is None else last})
        else:
            values[name] = value
    return wanted._replace(where=" and ".join(where), values=values)


def _condition(facet: Facet, *, is_ranked: bool) -> str:
    """Return the condition on ``articles a`` that an article has the value {v}.

    Where words lead to the articles, each is looked up; else the value leads to them.
    """
    has_value = f"{facet.column} = {{v}}"
    if facet.condition:
        return facet.condition
    if is_ranked:
        return f"exists (select 1 from {facet.rows(f't.{facet.pmid} = a.pmid', has_value)})"
    return f"a.pmid in (select t.{facet.pmid} from {facet.rows(has_value)})"


def read_label(db: sqlite3.Connection, facet: str, value: object) -> str | None:
    """Return what people read in place of a value; None where that is the value itself."""
    query = FACETS[facet].label
    row = db.execute(query, (value,)).fetchone() if query else None
    return str(row[0]) if row and row[0] else None


def read_filter_labels(db: sqlite3.Connection, filters: Filters) -> dict[tuple[str, str], str]:
    """Return what people read in place of the value of each filter; absent where that is the value itself."""
    labels = {(facet, value): read_label(db, facet, value) for facet, value in filters}
    return {chosen: label for chosen, label in labels.items() if label is not None}
