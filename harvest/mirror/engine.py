"""Who carries out the tasks of a build: Dask, on the cores of this machine or on a cluster."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final, NamedTuple
from uuid import uuid4

from kb.errors import LitkbError, MirrorError, UsageError

PATIENCE: Final = 10  # seconds in which a scheduler answers
_SETTINGS: Final = {
    "distributed.scheduler.allowed-failures": 2,  # deaths of workers that a task survives; the third is held against it
    "distributed.worker.profile.enabled": False,  # this and the next three: a tenth of the time of a worker
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.memory.monitor-interval": "2s",
    # Dask has glibc return freed memory at once: a third of the time of a build, which frees and takes MBs without end
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
}


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
        from distributed.utils import silence_logging_cmgr
    except ImportError as error:
        raise UsageError("A mirror is built by Dask: pip install 'litkb[mirror]'.") from error
    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
    options["scheduler_kwargs"] = {"dashboard": False}
    with config.set(_SETTINGS), ExitStack() as stack:
        stack.enter_context(silence_logging_cmgr(logging.CRITICAL))  # what went wrong is said in a sentence
        try:
            where = scheduler or stack.enter_context(LocalCluster(n_workers=workers, processes=True, **options))
            client = stack.enter_context(Client(where, timeout=PATIENCE))
        except (OSError, RuntimeError) as error:
            place = f"answers at {scheduler}" if scheduler else "starts on this machine"
            raise UsageError(f"No Dask scheduler {place}: {error}.") from error
        yield lambda tasks: _results(client, tasks)


def _results(client: Any, tasks: Sequence[Task]) -> Iterator[tuple[Task, Any]]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    build = uuid4().hex  # a scheduler may have tasks of others
    suspects, workers = [], max(1, len(client.nthreads()))
    futures = {client.submit(task.call, *task.arguments, key=f"{build} {task.name}"): task for task in tasks}
    for future in as_completed(futures):
        task = futures[future]
        try:
            result = _result(future)
        except KilledWorker:
            suspects.append(task)  # or it only waited at the workers that another task ended
        else:
            future.release()
            yield task, result
    for task in suspects:
        alone = client.submit(task.call, *task.arguments, key=f"{build} {task.name}, alone")
        try:
            result = _result(alone)
        except KilledWorker:
            result = LostWorkersError(f"Three workers ended while they were at {task.name}.")
            with suppress(TimeoutError):  # a cluster cannot be closed while its workers start again
                client.wait_for_workers(workers, timeout=PATIENCE)
        yield task, result


def _result(future: Any) -> Any:
    from distributed import CancelledError
    from distributed.comm import CommClosedError

    try:
        return future.result()
    except (CancelledError, CommClosedError) as error:
        raise MirrorError("The Dask scheduler ended. What was done is kept; run the same command again.") from error
    except ImportError as error:
        raise MirrorError(f"A Dask worker lacks litkb[mirror], or has another version of it: {error}.") from error
