"""The matcher on the real references that give a PMID, which it is not shown: none wrong, hardly any invented."""

import pytest

from harvest.sources.ecitmatch import parse_found
from kb.identifiers import doi_key
from kb.printed.identifiers_in_text import printed_ids
from tests.benchmarks.bench_resolve import LEAST_FOUND, MOST_INVENTED, REAL, measure_real, real_records

FOLDER = REAL.parent / "eutils" / "ecitmatch"

pytestmark = pytest.mark.real


def test_real_references_are_resolved_as_their_records_say():
    measured = measure_real(real_records())

    assert measured.references >= 15_000
    assert measured.wrong == []
    assert len(measured.invented) <= MOST_INVENTED
    assert measured.found >= LEAST_FOUND


def test_identifiers_printed_in_real_references_are_those_that_pubmed_gives():
    references = [one for record in real_records() for one in record.references if one.citation]
    read = [(one.doi, one.cited_pmid, one.pmcid, printed_ids(one.citation or "")) for one in references]
    alone = [printed for *ids, printed in read if not any(ids) and any(printed)]
    dois = [(doi, printed.doi) for doi, _, _, printed in read if doi and printed.doi]
    numbers = [(pmid, printed.pmid) for _, pmid, _, printed in read if pmid and printed.pmid]
    numbers += [(pmcid, printed.pmcid) for _, _, pmcid, printed in read if pmcid and printed.pmcid]

    assert len(alone) >= 300
    assert len(dois) >= 7_500
    assert sum(doi_key(one) != doi_key(other) for one, other in dois) <= 2  # "/full", which is a part of both
    assert numbers
    assert all(one == other for one, other in numbers)


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
