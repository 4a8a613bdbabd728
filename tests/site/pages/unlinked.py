"""Numbers on a page that lead nowhere: what is left of its words without links and records' own words."""

import re
from html.parser import HTMLParser

_VOID = {"br", "img", "input", "meta", "link", "source", "hr", "base"}
# Links and h1 name what they lead to, a fold's summary opens what it counts, a picture says what its table says.
_LEADING = {"a", "h1", "summary", "svg"}
_NO_WORDS = {"pre", "code", "time", "script", "textarea"}
# What a record, a source or a person says, in its own words.
_OWN_WORDS = {
    "citation", "snippet", "title", "copyright", "vernacular", "imprint", "ids", "affiliations", "authors",
    "terms", "rank", "asked", "own", "table-about", "examples",
}  # fmt: skip
_OWN_SECTIONS = {"abstract", "other-abstract", "keywords", "coi", "comments", "history", "identifiers", "investigators"}
_NUMBER = re.compile(r"(?<![\w.,;:()/-])\d(?:[\d,]*\d)?(?:\.\d+)?(?![\w-])")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")


class Words(HTMLParser):
    """The words of main that are the site's own and lead nowhere."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed("<main" + html.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        classes = set((said.get("class") or "").split())
        skipped = tag in _LEADING | _NO_WORDS or bool(classes & _OWN_WORDS) or said.get("id") in _OWN_SECTIONS
        if tag not in _VOID:
            self._open.append((tag, skipped))
        self.words.append("  ")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not any(skipped for _, skipped in self._open):
            self.words.append(data)


def unlinked_numbers(html: str) -> list[str]:
    """Return the numbers of a page that lead nowhere, each with the word after it; years are no numbers."""
    text = " ".join("".join(Words(html).words).split())
    return [
        " ".join(text[found.start() :].split(maxsplit=2)[:2])
        for found in _NUMBER.finditer(text)
        if not _YEAR.match(found[0])
    ]
