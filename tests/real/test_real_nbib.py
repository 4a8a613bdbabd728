"""Real NBIB files: every field of every record comes back, but for what docs/formats.md names."""

import gzip
import io
import re
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from Bio import Medline

from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.formats.registry import BIBLIOGRAPHIES
from kb.integrity.check import check_kb
from kb.queries.works.bibliography import read_items

pytestmark = pytest.mark.real

COUNTS = {  # records of each file, as the manifest counts them
    "biopython-pubmed_result1.txt": 1, "biopython-pubmed_result2.txt": 4, "biopython-pubmed_result3.txt": 1,
    "corybrunson-pubmed_result.txt.gz": 473, "holub008-pmc_medlars.txt": 5, "holub008-single.nbib": 1,
    "manubot-bibliography.nbib": 2, "mjwestgate-PubMed_example.txt": 3,
}  # fmt: skip
OF_THE_JOURNAL = {"JT", "PL", "IS"}  # one row for all articles of a journal
SAME = ("TI", "AB", "FAU", "AU", "AD", "CN", "FIR", "IR", "MH", "PT", "LA", "GR", "OT", "SO", "DP", "VI", "TA", "JID")
DATED = {"EDAT", "MHDA", "CRDT", "PHST", "PMCR"}
HOUR = re.compile(r" \d\d:\d\d(?= \[|$)")
FIELD = re.compile(r"^([A-Z0-9]{2,4}) *- ?(.*(?:\n {6}.*)*)", re.MULTILINE)


def fields(text: str) -> dict[str, dict[str, Counter[str]]]:
    """Return by PMID and tag the values of a file, read without litkb or Biopython: one line, no hour, bare ORCID."""
    records = {}
    for block in re.split(r"\n\s*\n", text):
        found: dict[str, Counter[str]] = {}
        for tag, lines in FIELD.findall(block):
            value = " ".join(lines.split()).replace("http://orcid.org/", "").replace("https://orcid.org/", "")
            if value:
                found.setdefault(tag, Counter())[HOUR.sub("", value) if tag in DATED else value] += 1
        if found:
            [pmid] = found["PMID"]
            records[pmid] = found
    return records


def said(entry: Medline.Record, tag: str) -> list[str]:
    """Return what Biopython reads of a tag, runs of blanks as one."""
    values = entry.get(tag, [])
    return [" ".join(value.split()) for value in ([values] if isinstance(values, str) else values) if value]


def there_and_back(path: Path, folder: Path) -> tuple[str, str]:
    """Return what a file says and what litkb writes after loading it."""
    kb = folder / f"{path.name}.db"
    assert run_command(cli, ["harvest", str(kb), "--file", str(path), "--no-graph"]) == 0
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        pmids = [row[0] for row in db.execute("select pmid from articles")]
        written = "".join(BIBLIOGRAPHIES[".nbib"].write(read_items(db, pmids)))
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig"), written


@pytest.mark.parametrize("name", COUNTS)
def test_every_field_of_a_real_file_comes_back(shared_data: Path, tmp_path: Path, name: str):
    before, after = map(fields, there_and_back(shared_data / "import-formats" / "nbib" / name, tmp_path))

    lost = {
        (pmid, tag): missing
        for pmid, tags in before.items()
        for tag, values in tags.items()
        if tag not in OF_THE_JOURNAL and (missing := values - after[pmid].get(tag, Counter()))
    }
    assert (len(before), len(after)) == (COUNTS[name], COUNTS[name])
    assert lost == {}


@pytest.mark.parametrize("name", COUNTS)
def test_biopython_reads_what_it_reads_of_the_file_itself(shared_data: Path, tmp_path: Path, name: str):
    texts = there_and_back(shared_data / "import-formats" / "nbib" / name, tmp_path)
    before, after = ({entry["PMID"]: entry for entry in Medline.parse(io.StringIO(text))} for text in texts)

    assert [(pmid, tag) for pmid in before for tag in SAME if said(before[pmid], tag) != said(after[pmid], tag)] == []


def test_what_describes_a_journal_is_said_by_one_of_its_records(shared_data: Path, tmp_path: Path):
    texts = there_and_back(shared_data / "import-formats" / "nbib" / "corybrunson-pubmed_result.txt.gz", tmp_path)
    before, after = map(fields, texts)
    said: dict[tuple[str, str], set[str]] = {}
    for tags in before.values():
        for tag in OF_THE_JOURNAL:
            said.setdefault((next(iter(tags["JID"])), tag), set()).update(tags.get(tag, ()))

    assert all(
        set(tags.get(tag, ())) <= said[next(iter(tags["JID"])), tag]
        for tags in after.values()
        for tag in OF_THE_JOURNAL
    )
