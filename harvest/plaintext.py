"""Text of XML that has one meaning only, read without an XML parser: characters, references to them, patterns."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from harvest.markup import tidy

_CONTROLS: Final = bytes({*range(32)} - {*b"\t\n"})  # what XML forbids, and \r, which it changes
_REFERENCE: Final = re.compile(  # to a character that XML allows and that is no control character
    r"&(?:amp|lt|gt|quot|apos|#(?:[1-9][0-9]{2,3}"
    r"|x(?:[2-9a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2}|[1-9a-cA-C][0-9a-fA-F]{3}|1[0-9a-fA-F]{4})));"
)
_NAMES: Final = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def plain_text(xml: bytes) -> str | None:
    """Return XML as text; None if a character or a reference to one is not as XML wants it or takes a closer look."""
    if len(xml.translate(None, _CONTROLS)) != len(xml):
        return None
    try:
        text = xml.decode()
    except UnicodeDecodeError:
        return None
    if "]" in text and "]]>" in text:
        return None
    if not text.isascii() and ("\ufffe" in text or "\uffff" in text):
        return None
    if "&" in text and len(_REFERENCE.findall(text)) != text.count("&"):
        return None
    return text


def pattern(words: str) -> "re.Pattern[str]":
    """Return a pattern in which ~ is white space between tags and ... a text without markup."""
    return re.compile(words.replace("~", r"\s*+").replace("...", "([^<]*+)"))


def without_groups(words: str) -> str:
    """Return the words of a pattern with no groups to be kept."""
    return re.sub(r"\((?!\?)", "(?:", words.replace("...", "[^<]*+"))


def characters(raw: str) -> str:
    """Return text with the characters that it refers to."""
    return _REFERENCE.sub(lambda match: _character(match[0]), raw) if "&" in raw else raw


@lru_cache(maxsize=2**12)
def _character(reference: str) -> str:
    """Return the character for &lt; or &#60; or &#x3c;"""
    if reference[1] != "#":
        return _NAMES[reference]
    return chr(int(reference[3:-1], 16) if reference[2] == "x" else int(reference[2:-1]))


def plain(raw: str | None) -> str | None:
    """Return the text of an element without markup, as harvest.markup.text_of gives it."""
    return None if raw is None else tidy(characters(raw))


def texts(raws: Sequence[str | None]) -> list[str | None]:
    """Return the texts of many elements, as plain() does; mostly all of them are so already."""
    whole = "<".join(filter(None, raws))
    if "&" in whole or "\n" in whole or "\t" in whole:
        return [plain(raw) for raw in raws]
    return [raw.strip() or None if raw else None for raw in raws]
