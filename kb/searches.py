"""What PubMed says of a search beside its hits, and how that is told.  (pure)"""

from typing import Final, NamedTuple

FIELD_LOST: Final = "FieldLost"  # litkb's own, where the query as PubMed read it lacks a field of the query as asked
NOTHING_FOUND: Final = "No items found."
_SENTENCES: Final = {
    "PhraseNotFound": "PubMed did not find “{}”",
    "FieldNotFound": "PubMed does not know the field “{}”",
    "PhraseIgnored": "PubMed left out “{}”",
    "QuotedPhraseNotFound": "PubMed did not find the quoted phrase “{}” and searched for its words",
    FIELD_LOST: "PubMed did not search in the field “{}”",
}


class SearchWarning(NamedTuple):
    """One remark: its kind, as PubMed names it (FieldNotFound, PhraseIgnored, OutputMessage ...), and its words."""

    kind: str
    words: str

    @property
    def changes_search(self) -> bool:
        """Whether something else than the query as asked may have been searched for."""
        return self.words != NOTHING_FOUND

    def __str__(self) -> str:
        return _SENTENCES.get(self.kind, "PubMed says: {}").format(self.words.strip().strip('"').rstrip("."))


class Search(NamedTuple):
    """What PubMed answered to a query."""

    hits: int  # that PubMed says it has
    received: int  # PMIDs that it gave
    translation: str | None  # the query as PubMed read it; None: it did not say
    warnings: tuple[SearchWarning, ...]


def format_warnings(warnings: tuple[SearchWarning, ...]) -> str:
    """Return warnings as one part of a sentence."""
    return "; ".join(dict.fromkeys(map(str, warnings)))
