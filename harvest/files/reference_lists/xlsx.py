"""Sheets of Excel (.xlsx) -> seeds.  (pure)"""

import warnings
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import Final
from zipfile import BadZipFile, ZipFile

from harvest.files.reference_lists.lists import is_list, read_list
from harvest.files.reference_lists.table import build_heading, find_heading, read_row
from harvest.identify.seed import Seed
from kb.errors import UsageError

MOST_BYTES: Final = 100 * 2**20  # of an unpacked workbook
MOST_ROWS: Final = 200_000
_MOST_COLUMNS: Final = 256  # a cell far to the right must not cost a row of 16,384


def is_xlsx(data: bytes) -> bool:
    """Return whether a file is a workbook of Excel."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with ZipFile(BytesIO(data)) as packed:
            return "xl/workbook.xml" in packed.namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return False


def read_xlsx(name: str, data: bytes) -> Iterator[Seed]:
    """Yield a seed for each row of each sheet; a fault for a sheet that neither names columns nor is a list."""
    for title, rows in _sheets(name, data):
        start = find_heading(rows)
        if start is not None:
            heading = build_heading(rows[start])
            width = len(heading.names)
            for number, row in enumerate(rows[start + 1 :], start + 2):
                yield from read_row(f"{name} {title} row {number}", row + [""] * (width - len(row)), heading)
        elif is_list(text := "\n".join(" ".join(filter(None, row)) for row in rows)):
            yield from read_list(f"{name} {title}", text)
        elif text.strip():
            yield Seed(f"{name} {title}", fault="No row of the sheet names a column of PMIDs, DOIs, PMCIDs or titles.")


def _sheets(name: str, data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield the title and the cells of each sheet. Raises UsageError for a workbook too large or broken."""
    with ZipFile(BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
            raise UsageError(f"{name} holds more than {MOST_BYTES // 2**20} MB unpacked. Save the sheet as CSV.")
    try:
        sheets = list(_cells(data))
    except Exception as error:  # openpyxl raises whatever its parts raise
        raise UsageError(f"{name} is a workbook of Excel that cannot be read: {error}. Save it as CSV.") from error
    for title, rows in sheets:
        if len(rows) > MOST_ROWS:
            raise UsageError(f"{name} has more than {MOST_ROWS:,} rows in one sheet. Save it as CSV.")
        yield title, rows


def _cells(data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    from openpyxl.reader.excel import load_workbook  # takes 0.2 s, which workbooks alone need

    with warnings.catch_warnings(action="ignore"):  # of styles and extensions that it does not know
        for sheet in load_workbook(BytesIO(data), read_only=True, data_only=True).worksheets:
            sheet.reset_dimensions()  # as the file gives them they may be false
            rows = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
            yield sheet.title, [_cells_of(row) for row in islice(rows, MOST_ROWS + 1)]


def _cells_of(row: Iterable[object]) -> list[str]:
    """Return the cells of a row, without the empty ones behind the last that holds something."""
    cells = ["" if value is None else str(value).strip() for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells
