"""Words of full texts in published files: only under licences that allow it, and none where none are wanted."""

from contextlib import closing
from pathlib import Path

import pytest

from kb.database import open_kb, transaction
from kb.full_texts import PUBLISHABLE
from kb.integrity.check import check_kb
from kb.publish.run import Options, publish_kb
from kb.queries.publishing import read_omissions
from kb.store.full_texts import Origin, save_full_text
from kb.store.records import save_records
from tests.kb.test_full_texts import LAMPS, entry, text
from tests.records import MOMENT, record

LICENCES = (
    "CC0",
    "PDM",
    "CC BY",
    "CC BY-SA",
    "CC BY-NC",
    "CC BY-NC-SA",
    "CC BY-ND",
    "CC BY-NC-ND",
    "TDM",
    "other",
    None,
)
WORDS = [f"quokkalamp{pmid}" for pmid in range(1, len(LICENCES) + 1)]
RESTRICTED = "sentences whose licence does not allow it"


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    """A file with a full text under each licence, whose only sentence has a word of its own."""
    path = tmp_path / "kb.db"
    with closing(open_kb(path, create=True)) as db, transaction(db):
        for pmid, (licence, word) in enumerate(zip(LICENCES, WORDS, strict=True), 1):
            save_records(db, [record(pmid)], received_at=MOMENT)
            one = text(entry(1, LAMPS))._replace(license=licence)
            [sentence], [mention] = one.sentences, one.mentions
            one = one._replace(
                sentences=(sentence._replace(text=f"{word} 1"),), mentions=(mention._replace(marker=word),)
            )
            save_full_text(db, pmid, one, Origin("file", MOMENT))
    return path


def test_words_go_out_only_under_licences_that_allow_it(kb, tmp_path):
    published = publish_kb(kb, tmp_path / "out", Options())

    content = published.path.read_bytes()
    shown = {licence for licence, word in zip(LICENCES, WORDS, strict=True) if f"{word} ".encode() in content}
    assert shown == PUBLISHABLE
    assert published.omissions == {RESTRICTED: 7}


def test_without_sentences_no_byte_repeats_a_word_and_places_and_meanings_stay(kb, tmp_path):
    published = publish_kb(kb, tmp_path / "out", Options(sentences=False))

    assert b"quokkalamp" not in published.path.read_bytes()
    assert published.omissions == {"sentences": 11}
    with closing(open_kb(published.path, readonly=True)) as db:
        assert check_kb(db) == []
        assert db.execute("select distinct place, section, text from citing_sentences").fetchall() == [
            ("body", "Results", None)
        ]
        assert db.execute("select count(*) from mention_references").fetchone() == (len(LICENCES),)
        assert db.execute("select distinct citation from full_text_references").fetchall() == [(LAMPS,)]


def test_a_file_without_restricted_sentences_omits_nothing(kb, tmp_path):
    with closing(open_kb(kb)) as db, transaction(db):
        db.execute("update full_texts set license = 'CC BY'")
    published = publish_kb(kb, tmp_path / "out", Options())

    assert published.omissions == {}


def test_a_copy_of_a_copy_keeps_the_note_of_the_first(kb, tmp_path):
    first = publish_kb(kb, tmp_path / "out", Options())
    second = publish_kb(first.path, tmp_path / "again", Options(sentences=False))

    with closing(open_kb(second.path, readonly=True)) as db:
        assert read_omissions(db) == {RESTRICTED: 7, "sentences": 4}


def test_the_knowledge_base_itself_keeps_all_sentences(kb, tmp_path):
    publish_kb(kb, tmp_path / "out", Options(sentences=False))

    assert all(f"{word} ".encode() in kb.read_bytes() for word in WORDS)
