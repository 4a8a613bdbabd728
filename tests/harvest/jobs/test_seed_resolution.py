"""Seeds that name or print an article: identified only where it is certain, accounted for, with candidates."""

import json
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from harvest.files.reference_lists import read_seeds
from harvest.http.client import Client
from harvest.identify.identify import is_meant
from harvest.identify.seed import Seed
from harvest.jobs.plan import Plan, estimate_cost
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.queries.works.titles import Titled
from kb.records import Record
from tests.harvest.jobs.network_builders import Clock
from tests.harvest.jobs.test_harvest import run, served
from tests.records import record

OFFLINE = ("--eutils-url", "http://127.0.0.1:9/entrez/eutils/", "--no-graph")
FIELD = [
    record(
        1,
        title="What lamplighters say of their lamps.",
        year=2001,
        pub_date="2001",
        names=("Høie M", "Li X"),
        doi="10.1000/one",
    ),
    record(2, title="Comment on what lamplighters say of their lamps.", year=2002, pub_date="2002", names=("Berg A",)),
    record(3, title="A field guide to oil lamps.", year=2003, pub_date="2003", names=("Li X",)),
    record(4, title="A field guide to oil lamps.", year=2010, pub_date="2010", names=("Li X",)),
    record(5, title="Oil", year=2005, pub_date="2005", names=("Dahl P",), pmcid="PMC55"),
    record(
        6, title="Wicks and how to trim them well.", year=2006, pub_date="2006", names=("Dahl P",), doi="10.1000/six"
    ),
]


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def field(records: list[Record] = FIELD, **options: object) -> Rehearsal:
    return served(records, **options)


def asked_for(rehearsal: Rehearsal, endpoint: str) -> int:
    return sum(request.endpoint == endpoint for request in rehearsal.log)


@pytest.mark.parametrize(
    ("seed", "pmid"),
    [
        (Seed("", title="What lamplighters say of their lamps", year=2002, author="Høie, Magnhild"), 1),
        (Seed("", title="what Lamplighters say — of their lamps!"), 1),
        (Seed("", title="A field guide to oil lamps", year=2003), 3),
        (Seed("", title="Wicks and how to trim them well", year=2005, author="Dahl P"), 6),
        (Seed("", title="Oil", year=2005, author="Dahl, Per"), 5),
        (Seed("", doi="10.9999/other", title="A field guide to oil lamps", year=2010), 4),
        (Seed("", pmcid="PMC55"), 5),
        (Seed("", doi="10.1000/six", pmcid="PMC99"), 6),
    ],
)
def test_a_seed_leads_to_its_article(kb: Path, seed: Seed, pmid: int):
    with field() as rehearsal:
        summary = run(kb, Plan(listed=(seed,)), rehearsal)

    assert summary.complete
    assert (summary.asked, summary.outcomes["stored"]) == (1, 1)
    with closing(open_kb(kb)) as db:
        assert db.execute("select pmid from articles").fetchall() == [(pmid,)]
        assert db.execute("select asked, outcome, pmid from harvest_tasks where task = 'seed'").fetchall() == [
            (seed.asked, "done", pmid)
        ]
        assert db.execute("select pmid from seed").fetchall() == [(pmid,)]


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        (
            Seed("", title="A field guide to oil lamps"),
            "PubMed finds 2 with such a title, none of them certain: 4 “A field guide to oil lamps.”; "
            "3 “A field guide to oil lamps.”",
        ),
        (
            Seed("", title="What lamplighters say of their lamps", year=2010),
            "PubMed finds 2 with such a title, none of them certain: 2 “Comment on what lamplighters say of their "
            "lamps.”; 1 “What lamplighters say of their lamps.”",
        ),
        (
            Seed("", title="Wicks and how to trim them well", author="Laudet AB"),
            "PubMed finds 1 with such a title, none of them certain: 6 “Wicks and how to trim them well.”",
        ),
        (
            Seed("", title="A field guide to oil lamps", year=2004, author="Li X"),
            "PubMed finds 2 with such a title, none of them certain: 3 “A field guide to oil lamps.”",
        ),
        (
            Seed("", title="Wicks and how to trim them well", year=2005),
            "PubMed finds 1 with such a title, none of them certain: 6 “Wicks and how to trim them well.”",
        ),
        (
            Seed("", doi="10.9999/other", title="Wicks and how to trim them well"),
            "PubMed knows no article with 10.9999/other; PubMed finds 1 with such a title, none of them certain: "
            "6 “Wicks and how to trim them well.”",
        ),
        (Seed("", title="Oil"), "PubMed finds 3 with such a title, none of them certain: 5 “Oil”; 4"),
        (Seed("", title="Of gas and of glass alone"), "PubMed finds no article with this title"),
        (Seed("", doi="10.9999/other"), "PubMed knows no article with 10.9999/other"),
        (Seed("", doi="10.1000/six", pmcid="PMC55"), "its identifiers are of different articles: 5, 6"),
    ],
)
def test_what_is_not_certain_is_listed_with_its_candidates(kb: Path, seed: Seed, why: str):
    with field() as rehearsal:
        summary = run(kb, Plan(listed=(seed,)), rehearsal)

    [task] = summary.problems
    assert (task.task, task.asked, task.outcome) == ("seed", seed.asked, "not identified")
    assert (task.detail or "").startswith(why)
    assert (summary.asked, summary.outcomes["not identified"]) == (1, 1)
    assert not summary.complete


