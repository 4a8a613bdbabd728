"""The MeSH tree -> rows."""

import sqlite3
from collections.abc import Iterable

from kb.records import MeshPlace


def save_mesh_tree(db: sqlite3.Connection, places: Iterable[MeshPlace]) -> int:
    """Replace the MeSH tree in the caller's transaction; return how many places it has."""
    db.execute("delete from mesh_tree")
    db.executemany("insert or replace into mesh_tree (tree_number, descriptor_ui, name) values (?, ?, ?)", places)
    return int(db.execute("select count(*) from mesh_tree").fetchone()[0])
