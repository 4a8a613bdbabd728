"""Sentences that cite, as the pages show them: where they stand, and the marks in them.  (pure)"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from kb.full_texts import ADJACENT, BODY, FRONT_ONLY, LIST, NO_MARKS, NOT_GIVEN, PUBLISHABLE, RANGE, TEXT
from kb.queries.works.citing_sentences import CitingText, Mark, Meant, Said
from kb.sentences import Count, Sentence, count_of, joined, sentence

KIND_WORDS: Final = {
    "introduction": "Introduction", "methods": "Methods", "results": "Results", "discussion": "Discussion",
    "results and discussion": "Results and discussion", "conclusion": "Conclusion", "other": "Other sections",
    "abstract": "Abstract", "table": "Table", "figure": "Figure", "footnote": "Footnote", "appendix": "Appendix",
    "supplement": "Supplement", "back": "Back matter", "sub-article": "Reply or other part",
}  # fmt: skip
_PLACE_WORDS: Final = {**KIND_WORDS, "title": "Heading", "box": "Box", "list": "List"}
_HOW: Final = {
    RANGE: "within a range that the mark prints",
    LIST: "one of several numbers that the mark prints",
    ADJACENT: "two numbers with nothing between, where a dash or blank seems to be lost",
    TEXT: "read from words that the publisher did not tag",
}
_UNPRINTED: Final = "tagged by the publisher at this place, where nothing is printed"
_CONTRADICTS: Final = {
    "number": "as the publisher tagged it; the number printed is that of another reference",
    "year": "as the publisher tagged it; the year printed is not that of this reference",
}
_UNKNOWN: Final = {
    "listed": "{n} only {list} it, without a known place in the text|lists|list",
    "not listed": "the full text of {n} does not name it among the references identified",
    NO_MARKS: "the full text of {n} tags no places that cite",
    FRONT_ONLY: "of {n} only the front matter is open",
    NOT_GIVEN: "the full text of {n} was not given",
    "no PMCID": "{n} {have} no known PMCID|has|have",
    "not requested": "{n} {are} not looked up yet|is|are",
}  # in the order of the sentence
_BEFORE, _AFTER, _LONGEST = 220, 120, 480  # characters around marks, and of a sentence that is shown whole in a list


class Piece(NamedTuple):
    """A piece of a sentence: plain words, a mark that means the work (is_this), one that means another work."""

    text: str
    is_this: bool = False
    work: int | None = None
    title: str = ""


class Shown(NamedTuple):
    """A sentence as a page shows it; pieces are empty where its words are not in the file, and missing says why."""

    where: str
    pieces: list[Piece]
    missing: str | None
    others: list[Meant]  # what else the marks that mean the work mean
    notes: list[str]


class ShownText(NamedTuple):
    """A full text that cites a work: how often, its licence, and the sentences."""

    pmid: int
    label: str
    licence: str | None
    times: Sentence
    said: list[Shown]


def texts_sentence(work: int, citing: int, texts: Mapping[str, int]) -> Sentence:
    """Return of how many citing works sentences are known, and what is known of the others."""
    count = count_of(citing, "citing", id=work)
    known = texts.get("sentences", 0)
    head = (
        sentence("Sentences are known of {n} of {all:citing work}", n=_texts(work, "sentences", known), all=count)
        if known
        else sentence("No sentence is known of {all:citing work}", all=count)
    )
    others = joined("; ", [_of_others(work, name, texts[name]) for name in _UNKNOWN if name in texts])
    return sentence("{head}: {others}.", head=head, others=others) if others else sentence("{head}.", head=head)


def _of_others(work: int, name: str, number: int) -> Sentence:
    template, *forms = _UNKNOWN[name].split("|")
    verb = (forms[0] if number == 1 else forms[1]) if forms else ""
    return sentence(template, n=_texts(work, name, number), list=verb, have=verb, are=verb)


def _texts(work: int, name: str, number: int) -> Count:
    return count_of(number, "citing_texts", id=work, full_text=name)


def shown_text(text: CitingText, work: int, said: Sequence[Said], *, is_short: bool) -> ShownText:
    """Return a full text that cites a work as a page shows it."""
    shown = [shown_sentence(one, text.licence, work, is_short=is_short) for one in said]
    return ShownText(text.pmid, text.label, text.licence, times_sentence(text, work), shown)


def times_sentence(text: CitingText, work: int) -> Sentence:
    """Return how often a full text cites a work: "4 times (and 2 times in tables)"."""
    parts = [("text", text.times, ""), ("table", text.tables, " in tables"), ("figure", text.figures, " in figures")]
    parts.append(("sub-article", text.sub_articles, " in replies and other parts"))
    counts = [
        sentence(f"{{n:time}}{words}", n=count_of(number, "mentioned", citing=text.pmid, cited=work, part=part))
        for part, number, words in parts
        if number
    ]
    others = joined(", ", counts[1:])
    return sentence("{n} (and {others})", n=counts[0], others=others) if others else counts[0]


def shown_sentence(said: Said, licence: str | None, work: int | None, *, is_short: bool = False) -> Shown:
    """Return a sentence as a page shows it, its marks of work highlighted; a short one is cut around them.

    Without a work, others are what its marks that mean several works mean.
    """
    these = [mark for mark in said.marks if (_means(mark, work) if work is not None else len(mark.meant) > 1)]
    pieces = list(_pieces(said.text, said.marks, work)) if said.text is not None else []
    meant = [one for mark in these for one in mark.meant]
    notes = [_UNPRINTED] if work is not None and any(not mark.length for mark in these) else []
    return Shown(
        where_words(said),
        _shortened(pieces) if is_short else pieces,
        None if said.text is not None else missing_words(licence),
        list({one.words: one for one in meant if one.work != work}.values()),
        [*notes, *_notes(one for one in meant if work is not None and one.work == work)],
    )


def missing_words(licence: str | None) -> str:
    """Return why the words of a sentence are not shown."""
    return "sentence not shown: " + ("left out of this file" if licence in PUBLISHABLE else "licence")


def where_words(said: Said) -> str:
    """Return where a sentence stands: "Methods › Statistics", "Table in Results"."""
    if said.place == BODY:
        return said.section or "Text"
    words = _PLACE_WORDS[said.place]
    return f"{words} in {said.section}" if said.section else words


def _means(mark: Mark, work: int | None) -> bool:
    return work is not None and any(one.work == work for one in mark.meant)


def _notes(meant: Iterable[Meant]) -> Iterator[str]:
    notes = [words for one in meant for words in (_CONTRADICTS.get(one.contradicts or ""), _HOW.get(one.how)) if words]
    yield from dict.fromkeys(notes)


def _pieces(text: str, marks: Sequence[Mark], work: int | None) -> Iterator[Piece]:
    """Yield a sentence in pieces; marks that overlap an earlier one are passed over."""
    at = 0
    for mark in sorted(marks, key=lambda one: (one.start, one.length)):
        if mark.start < at:
            continue
        if mark.start > at:
            yield Piece(text[at : mark.start])
        at = mark.start + mark.length
        piece = _piece(text[mark.start : at], mark, work)
        if piece.text:
            yield piece
    if at < len(text):
        yield Piece(text[at:])


def _piece(printed: str, mark: Mark, work: int | None) -> Piece:
    if _means(mark, work):
        words = printed or f"[{(mark.marker or '').strip(' .[]()') or '…'}]"
        return Piece(words, is_this=True, title="" if printed else _UNPRINTED)
    works = {one.work: one.words for one in mark.meant}
    if len(works) == 1 and None not in works:
        [(other, words)] = works.items()
        return Piece(printed, work=other, title=words)
    return Piece(printed, title="; ".join(works.values()))


def _shortened(pieces: list[Piece]) -> list[Piece]:
    """Return the part of a long sentence that is around the first mark of the work, cut at blanks."""
    total = sum(len(piece.text) for piece in pieces)
    place = next((n for n, piece in enumerate(pieces) if piece.is_this), None)
    if total <= _LONGEST or place is None:
        return pieces
    before, after = _kept(pieces[:place][::-1], _BEFORE, -1), _kept(pieces[place + 1 :], _AFTER, 1)
    return [*before[::-1], pieces[place], *after]


def _kept(pieces: list[Piece], most: int, step: int) -> list[Piece]:
    """Return the pieces next to a mark, so many characters at most, in the order given; dots where more is left out."""
    kept: list[Piece] = []
    for piece in pieces:
        if len(piece.text) > most:
            cut = piece.text[-most:].partition(" ")[2] if step < 0 else piece.text[:most].rpartition(" ")[0]
            return [*kept, Piece(f"… {cut}" if step < 0 else f"{cut} …")]
        kept.append(piece)
        most -= len(piece.text)
    return kept
