"""What reads a stranger's text takes twice the time for twice the text: every pattern and reader, on hostile shapes."""

import importlib
import pkgutil
import re
import re._constants as sre  # type: ignore[import-untyped]
import re._parser as sre_parser  # type: ignore[import-untyped]
import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import pytest

import harvest
import kb
from harvest.files import mesh_tree, nbib, saved_page
from harvest.files.reference_lists import read_seeds
from harvest.http import response_validation
from harvest.identify import record_linkage
from harvest.identify.printed_citation import parse_citation
from harvest.pmc.article import parse_full_texts
from harvest.pmc.sentences import split_sentences
from harvest.pubmed import article
from harvest.sources import ecitmatch, elink, esearch, icite
from kb import emails, identifiers, text
from kb.errors import LitkbError
from kb.printed.article import parse_article
from kb.printed.identifiers_in_text import printed_ids
from kb.printed.reference import PrintedReference
from kb.queries.search import query_parser
from tests.builders import article_set, article_xml, reference_xml
from tests.campaign.scale import SHORT
from tests.harvest.pmc.jats import jats, ref, xref

pytestmark = pytest.mark.campaign

FIRST, LAST = 2**10, 2**14 if SHORT else 2**17  # characters
LAST_OF_FILES = LAST if SHORT else 2**21
ENOUGH = 0.05 if SHORT else 0.1  # CPU seconds from which a doubling is judged
MOST = 3.0  # times as long for twice the text; the square would be 4
EXEMPT = {  # patterns whose text has a limit, or comes from ourselves
    "kb.printed.journal._AT_END sub": "110 characters before a place",
    "kb.printed.identifiers_in_text._SEVERAL search": "5,000 characters of a printed reference",
    "kb.printed.identifiers_in_text._OF_A_PAGE sub": "2,000 characters of a DOI",
    "harvest.http.response_validation._JSON_ERROR search": "20,000 characters of an answer",
    "harvest.rehearsal.query._TOKEN finditer": "a query put to a rehearsal",
}
OPENINGS = (
    " ", "\n", "\t", "a", "A", "é", "0", "10.", "10.1/", "(", ")", "[", "]", "{", "<", ">", "<a ", "<!--", "<?",
    "<![CDATA[", "&", "&#",
    '"', "'", "\\", "/", ".", ". ", ",", ";", ":", "-", "_", "@", "a@", "a.", "a ", "A. ", "1 ", "1,", "1;", "2003 ",
    "AU  - ", "(2003) ", "10.1000/x", "\N{NO-BREAK SPACE}", "\N{COMBINING ACUTE ACCENT}",
)  # fmt: skip


def modules() -> Iterator[object]:
    for package in (harvest, kb):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.startswith(("kb.site.pictures", "kb.cli", "kb.commands.demo")):
                yield importlib.import_module(info.name)


