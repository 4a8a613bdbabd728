"""The parts of a search -> SQL: an expression of FTS5 for words, a condition on ``articles a`` for all else."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from kb.queries.search.mesh import IN_BRANCH
from kb.queries.search.query_tree import COLUMNS, Group, Node, Property, Term, is_name, parse_years
from kb.text import fold, words_in

_MOST: Final = 500  # journals, publication types or headings that one name may mean
_MATCHED: Final = "a.pmid in (select rowid from article_search where article_search match {v})"
_LISTED: Final = "(select value from json_each({v}))"
_CONDITIONS: Final = {
    "journal": f"a.journal_id in {_LISTED}",
    "branch": f"a.pmid in ({IN_BRANCH})",
    "type": f"a.pmid in (select pmid from publication_types where name in {_LISTED})",
    "majr": f"""a.pmid in (select pmid from mesh_headings
        where descriptor_ui in {_LISTED} and (is_major = 1 or descriptor_is_major = 1))""",
    "language": "a.pmid in (select pmid from languages where language = {v})",
    "first_author": """a.pmid in (select pmid from authorships
        where position = 1 and name_key >= {v} and name_key < {v}_end)""",
    "pmid": f"a.pmid in {_LISTED}",
    "pmcid": f"a.pmid in (select pmid from articles where pmcid in {_LISTED})",
    "doi": f"a.pmid in (select pmid from articles where doi in {_LISTED})",
    "community": "a.pmid in (select id from communities where community = {v})",
    "retracted": "a.pmid in (select pmid from retracted_articles)",
    "free": "a.pmcid is not null",
}
_FACETS: Final = {  # properties that are values of a facet: property -> facet
    "year": "year", "branch": "branch", "community": "community", "language": "language", "type": "type",
    "journal": "journal", "majr": "mesh",
}  # fmt: skip
_AFTER_ALL: Final = "\U0010ffff"
_NAMES: Final = {
    "journal": """select journal_id, coalesce(abbreviation, '') || ' | ' || coalesce(iso_abbreviation, '')
        || ' | ' || coalesce(title, '') from journals""",
    "type": """with recursive types (name) as (  -- of an index of many rows only the first of each
        select min(name) from publication_types
        union all select (select min(p.name) from publication_types p where p.name > types.name) from types
            where types.name is not null)
        select name, name from types where name is not null""",
    "majr": "select descriptor_ui, name from mesh_descriptors",
}


def split_words(parts: Sequence[Node]) -> tuple[str | None, list[Node]]:
    """Return an expression of FTS5 for the parts that are of words, None where none of them leads; the other parts."""
    words = [node for node in parts if _is_of_words(node)]
    if not words:
        return None, list(parts)
    excluded = [node for node in parts if _excludes_words(node)]
    others = [node for node in parts if node not in words and node not in excluded]
    return _expression([*words, *excluded]), others


def _is_of_words(node: Node) -> bool:
    """Return whether FTS5 can say it: "not x" alone is no expression of its."""
    if isinstance(node, Group):
        if node.kind == "and":
            return _is_led(node.parts) and all(_is_of_words(one) or _excludes_words(one) for one in node.parts)
        return node.kind == "or" and all(_is_of_words(one) for one in node.parts)
    return isinstance(node, Term)


def _is_led(parts: Iterable[Node]) -> bool:
    return any(_is_of_words(one) for one in parts)


def _excludes_words(node: Node) -> bool:
    return isinstance(node, Group) and node.kind == "not" and _is_of_words(node.parts[0])


def _expression(parts: Sequence[Node]) -> str:
    """Return the expression of parts that must all hold, at least one of which is no "not"."""
    wanted = " AND ".join(_fts(one) for one in parts if not _excludes_words(one))
    excluded = " OR ".join(_fts(one.parts[0]) for one in parts if isinstance(one, Group) and _excludes_words(one))
    return f"({wanted}) NOT ({excluded})" if excluded else wanted


def _fts(node: Node) -> str:
    if isinstance(node, Term):
        return term_expression(node)
    assert isinstance(node, Group)
    return f"({_expression(node.parts) if node.kind == 'and' else ' OR '.join(_fts(one) for one in node.parts)})"


def term_expression(term: Term) -> str:
    """Return words as an expression of FTS5."""
    quoted = f'"{term.text}"' + (" *" if term.is_prefix else "")
    return f"({COLUMNS[term.column]} : {quoted})" if term.column else f"({quoted})"


def for_ranking(parts: Sequence[Node]) -> list[Node]:
    """Return parts without the initials of names, which take long to look up and tell little of relevance."""
    return [_for_ranking(part) for part in parts]


def _for_ranking(node: Node) -> Node:
    if isinstance(node, Group) and node.kind != "not":
        return Group(node.kind, tuple(map(_for_ranking, node.parts)))
    if isinstance(node, Term) and is_name(node):
        return node._replace(text=node.text.rpartition(" ")[0], is_prefix=False)
    return node


class Conditions:
    """Makes conditions, and keeps the values that they name."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.values: dict[str, object] = {}
        self._meanings: dict[tuple[str, str], list[str]] = {}

    def where(self, node: Node) -> str:
        """Return the condition that a part holds; it is null where that is not known of an article."""
        if _is_of_words(node):
            return _MATCHED.format(v=self._named("words", _fts(node)))
        if isinstance(node, Property):
            return self._property(node.name, [node.value])
        assert isinstance(node, Group)
        if node.kind == "not":
            return f"not ({self.where(node.parts[0])})"
        parts = _identifiers_together(node.parts) if node.kind == "or" else [(one, []) for one in node.parts]
        conditions = [
            self._property(one.name, more) if isinstance(one, Property) and more else self.where(one)
            for one, more in parts
        ]
        return f"({f' {node.kind} '.join(conditions)})"

    def as_facet(self, node: Node) -> tuple[str, tuple[str, ...]] | None:
        """Return the facet, and those of its values, one of which a part asks for; None where it asks for none."""
        if not isinstance(node, Property):
            return None
        if node.name == "is":
            return node.value, ("1",)
        values = self._meant(node.name, node.value) if node.name in _NAMES else [node.value]
        return (_FACETS[node.name], tuple(values)) if node.name in _FACETS else None

    def _property(self, name: str, values: list[str]) -> str:
        """Return the condition of a property that has one of several values; only identifiers have several."""
        if name == "year":
            return self._years(values[0])
        if name == "is":
            return _CONDITIONS[values[0]]
        if name == "first_author":
            return self._first_author(values[0])
        meant = self._meant(name, values[0]) if name in _NAMES else values
        is_list = _LISTED in _CONDITIONS[name]
        value = json.dumps([int(one) for one in meant] if name == "pmid" else meant) if is_list else values[0]
        return _CONDITIONS[name].format(v=self._named(name, value))

    def _first_author(self, value: str) -> str:
        """Return the condition of a name, or of how it begins: "weiss" is Weiss R and Weiss RD, "weiss r*" too."""
        key = value.rstrip("*")
        name = self._named("first_author", key)
        self.values[f"{name[1:]}_end"] = key + ("" if value.endswith("*") else " ") + _AFTER_ALL
        return _CONDITIONS["first_author"].format(v=name)

    def _years(self, value: str) -> str:
        first, last = parse_years(value) or (None, None)
        bounds = ((">=", "first_year", first), ("<=", "last_year", last))
        known = [f"a.year {sign} {self._named(name, year)}" for sign, name, year in bounds if year is not None]
        return f"({' and '.join(known)})" if len(known) > 1 else known[0]

    def _meant(self, name: str, key: str) -> list[str]:
        """Return what a name means: a heading by its words, a journal or a type by how it or a word of it begins."""
        if (name, key) not in self._meanings:
            self._meanings[name, key] = self._read_meant(name, key)
        return self._meanings[name, key]

    def _read_meant(self, name: str, key: str) -> list[str]:
        rows = self._db.execute(_NAMES[name])
        if name == "majr":
            return [ui for ui, printed in rows if f" {key} " in f" {' '.join(words_in(fold(printed)))} "][:_MOST]
        return [one for one, printed in rows if f" {key}" in f" {fold(printed)}"][:_MOST]

    def _named(self, name: str, value: object) -> str:
        """Keep a value and return its name in SQL."""
        name = name if name not in self.values else f"{name}{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def _identifiers_together(parts: Sequence[Node]) -> list[tuple[Node, list[str]]]:
    """Return alternatives, those of one kind of identifier as one with all its values: SQLite bounds long "or"s."""
    of_kind: dict[str, list[str]] = {}
    found: list[tuple[Node, list[str]]] = []
    for one in parts:
        if isinstance(one, Property) and one.name in ("pmid", "pmcid", "doi"):
            if one.name not in of_kind:
                of_kind[one.name] = []
                found.append((one, of_kind[one.name]))
            of_kind[one.name].append(one.value)
        else:
            found.append((one, []))
    return found
