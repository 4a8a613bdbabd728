"""Publishing: one whole file, the same bytes for the same rows, none of the words that were to be left out."""

import asyncio
import hashlib
import itertools
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasette.app import Datasette

from kb.cli import cli
from kb.console import run_command
from kb.database import add_fold, close_log, open_kb, transaction
from kb.errors import DatabaseError, LitkbError, UsageError
from kb.integrity.check import check_kb, logical_hash
from kb.publish.files import open_folder
from kb.publish.run import Options, Published, publish_kb
from kb.queries.harvest_log import Task
from kb.queries.publishing import read_omissions
from kb.records import (
    DEMONSTRATION,
    SYNTHETIC,
    AbstractSection,
    Affiliation,
    Investigator,
    Keyword,
    LinkList,
    OtherAbstractSection,
    Record,
)
from kb.searches import Search
from kb.site.server.serve import build_app
from kb.store.ledger import save_outcomes, save_run, save_run_end, save_search
from kb.store.links import save_links
from kb.store.records import save_records
from kb.text import LEFT_OUT
from tests.records import LATER, MOMENT, record, reference_of

WORDS = ("xylophagous", "zymurgie", "quokkaheading")
ADDRESS = "jane.doe@clinic.example.org"
PLAIN = Options()
WITHOUT_ALL = Options(abstracts=False, emails=False)
TEXTS = ["CITATION.cff", "DICTIONARY.md", "README.md", "REPORT.md", "SHA256SUMS", "metadata.yml"]


def article(pmid: int, cites: tuple[Any, ...] = (), **values: Any) -> Record:
    """Return an article with abstracts of rare words and an address wherever people put one."""
    return record(
        pmid,
        cites,
        title=f"Title {pmid} by {ADDRESS}",
        title_html=f"<i>Title</i> {pmid} by {ADDRESS}",
        coi_statement=f"Ask {ADDRESS}.",
        names=("Vederhus JK", f"Group {ADDRESS}"),
        abstract_sections=(
            AbstractSection(pmid, 1, "QUOKKAHEADING", None, f"Xylophagous beetles: {ADDRESS}.", "<i>Xylophagous</i>"),
        ),
        other_abstract_sections=(OtherAbstractSection(pmid, 1, "ger", "Publisher", None, None, "Zymurgie", ADDRESS),),
        affiliations=(Affiliation(pmid, 1, 1, f"Hospital, Norway. Electronic address: {ADDRESS}.", None, None),),
        investigators=(Investigator(pmid, 1, "Doe J", None, None, None, None, None, f"Oslo; {ADDRESS}"),),
        keywords=(Keyword(pmid, 1, f"contact {ADDRESS}", None, None),),
        **values,
    )  # fmt: skip


def field() -> list[Record]:
    printed = reference_of(1, 3, f"Doe J. Personal communication, {ADDRESS}. 2001.")
    return [
        article(1, (2, "10.1/x", printed), doi="10.1/own"),
        article(2, (3,), doi="10.1002/1097(1998)17:15<1::aid>3.0.co;2-@"),
        record(3, title="No abstract, no address"),
    ]


def save(path: Path, batches: Iterable[list[Record]], links: Iterable[LinkList] = ()) -> Path:
    """Save batches to a new file, as one finished run."""
    with closing(open_kb(path, create=True)) as db:
        with transaction(db):
            query = f"recovery AND {ADDRESS}[ad]"
            run = save_run(
                db, started_at=MOMENT, command=f"litkb harvest kb.db 1 --query '{query}' --references --depth 2",
                plan=f'{{"depth": 2, "query": "{query}", "references": true}}', version="0.1.0",
            )  # fmt: skip
            save_outcomes(
                db, run,
                [
                    Task("seed", "1", "done", None, 1),
                    Task("search", query, "done", None),
                    Task("article", "1", "stored", None),
                    Task("article", "9", "not found", "PubMed does not know it"),
                ],
            )  # fmt: skip
            save_search(db, run, "search", query, Search(7, 2, '"recovery"[All Fields] | x', ()))
        for batch in batches:
            with transaction(db):
                save_records(db, batch, received_at=MOMENT)
        with transaction(db):
            for one in links:
                save_links(db, [one], received_at=LATER)
            save_run_end(db, run, finished_at=LATER)
    return path


