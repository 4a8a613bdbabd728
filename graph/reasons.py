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
        return ("", "PubMed lists one as similar to the other", "PubMed lists each as similar to the other")[
            min(count, 2)
        ]
    if not names:
        return ""
    if measure in ("shared_title_words", "shared_abstract_words"):
        names = [f"'{word}'" for word in names]
    return f"{_beginning(measure, count)} {_listed(names, count)}"


def _beginning(measure: str, count: int) -> str:
    return {
        "shared_authors": "shares",
        "cited_together": "both cited by",
        "shared_mesh": "both on",
        "shared_keywords": "both have the keyword" if count == 1 else "both have the keywords",
        "shared_title_words": "titles share",
        "shared_abstract_words": "abstracts share",
    }[measure]


def _listed(names: Sequence[str], count: int) -> str:
    """Return 'A', 'A and B', 'A, B and 3 more'; a name with a comma in it stands in quotation marks."""
    parts = [f'"{name}"' if "," in name else name for name in names]
    if count > len(names):
        parts.append(f"{count - len(names)} more")
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
