"""Update files, answers, deletions, mergers and retractions leave what a small model of them says, step by step."""

from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from harvest.files.input_files import update_file_number
from harvest.jobs import ingest
from harvest.jobs.file_reader import parse_batches
from harvest.jobs.ingest import ALONE, CONFIRM, TOGETHER, load_articles, load_file
from harvest.pubmed.article import parse_articles
from harvest.pubmed.write_article import format_article_set
from kb.database import transaction
from kb.integrity.check import check_kb
from kb.records import Record, content_hash
from tests.campaign.scale import SHORT
from tests.kb.test_store_records import memory
from tests.records import record

pytestmark = pytest.mark.campaign

EXAMPLES, STEPS = (5, 20) if SHORT else (50, 40)
PMIDS = st.integers(1, 5)
MOMENTS = st.integers(1, 9).map("2026-01-{:02}T00:00:00.000Z".format)
RECORDS = st.builds(
    lambda pmid, cites, retracts, **values: record(
        pmid, tuple(cites), notices=[("RetractionIn", 2001, "J. 2001;1:1", retracts)] if retracts else [], **values
    ),
    pmid=PMIDS,
    cites=st.lists(PMIDS, max_size=3),
    retracts=st.none() | PMIDS,
    title=st.sampled_from(["Oars", "Sails", "Keels"]),
    version=st.integers(1, 2),
    date_revised=st.sampled_from([None, "2020-01-01", "2021-01-01"]),
)
EMPTY = b"".join(format_article_set([]))


class Kept(NamedTuple):
    """A record that the model holds, from which update file, and when its content was last received."""

    record: Record
    file: int | None
    at: str

    def beats(self, other: "Kept") -> bool:
        """Tell whether a record takes the place of another: by its file, else version, revision, receipt, content."""
        if self.file is not None and other.file is not None and self.file != other.file:
            return self.file > other.file
        return self.order() > other.order()

    def order(self) -> tuple[int, str, str, str]:
        article = self.record.article
        return (article.version, article.date_revised or "", self.at, content_hash(self.record))


class Gone(NamedTuple):
    """What was said of a PMID that has no record: deleted, merged or not found."""

    state: str
    at: str
    into: int | None = None
    file: int | None = None

    def is_since(self, at: str, file: int | None) -> bool:
        """Tell whether it was said after what came then, in that file: two files by their numbers."""
        return self.at >= at if self.file is None or file is None else self.file >= file


class Model:
    """What a knowledge base must hold: of each PMID a record or what became of it, never both."""

    def __init__(self) -> None:
        self.held: dict[int, Kept] = {}
        self.gone: dict[int, Gone] = {}

    def receive(self, one: Record, file: int | None, at: str) -> None:
        pmid, new = one.article.pmid, Kept(one, file, at)
        gone, old = self.gone.get(pmid), self.held.get(pmid)
        if gone and gone.state != "not found" and gone.is_since(at, file):
            return
        if old and content_hash(old.record) == content_hash(one):
            files = [number for number in (old.file, file) if number is not None]
            self.held[pmid] = Kept(old.record, max(files, default=None), max(old.at, at))
        elif old is None or new.beats(old):
            self.held[pmid] = new
            self.gone.pop(pmid, None)

    def lose(self, pmid: int, gone: Gone) -> None:
        old, said = self.held.get(pmid), self.gone.get(pmid)
        if old and not gone.is_since(old.at, old.file):
            return
        if said and said.state != "not found" and not gone.is_since(said.at, said.file):
            return
        if gone.into and self.target(gone.into) == pmid:
            return
        self.held.pop(pmid, None)
        self.gone[pmid] = gone._replace(into=gone.into and self.target(gone.into))
        for other, what in self.gone.items():
            if gone.into and what.into == pmid:
                self.gone[other] = what._replace(into=self.gone[pmid].into)

    def miss(self, pmid: int, at: str) -> None:
        if pmid not in self.held and pmid not in self.gone:
            self.gone[pmid] = Gone("not found", at)

    def target(self, pmid: int) -> int:
        gone = self.gone.get(pmid)
        return gone.into if gone and gone.into else pmid

    def articles(self) -> list[tuple[object, ...]]:
        return sorted(
            (pmid, kept.record.article.title, kept.record.article.version, kept.file)
            for pmid, kept in self.held.items()
        )

    def states(self) -> list[tuple[object, ...]]:
        held = [(pmid, "held", None) for pmid in self.held]
        return sorted([*held, *((pmid, gone.state, gone.into) for pmid, gone in self.gone.items())])

    def links(self) -> list[tuple[int, int]]:
        """Return who cites whom; a work that was merged is the one it became, and cites itself nowhere."""
        cited = {
            (pmid, reference.cited_pmid) for pmid, kept in self.held.items() for reference in kept.record.references
        }
        found = {(self.target(pmid), self.target(other)) for pmid, other in cited if pmid != other}
        return sorted(pair for pair in found if pair[0] != pair[1])

    def retractions(self) -> list[tuple[object, ...]]:
        return sorted((pmid, notice.other_pmid) for pmid, kept in self.held.items() for notice in kept.record.notices)


