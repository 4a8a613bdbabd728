"""Who carries out the tasks of a build: Dask, on the cores of this machine or on a cluster."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from uuid import uuid4

from kb.errors import LitkbError, UsageError

PATIENCE: Final = 10  # seconds in which a scheduler answers
DEATHS: Final = 2  # of workers that a task survives; the third is held against it


class Task(NamedTuple):
    """A call of a function of a module; its name is unique within a build."""

    name: str
    call: Callable[..., Any]
    arguments: tuple[Any, ...]


class LostWorkersError(LitkbError):
    """A task whose workers ended, again and again."""


Engine = Callable[[Sequence[Task]], Iterator[tuple[Task, Any]]]  # results as they come, or LostWorkersError in place


def run_here(tasks: Sequence[Task]) -> Iterator[tuple[Task, Any]]:
    """Yield the result of each task, carried out in this process."""
    for task in tasks:
        yield task, task.call(*task.arguments)


@contextmanager
def dask_engine(scheduler: str | None = None, workers: int | None = None) -> Iterator[Engine]:
    """Give an engine: the scheduler at an address, else a cluster of so many processes, of one a core, on this machine.

    Raises UsageError without the extra, and where no scheduler answers.
    """
    try:
        from dask import config
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise UsageError("A mirror is built by Dask: pip install 'litkb[mirror]'.") from error
    with config.set({"distributed.scheduler.allowed-failures": DEATHS}):
        if scheduler is not None:
            try:
                with Client(scheduler, timeout=PATIENCE) as client:
                    yield lambda tasks: _results(client, tasks)
            except OSError as error:
                raise UsageError(f"No Dask scheduler answers at {scheduler}.") from error
            return
        options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
        with LocalCluster(n_workers=workers, processes=True, **options) as cluster, Client(cluster) as client:
            yield lambda tasks: _results(client, tasks)


def _results(client: Any, tasks: Sequence[Task]) -> Iterator[tuple[Task, Any]]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    build = uuid4().hex  # a scheduler may have tasks of others
    futures = {client.submit(task.call, *task.arguments, key=f"{build} {task.name}"): task for task in tasks}
    for future in as_completed(futures):
        task = futures[future]
        try:
            result = future.result()
        except KilledWorker:
            result = LostWorkersError(f"Three workers ended while they were at {task.name}.")
        future.release()
        yield task, result
