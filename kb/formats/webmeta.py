"""A work as web pages carry it for reference managers: citation_* tags, JSON-LD, COinS.  (pure)"""

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from kb.formats.common import (
    PREPRINT,
    clean,
    date_parts,
    is_preprint,
    isbns,
    names_of,
    original_title,
    page_range,
    printed_pages,
    title,
)  # fmt: skip
from kb.identifiers import SYNTHETIC_FROM
from kb.languages import language_tag
from kb.queries.works.bibliography import Item, Name

# What is said of a work beside its own fields.
PARTS: Final = ("names", "keyword_rows", "languages", "publication_types", "identifiers", "other_fields")
_TYPES: Final = {"article": "ScholarlyArticle", "book": "Book", "book chapter": "Chapter"}
_BEYOND: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def citation_tags(item: Item) -> list[tuple[str, str]]:
    """Return the names and contents of the meta tags that Zotero's connector and Google Scholar read."""
    return [(f"citation_{name}", text) for name, value in _tags(item) if (text := clean(value))]


def _tags(item: Item) -> Iterator[tuple[str, str | None]]:
    first, last = page_range(printed_pages(item))
    is_chapter = item.record_type == "book chapter"
    yield "title", title(item)
    for name in _authors(item):
        yield "author", _listed(name)
        yield "author_orcid", f"https://orcid.org/{name.orcid}" if name.orcid else None
    yield "publication_date", _date(item, "/")
    yield from (("journal_title", item.journal), ("journal_abbrev", item.abbreviation))
    yield "inbook_title", item.book_title if is_chapter else None
    yield from (("volume", item.volume), ("issue", item.issue), ("firstpage", first), ("lastpage", last))
    yield from (("issn", item.issn), *(("isbn", isbn) for isbn in isbns(item)))
    yield from (("series_title", item.series_title), ("publisher", item.publisher), ("doi", item.doi))
    yield from (("editor", _listed(name)) for name in names_of(item, "editor"))
    yield "pmid", str(item.id)
    yield from (("keywords", keyword) for keyword in item.keywords)
    yield from (("language", language) for language in item.languages)


def json_ld(item: Item) -> str:
    """Return the work as schema.org describes it, as JSON that no tag or comment in a text can end."""
    values = {name: value for name, value in _described(item).items() if value}
    text = json.dumps({"@context": "https://schema.org", **values}, ensure_ascii=False)
    for sign, escape in _BEYOND.items():
        text = text.replace(sign, escape)
    return text


def _described(item: Item) -> dict[str, object]:
    first, last = page_range(printed_pages(item))
    addresses = [f"https://pubmed.ncbi.nlm.nih.gov/{item.id}/", f"https://doi.org/{item.doi}" if item.doi else ""]
    return {
        "@type": _TYPES.get(item.record_type, "CreativeWork"),
        "headline": title(item),
        "name": title(item),
        "alternateName": original_title(item),
        "genre": PREPRINT if is_preprint(item) else None,
        "author": [_person(name) for name in _authors(item)],
        "editor": [_person(name) for name in names_of(item, "editor")] if item.record_type != "book chapter" else None,
        "datePublished": _date(item, "-"),
        "isPartOf": _container(item),
        "pageStart": first,
        "pageEnd": last,
        "pagination": clean(printed_pages(item)),
        "inLanguage": [tag for language in item.languages if (tag := language_tag(language))],
        "keywords": [clean(keyword) for keyword in item.keywords],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": kind, "value": value}
            for kind, value in (("PMID", str(item.id)), ("DOI", item.doi), ("PMCID", item.pmcid))
            if value
        ],
        "sameAs": [address for address in addresses if address],
    }


