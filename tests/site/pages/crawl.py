"""A crawler of the site: all its pages by their links, and every number that leads to its evidence."""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

import httpx

from tests.site.conftest import Get

_LINK = re.compile(r'<a\b[^>]*? href="(/[^"#]*)')
_COUNT = re.compile(r'<a class="count"[^>]*? href="([^"]+)"[^>]*>([^<]+)</a>')
_NUMBER = re.compile(r'<span id="number">([^<]+)</span>')
_PAGES = re.compile(
    r"/(?:$|search|article/|work/|author/|journal/|mesh/|keyword/|community/|year/|run/|map|timeline|years|names|suggestions|schema|sentences)"
)
_NOT_PAGES = re.compile(r"\.(?!\w+=)[a-z]\w*(?:\?|$)")

_SEARCHES = 100  # of the states of the search, which have no end


class Numbered(NamedTuple):
    """A number on a page, and where its evidence is."""

    page: str
    shown: str
    evidence: str

    @property
    def name(self) -> str:
        """The name of the evidence, on this kind of page."""
        return self.page.split("?")[0].split("/")[1] + " " + self.evidence.split("?")[0]


def pages_of(get: Get, most_of_kind: int) -> Iterator[tuple[str, httpx.Response]]:
    """Yield the pages that links lead to from home, so many of each kind at most, and never all searches."""
    waiting, seen, kinds = ["/"], {"/"}, dict[str, int]()
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > min(most_of_kind, _SEARCHES if kind == "search" else most_of_kind):
            continue
        answer = get(address)
        yield address, answer
        for found in map(unescape, _LINK.findall(answer.text)):
            if found not in seen and _PAGES.match(found) and not _NOT_PAGES.search(found):
                seen.add(found)
                waiting.append(found)


def _kind(address: str) -> str:
    """Return which kind of page an address is of: article, article map, search."""
    first, *others = address.split("?")[0].removeprefix("/").split("/")
    return f"{first} {others[-1]}" if others[-1:] in (["map"], ["years"], ["next"]) else first


def numbers_of(page: str, html: str) -> list[Numbered]:
    """Return the numbers of a page that lead to evidence."""
    return [Numbered(page, shown, unescape(evidence)) for evidence, shown in _COUNT.findall(html)]


def evidence_of(get: Get, address: str) -> str:
    """Return the number that a page of evidence gives."""
    answer = get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    assert _NUMBER.search(answer.text), address
    return unescape(_NUMBER.findall(answer.text)[0])


def agrees(shown: str, evidence: str) -> bool:
    """Return whether a number on a page is that of its evidence; one with decimals there is rounded on the page."""
    if shown == evidence:
        return True
    decimals = len(shown.partition(".")[2])
    return "." in evidence and f"{float(evidence):z,.{decimals}f}" == shown.removeprefix("+")
