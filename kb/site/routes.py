"""The routes of the site: those that the modules of its pages and files have in ``ROUTES``."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from kb.site import files, pages
from kb.site.server.responses import Route

_FIRST: Final = re.compile(r"\^/(?:\(\?(?:P<\w+>|:)([\w|]+)\)|(\w+))")


def _found() -> Iterator[Route]:
    for package in (pages, files):
        for module in iter_modules(package.__path__):
            yield from getattr(import_module(f"{package.__name__}.{module.name}"), "ROUTES", ())


def _is_general(route: Route) -> tuple[bool, int]:
    """Return what orders routes: one that is spelt out goes before one that stands for several."""
    return not _FIRST.match(route[0]), route[0].count("(?P<")


ROUTES: Final = sorted(_found(), key=_is_general)
"""Addresses as patterns, and who answers them."""

_OURS: Final = frozenset(
    name for path, _ in ROUTES for match in _FIRST.finditer(path) for name in (match[1] or match[2]).split("|")
)
_WORD: Final = re.compile(r"/(\w*)")


def is_ours(path: str) -> bool:
    """Return whether a path is of our pages, by its first word; the others are Datasette's."""
    first = _WORD.match(path)
    return first is not None and (path == "/" or first[1] in _OURS)
