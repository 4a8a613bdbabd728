"""Files of references: bytes -> seeds, by what is in them. Each format has one reader.  (pure)"""

import csv
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from io import StringIO
from typing import Any, Final

import rispy
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.model import Entry, ParsingFailedBlock

from harvest.nbib import is_nbib, parse_nbib
from harvest.pubdate import first_year
from harvest.seeds import Seed, seed_of
from kb.errors import RecordError, UsageError
from kb.identifiers import normalise_doi, normalise_pmcid, parse_identifier, pmid_or_none
from kb.text import collapse_spaces

FORMATS: Final = "RIS, BibTeX, CSL-JSON, NBIB, PubMed's CSV, or one PMID, DOI or PMCID a line"

_SILENT: Final = logging.NullHandler()
_RIS: Final = re.compile(r"^TY  - ", re.MULTILINE)
_RIS_TAG: Final = re.compile(r"[A-Z][A-Z0-9]  -")
_BIBTEX: Final = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_XML: Final = re.compile(r"\s*<(?:\?xml|!DOCTYPE|\w)", re.IGNORECASE)
_NOTE: Final = re.compile(r"\W*(PMID|PubMed ID|PMCID|DOI)\W*[:=]\s*(\S+?)[\s.;]*", re.IGNORECASE)
_KINDS: Final = {"pmid": "pmid", "pubmed id": "pmid", "pmcid": "pmcid", "doi": "doi"}
_OF_PUBMED: Final = re.compile(r"(?:ovid )?(?:pubmed|medline)\b.*|nlm|cmedm|mdc|mnh", re.IGNORECASE)
_MARKUP: Final = re.compile(r"</?(?:i|b|u|em|strong|sup|sub|span)\b[^<>]*>", re.IGNORECASE)
_NEUTRALISED: Final = re.compile(r"'(?=[=+\-@\t\r])")  # as CSV text is written for spreadsheets
_COLUMNS: Final = {  # of a CSV file, folded -> what it is
    "pmid": "pmid", "entrezuid": "pmid", "pubmedid": "pmid", "doi": "doi", "pmcid": "pmcid", "title": "title",
    "publicationyear": "year", "year": "year", "firstauthor": "author", "authors": "author",
}  # fmt: skip


def read_seeds(name: str, data: bytes) -> list[Seed]:
    """Return the seeds of a file in its order; an entry that gives none is a seed with a fault.

    Raises UsageError for a file in none of the FORMATS.
    """
    text = _text(data)
    reader = _reader(text)
    if reader is None:
        hint = " Load PubMed XML with --file." if _XML.match(text) else ""
        raise UsageError(f"{name} has no seeds that litkb can read: it is not {FORMATS}.{hint}")
    seeds = [_checked(seed) for seed in reader(name, text)]
    if not seeds:
        raise UsageError(f"{name} has no entry.")
    return seeds


def _text(data: bytes) -> str:
    """Return a file as text with plain line ends; what is not UTF-8 is taken for a file of Windows."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _reader(text: str) -> "Callable[[str, str], Iterator[Seed]] | None":
    if is_nbib(text[:4096].encode()):
        return _read_nbib
    if _RIS.search(text):
        return _read_ris
    if text.lstrip()[:1] in ("[", "{"):
        return _read_csl
    if _BIBTEX.search(text):
        return _read_bibtex
    if _header(text):
        return _read_csv
    return _read_list if any(seed.fault is None for seed in _read_list("", text)) else None


def _checked(seed: Seed) -> Seed:
    """Return a seed, with a fault where it says nothing by which an article could be found."""
    if seed.fault or seed.identifiers or seed.title:
        return seed
    return seed._replace(fault="The entry has neither an identifier nor a title.")


def _seed(place: str, said: dict[str, Any], *, texts: Iterable[str] = (), addresses: Iterable[str] = ()) -> Seed:
    """Return a seed of what an entry says, and of the notes and addresses in which it may name its identifiers."""
    found = set(_named(texts, addresses))
    kinds = [kind for kind, _ in found]
    named = {kind: value for kind, value in found if kinds.count(kind) == 1}  # of two, nobody knows which is its own
    pmid = pmid_or_none(said.get("pmid")) or pmid_or_none(named.get("pmid"))
    return Seed(
        place,
        pmid=pmid,
        doi=normalise_doi(said.get("doi")) or normalise_doi(named.get("doi")),
        pmcid=normalise_pmcid(said.get("pmcid")) or normalise_pmcid(named.get("pmcid")),
        title=collapse_spaces(unescape(_MARKUP.sub("", said.get("title") or ""))) or None,
        year=first_year(said.get("year") or ""),
        author=collapse_spaces(said.get("author") or "") or None,
        volume=said.get("volume") or None,
        pages=said.get("pages") or None,
    )


def _named(texts: Iterable[str], addresses: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, value): a line of a note that is nothing but an identifier ("PMID: 12"), and an address of one.

    A PMID within a sentence may be another article's ("Comment on PMID: 12").
    """
    for text in texts:
        for line in re.split(r"[\n;]", text):
            if match := _NOTE.fullmatch(line.strip()):
                yield _KINDS[match[1].lower()], match[2]
    for address in addresses:
        if "/" in address:
            try:
                yield parse_identifier(address.strip())
            except UsageError:
                continue


