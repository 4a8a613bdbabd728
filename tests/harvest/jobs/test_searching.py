"""Searches of a run against a rehearsal that drops what it does not know: what stops, what is asked, what is kept."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.fetch_queue import Person
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.plan import Plan
from harvest.jobs.rebuild import rebuild_kb
from harvest.jobs.update import UpdateSummary, update
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.faults import Reply
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.errors import QuestionError
from kb.publish.searchreport import format_search_report
from kb.queries.archive import archive_path
from kb.queries.harvest_log import Answered, read_answered, read_how_to_go_on, read_servers
from kb.queries.search_log import SearchRow, read_searches
from kb.searches import Search, SearchWarning
from tests.records import record

FIELD = {n: format_record(record(n, (n + 1,), title="Groups")).encode() for n in (1, 2, 3)}
UNKNOWN_FIELD = "<ErrorList><FieldNotFound>foo</FieldNotFound></ErrorList>"
LEFT_OUT = "<WarningList><PhraseIgnored>the</PhraseIgnored></WarningList>"
WARNED = SearchWarning("FieldNotFound", "foo")
QUERY = "groups AND x[foo]"


class Dropping(Rehearsal):
    """A rehearsal that answers each search with all its articles, and says what it left out."""

    def __init__(self, said: str = UNKNOWN_FIELD, *, translation: str = '"groups"[All Fields]') -> None:
        super().__init__(FIELD, limited=False)
        self.said, self.translation = said, translation

    def _good_reply(self, endpoint: str, parameters: Mapping[str, list[str]]) -> Reply:
        if endpoint != "esearch":
            return super()._good_reply(endpoint, parameters)
        listed = "".join(f"<Id>{pmid}</Id>" for pmid in (3, 2))
        body = (
            f"<eSearchResult><Count>2</Count><RetMax>2</RetMax><RetStart>0</RetStart><IdList>{listed}</IdList>"
            f"<QueryTranslation>{self.translation}</QueryTranslation>{self.said}</eSearchResult>"
        )
        return Reply(body.encode())


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return tmp_path / "kb.db"


def clients(rehearsal: Rehearsal, folder: Path) -> dict[str, Client]:
    settings = Settings(base_url=rehearsal.base_url, requests_per_second=1000, deadline=1.5, lock_folder=folder)
    return {"pubmed": Client(settings, sleep=lambda _: None)}


def run(kb: Path, plan: Plan, rehearsal: Rehearsal, person: Person) -> Summary:
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        return harvest(db, archive, clients(rehearsal, kb.parent), plan, person=person)


def updated(kb: Path, rehearsal: Rehearsal, *, yes: bool = False) -> UpdateSummary:
    with closing(open_kb(kb)) as db, open_archive(archive_path(kb)) as archive:
        person = Person(confirm=lambda _: yes)
        return update(db, archive, clients(rehearsal, kb.parent), days=-1, person=person)


def person(*, yes: bool) -> tuple[Person, list[str]]:
    """Return a person who answers so, and what that person was told and asked."""
    heard: list[str] = []

    def confirm(question: str) -> bool:
        heard.append(question)
        return yes

    return Person(tell=heard.append, confirm=confirm), heard


def held(kb: Path) -> list[int]:
    with closing(open_kb(kb)) as db:
        return [row[0] for row in db.execute("select pmid from articles order by pmid")]


def searches(kb: Path, run_id: int = 1) -> list[SearchRow]:
    with closing(open_kb(kb)) as db:
        return read_searches(db, run_id)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"years": "2000-"}, UNKNOWN_FIELD),
        ({"types": ("Review",)}, LEFT_OUT),
        ({"matching": "x[au]"}, ""),  # but the translation has no field
        ({"matching": "x"}, "<ErrorList><PhraseNotFound>x</PhraseNotFound></ErrorList>"),
        ({"matching": "x"}, "<WarningList><QuotedPhraseNotFound>x</QuotedPhraseNotFound></WarningList>"),
        ({"matching": "x"}, "<WarningList><OutputMessage>Your search was changed.</OutputMessage></WarningList>"),
        ({"branches": (("F04", "Groups"),)}, "<WarningList><SomethingNew>x</SomethingNew></WarningList>"),
    ],
)
def test_limits_that_pubmed_drops_stop_the_run_before_it_harvests(
    kb: Path, limits: dict[str, object], said: str
) -> None:
    plan = Plan(seeds=("1",), references=True, **limits)  # type: ignore[arg-type]

    with (
        Dropping(said) as rehearsal,
        pytest.raises(QuestionError, match=r"^Nothing was harvested, for PubMed would not"),
    ):
        run(kb, plan, rehearsal, person(yes=True)[0])

    assert [asked.endpoint for asked in rehearsal.log] == ["esearch"]
    [told] = searches(kb)
    assert (told.task, told.asked, told.outcome) == ("limits", plan.limits, "failed")
    assert told.found is not None
    assert told.found.warnings
    assert held(kb) == []


def test_limits_that_pubmed_keeps_are_noted_with_its_reading(kb: Path) -> None:
    with Rehearsal(FIELD, limited=False) as rehearsal:
        run(kb, Plan(seeds=("1",), references=True, matching="groups[ti]"), rehearsal, person(yes=False)[0])

    assert held(kb) == [1, 2]
    assert searches(kb) == [
        SearchRow("limits", "(groups[ti])", "done", None, Search(3, 0, '("groups"[Title])', ())),
    ]


def test_hits_of_another_query_are_not_harvested_unasked(kb: Path) -> None:
    listener, heard = person(yes=False)

    with Dropping() as rehearsal, pytest.raises(QuestionError, match="add --yes") as caught:
        run(kb, Plan(query=QUERY), rehearsal, listener)

    assert str(caught.value).startswith("PubMed does not know the field “foo”; its 2 hits were not harvested")
    assert heard[1] == "PubMed does not know the field “foo”."
    assert heard[-1] == "PubMed did not search for the query as it was written. Harvest its 2 hits all the same?"
    assert [asked.endpoint for asked in rehearsal.log] == ["esearch"]
    assert searches(kb)[0][1:3] == (QUERY, "failed")
    with closing(open_kb(kb, readonly=True)) as db:
        assert read_answered(db, 1) == Answered(asked=1, unanswered=0)
        assert read_servers(db) == [rehearsal.base_url]
        assert read_how_to_go_on(db, 1) == "the hits of its search were not taken; the search says why"


def test_a_person_may_take_them_and_is_not_asked_again(kb: Path) -> None:
    with Dropping() as rehearsal:
        run(kb, Plan(query=QUERY), rehearsal, person(yes=True)[0])
        run(kb, Plan(query=QUERY), rehearsal, person(yes=False)[0])

    assert held(kb) == [2, 3]
    found = Search(2, 2, '"groups"[All Fields]', (WARNED,))
    assert searches(kb) == searches(kb, 2) == [SearchRow("search", QUERY, "done", None, found)]


def test_a_warning_without_a_hit_asks_nothing(kb: Path) -> None:
    listener, heard = person(yes=False)

    with Rehearsal(FIELD, limited=False) as rehearsal:
        run(kb, Plan(query="nowhere[ti]"), rehearsal, listener)

    assert heard == [
        'PubMed read the query as: "nowhere"[Title]',
        "PubMed did not find “nowhere”.",
        "PubMed says: No items found.",
        "PubMed has 0 hits.",
    ]


def test_an_update_leaves_out_a_query_that_pubmed_now_reads_otherwise(kb: Path) -> None:
    with Rehearsal({1: FIELD[1]}, limited=False) as rehearsal:
        run(kb, Plan(query="groups"), rehearsal, person(yes=False)[0])
    with Dropping(LEFT_OUT) as rehearsal:
        refused = updated(kb, rehearsal)
        assert held(kb) == [1]
        taken = updated(kb, rehearsal, yes=True)
        again = updated(kb, rehearsal)

    assert [(task.task, task.asked) for task in refused.problems] == [("search", "groups")]
    assert (refused.complete, taken.complete, again.complete) == (False, True, True)
    assert held(kb) == [1, 2, 3]


def test_a_rebuild_keeps_what_pubmed_said_of_searches(kb: Path) -> None:
    with Dropping() as rehearsal:
        run(kb, Plan(query=QUERY), rehearsal, person(yes=True)[0])
    before = searches(kb)

    rebuild_kb(kb)

    assert searches(kb) == before


def test_the_report_says_hits_reading_and_warnings(kb: Path) -> None:
    with Dropping() as rehearsal:
        run(kb, Plan(query=QUERY), rehearsal, person(yes=True)[0])
    with closing(open_kb(kb)) as db:
        report = format_search_report(db)

    said = '2 of 2 hits; {} read it as `"groups"[All Fields]`; **PubMed does not know the field “foo”**'
    server = f"`{rehearsal.base_url}`"
    assert f"- searched {server} for `{QUERY}`: {said.format(server)}" in report


def test_without_a_terminal_the_command_needs_a_yes(
    kb: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kb.parent))
    with Dropping() as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        words = ["harvest", str(kb), "--query", QUERY, "--no-graph"]
        assert run_command(cli, words) == 1
        refused = capsys.readouterr().err.splitlines()
        assert run_command(cli, [*words, "--yes"]) == 0

    assert refused[-1] == (
        "Error: PubMed does not know the field “foo”; its 2 hits were not harvested: "
        "correct the query, or add --yes to harvest them all the same."
    )
    assert held(kb) == [2, 3]
