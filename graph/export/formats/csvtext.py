"""Text as a cell of CSV (RFC 4180) that no spreadsheet takes for a formula.  (pure)"""

import re
from typing import Final

from graph.export.formats.common import Text, one_line
from kb.queries.export.nodes import SEPARATOR
from kb.text import without_controls

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet may run
_FORMULAS: Final = re.compile(f"{SEPARATOR}(?=[{''.join(map(re.escape, _FORMULA))}])")


def harmless(cell: str) -> str:
    """Return a cell with an apostrophe before what a spreadsheet could run."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def csv_text(text: str) -> str:
    """Return text as it stands between quotation marks."""
    return harmless(without_controls(text).replace('"', '""'))


def csv_line_text(text: str) -> str:
    """Return text as it stands between quotation marks, in one line."""
    return harmless(one_line(text).replace('"', '""'))


def _harmless_cells(joined: str) -> str:
    return _FORMULAS.sub(f"{SEPARATOR}'", SEPARATOR + joined)[1:]


CELL: Final = Text(csv_text, (('"', '""'),), _harmless_cells)
LINE: Final = Text(csv_line_text, (('"', '""'),), _harmless_cells)
