"""No citation goes because of one answer: lists that come empty, shorter, in another order, or not at all."""

import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from harvest.rehearsal.faults import KINDS, UNSEEN, Fault, FaultKind, Reply
from kb.database import open_kb
from kb.store import links
from tests.campaign.scale import SHORT
from tests.campaign.test_faults import harvested

pytestmark = pytest.mark.campaign

RUNS = 12 if SHORT else 200
LOSSES = ("no links", "fewer", "pooled links", "reordered", "spliced", "empty", "backend failed")
Citation = tuple[int, int, str]


@pytest.fixture(autouse=True)
def _reordered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a server give the links of a list, and the lists of an answer, the other way round."""
    monkeypatch.setitem(KINDS, "reordered", FaultKind(UNSEEN, reordered))  # type: ignore[arg-type]  # a Mapping for others


def reordered(good: Reply) -> Reply:
    body = good.body
    for name in (b"Link", b"LinkSet"):
        parts = re.findall(rb"<%s>.*?</%s>" % (name, name), body, re.DOTALL)
        turned = iter(parts[::-1])
        body = re.sub(rb"<%s>.*?</%s>" % (name, name), lambda _, turned=turned: next(turned), body, flags=re.DOTALL)
    return good._replace(body=body)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kb = tmp_path_factory.mktemp("complete") / "kb.db"
    harvested(kb)
    return kb


def citations(kb: Path) -> set[Citation]:
    """Return who cites whom by which source; a citation without a source is none."""
    with closing(open_kb(kb, readonly=True)) as db:
        sql = "select citing_id, cited_id, name from citations join citation_sources on id = source_id"
        return set(db.execute(sql).fetchall())


def lost(complete: Path, kb: Path, seed: int) -> set[Citation]:
    """Return which citations go when a complete file is harvested again from a server whose lists are wrong."""
    draw = random.Random(seed)
    for ending in (".db", ".sqlar"):
        shutil.copy(complete.with_suffix(ending), kb.with_suffix(ending))
    before = citations(kb)
    harvested(kb, Fault(draw.choice(LOSSES), "elink", times=draw.choice([1, 2, None]), after=draw.randrange(4)))
    gone = before - citations(kb)
    for path in kb.parent.iterdir():
        path.unlink()
    return gone


def test_no_answer_about_links_takes_a_citation_away(tmp_path: Path, complete: Path):
    assert {source for _, _, source in citations(complete)} >= {"pubmed", "elink_citedin"}
    gone = {seed: found for seed in range(RUNS) if (found := lost(complete, tmp_path / "kb.db", seed))}
    print(f"{RUNS} runs, {len(citations(complete))} citations")

    assert gone == {}


def test_lists_that_are_replaced_lose_citations(tmp_path: Path, complete: Path, monkeypatch: pytest.MonkeyPatch):
    save_citations = links._save_citations

    def replace_citations(db: sqlite3.Connection, lists: list, sources: dict[str, int], since: str) -> None:
        for one in lists:
            column = "cited_id" if one.list == "cited_by" else "citing_id"
            db.execute(f"delete from citations where {column} = ? and source_id = ?", (one.pmid, sources[one.source]))
        save_citations(db, lists, sources, since)

    monkeypatch.setattr(links, "_save_citations", replace_citations)

    assert any(lost(complete, tmp_path / "kb.db", seed) for seed in range(12))
