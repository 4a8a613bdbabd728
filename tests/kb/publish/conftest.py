"""The description of all tables is formatted once: it is the same in every publication, and half of its time."""

from collections.abc import Iterator
from functools import cache

import pytest

from kb.publish.readme import format_metadata


@pytest.fixture(scope="session", autouse=True)
def _described_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.publish.run.format_metadata", cache(format_metadata))
        yield
