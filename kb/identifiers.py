"""Identifiers: PMID, DOI, PMCID, ORCID, citation keys: check, normalise, name. Nothing is guessed."""

import hashlib
import re
from decimal import Decimal
from html import unescape
from typing import Final, NamedTuple
from urllib.parse import unquote

from kb.errors import RecordError, UsageError

PMID_LIMIT: Final = 2**31 - 1  # NCBI keeps UIDs of PubMed in 32 bits; eight digits are in use
COUNT_LIMIT: Final = 2**53 - 1  # what survives JavaScript; SQLite holds a thousand times more
SYNTHETIC_FROM: Final = 900_000_001  # PMIDs of made-up fields; PubMed is at about 40 million

_LONGEST: Final = 2_000  # characters: a longer text is no identifier
_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_PLAIN_DOI: Final = re.compile(r"10\.\d{4,9}/[a-z0-9()./_-]*[a-z0-9]")
_DOI_ADDRESS: Final = r"(?:https?:?/*)?(?:www\.)?(?:dx[.-])?doi[.-]org[^\s/]{0,253}/+"  # of a library's proxy, too
_DOI_BEFORE: Final = re.compile(
    rf"[\s\[({{<\"'“‘«]*(?:(?P<address>{_DOI_ADDRESS})|(?:info:|urn:)?doi[\s:/=.]*)?", re.IGNORECASE
)
_DOI_AGAIN: Final = re.compile(rf"(?<!\s)\s*(?:{_DOI_ADDRESS}|doi[\s:]*)?(?=10\.\d{{4,9}}/)", re.IGNORECASE)
_DOI_AFTER: Final = re.compile(
    r"(?<![\s.,;|\[(])[\s.,;|\[(]*(?:pmid|pmcid|pubmed)\s*[:=\]].*", re.IGNORECASE | re.DOTALL
)
_HTML_AFTER: Final = re.compile(r"</?(?:a|b|br|div|em|i|li|p|span|td)\s*/?>.*", re.IGNORECASE | re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([/_&%#<>])")  # for JSON or TeX
_QUERY: Final = re.compile(r"[?#].*", re.DOTALL)
_ENTITY: Final = re.compile(r"&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_COPIED: Final = {  # what copying leaves in a DOI: characters that nobody sees, and hyphens of typesetters
    **dict.fromkeys([0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF]),
    **dict.fromkeys([0x2010, 0x2011, 0x2012, 0x2013, 0x2212], "-"),
}
_VERSION: Final = re.compile(  # preprints: "…v2", "…/v1"; F1000 and its like, eLife: "….2"
    r"(?:(?<=\d)|[./_-])v\d{1,2}$|(?<=^10\.12688/)(?P<f1000>[a-z0-9]+\.\d+)\.\d{1,2}$"
    r"|(?<=^10\.7554/)(?P<elife>elife\.\d+)\.\d{1,2}$"
)
_PMCID: Final = re.compile(r"(?:PMC)?(\d{1,9})(?:\.\d+)?", re.IGNORECASE)
_ORCID_DIGITS: Final = re.compile("[0-9]{15}[0-9X]")
_ORCID_ADDRESS: Final = re.compile(r"^(?:https?://)?(?:www\.)?orcid\.org/", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"(?:https?://)?([\w.-]+\.[a-z]{2,})(?::\d+)?(?=[/?])(.*)", re.IGNORECASE | re.DOTALL)
_PASSED_ON: Final = re.compile(r".*[?&]q?url=(https?(?::|%3A).+)", re.IGNORECASE | re.DOTALL)  # by a library's proxy
_PLACES: Final = (  # host, what follows it, what that names; a proxy writes "doi-org.proxy.example.edu" for doi.org
    ("pubmed.ncbi.nlm.nih.gov", re.compile(r"/(\d+)(?![\w,.%]).*"), "pmid"),
    ("pubmed.gov", re.compile(r"/(\d+)(?![\w,.%]).*"), "pmid"),
    (
        "pubmed.ncbi.nlm.nih.gov",
        re.compile(r"/?\?(?:.*&)?term=(\d+)(?:(?:\[|%5b)(?:uid|pmid)(?:\]|%5d))?(?:&.*)?"),
        "pmid",
    ),
    ("ncbi.nlm.nih.gov", re.compile(r"/(?:m/)?pubmed/(?:\?term=)?(\d+)(?![\w,.%]).*"), "pmid"),
    (
        "ncbi.nlm.nih.gov",
        re.compile(r"/(?:entrez|sites)/(?=.*[?&;]db=pubmed\b).*[?&;]list_uids=(\d+)(?![\w,%]).*"),
        "pmid",
    ),
    ("europepmc.org", re.compile(r"/(?:articles?|abstract)/med/(\d+)(?![\w,.%]).*"), "pmid"),
    ("pmc.ncbi.nlm.nih.gov", re.compile(r"/articles/(?:pmc)?(\d+)(?![\w,%]).*"), "pmcid"),
    ("pmc.ncbi.nlm.nih.gov", re.compile(r"/articles/pmid/(\d+)(?![\w,.%]).*"), "pmid"),
    ("ncbi.nlm.nih.gov", re.compile(r"/pmc/articles/(?:pmc)?(\d+)(?![\w,%]).*"), "pmcid"),
    ("ncbi.nlm.nih.gov", re.compile(r"/pmc/articles/pmid/(\d+)(?![\w,.%]).*"), "pmid"),
    ("europepmc.org", re.compile(r"/(?:articles?|abstract)/(?:pmc/)?pmc(\d+)(?![\w,%]).*"), "pmcid"),
    ("doi.org", re.compile(r"/(10\..+)"), "doi"),
)
_PUBLISHED: Final = re.compile(  # at a publisher's: "/doi/full/10.1002/…?download=true"
    r"/(?:\w+/){0,2}doi/(?:\w+/)?(10\.\d{4,9}(?:/|%2f)[^?#]+)(?:[?#].*)?", re.IGNORECASE
)
_LABELS: Final = tuple(  # before a number; the longer ones first
    (kind, re.compile(rf"(?:(?:{names})(?![a-z])\s*(?:[:=#/-]\s*)?)+(.+)", re.IGNORECASE | re.DOTALL))
    for kind, names in (
        ("pmcid", r"(?:pubmed\s+)?pmc\s?ids?|pubmed\s+central(?:\s+id)?|pmc"),
        ("pmid", r"(?:m:\s*)?(?:(?:pubmed|medline|ncbi)[\s_-]*)?p\.?m\.?(?:\s?ids?|i\.?d\.?)(?:\s*:?\s*NLM(?=\d))?"),
        ("pmid", r"(?:m:\s*)?(?:pubmed|medline)(?:[\s_-]*u?ids?)?|info:pmid|urn:pmid"),
        ("doi", r"(?:info:|urn:)?doi"),
    )
)
_MARKED: Final = re.compile(r"([^\[\]]*\S)\s*\[([^\[\]]*)\][.;,]?", re.DOTALL)  # "41000021 [pmid]", "10.1000/a [doi]"
_MARKS: Final = (
    ("pmcid", re.compile(r"pmc(?:id)?", re.IGNORECASE)),
    ("doi", re.compile("doi", re.IGNORECASE)),
    ("pmid", re.compile(r"pmid|uid|pubmed\b.*|medline|indexed for medline|https?:.*", re.IGNORECASE | re.DOTALL)),
)
_DOI_AND_MORE: Final = re.compile(  # "10.1000/a [doi]", "10.1000/a     LK  - https://…", "10.1000/a PMID: 1"
    r"(?:(?:https?://)?(?:dx\.)?doi(?:\.org/|\s*:)?\s*)?(10\.\S+)"
    r"(?:\s{2,}|[;,.]?\s+(?:\[|\(?https?:|PMC?ID\b|PMC\d|[A-Z][A-Z0-9] {1,2}-\s|Epub\b|\([a-z]))\S?.*",
    re.IGNORECASE | re.DOTALL,
)
_GROUPED: Final = re.compile(r"(\d{1,3}(?:(?P<mark>[,' ])(?:\d{2,3}(?P=mark))*\d{3}|(?:\.\d{3}){2,}))(?:[.,]0+)?")
_DECIMAL: Final = re.compile(r"\d{1,20}(?:[.,]\d{0,20})?(?:E\+?\d{1,2})?", re.IGNORECASE)
_THOUSAND: Final = re.compile(r"\d{1,3}\.000")  # or three decimals
_MODERN: Final = (7, 8)  # digits of a PMID since 1977
_WRAPPED: Final = re.compile(r"[(\[]([^()\[\]]+)[)\]][.,]?")  # "(PMID: 41000021)"
_QUOTES: Final = "\"'`´‘’“”"
_PLAIN: Final = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full width
    | dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x3000), " ")
    | dict.fromkeys((0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, 0xFEFF))  # not to be seen
)
_PAIRS: Final = {")": "(", "]": "[", ">": "<", "}": "{"}


