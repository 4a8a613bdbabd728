"""What E-utilities answer to a good request, in PubMed's XML, from a shelf of records (pure)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape

from harvest.rehearsal.collection import Shelf
from harvest.rehearsal.faults import Reply
from harvest.rehearsal.query import find_hits, parse_term, phrases_of, translated
from harvest.sources.esearch import MOST_HITS
from kb.identifiers import pmid_or_none

_SCORED: Final = "neighbor_score"
_LINKNAMES: Final = ("pubmed_pubmed", "pubmed_pubmed_citedin", "pubmed_pubmed_refs")

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" ?>\n'
Parameters = Mapping[str, list[str]]


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
    query, unknown = parse_term(" ".join(parameters.get("term", ())))
    hits = find_hits(shelf, query)
    shown = hits[start : start + most][: MOST_HITS - start]
    not_understood = [("PhraseNotFound", part.words) for part in phrases_of(query) if not find_hits(shelf, part)]
    not_understood += [("FieldNotFound", tag) for tag in unknown]
    return _reply(
        "eSearchResult",
        f"<Count>{len(hits)}</Count><RetMax>{len(shown)}</RetMax><RetStart>{start}</RetStart><IdList>\n",
        *(f"<Id>{pmid}</Id>\n" for pmid in shown),
        f"</IdList><TranslationSet/><QueryTranslation>{escape(translated(query))}</QueryTranslation>",
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


ANSWERS: Final = {"esearch": answer_esearch, "efetch": answer_efetch, "elink": answer_elink}
