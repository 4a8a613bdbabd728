"""Text of XML that has one meaning only, read without an XML parser: characters, references to them, patterns."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import chain
from typing import Final

from harvest.pubmed.inline_text import Marked, in_one_line, script, tidy
from kb.errors import RecordError
from kb.text import with_fractions

_CONTROLS: Final = bytes({*range(32)} - {*b"\t\n"})  # what XML forbids, and \r, which it changes
_REFERENCE: Final = re.compile("&([^;&]{1,8};)?")
_NO_CHARACTERS: Final = ("\ufffe".encode(), "\uffff".encode())  # each begins with \xef, which is found sooner
_REFERRED: Final = re.compile(  # a character that XML allows and that is no control character
    r"(?:amp|lt|gt|quot|apos|#(?:[1-9][0-9]{2,3}"
    r"|x(?:[2-9a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2}|1[0-9a-fA-F]{4}"
    r"|(?:[1-9a-cA-CeE][0-9a-fA-F]|[fF][0-9a-eA-E])[0-9a-fA-F]{2}|[fF]{2}[0-9a-eA-E][0-9a-fA-F])));"
)
_TAGS: Final = ("i", "sub", "sup", "b", "u")
_MARKED: Final = "[^<]*+(?:<(?:" + "|".join(f"{tag}>[^<]*+</{tag}" for tag in _TAGS) + ")>[^<]*+)*+"  # none in another
_MARKUP: Final = re.compile("<([a-z]+)>([^<]*)</[a-z]+>")
_NAMES: Final = {"amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "apos;": "'"}


def is_plain(xml: bytes) -> bool:
    """Tell whether all characters are such as XML wants them, and none takes a closer look."""
    if len(xml.translate(None, _CONTROLS)) != len(xml) or (b"]" in xml and b"]]>" in xml):
        return False
    return b"\xef" not in xml or not any(character in xml for character in _NO_CHARACTERS)


def pattern(words: str) -> "re.Pattern[str]":
    """Return a pattern; ~ is white space between tags, ... a text without markup, ,,, one that may have some."""
    return re.compile(words.replace("~", r"\s*+").replace("...", "[^<]*+").replace(",,,", _MARKED))


def without_groups(words: str) -> str:
    """Return the words of a pattern with no group to be kept."""
    return re.sub(r"\((?!\?)", "(?:", words)


def characters(raw: str) -> str:
    """Return text with the characters that it refers to. Raises RecordError for a reference that is not plain."""
    return _REFERENCE.sub(lambda match: _character(match[1]), raw) if "&" in raw else raw


@lru_cache(maxsize=2**12)
def _character(reference: str | None) -> str:
    """Return the character for lt; or #60; or #x3c;"""
    if reference is None or not _REFERRED.fullmatch(reference):
        raise RecordError("A reference to a character is not plain.")
    if reference[0] != "#":
        return _NAMES[reference]
    return chr(int(reference[2:-1], 16) if reference[1] == "x" else int(reference[1:-1]))


def plain(raw: str | None) -> str | None:
    """Return the text of an element without markup, as harvest.pubmed.inline_text.text_of gives it."""
    return None if raw is None else tidy(characters(raw))


def marked_text(raw: str) -> Marked | None:
    """Return the text of an element that may have simple markup, as harvest.pubmed.inline_text.marked gives it."""
    if "<" not in raw:
        text = raw.strip() if "&" not in raw and "\n" not in raw and "\t" not in raw else plain(raw)
        return Marked(text, None) if text else None
    first, *parts = map(characters, _MARKUP.split(raw))
    text, html = first, escape(first)
    for tag, inner, after in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        text += script(tag, inner, text[-5:]) + after
        html += f"<{tag}>{escape(inner)}</{tag}>{escape(after)}"
    whole = tidy(with_fractions(text))
    return Marked(whole, tidy(html)) if whole else None


def columns_of_texts(columns: Sequence[Sequence[str | None]]) -> list[list[str | None]]:
    """Return the same of columns of one length."""
    height = len(columns[0])
    found = texts(list(chain.from_iterable(columns)))
    return [found[start : start + height] for start in range(0, len(found), height)]


def texts(raws: Sequence[str | None]) -> list[str | None]:
    """Return the texts of one element or more, each as plain() gives it; mostly all of them are so already."""
    whole = "".join(filter(None, raws))
    if "&" in whole or "\n" in whole or "\t" in whole:
        whole = characters("\0".join([raw or "" for raw in raws]))  # no text has a \0 in it
        raws = in_one_line(whole).split("\0")
    return [raw.strip() or None if raw else None for raw in raws]
