"""Works as CSL-JSON, for Zotero, pandoc and citation processors.  (pure)"""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from kb.formats.common import clean, date_parts, note, page_range, title
from kb.identifiers import SYNTHETIC_FROM
from kb.queries.bibliography import Item, Name

_TYPES: Final = {"article": "article-journal", "book": "book", "book chapter": "chapter", "named": "document"}


def format_csl(items: Iterable[Item]) -> Iterator[str]:
    """Yield items as one CSL-JSON array, an item a line; what is not known is left out."""
    before = "[\n "
    for item in items:
        yield before + json.dumps(csl_values(item), ensure_ascii=False)
        before = ",\n "
    yield "\n]\n" if before != "[\n " else "[]\n"


def csl_values(item: Item) -> dict[str, object]:
    """Return an item as CSL-JSON names its values."""
    first, last = page_range(item.pages)
    parts = date_parts(item)
    real = 0 < item.id < SYNTHETIC_FROM
    chapter = item.record_type == "book chapter"
    values: dict[str, object] = {
        "id": f"pmid:{item.id}" if item.id > 0 else f"work:{item.id}",
        "type": _TYPES[item.record_type],
        "title": title(item),
        "author": [_name(name) for name in item.names if name.role == "author"],
        "editor": [_name(name) for name in item.names if name.role != "author"],
        "container-title": clean(item.journal or item.abbreviation or (item.book_title if chapter else None)),
        "container-title-short": clean(item.abbreviation),
        "issued": {"date-parts": [parts]} if parts else None,
        "volume": clean(item.volume),
        "issue": clean(item.issue),
        "page": f"{first}-{last}" if last else first,
        "publisher": clean(item.publisher),
        "edition": clean(item.edition),
        "ISSN": clean(item.issn),
        "DOI": item.doi,
        "PMID": str(item.id) if real else None,
        "PMCID": item.pmcid,
        "URL": f"https://pubmed.ncbi.nlm.nih.gov/{item.id}/" if real else None,
        "abstract": clean(item.abstract),
        "keyword": ", ".join(clean(keyword) for keyword in item.keywords),
        "note": note(item),
    }
    return {key: value for key, value in values.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.literal or not name.family:
        return {"literal": clean(name.literal or name.short)}
    parts = {"family": name.family, "given": name.given, "suffix": name.suffix}
    return {key: clean(value) for key, value in parts.items() if value}
