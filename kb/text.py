"""Text: the one folding of search text, and the markup that a page may show."""

import html
import re
import unicodedata
from collections import Counter
from typing import Final

LEFT_OUT: Final = "[e-mail address left out]"
YEAR: Final = r"(?:1[6-9]\d|20[0-3])\d"  # a pattern: nothing that is cited was printed before 1600 or after 2039
MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)

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
_NO_CHARACTER: Final = re.compile(r"&#[0-9]{20,};?")  # int() refuses thousands of digits

_NO_TITLE: Final = re.compile(
    r"\[? ?(?:(?:no )?title not available|not available|no title(?: available)?|in process citation) ?\.? ?\]? ?\.?",
    re.IGNORECASE,
)

_SUPERSCRIPT: Final = str.maketrans("0123456789+-=()−ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻ⁿⁱ")
_SUBSCRIPT: Final = str.maketrans("0123456789+-=()−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")
_SUBSCRIPT_LETTERS: Final = str.maketrans("aehijklmnoprstuvxβγρφχ", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
_NUCLIDE: Final = re.compile(r"\d+m\d?", re.ASCII)  # 99m, of technetium
_ORDINALS: Final = frozenset(("st", "nd", "rd", "th", "er", "re", "ème", "os", "as", "tm", "sm"))  # and marks of trade
_FRACTION: Final = re.compile(r"[1-9]/[1-9]\d?", re.ASCII)
_WHOLE: Final = re.compile(r"(?<![\w.,])(?!10$)\d{1,3}$", re.ASCII)  # of ten the half is a power more often
_IN_WORD: Final = re.compile(r"[^\W\d_]{2}$")
_MEANING: Final = re.compile(r"[\w∞]")
_SCRIPTS: Final = re.compile(r"(?<![^\W\d_])([0-9]?)([⁰¹²³⁴-⁹]+)[/⁄]([₀-₉]+)")
_MARK: Final = re.compile(r"(?<=\S)(?:[\^_]\((\w+)\)|\^(?=\w)|(?<![^\W\d_]{2})_(?=[^\W\d_](?!\w)))")
_VULGAR: Final = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞↉])")


def noun(number: int, one: str, many: str | None = None) -> str:
    """Return the form of a noun or verb that goes with a number: "article" with 1, else "articles"."""
    return one if number == 1 else many or f"{one}s"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 article", "1,204 articles"."""
    return f"{number:,} {noun(number, one, many)}"


def fold(text: str) -> str:
    """Return the search form: no case, no accents, ø as o, CO₂ as co2, K_d as kd, one kind of quote and dash.

    Idempotent. Applied to what is searched and to what is asked for alike.
    """
    # combining characters go first: normalising sorts a run of them in the square of its length
    ascii_text = text = _without_marks(text if text.isascii() else _plain_letters(text))
    if not text.isascii():  # mostly all that is in the way
        ascii_text = text.replace("–", "-").replace("’", "'").replace("…", "...")
    if ascii_text.isascii():
        return ascii_text.lower()
    lowered = _plain_letters(unicodedata.normalize("NFKC", _VULGAR.sub(" ", text)).casefold())
    taken_apart = _plain_letters(unicodedata.normalize("NFKD", lowered))
    stripped = unicodedata.normalize("NFKC", taken_apart)  # Hangul is put together again
    return stripped if stripped == lowered else fold(stripped)


def search_form(text: str) -> str:
    """Return what the search finds a text by: folded, without the note that an e-mail address was left out."""
    return fold(text.replace(LEFT_OUT, ""))


def _without_marks(text: str) -> str:
    """Return text without the marks of superscript() and subscript(): CD4^(hi) as CD4hi, K_d as Kd."""
    if "^" in text or "_" in text:
        while (shorter := _MARK.sub(r"\1", text)) != text:
            text = shorter
    return text


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


def is_placeholder(title: str | None) -> bool:
    """Return whether a title says that there is none: NLM's "[Not Available]." and "[In Process Citation]"."""
    return title is not None and len(title) < 40 and _NO_TITLE.fullmatch(title.strip()) is not None


def without_controls(text: str) -> str:
    """Return text without the characters that XML forbids."""
    return _CONTROLS.sub("", text)


def superscript(text: str, before: str = "") -> str:
    """Return text as Unicode superscript after the text before: 10⁻², e^x, ^(a1); signs and ordinals stay: x*, 18th.

    A fraction that is raised after a number makes a mixed number: 2 1/2, not 21/2.
    """
    if _FRACTION.fullmatch(text) and _WHOLE.search(before):
        return f" {text}"
    if _NUCLIDE.fullmatch(text):
        return text.translate(_SUPERSCRIPT | {ord("m"): "ᵐ"})
    return text if text.lower() in _ORDINALS else _script(text, before, _SUPERSCRIPT, "^")


def subscript(text: str, before: str = "") -> str:
    """Return text as Unicode subscript after the text before: H₂O, xᵢ, K_d, a_(i,j); a word stays: Cmax."""
    if _has_base(before) and len(text) <= 2 and all(ord(c) in _SUBSCRIPT_LETTERS for c in text):
        return text.translate(_SUBSCRIPT_LETTERS)
    if text.isalpha() and (len(text) > 1 or _IN_WORD.search(before)):
        return text
    return _script(text, before, _SUBSCRIPT, "_")


def _has_base(before: str) -> bool:
    return bool(before[-1:].strip("([{ \t\n\u00a0"))


def _script(text: str, before: str, table: dict[int, int], mark: str) -> str:
    """Return text, without blanks around it, in raised or lowered letters where all have one, else after a mark."""
    inner = text.strip()
    if inner and all(ord(c) in table for c in inner):
        return inner.translate(table)
    if not _MEANING.search(inner) or (inner.isalpha() and not _has_base(before)):
        return text
    is_one = len(inner) == 1 or (inner[0] == "(" and inner.find(")") == len(inner) - 1)
    return f"{mark}{inner}" if is_one else f"{mark}({inner})"


def with_fractions(text: str) -> str:
    """Return text with 2¹/₂, a number and two scripts, as 2 1/2."""
    return _SCRIPTS.sub(_fraction, text) if "/" in text or "⁄" in text else text


def _fraction(match: re.Match[str]) -> str:
    whole, *parts = (unicodedata.normalize("NFKC", part) for part in match.groups())
    return (f"{whole} " if whole else "") + "/".join(parts)


def unescape(text: str) -> str:
    """Return text in which references to characters, as HTML has them, are these characters."""
    return html.unescape(_NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text))


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
            out.append(html.escape(unescape(part)))
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
