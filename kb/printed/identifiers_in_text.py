"""Identifiers that a printed reference shows in its words, read only where they can be no other article's."""

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple, TypeVar

from kb.identifiers import doi_key, normalise_doi, normalise_pmcid, pmid_or_none

_LONGEST: Final = 5_000  # characters of a reference that are read: a longer one is no reference
_SHORTEST: Final = 4  # letters of a DOI after its prefix, where there is no digit
_ANY: Final = re.compile(r"10\.\d{4}|PMID|PMC|PubMed|europepmc", re.IGNORECASE)
_NOTICES: Final = (
    r"(?:errat(?:um|a)|corrigend(?:um|a)|retract(?:ion|ed)|expression of concern|republi(?:cation|shed)|reprint(?:ed)?"
    r"|corrected|published (?:correction|erratum|retraction))(?: and republished)?(?: appears?| published)?"
)
_OTHERS: Final = (
    r"(?:comments?|commentary|updated?|repl(?:y|ies)|response|original (?:article|report)|summary[\w ]{0,20})"
)
_ON: Final = r" (?:on|in|of|for|to|from)"
_NOTICE: Final = rf"(?:{_NOTICES} (?:in|of|for|from)\b|{_OTHERS}{_ON}:)"  # on the work, or that the work is on another
ASIDE: Final = re.compile(rf"[\[(]\s*{_NOTICE}[^\])]*[\])]", re.IGNORECASE)
_ANOTHER: Final = re.compile(  # what is printed after these words is another article's
    rf"(?:^|[.;:,\[(])\s*{_NOTICE}"
    rf"|\b(?:{_NOTICES}|{_OTHERS}){_ON}(?= [\[(]?(?:PMID|PubMed|PMC|doi|https?:|10\.\d{{4}}))",
    re.IGNORECASE,
)
_SEVERAL: Final = re.compile(r"(?:^|\s)\(?a\)\s.*[\s;.]\(?b\)\s", re.DOTALL)  # "(a) Kelly J. …; (b) Moos R. …"
_DOI: Final = re.compile(r"(?P<label>doi(?:\.org)?[\s:/=.]*)?(?P<doi>10\.\d{4,9}(?:\.\d+)*(?:/|%2f)\S+)", re.IGNORECASE)
_GLUED: Final = re.compile(r"[\[(|<]?(?:PubMed|PMID|PMCID|CrossRef|https?:|doi:|Epub\b|Accessed\b)", re.IGNORECASE)
_FILES: Final = r"/(?:suppl_file|asset|format|figures|tables|-/dc\w*)"
_PAGE: Final = (  # no text is two rows of these, or the time doubles with each
    rf"(?:{_FILES}|/(?:cover|metrics|full(?:text)?|e?pdf|abs(?:tract)?|meta|html|summary|references)"
    r"|\.full(?:[.-]text)?|\.pdf|\.html?)"
)
_OF_A_PAGE: Final = re.compile(rf"{_PAGE}*(?:{_FILES}/.*|{_PAGE})$")  # what addresses of publishers add
_CONTINUED: Final = re.compile(r"\s+(?!10\.\d{4})(?:[./_-]\w|[\w()-]*\d[\w()-]*\.\d)")  # cut by a line break
_NUMBER_NEXT: Final = re.compile(r"\s+[\w.]*\d")  # "10.1371/journal.pone. 0032547"
_NUMBER_TWICE: Final = re.compile(r"(?<=/)(\d{5,})\.\1$")  # 10.1155/2018/7564159.7564159
_CLOSING: Final = {")": "(", "]": "[", ">": "<", "}": "{"}
_PMID: Final = re.compile(
    r"\b(?:PMID\s*(?:[:：=#-]\s*)?|PubMed(?:\s*(?:PMID|ID|identifier))?\s*[:：=]\s*(?:PMID\s*(?::\s*)?)?)(\d{1,10})\b"
    r"|(?:\[PubMed|\bPubMed\s(?:ID|identifier))\s+(\d{5,8})\b(?!-)"
    r"|(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed|europepmc\.org/(?:article|abstract)/med)"
    r"/(?:\?term=)?(\d{1,10})\b",
    re.IGNORECASE,
)
_AND_MORE: Final = re.compile(r"\s?(?:,|;|/|&|and)\s?(\d{6,8})\b")  # "PMID: 12345678, 12345679"
_PMCID: Final = re.compile(
    r"\b(?:PMCID|PubMed\s+Central(?:\s+(?:PMCID|ID))?)\s*(?:[:：=]\s*)?(?:PMC)?\s?(\d{1,9})\b"
    r"|(?:/articles?/(?:pmc/)?|article: ?)PMC(\d{1,9})\b|\bPMC(\d{2,9})\b",  # PMC1 is a gene, too
    re.IGNORECASE,
)