LAMP = Titled(1, "The lamp of the north", None, 2001, "Høie M, Li X", "10.1000/one", "7", "12-9")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"title": "The lamp of the north."}, True),
        ({"title": "The lamp of the North: a reply"}, False),
        ({"year": 2000}, True),
        ({"year": 1999}, False),
        ({"author": "M. Høie"}, True),
        ({"author": "Hoie, Magnhild"}, True),
        ({"author": "Berg, M."}, False),
        ({"author": "Li, X."}, False),
        ({"volume": "7", "pages": "12-20"}, True),
        ({"volume": "8", "pages": "12"}, True),
        ({"volume": "8"}, False),
        ({"volume": "7", "pages": "40"}, False),
        ({"volume": "8", "pages": "40", "year": 2000}, False),
        ({"doi": "10.1000/one"}, True),
        ({"doi": "10.1000/two"}, False),
        ({"title": None}, False),
    ],
)
def test_a_record_is_meant_where_nothing_that_both_say_differs(change, expected):
    assert is_meant(Seed("", title="The Lamp of the North")._replace(**change), LAMP) is expected


def test_a_short_title_needs_year_and_author():
    short = LAMP._replace(title="Editorial")
    seed = Seed("", title="Editorial")

    assert not is_meant(seed, short)
    assert not is_meant(seed._replace(year=2001), short)
    assert is_meant(seed._replace(year=2001, author="Høie"), short)
    assert not is_meant(seed._replace(year=2001, author="Høie"), short._replace(authors=None))


def test_many_dois_are_asked_together(kb: Path):
    many = [record(n, doi=f"10.1000/{n}", title=f"Lamp number {n} of all of them") for n in range(1, 31)]
    seeds = tuple(Seed("", doi=f"10.1000/{n}") for n in range(1, 41))

    with field(many) as rehearsal:
        summary = run(kb, Plan(listed=seeds), rehearsal)
        asked = (asked_for(rehearsal, "esearch"), asked_for(rehearsal, "efetch"))

    assert (summary.outcomes["stored"], summary.outcomes["not identified"], summary.asked) == (30, 10, 40)
    assert asked == (3, 3)  # the unknown once more, with the other number of slashes
    assert estimate_cost(None, Plan(listed=seeds), rate=3).requests == 2 + 2 + 1


