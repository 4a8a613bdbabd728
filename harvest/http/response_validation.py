"""Is an answer of E-utilities what was asked for? Status, root element, closing tag and ERROR elements decide."""

import re
from typing import Final

from lxml import etree

from kb.errors import PermanentError, QuestionError, SourceError, TransientError
from kb.text import collapse_spaces, unescape

LONGEST_QUOTE: Final = 160
"""Characters of NCBI's words in a sentence of ours."""

_QUESTION: Final = re.compile(
    r"id list is empty|id parameter is empty|invalid (?:uid|id\b|query)|missing (?:term|id)|empty term|too many uids"
    r"|out of range|cannot be larger|out of acceptable range|not available: \d|\bNoSuchKey\b",
    re.IGNORECASE,
)  # refused for the ids or the query in it
_KEY: Final = re.compile(r"\bapi[ _-]?key\b", re.IGNORECASE)
_BLOCKED: Final = re.compile(r"\bHTTP 40[137]\b|\bblocked\b|\bbanned\b|access denied|\bforbidden\b", re.IGNORECASE)
_UNKNOWN: Final = re.compile(
    r"(?:invalid|unknown|unsupported|missing|illegal|incorrect|wrong|bad)\b[^.;]{0,20}"
    r"\b(?:db|database|cmd|command|link\s?name|link|ret\s?type|ret\s?mode|parameter|tool|e-?mail)\b"
    r"|\b(?:cmd|command|link\s?name|ret\s?type|ret\s?mode|parameter|tool)\b[^.;]{0,40}"
    r"\b(?:not supported|unsupported|invalid|unknown|not valid|not allowed)|can ?not retrieve dbinfo",
    re.IGNORECASE,
)  # refused whatever it asks about; every message that none of these knows has been seen to pass (faults.md)
_LIMITED: Final = re.compile(r"rate limit|too many requests", re.IGNORECASE)
_KEY_VALUE: Final = re.compile(r"(api[ _-]?key[\"']?\s*[:=]\s*[\"']?)[^\"'\s,&}<]+", re.IGNORECASE)
_WAYS_OUT: Final = {
    re.compile(r"\bAccessDenied\b"): "run the same command again later: the bucket of PubMed Central refuses for now",
    _KEY: "correct NCBI_API_KEY or the file of --api-key-file, or ask without a key",
    _BLOCKED: "set NCBI_EMAIL, wait a day, or write to eutilities@ncbi.nlm.nih.gov",
    _UNKNOWN: "the server does not offer what litkb asks for; check LITKB_EUTILS_URL, or report it to litkb",
}
_PASSING: Final = re.compile(r"unable to route|failed to connect|bad gateway|time-?out", re.IGNORECASE)
_PASSING_STATUSES: Final = frozenset({400, 408, 425, 429})  # 400 relays what failed behind NCBI's front
_ERROR: Final = re.compile(rb"<ERROR\b[^<>]*>([^<]*+(?:<(?!/?ERROR\b)[^<]*+)*)</ERROR>")
_TITLE: Final = re.compile(rb"<title[^<>]*>([^<]*)</title>", re.IGNORECASE)
_JSON_ERROR: Final = re.compile(r'"error"\s*:\s*"(.{0,1000}?)"\s*[,}]', re.DOTALL | re.IGNORECASE)
_NO_MARKUP: Final = re.compile(
    rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL
)  # what looks like elements and is none
_S3_ERROR: Final = re.compile(r"<Error><Code>([^<]*)</Code><Message>([^<]*)</Message>")
_PROLOG: Final = re.compile(rb"(?:\s|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*", re.DOTALL | re.IGNORECASE)
_ROOT: Final = re.compile(rb"<([A-Za-z][\w.-]*)")


def check_status(status: int, body: bytes, *, retry_after: float | None = None) -> None:
    """Raise unless status is 200; what the body says decides whether asking again is worth it."""
    if status == 200:
        return
    said = said_instead(body)
    sentence = f"HTTP {status}" + (f", {said}" if said else "")
    kind = _kind_of(said)
    passing = status in _PASSING_STATUSES or not 200 < status < 500 or _PASSING.search(said)
    if status == 429 or (kind is TransientError and passing):
        raise TransientError(sentence, retry_after=retry_after)
    raise (PermanentError if kind is TransientError else kind)(_with_way_out(sentence))


def check_articles(body: bytes) -> None:
    """Raise unless body is a whole PubmedArticleSet; each record is read strictly later, by itself."""
    check_document(body, "PubmedArticleSet")
    if words := error_words(body):
        raise refusal(words)
    for name in (b"PubmedArticle", b"PubmedBookArticle"):
        opened = len(re.findall(rb"<%s[\s>]" % name, body))
        if opened != len(re.findall(rb"</%s\s*>" % name, body)):
            raise TransientError("an answer in which a record is cut off")