def literals(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> set[str]:
    """Return the runs of literal characters in a pattern."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    found: set[str] = set()

    def walk(node: object) -> None:
        run = ""
        for op, value in node:  # type: ignore[attr-defined]
            if op is sre.LITERAL:
                run += chr(value)
                continue
            found.add(run)
            run = ""
            for part in value if isinstance(value, tuple) else ():
                if isinstance(part, sre_parser.SubPattern):
                    walk(part)
                elif isinstance(part, list):
                    for each in part:
                        if isinstance(each, sre_parser.SubPattern):
                            walk(each)
        found.add(run)

    walk(sre_parser.parse(source, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags))
    return {run for run in found if run}


def shapes(pattern: "re.Pattern[str] | re.Pattern[bytes]") -> set[tuple[str, str]]:
    """Return what a text begins with, and what it repeats."""
    own = sorted(literals(pattern))
    repeated = {*OPENINGS, *own, *(f"{a}{b}" for a in own[:12] for b in (" ", "x", "1", "<", ">", "(", ","))}
    repeated |= {f"{a}{b}" for a in own[:8] for b in own[:8]}
    return {("", again) for again in repeated} | {(first, again) for first in own[:8] for again in OPENINGS}


def seconds(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


def growth(read: Callable[[str], object], first: str, again: str, last: int = LAST) -> float | None:
    """Return how many times as long a text of twice the size takes, once that can be measured; None if it never can."""
    before, half, size = 0.0, "", FIRST
    while size <= last:
        text = (first + again * (size // len(again)))[:size] + "!"
        taken = seconds(read, text)
        if taken > ENOUGH and before > ENOUGH / 5:
            pairs = [(taken, before), *((seconds(read, text), seconds(read, half)) for _ in range(2))]
            return min(one for one, _ in pairs) / min(other for _, other in pairs)  # a busy machine makes some longer
        before, half, size = taken, text, size * 2
    return None


def uses(name: str, sources: list[str]) -> set[str]:
    calls = re.compile(rf"\b{name}\.(search|match|fullmatch|findall|finditer|sub|split)\(")
    return {kind for source in sources for kind in calls.findall(source)}


def patterns() -> Iterator[tuple[str, "re.Pattern[str] | re.Pattern[bytes]", set[str]]]:
    everything = [Path(module.__file__).read_text() for module in modules()]
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                own = [Path(module.__file__).read_text()]
                yield f"{module.__name__}.{name}", value, uses(name, own if name.startswith("_") else everything)


def applied(pattern: "re.Pattern[str] | re.Pattern[bytes]", use: str) -> Callable[[str], object]:
    call = getattr(pattern, use)
    encoded = (lambda text: text.encode()) if isinstance(pattern.pattern, bytes) else (lambda text: text)
    if use == "finditer":
        return lambda text: sum(1 for _ in call(encoded(text)))
    if use == "sub":
        return lambda text: call(encoded(""), encoded(text))
    return lambda text: call(encoded(text))


def too_slow(
    read: Callable[[str], object], texts: set[tuple[str, str]], last: int = LAST
) -> dict[tuple[str, str], float]:
    """Return the shapes of text for which the time grows faster, and by how much."""
    return {shape: round(ratio, 1) for shape in sorted(texts) if (ratio := _steady(read, *shape, last)) > MOST}


def _steady(read: Callable[[str], object], first: str, again: str, last: int) -> float:
    """Return the growth, 0 for none; where it is too much the least of three, as another program may have cost time."""
    ratio = growth(read, first, again, last) or 0.0
    return ratio if ratio <= MOST else min(ratio, *(growth(read, first, again, last) or 0.0 for _ in range(2)))


PATTERNS = {f"{name} {use}": (pattern, use) for name, pattern, kinds in patterns() for use in sorted(kinds)}


@pytest.mark.parametrize("name", sorted(PATTERNS.keys() - EXEMPT.keys()))
def test_a_pattern_takes_twice_the_time_for_twice_the_text(name):
    assert too_slow(applied(*PATTERNS[name]), shapes(PATTERNS[name][0])) == {}


def test_a_pattern_whose_time_grows_with_the_square_is_seen():
    assert too_slow(re.compile(r" +\n").search, {("", " ")}) != {}


def test_what_is_exempt_is_a_pattern():
    assert EXEMPT.keys() <= PATTERNS.keys()


# --- readers

PAGE = "J Foo. 2003 May;1(2):3-4. doi: 10.1234/x.\nTitle\n{}\nAbstract\n{}\nReferences\n1. {}\n"
NBIB = (
    "PMID- 1\n" + "".join(f"{tag:4}- {{}}\n" for tag in ("TI", "FAU", "AID", "GR", "MH", "PHST", "CON")) + "SO  - J.\n"
)
OF_BYTES = {
    "articles": article.parse_articles, "articles whole": response_validation.check_articles,
    "mesh": lambda xml: mesh_tree.parse_mesh([xml]),
    "failure": lambda body: response_validation.check_status(500, body), "search": esearch.parse_search,
    "nbib": nbib.parse_nbib,
    "links": lambda body: elink.parse_links(body, asked=[1], list_name="cited_by"), "found": ecitmatch.parse_found,
    "icite": lambda body: icite.parse_icite(body, asked=[1]),
}  # fmt: skip
LISTS = {  # how a file of references begins; what is repeated after it
    "nbib": ("PMID- 1\nTI  - x\n", ("PMID- 1\n", "AU  - x\n", "AB  - ")),
    "ris": ("TY  - JOUR\n", ("TY  - JOUR\n", "ER  - \n", "N1  - PMID: 1\n", "x\n")),
    "bibtex": (
        "@article{a,\n",
        (
            "@article{a,\n",
            "@article{",
            "@a{a}\n",
            "@string{a={b}}\n",
            "@comment{",
            "\n@x(",
            "title = {",
            "title = {x},\n",
        ),
    ),
    "csl": ("[", ('{"a":', '{"title":"x"},', '"10.1/x",', "1,")),
    "notes": ('[{"title":"x","note":"', ("PMID: 1; ", "x ", "; ", "EMBASE ")),
    "json lines": ('{"a":1}\n', ('{"a":1}\n', "{\n", '{"title":"x"}\n')),
    "endnote xml": ("<xml><records>", ("<record>", "<record/>", "<!--", "<?x ?>", "<![CDATA[", "<style>")),
    "web of science": ("FN x\nVR 1.0\nPT J\nTI x\n", ("PT J\n", "ER\n", "TI x\n", "   x\n")),
    "refworks": ("RT Journal Article\nT1 x\n", ("RT J\n", "T1 x\n", "NO x\n")),
    "endnote": ("%0 Journal Article\n%T x\n", ("%0 J\n", "%T x\n", "%U http://x/y\n")),
    "csv": ("PMID,Title\n", ("1,x\n", ",,\n", '"', '1,"x\n', ",")),
    "tsv": ("PMID\tTitle\n", ("1\tx\n", "\t")),
    "summary": ("1: A. B. J. 2003;1:1. PMID: 1.\n\n", ("2: x. PMID: 2.\n\n", "; Free PMC: ", "x\n")),
    "abstract": ("1. J. 2003.\n\nT\n\nPMID: 1\n\n\n", ("2. x\n\n\n", "PMID: 1\n", " [x]")),
    "list": ("1\n", ("1\n", "1 ", "PMID ", "12,345,", "123 456 ", "# x\n", "- 1\n")),
}
OF_TEXT = {
    "reference": lambda s: article.parse_articles(article_set(article_xml(1, references=[reference_xml(s)]))),
    "title": lambda s: article.parse_articles(article_set(article_xml(1, title=s))),
    "nbib fields": lambda s: nbib.parse_nbib(NBIB.replace("{}", s).encode()),
    "page": lambda s: saved_page.parse_page(PAGE.replace("{}", s), pmid=1),
    "page lines": lambda s: saved_page.parse_page(PAGE.replace("{}", s.replace(" ", "\n")), pmid=1),
    "doi": identifiers.normalise_doi, "pmcid": identifiers.normalise_pmcid, "orcid": identifiers.normalise_orcid,
    "identifier": identifiers.parse_identifier, "work": lambda s: PrintedReference(s).key,
    "label": lambda s: PrintedReference(s).label(), "printed": lambda s: PrintedReference(s).title_words,
    "seeds": lambda s: read_seeds("f", s.encode()),
    "printed ids": printed_ids, "citation": parse_citation, "in parts": parse_article,
    "fold": text.fold, "sentences": split_sentences,
    "full text": lambda s: parse_full_texts(jats(f"<p>{escape(s)} [{xref(1)}] {escape(s)}</p>", refs=ref(1))),
    "full text's references": lambda s: parse_full_texts(
        jats(f"<p>{xref(1)}</p>", refs=ref(1, f"<mixed-citation>{escape(s)}</mixed-citation>"))
    ),
    "html": text.safe_html, "superscript": text.superscript, "emails": emails.affiliation_without_emails,
    "place": ecitmatch.printed_place, "match": record_linkage.Matcher([]).matches,
    "syntax": lambda s: query_parser.parse_query(s[:2**12]),  # an address has some kilobytes
}  # fmt: skip
DOCUMENTS = {
    (first, again)
    for first in ("", "<PubmedArticleSet>", "<eSearchResult>", "<eLinkResult>", "<!DOCTYPE x [",
    '{"data":[{"pmid":1,"a":')
    for again in (
        "<!--", "<!-- -->", "<!-- <PubmedArticle>", "<ERROR>", "<ERROR>x", "<ERROR ", "<PubmedArticle>",
        "<PubmedArticle/>",
        "</PubmedArticle ", "<PubmedBookArticle><PubmedArticle ", "<DeleteCitation>", "<MedlineCitation ", "<PMID>1",
        "<LinkSet><ERROR>x</ERROR></LinkSet>", "<LinkSet>", "<Id>1</Id>", "<a>", "<a/>", "<?xml ", "] ",
        '{"a":', "[", "1,",
        '"error":"', "<title", "<html", "1|", "a|b|c|d|e|f|g\n", "PMID- 1\n", "TI  - x\n", "  x\n", "x\n\n",
    )
}  # fmt: skip
WORDS = {
    ("", again)
    for again in (
        *OPENINGS, "doi:", "doi: ", "http://doi.org/", "10.1000/x)", ").", "\u0315\u0316", "a\u0301", "<b>", "<b></i>",
        "</b>", "<sub>", " - DOI", "1. x\n", "Epub 2003 ", "PMID: 1 ", "PMC1 ", "1;1:1 ", "Laudet A, ",
        "vol ", "1st ed ",
        "a AND (", "[au] ", " (x)", "x [y",
    )
}  # fmt: skip


def read_all(read: Callable[..., object], given: object) -> None:
    """Read what is given, whatever comes of it but an error that is none of ours."""
    try:
        found = read(given)
        for _ in found if isinstance(found, Iterator) else ():
            pass
    except LitkbError:
        pass


@pytest.mark.parametrize("name", OF_BYTES)
def test_a_reader_of_answers_and_files_takes_twice_the_time_for_twice_the_bytes(name):
    assert too_slow(lambda s: read_all(OF_BYTES[name], s.encode()), DOCUMENTS | WORDS, LAST_OF_FILES) == {}


@pytest.mark.parametrize("name", OF_TEXT)
def test_a_reader_of_text_takes_twice_the_time_for_twice_the_text(name):
    assert too_slow(lambda s: read_all(OF_TEXT[name], s), WORDS) == {}


@pytest.mark.parametrize("name", LISTS)
def test_a_reader_of_references_takes_twice_the_time_for_twice_the_file(name):
    first, repeated = LISTS[name]
    texts = {(first, again) for again in (*repeated, *(() if SHORT else OPENINGS))}

    assert too_slow(lambda s: read_all(lambda data: read_seeds("f", data), s.encode()), texts, LAST_OF_FILES) == {}
