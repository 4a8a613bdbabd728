"""Files and folders: what is read, in which order, and what is said of the rest."""

import gzip
import os
import sys
from pathlib import Path

import pytest

from harvest.files import input_files
from harvest.files.input_files import InputFile, list_files, read_chunks, sniff, update_file_number
from harvest.pubmed.article import parse_articles
from kb.errors import DamagedFileError, RecordError, UsageError
from kb.records import Record
from tests.builders import article_set, article_xml

XML = article_set(*(article_xml(pmid, title=f"Title {pmid} " + "word " * 40) for pmid in range(1, 101)))
IDS = ["xml", "gzip", "utf-8", "utf-16", "utf-16-le", "cut", "page", "nbib", "text", "html", "empty"]
PAGE = "Abstract\n\nWhy.\n\nPubMed Disclaimer\n\nReferences\n"


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def read_all(path: Path) -> bytes:
    return b"".join(read_chunks(path))


def test_a_folder_gives_its_files_in_order_under_its_own_name_and_counts_the_others(tmp_path):
    folder = tmp_path / "answers"
    for name, data in {
        "b.xml": XML,
        "a/z.xml.gz": packed(XML),
        "a/page.txt": PAGE.encode(),
        "a/notes.txt": b"buy milk",
        "MANIFEST.md": b"<xml/>",
        ".hidden.xml": XML,
        ".git/c.xml": XML,
        "data.json": b"{}",
        "refs.ris.gz": packed(PAGE.encode()),
        "a/b.NBIB": b"PMID- 1\nSO  - J.\n",
        "packed": packed(XML),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    found = list_files([folder])

    assert [file.name for file in found.files] == [
        "answers/a/b.NBIB", "answers/a/page.txt", "answers/a/z.xml.gz", "answers/b.xml", "answers/packed",
    ]  # fmt: skip
    assert found.skipped == 5


def test_a_named_file_goes_by_its_name_and_is_read_once(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(XML)

    assert list_files([path, str(path)]).files == (InputFile(path, "a.xml"),)


def test_files_of_one_name_are_told_apart_by_their_folders_and_each_is_read_once(tmp_path):
    paths = [tmp_path / name for name in ("a/saved.xml", "other.xml", "b/c/saved.xml")]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(XML)

    found = list_files([*paths, tmp_path / "a" / ".." / "other.xml"]).files

    assert [file.name for file in found] == ["a/saved.xml", "other.xml", "b/c/saved.xml"]
    assert [file.path for file in found] == paths
    assert [file.name for file in list_files([tmp_path / "a", paths[2]]).files] == ["a/saved.xml", "saved.xml"]


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names of files are text there")
def test_a_file_in_a_folder_whose_name_is_no_text_is_read_under_a_name_that_is(tmp_path):
    (tmp_path / os.fsdecode(b"s\xe9.xml")).write_bytes(XML)

    assert [file.name for file in list_files([tmp_path]).files] == [f"{tmp_path.name}/s\ufffd.xml"]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("missing.xml", None, "There is no file"),
        ("notes.txt", b"buy milk", "neither PubMed XML nor JATS nor NBIB nor the saved text"),
        ("page.html", b"<!DOCTYPE html><html>", "neither PubMed XML nor JATS nor NBIB nor the saved text"),
        ("empty.xml", b"", "neither PubMed XML nor JATS nor NBIB nor the saved text"),
        ("binary.xml", bytes(100), "neither PubMed XML nor JATS nor NBIB nor the saved text"),
    ],
)
def test_a_named_file_that_is_neither_is_refused_with_a_sentence(tmp_path, name, data, words):
    if data is not None:
        (tmp_path / name).write_bytes(data)

    with pytest.raises(UsageError, match=words):
        list_files([tmp_path / name])


def test_a_folder_with_nothing_to_read_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no PubMed XML, no JATS, no NBIB file"):
        list_files([tmp_path])


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (XML, "pubmed-xml"),
        (packed(XML), "pubmed-xml"),
        (b"\xef\xbb\xbf  <PubmedArticleSet/>", "pubmed-xml"),
        ("<PubmedArticleSet/>".encode("utf-16"), "pubmed-xml"),
        ("<PubmedArticleSet/>".encode("utf-16-le"), "pubmed-xml"),
        (packed(XML)[:30], "pubmed-xml"),
        (PAGE.encode(), "page text"),
        (b"PMID- 1\nTI  - Abstract, references, doi: 10.1/x\n", "nbib"),
        (b"buy milk", "unknown"),
        (b"<html>", "unknown"),
        (b"", "unknown"),
    ],
    ids=IDS,
)
def test_a_file_is_known_by_what_is_in_it(tmp_path, data, kind):
    path = tmp_path / "file"
    path.write_bytes(data)

    assert sniff(path) == kind


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("pubmed21n0001.xml.gz", 210001),
        ("pubmed26n1274.xml", 261274),
        ("folder/pubmed21n1001.xml.gz", 211001),
        ("pubmed21n001.xml.gz", None),
        ("my-pubmed21n0001.xml.gz", None),
        ("a.xml", None),
    ],
)
def test_a_file_of_nlm_has_a_number_that_grows_with_time(name, number):
    assert update_file_number(name) == number


@pytest.mark.parametrize("form", ["plain", "packed", "in two members", "padded"])
def test_a_plain_and_a_packed_file_give_the_same_bytes(tmp_path, form):
    path = tmp_path / "file"
    forms = {
        "plain": XML,
        "packed": packed(XML),
        "in two members": packed(XML[:999]) + packed(XML[999:]),
        "padded": packed(XML) + bytes(512),
    }
    path.write_bytes(forms[form])

    assert read_all(path) == XML


def damaged(kind: str) -> bytes:
    data = packed(XML)
    if kind == "cut":
        return data[: len(data) * 3 // 4]
    if kind == "checksum":
        return data[:-8] + bytes(8)
    if kind == "garbage":
        return data + b"something else"
    middle = len(data) // 2
    return data[:middle] + bytes(64) + data[middle + 64 :]


@pytest.mark.parametrize("kind", ["cut", "checksum", "garbage", "flipped"])
def test_of_a_damaged_gzip_file_all_that_can_be_unpacked_loads_and_the_damage_is_reported(tmp_path, kind):
    path = tmp_path / "x.xml.gz"
    path.write_bytes(damaged(kind))

    found = list(parse_articles(read_chunks(path)))

    pmids = [item.article.pmid for item in found if isinstance(item, Record)]
    assert pmids == list(range(1, len(pmids) + 1))
    assert len(pmids) == 100 if kind in ("checksum", "garbage") else 20 < len(pmids) < 100
    last = found[-1]
    assert isinstance(last, RecordError)
    assert str(last).startswith("x.xml.gz is a")


def test_a_bomb_is_stopped_and_what_came_before_is_given(tmp_path):
    path = tmp_path / "bomb.xml.gz"
    path.write_bytes(packed(XML + b" " * 50_000_000))

    given: list[bytes] = []
    with pytest.raises(DamagedFileError, match="200 times its size"):
        given.extend(read_chunks(path))

    assert len(XML) < sum(map(len, given)) < 20_000_000


def test_a_file_that_unpacks_to_more_than_the_limit_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(input_files, "MAX_INFLATED", 10_000)
    path = tmp_path / "x.gz"
    path.write_bytes(packed(XML))

    with pytest.raises(DamagedFileError, match="the rest was not read"):
        read_all(path)


def test_a_file_that_cannot_be_opened_is_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_all(tmp_path / "missing")
