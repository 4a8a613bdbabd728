"""What may be done with an article: the short name of its licence, its address, and the copyright line."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lxml.etree import _Element

from harvest.pmc.tree import HREF, all_text, text_of

_CC: Final = re.compile(
    r"creativecommons\.org/(?:licen[cs]es/(?P<parts>by(?:-n[cd])?(?:-(?:nc|nd|sa)){0,2})(?![\w-])"
    r"|publicdomain/(?P<public>zero|mark)|licen[cs]es/(?P<old>publicdomain))",
    re.IGNORECASE,
)
_WORDS: Final = (  # of a licence that gives no address; the narrower ones first
    (
        "TDM",
        r"\btext[- ]and[- ]data[- ]min|available for text[- ]mining|author manuscript.{0,200}(?:mining|TDM)|\bTDM\b",
    ),
    ("CC BY-NC-ND", r"non-?commercial(?:.{0,30}no ?-?deriv)|\bBY-NC-ND\b"),
    ("CC BY-NC-SA", r"non-?commercial.{0,30}share ?-?alike|\bBY-NC-SA\b"),
    ("CC BY-NC", r"creative commons attribution[- ]non-?commercial|\bCC[- ]BY-NC\b"),
    ("CC BY-ND", r"creative commons attribution[- ]no ?-?deriv|\bCC[- ]BY-ND\b"),
    ("CC BY-SA", r"creative commons attribution[- ]share ?-?alike|\bCC[- ]BY-SA\b"),
    ("CC BY", r"creative commons attribution|\bCC[- ]BY\b"),
    ("CC0", r"\bCC0\b|creative commons (?:zero|cc0|public domain dedication)"),
    ("PDM", r"\b(?:is|are) in the public domain\b|public domain (?:mark|work|article)"),
)
_PATTERNS: Final = tuple((name, re.compile(words, re.IGNORECASE | re.DOTALL)) for name, words in _WORDS)
_NARROW: Final = [name for name, _ in _WORDS]
_FREE: Final = ("CC BY", "CC0", "PDM")
_RESTRICTED: Final = re.compile(r"non-?commercial|no ?-?deriv|share ?-?alike", re.IGNORECASE)


class Licence(NamedTuple):
    """A licence; name None: none is stated."""

    name: str | None
    url: str | None
    copyright: str | None


def read_licence(meta: _Element | None) -> Licence:
    """Return the licence in the metadata of an article; the narrower one of two, or of one and its words."""
    if meta is None:
        return Licence(None, None, None)
    words = " ".join(all_text(element) for element in meta.iter("license", "copyright-statement"))
    urls = list(dict.fromkeys([*_addresses(meta), *(f"https://{match[0]}" for match in _CC.finditer(words))]))
    names = {name: url for url in reversed(urls) if (name := _name_of(url))}
    by_words = _named_in(words)
    stated = {*names, *filter(None, [by_words])}
    name = min(stated, key=_NARROW.index) if stated else None
    if by_words is None and name in _FREE and _RESTRICTED.search(words):
        name = "other"
    if name is None and (urls or next(meta.iter("license"), None) is not None):
        name = "other"
    return Licence(name, names.get(name or "") or next(iter(urls), None), _copyright(meta))


def narrower(stated: str | None, code: str | None) -> str | None:
    """Return the licence of an article whose XML states one, and whose metadata in PMC's bucket has a code.

    The narrower one of two; a code that is not known is another licence.
    """
    names = {stated, (_name_of(code) or "other") if code else None} - {None}
    order = [*_NARROW[:1], "other", *_NARROW[1:]]
    return min(names, key=order.index, default=None)  # type: ignore[arg-type]  # None is out


def _addresses(meta: _Element) -> Iterator[str]:
    for element in meta.iter("license", "license_ref", "ext-link", "uri"):
        inside = element.tag in ("license", "license_ref") or next(element.iterancestors("license"), None) is not None
        if inside:
            yield from filter(None, ((element.get(HREF) or "").strip(),))
            if element.tag == "license_ref" and (text := (element.text or "").strip()):
                yield text
    for custom in meta.iter("custom-meta"):
        if text_of(custom.find("meta-name")) == "pmc-license-ref" and (value := text_of(custom.find("meta-value"))):
            yield value


def _name_of(url: str) -> str | None:
    match = _CC.search(url)
    if match is None:
        return "TDM" if re.fullmatch("TDM", url) else url if re.fullmatch(r"CC0|CC BY[A-Z-]*", url) else None
    if match["parts"]:
        parts = match["parts"].lower().split("-")[1:]
        order = [part for part in ("nc", "nd", "sa") if part in parts]
        return "-".join(["CC BY", *map(str.upper, order)])
    return "CC0" if match["public"] and match["public"].lower() == "zero" else "PDM"


def _named_in(words: str) -> str | None:
    """Return the licence that words name; a name without its restrictions, where words restrict it, is none."""
    found = next((name for name, pattern in _PATTERNS if pattern.search(words)), None)
    return None if found in _FREE and _RESTRICTED.search(words) else found


def _copyright(meta: _Element) -> str | None:
    if statement := text_of(next(meta.iter("copyright-statement"), None)):
        return statement
    parts = [text_of(next(meta.iter(f"copyright-{part}"), None)) for part in ("year", "holder")]
    return f"© {' '.join(filter(None, parts))}" if any(parts) else None
