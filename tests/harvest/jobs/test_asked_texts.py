"""Full texts asked of a rehearsed PubMed Central: what is asked once, what comes, what is kept, resumed and rebuilt."""

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.commands.harvest import clients_of as clients_of_command
from harvest.http.client import Client, Settings
from harvest.jobs.asked_texts import _split as split_answer
from harvest.jobs.asked_texts import load_asked_text
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.plan import Plan, check_plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.jobs.update import UpdateSummary, update
from harvest.pmc.article import parse_full_texts
from harvest.rehearsal.collection import Shelf, open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.full_text import is_absent, is_front_only, is_in_bucket, made_up_text
from harvest.rehearsal.server import Rehearsal
from harvest.sources.source import Answer
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.errors import UsageError
from kb.publish.report import format_runs, format_sources
from kb.publish.searchreport import format_search_report
from kb.queries.archive import archive_path, read_answers
from kb.queries.evidence.selects import read_assertions_of, read_kept_answers
from kb.queries.evidence.servers import read_servers_of_assertion
from kb.queries.works.citing_sentences import read_text_known
from kb.site.parts.own_references import full_text_words
from kb.site.parts.sources import asserting_words
from tests.harvest.jobs.network_builders import client_of, record_xml, records
from tests.harvest.jobs.test_full_text_files import read
from tests.harvest.jobs.test_harvest import sound
from tests.harvest.pmc.jats import jats