def _container(item: Item) -> dict[str, object] | None:
    """Return what the work is part of: a journal inside its volume and issue, or a book."""
    if item.record_type == "book chapter":
        return {"@type": "Book", "name": clean(item.book_title), **_of_book(item)}
    if not (item.journal or item.abbreviation):
        return None
    inner: dict[str, object] = {"@type": "Periodical", "name": clean(item.journal or item.abbreviation)}
    if item.issn:
        inner["issn"] = item.issn
    for kind, field, value in (
        ("PublicationVolume", "volumeNumber", item.volume),
        ("PublicationIssue", "issueNumber", item.issue),
    ):
        if text := clean(value):
            inner = {"@type": kind, field: text, "isPartOf": inner}
    return inner


def _of_book(item: Item) -> dict[str, object]:
    publisher = {"@type": "Organization", "name": clean(item.publisher)} if item.publisher else None
    found: dict[str, object] = {
        "author": [_person(name) for name in names_of(item, "book author")],
        "editor": [_person(name) for name in names_of(item, "editor")],
        "isbn": isbns(item),
        "bookEdition": clean(item.edition),
        "publisher": publisher,
    }
    return {key: value for key, value in found.items() if value}


def _person(name: Name) -> dict[str, str]:
    if name.literal or not name.family:
        kind = "Person" if name.is_person or not name.literal else "Organization"
        return {"@type": kind, "name": clean(name.literal or name.short)}
    parts = {"familyName": name.family, "givenName": name.given, "honorificSuffix": name.suffix}
    full = " ".join(clean(part) for part in (name.given, name.family, name.suffix) if part)
    orcid = {"sameAs": f"https://orcid.org/{name.orcid}"} if name.orcid else {}
    return {"@type": "Person", "name": full, **{key: clean(value) for key, value in parts.items() if value}, **orcid}


def coins(item: Item) -> str:
    """Return the work as ContextObjects in Spans has it: the title attribute of an empty span of class Z3988."""
    kind = "journal" if item.record_type == "article" else "book"
    known = [(f"rft.{name}", text) for name, value in _coins_fields(item) if (text := clean(value))]
    numbers = [("rft_id", f"info:pmid/{item.id}"), *([("rft_id", f"info:doi/{item.doi}")] if item.doi else [])]
    return urlencode([("ctx_ver", "Z39.88-2004"), ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{kind}"), *numbers, *known])


def _coins_fields(item: Item) -> Iterator[tuple[str, str | None]]:
    first, last = page_range(printed_pages(item))
    yield "genre", {"article": "article", "book chapter": "bookitem"}.get(item.record_type, "book")
    yield "btitle" if item.record_type == "book" else "atitle", title(item)
    if item.record_type == "article":
        yield from (("jtitle", item.journal), ("stitle", item.abbreviation))
    elif item.record_type == "book chapter":
        yield "btitle", item.book_title
    yield "date", _date(item, "-")
    yield from (("volume", item.volume), ("issue", item.issue), ("spage", first), ("epage", last), ("issn", item.issn))
    yield from (("isbn", next(iter(isbns(item)), None)), ("pub", item.publisher), ("place", item.publisher_place))
    yield from (("edition", item.edition), ("series", item.series_title))
    for place, name in enumerate(_authors(item)):
        if place == 0 and name.family:
            yield from (("aulast", name.family), ("aufirst", name.given))
        yield "au", _listed(name)


def is_real(work: int) -> bool:
    """Return whether a work exists: a made-up one must not get into anybody's library."""
    return 0 < work < SYNTHETIC_FROM


def _authors(item: Item) -> list[Name]:
    return names_of(item, "author")


def _listed(name: Name) -> str:
    """Return a name as lists have it: "Vederhus, John-Kåre"."""
    if name.literal or not name.family:
        return name.literal or name.short
    return ", ".join(part for part in (name.family, name.given, name.suffix) if part)


def _date(item: Item, sign: str) -> str | None:
    parts = date_parts(item)
    return sign.join([f"{parts[0]:04d}", *(f"{part:02d}" for part in parts[1:])]) if parts else None
