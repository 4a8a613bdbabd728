"""The matcher on the real references that give a PMID, which it is not shown: none wrong, hardly any invented."""

import pytest

from harvest.ecitmatch import parse_found
from tests.benchmarks.bench_resolve import LEAST_FOUND, MOST_INVENTED, REAL, measure_real, real_records

FOLDER = REAL.parent / "eutils" / "ecitmatch"

pytestmark = pytest.mark.real


def test_real_references_are_resolved_as_their_records_say():
    measured = measure_real(real_records())

    assert measured.references >= 15_000
    assert measured.wrong == []
    assert len(measured.invented) <= MOST_INVENTED
    assert measured.found >= LEAST_FOUND


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("biopython-old-ecitmatch-c14ebef", {"citation_1": (2014248,)}),
        ("pubmed-client-citmatch_found", {"Art1": (2014248,), "Art2": (3026048,)}),
        ("pubmed-client-citmatch_mixed", {"Art1": (2014248,), "ref2": (), "Art4": (31978945,)}),
        ("pubmed-client-citmatch_single", {"covid1": (31978945,)}),
    ],
)
def test_every_recorded_answer_of_ecitmatch_is_read(name: str, found: dict[str, tuple[int, ...]]):
    assert parse_found((FOLDER / f"{name}.txt").read_bytes()) == found