# --- NBIB: asked of PubMed again ---


def _read_nbib(name: str, text: str) -> Iterator[Seed]:
    for number, item in enumerate(parse_nbib(text.encode()), 1):
        place = f"{name} record {number}"
        if isinstance(item, RecordError):
            yield Seed(place, pmid=item.pmid, fault=None if item.pmid else item.reason)
        else:
            yield Seed(place, pmid=item.article.pmid)


# --- RIS ---


def _read_ris(name: str, text: str) -> Iterator[Seed]:
    """Read each entry by itself, since rispy passes over what does not begin with TY or end with ER."""
    for number, (entry, is_whole) in enumerate(_ris_entries(text), 1):
        place = f"{name} entry {number}"
        if not is_whole:
            yield Seed(place, fault="The entry is cut off: it has no TY at its beginning or no ER at its end.")
            continue
        try:
            [found] = rispy.loads(entry)
        except (rispy.parser.ParseError, ValueError, KeyError, IndexError, TypeError) as error:
            yield Seed(place, fault=f"The entry cannot be read: {error}.")
            continue
        yield _ris_seed(place, found)


def _ris_entries(text: str) -> Iterator[tuple[str, bool]]:
    """Yield (lines, whether all of them are there); an entry without ER is whole where another begins after it."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith("TY  -") and lines:
            yield "\n".join([*lines, "ER  - "]), lines[0].startswith("TY")
            lines = []
        if lines or _RIS_TAG.match(line):
            lines.append(line)
        if line.startswith("ER  -"):
            yield "\n".join(lines), lines[0].startswith("TY")
            lines = []
    if any(_RIS_TAG.match(line) for line in lines):
        yield "\n".join(lines), False


def _ris_seed(place: str, found: dict[str, Any]) -> Seed:
    unknown = found.get("unknown_tag", {})
    is_pubmeds = any(_OF_PUBMED.fullmatch(found.get(key, "")) for key in ("name_of_database", "database_provider"))
    dois = [found.get("doi"), found.get("type_of_work"), *unknown.get("L3", [])]
    said = {
        "pmid": found.get("accession_number") if is_pubmeds else None,
        "doi": next(filter(None, map(normalise_doi, dois)), None),
        "pmcid": found.get("custom2") if str(found.get("custom2", "")).upper().startswith("PMC") else None,
        "title": found.get("title") or found.get("primary_title") or found.get("translated_title"),
        "year": found.get("year") or found.get("publication_year"),
        "author": next(iter(found.get("authors") or found.get("first_authors") or []), None),
        "volume": found.get("volume"),
        "pages": found.get("start_page"),
    }
    return _seed(place, said, texts=found.get("notes", []), addresses=found.get("urls", []))


# --- BibTeX ---


def _read_bibtex(name: str, text: str) -> Iterator[Seed]:
    logging.getLogger("bibtexparser").addHandler(_SILENT)  # what it says there is said in the fault of the entry
    library = parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    for block in sorted(library.blocks, key=lambda block: block.start_line or 0):
        place = f"{name} line {(block.start_line or 0) + 1}"
        entry = (
            block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        )  # a repeated key is no loss
        if isinstance(entry, Entry):
            yield _bibtex_seed(place, {field.key.lower(): _bare(str(field.value)) for field in reversed(entry.fields)})
        elif isinstance(block, ParsingFailedBlock):
            yield Seed(place, fault="The entry cannot be read: a brace or a quotation mark is not closed.")


def _bare(value: str) -> str:
    """Return a value without the braces or quotation marks around it, which stay where a field is repeated."""
    return value[1:-1] if (value[:1], value[-1:]) in (("{", "}"), ('"', '"')) else value


def _bibtex_seed(place: str, fields: dict[str, str]) -> Seed:
    eprint = fields.get("eprint") if fields.get("eprinttype", "").lower() == "pubmed" else None
    said = {
        "pmid": fields.get("pmid") or eprint,
        "doi": fields.get("doi"),
        "pmcid": fields.get("pmcid") or fields.get("pmc"),
        "title": fields.get("title", "").replace("{", "").replace("}", ""),
        "year": fields.get("year") or fields.get("date"),
        "author": fields.get("author", "").partition(" and ")[0],
        "volume": fields.get("volume"),
        "pages": fields.get("pages"),
    }
    texts = [fields[key] for key in ("note", "annote", "annotation") if key in fields]
    return _seed(place, said, texts=texts, addresses=[fields.get("url", ""), fields.get("howpublished", "")])


# --- CSL-JSON ---


def _read_csl(name: str, text: str) -> Iterator[Seed]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON that can be read: {error}.") from error
    if isinstance(found, dict):
        found = found.get("items", [found])
    for number, item in enumerate(found if isinstance(found, list) else [], 1):
        place = f"{name} entry {number}"
        if isinstance(item, dict):
            yield _csl_seed(place, item)
        else:
            yield Seed(place, fault="The entry is no object of JSON.")


def _csl_seed(place: str, item: dict[str, Any]) -> Seed:
    people = item.get("author")
    first = people[0] if isinstance(people, list) and people and isinstance(people[0], dict) else {}
    said = {
        "pmid": _words(item.get("PMID")),
        "doi": _words(item.get("DOI")),
        "pmcid": _words(item.get("PMCID")),
        "title": _words(item.get("title")),
        "year": json.dumps(item.get("issued")),
        "author": _words(first.get("family") or first.get("literal")),
        "volume": _words(item.get("volume")),
        "pages": _words(item.get("page")),
    }
    return _seed(place, said, texts=[_words(item.get("note"))], addresses=[_words(item.get("URL"))])


def _words(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


# --- CSV ---


def _header(text: str) -> dict[int, str] | None:
    """Return what the columns of a CSV file are, by their place; None where no column tells whose article it is."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    names = next(csv.reader([first], delimiter=_delimiter(first)), [])
    columns = {n: _COLUMNS[key] for n, name in enumerate(names) if (key := re.sub(r"\W", "", name).lower()) in _COLUMNS}
    return columns if {"pmid", "doi", "pmcid", "title"} & set(columns.values()) else None