def test_what_this_file_knows_is_not_asked_of_pubmed(kb: Path):
    seeds = (
        Seed("", doi="10.1000/one"), Seed("", pmcid="PMC55"), Seed("", title="A field guide to oil lamps", year=2003),
    )  # fmt: skip
    with field() as rehearsal:
        run(kb, Plan(seeds=tuple(str(n) for n in range(1, 7))), rehearsal)
        before = asked_for(rehearsal, "esearch")
        summary = run(kb, Plan(listed=seeds), rehearsal)

        assert asked_for(rehearsal, "esearch") == before == 0
    assert summary.outcomes["already here"] == 3


def test_a_record_of_an_nbib_file_is_made_anew_from_pubmed_where_its_file_is_a_list_of_seeds(kb: Path, tmp_path: Path):
    file = tmp_path / "lamps.nbib"
    file.write_text("PMID- 3\nTI  - An older title.\nTA  - J Tests\nSO  - J Tests.\n\n")
    with field() as rehearsal:
        address = ["--eutils-url", rehearsal.base_url, "--no-graph"]
        assert run_command(cli, ["harvest", str(kb), "--file", str(file), *address]) == 0
        assert rehearsal.log == []
        assert run_command(cli, ["harvest", str(kb), "--seeds", str(file), *address]) == 0

    with closing(open_kb(kb)) as db:
        assert db.execute("select title, name from articles join citation_sources on id = source_id").fetchall() == [
            ("A field guide to oil lamps.", "pubmed")
        ]


def test_without_an_answer_every_seed_is_in_the_ledger_and_the_next_run_finds_them(kb: Path):
    seeds = (Seed("", doi="10.1000/one"), Seed("", title="Wicks and how to trim them well"), Seed("", pmid=3))
    down = Fault("unavailable", "esearch", times=None)

    with field(faults=(down,)) as rehearsal:
        failed = run(kb, Plan(listed=seeds), rehearsal)
    with field() as rehearsal:
        done = run(kb, Plan(listed=seeds), rehearsal)

    assert (failed.outcomes["failed"], failed.asked) == (3, 3)
    assert (done.resumed, done.outcomes["stored"], done.asked) == (True, 3, 3)


# --- the command ---


def files(tmp_path: Path) -> list[str]:
    """Return the arguments for files of three formats, with faults, repeats and what PubMed does not know."""
    (tmp_path / "a.ris").write_text(
        "TY  - JOUR\nDO  - 10.1000/one\nER  - \nTY  - JOUR\nTI  - Nobody wrote this one\nER  - \n"
        "TY  - JOUR\nTI  - Cut o"
    )
    (tmp_path / "b.bib").write_text("@article{x, title = {Wicks and how to trim them well}, year = 2006}\n")
    (tmp_path / "c.txt").write_text("3\n4\n3\nabc\n77\n")
    return [word for name in ("a.ris", "b.bib", "c.txt") for word in ("--seeds", str(tmp_path / name))]


