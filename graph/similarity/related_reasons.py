"""Why two studies are related, in words.  (pure)"""

from collections.abc import Sequence
from typing import Final

SAID: Final = (  # the parts of a relation in the order in which they are said
    "shared_authors",
    "cited_together",
    "shared_references",
    "shared_mesh",
    "shared_keywords",
    "shared_title_words",
    "shared_abstract_words",
    "similar_in_pubmed",
)
_BEGINNINGS: Final = {
    "shared_authors": "shares",
    "cited_together": "both cited by",
    "shared_mesh": "both on",
    "shared_keywords": "both have the keyword",
    "shared_title_words": "titles share",
    "shared_abstract_words": "abstracts share",
}
_IN_PUBMED: Final = ("", "PubMed lists one as similar to the other", "PubMed lists each as similar to the other")


def phrase(measure: str, count: int, names: Sequence[str]) -> str:
    """Return one part of a relation in words; "" where the two share nothing that can be said.

    names are the rarest shared things, two at most; a part whose things are all too common to be named is passed
    over, but references and PubMed's lists are only counted.

    Examples
    --------
    >>> phrase("shared_mesh", 4, ["Self-Help Groups"])
    'both on Self-Help Groups and 3 more'
    >>> phrase("shared_references", 3, [])
    'cites 3 of the same works'
    """
    if measure == "shared_references":
        return f"cites {count} of the same works" if count else ""
    if measure == "similar_in_pubmed":
        return _IN_PUBMED[min(count, 2)]
    if not names:
        return ""
    if measure in ("shared_title_words", "shared_abstract_words"):
        names = [f"'{word}'" for word in names]
    return f"{_BEGINNINGS[measure]}{'s' if count > 1 and measure == 'shared_keywords' else ''} {_listed(names, count)}"


def _listed(names: Sequence[str], count: int) -> str:
    """Return 'A', 'A and B', 'A, B and 3 more'."""
    *before, last = map(quoted, names)
    if more := count - len(names):
        before, last = [*before, last], f"{more} more"
    return f"{', '.join(before)} and {last}" if before else last


def quoted(name: str) -> str:
    """Return a name in quotation marks where it has a comma or semicolon, which part a reason, or such marks."""
    return '"' + name.replace('"', "'") + '"' if set(name) & set(',;"') else name