_T = TypeVar("_T")


class PrintedIds(NamedTuple):
    """What a reference prints of the work that it means; None where it prints none, or several of one kind."""

    doi: str | None = None
    pmcid: str | None = None
    pmid: int | None = None


NOTHING_PRINTED: Final = PrintedIds()


def printed_ids(citation: str) -> PrintedIds:
    """Return the identifiers that a printed reference shows of its work.

    None is chosen of two different ones, nor of a reference to several works; what stands after "Erratum in:",
    "Comment on" and the like is another article's; a DOI that is cut short is none.
    """
    citation = citation[:_LONGEST]
    if not _ANY.search(citation) or _SEVERAL.search(citation):
        return NOTHING_PRINTED
    own = _ANOTHER.split(ASIDE.sub(" ", citation), maxsplit=1)[0]
    return PrintedIds(
        _printed_doi(own),
        _only({normalise_pmcid(_number(found)) for found in _PMCID.finditer(own)}),
        _only({number for found in _PMID.finditer(own) for number in _pmids(own, found)}),
    )


def _pmids(text: str, found: "re.Match[str]") -> Iterator[int | None]:
    yield pmid_or_none(_number(found))
    if more := _AND_MORE.match(text, found.end()):
        yield pmid_or_none(more[1])


def _number(found: "re.Match[str]") -> str:
    return next(filter(None, found.groups()), "")


def _only(values: Collection[_T]) -> _T | None:
    return next(iter(values)) if len(values) == 1 else None


def _printed_doi(text: str) -> str | None:
    dois = {doi_key(doi): doi for doi in reversed([*_dois(text)])}  # the first spelling of each
    whole = {key: doi for key, doi in dois.items() if _is_whole(doi)}
    if len(whole) != 1:
        return None
    [(key, doi)] = whole.items()
    return doi if all(key.startswith(other.rstrip()) for other in dois) else None


def _dois(text: str) -> Iterator[str]:
    """Yield the DOIs of text in their normal form, with a space after those that seem to go on."""
    for found in _DOI.finditer(text):
        given = _without_rest(found["doi"])
        doi = _NUMBER_TWICE.sub(r"\1", _OF_A_PAGE.sub("", normalise_doi(given) or ""))
        goes_on = _CONTINUED if re.search(r"/.*\d", doi) else _NUMBER_NEXT
        is_cut = given == found["doi"] and goes_on.match(text, found.end())
        is_number = not found["label"] and re.fullmatch(r"[^/]*/\d{1,4}", doi)  # a date, a range: 09/10.2021/22
        if doi and not is_number:
            yield f"{doi} " if is_cut else doi


def _without_rest(printed: str) -> str:
    """Return a printed DOI without what is printed after it and no space parts from it."""
    glued = _GLUED.search(printed)
    printed = printed[: glued.start()] if glued else printed
    open_ones: list[str] = []
    for place, letter in enumerate(printed):
        if letter in _CLOSING.values():
            open_ones.append(letter)
        elif letter in _CLOSING and _CLOSING[letter] not in open_ones:
            return printed[:place]
        elif letter in _CLOSING:
            open_ones.remove(_CLOSING[letter])
    return printed


def _is_whole(doi: str) -> bool:
    """Return whether a DOI can be one that no line break has cut."""
    suffix = doi.partition("/")[2]
    if (len(suffix) < _SHORTEST and not re.search(r"\d", suffix)) or doi[-1] in " -_(<[":
        return False
    if any(doi.count(opening) > doi.count(closing) for closing, opening in _CLOSING.items()):
        return False
    return "(sici)" not in doi or re.search(r";2-\S$", doi) is not None