class Identifier(NamedTuple):
    """One identifier that a person gave; kind is pmid, doi or pmcid, value its normal form."""

    kind: str
    value: str


def pmid_or_none(text: str | None) -> int | None:
    """Return the PMID that text is, or None where it is not one."""
    stripped = (text or "").strip()
    if not (stripped.isascii() and stripped.isdigit()):
        return None
    number = int(stripped[:20])
    return number if 0 < number <= PMID_LIMIT else None


def count_of(text: str, *, pmid: int | None = None) -> int:
    """Return the count, rank or score that a source gives; RecordError where it is no number that can be kept."""
    stripped = text.strip()
    digits = stripped if stripped.isascii() and stripped.isdigit() and len(stripped) < 20 else "-1"
    if not 0 <= int(digits) <= COUNT_LIMIT:
        raise RecordError(f"“{stripped[:20]}” is no number that can be kept.", pmid=pmid)
    return int(digits)


def normalise_doi(text: str | None) -> str | None:
    """Return the DOI in lower case, bare of prefixes and of punctuation after it; None if it is none, or too long.

    Idempotent. Repairs what is known of PubMed and of copying: a final point (10.1038/srep34516.), a DOI written
    twice in a row (10.4137/IJTR.S815810.4137/IJTR.S8158), ``&lt;`` and ``%3C`` for ``<``, invisible characters. A
    double slash stays, since it may be registered so; doi_key() is what DOIs are compared by.
    """
    bare = (text or "").strip()
    if len(bare) > _LONGEST:
        return None
    plain = bare.lower()
    if _PLAIN_DOI.fullmatch(plain) and plain.count("10.") == 1:  # nothing to repair: nine in ten
        return plain
    while (repaired := _repaired(bare)) != bare:
        bare = repaired
    return bare if _DOI.fullmatch(bare) else None


