"""Why a work is suggested, in words.  (pure)"""

from collections.abc import Sequence
from typing import NamedTuple

from graph.similarity.related_reasons import quoted
from kb.text import counted


class Told(NamedTuple):
    """What is said of one suggestion: its parts as counts, and what can be named of them."""

    cited_by: int
    cites: int
    co_cited: int
    coupled: int
    partner: str | None = None  # the one of yours that cites most of the same
    words: Sequence[str] = ()
    similar_rank: int | None = None
    retracted: bool = False


def suggestion_reason(told: Told) -> str:
    """Return the parts of a suggestion in words; those that are nothing are passed over.

    Examples
    --------
    >>> print(suggestion_reason(Told(6, 9, 14, 12, "Vederhus 2020 Addict Sci Clin Pract", ["recovery"], 3)))
    cited by 6 of yours; cites 9 of yours; cited together with yours by 14 works; cites 12 works that yours cite, \
most like Vederhus 2020 Addict Sci Clin Pract; like yours in words: recovery; PubMed lists it as similar, rank 3
    """
    said = []
    if told.retracted:
        said.append("retracted")
    if told.cited_by:
        said.append(f"cited by {told.cited_by:,} of yours")
    if told.cites:
        said.append(f"cites {told.cites:,} of yours")
    if told.co_cited:
        said.append(f"cited together with yours by {_works(told.co_cited)}")
    if told.coupled:
        most = f", most like {quoted(told.partner)}" if told.partner else ""
        said.append(f"cites {_works(told.coupled)} that yours cite{most}")
    if told.words:
        said.append("like yours in words: " + ", ".join(told.words))
    if told.similar_rank is not None:
        said.append(f"PubMed lists it as similar, rank {told.similar_rank}")
    return "; ".join(said)


def _works(count: int) -> str:
    return counted(count, "work")
