"""What each column of a table means: the comment beside it in the DDL, which SQLite keeps too.  (pure)"""

import re
from collections.abc import Iterator
from typing import Final

_TABLE: Final = re.compile(r"^create table (\w+) \((.*?)^\)", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_COLUMN: Final = re.compile(r"    (\w+) (?:integer|text|real|blob|any)\b")
_COMMENT: Final = re.compile(r"(?:'[^']*'|[^'])*?-- ?(.*)")


def find_descriptions(ddl: str) -> dict[str, dict[str, str]]:
    """Return by table the description of each of its columns, in their order; "" where it has no comment.

    A comment may go on in the lines after, which have nothing but it.
    """
    return {name: dict(_columns(body)) for name, body in _TABLE.findall(ddl)}


def _columns(body: str) -> Iterator[tuple[str, str]]:
    name, words = "", list[str]()
    for line in body.splitlines():
        column, comment = _COLUMN.match(line), _COMMENT.fullmatch(line)
        if column or not line.strip().startswith("--"):
            if name:
                yield name, " ".join(words)
            name, words = column[1] if column else "", []
        if name and comment:
            words.append(comment[1].strip())
    if name:
        yield name, " ".join(words)
