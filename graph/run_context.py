"""What the measures of one graph run share: the field they read, the time each took, and what is to be saved."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cached_property, partial
from typing import Any, Final, NamedTuple, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.citation_graph import CitationGraph, build_citation_graph
from graph.similarity.features import FeatureMatrix, build_parts
from kb.queries.citations import Ids, read_held_ids, read_years
from kb.store.computed import MetricRun, TableColumns, replace_rows

_Result = TypeVar("_Result")
Save: TypeAlias = Callable[[sqlite3.Connection, int], int]  # database, run id -> rows saved

THREADS: Final = 2  # threads that compute beside the one which reads and saves

_DECIMALS: Final = 6  # of a second


class Field:
    """One state of a file, as measures see it; what is costly to read is read when one first asks for it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    @cached_property
    def citations(self) -> CitationGraph:
        """The citation graph of the whole file."""
        return build_citation_graph(self.db)

    @cached_property
    def held(self) -> Ids:
        """The PMIDs of the held articles, ascending."""
        return read_held_ids(self.db)

    @cached_property
    def years(self) -> NDArray[np.float64]:
        """The years of the works of the graph, in the order of its ids; NaN: nobody said."""
        return read_years(self.db, self.citations.ids)

    @cached_property
    def latest_year(self) -> float | None:
        """The latest year of a held article, from which ages are counted: a printed year may be wrong."""
        of_held = self.years[np.searchsorted(self.citations.ids, self.held)]
        known = of_held[~np.isnan(of_held)]
        return float(known.max()) if len(known) else None

    @cached_property
    def citations_by_held(self) -> CitationGraph:
        """The citations by held articles, of which alone the whole list of references is known."""
        citing, cited = self.citations.citing, self.citations.cited
        is_held = np.zeros(len(self.citations.ids), dtype=np.bool_)
        is_held[np.searchsorted(self.citations.ids, self.held)] = True
        of_held = is_held[citing]
        return CitationGraph(self.citations.ids, citing[of_held], cited[of_held])

    @cached_property
    def parts(self) -> list[FeatureMatrix]:
        """What makes the held articles related, in the order of graph.similarity.features.FACTORS."""
        return build_parts(self.db, self.citations, self.held)


class PendingSave(NamedTuple):
    """What a measure found, until it is saved."""

    measure: str
    name: str | None  # of the things found, as a person says it; None: they are not counted
    save: Save


class Job:
    """A graph run as it goes on. A measure reads from field, computes under timed() and hands in what keep() saves.

    What takes longest is begun first, by begin(), in threads of its own: scipy lets others run while it works.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self.field = Field(db)
        self.found: dict[str, int] = {}  # how many of what
        self.shared: dict[str, Any] = {}  # what a step found and later ones use, by its name
        self._parameters: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._kept: list[PendingSave] = []
        self._threads = ThreadPoolExecutor(THREADS)
        self._begun: dict[str, Future[Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(cancel_futures=True)

    def timed(self, measure: str, compute: Callable[[], _Result], **parameters: object) -> _Result:
        """Return what compute gives, and note how long it took and with which parameters."""
        self._parameters[measure] = json.dumps(parameters, sort_keys=True)
        return self._clocked(measure, compute)

    def begin(self, measure: str, compute: Callable[[], _Result], **parameters: object) -> Callable[[], _Result]:
        """Have compute, which must not read the file, done meanwhile; return what waits for it and gives its result."""
        self._parameters[measure] = json.dumps(parameters, sort_keys=True)
        begun = self._begun[measure] = self._threads.submit(self._clocked, measure, compute)
        return begun.result

    def keep_rows(
        self,
        measure: str,
        table: str,
        blocks: Iterable[TableColumns] | Callable[[], Iterable[TableColumns]],
        *,
        found: str | None = None,
    ) -> None:
        """Note the rows of a table, in blocks of columns; what gives them is called when they are saved.

        found is what a person calls them, where they are counted.
        """

        def save(db: sqlite3.Connection, run_id: int) -> int:
            return replace_rows(db, table, blocks() if callable(blocks) else blocks, run_id=run_id)

        self.keep(measure, found, save)

    def keep(self, measure: str, name: str | None, save: Save) -> None:
        """Note how to save what a measure found; the time that it takes is the measure's as well.

        save leaves out works that were forgotten since the field was read: no foreign keys are looked up meanwhile.
        Rows too many for memory are made while they are saved.
        """
        self._kept.append(PendingSave(measure, name, save))

    def save(self, db: sqlite3.Connection, run_id: int) -> list[MetricRun]:
        """Save all that was kept, in the caller's transaction; return the measures with their times."""
        for measure, name, save in reversed(self._kept):  # the step begun first takes longest
            wait([self._begun[measure]] if measure in self._begun else [])  # before the clock of saving starts
            count = self._clocked(measure, partial(save, db, run_id))
            self.found |= {} if name is None else {name: count}
        return [
            MetricRun(measure, parameters, round(self._seconds[measure], _DECIMALS))
            for measure, parameters in self._parameters.items()
        ]

    def _clocked(self, measure: str, work: Callable[[], _Result]) -> _Result:
        start = time.perf_counter()
        result = work()
        self._seconds[measure] = self._seconds.get(measure, 0.0) + time.perf_counter() - start
        return result
