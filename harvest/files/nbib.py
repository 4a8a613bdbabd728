"""NBIB, PubMed's download format (MEDLINE): bytes -> records, each by itself.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from harvest.files.nbib_fields import Field, read_fields
from kb.errors import RecordError
from kb.identifiers import pmid_or_none
from kb.records import Record

LONGEST: Final = 2**25  # bytes of one record; one with 1,566 names takes 0.4 MB

_FIELD: Final = re.compile(r"([A-Z][A-Z0-9]{0,3}) {0,3}-(?: (.*))?")
_INDENT: Final = "  "  # PubMed's has six blanks; a line that begins so goes on with the field before
_PMID: Final = re.compile(rb"^(?:\xef\xbb\xbf)?PMID- *(\d{1,10})\s*$", re.MULTILINE)
_FIRST: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:(?!PMID)[A-Z][A-Z0-9 ]{3}- [^\r\n]*[\r\n]\s*){0,5}PMID- *\d")


class RawRecord(NamedTuple):
    """The bytes of one record; is_closed: an empty line follows, so that nothing of it can be missing."""

    text: bytes
    offset: int
    is_closed: bool


def is_nbib(head: bytes) -> bool:
    """Return whether a file that begins so is NBIB: a PMID in its first lines, before which PMC has one more field."""
    return _FIRST.match(head) is not None


def parse_nbib(data: bytes | Iterable[bytes]) -> Iterator[Record | RecordError]:
    """Yield the records of an NBIB file in its order; one that cannot be read is the RecordError that says why."""
    for raw in _split([data] if isinstance(data, bytes) else data):
        try:
            yield _parse(raw)
        except RecordError as error:
            error.pmid, error.offset = _pmid(raw), raw.offset
            yield error


def _split(chunks: Iterable[bytes]) -> Iterator[RawRecord]:
    """Yield what stands between empty lines; a second PMID begins a record, too."""
    lines: list[bytes] = []
    start = offset = 0
    has_pmid = False
    for line in chain(_lines(chunks), [b""]):
        begins = _PMID.match(line) is not None
        is_empty = not line.strip() and not line.startswith(_INDENT.encode())
        if lines and (is_empty or (begins and has_pmid)):
            yield RawRecord(b"".join(lines), start, is_closed=is_empty and line != b"")
            lines, has_pmid = [], False
        if line.strip():
            start = start if lines else offset
            has_pmid = has_pmid or begins
            lines.append(line)
        offset += len(line)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).splitlines(keepends=True) or [b""]
        yield from whole
        if len(rest) > LONGEST:
            yield rest
            rest = b""
    yield from rest.splitlines(keepends=True)


def _pmid(raw: RawRecord) -> int | None:
    found = _PMID.search(raw.text)
    return pmid_or_none(found[1].decode()) if found else None


def _parse(raw: RawRecord) -> Record:
    """Return the record in these bytes. Raises RecordError, without PMID and offset, if it cannot be read."""
    if len(raw.text) > LONGEST:
        raise RecordError(f"The record has more than {LONGEST // 2**20} MB.")
    try:
        text = raw.text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RecordError("The record is not in UTF-8.") from error
    fields = list(_fields(text))
    _refuse_cut_off(raw, fields)
    numbers = [value for tag, value in fields if tag == "PMID"]
    pmid = pmid_or_none(numbers[0]) if len(numbers) == 1 else None
    if pmid is None:
        raise RecordError(f"{numbers[0]!r} is no PMID." if numbers else "The record has no PMID.")
    return read_fields(pmid, [field for field in fields if field.tag != "PMID"])


def _fields(text: str) -> Iterator[Field]:
    """Yield the fields that say something, lines that go on with one joined by a blank."""
    tag, parts = "", [""]
    for line in re.split(r"\r\n?|\n", text):  # PubMed's text holds other line ends that are none, such as U+2028
        match = None if line.startswith(_INDENT) else _FIELD.fullmatch(line)
        if match:
            yield from _field(tag, parts)
            tag, parts = match[1], [match[2] or ""]
        elif line.startswith(_INDENT) and tag:
            parts.append(line)
        elif line.strip():
            raise RecordError(f"The record has a line that is no field: {line.strip()[:40]!r}.")
    yield from _field(tag, parts)


def _field(tag: str, parts: list[str]) -> Iterator[Field]:
    value = " ".join(filter(None, (part.strip() for part in parts)))
    if value:
        yield Field(tag, value)


def _refuse_cut_off(raw: RawRecord, fields: list[Field]) -> None:
    """Raise RecordError for a record that does not end as PubMed's do: with SO; that of a book with an AID or later."""
    if raw.is_closed:
        return
    tags = {field.tag for field in fields}
    last = fields[-1] if fields else Field("", "")
    is_torn = last.tag == "SO" and not last.value.endswith(".") and not raw.text.endswith((b"\n", b"\r"))
    if is_torn or not ("SO" in tags or ("BTI" in tags and "AID" in tags)):
        raise RecordError("The record is cut off: it does not end with SO, where it appeared.")
