"""A block of text -> its sentences; raised marks and brackets after a full stop belong to the sentence before.  (pure)

Rules of our own: on the sentences that people marked in CRAFT they are right more often than the splitters that can be
installed, and a full text takes ten milliseconds (docs/fulltext.md).
"""

import re
from typing import Final

_split: Final = str.split
_RAISED: Final = r"⁰¹²³⁴-⁹"
_DASHES: Final = r"‐-―−⁻\-"
_GROUP: Final = (  # in brackets, but no isotope: "[3H]thymidine", and no number of a list: "(1)"
    r"(?:\[(?!\d+[A-Z][a-z]?\])[^\[\]]{0,120}\]"
    r"|\((?:[^()]{0,160}(?:1[89]|20)\d\d[a-z]?|\d+\s?[,;–‐-][\d,;–\s-]{1,40}|\d\d+)\))"
)
_AFTER_RAISED: Final = rf"(?: ?[{_RAISED}{_DASHES},;*†‡])*[a-z]?(?!\w)"
_CITED: Final = (  # what cites after a full stop: "adults.³¹⁻³³ The", "adults. [3, 4] The", "adults. (Smith, 2003) The"
    rf"(?:[{_RAISED}]{_AFTER_RAISED}|(?:\s?{_GROUP}){{1,9}}(?=\.?\s*(?:$|[\"“(\[]?[^\W\d_a-zα-ω])))"
)
_CANDIDATE: Final = re.compile(  # in Chinese and Japanese no blank follows; nothing is read in two ways, or without end
    r"(?<![.!?…])(?P<stop>[.!?…]++)"
    rf"(?P<closers>[\"'”’»)\]]{{0,9}}+(?P<cited>{_CITED}{{0,9}}+)[.\"'”’»)\]]{{0,9}}+)(?P<gap>\s+|(?=$))"
    rf"|(?P<full>[。！？]+[”’」』）]*(?:[{_RAISED}]{_AFTER_RAISED})?)\s*"
)
_LAST: Final = re.compile(r"[^(\[“\"'‘–—/]*$")  # of the word before a full stop
_NEXT: Final = re.compile(r"[\"'“‘«(\[]*(?P<word>[^\s,;:.)\]]*\.?)")
_INITIAL: Final = re.compile(r"[^\W\d_]|(?:[^\W\d_]\.-?){1,5}[^\W\d_]?")
_SYMBOL: Final = re.compile(r"[a-zα-ω]{1,3}-?[A-Z0-9]\S*|[a-z]\w*-[A-Z0-9]\S*|[a-z]-\w+|[α-ω].*")  # p53, miR-21
_LISTED: Final = re.compile(r"\((?:[a-z]|[ivx]{1,4}|[a-z][-–,][a-z])\)")  # "(a)", "(ii)": may begin
_BEFORE_NAMES: Final = frozenset(_split("and by of with to from or see dr prof mr ms mrs e.g i.e cf"))
_STARTERS: Final = frozenset(
    _split(
        "A After Although An As At Both By During Each For From He However If In It Its Moreover No On Our She "
        "Since Some Such That The Their Then There These They This Those Thus To Two We When Whereas While With"
    )
)
_NUMBER: Final = re.compile(r"[~<>≥≤±+−-]?\d")
_BEFORE_NUMBERS: Final = frozenset(
    _split(
        "fig figs figure eq eqs eqn eqns ref refs no nos nr vol vols pp p sect sec ch chap chaps tab app appx "
        "approx ca c cf para art suppl supp ser lot cat st chr mm version ver ed eds exp exps dr"
    )
)
_ABBREVIATIONS: Final = frozenset(
    _split(
        "e.g eg i.e ie viz vs v cf ca approx resp esp incl excl dr drs prof mr mrs ms st sr jr fig figs eq eqs "
        "eqn ref refs no nos vol vols ed eds pp sect chap suppl al.e dept univ spp subsp ssp var cv gen sp nov "
        "str min max avg temp conc wt vol inc ltd corp co u.k jan feb mar apr jun jul aug sep sept oct nov dec "
        "aff resp bzw aprox ex z.b d.h u.a i.p i.v s.c i.m p.o b.i.d q.d a.k.a w.r.t"
    )
)
_MAY_END: Final = frozenset(
    _split("etc al inc ltd co corp sp spp nov dec min max jr sr u.k u.s u.s.a usa d.c ph.d m.d a.m p.m")
)
_OF_WHAT_FOLLOWS: Final = frozenset(["al", "vs", "ref", "refs", "fig", "figs"])
_CLOSING: Final = {")": "(", "]": "["}
_NEAR: Final = 80  # characters before a full stop
_FAR: Final = 600  # characters within which a bracket is looked for


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return where each sentence of a block of text begins and ends, without blanks around it, in order."""
    spans = []
    start = 0
    for match in _CANDIDATE.finditer(text):
        if match.end() >= len(text) or _is_end(text, start, match):
            spans.append((start, match.end("full") if match["full"] else match.start("gap")))
            start = match.end()
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return spans


def _is_end(text: str, start: int, match: "re.Match[str]") -> bool:
    if match["full"]:
        return True
    found = _NEXT.match(text, match.end())
    word = found["word"] if found else ""
    if not (_may_begin(word) or _LISTED.match(text, match.end())) or _is_open(text, start, match):
        return False
    if match["stop"] != ".":
        return True
    former, before = _words_before(text[max(start, match.start() - _NEAR) : match.start()])
    if match["cited"]:
        return match["closers"].endswith(".") or before.lower() not in _OF_WHAT_FOLLOWS
    return match["closers"] != "" or _can_end(former, before, word, text[match.end()])


def _words_before(text: str) -> tuple[str, str]:
    """Return the last two words of a text; of the last, what follows a bracket or a dash."""
    words = ["", "", *text.split()]
    last = _LAST.search(words[-1])
    return words[-2], last[0] if last else ""


def _can_end(former: str, before: str, word: str, sign: str) -> bool:
    """Return whether a full stop after a word may end a sentence, and does not only shorten that word."""
    plain = before.lower().rstrip(".")
    if plain in _MAY_END:
        return word[:1].isupper() and sign not in "(["
    if plain in _ABBREVIATIONS or (plain in _BEFORE_NUMBERS and (_NUMBER.match(word) or sign in "([")):
        return False
    if not _INITIAL.fullmatch(before) or not word[:1].isupper() or word in _STARTERS:
        return True
    is_name = former[:1].isupper() or former[-1:] in ",;" or former.lower().rstrip(".") in _BEFORE_NAMES
    return len(before) == 1 and bool(former) and not is_name


def _may_begin(word: str) -> bool:
    return not word[:1].islower() or _SYMBOL.fullmatch(word) is not None


def _is_open(text: str, start: int, match: "re.Match[str]") -> bool:
    """Return whether a bracket is open at the full stop that closes after it."""
    sentence = text[max(start, match.start("gap") - _FAR) : match.start("gap")]
    return any(
        sentence.count(opening) > sentence.count(closing) and _closes(text, match.end(), opening, closing)
        for closing, opening in _CLOSING.items()
    )


def _closes(text: str, start: int, opening: str, closing: str) -> bool:
    """Return whether a bracket that is open closes soon."""
    end = start + _FAR
    first = text.find(closing, start, end)
    depth = 1
    while first >= 0:
        depth += text.count(opening, start, first) - 1
        if depth <= 0:
            return True
        start = first + 1
        first = text.find(closing, start, end)
    return False
