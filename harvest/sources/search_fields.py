"""Which fields of a query PubMed searched in, by the query as it read it.  (pure)"""

import re
from collections import Counter
from typing import Final

from kb.searches import FIELD_LOST, SearchWarning

_QUOTED: Final = re.compile(r'"[^"]*"')
_TAG: Final = re.compile(r"\[([^\[\]]+)\]")
_ANYWHERE: Final = frozenset(  # fields of which PubMed's reading says nothing that can be relied on
    {"all", "all fields", "text", "tw", "text word", "text words", "word", "uid", "pmid", "pmc", "pmcid", "doi", "aid",
     "lid", "article identifier", "location id", "sb", "subset", "filter", "filt"}
)  # fmt: skip
_FIELDS: Final = tuple(  # of PubMed (its help, NBK3827; EInfo), each with the names that queries and readings use
    frozenset(names.split("|"))
    for names in (
        "au|auth|author|fau|full|full author name",
        "1au|first author|first author name|author - first|faut",
        "lastau|last author|last author name|author - last|laut",
        "auid|author - identifier|author identifier",
        "cn|coln|corporate author|author - corporate",
        "ed|editor|author - editor",
        "ir|fir|finv|invr|investigator|full investigator name|investigator - full|author - investigator",
        "ad|affl|affiliation",
        "ti|titl|title",
        "tiab|title/abstract",
        "tt|transliterated title",
        "ta|jo|jour|journal|so|source",
        "la|lang|language",
        "mh|mesh|mesh term|mesh terms",
        "majr|mesh major topic",
        "sh|subh|mesh subheading|mesh subheadings",
        "nm|subs|supplementary concept|substance name",
        "pa|papx|pharmacological action",
        "rn|ecno|ec/rn number",
        "ot|otrm|other term",
        "pt|ptyp|publication type",
        "dp|pdat|date - publication|publication date",
        "edat|date - entry|date - entrez|entry date|entrez date",
        "crdt|date - create|date - created|create date|created date",
        "dcom|cdat|date - completion|completion date",
        "lr|mdat|date - modification|date - modify|modification date",
        "mhda|date - mesh|mesh date",
        "epdat|dep|date - electronic|electronic publication date|date - electronic publication",
        "ppdat|ppdt|date - print|print publication date|date - print publication",
        "vi|vol|volume",
        "ip|iss|issue",
        "pg|page|pagination",
        "pl|cntr|cnty|place of publication|country",
        "ps|personal name as subject|personal name - subject|subject - personal name",
        "si|secondary source id",
        "gr|grnt|grant number|grants and funding",
        "jid|nlm id|nlm unique id|nlmid",
        "isbn",
        "pubn|publisher",
        "book",
        "cois|conflict of interest|conflict of interest statements",
    )
)


def lost_fields(query: str, translation: str | None) -> list[SearchWarning]:
    """Return a warning for each field of query in which PubMed, by its translation, did not search as often as asked.

    Nothing where PubMed does not say how it read the query, or of fields that it is known to rename.
    """
    if translation is None:
        return []
    kept, used = Counter(map(_field, _tags(translation))), Counter(map(_field, _tags(query)))
    for field in filter(_is_date, used):
        used[field] = 1  # a span is written with two dates and read as one
    lost = {field for field, times in used.items() if not field & _ANYWHERE and _times(field, kept) < times}
    return [SearchWarning(FIELD_LOST, tag) for tag in dict.fromkeys(_tags(query)) if _field(tag) in lost]


def _tags(query: str) -> list[str]:
    return [tag.partition(":")[0].strip() for tag in _TAG.findall(_QUOTED.sub('""', query))]


def _field(tag: str) -> frozenset[str]:
    """Return all names of a field; of one that is not known, its own."""
    name = " ".join(tag.lower().split())
    return next((field for field in _FIELDS if name in field), frozenset({name}))


def _is_date(field: frozenset[str]) -> bool:
    return any("date" in name for name in field)


def _times(field: frozenset[str], kept: "Counter[frozenset[str]]") -> int:
    """Return how often PubMed searched in a field; one that is not known may be part of a longer name."""
    alike = [other for other in kept if other == field or (len(field) == 1 and any(_alike(field, n) for n in other))]
    return sum(kept[other] for other in alike)


def _alike(field: frozenset[str], name: str) -> bool:
    [own] = field
    return own in name or name in own
