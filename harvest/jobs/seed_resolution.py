"""The seeds of a run -> PMIDs: by this file where it knows them, else by PubMed; each has its line in the ledger."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from harvest.http.client import Client
from harvest.identify.identify import (
    GROUP,
    Identified,
    identify_here,
    identify_title,
    identify_title_here,
    identify_together,
)
from harvest.identify.seed import Seed
from harvest.jobs.fetch_queue import Run, note_failure, stop
from harvest.sources.registry import PUBMED
from kb.database import transaction
from kb.errors import SourceError
from kb.queries.harvest_log import Task
from kb.queries.works.records import read_from_pubmed
from kb.store.ledger import save_outcomes

T = TypeVar("T")


@dataclass
class _Search:
    """Seeds being identified."""

    run: Run
    found: dict[str, int] = field(default_factory=dict)  # by what was asked


def identify_seeds(run: Run, seeds: Sequence[Seed]) -> list[int]:
    """Return the PMIDs of seeds in their order, and save what became of each; two that ask for the same are one."""
    search = _Search(run)
    different: dict[str, Seed] = {}
    for seed in seeds:
        different.setdefault(seed.asked, seed)
        if seed.note:
            run.note(f"{seed.place}: {seed.note}")
    left = _note_known(search, different.values())
    named = [seed for seed in left if seed.identifiers]
    by_title = [(seed, "") for seed in left if not seed.identifiers]
    for start in range(0, len(named), GROUP):
        by_title += _ask_together(search, named[start : start + GROUP])
    for seed, why in by_title:
        _ask_title(search, seed, why)
    return list(dict.fromkeys(search.found[asked] for asked in different if asked in search.found))


def left_to_ask(db: sqlite3.Connection, seeds: Iterable[Seed]) -> list[Seed]:
    """Return the seeds but those of which PubMed's record is held."""
    given = list(seeds)
    found = {seed: pmid for seed in given if not seed.fault and (pmid := known_here(db, seed).pmid)}
    held = read_from_pubmed(db, set(found.values()))
    return [seed for seed in given if found.get(seed) not in held]


def _note_known(search: _Search, seeds: Iterable[Seed]) -> list[Seed]:
    """Note the seeds that this file identifies, and those that are none; return the others."""
    tasks, left = [], []
    for seed in seeds:
        found = known_here(search.run.db, seed)
        if seed.fault:
            tasks.append(Task("seed", seed.asked, "rejected", seed.fault))
        elif found.pmid is None:
            left.append(seed)
        else:
            tasks.append(_done(search, seed, found.pmid))
    _save(search, tasks)
    return left


def known_here(db: sqlite3.Connection, seed: Seed) -> Identified:
    """Return the PMID of a seed as far as this file knows: its own, else by its identifiers, else by its title."""
    if seed.pmid:
        return identify_here(db, seed.identifiers[0])
    found = _agreed([identify_here(db, identifier) for identifier in seed.identifiers])
    return identify_title_here(db, seed) if found.pmid is None and seed.title else found


def _agreed(found: Sequence[Identified]) -> Identified:
    """Return the one PMID to which all identifiers of a seed lead that lead anywhere."""
    pmids = {one.pmid for one in found if one.pmid}
    if len(pmids) == 1:
        return Identified(pmids.pop(), "")
    if pmids:
        return Identified(None, f"its identifiers are of different articles: {', '.join(map(str, sorted(pmids)))}")
    return Identified(None, "; ".join(one.why for one in found))


def _ask_together(search: _Search, seeds: Sequence[Seed]) -> list[tuple[Seed, str]]:
    """Identify seeds by their DOIs and PMCIDs; return those to be found by their title, and why these did not."""
    wanted = [identifier for seed in seeds for identifier in seed.identifiers]
    answers = _asked(search, seeds, lambda client: identify_together(client, list(dict.fromkeys(wanted))))
    if answers is None:
        return []
    tasks, left = [], []
    for seed in seeds:
        found = _agreed([answers[identifier] for identifier in seed.identifiers])
        if found.pmid is not None:
            tasks.append(_done(search, seed, found.pmid))
        elif seed.title:
            left.append((seed, f"{found.why}; "))
        else:
            tasks.append(Task("seed", seed.asked, "not identified", found.why))
    _save(search, tasks)
    return left


def _ask_title(search: _Search, seed: Seed, why: str) -> None:
    found = _asked(search, [seed], lambda client: identify_title(client, seed))
    if found is None:
        return
    if found.pmid is not None:
        _save(search, [_done(search, seed, found.pmid)])
        return
    _save(search, [Task("seed", seed.asked, "not identified", why + found.why)])


def _asked(search: _Search, seeds: Sequence[Seed], ask: Callable[[Client], T]) -> T | None:
    """Return the answer to a question about seeds; None, and each noted as failed, where none can be had."""
    client = search.run.client(PUBMED)
    if client is None:
        note_failure(search.run, "seed", [seed.asked for seed in seeds], search.run.why_not(PUBMED))
        return None
    try:
        return ask(client)
    except SourceError as error:
        stop(search.run, PUBMED, error)
        note_failure(search.run, "seed", [seed.asked for seed in seeds], str(error))
        return None


def _done(search: _Search, seed: Seed, pmid: int) -> Task:
    search.found[seed.asked] = pmid
    return Task("seed", seed.asked, "done", None, pmid)


def _save(search: _Search, tasks: Iterable[Task]) -> None:
    with transaction(search.run.db):
        save_outcomes(search.run.db, search.run.id, tasks)
