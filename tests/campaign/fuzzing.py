"""Guided fuzzing of one reader: python -m tests.campaign.fuzzing READER [options of libFuzzer]; run by test_fuzz.

What changes which branches are taken is kept and changed further. An error that is none of ours ends it, status 77.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Final

import atheris

with atheris.instrument_imports(include=["harvest", "kb", "graph"]):
    from graph.export.write import FORMS
    from harvest.files import nbib, saved_page
    from harvest.files.reference_lists import read_seeds
    from harvest.http.response_validation import check_articles
    from harvest.identify.printed_citation import parse_citation
    from harvest.jobs.plan import Plan, check_plan
    from harvest.pubmed import article, dates
    from harvest.sources.ecitmatch import printed_place
    from harvest.sources.elink import parse_links
    from harvest.sources.esearch import parse_search
    from kb import identifiers, text
    from kb.errors import LitkbError
    from kb.printed.reference import parse_reference
    from kb.queries.export.nodes import ExportNode
    from kb.queries.search.query_parser import parse_query
    from kb.site.server.serve import parse_base_url
    from tests.graph.export.streamed import stream
    from tests.rows import ExportEdge

LONGEST: Final = 4_096  # bytes of one input


def _dates(words: str) -> None:
    parts = [*words.split("|"), "", "", "", ""]
    names = ("Year", "Month", "Day", "Season", "MedlineDate")
    dates.parse_pub_date({name: part for name, part in zip(names, parts, strict=False) if part})
    dates.iso_date(*parts[:3])
    dates.citation_line(words, volume=parts[0], issue=parts[1], pages=parts[2])


def _identifiers(words: str) -> None:
    for read in (identifiers.normalise_doi, identifiers.normalise_pmcid, identifiers.normalise_orcid):
        read(words)
    identifiers.parse_identifier(words)


def _references(words: str) -> None:
    reference = parse_reference(words)
    _ = reference.label(), reference.key, reference.article, reference.identifiers
    for read in (parse_citation, printed_place, text.safe_html):
        read(words)


def _options(words: str) -> None:
    first, _, rest = words.partition("|")
    for read in (
        parse_base_url,
        lambda one: check_plan(Plan(seeds=(one,), query=rest)),
        lambda one: check_plan(Plan(query=rest, references=True, years=one)),
    ):
        read_whole(read, first)


def _files(data: bytes) -> list[object]:
    return list(read_seeds("f", data))


def _answers(data: bytes) -> None:
    for read in (check_articles, parse_search, lambda body: parse_links(body, asked=[1], list_name="cited_by")):
        read_whole(read, data)


def _graphs(words: str) -> None:
    titles = [*words.split("|"), "end"]
    nodes = [
        ExportNode(
            name=f"ref:{place}", label=title or "-", title=title, year=2000, authors=title[::-1], journal=title,
            doi=title, pmid=None, state="known", citation_count=place, pagerank=0.1, component=1, source="synthetic",
            community=1, x=1.0, y=2.0,
        )
        for place, title in enumerate(titles)
    ]  # fmt: skip
    edges = [ExportEdge(one.name, other.name, None) for one, other in pairwise(nodes)]
    for form in FORMS:
        "".join(stream(form, iter(nodes), iter(edges), {"notice": words})).encode()


@atheris.instrument_func
def _magic(words: str) -> None:
    """Fail at one word, which chance alone does not find."""
    if words[:1] == "c" and words[1:2] == "i" and words[2:3] == "t":
        raise ValueError("the word is found")


def _of_text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """Return a reader of bytes; what is no UTF-8 becomes lone surrogates, as JSON and command lines bring them."""
    return lambda data: read(data.decode("utf-8", "surrogateescape"))


READERS: Final[dict[str, Callable[[bytes], object]]] = {
    "records": article.parse_articles,
    "nbib": nbib.parse_nbib,
    "answers": _answers,
    "lists": _files,
    "page": _of_text(lambda words: saved_page.parse_page(words, pmid=1)),
    "dates": _of_text(_dates),
    "identifiers": _of_text(_identifiers),
    "references": _of_text(_references),
    "search": _of_text(parse_query),
    "options": _of_text(_options),
    "graphs": _of_text(_graphs),
    "magic": _of_text(_magic),  # the control
}


def read_whole(read: Callable[[Any], object], given: object) -> None:
    """Read what is given, whatever comes of it but an error that is none of ours."""
    try:
        found = read(given)
        for _ in found if isinstance(found, Iterator) else ():
            pass
    except LitkbError:
        pass


def reader_of(name: str, data: bytes) -> tuple[Callable[[bytes], object], bytes]:
    """Return the reader of a name; of the name "any" the one that the first byte says."""
    if name != "any" or not data:
        return READERS[name if name != "any" else "records"], data
    return list(READERS.values())[data[0] % (len(READERS) - 1)], data[1:]


def main() -> None:
    name, *options = sys.argv[1:]
    atheris.Setup(["fuzzing", f"-max_len={LONGEST}", *options], lambda data: read_whole(*reader_of(name, data)))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