def _repaired(doi: str) -> str:
    before = _DOI_BEFORE.match(doi)
    if before:
        doi = doi[before.end() :]
        doi = _QUERY.sub("", doi) if before["address"] else doi
    doi = unquote(_ENTITY.sub(lambda entity: unescape(entity[0]), doi)).translate(_COPIED)
    doi = _HTML_AFTER.sub("", _ESCAPED.sub(r"\1", doi))
    return _written_once(_without_tail(_DOI_AFTER.sub("", doi.lower()).strip()))


def _written_once(doi: str) -> str:
    """Return once a DOI that was written twice in a row, the second time with a prefix or without."""
    for again in _DOI_AGAIN.finditer(doi, 1):
        first = _without_tail(doi[: again.start()])
        if first and doi_key(first) == doi_key(_without_tail(doi[again.end() :])):
            return first
    return doi


def _without_tail(doi: str) -> str:
    """Return doi without the punctuation that a sentence or an address left after it."""
    while doi:
        last = doi[-1]
        opening = _PAIRS.get(last)
        stray = last in ".,;:/'\"’”»…*" or (opening is not None and doi.count(last) > doi.count(opening))
        if not stray:
            break
        doi = doi[:-1].rstrip()
    return doi


def doi_key(doi: str) -> str:
    """Return what a normalised DOI is compared by: slashes in a row are one.

    PubMed has 10.1037//0022-3514.71.2.230 where the article itself prints one slash. kb.migrations.works has the
    same in SQL.
    """
    return doi.replace("//", "/").replace("//", "/").replace("//", "/")


