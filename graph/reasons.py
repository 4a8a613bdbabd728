"""Why two studies are related, in words.  (pure)"""

from collections.abc import Sequence


def reason(counts: Sequence[int], names: Sequence[Sequence[str]]) -> str:
    """Return the parts of a relation in words; counts and names are in the order of graph.features.FACTORS.

    names are the rarest shared things of a part, two at most; a part whose things are all too common to be
    named is passed over, but references are only counted.

    Examples
    --------
    >>> counts = [3, 1, 1, 0, 4, 1]
    >>> names = [[], ["Vederhus 2020"], ["Laudet AB"], [], ["Self-Help Groups"], ["twelve-step"]]
    >>> for part in reason(counts, names).split("; "):
    ...     print(part)
    shares Laudet AB
    both cited by Vederhus 2020
    cites 3 of the same works
    both on Self-Help Groups and 3 more
    titles share 'twelve-step'
    """
    references, cited, authors, keywords, mesh, words = counts
    _, citing_names, author_names, keyword_names, mesh_names, word_names = names
    said = []
    if author_names:
        said.append("shares " + _listed(author_names, authors))
    if citing_names:
        said.append("both cited by " + _listed(citing_names, cited))
    if references:
        said.append(f"cites {references} of the same works")
    if mesh_names:
        said.append("both on " + _listed(mesh_names, mesh))
    if keyword_names:
        said.append(
            ("both have the keyword " if keywords == 1 else "both have the keywords ")
            + _listed(keyword_names, keywords)
        )
    if word_names:
        said.append("titles share " + _listed([f"'{word}'" for word in word_names], words))
    return "; ".join(said)


def _listed(names: Sequence[str], count: int) -> str:
    """Return 'A', 'A and B', 'A, B and 3 more'; a name with a comma in it stands in quotation marks."""
    parts = [f'"{name}"' if "," in name else name for name in names]
    if count > len(names):
        parts.append(f"{count - len(names)} more")
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
