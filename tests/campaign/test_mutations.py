"""Mutated files: nothing escapes, what was not touched loads unaltered, what cannot be read is listed."""

import gzip
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from harvest.archive import open_archive
from harvest.files.input_files import InputFile, read_chunks
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.pubmed.article import parse_articles
from kb.database import open_kb
from kb.errors import RecordError
from kb.records import Record
from tests.builders import article_set, article_xml, reference_xml
from tests.campaign.scale import SHORT

RECORDS = 20
FIRST = 1001


def record_of(number: int) -> str:
    return article_xml(
        FIRST + number,
        title=f"Recovery in place {number}: 10<sup>{number}</sup> p &lt; 0.01",
        doi=f"10.1234/own.{number}",
        abstract=[("Background", "Why it was done. " * 3), ("Results", "What was <i>found</i>. " * 3)],
        authors=["Høie M", "Laudet AB"],
        references=[reference_xml(f"Moos R. Work {n} of {number}. J. 2001;{n}:3.", pmid=5000 + n) for n in range(4)],
        mesh=[("D1:Humans", ["*Q1:therapy"])],
        keywords=["Norway"],
    )


ORIGINAL = article_set(*map(record_of, range(RECORDS)))
EXPECTED = {item.article.pmid: item for item in parse_articles(ORIGINAL) if isinstance(item, Record)}
SPANS = {
    FIRST + n: (start := ORIGINAL.index(record_of(n).encode()), start + len(record_of(n).encode()))
    for n in range(RECORDS)
}


class Mutant(NamedTuple):
    """A damaged copy; touched is the span of the original that is not as it was."""

    data: bytes
    touched: tuple[int, int]


def flipped(rng: random.Random) -> Mutant:
    at = rng.randrange(len(ORIGINAL))
    data = bytearray(ORIGINAL)
    data[at] ^= 1 << rng.randrange(8)
    return Mutant(bytes(data), (at, at + 1))


def cut(rng: random.Random) -> Mutant:
    at = rng.randrange(len(ORIGINAL))
    return Mutant(ORIGINAL[:at], (at, len(ORIGINAL)))


def removed(rng: random.Random) -> Mutant:
    start = rng.randrange(len(ORIGINAL))
    end = min(len(ORIGINAL), start + rng.choice([1, 10, 100, 1000, 5000]))
    return Mutant(ORIGINAL[:start] + ORIGINAL[end:], (start, end))


def repeated(rng: random.Random) -> Mutant:
    start = rng.randrange(len(ORIGINAL))
    end = min(len(ORIGINAL), start + rng.choice([1, 10, 100, 1000]))
    return Mutant(ORIGINAL[:end] + ORIGINAL[start:], (start, end))


INSERTED = [
    b"<", b"&", b"&bomb;", b"\x00", b"\xff\xfe", b"<!--", b"<![CDATA[", b"]]>", b"</PubmedArticle>", b"<PubmedArticle>",
    b"<?xml version='1.0'?>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<PMID>1</PMID>",
]  # fmt: skip


def inserted(rng: random.Random) -> Mutant:
    at = rng.randrange(len(ORIGINAL))
    return Mutant(ORIGINAL[:at] + rng.choice(INSERTED) + ORIGINAL[at:], (at, at))