def other_spelling(doi: str) -> str:
    """Return the other form in which PubMed may have a DOI: with two slashes after the prefix for one, or reversed."""
    key = doi_key(doi)
    return key.replace("/", "//", 1) if doi == key else key


def doi_without_version(doi: str) -> str:
    """Return what the DOIs of all versions of one text share."""
    return _VERSION.sub(lambda found: found["f1000"] or found["elife"] or "", doi_key(doi))


def normalise_pmcid(text: str | None) -> str | None:
    """Return the PMCID as ``PMC123`` (a version after a point is dropped); None if it is none."""
    match = _PMCID.fullmatch((text or "").strip())
    return f"PMC{int(match[1])}" if match and int(match[1]) else None


def normalise_orcid(text: str | None) -> str | None:
    """Return an ORCID iD as 0000-0002-1825-0097 if its check digit is right (ISO 7064 11,2), else None."""
    written = (text or "").strip()
    digits = written.replace("-", "")
    if not _ORCID_DIGITS.fullmatch(digits):
        digits = re.sub(r"[\s-]", "", _ORCID_ADDRESS.sub("", written)).upper()
        if not _ORCID_DIGITS.fullmatch(digits):
            return None
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[15] != ("X" if check == 10 else str(check)):
        return None
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}"


def parse_identifier(text: str, bare: str = "pmid") -> Identifier:
    """Return what a person or a cell means by text: a PMID, DOI, PMCID, or an address of PubMed, PMC or doi.org.

    bare is what a number is that bears no label of its own. A number is read as spreadsheets show it (32,448,354;
    41000021.0), where it can mean one thing only. Raises UsageError with a sentence where text is none of them.
    """
    if bare == "pmid" and (pmid := pmid_or_none(text)):  # nine in ten
        return Identifier(bare, str(pmid))
    found = _read(text, bare) if len(text) <= _LONGEST and re.search(r"\d", text) else None
    if found is None:
        raise UsageError(
            f"{text.strip()[:80]!r} is no PMID, DOI, PMCID or address of one. Examples: 32448354, "
            "10.1186/s13722-020-00191-w, PMC7247232. PubMed is searched by litkb harvest --query."
        )
    return found


def _read(text: str, bare: str) -> Identifier | None:
    given = _plain(text)
    return parse_labelled(text) or _speaking(given) or (None if _label(given) else _numbered(given, bare))


def parse_labelled(text: str) -> Identifier | None:
    """Return the identifier that text calls by its kind ("PMID: 12", "12 [pmid]"); None where it calls none so."""
    given = _plain(text[:_LONGEST])
    if label := _label(given):
        kind, value = label
        return _speaking(value) or _numbered(_unmarked(value, kind), kind)
    if match := _MARKED.fullmatch(given):
        for kind, marks in _MARKS:
            if marks.fullmatch(match[2].strip()):
                return _speaking(match[1]) or _numbered(match[1], kind)
    return None


def number_given(text: str) -> int | None:
    """Return the whole number that a person or a spreadsheet wrote; None where it may be another or several.

    Thousands may be set apart (32,448,354), decimals be noughts (41000021.0); 3.24484E+07 has lost digits.
    """
    given = _plain(text)
    if match := _GROUPED.fullmatch(given):
        given = re.sub(r"\D", "", match[1])
        if match["mark"] == " " and len(given) not in _MODERN:  # "100 101 102" may be three
            return None
    if not (given.isascii() and _DECIMAL.fullmatch(given)) or _THOUSAND.fullmatch(given):
        return None
    number = Decimal(given.rstrip(".,").replace(",", "."))
    is_whole = int(number.as_tuple().exponent) <= 0 and number == number.to_integral_value()
    return int(number) if is_whole else None


