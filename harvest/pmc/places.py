"""Where in an article a block stands: body, table, figure …; its sections by their own titles, and their kinds."""

import re
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pmc.tree import text_of

SCOPES: Final = ("sub-article", "response")
BETWEEN: Final = " › "
_PLACES: Final = {  # the first that is around a block is its place; an element -> the place
    "sub-article": ("sub-article", "response"),
    "table": ("table-wrap", "table-wrap-group", "table", "array"),
    "figure": ("fig", "fig-group", "graphic", "media", "chem-struct-wrap"),
    "footnote": ("fn", "fn-group", "author-notes"),
    "box": ("boxed-text",),
    "list": ("list", "def-list"),
    "supplement": ("supplementary-material", "inline-supplementary-material"),
    "appendix": ("app", "app-group"),
    "abstract": ("abstract", "trans-abstract"),
    "title": ("title-group", "trans-title-group"),
    "back": ("back", "front", "front-stub", "floats-group", "floats-wrap"),
}
_TITLED: Final = frozenset({"sec", "app", "ack", "notes", "treatment-sec", "glossary", "bio", "statement"})
_NUMBERED: Final = re.compile(r"^(?:(?:[\dA-H]|[IVX]{1,4})(?:\.\d+)*[.):\s]\s*)+", re.IGNORECASE)
_WORDS: Final = {  # of a title that is folded and has no number: the kind of its section
    "results and discussion": r"(?:results?|findings)(?: and| &|,|/|:)? (?:general )?discussions?"
    r"|discussions? (?:and|of) (?:the )?results",
    "introduction": r"(?:general )?introductions?(?:$|\W)|backgrounds?(?:$|(?: and|,)\W)"
    r"|(?:rationale|objectives?|aims?)(?: of the study)?$",
    "methods": r"(?:(?:the|study|experimental|online|research|our) )?(?:materials?|methods?|methodology|methodologies"
    r"|patients|subjects|participants|experimental)(?: section| procedures?| design| details)?(?:$|(?: and|,|:|/|&)\W?)"
    r"|(?:experimental procedures?|study design|design and methods?|data and methods?|statistical analys[ei]s)\b",
    "results": r"results?(?:$|\W)|findings$|(?:main |key )?(?:results|findings)$",
    "discussion": r"(?:general )?discussions?(?:$|\W)|comments?$",
    "conclusion": r"(?:(?:general|overall) )?(?:conclusions?|concluding remarks?|summary and conclusions?)(?:$|\W)",
}
_KINDS: Final = tuple((kind, re.compile(words)) for kind, words in _WORDS.items())


class Place(NamedTuple):
    """The place of a block, and its section; None where it is in none, or its title says no kind."""

    place: str
    kind: str | None
    section: str | None


class Places:
    """The places of the blocks of one article; titles of sections are read once."""

    def __init__(self) -> None:
        self.titles: dict[_Element, str | None] = {}

    def place_of(self, block: _Element) -> Place:
        """Return where a block stands."""
        around = [element for element in (block, *block.iterancestors()) if isinstance(element.tag, str)]
        tags = {str(element.tag) for element in around}
        place = next((name for name, elements in _PLACES.items() if not tags.isdisjoint(elements)), "body")
        found = [title for element in reversed(around) if (title := self._title(element))]
        if not found and place == "abstract":
            return Place(place, None, None)
        return Place(place, section_kind(found[0]) if found else None, BETWEEN.join(found) or None)

    def _title(self, element: _Element) -> str | None:
        if element.tag not in _TITLED:
            return None
        if element not in self.titles:
            self.titles[element] = text_of(element.find("title"))
        return self.titles[element]


def section_kind(title: str) -> str | None:
    """Return what kind of section a title names; None for a topic, which most titles of reviews are."""
    words = _NUMBERED.sub("", title).strip(" .:•–-").lower()
    return next((kind for kind, pattern in _KINDS if pattern.match(words)), None)


def scope_of(element: _Element) -> _Element | None:
    """Return the sub-article in which an element stands; None for the article itself."""
    return next(element.iterancestors(*SCOPES), None)
