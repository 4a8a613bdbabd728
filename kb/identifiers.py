"""Identifiers: PMID, DOI, PMCID, ORCID, citation keys: check, normalise, name. Nothing is guessed."""

import hashlib
import re
from html import unescape
from typing import Final, NamedTuple
from urllib.parse import unquote

from kb.errors import UsageError
from kb.printed import printed_title, year_in
from kb.text import fold, words_in

PMID_LIMIT: Final = 2**31 - 1  # NCBI keeps UIDs of PubMed in 32 bits; eight digits are in use
SYNTHETIC_FROM: Final = 900_000_001  # PMIDs of made-up fields; PubMed is at about 40 million

_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_PLAIN_DOI: Final = re.compile(r"10\.\d{4,9}/[a-z0-9()./_-]*[a-z0-9]")
_DOI_ADDRESS: Final = r"(?:https?:?/*)?(?:www\.)?(?:dx[.-])?doi[.-]org[^\s/]*/+"  # of a library's proxy, too
_DOI_BEFORE: Final = re.compile(
    rf"[\s\[({{<\"'“‘«]*(?:(?P<address>{_DOI_ADDRESS})|(?:info:|urn:)?doi[\s:/=.]*)?", re.IGNORECASE
)
_DOI_AGAIN: Final = re.compile(rf"\s*(?:{_DOI_ADDRESS}|doi[\s:]*)?(?=10\.\d{{4,9}}/)", re.IGNORECASE)
_DOI_AFTER: Final = re.compile(r"[\s.,;|\[(]*(?:pmid|pmcid|pubmed)\s*[:=\]].*", re.IGNORECASE | re.DOTALL)
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
_PUBMED_ADDRESS: Final = re.compile(
    r"^(?:https?://)?(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed"
    r"|europepmc\.org/(?:article|abstract)/med)/(\d+)/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_PMC_ADDRESS: Final = re.compile(
    r"^(?:https?://)?(?:pmc\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pmc|europepmc\.org)"
    r"/articles?/(?:pmc/)?(PMC\d+)/?(?:[?#].*)?$",
    re.IGNORECASE,
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


def normalise_doi(text: str | None) -> str | None:
    """Return the DOI in lower case, bare of prefixes and of punctuation after it; None if it is none.

    Idempotent. Repairs what is known of PubMed and of copying: a final point (10.1038/srep34516.), a DOI written
    twice in a row (10.4137/IJTR.S815810.4137/IJTR.S8158), ``&lt;`` and ``%3C`` for ``<``, invisible characters. A
    double slash stays, since it may be registered so; doi_key() is what DOIs are compared by.
    """
    bare = (text or "").strip()
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


def parse_identifier(text: str) -> Identifier:
    """Return what a person means by text: a PMID, DOI, PMCID, or an address of PubMed, PMC or doi.org.

    Raises UsageError with a sentence where it is none of them.
    """
    given = text.strip()
    if (match := _PUBMED_ADDRESS.match(given)) or (match := _PMC_ADDRESS.match(given)):
        given = match[1]
    given = re.sub(r"^(?:pmid|pmcid)\s*:\s*", "", given, flags=re.IGNORECASE)
    if (pmid := pmid_or_none(given)) is not None:
        return Identifier("pmid", str(pmid))
    if given[:3].upper() == "PMC" and (pmcid := normalise_pmcid(given)):
        return Identifier("pmcid", pmcid)
    if doi := normalise_doi(given):
        return Identifier("doi", doi)
    raise UsageError(
        f"{text.strip()[:80]!r} is no PMID, DOI, PMCID or address of one. Examples: 32448354, "
        "10.1186/s13722-020-00191-w, PMC7247232. For a search, use --query."
    )


def citation_key(citation: str) -> str | None:
    """Return the key of a printed reference that has no identifier; None where nothing is printed.

    First author and year for the eye, and a hash of the folded title; of all words where author, year or title is
    not certain. So two printings of one work share a key though they abbreviate its journal or err in a page, and
    different works are never taken for one.
    """
    words = words_in(fold(citation))
    if not words:
        return None
    surname = next((word for word in words if not word.isdigit()), "anon")[:24]
    year = year_in(citation)
    telling = (year and printed_title(citation)) or words
    digest = hashlib.sha256(" ".join(telling).encode()).hexdigest()[:10]
    return f"{surname}-{year}-{digest}" if year else f"{surname}-{digest}"


def work_key(doi: str | None, citation: str | None) -> str | None:
    """Return the key of a work whose PMID is not known: ``doi:…``, else ``ref:…``; None if nothing names it."""
    if doi:
        return f"doi:{doi_key(doi)}"
    key = citation_key(citation or "")
    return f"ref:{key}" if key else None


def work_id(key: str) -> int:
    """Return the id of a work without a PMID: minus the first 52 bits of the SHA-256 of its key.

    52 bits survive JavaScript's numbers. The id does not depend on what was loaded before.
    """
    return -(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 12)


def doi_work(doi: str) -> int:
    """Return the id of the cited work that a DOI names."""
    return work_id(f"doi:{doi_key(doi)}")


def cited_work(pmid: int | None, doi: str | None, citation: str | None) -> tuple[int | None, str | None]:
    """Return id and key of the work that a reference names: the PMID and no key, else its key; None for no work."""
    if pmid:
        return pmid, None
    key = work_key(doi, citation)
    return (work_id(key) if key else None), key


def node_name(work: int, doi: str | None, key: str | None) -> str:
    """Return the name of a work in files: ``pmid:15063905``, ``doi:10.1111/…`` or ``ref:<citation key>``."""
    if work > 0:
        return f"pmid:{work}"
    return f"doi:{doi_key(doi or '')}" if key is None else f"ref:{key}"
