"""Front matter of JATS -> the record of an article, for one of which PubMed's own record is not at hand."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Final

from lxml import etree
from lxml.etree import _Element

from harvest.pmc.places import section_kind
from harvest.pmc.tree import HREF, children, text_of
from harvest.pubmed.dates import citation_line, iso_date, parse_pub_date
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import (
    add_author,
    add_correction,
    add_date,
    add_identifier,
    add_keyword,
    settle_authors,
)
from kb import records as rows
from kb.full_texts import FullText
from kb.identifiers import normalise_doi
from kb.languages import LANGUAGE_TAGS
from kb.text import collapse_spaces

_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CAPITALS: Final = re.compile(r"(?:^|[\s.-])([^\W\d_])")
_MOST_INITIALS: Final = 4  # letters; more in capitals are a name
_NOTICES: Final = {  # PubMed's kind of a notice, by JATS's of the other article
    "retracted-article": "RetractionOf", "retraction-forward": "RetractionIn", "corrected-article": "ErratumFor",
    "correction-forward": "ErratumIn", "object-of-concern": "ExpressionOfConcernFor",
    "expression-of-concern": "ExpressionOfConcernIn", "commentary-article": "CommentOn", "commentary": "CommentIn",
}  # fmt: skip
_NAMES: Final = ("name", "string-name", "name-alternatives/name", "name-alternatives/string-name")
_LANGUAGES: Final = {tag: code for code, tag in reversed(LANGUAGE_TAGS.items())}
_FIRST_DATES: Final = ("ppub", "print", "collection", "pub", "epub", "electronic", "")  # which date is the issue's
_ELECTRONIC: Final = frozenset({"epub", "electronic", "pub"})
_ISSNS: Final = {"epub": "issn_electronic", "electronic": "issn_electronic"}
_CATEGORIES: Final = {  # NLM's, by the kind of a section
    "introduction": "BACKGROUND", "methods": "METHODS", "results": "RESULTS", "conclusion": "CONCLUSIONS",
}  # fmt: skip
_IDENTIFIERS: Final = {"doi": "doi", "pmcid": "pmc", "pmc": "pmc", "publisher-id": "pii", "pii": "pii"}


def read_record(article: _Element, full_text: FullText) -> rows.Record | None:
    """Return the record of an article as its front matter gives it; None where it names no PMID."""
    meta = article.find("front/article-meta")
    if full_text.pmid is None or meta is None:
        return None
    draft = Draft(full_text.pmid, "article")
    draft.source = rows.PMC
    draft.article |= {"doi": full_text.doi, "pmcid": full_text.pmcid, "copyright": full_text.copyright}
    _note_journal(draft, article.find("front/journal-meta"))
    _note_title(draft, meta)
    _note_people(draft, meta)
    _note_dates(draft, meta)
    _note_place(draft, meta)
    _note_abstracts(draft, meta)
    _note_subjects(draft, meta, article.get(_XML_LANG))
    _note_notices(draft, meta)
    settle_authors(draft)
    return draft.record()


def _text(element: _Element | None) -> str | None:
    """Return the words of an element without the marks of its notes."""
    if element is None:
        return None
    if element.find(".//xref") is not None:
        tail, element = element.tail, deepcopy(element)
        element.tail = tail
        etree.strip_elements(element, "xref", with_tail=False)
    return text_of(element)


def _note_journal(draft: Draft, journal: _Element | None) -> None:
    if journal is None:
        return
    names = {one.get("journal-id-type"): text_of(one) for one in journal.iter("journal-id")}
    abbreviation = names.get("nlm-ta") or names.get("iso-abbrev") or text_of(journal.find(".//abbrev-journal-title"))
    number = names.get("nlm-journal-id")
    draft.journal |= {
        "title": text_of(next(journal.iter("journal-title"), None)),
        "abbreviation": abbreviation,
        "iso_abbreviation": names.get("iso-abbrev"),
    }
    for issn in journal.iter("issn"):
        kind = issn.get("pub-type") or issn.get("publication-format") or ""
        draft.journal.setdefault(_ISSNS.get(kind, "issn_print"), text_of(issn))
    journal_id = number or (f"ta:{abbreviation}" if abbreviation else None)
    draft.journal["journal_id"] = draft.article["journal_id"] = journal_id


def _note_title(draft: Draft, meta: _Element) -> None:
    titles = next(meta.iter("title-group"), None)
    if titles is None:
        return
    parts = filter(None, (_text(titles.find("article-title")), _text(titles.find("subtitle"))))
    draft.article["title"] = ": ".join(parts) or None
    for element in meta.findall("article-id"):
        kind, value = _IDENTIFIERS.get((element.get("pub-id-type") or "").lower()), text_of(element)
        if kind and value:
            add_identifier(draft, kind, value)


def _note_people(draft: Draft, meta: _Element) -> None:
    places = {aff.get("id"): _place(aff) for aff in meta.iter("aff")}
    for contributor in meta.iter("contrib"):
        is_member = next(contributor.iterancestors("contrib"), None) is not None  # of a group that is an author
        if contributor.get("contrib-type", "author") == "author" and not is_member:
            _note_author(draft, contributor, places)


def _note_author(draft: Draft, contributor: _Element, places: dict[str | None, str | None]) -> None:
    """Note an author with the affiliations that stand in the entry or that it points to."""
    name = next((found for path in _NAMES if (found := contributor.find(path)) is not None), None)
    given = None if name is None else name.find("given-names")
    group = contributor.find("collab")
    parts = {
        "LastName": None if name is None else text_of(name.find("surname")),
        "ForeName": text_of(given),
        "Initials": _initials(given),
        "Suffix": None if name is None else text_of(name.find("suffix")),
        "CollectiveName": None if group is None or name is not None else _own_text(group),
    }
    ids = (text_of(one) for one in contributor.iter("contrib-id") if one.get("contrib-id-type") == "orcid")
    pointed = [rid for xref in children(contributor, "xref") for rid in (xref.get("rid") or "").split()]
    stated = [*(_place(aff) for aff in children(contributor, "aff")), *(places.get(rid) for rid in pointed)]
    equal = "Y" if contributor.get("equal-contrib") == "yes" else None
    add_author(draft, parts, orcid=next(ids, None), equal=equal, affiliations=[place for place in stated if place])


def _own_text(group: _Element) -> str | None:
    """Return the name of a group of authors, without the list of its members."""
    named = [text_of(child) for child in children(group, "institution", "named-content")]
    words = filter(None, [group.text, *(child.tail for child in group), *named])
    return collapse_spaces(" ".join(words)) or None


def _initials(given: _Element | None) -> str | None:
    """Return the initials of given names, "JK" of "John-Kåre"; as printed where nothing but initials is."""
    if given is None:
        return None
    words = text_of(given) or ""
    if stated := given.get("initials"):
        return stated.replace(".", "").replace(" ", "")
    letters = re.sub(r"[\s.-]", "", words)
    if letters.isupper() and len(letters) <= _MOST_INITIALS:
        return letters
    return "".join(_CAPITALS.findall(words)).upper() or None


def _place(aff: _Element) -> str | None:
    """Return an affiliation without its label."""
    words = [aff.text, *(part for child in aff for part in (_part(child), child.tail))]
    return re.sub(r"(?:\s*,)+(?=[\s,]|$)", ",", " ".join(" ".join(filter(None, words)).split())).strip(" ,;") or None


def _part(child: _Element) -> str | None:
    if child.tag in ("label", "sup", "institution-id") or not isinstance(child.tag, str):
        return None
    if child.tag == "institution-wrap":
        return ", ".join(filter(None, (text_of(one) for one in children(child, "institution"))))
    return f"{text_of(child) or ''}{'' if (child.tail or '').strip() else ','}"


def _note_dates(draft: Draft, meta: _Element) -> None:
    """Note the date of the issue, else the first that is given, as the date of publication; and all others."""
    dates = [(date.get("pub-type") or date.get("publication-format") or "", date) for date in meta.findall("pub-date")]
    dates.sort(key=lambda one: _FIRST_DATES.index(one[0]) if one[0] in _FIRST_DATES else len(_FIRST_DATES))
    if dates:
        named = {"Year": "year", "Month": "month", "Day": "day", "Season": "season"}
        parts = {name: text for name, tag in named.items() if (text := text_of(dates[0][1].find(tag)))}
        draft.article["pub_date"], draft.article["year"] = parse_pub_date(parts)
    for kind, date in dates:
        if kind in _ELECTRONIC:
            add_date(draft, "Electronic", _iso(date))
            break
    for date in meta.iterfind("history/date"):
        add_date(
            draft,
            {"rev-recd": "revised"}.get(date.get("date-type") or "", date.get("date-type") or "history"),
            _iso(date),
        )


def _iso(date: _Element) -> str | None:
    return iso_date(*(text_of(date.find(tag)) for tag in ("year", "month", "day")))


def _note_place(draft: Draft, meta: _Element) -> None:
    first, last = text_of(meta.find("fpage")), text_of(meta.find("lpage"))
    span = f"{first}-{last}" if first and last and first != last else first
    pages = text_of(meta.find("page-range")) or span or text_of(meta.find("elocation-id"))
    volume, issue = text_of(meta.find("volume")), text_of(meta.find("issue"))
    line = citation_line(draft.article.get("pub_date"), volume=volume, issue=issue, pages=pages)
    draft.article |= {"volume": volume, "issue": issue, "pages": pages, "citation_line": line}


def _note_abstracts(draft: Draft, meta: _Element) -> None:
    for abstract in meta.iterfind("abstract"):
        if abstract.get("abstract-type") not in (None, "", "section", "structured"):
            continue
        for label, text in _sections(abstract):
            category = _CATEGORIES.get(section_kind(label or "") or "")
            position = len(draft.abstract_sections) + 1
            draft.abstract_sections.append(rows.AbstractSection(draft.pmid, position, label, category, text, None))


def _sections(abstract: _Element) -> Iterator[tuple[str | None, str]]:
    """Yield heading and text of the sections of an abstract."""
    own = " ".join(filter(None, map(_text, children(abstract, "p"))))
    if own:
        yield None, own
    for section in children(abstract, "sec"):
        if text := " ".join(filter(None, map(_text, section.iter("p")))):
            yield (text_of(section.find("title")) or "").rstrip(" :.") or None, text


def _note_subjects(draft: Draft, meta: _Element, language: str | None) -> None:
    for keyword in meta.iterfind("kwd-group/kwd"):
        if text := _text(keyword):
            add_keyword(draft, text, is_major=None, owner="NOTNLM")
    if code := _LANGUAGES.get((language or "").lower()[:2]):
        draft.languages.append(rows.Language(draft.pmid, 1, code))


def _note_notices(draft: Draft, meta: _Element) -> None:
    """Note retractions, corrections, concerns and comments, each by the identifier of the other article, once."""
    seen: set[tuple[str, str]] = set()
    for element in meta.iterfind("related-article"):
        kind = _NOTICES.get(element.get("related-article-type") or "")
        value = (element.get(HREF) or "").strip().removeprefix("info:doi/")
        if kind is None or (kind, value) in seen:
            continue
        seen.add((kind, value))
        pmid = value if element.get("ext-link-type") in ("pmid", "pubmed") else None
        doi = normalise_doi(value)
        source = None if pmid or not value else f"doi: {doi}" if doi else value
        add_correction(draft, kind, pmid, source=source, note=text_of(element))
