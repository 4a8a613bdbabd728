"""The MeSH tree, and the other names of headings -> rows."""

import sqlite3
from collections.abc import Iterable, Iterator

from kb.records import MeshPlace, MeshTerm
from kb.text import fold, words_in


def save_mesh_tree(db: sqlite3.Connection, found: Iterable[MeshPlace | MeshTerm]) -> int:
    """Replace the MeSH tree and the other names in the caller's transaction; return how many places it has."""
    db.execute("delete from mesh_tree")
    db.execute("delete from mesh_entry_terms")
    db.executemany(
        "insert or replace into mesh_tree (tree_number, descriptor_ui, name) values (?, ?, ?)", _places(db, found)
    )
    return int(db.execute("select count(*) from mesh_tree").fetchone()[0])


def _places(db: sqlite3.Connection, found: Iterable[MeshPlace | MeshTerm]) -> Iterator[MeshPlace]:
    """Yield the places, and save the other names that come between them."""
    for one in found:
        if isinstance(one, MeshPlace):
            yield one
            continue
        words = words_in(fold(one.term))
        if words and set(words) != set(words_in(fold(one.heading))):
            db.execute("insert or ignore into mesh_entry_terms values (?, ?)", (" ".join(words), one.heading))
