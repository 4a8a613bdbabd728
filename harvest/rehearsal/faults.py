"""What E-utilities send when they fail, to be rehearsed: one kind for each form that was seen."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

PASSING: Final = "passing"  # a later attempt may succeed: the client asks again
FINAL: Final = "final"  # the same comes again: the client gives up at once
UNSEEN: Final = "unseen"  # a valid answer; only comparing it with what was asked shows the fault


class Reply(NamedTuple):
    """An answer as it goes out; manner: whole, short, reset, stall, drip or gzip."""

    body: bytes
    status: int = 200
    content_type: str = "text/xml; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    manner: str = "whole"


class FaultKind(NamedTuple):
    """One way to fail: what it does to a good reply, and what a client can do about it."""

    effect: str
    spoil: Callable[[Reply], Reply]


@dataclass(frozen=True)
class Fault:
    """A fault on command: which kind, for which endpoint (None: all), how often (None: for ever).

    after: so many requests that match pass unharmed first. parameters: only requests with these values.
    """

    kind: str
    endpoint: str | None = None
    times: int | None = 1
    after: int = 0
    parameters: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in {**KINDS, **TEXT_KINDS}:
            raise ValueError(f"no fault is called {self.kind!r}; there are: {', '.join({**KINDS, **TEXT_KINDS})}")

    def matches(self, endpoint: str, parameters: Mapping[str, list[str]]) -> bool:
        """Return whether a request is one that this fault may hit."""
        return self.endpoint in (None, endpoint) and all(
            value in parameters.get(name, ()) for name, value in self.parameters
        )

    def once_less(self) -> "Fault":
        """Return what is left of the fault after one request that it matches."""
        if self.after:
            return replace(self, after=self.after - 1)
        return self if self.times is None else replace(self, times=self.times - 1)


def _instead(body: str, **changes: object) -> Callable[[Reply], Reply]:
    """Return a spoiler that sends body in place of the answer."""
    return lambda _: Reply(body.encode(), **changes)  # type: ignore[arg-type]  # fields of Reply


def _error(words: str, root: str = "", **changes: object) -> Callable[[Reply], Reply]:
    """Return a spoiler that sends an ERROR in the root element of the good answer, or in root."""

    def spoil(good: Reply) -> Reply:
        name = root or _root(good.body)
        body = f'<?xml version="1.0" encoding="UTF-8" ?>\n<{name}>\n\t<ERROR>{words}</ERROR>\n</{name}>\n'
        return Reply(body.encode(), **changes)  # type: ignore[arg-type]  # fields of Reply

    return spoil


def _root(body: bytes) -> str:
    """Return the root element of a good answer; a PubmedArticleSet fails as eFetchResult."""
    found = re.search(rb"<(e\w+Result)\b", body)
    return found[1].decode() if found else "eFetchResult"


def _page(title: str, **changes: object) -> Callable[[Reply], Reply]:
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return _instead(page, content_type="text/html", **changes)


def _json(body: str, **changes: object) -> Callable[[Reply], Reply]:
    return _instead(body, content_type="application/json", **changes)


def _manner(name: str) -> Callable[[Reply], Reply]:
    return lambda good: good._replace(manner=name)


def _cut(good: Reply) -> Reply:
    return good._replace(body=good.body[: len(good.body) * 3 // 5])


def _spliced(good: Reply) -> Reply:
    """Lose the end of the last record or set, but not what closes the document."""
    _, end = _last(good.body)
    return good._replace(body=good.body[: max(0, end - 20)] + good.body[end:])


def _fewer(good: Reply) -> Reply:
    """Leave out the last record, link set, hit or line."""
    start, end = _last(good.body)
    return good._replace(body=good.body[:start] + good.body[end:])


def _last(body: bytes) -> tuple[int, int]:
    """Return where the last record, link set, hit or line starts and ends; the end of body twice where it has none."""
    for name in (b"PubmedArticle", b"PubmedBookArticle", b"LinkSet", b"Id", b"article"):
        if found := list(re.finditer(rb"<%s[ >].*?</%s>" % (name, name), body, re.DOTALL)):
            return found[-1].span()
    line = re.search(rb"[^\n<{]+\n\Z", body)  # of ECitMatch
    return line.span() if line else (len(body), len(body))


def _other_pmid(good: Reply) -> Reply:
    """Give the first record another PMID, as a merged one has."""
    return good._replace(body=re.sub(rb"(<PMID[^>]*>)(\d+)", rb"\g<1>99\g<2>", good.body, count=1))


def _no_links(good: Reply) -> Reply:
    return good._replace(body=re.sub(rb"<LinkSetDb>.*?</LinkSetDb>", b"", good.body, flags=re.DOTALL))


def _pooled(good: Reply) -> Reply:
    """Put all link sets into one, as for a comma list of ids."""
    ids = b"".join(re.findall(rb"<IdList>(.*?)</IdList>", good.body, re.DOTALL))
    links = b"".join(re.findall(rb"<LinkSetDb>.*?</LinkSetDb>", good.body, re.DOTALL))
    one = b"<LinkSet><DbFrom>pubmed</DbFrom><IdList>" + ids + b"</IdList>" + links + b"</LinkSet>"
    return good._replace(body=re.sub(rb"<LinkSet>.*</LinkSet>", lambda _: one, good.body, flags=re.DOTALL))


def _texts(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Reply], Reply]:
    """Return a spoiler that changes the articles of an answer."""

    def spoil(good: Reply) -> Reply:
        texts = re.findall(rb"<article .*?</article>", good.body, re.DOTALL)
        rest = re.sub(rb"<article .*</article>", b"", good.body, flags=re.DOTALL)
        head, end, tail = rest.partition(b"</pmc-articleset>")
        return good._replace(body=head + b"".join(change(texts)) + end + tail) if texts else good

    return spoil


def _front(text: bytes) -> bytes:
    return re.sub(rb"<body>.*</back>", b"", text, flags=re.DOTALL)


def _of_another(text: bytes) -> bytes:
    return re.sub(rb"(\bPMC|pub-id-type=\"pmid\">)(\d+)", rb"\g<1>9\2", text)


KINDS: Final[Mapping[str, FaultKind]] = {
    "backend failed": FaultKind(PASSING, _error("Search Backend failed: Database is not supported: pubmed")),
    "no backend connection": FaultKind(PASSING, _error("Unable to open connection to #PMQuerySrv?dbaf=pubmed")),
    "address table empty": FaultKind(PASSING, _error("Couldn't resolve #exLinkSrv2, the address table is empty.")),
    "read to the end": FaultKind(PASSING, _error("TXCLIENT::readAll EOF")),
    "external viewer": FaultKind(
        PASSING,
        _error("External viewer error: Empty Response. Bytes read: 0 Status: Timeout", "eFetchResult", status=400),
    ),
    "C++ exception": FaultKind(
        PASSING, _instead("NCBI C++ Exception:\n    Error: Cannot open file dtdinfo.ini", content_type="text/plain")
    ),
    "empty": FaultKind(PASSING, _instead("")),
    "text": FaultKind(PASSING, _instead("F a i l e d  t o  u n d e r s t a n d  i d", content_type="text/plain")),
    "block page": FaultKind(FINAL, _page("NCBI - WWW Error Blocked Diagnostic")),
    "relayed 502": FaultKind(
        PASSING,
        _error("proxy_stream(): 502 Bad Gateway. Failed to connect to PubOne service", "eFetchResult", status=400),
    ),
    "unable to route": FaultKind(
        PASSING, _instead("Unable to route request!\n\nservice name: /http", status=404, content_type="text/plain")
    ),
    "too many requests": FaultKind(PASSING, _json('{"error":"API rate limit exceeded","count":"11"}\n', status=429)),
    "too many requests, retry after": FaultKind(
        PASSING,
        _json('{"error":"API rate limit exceeded","count":"11"}\n', status=429, headers=(("Retry-After", "2"),)),
    ),
    "too many requests, page": FaultKind(PASSING, _page("Too Many Requests", status=429)),
    "server error": FaultKind(PASSING, _page("500 Internal Server Error", status=500)),
    "bad gateway": FaultKind(PASSING, _page("502 Bad Gateway", status=502)),
    "unavailable": FaultKind(PASSING, _page("Service Unavailable", status=503)),
    "unavailable, retry after": FaultKind(
        PASSING, _page("Service Unavailable", status=503, headers=(("Retry-After", "3"),))
    ),
    "reset": FaultKind(PASSING, _manner("reset")),
    "stall": FaultKind(PASSING, _manner("stall")),
    "drip": FaultKind(PASSING, _manner("drip")),
    "short": FaultKind(PASSING, _manner("short")),
    "bad gzip": FaultKind(PASSING, lambda good: good._replace(manner="gzip", body=b"\x1f\x8b\x08" + good.body[:200])),
    "cut off": FaultKind(PASSING, _cut),
    "spliced": FaultKind(PASSING, _spliced),
    "other document": FaultKind(PASSING, _instead("<eInfoResult><DbList></DbList></eInfoResult>")),
    "redirect here": FaultKind(PASSING, _instead("", status=307, headers=(("Location", "/moved/{program}"),))),
    "redirect elsewhere": FaultKind(FINAL, _instead("", status=302, headers=(("Location", "https://example.org/"),))),
    "out of range": FaultKind(FINAL, _error("Cannot retrieve history data: OUT OF RANGE.", "eFetchResult", status=400)),
    "no ids": FaultKind(
        FINAL, _error("ID list is empty! Possibly it has no correct IDs.", "eFetchResult", status=400)
    ),
    "invalid JSON": FaultKind(
        FINAL,
        _json(
            '{"header":{"type":"esearch"},"esearchresult":{"ERROR":"Search Backend failed: Exception:\n'
            "'retstart' cannot be larger than 9998.\"}}"
        ),
    ),
    "key refused": FaultKind(
        FINAL, _json('{"error":"API key invalid","api-key":"k1","type":"invalid",\n"status":"unknown"}\n', status=400)
    ),
    "address too long": FaultKind(FINAL, _page("Submitted URI too large!", status=414)),
    "fewer": FaultKind(UNSEEN, _fewer),
    "other PMID": FaultKind(UNSEEN, _other_pmid),
    "no links": FaultKind(UNSEEN, _no_links),
    "pooled links": FaultKind(UNSEEN, _pooled),
}  # fmt: skip

TEXT_KINDS: Final[Mapping[str, FaultKind]] = {
    "front only": FaultKind(UNSEEN, _texts(lambda texts: [_front(text) for text in texts])),
    "out of order": FaultKind(UNSEEN, _texts(lambda texts: texts[::-1])),
    "another article": FaultKind(UNSEEN, _texts(lambda texts: [_of_another(texts[0]), *texts[1:]])),
    "article cut off": FaultKind(PASSING, _texts(lambda texts: [*texts[:-1], texts[-1][:-40]])),
    "no such key": FaultKind(
        FINAL,
        _instead(
            "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
            status=404,
            content_type="application/xml",
        ),
    ),
    "no version": FaultKind(UNSEEN, lambda good: good._replace(body=re.sub(rb"<Common.*Prefixes>", b"", good.body))),
}
"""How full texts fail beside: EFetch of db=pmc, and PubMed Central's bucket."""