def _plain(text: str) -> str:
    """Return text in plain digits and blanks, without quotation marks, brackets or the "=" of a spreadsheet around."""
    plain = text.translate(_PLAIN).strip().lstrip("=").strip(_QUOTES).strip().rstrip(";").rstrip()
    wrapped = _WRAPPED.fullmatch(plain)
    return wrapped[1] if wrapped else plain


def _label(given: str) -> tuple[str, str] | None:
    """Return (kind, value) of a value with a label before it."""
    for kind, label in _LABELS:
        if match := label.fullmatch(given):
            return kind, match[1]
    return None


def _unmarked(value: str, kind: str) -> str:
    """Return a value without the mark behind it that says its kind once more ("12 [Indexed for MEDLINE]")."""
    match = _MARKED.fullmatch(value)
    return match[1] if match and dict(_MARKS)[kind].fullmatch(match[2].strip()) else value


def _speaking(given: str) -> Identifier | None:
    """Return the identifier that text is by its form, whatever it is called: an address, a DOI, or PMC and digits."""
    if found := _addressed(given):
        return found
    if given[:3].upper() == "PMC" and (pmcid := normalise_pmcid(given)):
        return Identifier("pmcid", pmcid)
    match = _DOI_AND_MORE.fullmatch(given)
    doi = normalise_doi(given) or (normalise_doi(match[1]) if match else None)
    return Identifier("doi", doi) if doi else None


def _addressed(given: str) -> Identifier | None:
    """Return what an address of PubMed, PMC or doi.org names, also one that a library's proxy has rewritten."""
    match = _ADDRESS.fullmatch(given)
    if match is None:
        return None
    if passed_on := _PASSED_ON.fullmatch(match[2]):
        return _addressed(unquote(passed_on[1])) if "url=" not in passed_on[1] else None
    host = match[1].lower().replace("-", ".").removeprefix("www.").removeprefix("dx.")
    for name, path, kind in _PLACES:
        if host == name or host.startswith(f"{name}."):
            if (found := path.fullmatch(match[2].lower())) is None:
                continue
            if kind == "doi":
                doi = normalise_doi(f"https://doi.org/{found[1]}")
                return Identifier(kind, doi) if doi else None
            return _numbered(found[1], kind)
    published = _PUBLISHED.fullmatch(match[2])
    doi = normalise_doi(published[1]) if published else None
    return Identifier("doi", doi) if doi else None


def _numbered(text: str, kind: str) -> Identifier | None:
    """Return the identifier of this kind that a bare number is; no DOI is one."""
    number = number_given(text)
    if kind == "pmid" and number and number <= PMID_LIMIT:
        return Identifier(kind, str(number))
    pmcid = normalise_pmcid(str(number or text)) if kind == "pmcid" else None  # 7247232.1: a version
    return Identifier(kind, pmcid) if pmcid else None


def work_id(key: str) -> int:
    """Return the id of a work without a PMID: minus the first 52 bits of the SHA-256 of its key.

    52 bits survive JavaScript's numbers. The id does not depend on what was loaded before.
    """
    return -(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 12)


def doi_work(doi: str) -> int:
    """Return the id of the cited work that a DOI names."""
    return work_id(f"doi:{doi_key(doi)}")


def node_name(work: int, doi: str | None, key: str | None) -> str:
    """Return the name of a work in files: ``pmid:15063905``, ``doi:10.1111/…`` or ``ref:<citation key>``."""
    if work > 0:
        return f"pmid:{work}"
    return f"doi:{doi_key(doi or '')}" if key is None else f"ref:{key}"