def test_every_entry_of_every_file_is_accounted_for(kb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with field() as rehearsal:
        address = ["--eutils-url", rehearsal.base_url, "--no-graph", "--json"]
        code = run_command(cli, ["harvest", str(kb), *files(tmp_path), "--title", "Oil", *address])

    said = capsys.readouterr()
    summary = json.loads(said.out)
    assert code == 1
    assert "a.ris: 3 entries, 3 different" in said.err
    assert "c.txt: 5 entries, 4 different" in said.err
    assert {name: count for name, count in summary["outcomes"].items() if count} == {
        "stored": 4, "not found": 1, "not identified": 2, "rejected": 2,
    }  # fmt: skip
    assert summary["asked"] == 9 == sum(summary["outcomes"].values())
    assert [(one["asked"], one["outcome"]) for one in summary["problems"]] == [
        ("a.ris entry 3", "rejected"),
        ("c.txt line 4", "rejected"),
        ("title: Nobody wrote this one", "not identified"),
        ("title: Oil", "not identified"),
    ]
    assert "5 “Oil”" in summary["problems"][-1]["detail"]
    with closing(open_kb(kb)) as db:
        assert db.execute("select command from harvest_runs").fetchone() == (
            "litkb harvest kb.db --seeds a.ris --seeds b.bib --seeds c.txt --title Oil",
        )


def test_what_of_an_entry_cannot_be_read_is_said(kb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "a.csv").write_text("PMID,DOI\n1x,10.1000/one\n")
    with field() as rehearsal:
        address = ["--eutils-url", rehearsal.base_url, "--no-graph"]
        assert run_command(cli, ["harvest", str(kb), "--seeds", str(tmp_path / "a.csv"), *address]) == 0

    said = "a.csv line 2: '1x' in column PMID is no PMID. The article is asked for by its DOI 10.1000/one."
    assert said in capsys.readouterr().err


def test_seeds_come_from_standard_input_too(
    kb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    class Stdin:
        def __init__(self) -> None:
            self.buffer = self

        def read(self, size: int = -1) -> bytes:
            return b"3\n4\nabc\n"

    monkeypatch.setattr("sys.stdin", Stdin())
    with field() as rehearsal:
        address = ["--eutils-url", rehearsal.base_url, "--no-graph"]
        assert run_command(cli, ["harvest", str(kb), "--seeds", "-", *address]) == 1

    with closing(open_kb(kb)) as db:
        assert db.execute("select pmid from articles").fetchall() == [(3,), (4,)]
    assert "rejected: seed standard input line 3: 'abc' is no PMID" in capsys.readouterr().err


def test_the_dry_run_says_what_files_of_references_would_cost(
    kb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert run_command(cli, ["harvest", str(kb), *files(tmp_path), "--dry-run", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"articles": 6, "requests": 7, "seconds": 7 / 3}
    assert not kb.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seeds", "missing.ris"], "missing.ris cannot be read"),
        (["--title", " "], "A title is empty."),
        (["--file", "a.ris"], "is named with --seeds"),
    ],
)
def test_a_mistake_is_one_sentence(
    kb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments, words
):
    files(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert run_command(cli, ["harvest", str(kb), *arguments]) == 2

    assert words in capsys.readouterr().err
    assert not kb.exists()


def test_the_same_entries_under_another_name_go_on_with_the_same_run():
    text = b"TY  - JOUR\nDO  - 10.1000/1\nER  - \n"

    one, other = (Plan(listed=tuple(read_seeds(name, text))) for name in ("a.ris", "b.ris"))

    assert one.as_json() == other.as_json()


def test_a_frontier_without_works_that_are_cited_only_says_so(kb: Path, capsys: pytest.CaptureFixture[str]):
    assert run_command(cli, ["harvest", str(kb), "--frontier", *OFFLINE]) == 0

    assert "No work here is cited only and has a PMID; no requests." in capsys.readouterr().err


def test_entries_that_are_here_need_no_network(
    kb: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    clock = Clock()
    monkeypatch.setattr("harvest.commands.harvest.Client", partial(Client, clock=clock, sleep=clock.sleep))
    (tmp_path / "mine.csv").write_text("PMID,DOI\n3,\n,10.1000/one\n5,\n99,\n")
    with field() as rehearsal:
        run(kb, Plan(seeds=("1", "3")), rehearsal)
    run(kb, Plan(seeds=("5",)), None)
    capsys.readouterr()

    assert run_command(cli, ["harvest", str(kb), "--seeds", str(tmp_path / "mine.csv"), *OFFLINE]) == 1

    shown = capsys.readouterr()
    assert shown.out == "asked 4 = 2 already here + 2 failed\n"
    assert "Asking for about 2 articles" in shown.err
    (tmp_path / "mine.csv").write_text("PMID\n3\n")
    assert run_command(cli, ["harvest", str(kb), "--seeds", str(tmp_path / "mine.csv"), *OFFLINE]) == 0
    shown = capsys.readouterr()
    assert shown.out == "asked 1 = 1 already here\n"
    assert "All that is named is already here; no requests." in shown.err
