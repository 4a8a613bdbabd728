"""What a person's list names -> works of this file: identifiers and files of references; nobody is asked."""

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harvest.files.input_files import read_chunks
from harvest.files.reference_lists import read_seeds
from harvest.identify.seed import Seed, seed_of
from harvest.jobs.seed_resolution import known_here
from kb.console import Listed, say
from kb.errors import UsageError
from kb.identifiers import parse_identifier
from kb.queries.harvest_log import read_identified
from kb.queries.works.pages import read_work, read_work_by_identifier
from kb.text import counted

_STDIN: Final = "-"
_LONGEST: Final = 256 * 2**20  # bytes, unpacked: all of it is held in memory


def read_lists(paths: Sequence[Path]) -> list[Seed]:
    """Return the seeds of files of references, - being stdin, and say how many there are."""
    seeds: list[Seed] = []
    for path in paths:
        is_stdin = str(path) == _STDIN
        name = "standard input" if is_stdin else path.name
        data = sys.stdin.buffer.read(_LONGEST + 1) if is_stdin else b"".join(read_chunks(path, limit=_LONGEST + 1))
        if len(data) > _LONGEST:
            raise UsageError(f"{name} has more than {_LONGEST // 2**20} MB, which no file of references has.")
        found = read_seeds(name, data)
        different = len({seed.asked for seed in found})
        say(f"{name}: {counted(len(found), 'entry', 'entries')}, {different:,} different")
        seeds += found
    return seeds


def find_listed(db: sqlite3.Connection, words: Sequence[str], paths: Sequence[Path]) -> Listed:
    """Return the works that identifiers and files of references name; of several works of one entry none counts.

    Raises UsageError for a word that is no identifier and a file that is none of references.
    """
    seeds = [_seed(word) for word in words if word != _STDIN]
    seeds += read_lists([*paths, *([Path(_STDIN)] if _STDIN in words else [])])
    listed = Listed([], [], [f"{seed.place}: {seed.note or seed.fault}" for seed in seeds if seed.note or seed.fault])
    for seed in {seed.asked: seed for seed in seeds if not seed.fault}.values():
        found = _works_of(db, seed)
        if len(found) > 1:
            listed.doubts.append(f"{seed.asked} names different works here: {', '.join(map(str, sorted(found)))}.")
        else:
            listed.works.extend(found)
            listed.unknown.extend([] if found else [seed.asked])
    return listed


def _seed(word: str) -> Seed:
    try:
        return seed_of(parse_identifier(word))
    except UsageError:
        sentence = f"{word[:80]!r} is no PMID, DOI, PMCID or address of one; a file of them is given with --seeds."
        raise UsageError(sentence) from None


def _works_of(db: sqlite3.Connection, seed: Seed) -> set[int]:
    """Return the works that a seed names: by its PMID alone where that is known, else by all else that it says.

    A DOI or PMCID of an article with another PMID than that of the seed names nothing.
    """
    if seed.pmid and (work := read_work(db, seed.pmid)):
        return {work.merged_into or work.id}
    works: set[int] = set()
    for kind, value in (one for one in seed.identifiers if one.kind != "pmid"):
        works.update(read_identified(db, kind, value) or [read_work_by_identifier(db, kind, value) or 0])
    works.discard(0)
    if seed.pmid or works:
        return {work for work in works if not (seed.pmid and work > 0)}
    found = known_here(db, seed)
    return {found.pmid} if found.pmid else set()