LINKS = (
    LinkList(1, "cited_by", "elink_citedin", ((2, None), (3, None))),
    LinkList(2, "cited_by", "elink_citedin", None),
    LinkList(3, "similar", "elink_similar", ((1, 90), (4, 30))),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The field as a file that is only copied."""
    path = save(tmp_path_factory.mktemp("made") / "kb.db", [field()], LINKS)
    close_log(path)
    return path


@pytest.fixture
def kb(made: Path, tmp_path: Path) -> Path:
    return shutil.copy(made, tmp_path / "kb.db")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "published"


@pytest.fixture(scope="module")
def plain(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The whole field published, in a folder that is only read."""
    return publish_kb(made, tmp_path_factory.mktemp("plain") / "published")


@pytest.fixture(scope="module")
def bare(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The field published without abstracts and addresses, in a folder that is only read."""
    return publish_kb(made, tmp_path_factory.mktemp("bare") / "published", WITHOUT_ALL)


def run(*words: object) -> int:
    return run_command(cli, [str(word) for word in words])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        add_fold(db)
        return db.execute(sql).fetchall()


def vocabulary(path: Path) -> set[str]:
    """Return the terms of the search index."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("attach ? as kb", (str(path),))
        db.execute("create virtual table temp.terms using fts5vocab(kb, article_search, row)")
        return {row[0] for row in db.execute("select term from temp.terms")}


# What is published


def test_a_publication_is_the_file_its_link_and_what_describes_it(plain: Published) -> None:
    folder, digest = plain.path.parent, hashlib.sha256(plain.path.read_bytes()).hexdigest()

    assert plain == Published(
        folder / f"kb-{digest[:12]}.db", digest, plain.path.stat().st_size, True, 1, {}
    )  # fmt: skip
    assert names(folder) == sorted([*TEXTS, plain.path.name, "kb.db"])
    assert str((folder / "kb.db").readlink()) == plain.path.name
    assert subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder).returncode == 0


def test_the_published_file_holds_all_rows_and_stands_alone(kb: Path, plain: Published) -> None:
    with closing(open_kb(kb)) as ours, closing(open_kb(plain.path, readonly=True)) as theirs:
        assert logical_hash(theirs) == logical_hash(ours)
        assert theirs.execute("select * from harvest_tasks").fetchall() == ours.execute(
            "select * from harvest_tasks").fetchall()  # fmt: skip
        assert theirs.execute("select count(*) from sqlite_stat1").fetchone()[0] > 0
        assert theirs.execute("pragma journal_mode").fetchone() == ("delete",)
        assert theirs.execute("pragma freelist_count").fetchone() == (0,)
    assert plain.path.stat().st_mode & 0o222 == 0


def test_check_says_sound_and_changes_no_byte(
    kb: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    published = publish_kb(kb, folder, WITHOUT_ALL)
    published.path.chmod(0o644)  # as somebody who fetched it has it

    assert run("check", published.path) == 0

    assert capsys.readouterr().out == f"{published.path}: sound\n"
    assert hashlib.sha256(published.path.read_bytes()).hexdigest() == published.sha256


def test_a_harvest_that_is_writing_is_published_as_it_was_before_its_batch(kb: Path, folder: Path) -> None:
    with closing(open_kb(kb)) as db, transaction(db):
        save_records(db, [record(4, (1,))], received_at=LATER)
        published = publish_kb(kb, folder)

    assert rows(published.path, "select pmid from articles") == [(1,), (2,), (3,)]
    assert rows(publish_kb(kb, folder).path, "select count(*) from articles") == [(4,)]


# Left out


def test_no_byte_of_the_file_holds_a_word_of_an_abstract(kb: Path, folder: Path, plain: Published) -> None:
    published = publish_kb(kb, folder, Options(abstracts=False))

    for word in WORDS:
        assert word.encode() in plain.path.read_bytes().lower()
        assert word.encode() not in published.path.read_bytes().lower()
    assert "xylophagous" in vocabulary(plain.path)
    assert not vocabulary(published.path) & {"xylophagous", "zymurgie", "beetles"}
    assert rows(published.path, "select abstract from article_texts") == [("",)] * 3
    assert rows(published.path, "pragma freelist_count") == [(0,)]
    assert published.omissions == {"abstracts": 2}


def test_no_byte_of_the_file_or_beside_it_holds_an_address(kb: Path, folder: Path, plain: Published) -> None:
    assert ADDRESS.encode() in plain.path.read_bytes()

    published = publish_kb(kb, folder, Options(emails=False))

    for path in folder.iterdir():
        assert not re.search(rb"jane.doe|clinic.example|example.org", path.read_bytes().lower()), path.name
    assert not vocabulary(published.path) & {"jane", "clinic", "example"}
    assert b"xylophagous" in published.path.read_bytes().lower()
    assert published.omissions == {"e-mail addresses": 2}


def test_what_stood_around_an_address_stays(bare: Published) -> None:
    published = bare.path

    assert rows(published, "select title, title_html, coi_statement from articles where pmid = 1") == [
        (f"Title 1 by {LEFT_OUT}", None, f"Ask {LEFT_OUT}.")
    ]
    assert rows(published, "select affiliation from affiliations where pmid = 1") == [("Hospital, Norway.",)]
    assert rows(published, "select affiliation from investigators where pmid = 1") == [("Oslo",)]
    assert rows(published, "select name_key from authorships where pmid = 1 and position = 2") == [
        ("group e mail address left out",)
    ]
    assert rows(published, "select citation from article_references where citing_pmid = 1 and position = 3") == [
        (f"Doe J. Personal communication, {LEFT_OUT}. 2001.",)
    ]
    assert rows(published, "select doi from articles where pmid = 2") == [
        ("10.1002/1097(1998)17:15<1::aid>3.0.co;2-@",)
    ]


def test_an_address_is_found_in_tables_that_are_no_part_of_a_record(kb: Path, folder: Path) -> None:
    other = "joe@other.example.net"
    with closing(open_kb(kb)) as db, transaction(db):
        db.execute(
            "update harvest_tasks set detail = ?, asked = asked || ' ' || ? where task = 'article'", (other, other)
        )
        db.execute("update journals set title = ?", (other,))
        db.execute("update works set label = ? where id < 0", (other,))

    publish_kb(kb, folder, Options(emails=False))

    assert [path.name for path in folder.iterdir() if b"joe@" in path.read_bytes()] == []
    assert rows(folder / "kb.db", "select title from journals") == [(LEFT_OUT,)]


def test_rows_that_only_an_address_tells_apart_are_not_made_one(kb: Path, folder: Path) -> None:
    with closing(open_kb(kb)) as db, transaction(db):
        db.executemany("insert into harvest_counts values (1, ?, 'stored', 1)", [("a@b.org",), ("c@d.org",)])

    assert "they tell two of its rows apart" in refused(kb, folder, DatabaseError, Options(emails=False))


def test_what_is_left_has_its_own_content_hash_and_says_so(kb: Path, bare: Published) -> None:
    with closing(open_kb(bare.path, readonly=True)) as db:
        assert check_kb(db) == []
        assert read_omissions(db) == {"abstracts": 2, "e-mail addresses": 2}
    hashes = "select pmid, content_hash from articles order by pmid"
    before, after = dict(rows(kb, hashes)), dict(rows(bare.path, hashes))
    assert [pmid for pmid in before if before[pmid] != after[pmid]] == [1, 2]
    assert "- abstracts: left out of 2 articles" in (bare.path.parent / "REPORT.md").read_text()


def test_the_knowledge_base_itself_keeps_everything(kb: Path, folder: Path) -> None:
    with closing(open_kb(kb)) as db:
        before = logical_hash(db)
    publish_kb(kb, folder, WITHOUT_ALL)

    with closing(open_kb(kb)) as db:
        assert logical_hash(db) == before
        assert read_omissions(db) == {}


def test_tables_of_others_are_published_but_not_where_something_is_left_out(kb: Path, folder: Path) -> None:
    with closing(open_kb(kb)) as db:
        db.execute("create table my_notes (note text)")

    with pytest.raises(LitkbError, match=r"tables that are not litkb's \(my_notes\)"):
        publish_kb(kb, folder, Options(abstracts=False))
    assert rows(publish_kb(kb, folder).path, "select count(*) from my_notes") == [(0,)]


# The same bytes


def test_two_publishes_are_the_same_byte_for_byte(kb: Path, tmp_path: Path) -> None:
    for options in (Options(), WITHOUT_ALL):
        first, second = tmp_path / "first", tmp_path / "second"
        publish_kb(kb, first, options)
        publish_kb(kb, second, options)

        assert {path.name: path.read_bytes() for path in first.iterdir()} == {
            path.name: path.read_bytes() for path in second.iterdir()
        }


def test_publishing_again_leaves_the_version_that_is_there(kb: Path, folder: Path) -> None:
    first = publish_kb(kb, folder)
    inode = first.path.stat().st_ino

    assert publish_kb(kb, folder) == first._replace(is_new=False)
    assert first.path.stat().st_ino == inode


def test_the_same_rows_loaded_in_another_order_are_the_same_bytes(tmp_path: Path) -> None:
    many = [article(pmid, (pmid + 1, "10.1/x", f"Book {pmid % 7}. 1990.")) for pmid in range(1, 60)]
    one = save(tmp_path / "one.db", [many], LINKS)
    other = save(tmp_path / "other.db", [many[40:], many[:7], [record(99)], many[7:40][::-1]], LINKS[::-1])
    with closing(open_kb(other)) as db:  # a history of its own: analysed, grown, shrunk, written without a log
        db.execute("analyze")
        db.execute("create table scratch (junk)")
        db.executemany("insert into scratch values (?)", (("x" * 5000,) for _ in range(50)))
        db.execute("drop table scratch")
        with transaction(db):
            db.execute(
                """insert into article_search (article_search, rowid, title, abstract, keywords, mesh, authors)
                select 'delete', pmid, fold(title), fold(abstract), fold(keywords), fold(mesh), fold(authors)
                from article_texts where pmid = 99"""
            )
            db.execute("delete from seals where name = '99'")
            for table in ("article_lists", "authorships", "articles", "works"):
                db.execute(f"delete from {table} where {'id' if table == 'works' else 'pmid'} = 99")
    close_log(other)
    assert one.read_bytes() != other.read_bytes()

    assert publish_kb(one, tmp_path / "a").sha256 == publish_kb(other, tmp_path / "b").sha256
    assert publish_kb(one, tmp_path / "a", WITHOUT_ALL).sha256 == publish_kb(other, tmp_path / "b", WITHOUT_ALL).sha256


def test_an_analysis_before_a_table_was_added_leaves_no_trace(made: Path, tmp_path: Path) -> None:
    hashes = []
    for name, statements in (("a", ["analyze", "create table notes (note)"]), ("b", ["create table notes (note)"])):
        with closing(open_kb(shutil.copy(made, tmp_path / f"{name}.db"))) as db:
            for statement in statements:
                db.execute(statement)
        hashes.append(publish_kb(tmp_path / f"{name}.db", tmp_path / name).sha256)

    assert hashes[0] == hashes[1]


def test_publishing_what_was_published_gives_it_again(kb: Path, folder: Path, tmp_path: Path) -> None:
    first = publish_kb(kb, folder, WITHOUT_ALL)

    assert publish_kb(first.path, tmp_path / "again", WITHOUT_ALL).sha256 == first.sha256


# Beside it


def test_the_report_says_what_was_asked_and_how_it_was_read(plain: Published) -> None:
    report = (plain.path.parent / "REPORT.md").read_text()

    for line in (
        "# A literature and citation knowledge base",
        "- requested `1`",
        f"- searched PubMed for `recovery AND {ADDRESS}[ad]`: 2 of 7 hits; "
        'PubMed read it as `"recovery"[All Fields] \\| x`',
        "- followed what they cite, 2 rounds",
        "| article | not found | 1 |",
        "| not found | 1 article | PubMed does not know it | `9` | 1 |",
        f"| what cites it | elink_citedin | 1 | 0 | 1 | {LATER} |",
        "Lists not looked up yet, or not answered: what it cites: 0; what cites it: 1; similar articles: 2.",
        "Nothing: all rows of the knowledge base are in the file.",
        "    litkb rebuild kb.db",
    ):
        assert line in report.splitlines(), line
    assert "NLM did not\nmake, review or endorse" in report


@pytest.mark.parametrize(
    ("source", "words"), [(SYNTHETIC, "THIS FIELD IS MADE UP"), (DEMONSTRATION, "THIS IS THE DEMONSTRATION")]
)
def test_what_is_not_real_says_so_loudly(tmp_path: Path, folder: Path, source: str, words: str) -> None:
    publish_kb(save(tmp_path / "kb.db", [[record(1, source=source)]]), folder)

    report, citation = (folder / "REPORT.md").read_text(), yaml.safe_load((folder / "CITATION.cff").read_text())
    assert f"**{words}" in report
    assert "No record in this file comes from PubMed" in report
    assert citation["title"].startswith("[")
    assert "references" not in citation


def test_the_citation_has_the_date_of_the_data(kb: Path, folder: Path) -> None:
    published = publish_kb(
        kb, folder, Options(title="Recovery: a field", authors=("Doe, Jane", "Lamp Group", "Doe, Jane, Group"))
    )
    citation = yaml.safe_load((folder / "CITATION.cff").read_text())

    assert {key: citation[key] for key in ("cff-version", "type", "title", "authors", "date-released", "version")} == {
        "cff-version": "1.2.0",
        "type": "dataset",
        "title": "Recovery: a field",
        "authors": [
            {"family-names": "Doe", "given-names": "Jane"},
            {"name": "Lamp Group"},
            {"name": "Doe, Jane, Group"},
        ],
        "date-released": LATER[:10],
        "version": published.sha256[:12],
    }
    assert citation["identifiers"][0]["value"] == f"sha256:{published.sha256}"


def test_the_dictionary_has_every_table_and_column_with_words(plain: Published) -> None:
    text = (plain.path.parent / "DICTIONARY.md").read_text()

    for table in re.findall(r"^### (.+)$", text, re.MULTILINE):
        part = text[text.index(f"### {table}\n") :].split("\n### ")[0]
        described = re.findall(r"^\| `(\w+)` \|[^|]*\|[^|]*\| (.{4,}) \|$", part, re.MULTILINE)
        assert [name for name, _ in described] == [
            row[0] for row in rows(plain.path, f"select name from pragma_table_info('{table}')")
        ], table
    assert "| `cited_id` | integer | key 2, refers to `works.id` |" in text
    sql = (
        "select count(*) from sqlite_master where type in ('table', 'view') and name not like '%\\_search%' escape '\\'"
    )
    [(tables,)] = rows(plain.path, f"{sql} and name not like 'sqlite%'")
    assert text.count("### ") == tables


def test_an_empty_knowledge_base_can_be_published(tmp_path: Path, folder: Path) -> None:
    open_kb(tmp_path / "kb.db", create=True).close()

    publish_kb(tmp_path / "kb.db", folder, WITHOUT_ALL)

    assert "# An empty knowledge base" in (folder / "REPORT.md").read_text()
    assert "date-released" not in (folder / "CITATION.cff").read_text()


# What goes wrong


def refused(kb: Path, folder: Path, error: type[LitkbError], options: Options = PLAIN) -> str:
    """Publish, which must fail and leave folder as it was; return the sentence."""
    before = {path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in folder.rglob("*")}
    with pytest.raises(error) as caught:
        publish_kb(kb, folder, options)
    assert {path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in folder.rglob("*")} == before
    return str(caught.value)


def test_an_unsound_file_is_refused_and_the_old_one_stays(
    kb: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    publish_kb(kb, folder)
    with closing(open_kb(kb)) as db:
        db.execute("update articles set title = 'Another' where pmid = 2")

    for options in (Options(), WITHOUT_ALL):  # a new content_hash must not make it look sound
        assert refused(kb, folder, LitkbError, options) == (
            f"{kb} is not sound and was not published. Broken: the rows of an article are as they were stored "
            f"(1: 2). `litkb check {kb}` says all; `litkb rebuild {kb}` repairs."
        )
    assert run("publish", kb, folder) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_file_where_the_folder_should_be_is_left_alone(kb: Path, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("mine")

    assert refused(kb, tmp_path / "note", UsageError).endswith("is not a folder; name a folder to publish in.")
    assert (tmp_path / "note").read_text() == "mine"


def test_a_missing_file_is_said_and_no_folder_is_made(folder: Path, tmp_path: Path) -> None:
    assert refused(tmp_path / "none.db", folder, DatabaseError).startswith(f"There is no file {tmp_path / 'none.db'}.")
    assert not folder.exists()


def test_a_real_kb_db_is_never_replaced(kb: Path) -> None:
    before = kb.read_bytes()

    for force in (False, True):
        with pytest.raises(UsageError, match="is a file, not the link"):
            publish_kb(kb, kb.parent, Options(force=force))
    assert kb.read_bytes() == before


@pytest.mark.parametrize("name", TEXTS)
def test_files_that_litkb_did_not_make_are_replaced_by_force_only(kb: Path, folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / name).write_text("mine\n")

    assert refused(kb, folder, UsageError) == f"{folder / name} was not made by litkb publish; --force replaces it."
    publish_kb(kb, folder, Options(force=True))
    assert (folder / name).read_text() != "mine\n"


def test_a_link_to_something_else_is_replaced_by_force_only(kb: Path, folder: Path) -> None:
    folder.mkdir()
    (folder / "kb.db").symlink_to(kb)

    assert "which is not a published file" in refused(kb, folder, UsageError)
    publish_kb(kb, folder, Options(force=True))
    assert (folder / "kb.db").resolve().parent == folder


def test_a_version_that_was_altered_is_replaced_by_force_only(kb: Path, folder: Path) -> None:
    published = publish_kb(kb, folder)
    published.path.unlink()
    published.path.write_bytes(b"altered")

    assert "with other content than its name says" in refused(kb, folder, DatabaseError)
    publish_kb(kb, folder, Options(force=True))
    assert hashlib.sha256(published.path.read_bytes()).hexdigest() == published.sha256


def test_a_full_disk_is_said_in_a_sentence(kb: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_kb(kb, folder)

    def full(db: sqlite3.Connection) -> None:
        db.execute("pragma max_page_count = 1")
        db.execute("create table more (text)")

    monkeypatch.setattr("kb.publish.run.save_search_index", full)

    assert refused(kb, folder, DatabaseError).startswith(f"There is no room in {folder}: ")


def test_only_one_publish_works_in_a_folder(kb: Path, folder: Path) -> None:
    publish_kb(kb, folder)

    with open_folder(folder), pytest.raises(DatabaseError, match="Another `litkb publish` is at work"):
        publish_kb(kb, folder)


def test_a_file_of_before_is_refused_with_what_to_do(kb: Path, folder: Path) -> None:
    with closing(open_kb(kb)) as db:
        db.execute("drop table omissions")

    assert "lacks omissions; `litkb rebuild" in refused(kb, folder, DatabaseError)


# Killed, and read meanwhile


class Killed(BaseException):
    pass


def whole(folder: Path) -> str:
    """Return the title of article 1 by the link, whose file must be as its name says."""
    target = (folder / "kb.db").resolve()
    assert target.name == f"kb-{hashlib.sha256(target.read_bytes()).hexdigest()[:12]}.db"
    return str(rows(folder / "kb.db", "select title from articles where pmid = 1")[0][0])


def titled(path: Path, title: str) -> Path:
    return save(path, [[record(1, (2,), title=title), record(2)]])


@pytest.fixture(scope="module")
def old_and_new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two files that are only read, and the old one published."""
    place = tmp_path_factory.mktemp("titled")
    for title in ("Old", "New"):
        close_log(titled(place / f"{title}.db", title))
    publish_kb(place / "Old.db", place / "published")
    return place


@pytest.fixture
def old_published(old_and_new: Path, folder: Path) -> Path:
    return Path(shutil.copytree(old_and_new / "published", folder, symlinks=True))


@pytest.fixture
def new(old_and_new: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(old_and_new / "New.db", tmp_path))


MOVES = 8  # the version, six texts, the link


@pytest.mark.parametrize("move", [0, 1, 4, MOVES - 1, MOVES])
def test_ended_before_any_move_the_link_leads_to_a_whole_file(
    old_published: Path, new: Path, monkeypatch: pytest.MonkeyPatch, move: int
) -> None:
    folder, moves, replace = old_published, iter(range(100)), Path.replace

    def replace_or_die(self: Path, target: Path) -> Path:
        if next(moves) == move:
            raise Killed
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace_or_die)
        with suppress(Killed):
            publish_kb(new, folder)

    assert whole(folder) == ("New" if move == MOVES else "Old")
    publish_kb(new, folder)
    assert whole(folder) == "New"
    assert [name for name in names(folder) if name.startswith(".")] == []


_KILLED = """
import os, signal, sys
from pathlib import Path
from kb.publish.run import publish_kb
moves, replace = iter(range(100)), Path.replace
def replace_or_die(self, target):
    if next(moves) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = replace_or_die
publish_kb(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_killed_before_the_link_is_moved_the_old_file_is_served_and_the_rest_is_cleared(
    old_published: Path, new: Path
) -> None:
    folder = old_published

    killed = subprocess.run([sys.executable, "-c", _KILLED, str(new), str(folder), str(MOVES - 1)])

    assert killed.returncode == -signal.SIGKILL
    assert whole(folder) == "Old"
    assert [name for name in names(folder) if name.startswith(".publishing-")] != []
    publish_kb(new, folder)
    assert whole(folder) == "New"
    assert [name for name in names(folder) if name.startswith(".")] == []


def test_readers_see_the_old_or_the_new_whole(old_and_new: Path, old_published: Path, new: Path) -> None:
    sources, folder = [Path(shutil.copy(old_and_new / "Old.db", new.parent)), new], old_published
    seen: list[tuple[Any, ...]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(
                rows(folder / "kb.db", """select title, (select count(*) from articles),
                    (select count(*) from article_search where article_search match 'title'),
                    (select * from pragma_integrity_check) from articles where pmid = 1""")[0]
            )  # fmt: skip

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for source in itertools.cycle(reversed(sources)):
        publish_kb(source, folder)
        if len(seen) > 10 and len({row[0] for row in seen}) == 2:
            break
    done.set()
    for reader in readers:
        reader.join()

    assert set(seen) == {("Old", 2, 1, "ok"), ("New", 2, 1, "ok")}
    assert whole(folder) == source.stem


# Served


@pytest.mark.parametrize(
    "make", [build_app, lambda path: Datasette([str(path)]), lambda path: Datasette([], immutables=[str(path)])]
)
def test_a_read_only_file_in_a_read_only_folder_is_served(kb: Path, folder: Path, make: Callable[[Path], Any]) -> None:
    published = publish_kb(kb, folder, WITHOUT_ALL)
    folder.chmod(0o555)
    app = make(folder / "kb.db")

    async def ask() -> Any:
        await app.invoke_startup()
        return await app.client.get("/kb/articles.json?_shape=arrays&_sort=pmid")

    try:
        answer = asyncio.run(ask())
        assert answer.status_code == 200
        assert [row[0] for row in answer.json()["rows"]] == [1, 2, 3]
        assert names(folder) == sorted([*TEXTS, published.path.name, "kb.db"])
    finally:
        folder.chmod(0o755)
        app.executor.shutdown()
        for database in app.databases.values():
            database.close()
    assert hashlib.sha256(published.path.read_bytes()).hexdigest() == published.sha256


# The command


def test_the_command_says_what_it_made(kb: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("publish", kb, folder, "--no-abstracts", "--no-emails", "--title", "T", "--author", "Doe") == 0

    out, err = capsys.readouterr()
    target = (folder / "kb.db").readlink()
    assert re.fullmatch(rf"{folder}/kb.db -> {target} \([\d,]+ bytes, SHA-256 [0-9a-f]{{64}}\)\n", out)
    assert err == (
        "Without abstracts: 2 articles changed by it.\nWithout e-mail addresses: 2 articles changed by it.\n"
        "A running litkb serve shows it within two seconds.\n"
    )


def test_publishing_again_says_that_it_was_there(kb: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("publish", kb, folder)
    run("publish", kb, folder, "--no-abstracts", "--json")
    capsys.readouterr()

    assert run("publish", kb, folder) == 0

    err = capsys.readouterr().err
    assert "The same content was published before; its file was left as it is.\n2 versions are in" in err