GIVEN, ALSO_GIVEN, FRONT, NOWHERE, FRONT_ALONE, NO_PMCID = 1, 2, 8, 7, 13, 4
PMIDS = [GIVEN, ALSO_GIVEN, NO_PMCID, NOWHERE, FRONT, FRONT_ALONE]
FIELD = [
    record_xml(pmid, pmcid=None if pmid == NO_PMCID else f"PMC{pmid}000", cites=range(60, 67)) for pmid in PMIDS
]  # fmt: skip
NO_METADATA = Fault("no such key", "s3", None, parameters=(("key", "PMC8000.2.json"),))
NO_XML = Fault("no such key", "s3", None, parameters=(("key", "PMC8000.2.xml"),))
NO_VERSION = Fault("no version", "s3", None)
NO_VERSION_WITH_XML = (NO_XML, Fault("no such key", "s3", None, parameters=(("key", "PMC8000.1.json"),)))
OUTCOMES = [
    (GIVEN, "efetch", "body"),
    (ALSO_GIVEN, "efetch", "body"),
    (NOWHERE, "efetch", "not given"),
    (FRONT, "s3", "body"),
    (FRONT_ALONE, "efetch", "front only"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of the records, before any full text was asked for."""
    path = tmp_path_factory.mktemp("made") / "kb.db"
    with served() as rehearsal:
        run(path, Plan(seeds=tuple(map(str, PMIDS))), rehearsal)
    return path


@pytest.fixture(scope="module")
def whole(made: Path) -> Path:
    """A file whose full texts were asked for without any fault."""
    path = copied(made, made.with_name("whole.db"))
    texts(path)
    return path


@pytest.fixture
def kb(made: Path, tmp_path: Path) -> Path:
    """A file of its own of the records."""
    return copied(made, tmp_path / "kb.db")


def copied(path: Path, to: Path) -> Path:
    shutil.copy(path, to)
    shutil.copy(archive_path(path), archive_path(to))
    return to


def served(*faults: Fault) -> Rehearsal:
    return Rehearsal(records(*FIELD), limited=False, faults=faults)


def clients_of(rehearsal: Rehearsal, folder: Path) -> dict[str, Client]:
    bucket = rehearsal.addresses["LITKB_PMC_S3_URL"]
    return {
        "pubmed": client_of(rehearsal, folder, pause=15, deadline=60),
        "pmc_s3": client_of(rehearsal, folder, pause=15, deadline=60, base_url=bucket),
    }


def run(kb: Path, plan: Plan, rehearsal: Rehearsal) -> Summary:
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        return harvest(db, archive, clients_of(rehearsal, kb.parent), plan)


def texts(kb: Path, *faults: Fault, most: int | None = None) -> Summary:
    with served(*faults) as rehearsal:
        return run(kb, Plan(full_text=True, most=most), rehearsal)


def updated(kb: Path, *faults: Fault) -> UpdateSummary:
    with served(*faults) as rehearsal, closing(open_kb(kb)) as db, open_archive(archive_path(kb)) as archive:
        return update(db, archive, clients_of(rehearsal, kb.parent), days=-1, full_text=True)


def asked(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    """Return the requests for texts, as endpoint and what was asked for."""
    return [
        (one.endpoint, one.parameters["id"][0] if "id" in one.parameters else one.parameters["key"][0])
        for one in rehearsal.log
        if one.endpoint in ("efetch_pmc", "s3")
    ]


def outcomes(kb: Path) -> list[tuple[object, ...]]:
    return read(kb, "select pmid, origin, outcome from full_texts order by pmid")


ROWS = (
    "select * from full_texts order by 1",
    "select * from full_text_references order by 1, 2, 3",
    "select * from citing_sentences order by 1, 2",
    "select * from mentions order by 1, 2",
    "select * from mention_references order by 1, 2, 3, 4",
    "select citing_id, cited_id, source_id from citations order by 1, 2, 3",
)


def rows(kb: Path) -> list[list[tuple[object, ...]]]:
    """Return the rows of full texts, but for the moment of receipt."""
    return [[row[:-1] if "full_texts" in sql else row for row in read(kb, sql)] for sql in ROWS]


def test_each_held_article_with_a_pmcid_is_asked_for_and_has_what_was_given(kb):
    summary = texts(kb)

    assert outcomes(kb) == OUTCOMES
    assert summary.complete
    assert summary.notes == ["Full texts of 5 articles: 3 with the text, 1 front matter only, 1 not given."]
    sound(kb)


def test_articles_are_asked_together_the_missing_one_alone_and_those_without_a_body_in_the_bucket(kb):
    with served() as rehearsal:
        run(kb, Plan(full_text=True), rehearsal)

        by_efetch = [ids for endpoint, ids in asked(rehearsal) if endpoint == "efetch_pmc"]
        in_bucket = sorted(key for endpoint, key in asked(rehearsal) if endpoint == "s3")
    assert by_efetch == ["1000,2000,7000,8000,13000", "7000"]
    assert in_bucket == ["", "", "", "PMC8000.2.json", "PMC8000.2.xml"]  # three listings, and the newest version


def test_nothing_is_asked_twice_in_later_runs(kb):
    texts(kb)
    with served() as rehearsal:
        summary = run(kb, Plan(full_text=True), rehearsal)

        assert (asked(rehearsal), summary.notes) == ([], [])


def test_each_article_is_kept_by_itself_so_that_asking_together_or_alone_keeps_and_gives_the_same(kb, whole):
    for _ in range(5):
        texts(kb, most=1)

    assert rows(kb) == rows(whole)
    assert kept(kb) == kept(whole)


def kept(kb: Path) -> set[tuple[str, str]]:
    with open_archive(archive_path(kb)) as archive:
        return {
            (one.request["pmids"], one.sha256)
            for one in read_answers(archive)
            if "list" in one.request and one.endpoint == "efetch_pmc" and one.request["pmids"] != str(NOWHERE)
        }


def test_a_rebuild_makes_the_same_rows(kb):
    texts(kb)
    before, logical = rows(kb), sound(kb)
    rebuild_kb(kb)

    assert rows(kb) == before
    assert sound(kb) == logical


def test_the_limit_is_of_full_texts_where_no_links_are_followed(kb):
    texts(kb, most=2)

    assert outcomes(kb) == OUTCOMES[:2]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("out of order", "efetch_pmc"),
        Fault("fewer", "efetch_pmc"),
        Fault("another article", "efetch_pmc"),
        Fault("article cut off", "efetch_pmc"),
        Fault("cut off", "efetch_pmc"),
        Fault("empty", "efetch_pmc"),
        Fault("too many requests", "efetch_pmc"),
        Fault("front only", "efetch_pmc", after=1),
        Fault("too many requests", "s3"),
        Fault("cut off", "s3", after=1),
        Fault("unavailable", "s3", times=2),
    ],
    ids=lambda fault: f"{fault.kind} {fault.endpoint}",
)
def test_a_fault_that_passes_changes_no_row(kb, whole, fault):
    texts(kb, fault)

    assert rows(kb) == rows(whole)


def test_what_efetch_gives_front_only_by_a_fault_comes_from_the_bucket_with_the_same_marks(kb, whole):
    texts(kb, Fault("front only", "efetch_pmc", None))

    assert read(kb, "select count(*) from full_texts where origin = 's3'") == [(3,)]
    assert rows(kb)[1:] == rows(whole)[1:]


@pytest.mark.parametrize("fault", [NO_XML, NO_METADATA], ids=["no XML", "no metadata"])
def test_of_versions_the_newest_that_has_an_xml_is_taken_and_the_ledger_says_which(kb, fault):
    texts(kb, fault)
    kept = (
        f"select f.version, f.outcome, f.license, t.detail from full_texts f, harvest_tasks t "
        f"where f.pmid = {FRONT} and t.task = 'full_text_s3' and t.asked = '{FRONT}'"
    )

    assert read(kb, kept) == [(1, "body", "CC BY", "body: version 1; the newest, 2, has no XML")]
    rebuild_kb(kb)
    assert read(kb, kept) == [(1, "body", "CC BY", "body: version 1; the newest, 2, has no XML")]
    with closing(open_kb(kb, readonly=True)) as db:
        words = [full_text_words(read_text_known(db, pmid)) for pmid in (FRONT, GIVEN)]
    assert ["version 1" in (said or "") for said in words] == [True, False]  # EFetch gives no choice


@pytest.mark.parametrize("faults", [(NO_VERSION,), NO_VERSION_WITH_XML], ids=["no version", "no version with XML"])
def test_an_article_that_the_bucket_does_not_have_keeps_what_efetch_gave(kb, faults):
    summary = texts(kb, *faults)

    assert (FRONT, "efetch", "front only") in outcomes(kb)
    assert summary.complete


def test_an_article_that_nobody_gives_is_not_given_and_its_rebuild_says_the_same(kb):
    gone = Fault("another article", "efetch_pmc", None, parameters=(("id", "7000"),))
    texts(kb, gone)
    rebuild_kb(kb)

    assert read(kb, f"select origin, outcome, pmcid from full_texts where pmid = {NOWHERE}") == [
        ("efetch", "not given", "PMC7000")
    ]
    assert read(kb, f"select entries from article_lists where pmid = {NOWHERE} and source_id > 5") in ([(None,)], [])


def test_a_source_that_stays_silent_fails_in_words_and_the_same_command_asks_for_the_rest(kb):
    silent = texts(kb, Fault("unavailable", "efetch_pmc", None))
    [after] = {task.detail for task in silent.problems}

    assert not silent.complete
    assert "HTTP 503" in after
    assert texts(kb).resumed
    assert outcomes(kb) == OUTCOMES


def test_a_run_that_was_interrupted_asks_only_for_what_is_left(kb):
    first = texts(kb, Fault("server error", "s3", None))
    with served() as rehearsal:
        run(kb, Plan(full_text=True), rehearsal)

        assert {endpoint for endpoint, _ in asked(rehearsal)} == {"s3"}
    assert not first.complete
    assert outcomes(kb) == OUTCOMES


def test_a_text_that_names_another_pmid_is_rejected_and_counts_as_not_given(kb):
    wrong = record_xml(99, pmcid=f"PMC{GIVEN}000", cites=[60])
    field = [wrong, *FIELD[1:]]
    with Rehearsal(records(*field), limited=False) as rehearsal:
        summary = run(kb, Plan(full_text=True), rehearsal)

    assert [(task.asked, task.outcome, task.detail) for task in summary.problems] == [
        (str(GIVEN), "rejected", "PubMed Central says that PMC1000 is the text of PMID 99.")
    ] * len(summary.problems)
    assert outcomes(kb)[0] == (GIVEN, "efetch", "not given")


def test_a_file_that_is_not_there_is_not_made_for_full_texts_alone(tmp_path, capsys):
    for more in ([], ["--dry-run"]):
        assert run_command(cli, ["harvest", str(tmp_path / "no.db"), "--full-text", *more]) == 1
    assert "no.db" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_licence_is_the_narrower_one_of_the_text_and_of_the_metadata(kb):
    texts(kb)

    assert read(kb, f"select license, version from full_texts where pmid = {FRONT}") == [("CC BY", 2)]


def test_a_refusal_of_a_single_article_as_not_available_says_that_it_is_not_given(kb):
    texts(kb, Fault("no ids", "efetch_pmc", None, parameters=(("id", "7000"),)))

    assert outcomes(kb) == OUTCOMES


def test_an_update_asks_again_for_what_had_no_body_and_for_what_is_new(kb):
    texts(kb, NO_VERSION)
    summary = updated(kb)

    assert summary.notes[-1] == "Full texts of 3 articles: 1 with the text, 1 front matter only, 1 not given."
    assert outcomes(kb) == OUTCOMES


def test_a_mirror_has_no_full_texts():
    with pytest.raises(UsageError, match="use --full-text without --mirror"):
        check_plan(Plan(full_text=True, mirror="pubmed26n1334.xml.gz"))


def test_the_command_says_first_what_it_will_cost(kb, capsys):
    code = run_command(cli, ["harvest", str(kb), "--full-text", "--dry-run", "--json"])
    said = capsys.readouterr()

    assert code == 0
    assert said.err == "Would ask PubMed Central for full texts of 5 articles: about 7 requests, 1 MB, 1 min.\n"
    assert json.loads(said.out)["full_texts"]["articles"] == 5


def test_status_and_reports_say_of_whom_full_texts_were_requested(whole, capsys):
    run_command(cli, ["status", str(whole)])
    with closing(open_kb(whole, readonly=True)) as db:
        sources, runs, report = format_sources(db), format_runs(db), format_search_report(db)

    assert "8 requests, all answered" in capsys.readouterr().out
    assert "PubMed Central, by EFetch | body | 2 |" in sources
    assert "PubMed Central, by its bucket at Amazon S3 | body | 1 |" in sources
    assert "- requested full texts of articles with a PMCID\n" in runs
    assert "full texts of PubMed Central, by EFetch (in all runs" in report
    assert "answered in place of NCBI): 3 articles;" in report


def test_an_update_and_a_limited_command_say_what_was_requested(kb):
    texts(kb, most=2)
    updated(kb)
    with closing(open_kb(kb, readonly=True)) as db:
        runs, report = format_runs(db), format_search_report(db)

    assert "| 9 | Limits and restrictions | none |" in report
    assert "- requested full texts of articles with a PMCID, 2 at most\n" in runs
    assert "followed only" not in runs
    assert runs.count("- requested full texts of articles with a PMCID\n") == 1


def test_who_gave_a_full_text_is_said_of_what_its_reference_list_asserts(whole):
    with closing(open_kb(whole, readonly=True)) as db:
        answers = read_kept_answers(db, FRONT, 60)
        [one] = [one for one in read_assertions_of(db, FRONT, 60) if one.source == "pmc_fulltext"]
        words = asserting_words(one.source, read_servers_of_assertion(db, one, answers))

    assert [answer.task for answer in answers] == ["article", "full_text_s3"]  # EFetch gave front matter only
    assert words.startswith("the full text of the citing article, from http://127.0.0.1:")
    assert words.endswith("(in place of PubMed Central)")


def test_a_rehearsal_of_pubmed_alone_lets_no_request_go_to_the_bucket_itself(monkeypatch):
    monkeypatch.delenv("LITKB_PMC_S3_URL", raising=False)
    here = "http://127.0.0.1:9/entrez/eutils/"

    assert set(clients_of_command(Settings(base_url=here))) == {"pubmed"}
    assert set(clients_of_command(Settings())) == {"pubmed", "icite", "pmc_s3"}
    monkeypatch.setenv("LITKB_PMC_S3_URL", "http://127.0.0.1:9/")
    assert set(clients_of_command(Settings(base_url=here))) == {"pubmed", "pmc_s3"}


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return open_shelf(records(*FIELD))


def test_a_rehearsal_gives_a_whole_text_with_sections_ranges_and_a_table(shelf):
    [article] = parse_full_texts(made_up_text(shelf.records[GIVEN]))
    text = article.full_text  # type: ignore[union-attr]

    assert (text.pmid, text.pmcid, text.outcome, text.license) == (GIVEN, "PMC1000", "body", "CC BY-NC")
    assert {one.place for one in text.sentences} == {"body", "table"}
    assert {one.section_kind for one in text.sentences} == {"introduction", "methods", "results", "discussion"}
    assert {one.how for one in text.links} == {"rid", "range"}
    assert {one.position for one in text.links} == set(range(1, 8))


def test_sentences_of_a_rehearsal_vary_say_that_they_are_made_up_and_leave_one_reference_uncited():
    shelf = open_shelf(records(record_xml(1, pmcid="PMC1000", cites=range(60, 74))))
    [article] = parse_full_texts(made_up_text(shelf.records[1]))
    text = article.full_text  # type: ignore[union-attr]
    words = [one.text.lower() for one in text.sentences if one.place == "body"]

    assert len(set(words)) > 8
    assert all(re.search("made(-| )up", one) for one in words)
    assert {one.position for one in text.references} - {one.position for one in text.links} == {12}


def test_how_a_text_is_given_follows_from_the_pmid():
    def ways(pmids: Sequence[int]) -> list[tuple[bool, bool, bool]]:
        return [(is_absent(pmid), is_front_only(pmid), is_in_bucket(pmid)) for pmid in pmids]

    assert ways([GIVEN, NOWHERE, FRONT, FRONT_ALONE]) == [
        (False, False, True), (True, False, False), (False, True, True), (False, True, False)
    ]  # fmt: skip


def test_a_text_whose_bytes_are_not_those_of_its_md5_is_asked_for_again(kb):
    texts(kb, Fault("front only", "s3"))

    assert read(kb, f"select sha256 from full_texts where pmid = {FRONT}") == [
        (hashlib.sha256(made_up_text(open_shelf(records(*FIELD)).records[FRONT])).hexdigest(),)
    ]


def test_a_text_that_is_never_that_of_its_md5_keeps_no_other_from_being_asked_for(kb):
    wrong = Fault("front only", "s3", None, parameters=(("key", "PMC1000.2.xml"),))
    summary = texts(kb, Fault("front only", "efetch_pmc", None), wrong)

    assert [(task.task, task.asked, task.outcome) for task in summary.problems] == [("full_text_s3", "1", "failed")]
    assert [outcome for outcome in outcomes(kb) if outcome[1] == "s3"] == [(2, "s3", "body"), (8, "s3", "body")]


def test_an_article_that_is_always_cut_off_keeps_no_other_from_being_asked_for(kb):
    summary = texts(kb, Fault("article cut off", "efetch_pmc", None))

    problems = [(task.asked, task.outcome, task.detail) for task in summary.problems]
    assert len(problems) > 1
    assert problems == [(asked, "failed", f"EFetch gives PMC{asked}000 cut off.") for asked, *_ in problems]


def test_the_bucket_is_asked_for_no_more_articles_than_the_limit_has_left(kb):
    texts(kb, NO_XML, Fault("unavailable", "s3", None))
    with closing(open_kb(kb)) as db, db:
        db.execute("delete from harvest_tasks where task = 'full_text' and asked in ('1', '2')")
    with served() as rehearsal:
        run(kb, Plan(full_text=True, most=2), rehearsal)

        assert {endpoint for endpoint, _ in asked(rehearsal)} == {"efetch_pmc"}


@pytest.mark.parametrize("order", [1, -1])
def test_of_an_article_that_comes_twice_in_one_answer_the_longer_text_is_taken(order):
    texts_of = [jats("<p>Lamps.</p>"), jats("<p>Lamps burn longer.</p>")]
    body = b"<pmc-articleset>" + b"".join(texts_of[::order]) + b"</pmc-articleset>"
    answer = Answer("efetch_pmc", {"id": "9000021"}, body, "2026-11-30T00:00:00Z")
    [part] = split_answer(answer, [41000021], pmcids={41000021: "PMC9000021"})

    assert part.answer.body == texts_of[1]


def test_an_answer_in_an_encoding_that_is_not_known_has_no_article_and_is_rejected_when_it_is_loaded(kb):
    body = b'<?xml version="1.0" encoding="x-lamps"?><pmc-articleset>' + jats("<p>Fog.</p>") + b"</pmc-articleset>"
    answer = Answer("efetch_pmc", {"id": "1000"}, body, "2026-11-30T00:00:00Z")
    [part] = split_answer(answer, [GIVEN], pmcids={GIVEN: "PMC1000"})
    with closing(open_kb(kb)) as db, db:
        loaded = load_asked_text(
            db, part.answer.body, [GIVEN], name="full_text", received_at=answer.received_at, request=part.answer.request
        )

    assert [(task.outcome, task.detail) for task in loaded.tasks] == [
        ("rejected", "The document declares the encoding x-lamps, which litkb does not read.")
    ]
