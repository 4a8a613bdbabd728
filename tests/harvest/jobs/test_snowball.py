"""Rounds along links, against the rehearsal: the order, the limits, and what is noted of each article."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.plan import Plan, check_plan
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.collection import open_shelf
from harvest.rehearsal.faults import Fault
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.errors import UsageError
from kb.integrity.check import check_kb
from kb.queries.archive import archive_path
from kb.records import MeshPlace, PublicationType, Record
from kb.store.mesh import save_mesh_tree
from tests.harvest.jobs.network_builders import client_of
from tests.records import record


def typed(
    pmid: int, cites: tuple[int, ...] = (), year: int = 2000, *, kind: str = "Letter", title: str = "T"
) -> Record:
    types = (PublicationType(pmid, 1, None, kind),)
    return record(pmid, cites, year=year, pub_date=str(year), title=title, publication_types=types)


# 1 and 2 are seeds; 3 is cited by both, 4 and 5 by one; 6 by 4 alone; 7 stands apart.
FIELD = [
    typed(1, (3, 4)),
    typed(2, (3, 5)),
    typed(3, year=1990, title="Groups"),
    typed(4, (6,), year=2010, kind="Review"),
    typed(5, year=2015, title="Groups"),
    typed(6, (1,), year=2020),
    typed(7),
]


def served(**options: object) -> Rehearsal:
    xml = {one.article.pmid: format_record(one).encode() for one in FIELD}
    return Rehearsal(open_shelf(xml), limited=False, **options)  # type: ignore[arg-type]


def run(kb: Path, plan: Plan, **options: object) -> Summary:
    with served(**options) as rehearsal:
        clients = {"pubmed": client_of(rehearsal, kb.parent, pause=60, deadline=60)}
        with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
            summary = harvest(db, archive, clients, plan)
            assert check_kb(db) == []
    return summary


def held(kb: Path) -> list[int]:
    with closing(open_kb(kb)) as db:
        return [row[0] for row in db.execute("select pmid from articles order by pmid")]


def origins(kb: Path) -> list[tuple[object, ...]]:
    with closing(open_kb(kb)) as db:
        return db.execute(
            """select pmid, round, origin, from_pmid, seed_pmid, links, excluded from harvest_origins
            order by round, pmid"""
        ).fetchall()


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def test_each_article_has_its_round_and_what_led_to_it(kb: Path):
    run(kb, Plan(seeds=("1", "2"), references=True, depth=2))

    assert held(kb) == [1, 2, 3, 4, 5, 6]
    assert origins(kb) == [
        (1, 0, "seed", None, 1, None, None),
        (2, 0, "seed", None, 2, None, None),
        (3, 1, "references", 1, 1, 2, None),
        (4, 1, "references", 1, 1, 1, None),
        (5, 1, "references", 2, 2, 1, None),
        (6, 2, "references", 4, 1, 1, None),
    ]


def test_hits_of_a_query_and_what_cites_them_say_so(kb: Path):
    run(kb, Plan(query="3[uid]", cited_by=True))

    assert origins(kb) == [
        (3, 0, "query", None, 3, None, None),
        (1, 1, "cited_by", 3, 3, 1, None),
        (2, 1, "cited_by", 3, 3, 1, None),
    ]


def test_rounds_without_end_stop_when_nothing_new_appears(kb: Path):
    run(kb, Plan(seeds=("1",), references=True, cited_by=True, depth=0))

    assert held(kb) == [1, 2, 3, 4, 5, 6]


def test_the_most_linked_come_first_and_the_rest_is_noted(kb: Path):
    run(kb, Plan(seeds=("1", "2"), references=True, most=2))

    assert held(kb) == [1, 2, 3, 4]
    assert [(row[0], row[-1]) for row in origins(kb) if row[-1]] == [(5, "more than the limit of articles")]


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        ({"years": "2000-2012"}, [4]),
        ({"years": "2012-"}, [5]),
        ({"years": "-1999"}, [3]),
        ({"types": ("Review",)}, [4]),
        ({"matching": "groups"}, [3, 5]),
        ({"matching": "groups", "years": "2000-"}, [5]),
        ({"matching": "groups", "types": ("Review",)}, []),
    ],
)
def test_limits_keep_what_pubmed_finds_among_the_leads(kb: Path, limits: dict[str, object], kept: list[int]):
    run(kb, Plan(seeds=("1", "2"), references=True, **limits))  # type: ignore[arg-type]

    assert held(kb) == [1, 2, *kept]
    left_out = {row[0] for row in origins(kb) if row[-1] == "does not match the limits"}
    assert left_out == {3, 4, 5} - set(kept)


def test_a_branch_of_mesh_limits_by_its_heading(kb: Path, capsys: pytest.CaptureFixture[str]):
    plan = Plan(
        seeds=("1",), references=True, branches=(("F04", "Mental Disorders"), ("N02", "Facilities")), years="2000-"
    )

    assert plan.limits == '(2000:3000[dp]) AND ("Mental Disorders"[mh] OR "Facilities"[mh])'
    assert plan.command("kb.db").endswith("--years 2000- --branch F04 --branch N02")
    with closing(open_kb(kb, create=True)) as db, transaction(db):
        words = ["harvest", str(kb), "1", "--references", "--dry-run", "--branch"]
        assert run_command(cli, [*words, "f04"]) == 2
        save_mesh_tree(db, [MeshPlace("F04", "D001523", "Mental Disorders")])
    assert run_command(cli, [*words, "f04"]) == 0
    assert run_command(cli, [*words, "F05"]) == 2
    assert [line for line in capsys.readouterr().err.splitlines() if "MeSH" in line] == [
        "Error: --branch f04: the MeSH tree is not in this file; `litkb mesh` reads it.",
        "Error: --branch F05: the MeSH tree has no such place.",
    ]


def test_leads_that_could_not_be_judged_are_judged_by_the_next_run(kb: Path):
    plan = Plan(seeds=("1", "2"), references=True, matching="groups")

    failed = run(kb, plan, faults=[Fault("server error", "esearch", times=None, after=1)])
    told = {row[-1] for row in origins(kb) if row[1] == 1}
    run(kb, plan)

    assert failed.outcomes["failed"] == 1
    assert told == {"PubMed could not be asked whether it matches the limits"}
    assert held(kb) == [1, 2, 3, 5]
    assert {row[-1] for row in origins(kb) if row[0] in (3, 5)} == {None}


def test_the_frontier_is_what_is_cited_and_not_held(kb: Path):
    run(kb, Plan(seeds=("1", "2")))

    run(kb, Plan(frontier=True, most=1))

    assert held(kb) == [1, 2, 3]
    assert (3, 0, "frontier", None, 3, None, None) in origins(kb)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(seeds=("1",), years="2000-"),
        Plan(seeds=("1",), references=True, years="20-21"),
        Plan(seeds=("1",), references=True, years="-"),
        Plan(seeds=("1",), depth=0),
        Plan(),
    ],
)
def test_limits_that_limit_nothing_are_refused(plan: Plan):
    with pytest.raises(UsageError):
        check_plan(plan)


def test_the_command_takes_all_rounds_and_limits(
    kb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(kb.parent))
    limits = ["--limit", "2", "--years", "2000-", "--type", "Review"]
    words = ["1", "--references", "--depth", "all", *limits, "--no-graph"]
    with served() as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        code = run_command(cli, ["harvest", str(kb), *words, "--json"])

    assert (code, json.loads(capsys.readouterr().out)["outcomes"]["stored"]) == (0, 2)
    assert held(kb) == [1, 4]
    assert run_command(cli, ["harvest", str(kb), "1", "--references", "--depth", "some"]) == 2
