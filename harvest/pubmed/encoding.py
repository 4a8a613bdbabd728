"""Bytes of XML in whatever encoding the document declares -> bytes in UTF-8, as a stream."""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from kb.errors import RecordError

_HEAD_BYTES: Final = 256  # an XML declaration is shorter
_DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']""")
_AS_IS: Final = re.compile(r"utf-?8|(?:us-)?ascii|utf[-_]?(?:16|32)(?:[-_]?[lb]e)?", re.IGNORECASE)
"""UTF-8, and what a declaration that can be read byte by byte cannot be in: the bytes were recoded, not the words."""
_KNOWN: Final = re.compile(
    r"iso[-_]?8859[-_]\d{1,2}|latin[-_]?\d|windows[-_]125\d|cp125\d"
    r"|gb2312|gbk|gb18030|big5|shift[-_]jis|euc[-_](?:jp|kr)|koi8[-_][ru]|macintosh",
    re.IGNORECASE,
)  # Python's other codecs are no encodings of XML, and some of them (zip, idna, punycode) are dangerous
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_FORBIDDEN: Final = "\x01"  # no XML may hold it: the record with the bad bytes is refused, the others load


def _forbid(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _FORBIDDEN, error.end


codecs.register_error("litkb.forbid", _forbid)


def as_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the stream in UTF-8; a UTF-8 stream passes unchanged, so offsets in it stay right.

    Bytes that the declared encoding does not have become a character that XML forbids. Raises
    RecordError for an encoding that is not known.
    """
    source = iter(chunks)
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= _HEAD_BYTES:
            break
    encoding = declared_encoding(head)
    whole = chain([head], source)
    yield from whole if encoding is None else _transcoded(whole, encoding)


def declared_encoding(head: bytes) -> str | None:
    """Return the encoding that the beginning of a document shows; None for UTF-8."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    match = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    name = match[1].decode("ascii", "replace") if match else "utf-8"
    if _AS_IS.fullmatch(name) or head.startswith(codecs.BOM_UTF8):
        return None
    if not _KNOWN.fullmatch(name):
        raise RecordError(f"The document declares the encoding {name}, which litkb does not read.", offset=0)
    return name


def _transcoded(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors="litkb.forbid")
    except LookupError as error:
        raise RecordError(f"The document declares the encoding {encoding}, which is not known.", offset=0) from error
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
