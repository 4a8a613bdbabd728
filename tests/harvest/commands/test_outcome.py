"""What a run prints of the articles that it changed."""

from contextlib import closing
from pathlib import Path

import pytest

from harvest.commands.outcome import show_changes
from kb.database import open_kb, transaction
from kb.record_diff import Change
from kb.store.records import save_deletion, save_records
from tests.records import MOMENT, record


def test_an_article_that_was_deleted_and_brought_back_is_not_gone(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        save_deletion(db, 4, at=MOMENT)
        save_records(db, [record(5)], received_at=MOMENT)

    show_changes(tmp_path / "kb.db", [Change(pmid, "deleted", "state", None, None) for pmid in (4, 5)])

    assert capsys.readouterr().out == "gone             1\n  4  PMID 4: deleted\n"
