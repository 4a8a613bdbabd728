"""Recorded answers of iCite, old and new field names: their counts are those that the collection states."""

import gzip
import json
from pathlib import Path

import pytest

from harvest.sources.icite import parse_icite
from harvest.sources.source import Told
from kb.records import IciteMetrics

pytestmark = pytest.mark.real


def parsed(lines: list[str]) -> list[Told]:
    records = [json.loads(line) for line in lines]
    return parse_icite(json.dumps({"data": records}).encode(), asked=[int(record["pmid"]) for record in records])


def entries(records: list[Told], which: int) -> int:
    return sum(len(record.lists[which].entries or ()) for record in records)


def test_604_records_with_new_names(shared_data: Path):
    lines = gzip.decompress((shared_data / "citations-api/icite/icite_pubs_modern_604.jsonl.gz").read_bytes()).decode()

    records = parsed(lines.splitlines())

    # 21,365 and 174,066 are recorded; four articles cite themselves
    assert (len(records), entries(records, 0), entries(records, 1)) == (604, 21_361, 174_062)
    assert sum(record.metrics is None or record.metrics.relative_citation_ratio is None for record in records) == 99


def test_181_records_with_old_names_say_nothing_of_counts(shared_data: Path):
    text = (shared_data / "citations-api/icite/icite_pubs_legacy_181.jsonl").read_text()

    records = parsed(text.splitlines())

    # 4,820 and 790 are recorded; five articles cite themselves
    assert (len(records), entries(records, 0), entries(records, 1)) == (181, 4_815, 785)
    assert {record.metrics[1:] for record in records if record.metrics} == {(None,) * 8}


def test_one_whole_record(shared_data: Path):
    body = (shared_data / "citations-api/icite/icite_pub_32162448.json").read_bytes()

    [found] = parse_icite(body, asked=[32162448])

    assert [len(links.entries or ()) for links in found.lists] == [31, 17]
    assert found.metrics == IciteMetrics(32162448, 17, 3.4, 1.55624071151373, 2.18475199552701, 77.1, 0.75, 1, 0)
