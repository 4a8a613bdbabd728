"""Works as CSL-JSON, for Zotero, pandoc and citation processors.  (pure)"""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.bibliography import Bibliography
from kb.formats.common import (
    NAMED_ARTICLE,
    PREPRINT,
    article_number,
    chapter_number,
    clean,
    date_parts,
    doubts,
    end_parts,
    is_preprint,
    isbns,
    names_of,
    note,
    original_title,
    page_range,
    printed_pages,
    season,
    subjects,
    taken_apart,
    title,
)  # fmt: skip
from kb.identifiers import SYNTHETIC_FROM
from kb.languages import language_tag
from kb.queries.works.bibliography import Item, Name

_TYPES: Final = {
    "article": "article-journal", "book": "book", "book chapter": "chapter", "named": "document",
    NAMED_ARTICLE: "article-journal",
}  # fmt: skip
_SEASONS: Final = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}


def format_csl(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as one CSL-JSON array, an item a line; what is not known is left out."""
    before = "[\n "
    for item in map(taken_apart, items):
        yield before + json.dumps(csl_values(item), ensure_ascii=False)
        before = ",\n "
    yield "\n]\n" if before != "[\n " else "[]\n"


def csl_values(item: Item) -> dict[str, object]:
    """Return an item as CSL-JSON names its values."""
    values = {**_description(item), **_place(item), **_identifiers(item)}
    return {key: value for key, value in values.items() if value}


def _description(item: Item) -> dict[str, object]:
    preprint = is_preprint(item)
    return {
        "id": f"pmid:{item.id}" if item.id > 0 else f"work:{item.id}",
        "type": "article" if preprint else _TYPES[item.record_type],
        "genre": PREPRINT if preprint else None,
        "title": title(item),
        "original-title": original_title(item),
        "author": [_name(name) for name in names_of(item, "author")],
        "container-author": [_name(name) for name in names_of(item, "book author")],
        "editor": [_name(name) for name in names_of(item, "editor")],
        "abstract": clean(item.abstract),
        "keyword": ", ".join(subjects(item)),
        "language": next((language_tag(language) for language in item.languages), None),
        "note": "\n".join([*doubts(item), note(item) or ""]).strip(),
    }


def _place(item: Item) -> dict[str, object]:
    chapter, preprint = item.record_type == "book chapter", is_preprint(item)
    first, last = page_range(item.pages if preprint else printed_pages(item))
    journal = item.journal or item.abbreviation
    return {
        "container-title": clean(journal or (item.book_title if chapter else None)) if not preprint else None,
        "container-title-short": clean(item.abbreviation) if not preprint else None,
        "collection-title": clean(item.series_title),
        "issued": _issued(item),
        "volume": clean(item.volume),
        "volume-title": clean(item.volume_title),
        "issue": clean(item.issue),
        "number": clean(article_number(item) or item.report_number),
        "chapter-number": clean(chapter_number(item)),
        "page": f"{first}-{last}" if last else first,
        "publisher": _server(journal) if preprint else clean(item.publisher),
        "publisher-place": clean(item.publisher_place),
        "edition": clean(item.edition),
    }


def _server(journal: str | None) -> str:
    """Return a preprint server as it calls itself, "bioRxiv" of "bioRxiv : the preprint server for biology"."""
    return clean(journal).partition(" : ")[0]


def _issued(item: Item) -> dict[str, object] | None:
    """Return the date, with its end if it has one, or its season, "Winter"."""
    parts, end, words = date_parts(item), end_parts(item), (season(item) or "").lower()
    if not parts:
        return None
    return {"date-parts": [parts, end] if end else [parts]} | ({"season": _SEASONS[words]} if words in _SEASONS else {})


def _identifiers(item: Item) -> dict[str, object]:
    real = 0 < item.id < SYNTHETIC_FROM
    return {
        "ISSN": clean(item.issn),
        "ISBN": " ".join(clean(isbn) for isbn in isbns(item)),
        "DOI": item.doi,
        "PMID": str(item.id) if real else None,
        "PMCID": item.pmcid,
        "URL": f"https://pubmed.ncbi.nlm.nih.gov/{item.id}/" if real else None,
    }


def _name(name: Name) -> dict[str, str]:
    if name.literal or not name.family:
        return {"literal": clean(name.literal or name.short)}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {key: clean(value) for key, value in parts.items() if value}


BIBLIOGRAPHIES: Final = (
    Bibliography("CSL-JSON", ".csl.json", format_csl, "application/vnd.citationstyles.csl+json", "Pandoc, Quarto"),
)
