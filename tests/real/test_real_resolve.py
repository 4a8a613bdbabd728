"""The matcher on the real references that give a PMID, which it is not shown: none wrong, hardly any invented."""

import pytest

from tests.benchmarks.bench_resolve import LEAST_FOUND, MOST_INVENTED, measure_real, real_records

pytestmark = pytest.mark.real


def test_real_references_are_resolved_as_their_records_say():
    measured = measure_real(real_records())

    assert measured.references >= 15_000
    assert measured.wrong == []
    assert len(measured.invented) <= MOST_INVENTED
    assert measured.found >= LEAST_FOUND
