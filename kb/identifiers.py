"""Identifiers: PMID, DOI, PMCID, ORCID, citation keys: check, normalise, name. Nothing is guessed."""

import hashlib
import re
from typing import Final, NamedTuple
from urllib.parse import unquote

from kb.errors import RecordError, UsageError
from kb.printed import LONGEST, printed_title
from kb.text import fold, words_in

PMID_LIMIT: Final = 2**31 - 1  # NCBI keeps UIDs of PubMed in 32 bits; eight digits are in use
COUNT_LIMIT: Final = 2**53 - 1  # what survives JavaScript; SQLite holds a thousand times more
SYNTHETIC_FROM: Final = 900_000_001  # PMIDs of made-up fields; PubMed is at about 40 million

_DOI: Final = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
_PLAIN_DOI: Final = re.compile(r"10\.\d{4,9}/[a-z0-9()./_-]*[a-z0-9]")
_DOI_PREFIX: Final = re.compile(r"^(?:https?://)?(?:(?:dx\.)?doi\.org/|doi:?\s*)", re.IGNORECASE)
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
_YEAR: Final = re.compile(r"(?:1[6-9]\d|20[0-3])\d")  # no reference was printed after 2039
_YEAR_APART: Final = re.compile(  # "Laudet AB (2003) Title", "J Pain (2003) 6:521", "Kelly JF. 2003. Title"
    r"(?<!Physiol )\(((?:1[6-9]\d|20[0-3])\d)[a-z]?\)"  # "J Appl Physiol (1985)" is a name
    r"|(?<=[.] )((?:1[6-9]\d|20[0-3])\d)[a-z]?\.(?!\s*\d)"
)
_AFTER_YEAR: Final = re.compile(r"\b[^.;:]{0,20}[;:]")
_BEFORE_YEAR: Final = frozenset(".)")
_NO_YEAR_AFTER: Final = frozenset("0123456789/.:–-")  # "2,1999", "p. 1900-1950" and "10.1002/1999" hold no year
_NO_YEAR_BEFORE: Final = frozenset("0123456789/–-")
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

    Idempotent. Repairs what PubMed is known to hold: a final point (10.1038/srep34516.) and a DOI
    written twice in a row (10.4137/IJTR.S815810.4137/IJTR.S8158). SICI forms keep their brackets.
    """
    bare = (text or "").strip()
    if len(bare) > LONGEST:
        return None
    plain = bare.lower()
    if _PLAIN_DOI.fullmatch(plain) and plain.count("10.") == 1:  # nothing to repair: nine in ten
        return plain
    if "doi.org/" in bare.lower():
        bare = unquote(bare)
    while (shorter := _DOI_PREFIX.sub("", bare).strip()) != bare:
        bare = shorter
    bare = _without_tail(_DOI_PREFIX.sub("", bare).lower())
    half = len(bare) // 2
    if len(bare) % 2 == 0 and half and bare[:half] == bare[half:]:
        bare = _without_tail(bare[:half])
    return bare if _DOI.fullmatch(bare) else None


def _without_tail(doi: str) -> str:
    """Return doi without the punctuation that a sentence left after it."""
    while doi:
        last = doi[-1]
        opening = _PAIRS.get(last)
        stray = last in ".,;:'\"" or (opening is not None and doi.count(last) > doi.count(opening))
        if not stray:
            break
        doi = doi[:-1].rstrip()
    return doi


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


def year_in(citation: str) -> int | None:
    """Return the year of publication that a printed reference shows; None where it shows none.

    NLM's order puts it after the journal, before the volume; other styles after the authors, in brackets or between
    full stops; else it is the last number that can be one.
    """
    citation = citation[:LONGEST]
    apart, last = _YEAR_APART.search(citation), None
    for match in _YEAR.finditer(citation):
        start, end = match.span()
        if citation[:start].rstrip()[-1:] in _BEFORE_YEAR and _AFTER_YEAR.match(citation, end):
            return int(match[0])
        if citation[start - 1 : start] not in _NO_YEAR_AFTER and citation[end : end + 1] not in _NO_YEAR_BEFORE:
            last = int(match[0])
    return int(apart[1] or apart[2]) if apart else last


def work_key(doi: str | None, citation: str | None) -> str | None:
    """Return the key of a work whose PMID is not known: ``doi:…``, else ``ref:…``; None if nothing names it."""
    if doi:
        return f"doi:{doi}"
    key = citation_key(citation or "")
    return f"ref:{key}" if key else None


def work_id(key: str) -> int:
    """Return the id of a work without a PMID: minus the first 52 bits of the SHA-256 of its key.

    52 bits survive JavaScript's numbers. The id does not depend on what was loaded before.
    """
    return -(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") >> 12)


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
    return f"doi:{doi}" if key is None else f"ref:{key}"
