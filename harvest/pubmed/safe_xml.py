"""How XML of others is parsed: nothing is expanded, fetched or repaired; a recovering parser drops text in silence."""

from typing import Final

OPTIONS: Final = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "collect_ids": False,
    "encoding": "utf-8",
}
