"""Recorded answers of NCBI: each is told from the others, and what can be read is read to checked values."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from harvest.http.response_validation import check_articles, check_status
from harvest.pubmed.article import parse_articles
from harvest.sources.elink import KINDS, check_links, parse_links
from harvest.sources.esearch import SearchHits, parse_search
from harvest.sources.search_fields import lost_fields
from kb.errors import LitkbError, PermanentError, QuestionError, RecordError, TransientError
from kb.records import LinkList, Record
from kb.searches import SearchWarning

pytestmark = pytest.mark.real


def body_of(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.fixture
def eutils(shared_data: Path) -> Path:
    return shared_data / "eutils"


def test_each_recorded_efetch_answer_counts_but_the_one_without_ids(eutils):
    refused = {}
    bodies = sorted((eutils / "efetch").glob("*.body.*"))
    for path in bodies:
        try:
            check_articles(body_of(path))
        except LitkbError as error:
            refused[path.name] = (type(error), str(error))

    assert len(bodies) == 17
    assert refused == {"sulpub-efetch-13.body.xml": (QuestionError, "Supplied id parameter is empty.")}


def test_each_recorded_efetch_answer_holds_what_was_asked_for(eutils):
    held: dict[str, tuple[int, int, int]] = {}  # articles, references, authors
    for path in sorted((eutils / "efetch").glob("*.exchange.json")):
        exchange = json.loads(path.read_text())
        [body] = eutils.glob(f"efetch/{path.name.partition('.')[0]}.body.*")
        asked = set(re.findall(r"\d+", exchange["request_body"].partition("id=")[2]))
        found = [item for item in parse_articles([body_of(body)]) if isinstance(item, Record)]
        assert {str(item.article.pmid) for item in found} in (asked, set())
        assert sum(len(item.references) for item in found) == body_of(body).count(b"<Reference>")
        held[path.name.split("-")[2].split(".")[0]] = (
            len(found), sum(len(item.references) for item in found), sum(len(item.authorships) for item in found)
        )  # fmt: skip

    assert held == {
        "1": (1, 0, 3), "2": (1, 0, 3), "3": (1, 41, 4), "4": (1, 0, 2), "5": (1, 0, 474), "6": (1, 69, 3),
        "7": (4, 0, 9), "8": (0, 0, 0), "9": (1, 49, 15), "10": (1, 0, 2), "11": (1, 0, 3), "12": (1, 0, 7),
        "13": (0, 0, 0), "14": (1, 41, 4), "15": (1, 0, 2), "16": (1, 0, 474), "17": (1, 69, 3),
    }  # fmt: skip


def test_every_recorded_batch_of_records_counts_but_two_that_a_collector_wrapped(shared_data):
    refused = {}
    for path in sorted((shared_data / "pubmed-xml").rglob("*.xml*")):
        try:
            check_articles(body_of(path))
        except LitkbError as error:
            refused[path.name] = str(error)

    assert refused == {
        "seedtk-pubmed.xml.gz": "a document of the kind RAW_DATA",
        "cthoyt-pubmed_39694964.xml": "a document of the kind PubmedArticle",
    }


def test_a_recorded_answer_cut_off_anywhere_does_not_count(eutils):
    whole = body_of(eutils / "efetch" / "sulpub-efetch-1.body.xml").rstrip()
    check_articles(whole)

    for length in range(0, len(whole), 37):
        with pytest.raises(TransientError):
            check_articles(whole[:length])


ERRORS = {
    "errors/biopython-pubmed3.html": (TransientError, "an HTML page “PmFetch response” in place of data"),
    "errors/fulltext-esummary-414-4.body.html": (
        TransientError, "an HTML page “Submitted URI too large!” in place of data"
    ),
    "errors/klortho-einfo.error.xml": (PermanentError, "Can not retrieve DbInfo for db=fleegle"),
    "errors/klortho-einfo.error.json": (PermanentError, "Can not retrieve DbInfo for db=fleegle"),
    "errors/klortho-esearch.baderror.xml": (PermanentError, "Invalid db name specified: fleegle"),
    "errors/klortho-esearch.baderror.json": (PermanentError, "Invalid db name specified: fleegle"),
    "errors/klortho-esummary.error.xml": (PermanentError, "Invalid db name specified: fleegle"),
    "errors/klortho-esummary.pmcerror.json": (TransientError, "cannot get document summary"),
    "errors/taxize-efetch-400-1.body.xml": (
        TransientError, "Error: External viewer error: Empty Response. Bytes read: 0 Status: Timeout"
    ),
    "errors/taxize-esummary-200-1.body.xml": (
        QuestionError, "Invalid uid gwa2_scaffold_1731_16S_1 at position= 0"
    ),
    "errors/taxize-esummary-200-3.body.xml": (
        QuestionError, "Invalid uid gwa2_scaffold_1731_16S_1 at position= 0; Invalid uid asdfadfs at position= 24"
    ),
    "errors-reported/api-key-invalid-400.json": (PermanentError, "API key invalid"),
    "errors-reported/efetch-200-pmid-not-available.txt": (
        QuestionError, "id: 32816848 Error occurred: The following PMID is not available: 32816848"
    ),
    "errors-reported/efetch-400-history-out-of-range.xml": (
        QuestionError,
        "Cannot retrieve history data: OUT OF RANGE. Parameter retstart=1 + 1 is greater than number of records "
        "available in history. History includes 1 IDs.",
    ),
    "errors-reported/efetch-400-id-list-empty.xml": (
        QuestionError, "ID list is empty! Possibly it has no correct IDs."
    ),
    "errors-reported/elink-200-command-not-supported.xml": (
        PermanentError, "Exception: llinkslib command not supported"
    ),
    "errors-reported/esearch-200-invalid-db.json": (PermanentError, "Invalid db name specified: nonsense_db"),
    "errors-reported/esearch-200-retstart-9998-invalid-json.txt": (
        QuestionError,
        "Search Backend failed: Exception: 'retstart' cannot be larger than 9998. For PubMed, ESearch can only "
        "retrieve the first 9,999 records matching the query.",
    ),
    "errors-reported/esearch-200-search-backend-failed.xml": (
        TransientError, "Search Backend failed: Unable to open connection to #PMQuerySrv?dbaf=taxonomy"
    ),
    "errors-reported/gateway-unable-to-route.txt": (
        TransientError,
        "Unable to route request! service name: /http/service/ratecontrol dtab: base dtab: override dtab:",
    ),
    "errors-reported/rate-limit-429-anonymous.json": (TransientError, "API rate limit exceeded"),
    "errors-reported/rate-limit-429-documented.json": (TransientError, "API rate limit exceeded"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_each_recorded_error_is_told_for_what_it_is(eutils, name):
    with pytest.raises(LitkbError) as caught:
        check_articles(body_of(eutils / name))

    kind, words = ERRORS[name]
    assert type(caught.value) is kind
    assert str(caught.value).partition(": correct")[0].partition(": the server")[0] == words


@pytest.mark.parametrize(
    ("name", "error"),
    [("errors/taxize-efetch-400-1", TransientError), ("errors/fulltext-esummary-414-4", PermanentError)],
)
def test_each_recorded_status_is_judged_with_its_body(eutils, name, error):
    exchange = json.loads((eutils / f"{name}.exchange.json").read_text())
    [body] = eutils.glob(f"{name}.body.*")

    with pytest.raises(error):
        check_status(int(exchange["status"]), body_of(body))


SEARCHES = {
    "biopython-esearch1.xml": (20, 41282813, 63, ()),
    "biopython-esearch2.xml": (100, 41297076, 42249, ()),
    "biopython-esearch3.xml": (6, 11121077, 2651, ()),
    "biopython-esearch5.xml": (5, 6540636, 5, ()),
    "biopython-old-esearch4-962eab6.xml": (20, 75, 177, ()),
    "dskow-publishing-llc-esearch.fcgi.xml": (20, 25961717, 6147, ()),
    "klortho-esearch.pubmed.xml": (100, 23175848, 15169, ()),
    "NETESOLUTIONS-Truvada-peripheral-pubs.xml.gz": (58778, 26423990, 58778, ()),
    "sulpub-esearch-1.body.xml": (1141, 30936730, 1141, ()),
    "sulpub-esearch-2.body.xml": (1148, 31061748, 1148, ()),
    "sulpub-esearch-3.body.xml": (8, 30936730, 8, ()),
    "sulpub-esearch-4.body.xml": (12, 31061748, 12, ()),
    "sulpub-esearch-5.body.xml": (334, 30833575, 334, ()),
    "sulpub-esearch-6.body.xml": (336, 31051039, 336, ()),
    "sulpub-esearch-7.body.xml": (4, 30833575, 4, ()),
    "sulpub-esearch-8.body.xml": (4, 31051039, 4, ()),
    "../errors/klortho-esearch.error.xml": (
        20,
        101595451,
        5163,
        (SearchWarning("PhraseNotFound", "fleegle[MeSH Terms]"),),
    ),
    "../errors/klortho-esearch.error.json": (
        20,
        101595451,
        5163,
        (SearchWarning("PhraseNotFound", "fleegle[MeSH Terms]"),),
    ),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_each_recorded_search_is_read(eutils, name):
    hits = parse_search(body_of(eutils / "esearch" / name))

    assert (len(hits.pmids), hits.pmids[0], hits.count, hits.warnings) == SEARCHES[name]
    assert hits.translation


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("esearch/biopython-esearch8.xml", "abcXYZ"),
        ("errors/taxize-esearch-200-1.body.xml", "23424234234"),
        ("errors/taxize-esearch-200-3.body.xml", "23424234234"),
    ],
)
def test_a_recorded_search_without_hits_says_what_was_not_found(eutils, name, words):
    hits = parse_search(body_of(eutils / name))

    assert hits[:2] == ((), 0)
    assert hits.warnings == (SearchWarning("PhraseNotFound", words), SearchWarning("OutputMessage", "No items found."))


def test_no_recorded_search_has_lost_a_field(eutils):
    exchanges = sorted((eutils / "esearch").glob("*.exchange.json"))
    for path in exchanges:
        exchange = json.loads(path.read_text())
        [term] = (parse_qs(urlsplit(exchange["uri"]).query) | parse_qs(exchange["request_body"]))["term"]
        hits = parse_search(body_of(path.with_name(path.name.replace(".exchange.json", ".body.xml"))))
        assert lost_fields(term, hits.translation) == [], path.name
    assert len(exchanges) == 8


def test_the_translation_of_a_recorded_search_is_kept_word_for_word(eutils):
    hits = parse_search(body_of(eutils / "esearch" / "biopython-esearch3.xml"))

    assert hits == SearchHits(
        (11121077, 11121076, 11121075, 11121074, 11121073, 11121072),
        2651,
        '"proc natl acad sci u s a"[Journal] AND "97"[Volume]',
        (),
    )


@pytest.mark.parametrize("name", ["biopython-esearch6.xml", "biopython-esearch7.xml"])
def test_ids_that_no_pmid_can_be_are_refused(eutils, name):
    with pytest.raises(TransientError, match="for a number"):
        parse_search(body_of(eutils / "esearch" / name))


LINKS = {  # file: article, then how many entries (None: no data) of cited_by, references, similar
    "biopython-elink1.xml": (9298984, 39, 56, 100),
    "biopython-elink4.xml": (12242737, 6, None, 155),
    "biopython-old-elink1-392ec9a.xml": (9298984, None, None, 143),
    "metapub-sample_related_pmids_result.xml": (14873513, 6, None, 75),
    "pubmedapps-25313075-scored.xml": (25313075, None, 2, 1),
}


@pytest.mark.parametrize("name", LINKS)
def test_each_recorded_list_of_links_is_read(eutils, name):
    body = body_of(eutils / "elink" / name)
    pmid, *expected = LINKS[name]

    lists = [parse_links(body, asked=[pmid], list_name=list_name) for list_name in KINDS]

    assert [[links.pmid for links in found] for found in lists] == [[pmid]] * 3
    entries = [found[0].entries for found in lists]
    assert [None if listed is None else len(listed) for listed in entries] == expected
    assert all(pmid not in dict(listed or ()) for listed in entries)


def test_recorded_scores_are_kept_for_similar_articles_only(eutils):
    body = body_of(eutils / "elink" / "pubmedapps-25313075-scored.xml")

    assert parse_links(body, asked=[25313075], list_name="similar") == [
        LinkList(25313075, "similar", "elink_similar", ((23391036, 46386839),))
    ]
    assert parse_links(body, asked=[25313075], list_name="references") == [
        LinkList(25313075, "references", "elink_refs", ((25002514, None), (235528, None)))
    ]


def test_recorded_neighbours_begin_with_the_most_similar(eutils):
    body = body_of(eutils / "elink" / "biopython-old-elink1-392ec9a.xml")

    [links] = parse_links(body, asked=[9298984], list_name="similar")

    assert links.entries is not None
    scores = [score for _, score in links.entries]
    assert links.entries[:2] == ((8794856, 65259341), (9700164, 60347327))
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("name", ["biopython-elink2.xml", "biopython-elink3.xml", "biopython-old-elink3-06ce1c0.xml"])
def test_recorded_pools_of_several_articles_are_refused(eutils, name):
    with pytest.raises(RecordError, match="The links of 2 articles came pooled"):
        parse_links(body_of(eutils / "elink" / name), asked=[11812492, 11774222], list_name="similar")


@pytest.mark.parametrize("number", [5, 6, 7, 8])
def test_recorded_answers_to_other_commands_speak_of_no_article(eutils, number):
    body = body_of(eutils / "elink" / f"biopython-elink{number}.xml")

    assert parse_links(body, asked=[10611131, 12085856, 12169658, 12068369], list_name="similar") == []


def test_a_recorded_answer_without_links_is_no_data(eutils):
    body = body_of(eutils / "elink" / "metapub-medgen_elink_pubmed_0_entries.xml")

    assert parse_links(body, asked=[0], list_name="cited_by") == [LinkList(0, "cited_by", "elink_citedin", None)]


def test_recorded_answers_of_other_kinds_are_never_taken_for_what_was_asked(eutils):
    others = ("einfo", "epost", "espell", "esummary")
    paths = [path for kind in others for path in sorted((eutils / kind).iterdir()) if path.suffix != ".md"]
    paths += sorted((eutils / "elink").glob("*.json*"))
    taken = []
    for path in paths:
        for read in (check_articles, parse_search, check_links):
            try:
                read(body_of(path))
            except LitkbError:
                continue
            taken.append((path.name, read.__name__))

    assert (len(paths), taken) == (43, [])
