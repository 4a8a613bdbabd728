"""SQL functions for people who ask the file: folding of search text, and questions to the citation graph."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from kb.queries import examples
from kb.queries.works import pair_queries
from kb.text import search_form

_LONGEST: Final = 100_000  # characters that fold() takes: each call is Python's, and no clock stops it


_Make = Callable[[sqlite3.Connection], Callable[..., Any]]


class Function(NamedTuple):
    """A function of SQL: how it is called, what it gives, a question that shows it, and who answers."""

    call: str
    gives: str
    example: str
    make: _Make

    @property
    def name(self) -> str:
        """Its name."""
        return self.call.partition("(")[0]


def _fold(_: sqlite3.Connection) -> Callable[[object], str | None]:
    def folded(text: object) -> str | None:
        return None if text is None or len(str(text)) > _LONGEST else search_form(str(text))

    return folded


def _path(db: sqlite3.Connection) -> Callable[[object, object], str | None]:
    def path(start: object, end: object) -> str | None:
        works = _works(start, end)
        found = pair_queries.read_citation_path(db, *works) if works else None
        return None if found is None else json.dumps(found)

    return path


def _counting(read: Callable[[sqlite3.Connection, int, int], int]) -> _Make:
    def make(db: sqlite3.Connection) -> Callable[[object, object], int | None]:
        def count(first: object, second: object) -> int | None:
            works = _works(first, second)
            return read(db, *works) if works else None

        return count

    return make


def _works(first: object, second: object) -> tuple[int, int] | None:
    """Return two works as given, or as a form sends them: as text; None where one of them is no number."""
    try:
        return int(str(first)), int(str(second))
    except ValueError:
        return None


FUNCTIONS: Final = (
    Function(
        "fold(text)",
        "The search form of a text: no capitals, no accents, ø as o, CO₂ as co2. article_search has words so folded. "
        f"Empty for texts of more than {_LONGEST:,} characters.",
        examples.FOLDED,
        _fold,
    ),
    Function(
        "citation_path(work, other)",
        "A shortest chain of references from one work to another, each citing the next, as a JSON list of works.id; "
        "empty where none leads there.",
        examples.PATH,
        _path,
    ),
    Function(
        "cocitation_count(work, other)",
        "How many works of this file cite both. Table cocitations holds the strongest of each work.",
        examples.COCITED,
        _counting(pair_queries.read_cocitation_count),
    ),
    Function(
        "coupling_count(work, other)",
        "How many works of this file both cite. Table couplings holds the strongest of each work.",
        examples.COUPLED,
        _counting(pair_queries.read_coupling_count),
    ),
)


def add_functions(db: sqlite3.Connection) -> None:
    """Give an open connection the functions."""
    for function in FUNCTIONS:
        arguments = function.call.count(",") + 1
        db.create_function(function.name, arguments, function.make(db), deterministic=function.name == "fold")
