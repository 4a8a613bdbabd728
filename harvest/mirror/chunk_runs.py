"""Which chunks of PMIDs something has: runs of chunk numbers, first and last, ascending."""

from collections.abc import Iterable, Sequence

import numpy as np

from kb.mirror.folder import Array
from kb.mirror.layout import CHUNK

Runs = list[list[int]]


def runs_of(numbers: Iterable[int]) -> Runs:
    """Return ascending numbers, each once, as runs: 1, 2, 3, 7 is [1, 3], [7, 7]."""
    runs: Runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def chunk_runs(*pmids: Array) -> Runs:
    """Return the chunks that PMIDs are in."""
    return runs_of(np.unique(np.concatenate(pmids) // CHUNK).tolist())


def has_chunk(runs: Runs, chunk: int) -> bool:
    """Return whether a chunk is in runs."""
    return any(first <= chunk <= last for first, last in runs)


def chunks_in(every: Iterable[Sequence[Sequence[int]]]) -> list[int]:
    """Return the numbers of all chunks of some runs, ascending, each once."""
    return sorted({number for runs in every for first, last in runs for number in range(first, last + 1)})
