"""Facets: by which properties a search can be narrowed, and how many of what it finds has each value."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from kb.queries.mesh import IN_BRANCH
from kb.queries.search import Wanted
from kb.queries.syntax import parse_years

MOST_VALUES: Final = 30  # of one facet that are counted, but for years: those that most articles have
_MAJOR: Final = "(h.is_major = 1 or h.descriptor_is_major = 1)"


class Facet(NamedTuple):
    """A property of articles: the condition on ``articles a`` for a value {v}, and its values among ``found f``.

    label is a select of what people read in place of a value.
    """

    condition: str
    values: str
    label: str | None = None
    repeats: bool = False  # an article can have several values, so several can be asked for at once


class FacetValue(NamedTuple):
    """A value that articles have: as it stands in an address, as people read it, and how many have it."""

    key: str
    label: str
    articles: int


Filters = Sequence[tuple[str, str]]  # (facet, value), as in an address

FACETS: Final = {
    "year": Facet(
        "a.year between {v}_first and {v}_last",
        "select year, year, count(*) from found where year is not null group by year order by year desc",
    ),
    "type": Facet(
        "a.pmid in (select pmid from publication_types where name = {v})",
        """select t.name, t.name, count(distinct t.pmid) as n from found f cross join publication_types t
            on t.pmid = f.pmid group by t.name order by n desc, t.name limit {most}""",
        repeats=True,
    ),
    "journal": Facet(
        "a.journal_id = {v}",
        """select j.journal_id, coalesce(j.abbreviation, j.title, j.journal_id), n from (
            select journal_id, count(*) as n from found where journal_id is not null
            group by journal_id order by n desc, journal_id limit {most}) k
            join journals j on j.journal_id = k.journal_id""",
        label="select coalesce(abbreviation, title) from journals where journal_id = ?",
    ),
    "mesh": Facet(
        f"a.pmid in (select h.pmid from mesh_headings h where h.descriptor_ui = {{v}} and {_MAJOR})",
        f"""select d.descriptor_ui, d.name, n from (
            select h.descriptor_ui, count(distinct h.pmid) as n from found f cross join mesh_headings h
            on h.pmid = f.pmid where {_MAJOR} group by 1 order by n desc, 1 limit {{most}}) k
            join mesh_descriptors d on d.descriptor_ui = k.descriptor_ui""",
        label="select name from mesh_descriptors where descriptor_ui = ?",
        repeats=True,
    ),
    "heading": Facet(
        "a.pmid in (select pmid from mesh_headings where descriptor_ui = {v})",
        """select d.descriptor_ui, d.name, n from (
            select h.descriptor_ui, count(distinct h.pmid) as n from found f cross join mesh_headings h
            on h.pmid = f.pmid group by 1 order by n desc, 1 limit {most}) k
            join mesh_descriptors d on d.descriptor_ui = k.descriptor_ui""",
        label="select name from mesh_descriptors where descriptor_ui = ?",
        repeats=True,
    ),
    "branch": Facet(  # the values are one step below the deepest branch chosen; see _step_below
        f"a.pmid in ({IN_BRANCH})",
        """select k.branch, coalesce(t.name || ' (' || k.branch || ')', k.branch), n from (
            select :under || substr(rest, 1, instr(rest || '.', '.') - 1) as branch, count(distinct pmid) as n from (
                select h.pmid, substr(b.tree_number, length(:under) + 1) as rest
                from found f cross join mesh_headings h on h.pmid = f.pmid
                    cross join mesh_tree b on b.descriptor_ui = h.descriptor_ui
                where b.tree_number > :under and b.tree_number < :over)
            group by 1 order by n desc, 1 limit {most}) k
            left join mesh_tree t on t.tree_number = k.branch""",
        label="select name || ' (' || tree_number || ')' from mesh_tree where tree_number = ?",
        repeats=True,
    ),
    "keyword": Facet(
        "a.pmid in (select pmid from keywords where keyword_key = {v})",
        """select k.keyword_key, min(k.keyword), count(distinct k.pmid) as n from found f cross join keywords k
            on k.pmid = f.pmid group by 1 order by n desc, 1 limit {most}""",
        label="select min(keyword) from keywords where keyword_key = ?",
        repeats=True,
    ),
    "author": Facet(
        "a.pmid in (select pmid from authorships where name_key = {v})",
        """select s.name_key, min(s.name), count(distinct s.pmid) as n from found f cross join authorships s
            on s.pmid = f.pmid group by 1 order by n desc, 1 limit {most}""",
        label="select min(name) from authorships where name_key = ?",
        repeats=True,
    ),
    "community": Facet(
        "a.pmid in (select id from communities where community = {v})",
        """select l.community, l.label, n from (
            select c.community, count(*) as n from found f cross join communities c on c.id = f.pmid
            group by 1 order by n desc, 1 limit {most}) k
            join community_labels l on l.community = k.community""",
        label="select label from community_labels where community = ?",
    ),
    "language": Facet(
        "a.pmid in (select pmid from languages where language = {v})",
        """select l.language, l.language, count(distinct l.pmid) as n from found f cross join languages l
            on l.pmid = f.pmid group by 1 order by n desc, 1 limit {most}""",
        repeats=True,
    ),
    "retracted": Facet(
        "a.pmid in (select pmid from retracted_articles) and {v} = '1'",
        "select 1, 1, count(*) as n from found where pmid in (select pmid from retracted_articles) having n > 0",
    ),
    "free": Facet(
        "a.pmcid is not null and {v} = '1'",
        "select 1, 1, sum(is_free) as n from found having n > 0",
    ),
}  # fmt: skip


def narrowed(wanted: Wanted, filters: Filters) -> Wanted:
    """Return what is wanted with every filter met; a year that is none is met by nothing."""
    where, values = [wanted.where], dict(wanted.values)
    for number, (facet, value) in enumerate(filters):
        name = f"{facet}_{number}"
        where.append(FACETS[facet].condition.replace("{v}", f":{name}"))
        if facet == "year":
            first, last = parse_years(value) or (1, 0)
            values.update({f"{name}_first": -9999 if first is None else first})
            values.update({f"{name}_last": 9999 if last is None else last})
        else:
            values[name] = value
    return wanted._replace(where=" and ".join(where), values=values)


def read_facets(
    db: sqlite3.Connection, wanted: Wanted, names: Iterable[str]
) -> tuple[int, dict[str, list[FacetValue]]]:
    """Return how many articles are wanted, and by facet the values that they have, with counts."""
    arms = [f"select '{name}', * from ({FACETS[name].values.replace('{most}', str(MOST_VALUES))})" for name in names]
    rows = db.execute(
        f"""with found as materialized (select a.pmid, a.year, a.journal_id, a.pmcid is not null as is_free
            from {wanted.tables} where {wanted.where})
        {" union all ".join(["select 'all', null, null, count(*) from found", *arms])}""",
        {**wanted.values, **_step_below(wanted)},
    )
    found: dict[str, list[FacetValue]] = {"all": []}
    for facet, key, label, articles in rows:
        found.setdefault(facet, []).append(FacetValue(str(key), str(label), articles))
    return found.pop("all")[0].articles, found


def _step_below(wanted: Wanted) -> dict[str, str]:
    """Return between which tree numbers the branches to choose stand: below the deepest one chosen, else all."""
    chosen = [str(value) for name, value in wanted.values.items() if name.startswith("branch")]
    deepest = max(chosen, key=len, default="")
    return {"under": f"{deepest}.", "over": f"{deepest}/"} if deepest else {"under": "", "over": "~"}


def read_filter_labels(db: sqlite3.Connection, filters: Filters) -> dict[tuple[str, str], str]:
    """Return what people read in place of the value of each filter; absent where that is the value itself."""
    labels = {}
    for facet, value in filters:
        query = FACETS[facet].label
        row = db.execute(query, (value,)).fetchone() if query else None
        if row and row[0]:
            labels[(facet, value)] = str(row[0])
    return labels
