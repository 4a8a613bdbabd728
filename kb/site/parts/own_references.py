"""What an article page says of its own full text and of the reference list in it.  (pure)"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from kb.full_texts import BODY, FRONT_ONLY, NO_MARKS, NOT_GIVEN
from kb.queries.works.citing_sentences import TextKnown
from kb.queries.works.own_references import Entry
from kb.sentences import Sentence, count_of, joined, sentence
from kb.site.parts.markup import marked_up
from kb.site.parts.messages import day
from kb.site.parts.why_cited import KIND_WORDS

_OUTCOMES: Final = {
    BODY: "what it cites was read", NO_MARKS: "no place that cites is tagged in it",
    FRONT_ONLY: "only the front matter is open", NOT_GIVEN: "not given",
}  # fmt: skip
_ELSEWHERE: Final = {"table": "a table", "figure": "a figure", "sub-article": "a reply or other part"}


class ShownEntry(NamedTuple):
    """An entry as a page shows it; where is None where the full text tags no places that cite."""

    entry: Entry
    where: str | None
    title: Markup | str | None


class OwnReferences(NamedTuple):
    """The reference list of a full text: by position what is known of printed references, and what those lack."""

    said: Sentence
    printed: dict[int, ShownEntry]
    added: list[ShownEntry]


def full_text_words(known: TextKnown) -> str | None:
    """Return what was read of the full text of an article, and of which; None where nothing was looked up."""
    if known.outcome is None:
        return None
    version = f"version {known.version}" if known.version else None
    said = [_OUTCOMES[known.outcome], version, f"received {day(known.received_at)}", known.licence]
    return ", ".join(filter(None, said))


def own_references(pmid: int, entries: Sequence[Entry], *, has_marks: bool) -> OwnReferences:
    """Return the reference list of a full text as the page of its article shows it."""
    shown = [ShownEntry(one, _where(one) if has_marks else None, _title(one)) for one in entries]
    unmentioned = sum(has_marks and not one.times and not one.elsewhere for one in entries)
    return OwnReferences(
        _said(pmid, len(entries), sum(one.reference_position is not None for one in entries), unmentioned),
        {one.entry.reference_position: one for one in shown if one.entry.reference_position is not None},
        [one for one in shown if one.entry.reference_position is None],
    )


def _title(entry: Entry) -> Markup | str | None:
    return marked_up(entry.title, entry.title_html) if entry.title else None


def _where(entry: Entry) -> str:
    """Return where an entry is cited: sections, "in a table only", or that it is not cited in the text."""
    if entry.times:
        kinds = sorted((entry.sections or "").split(","), key=list(KIND_WORDS).index)
        return ", ".join(KIND_WORDS[kind] for kind in kinds)
    if entry.elsewhere:
        return f"cited in {', '.join(_ELSEWHERE[place] for place in sorted(entry.elsewhere.split(',')))} only"
    return "listed, not cited in the text"


def _said(pmid: int, listed: int, matched: int, unmentioned: int) -> Sentence:
    said = sentence(
        "Full text: {listed:reference} listed, {matched} of them matched with a reference of the record.",
        listed=count_of(listed, "full_text_listed", pmid=pmid),
        matched=count_of(matched, "full_text_matched", pmid=pmid),
    )
    number = count_of(unmentioned, "full_text_unmentioned", pmid=pmid)
    return joined(" ", [said, sentence("{n} not cited in it.", n=number)]) if unmentioned else said
