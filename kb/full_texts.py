"""Records of full text: what an article cites, and in which sentences; immutable rows in the order of their columns.

A parser gives them, kb.store.full_texts takes them. Rows of one text have its numbers, not the article's PMID.
"""

from typing import Final, NamedTuple

BODY: Final = "body"
NO_MARKS: Final = "no marks"  # references are listed, and no place of the text is tagged as citing one
FRONT_ONLY: Final = "front only"
NOT_GIVEN: Final = "not given"
OUTCOMES: Final = {  # the better ones first, as they are said of several articles
    BODY: "with the text", NO_MARKS: "with a text that tags no places that cite", FRONT_ONLY: "front matter only",
    NOT_GIVEN: "not given",
}  # fmt: skip

RID: Final = "rid"  # how a mark leads to a reference: it names it
RANGE: Final = "range"  # between the two ends of "3-7"
LIST: Final = "list"  # another number of "[2,4]"
ADJACENT: Final = "adjacent"  # two marks with nothing between, where a dash was lost
TEXT: Final = "text"  # words beside the marks


class FullTextReference(NamedTuple):
    """One citation of a reference list; a reference with several has as many parts."""

    position: int  # from 1, over all lists of the document
    part: int  # from 1
    scope: int  # 0: of the article; 1 …: of a sub-article
    ref_id: str | None
    label: str | None  # as printed
    label_number: int | None  # None: the label is no number, or there is none
    citation: str | None  # the words as printed; of a citation without punctuation, as NLM would print them
    doi: str | None
    cited_pmid: int | None
    cited_pmcid: str | None
    other_ids: str | None  # "kind value", of other kinds, not well formed, or a second one
    names_a_work: int  # 0: a note, "Ibid.", "see ref. 12"


class CitingSentence(NamedTuple):
    """A sentence, title or cell with at least one mark."""

    sentence: int  # from 1, in the order of the document
    place: str  # body, title, abstract, table, figure, box, footnote, list, appendix, supplement, back, sub-article
    section_kind: str | None  # introduction, methods, results, discussion, results and discussion, conclusion
    section: str | None  # titles of the sections around it, outermost first, " › " between
    text: str


class Mention(NamedTuple):
    """A mark: a place of the text that cites."""

    mention: int  # from 1, in the order of the document
    sentence: int
    start: int  # of the mark in the text of the sentence, in characters
    length: int  # 0: nothing is printed
    marker: str  # as printed; of one that prints nothing, the label of its reference


class MentionReference(NamedTuple):
    """A reference that a mark means; a mark that leads to no reference has none."""

    mention: int
    position: int
    part: int
    how: str  # rid, range, list, adjacent, text
    contradicts: str | None  # number or year: what is printed is another's; None: it does not


class FullText(NamedTuple):
    """What one document says of one article, by which of its identifiers it is known, and what may be done with it."""

    pmid: int | None
    pmcid: str | None
    doi: str | None
    version: int
    outcome: str  # body, no marks, front only, not given
    license: str | None  # CC0, PDM, CC BY, CC BY-SA …, TDM, other; None: none is stated
    license_url: str | None
    copyright: str | None
    sha256: str  # of the bytes of the article in UTF-8
    references: tuple[FullTextReference, ...] = ()
    sentences: tuple[CitingSentence, ...] = ()
    mentions: tuple[Mention, ...] = ()
    links: tuple[MentionReference, ...] = ()


SECTIONS: Final = (  # kinds of sections and places in which a work is cited, in the order in which they are said
    "introduction", "methods", "results", "discussion", "results and discussion", "conclusion", "other", "abstract",
    "table", "figure", "footnote", "appendix", "supplement", "back", "sub-article",
)  # fmt: skip
PUBLISHABLE: Final = frozenset({"CC0", "PDM", "CC BY", "CC BY-SA"})  # licences under which words may be handed on
