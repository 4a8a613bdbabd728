"""The data dictionary: every table, column and key of a published file, and what they mean, as Markdown."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kb.publish.files import MARK
from kb.publish.markdown import cell, table
from kb.queries.invariants import read_tables
from kb.queries.publishing import Column, read_columns, read_views

_HEAD: Final = """\
<!-- {mark}; the next one replaces it. -->
# Data dictionary of {name}

One SQLite file. Identifiers of works are PMIDs, or negative numbers where no PMID is known. Empty (NULL) means
unknown; 0 means that a source said none. Moments are ISO 8601 in UTC. `article_search` is the full-text index
(SQLite FTS5): `select rowid from article_search where article_search match 'recovery'` gives PMIDs; its words are
folded, without case and accents. The view `article_texts` has them as the records have them.
`sentence_search` is likewise the index of citing sentences; its rowid is pmid << 20 | sentence.
"""


def format_dictionary(db: sqlite3.Connection, described: Mapping[str, Any], name: str) -> str:
    """Return the dictionary of db; described is what metadata.yml says of its tables, by their names."""
    parts = [_HEAD.format(mark=MARK, name=name)]
    for title, names in (("Tables", read_tables(db)), ("Views", read_views(db))):
        parts.append(f"## {title}\n")
        parts += [_format_table(db, one, described.get(one, {})) for one in names]
    return "\n".join(parts)


def _format_table(db: sqlite3.Connection, name: str, described: Mapping[str, Any]) -> str:
    columns = read_columns(db, name)
    meanings = described.get("columns", {})
    rows = [(f"`{c.name}`", c.type.lower(), ", ".join(_notes(c)), cell(meanings.get(c.name, ""))) for c in columns]
    said = described.get("description", "Not a table of litkb.")
    return f"### {name}\n\n{said.strip()}\n\n" + table(("column", "type", "key", "meaning"), rows)


def _notes(column: Column) -> Iterator[str]:
    """Yield what the schema says of a column beside its type."""
    if column.key:
        yield f"key {column.key}"
    if column.refers:
        yield f"refers to `{column.refers}`"
    if column.required and not column.key:
        yield "never empty"
