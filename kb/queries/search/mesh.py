"""Branches of the MeSH tree, and the articles in them."""

import sqlite3
from typing import Final

HERE_OR_BELOW: Final = "(b.tree_number = {v} or b.tree_number > {v} || '.' and b.tree_number < {v} || '/')"
IN_BRANCH: Final = f"""
    select h.pmid from mesh_tree b join mesh_headings h on h.descriptor_ui = b.descriptor_ui
    where {HERE_OR_BELOW}"""
"""Select of the articles about a place of the tree, {v}, or anything below it; some more than once."""
BELOW: Final = f"""select distinct h.pmid from mesh_tree t
    join mesh_tree b on {HERE_OR_BELOW.format(v="t.tree_number")}
    join mesh_headings h on h.descriptor_ui = b.descriptor_ui
where t.descriptor_ui = {{ui}}"""
"""Select of the articles about a descriptor, {ui}, or something below any of its places."""
_BESIDE: Final = f"""with beside (ui, name) as (
    select distinct t.descriptor_ui, t.name from mesh_tree own join mesh_tree t on {{}} where own.descriptor_ui = :ui)
select ui, name, (select count(*) from ({BELOW.format(ui="x.ui")})) as n from beside x order by n desc, name"""


def read_placed(db: sqlite3.Connection) -> tuple[int, int]:
    """Return how many of the descriptors used here stand in the tree, and how many there are."""
    row = db.execute(
        """select count(*) filter (where d.descriptor_ui in (select descriptor_ui from mesh_tree)), count(*)
        from mesh_descriptors d"""
    ).fetchone()
    return int(row[0]), int(row[1])


def read_has_tree(db: sqlite3.Connection) -> bool:
    """Return whether NLM's descriptor file has been read: without it nobody knows what stands below a heading."""
    return bool(db.execute("select exists (select 1 from mesh_tree)").fetchone()[0])


def read_heading_at(db: sqlite3.Connection, tree_number: str) -> str | None:
    """Return the name of the descriptor at a place of the tree; None where there is no such place."""
    row = db.execute("select name from mesh_tree where tree_number = ?", (tree_number,)).fetchone()
    return str(row[0]) if row else None


def read_descriptors_below(db: sqlite3.Connection, heading: str) -> list[str]:
    """Return the descriptors at any place of a heading, and below these."""
    rows = db.execute(
        f"""select distinct b.descriptor_ui from mesh_tree t
            join mesh_tree b on {HERE_OR_BELOW.format(v="t.tree_number")}
        where t.name = ?""",
        (heading,),
    )
    return [row[0] for row in rows]


def read_places(db: sqlite3.Connection, descriptor_ui: str) -> list[str]:
    """Return the places of a descriptor in the tree."""
    rows = db.execute("select tree_number from mesh_tree where descriptor_ui = ? order by 1", (descriptor_ui,))
    return [row[0] for row in rows]


def read_broader(db: sqlite3.Connection, descriptor_ui: str) -> list[tuple[str, str, int]]:
    """Return the descriptors one step above any place of a descriptor: number, name, articles about them or below."""
    above = "t.tree_number = rtrim(rtrim(own.tree_number, replace(own.tree_number, '.', '')), '.')"
    return db.execute(_BESIDE.format(above), {"ui": descriptor_ui}).fetchall()


def read_narrower(db: sqlite3.Connection, descriptor_ui: str) -> list[tuple[str, str, int]]:
    """Return the descriptors one step below any place of a descriptor, those with articles; as read_broader does."""
    below = """t.tree_number > own.tree_number || '.' and t.tree_number < own.tree_number || '/'
        and instr(substr(t.tree_number, length(own.tree_number) + 2), '.') = 0"""
    return [row for row in db.execute(_BESIDE.format(below), {"ui": descriptor_ui}) if row[2]]


def read_name(db: sqlite3.Connection, descriptor_ui: str) -> str | None:
    """Return the name of a descriptor of the tree; None where the tree has none of this number."""
    row = db.execute("select name from mesh_tree where descriptor_ui = ? limit 1", (descriptor_ui,)).fetchone()
    return row[0] if row else None