def bombed(rng: random.Random) -> Mutant:
    """Return a copy with a document type whose entity would grow to a gigabyte, used in one record."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE PubmedArticleSet [<!ENTITY e0 "bomb">{entities}]>\n'.encode()
    at = ORIGINAL.index(b"<PubmedArticleSet>")
    place = ORIGINAL.index(b"Recovery", rng.randrange(len(ORIGINAL) * 9 // 10))
    data = ORIGINAL[:at] + doctype + ORIGINAL[at:place] + b"&e9;" + ORIGINAL[place:]
    return Mutant(data, (place, place + 1))


MUTATIONS: list[Callable[[random.Random], Mutant]] = [flipped, cut, removed, repeated, inserted, bombed]


def untouched(mutant: Mutant) -> set[int]:
    """Return the PMIDs of records that lie wholly outside the touched span, and not at its very edge."""
    start, end = mutant.touched
    return {pmid for pmid, (begin, finish) in SPANS.items() if finish < start or begin > end}


def complaints(mutant: Mutant, found: list[object]) -> list[str]:
    """Return what is wrong with the outcome for one mutant."""
    records = [item for item in found if isinstance(item, Record)]
    loaded = {item.article.pmid: item for item in records if item == EXPECTED.get(item.article.pmid)}
    errors = [item for item in found if isinstance(item, RecordError)]
    wrong = [f"{pmid} was lost or altered" for pmid in sorted(untouched(mutant) - loaded.keys())]
    wrong += [f"an error without offset: {error}" for error in errors if error.offset is None]
    missing = SPANS.keys() - {item.article.pmid for item in records}
    start, end = mutant.touched
    whole = {pmid for pmid in missing if start <= SPANS[pmid][0] and SPANS[pmid][1] <= end}
    if missing - whole and not errors:
        wrong.append(f"{sorted(missing - whole)} are missing and nothing says so")
    return wrong


def run(seeds: range, parse: Callable[[bytes], list[object]]) -> list[str]:
    wrong = []
    for seed in seeds:
        mutation = MUTATIONS[seed % len(MUTATIONS)]
        mutant = mutation(random.Random(seed))
        wrong += [f"seed {seed}, {mutation.__name__}: {words}" for words in complaints(mutant, parse(mutant.data))]
    return wrong


def ours(data: bytes) -> list[object]:
    return list(parse_articles(data))


def recovering(data: bytes) -> list[object]:
    """The control: the whole document by a parser that repairs what it can."""
    root = etree.fromstring(data, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    found: list[object] = []
    for element in [] if root is None else root.iter("PubmedArticle"):
        found += parse_articles(etree.tostring(element, with_tail=False))
    return [item for item in found if isinstance(item, Record)]


def test_two_hundred_mutated_files_lose_no_untouched_record():
    assert run(range(200), ours) == []


def test_a_parser_that_repairs_fails_the_same_campaign():
    assert len(run(range(60), recovering)) > 10


@pytest.mark.parametrize("seed", range(20))
def test_a_packed_file_that_was_cut_off_gives_its_whole_records_and_says_so(tmp_path: Path, seed: int):
    packed = gzip.compress(ORIGINAL, mtime=0)
    path = tmp_path / "x.xml.gz"
    path.write_bytes(packed[: random.Random(seed).randrange(20, len(packed))])

    found = list(parse_articles(read_chunks(path)))

    records = [item for item in found if isinstance(item, Record)]
    assert records == list(EXPECTED.values())[: len(records)]
    assert "x.xml.gz is a cut-off gzip file" in str(found[-1])


@pytest.mark.campaign
def test_ten_thousand_mutated_files_lose_no_untouched_record():
    assert run(range(1000, 1000 + (1_000 if SHORT else 10_000)), ours) == []


def harvested(folder: Path, packed: bytes) -> tuple[str, int]:
    """Return the outcome of a packed file that is harvested, and how many articles are held then."""
    path = folder / "x.xml.gz"
    path.write_bytes(packed)
    with closing(open_kb(folder / "kb.db", create=True)) as db, open_archive(folder / "kb.sqlar") as archive:
        db.execute("pragma synchronous = off")
        archive.execute("pragma synchronous = off")
        harvest(db, archive, {}, Plan(files=(path.name,)), files=(InputFile(path, path.name),))
        [outcome] = db.execute("select outcome from harvest_tasks where task = 'file' order by run_id desc limit 1")
        return outcome[0], db.execute("select count(*) from articles").fetchone()[0]


def damaged(seed: int) -> bytes:
    """Return the packed file cut off, or with one bit flipped; not in the four bytes of its date, or its system."""
    packed, rng = bytearray(gzip.compress(ORIGINAL, mtime=0)), random.Random(seed)
    if seed % 2:
        return bytes(packed[: rng.randrange(20, len(packed))])
    place = rng.randrange(10, len(packed))
    packed[place] ^= 1 << rng.randrange(8)
    return bytes(packed)


def loads_something(folder: Path, seeds: range) -> list[int]:
    """Return the seeds of damaged files of which anything was loaded, or that are not told of."""
    return [seed for seed in seeds if harvested(folder, damaged(seed)) != ("rejected", 0)]


def test_of_a_packed_file_that_is_cut_off_or_damaged_nothing_is_loaded(tmp_path: Path):
    assert loads_something(tmp_path, range(10)) == []


def test_a_harvest_that_does_not_look_first_loads_what_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("harvest.jobs.harvest.check_packed", lambda _: 0)

    assert loads_something(tmp_path, range(2)) != []


@pytest.mark.campaign
def test_of_two_thousand_damaged_packed_files_nothing_is_loaded(tmp_path: Path):
    assert loads_something(tmp_path, range(200 if SHORT else 2_000)) == []