class Updates(RuleBasedStateMachine):
    """A knowledge base and the model side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.db, self.model = memory(), Model()

    def teardown(self) -> None:
        self.db.close()

    @rule(
        number=st.integers(1, 4), at=MOMENTS, records=st.lists(RECORDS, max_size=4), deleted=st.sets(PMIDS, max_size=2)
    )
    def load_update(self, number: int, at: str, records: list[Record], deleted: set[int]) -> None:
        name = f"pubmed26n{number:04}.xml"
        xml = b"".join(format_article_set(records))
        ids = "".join(f"<PMID Version='1'>{pmid}</PMID>" for pmid in sorted(deleted))
        end = (
            f"<DeleteCitation>{ids}</DeleteCitation></PubmedArticleSet>".encode() if deleted else b"</PubmedArticleSet>"
        )
        xml = xml.replace(b"</PubmedArticleSet>", end)
        for _ in load_file(self.db, parse_batches([xml], "pubmed-xml"), name=name, received_at=at):
            pass
        for one in read_back(xml):
            self.model.receive(one, update_file_number(name), at)
        for pmid in sorted(deleted):
            self.model.lose(pmid, Gone("deleted", at, file=update_file_number(name)))

    @rule(one=RECORDS, at=MOMENTS)
    def fetch(self, one: Record, at: str) -> None:
        xml = self._answer([one], one.article.pmid, TOGETHER, at)
        self.model.receive(read_back(xml)[0], None, at)

    @rule(pmid=PMIDS, into=RECORDS, at=MOMENTS)
    def merge(self, pmid: int, into: Record, at: str) -> None:
        if into.article.pmid == pmid:
            return
        xml = self._answer([into], pmid, CONFIRM, at)
        self.model.receive(read_back(xml)[0], None, at)
        self.model.lose(pmid, Gone("merged", at, into.article.pmid))

    @rule(pmid=PMIDS, at=MOMENTS)
    def fetch_nothing(self, pmid: int, at: str) -> None:
        self._answer([], pmid, ALONE, at)
        self.model.miss(pmid, at)

    def _answer(self, records: list[Record], asked: int, step: str, at: str) -> bytes:
        xml = b"".join(format_article_set(records)) if records else EMPTY
        with transaction(self.db):
            load_articles(self.db, xml, [asked], step=step, received_at=at)
        return xml

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.db.execute(sql).fetchall()

    @invariant()
    def is_as_the_model_says(self) -> None:
        assert check_kb(self.db) == []
        assert self._rows("select pmid, title, version, update_file from articles order by 1") == self.model.articles()
        states = "select id, state, merged_into from works where state <> 'known' order by 1"
        assert self._rows(states) == self.model.states()
        assert self._rows("select citing_id, cited_id from citation_links order by 1, 2") == self.model.links()
        assert self._rows("select pmid, other_pmid from notices order by 1, 2") == self.model.retractions()


def read_back(xml: bytes) -> list[Record]:
    return [one for one in parse_articles(xml) if isinstance(one, Record)]


def walk(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Updates,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, derandomize=SHORT,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
    print(f"{examples * steps:,} steps")


def test_two_thousand_steps_of_updates_leave_what_the_model_says():
    walk(EXAMPLES, STEPS)


@pytest.mark.parametrize("name", ["save_deletion", "save_gone", "save_not_found"])
def test_a_load_that_passes_over_what_is_gone_is_seen(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setattr(ingest, name, lambda *_, **__: True)

    with pytest.raises(AssertionError):
        walk(5, 10)
