"""What may be typed into the search, by examples made of this library.  (pure)"""

from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urlencode

from kb.queries.search.sample_queries import Typical

_NONE: Final = Typical(0, (), None, None, None, None, None, None, None)


class Example(NamedTuple):
    """Searches that show one thing, each with the query string that asks it, and what they find."""

    searches: tuple[tuple[str, str], ...]
    words: str


def search_examples(typical: Typical | None) -> list[Example]:
    """Return examples; of a thing that the library does not have, none."""
    return [Example(tuple((one, urlencode({"q": one})) for one in typed), words) for typed, words in _all(typical)]


def _all(typical: Typical | None) -> Iterator[tuple[list[str], str]]:
    of = typical or _NONE
    yield from _of_words(of)
    if of.author:
        yield [f'author:"{of.author}"', f"{of.author}[au]", f"{of.author}[1au]"], "an author; the first author"
    if of.heading:
        yield [f'mesh:"{of.heading}"', f'"{of.heading}"[majr]'], "a MeSH heading; as a major topic"
    if of.journal:
        yield [f'journal:"{of.journal}"'], "a journal, by how its name or a word of it begins"
    if of.type:
        yield [f'type:"{of.type}"', "language:eng"], "a publication type; a language"
    if of.year:
        decade = of.year // 10 * 10
        yield [f"year:{of.year}", f"year:{decade}-{decade + 9}", f"year:>{decade}", f"{decade}:{of.year}[dp]"], "years"
    if of.pmid:
        yield [str(of.pmid), *([of.doi] if of.doi else [])], "an article by PMID, DOI or PMCID; several: all of these"


def _of_words(of: Typical) -> Iterator[tuple[list[str], str]]:
    first, second = (*of.words, "", "")[:2]
    if first and second:
        yield [f"{first} {second}"], "both words, anywhere in title, abstract, keywords, MeSH or authors"
        without = [f"{first} NOT {second}", f"{first} -{second}"]
        yield [f"{first} OR {second}", *without], "either word; one without the other"
        yield [f"title:({first} OR {second})"], "in the title; so abstract:, keyword:, and tiab: for all three"
    if of.phrase:
        yield [f'"{of.phrase}"', f'"{of.phrase}"[ti]'], "words in this order; in the title"
    if first:
        yield [f"{first[:-2]}*"], "words that begin with these letters"
