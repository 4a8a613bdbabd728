"""A stream of XML -> the bytes of each record, so that a bad one cannot spoil the others; a Grammar says what is one.

The document is never parsed as a whole: one damaged byte would lose all that follows it. What looks
like a record and cannot be cut out is given as rejected, never left out in silence.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from harvest.pubmed.encoding import as_utf8
from kb.errors import SourceError

MAX_RECORD: Final = 32 * 2**20  # bytes; the largest real record (1,566 people) takes 410 kB

ARTICLE: Final = "article"
BOOK: Final = "book"
DELETION: Final = "deletion"
REJECTED: Final = "rejected"

_PREVIEW: Final = 4096  # bytes of a rejected record that are kept, to read its PMID
_HEAD_BYTES: Final = 65536  # a document type with entities of its own may stand before the root element
_BLOCK: Final = 2**17  # bytes read at once: a record on the border of two blocks takes longer
_OVERLAP: Final = 64  # bytes; no pattern matches more, so none is missed where two chunks meet

_COMMENT_END: Final = re.compile(rb"-->")
_ROOT: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*+<([A-Za-z_][\w.:-]{0,40})[^>]*?(/?)>",
    re.DOTALL,
)

_CUT_OFF: Final = "The record is cut off: its end tag is missing."
_TOO_LONG: Final = f"The record is longer than {MAX_RECORD // 2**20} MB."
_NO_START: Final = "The start tag of the record is missing or damaged."
_HIDDEN: Final = "A comment hides what may be records; nothing in it was read."


@dataclass(frozen=True)
class Grammar:
    """What a record is in a language of XML: the elements that are one, by kind, and the roots that hold several.

    ``parts`` stand in records only: one outside shows that the start tag of a record is missing. A name may have a
    prefix where ``prefixed``.
    """

    what: str  # "PubMed XML"
    kinds: Mapping[bytes, str]
    sets: tuple[bytes, ...]  # the first is that of a document without a root
    parts: tuple[bytes, ...]
    prefixed: bool = False

    @cached_property
    def name(self) -> bytes:
        """A pattern of the name of a record."""
        prefix = rb"(?:[A-Za-z_][\w.-]{0,15}:)?" if self.prefixed else b""
        return prefix + rb"(?:" + b"|".join(self.kinds) + rb")"

    @cached_property
    def end(self) -> bytes:
        """A pattern of the end tag of a record, without its first character."""
        return rb"/" + self.name + rb"\s{0,9}>"

    @cached_property
    def inside(self) -> re.Pattern[bytes]:
        """What ends a record."""
        return re.compile(rb"<(?:(?P<end>" + self.end + rb")|(?P<start>" + self.name + rb")[\s/>])")

    @cached_property
    def start(self) -> re.Pattern[bytes]:
        """What begins a record."""
        return re.compile(rb"<" + self.name + rb"[\s/>]")

    def outside(self, root: bytes) -> re.Pattern[bytes]:
        """Return what matters between records of a document with this root element."""
        roots = b"|".join(re.escape(name) for name in sorted({*self.sets, root or self.sets[0]}))
        return re.compile(
            rb"<(?:(?P<start>" + self.name + rb")[\s/>]|(?P<close>/(?:" + roots + rb")\s{0,9}>)|(?P<end>" + self.end
            + rb")|(?P<inner>" + b"|".join(self.parts) + rb")[\s>]|(?P<comment>!--))"
        )  # fmt: skip

    def kind(self, name: bytes) -> str | None:
        """Return the kind of record that an element of this name is."""
        return self.kinds.get(name.rpartition(b":")[2] if self.prefixed else name)


PUBMED: Final = Grammar(
    "PubMed XML",
    {b"PubmedArticle": ARTICLE, b"PubmedBookArticle": BOOK, b"DeleteCitation": DELETION},
    (b"PubmedArticleSet", b"PubmedBookArticleSet", b"BookDocumentSet"),
    (b"MedlineCitation", b"BookDocument"),
)


class RawRecord(NamedTuple):
    """The bytes of one record in UTF-8; offset counts the bytes of the unpacked stream before it.

    kind rejected: it could not be cut out, reason says why, and xml is no more than its beginning.
    """

    kind: str
    xml: bytes
    offset: int
    reason: str | None = None


class _Window:
    """The part of a stream that is in memory; ``at`` is how far it has been read."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.chunks = iter(chunks)
        self.data = b""
        self.at = 0
        self.base = 0  # offset of data[0] in the stream
        self.fault: str | None = None  # why the stream ended before its end
        self.no_comment_end = 0  # offset up to which no end of a comment comes

    def grow(self) -> bool:
        """Read on, forgetting what lies before ``at``; False at the end of the stream."""
        pieces: list[bytes] = []
        size = 0
        try:
            while size < _BLOCK and (chunk := next(self.chunks, None)) is not None:
                pieces.append(chunk)
                size += len(chunk)
        except SourceError as error:
            self.fault = str(error)
        if not size:
            return False
        self.base += self.at
        self.data = b"".join([self.data[self.at :], *pieces])
        self.at = 0
        return True

    def search(self, pattern: re.Pattern[bytes], ahead: int = 0) -> re.Match[bytes] | None:
        """Return the first match from ``at + ahead`` on, within MAX_RECORD bytes of ``at``; nothing is forgotten."""
        while True:
            if match := pattern.search(self.data, self.at + ahead):
                return match
            ahead = max(ahead, len(self.data) - self.at - _OVERLAP)
            if ahead > MAX_RECORD or not self.grow():
                return None

    def find(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Return the next match, however far; what lies before it is forgotten."""
        while True:
            if match := pattern.search(self.data, self.at):
                self.at = match.start()
                return match
            self.at = max(self.at, len(self.data) - _OVERLAP)
            if not self.grow():
                return None

    def rejected(self, reason: str) -> RawRecord:
        """Return what begins at ``at`` as rejected."""
        return RawRecord(REJECTED, self.data[self.at : self.at + _PREVIEW], self.base + self.at, reason)


def split_records(chunks: Iterable[bytes], grammar: Grammar = PUBMED) -> Iterator[RawRecord]:
    """Yield the records of a stream of XML, whatever its root element, in its order.

    What is rejected is yielded in its place; a document that is cut off, or is of another language, ends
    with a rejected one. Raises RecordError for an encoding that is not known.
    """
    window = _Window(as_utf8(chunks))
    while len(window.data) < _HEAD_BYTES and window.grow():
        pass
    root = _ROOT.match(window.data)
    empty = not window.data[:_HEAD_BYTES].strip(b" \t\r\n\xef\xbb\xbf\x00")
    name = root[1] if root else b""
    closed = bool(root and root[2])
    found = False
    for raw in _records(window, grammar, grammar.outside(name)):
        closed = raw is None
        if raw is not None:
            found = True
            yield raw
    if problem := window.fault or _problem(grammar, name, found=found, closed=closed, empty=empty):
        yield RawRecord(REJECTED, b"", window.base + len(window.data), problem)


def _records(window: _Window, grammar: Grammar, outside: re.Pattern[bytes]) -> Iterator[RawRecord | None]:
    """Yield each record; None where the document is closed."""
    end_is_known = False  # the end tag to come belongs to a record that was rejected already
    while match := window.find(outside):
        place = match.lastgroup
        if place == "start":
            raw = _record(window, grammar, match)
            end_is_known = raw.kind == REJECTED
            yield raw
            continue
        if place == "comment":
            yield from _comment(window, grammar)
            continue
        if place == "inner" or (place == "end" and not end_is_known):
            yield window.rejected(_NO_START)
        elif place == "close":
            yield None
        end_is_known = place == "inner"
        window.at += len(match[0])


def _record(window: _Window, grammar: Grammar, match: re.Match[bytes]) -> RawRecord:
    """Return the record whose start tag match found, and go past it; rejected if it has no end.

    Comments and CDATA are not looked at: one that held an end tag would make a record that does not
    parse, which is then rejected, and what follows its end tag as well.
    """
    name, ahead = match["start"], len(match[0])
    end = _plain_end(window.data, window.at + ahead, name)
    if not end and window.data.find(name, window.at + ahead) < 0 and window.grow():  # most end in the next block
        end = _plain_end(window.data, window.at + ahead, name)
    if not end:
        found = window.search(grammar.inside, ahead)
        if found is None:
            return _endless(window)
        if found.lastgroup == "start":
            raw = window.rejected(_CUT_OFF)
            window.at = found.start()
            return raw
        end = found.end()
    if end - window.at > MAX_RECORD:
        raw = window.rejected(_TOO_LONG)
    else:
        raw = RawRecord(grammar.kind(name) or REJECTED, window.data[window.at : end], window.base + window.at)
    window.at = end
    return raw


def _plain_end(data: bytes, start: int, name: bytes) -> int:
    """Return where the record ends, 0 if that takes a closer look.

    Searching for a word that does not begin with "<" or "/" is forty times faster than the pattern. The end
    of another record is never taken for this one's: its start would come before it.
    """
    at = data.find(name, start)
    end = at + len(name) + 1
    return end if data[at - 2 : end] == b"</" + name + b">" else 0


def _endless(window: _Window) -> RawRecord:
    """Return a record without an end as rejected: the stream ended, or the record is too long."""
    is_long = len(window.data) - window.at > MAX_RECORD
    raw = window.rejected(_TOO_LONG if is_long else _CUT_OFF)
    window.at = window.at + MAX_RECORD if is_long else len(window.data)
    return raw


def _comment(window: _Window, grammar: Grammar) -> Iterator[RawRecord]:
    """Go past a comment between records; one that hides records is yielded as rejected."""
    ahead = max(len(b"<!--"), window.no_comment_end - window.base - window.at)
    end = window.search(_COMMENT_END, ahead)
    if end is None:
        window.no_comment_end = max(window.no_comment_end, window.base + len(window.data) - _OVERLAP)
        window.at += len(b"<!--")  # it has no end: an accident, not a comment
        return
    if grammar.start.search(window.data, window.at, end.start()):
        yield window.rejected(_HIDDEN)
    window.at = end.end()


def _problem(grammar: Grammar, root: bytes, *, found: bool, closed: bool, empty: bool) -> str | None:
    """Return what is wrong with a whole document that has been read, None where nothing is."""
    if empty:
        return "The file is empty."
    if not found and root not in grammar.sets:
        what = f"its root element is {root.decode('ascii', 'replace')}" if root else "it has no root element"
        return f"This is no {grammar.what}: {what}, and no record is in it."
    if grammar.kind(root) or closed:
        return None
    name = (root or grammar.sets[0]).decode("ascii", "replace")
    return f"The document is cut off: </{name}> is missing at its end."
