"""Text: the one folding of search text, and the markup that a page may show."""

import html
import re
import unicodedata
from collections import Counter
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
        "’": "'", "‘": "'", "ʼ": "'", "′": "'", "“": '"', "”": '"',
        "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip
_SPACES: Final = re.compile(r"\s+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WORD: Final = re.compile(r"[^\W_]+")
_ASCII_GAPS: Final = bytes(code if chr(code).isalnum() else 32 for code in range(128)).ljust(256)  # faster than _WORD
_TAG: Final = re.compile(r"(</?(?:b|i|u|sub|sup)>)")

_SUPERSCRIPT: Final = str.maketrans("0123456789+-=()−ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻ⁿⁱ")
_SUBSCRIPT: Final = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")


def fold(text: str) -> str:
    """Return the search form: no case, no accents, ø as o, CO₂ as co2, one kind of quote and dash.

    Idempotent. Applied to what is searched and to what is asked for alike.
    """
    ascii_text = text
    if not text.isascii():  # mostly all that is in the way
        ascii_text = text.replace("–", "-").replace("’", "'").replace("…", "...")
    if ascii_text.isascii():
        return ascii_text.lower()
    plain = _plain_letters(text)  # normalising sorts a run of combining characters in the square of its length
    lowered = _plain_letters(unicodedata.normalize("NFKC", plain).casefold())
    taken_apart = _plain_letters(unicodedata.normalize("NFKD", lowered))
    stripped = unicodedata.normalize("NFKC", taken_apart)  # Hangul is put together again
    return stripped if stripped == lowered else fold(stripped)


def _plain_letters(text: str) -> str:
    """Return text without combining characters, ø as o; each different character is looked up once."""
    for c in set(text):
        if c > "\x7f":
            plain = _LETTERS.get(ord(c))
            if plain is not None or unicodedata.combining(c):
                text = text.replace(c, plain or "")
    return text


def name_key(name: str) -> str:
    """Return the form under which equal-looking names meet: folded, letters and digits only.

    It is the key of a name, not of a person: "Weiss R" and "Weiss RD" differ.
    """
    if name.isascii() and name.replace(" ", "").isalnum():
        return " ".join(name.lower().split())
    return " ".join(words_in(fold(name)))


def words_in(folded: str) -> list[str]:
    """Return the runs of letters and digits in folded text."""
    if folded.isascii():
        return folded.encode("ascii").translate(_ASCII_GAPS).decode("ascii").split()
    return _WORD.findall(folded)


def collapse_spaces(text: str) -> str:
    """Return text with every run of white space, no-break space included, as one blank."""
    return _SPACES.sub(" ", text).strip()


def without_controls(text: str) -> str:
    """Return text without the characters that XML forbids."""
    return _CONTROLS.sub("", text)


def superscript(text: str) -> str:
    """Return text as Unicode superscript; letters that have none stay as they are, 10⁻ᵃ² becomes 10^(-a2)."""
    return _raised(text, _SUPERSCRIPT, "^")


def subscript(text: str) -> str:
    """Return text as Unicode subscript, as superscript() does: H₂O, Cmax, x_(i1)."""
    return _raised(text, _SUBSCRIPT, "_")


def _raised(text: str, table: dict[int, int], mark: str) -> str:
    if not text.strip():
        return text
    if all(ord(c) in table for c in text):
        return text.translate(table)
    return f"{mark}({text})" if any(c.isdigit() for c in text) else text


def safe_html(markup: str) -> str:
    """Return HTML in which only b, i, u, sub and sup, without attributes, are tags.

    All else shows as text; the tags come out balanced.
    """
    out: list[str] = []
    open_tags: list[str] = []
    open_count: Counter[str] = Counter()
    for part in _TAG.split(markup):
        if part[:2] == "</" and _TAG.fullmatch(part):
            out.extend(_closed(part[2:-1], open_tags, open_count))
        elif _TAG.fullmatch(part):
            open_tags.append(part[1:-1])
            open_count[part[1:-1]] += 1
            out.append(part)
        else:
            out.append(html.escape(html.unescape(part)))
    out.extend(f"</{name}>" for name in reversed(open_tags))
    return "".join(out)


def _closed(name: str, open_tags: list[str], open_count: "Counter[str]") -> list[str]:
    """Return the end tags that close name and what was opened in it; none for a stray end."""
    if not open_count[name]:
        return []
    ends: list[str] = []
    while not ends or ends[-1] != f"</{name}>":
        closed = open_tags.pop()
        open_count[closed] -= 1
        ends.append(f"</{closed}>")
    return ends
