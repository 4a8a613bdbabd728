"""What E-utilities answer to a good request, in PubMed's XML, from a shelf of records (pure)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from harvest.faults import Reply
from harvest.search import MOST_HITS
from harvest.shelf import Shelf, Shelved
from kb.identifiers import normalise_doi, normalise_pmcid, pmid_or_none
from kb.text import fold

_SCORED: Final = "neighbor_score"
_LINKNAMES: Final = ("pubmed_pubmed", "pubmed_pubmed_citedin", "pubmed_pubmed_refs")

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" ?>\n'
_CLAUSE: Final = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"\[\]]+))\s*(?:\[(?P<tag>[^\]]*)\])?')

Parameters = Mapping[str, list[str]]


class Clause(NamedTuple):
    """One part of a query: how it is joined to what stands before, the field as PubMed names it, the words."""

    operator: str  # AND, OR, NOT
    field: str
    words: str


_FIELDS: Final = {
    "uid": "UID", "pmid": "UID", "doi": "DOI", "aid": "DOI", "lid": "DOI", "pmcid": "PMCID", "pmc": "PMCID",
    "au": "Author", "author": "Author", "ti": "Title", "title": "Title", "mh": "MeSH Terms", "mesh": "MeSH Terms",
    "mesh terms": "MeSH Terms", "ot": "Other Term", "other term": "Other Term", "dp": "Date - Publication",
    "pdat": "Date - Publication", "all": "All Fields", "all fields": "All Fields", "tiab": "All Fields",
    "tw": "All Fields", "": "All Fields",
}  # fmt: skip


def answer_efetch(shelf: Shelf, parameters: Parameters) -> Reply:
    """Return the records of the ids in the order asked; what PubMed does not have is silently absent."""
    asked = [pmid for part in parameters.get("id", ()) for text in part.split(",") if (pmid := pmid_or_none(text))]
    if not asked:
        said = "<eFetchResult>\n\t<ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR>\n</eFetchResult>\n"
        return Reply((_DECLARATION + said).encode(), status=400)
    if problem := _refused_database(parameters, "db", "eFetchResult"):
        return problem
    found = (shelf.find(pmid) for pmid in dict.fromkeys(asked))
    records = b"\n".join(record.xml.strip() for record in found if record)
    return Reply(_DECLARATION.encode() + b"<PubmedArticleSet>\n" + records + b"\n</PubmedArticleSet>\n")


def answer_esearch(shelf: Shelf, parameters: Parameters) -> Reply:
    """Return the hits of a term, newest PMID first, with its translation and what was not understood."""
    if problem := _refused_database(parameters, "db", "eSearchResult"):
        return problem
    start, most = _number(parameters, "retstart", 0), min(_number(parameters, "retmax", 20), MOST_HITS)
    if start >= MOST_HITS:
        said = "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998."
        return _reply("eSearchResult", f"<ERROR>{escape(said)}</ERROR>")
    clauses, unknown = parse_term(" ".join(parameters.get("term", ())))
    hits = find_hits(shelf, clauses)
    shown = hits[start : start + most][: MOST_HITS - start]
    translation = " ".join(
        (f"{clause.operator} " if place else "") + f'"{clause.words}"[{clause.field}]'
        for place, clause in enumerate(clauses)
    )
    not_understood = [("PhraseNotFound", clause.words) for clause in clauses if not find_hits(shelf, [clause])]
    not_understood += [("FieldNotFound", tag) for tag in unknown]
    return _reply(
        "eSearchResult",
        f"<Count>{len(hits)}</Count><RetMax>{len(shown)}</RetMax><RetStart>{start}</RetStart><IdList>\n",
        *(f"<Id>{pmid}</Id>\n" for pmid in shown),
        f"</IdList><TranslationSet/><QueryTranslation>{escape(translation)}</QueryTranslation>",
        _listed("ErrorList", not_understood),
        _listed("WarningList", [] if hits else [("OutputMessage", "No items found.")]),
    )


def answer_elink(shelf: Shelf, parameters: Parameters) -> Reply:
    """Return one LinkSet for each ``id=``; a comma list is pooled into one, as PubMed does."""
    if problem := _refused_database(parameters, "dbfrom", "eLinkResult"):
        return problem
    command = _first(parameters, "cmd") or "neighbor"
    if command not in ("neighbor", _SCORED):
        return _reply("eLinkResult", "<ERROR>llinkslib command not supported</ERROR>")
    linkname = _first(parameters, "linkname")
    names = [linkname] if linkname else list(_LINKNAMES)
    note = f'<?litkb source="{shelf.source}"?>\n' if shelf.source else ""
    sets = (
        _link_set(
            shelf, [pmid for text in ids.split(",") if (pmid := pmid_or_none(text))], linknames=names, command=command
        )
        for ids in parameters.get("id", ())
    )
    return _reply("eLinkResult", note, *sets)


def _link_set(shelf: Shelf, pmids: Sequence[int], *, linknames: Iterable[str], command: str) -> str:
    parts = ["<LinkSet><DbFrom>pubmed</DbFrom><IdList>", *(f"<Id>{pmid}</Id>" for pmid in pmids), "</IdList>\n"]
    for linkname in linknames:
        links = {link: None for pmid in pmids for link in shelf.links_of(linkname, pmid) or ()}
        if links:
            parts.append(f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>{escape(linkname)}</LinkName>\n")
            for other, score in links:
                scored = f"<Score>{score}</Score>" if command == _SCORED else ""
                parts.append(f"<Link><Id>{other}</Id>{scored}</Link>\n")
            parts.append("</LinkSetDb>")
    return "".join(parts) + "</LinkSet>\n"


def parse_term(term: str) -> tuple[list[Clause], list[str]]:
    """Return the clauses of a term, read from left to right as PubMed does, and the field tags that are unknown.

    Brackets around groups are ignored. Words without a tag are joined by AND.
    """
    clauses: list[Clause] = []
    unknown: list[str] = []
    operator = "AND"
    for match in _CLAUSE.finditer(re.sub(r"[()](?=[^\[\]\"]*(?:\"[^\"]*\"[^\"]*)*$)", " ", term)):
        words = match["quoted"] if match["quoted"] is not None else match["bare"]
        if match["tag"] is None and words in ("AND", "OR", "NOT"):
            operator = words
            continue
        tag = (match["tag"] or "").strip().lower()
        if tag not in _FIELDS:
            unknown.append(tag)
        clauses.append(Clause(operator, _FIELDS.get(tag, "All Fields"), words.strip()))
        operator = "AND"
    return clauses, unknown


def find_hits(shelf: Shelf, clauses: Iterable[Clause]) -> list[int]:
    """Return the PMIDs that clauses find, the highest first."""
    hits: set[int] = set()
    for place, clause in enumerate(clauses):
        fits = _matcher(clause)
        found = {pmid for pmid, record in shelf.records.items() if fits(record)}
        if place == 0 or clause.operator == "OR":
            hits |= found
        else:
            hits = hits - found if clause.operator == "NOT" else hits & found
    return sorted(hits, reverse=True)


def _matcher(clause: Clause) -> Callable[[Shelved], bool]:
    """Return the test whether a record fits one clause."""
    words = clause.words
    if clause.field == "UID":
        first, _, last = words.partition(":")
        low, high = pmid_or_none(first) or 0, pmid_or_none(last or first) or 0
        return lambda record: low <= record.pmid <= high
    if clause.field == "DOI":
        doi = normalise_doi(words)
        return lambda record: doi is not None and record.doi == doi
    if clause.field == "PMCID":
        pmcid = normalise_pmcid(words)
        return lambda record: pmcid is not None and record.pmcid == pmcid
    if clause.field == "Date - Publication":
        first, _, last = words.partition(":")
        return lambda record: record.year is not None and first[:4] <= str(record.year) <= (last or first)[:4]
    return _word_matcher(clause)


def _word_matcher(clause: Clause) -> Callable[[Shelved], bool]:
    wanted = re.findall(r"[^\W_]+", fold(clause.words))
    if clause.field == "Author":
        name = " ".join(wanted)
        return lambda record: any(f"{author} ".startswith(f"{name} ") for author in record.fields["author"])
    wanted = [word for word in wanted if len(word) > 2]  # as the records' own words were chosen
    field = {"Title": "title", "MeSH Terms": "mesh", "Other Term": "keyword"}.get(clause.field)
    if field:
        return lambda record: bool(wanted) and record.fields[field].issuperset(wanted)
    return lambda record: bool(wanted) and record.words.issuperset(wanted)


def _reply(root: str, *parts: str) -> Reply:
    return Reply((f"{_DECLARATION}<{root}>" + "".join(parts) + f"</{root}>\n").encode())


def _listed(name: str, entries: Sequence[tuple[str, str]]) -> str:
    inner = "".join(f"<{kind}>{escape(words)}</{kind}>" for kind, words in entries)
    return f"<{name}>{inner}</{name}>" if inner else ""


def _first(parameters: Parameters, name: str) -> str:
    return next(iter(parameters.get(name, ())), "")


def _number(parameters: Parameters, name: str, otherwise: int) -> int:
    text = _first(parameters, name)
    return int(text) if text.isdecimal() else otherwise


def _refused_database(parameters: Parameters, name: str, root: str) -> Reply | None:
    database = _first(parameters, name)
    if database == "pubmed":
        return None
    return _reply(root, f"<ERROR>Invalid db name specified: {escape(database)}</ERROR>")