def _delimiter(first: str) -> str:
    return max(",;\t", key=first.count)


def _read_csv(name: str, text: str) -> Iterator[Seed]:
    """Read both layouts of PubMed's CSV, and any table with a column of PMIDs, DOIs, PMCIDs or titles."""
    columns = _header(text) or {}
    first = text.partition("\n")[0]
    rows = csv.reader(StringIO(text), delimiter=_delimiter(first), strict=True)
    width = len(next(rows))
    while True:
        place = f"{name} line {rows.line_num + 1}"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Seed(place, fault=f"The row that begins here cannot be read: {error}.")
            continue
        if any(cell.strip() for cell in row):
            yield _csv_seed(place, row, columns, width)


def _csv_seed(place: str, row: list[str], columns: dict[int, str], width: int) -> Seed:
    if len(row) < width:
        return Seed(place, fault=f"The row has {len(row)} of {width} columns; it may be cut off.")
    said: dict[str, str] = {}
    for number, kind in columns.items():
        said.setdefault(kind, _NEUTRALISED.sub("", row[number], count=1) if kind == "title" else row[number])
    said["author"] = said.get("author", "").partition(",")[0].rstrip(". ")
    return _seed(place, said)


# --- lists of identifiers ---


def _read_list(name: str, text: str) -> Iterator[Seed]:
    """Read a PMID, DOI, PMCID or address a line, or several PMIDs; what follows a # is a comment."""
    for number, line in enumerate(text.split("\n"), 1):
        said = re.sub(r"(?:^|\s)#.*", "", line).strip()
        numbers = re.split(r"[\s,;]+", said.strip(",;"))
        for word in numbers if all(map(str.isdigit, numbers)) else [said] if said else []:
            place = f"{name} line {number}"
            try:
                yield seed_of(parse_identifier(word))._replace(place=place)
            except UsageError as error:
                yield Seed(place, fault=str(error))