def check_full_texts(body: bytes, *, alone: bool) -> bool:
    """Return whether body is a whole pmc-articleset; raise unless it is one at all.

    QuestionError, so that it is halved, where one of several is cut.
    """
    markup = _NO_MARKUP.sub(b"", body)
    if words := error_words(markup):
        raise refusal(words)
    check_root(body, "pmc-articleset")
    opened = len(re.findall(rb"<article[\s>]", markup))
    whole = opened == len(re.findall(rb"</article\s*>", markup)) and is_closed(body, "pmc-articleset")
    if not whole and not alone:
        raise QuestionError("an answer that is cut off")
    return whole


def check_document(body: bytes, root: str) -> None:
    """Raise unless body is a document with this root element and its closing tag."""
    check_root(body, root)
    if not is_closed(body, root):
        raise TransientError("an answer that is cut off")


def check_root(body: bytes, root: str) -> None:
    """Raise unless body is the beginning of a document with this root element."""
    if not body.strip():
        raise TransientError("an empty answer")
    found = _ROOT.match(body, _PROLOG.match(body).end())  # type: ignore[union-attr]  # the pattern matches nothing, too
    if found is None or found[1].decode() != root:
        raise refusal(said_instead(body))


def is_closed(body: bytes, root: str) -> bool:
    """Return whether a document ends with its root element."""
    name = root.encode()
    end = re.compile(rb"(?:</%s\s*>|<%s[^<>]*/>)(?:\s|<!--[^<>]*-->)*\Z" % (name, name))
    return end.search(body, max(0, len(body) - 500)) is not None


def parse_document(body: bytes, root: str) -> "etree._Element":
    """Return the tree of a document that check_document passes; TransientError where it is not well-formed."""
    check_document(body, root)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise TransientError("an answer that is not well-formed XML") from error


def error_words(body: bytes) -> str:
    """Return what the ERROR elements of an answer say, joined; "" where it has none."""
    return _quoted("; ".join(_text(words) or "ERROR" for words in _ERROR.findall(body)))


def refusal(words: str) -> SourceError:
    """Return the error for what an answer says in place of data.

    QuestionError where it is about the ids or the query asked, PermanentError where the request is refused whatever
    it asks about, with what to do; else TransientError.
    """
    return _kind_of(words)(_with_way_out(words) or "an answer of an unknown kind")


def _kind_of(words: str) -> type[SourceError]:
    if _LIMITED.search(words):
        return TransientError
    if not _KEY.search(words) and _QUESTION.search(words):
        return QuestionError
    return PermanentError if _way_out(words) else TransientError


def _with_way_out(words: str) -> str:
    way_out = _way_out(words)
    return f"{words.rstrip('.')}: {way_out}" if way_out else words


def _way_out(words: str) -> str | None:
    """Return what to do about a request that is refused whatever it asks about; None where words do not say so."""
    return next((way_out for pattern, way_out in _WAYS_OUT.items() if pattern.search(words)), None)


def said_instead(body: bytes) -> str:
    """Return in short what a body says that is not the document asked for."""
    if words := error_words(body):
        return words
    start = body[:20_000]
    if match := _JSON_ERROR.search(start.decode("utf-8", "replace")):
        return _quoted(match[1])
    if match := _S3_ERROR.search(start.decode("utf-8", "replace")):
        return _quoted(f"{match[1]}: {match[2]}")
    if re.search(rb"<(?:html|!doctype html)", start, re.IGNORECASE):
        title = _TITLE.search(start)
        return "an HTML page" + (f" “{_quoted(_text(title[1]))}”" if title else "") + " in place of data"
    if found := _ROOT.match(start[_PROLOG.match(start).end() :]):  # type: ignore[union-attr]  # as above
        return f"a document of the kind {found[1].decode()}"
    return _quoted(_text(start))


def _text(markup: bytes) -> str:
    return unescape(re.sub(r"<[^<>]*>", " ", markup.decode("utf-8", "replace")))


def _quoted(words: str) -> str:
    """Return words on one line, without characters that would disturb a terminal, at most LONGEST_QUOTE long."""
    plain = collapse_spaces(_KEY_VALUE.sub(r"\1…", "".join(c if c.isprintable() else " " for c in words)))
    return plain if len(plain) <= LONGEST_QUOTE else plain[: LONGEST_QUOTE - 1] + "…"
