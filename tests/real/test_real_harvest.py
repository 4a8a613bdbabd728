"""The real collection in one command: counts as the standard library alone finds them, in any order, twice."""

import gzip
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harvest.archive import open_archive
from harvest.files.input_files import list_files
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.jobs.rebuild import rebuild_kb
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.integrity.check import check_kb, logical_hash
from kb.queries.archive import archive_path

pytestmark = pytest.mark.real


def elements(folder: Path, tag: str) -> Iterator[ET.Element]:
    for path in sorted(folder.rglob("*")):
        if path.name.endswith((".xml", ".xml.gz")):
            body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            yield from ET.fromstring(body).iter(tag)


def standing(article: ET.Element) -> tuple[int, str]:
    """Return by which the record of a PMID that stays is told from the others."""
    revised = article.find("MedlineCitation/DateRevised")
    words = [revised.findtext(part) or "" for part in ("Year", "Month", "Day")] if revised is not None else []
    return int(article.find("MedlineCitation/PMID").get("Version")), "-".join(word.zfill(2) for word in words)


def load(kb: Path, folder: Path, seed: int) -> str:
    files = list(list_files([folder]).files)
    random.Random(seed).shuffle(files)
    with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
        summary = harvest(db, archive, {}, Plan(files=tuple(file.name for file in files)), files=files)
        assert summary.complete
        assert check_kb(db) == []
        return logical_hash(db)


def test_one_command_reads_what_the_manifest_counts(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kb = tmp_path / "kb.db"
    folder = shared_data / "pubmed-xml"
    assert run_command(cli, ["harvest", str(kb), "--file", str(folder), "--json", "--no-graph"]) == 0

    summary = json.loads(capsys.readouterr().out)
    assert summary["read"] == {
        "articles": 1075,
        "books": 9,
        "deletions": 3,
        "references": 21853 + 31,  # the manifest counts those of articles; one book chapter has 31
        "old references": 3072,
    }
    assert summary["asked"] == 1075 + 9 + 3 == sum(summary["outcomes"].values())

    best: dict[str, ET.Element] = {}
    for article in elements(folder, "PubmedArticle"):
        pmid = article.findtext("MedlineCitation/PMID")
        if pmid not in best or standing(article) >= standing(best[pmid]):
            best[pmid] = article
    books = {book.findtext("BookDocument/PMID") for book in elements(folder, "PubmedBookArticle")}
    references = sum(1 for article in best.values() for _ in article.iter("Reference"))
    assert (len(best), len(books), references) == (961, 8, 18_924)
    with closing(open_kb(kb)) as db:
        assert db.execute("select count(*) from articles where record_type = 'article'").fetchone() == (961,)
        assert db.execute("select count(*) from articles where record_type <> 'article'").fetchone() == (8,)
        found = db.execute(
            """select count(*) from article_references r join articles a on a.pmid = r.citing_pmid
            where a.record_type = 'article' and listed_in = 'ReferenceList'"""
        ).fetchone()
        assert found == (18_924,)
        with_pmid = {
            (pmid, r.text.strip())
            for pmid, a in best.items()
            for r in a.findall(".//Reference//ArticleId[@IdType='pubmed']")
        }
        stored = db.execute(
            """select distinct r.citing_pmid, r.cited_pmid from article_references r
            join articles a on a.pmid = r.citing_pmid
            where a.record_type = 'article' and r.cited_pmid is not null and r.listed_in = 'ReferenceList'"""
        )
        found = {(str(citing), str(cited)) for citing, cited in stored}
        assert with_pmid - found == {("37903272", "0"), ("37633998", "0"), ("36826851", "0")}  # no PMID is 0
        assert found <= with_pmid


def test_any_order_of_files_a_second_load_and_a_rebuild_give_the_same_rows(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "pubmed-xml"
    first = load(tmp_path / "a.db", folder, 1)
    assert load(tmp_path / "b.db", folder, 2) == first
    assert load(tmp_path / "b.db", folder, 3) == first
    rebuild_kb(tmp_path / "b.db")
    with closing(open_kb(tmp_path / "b.db")) as db:
        assert logical_hash(db) == first


def test_the_seed_page_needs_its_pmid_and_gives_its_article(shared_data: Path, tmp_path: Path) -> None:
    kb, page = tmp_path / "kb.db", shared_data.parent / "seed" / "pubmed-page.txt"
    assert run_command(cli, ["harvest", str(kb), "--file", str(page), "--pmid", "32448354"]) == 0

    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        assert db.execute("select label, state from works where id = 32448354").fetchone() == (
            "Vederhus 2020 Addict Sci Clin Pract",
            "held",
        )
        assert db.execute("select cited_by from often_cited_not_held").fetchall() == []
        labels = db.execute(
            """select w.label from article_references r join works w on w.id = r.cited_id order by position"""
        ).fetchall()
        assert [label for (label,) in labels] == [
            "Humphreys 2004 J Subst Abuse Treat",
            "Moos 2008 Addiction",
            "Kleber 2007 Am J Psychiatry",
            "Laudet 2003 Subst Use Misuse",
            "Vederhus 2014 Addiction",
        ]
        assert db.execute("select out.reference_count from article_metrics out where id = 32448354").fetchone() == (5,)
