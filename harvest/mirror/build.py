"""A whole build of a mirror: source files -> segments -> index and links -> the manifest, written last.

It may be killed at any moment: what is finished has its JSON beside it and is not made again, and the bytes in the
end are the same. A reader has the old manifest and its files until the new one is there.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from harvest.mirror.engine import Engine, LostWorkersError, Task
from harvest.mirror.occ import DONE, build_occ
from harvest.mirror.segment import Source, build_segment
from harvest.mirror.source_files import Sources, list_sources
from harvest.mirror.whole import INDEX, OLD, PARTS, ROUNDS, Done, build_chunk, plan_parts, round_chunks, write_old
from kb.errors import DatabaseError, MirrorError, UsageError
from kb.lock import take_lock
from kb.mirror.folder import Folder, absolute, alone, is_remote
from kb.mirror.layout import (
    CITING,
    FORMAT,
    JOURNALS,
    MANIFEST,
    SEGMENT,
    Fault,
    Manifest,
    OccFile,
    Segment,
    chunk_name,
    format_journals,
    format_manifest,
    parse_journals,
    read_manifest,
    to_json,
)
from kb.mirror.npy import write_bytes

Progress = Callable[[str, int, int], None]
_MB: Final = 10**6
_NAMED: Final = 5  # files that a sentence names


def build_mirror(
    address: str,
    paths: Sequence[str],
    run: Engine,
    *,
    occ: Sequence[str] = (),
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Build a mirror from files, or add files to it; return its manifest, that names what is wrong with which file.

    Raises UsageError for files that cannot be of this mirror, MirrorError where workers were lost over the whole.
    """
    folder = Folder(absolute(address))
    with alone(folder):
        old = read_manifest(folder)
        sources = Sources(old.year, [], []) if old and occ and not paths else list_sources(paths, old and old.year)
        segments, faults = _segments(folder, sources.files, run, progress)
        faults = _settled(old, segments, [*sources.faults, *faults])
        segments = _with_held(old, segments, faults)
        collections = _collections(folder, occ, run) or (old.occ if old else [])
        generation = _generation(segments, collections)
        if old and old.generation == generation:
            manifest = old._replace(faults=faults)
        else:
            manifest = _whole(
                folder, Manifest(FORMAT, sources.year, generation, segments, faults, collections, {}, {}, 0, 0, None),
                run, progress,
            )  # fmt: skip
        folder.write(MANIFEST, format_manifest(manifest))
        _sweep(folder, manifest)
    return manifest


def _segments(
    folder: Folder, files: Sequence[Source], run: Engine, progress: Progress
) -> tuple[list[Segment], list[Fault]]:
    """Return the segments of files, and what is wrong with the others."""
    tasks = [Task(file.name, build_segment, (folder.address, file)) for file in files]
    sizes = {file.name: file.size for file in files}
    total, done = sum(sizes.values()), 0
    segments: list[Segment] = []
    faults: list[Fault] = []
    for task, result in run(tasks):
        done += sizes[task.name]
        progress("MB of source files", done // _MB, total // _MB)
        if isinstance(result, LostWorkersError):
            faults.append(Fault(task.name, str(result)))
        elif isinstance(result, Fault):
            faults.append(result)
        else:
            segments.append(result)
    return segments, faults


def _settled(old: Manifest | None, segments: Sequence[Segment], faults: Sequence[Fault]) -> list[Fault]:
    """Return what is wrong, with what was wrong before and has not been mended, by name."""
    found = {fault.name: fault for fault in (*(old.faults if old else ()), *faults)}
    for segment in segments:
        found.pop(segment.name, None)
    return [found[name] for name in sorted(found)]


def _with_held(old: Manifest | None, segments: Sequence[Segment], faults: Sequence[Fault]) -> list[Segment]:
    """Return segments and those that the mirror has, in the order of their files; a new one in place of an old."""
    found = {segment.name: segment for segment in (*(old.segments if old else ()), *segments)}
    if not found:
        reasons = " ".join(f"{fault.name}: {fault.reason}" for fault in faults[:_NAMED])
        raise MirrorError(f"None of the files could be read; nothing was built. {reasons}")
    return [found[name] for name in sorted(found)]


def _collections(folder: Folder, paths: Sequence[str], run: Engine) -> list[OccFile]:
    """Return what files of the Open Citation Collection have."""
    for path in paths:
        if not is_remote(path) and not Path(path).is_file():
            raise UsageError(f"There is no file {path}.")
    names = {path: path.rpartition("/")[2] for path in paths}
    tasks = [Task(path, build_occ, (folder.address, absolute(path), name)) for path, name in names.items()]
    found: list[OccFile] = []
    for _, result in run(tasks):
        if isinstance(result, LostWorkersError):
            raise result
        found.append(result)
    return sorted(found, key=lambda one: one.md5)


def _generation(segments: Sequence[Segment], occ: Sequence[OccFile]) -> str:
    made_of = [FORMAT, *([one.name, one.md5] for one in segments), *(one.md5 for one in occ)]
    return hashlib.sha256(to_json(made_of)).hexdigest()[:16]


def _whole(folder: Folder, manifest: Manifest, run: Engine, progress: Progress) -> Manifest:
    """Return the manifest with index and links built."""
    whole, parts = manifest.whole, plan_parts(manifest.segments, manifest.occ)
    files = {f"{whole}/{PARTS}": to_json(parts), f"{whole}/{JOURNALS}": _journals(folder, manifest.segments)}
    digests = {name: write_bytes(folder, name, content) for name, content in files.items()}
    done: dict[str, dict[int, Done]] = {INDEX: {}, CITING: {}}
    for round_ in ROUNDS:
        numbers = round_chunks(parts, round_)
        done[round_] = _chunks(folder, whole, (round_, numbers), run, progress)
        if round_ == INDEX:
            digests |= write_old(folder, whole, numbers)
    return _counted(manifest, digests, done)


def _journals(folder: Folder, segments: Sequence[Segment]) -> bytes:
    """Return the ids of all journals, one a line."""
    found: set[str] = set()
    for segment in segments:
        found.update(parse_journals(folder.read(f"{segment.folder}/{JOURNALS}")))
    return format_journals(found)


def _chunks(
    folder: Folder, whole: str, wanted: tuple[str, list[int]], run: Engine, progress: Progress
) -> dict[int, Done]:
    """Return what a round made of each chunk. Raises MirrorError where workers were lost over one."""
    round_, numbers = wanted
    tasks = [Task(chunk_name(round_, n), build_chunk, (folder.address, whole, round_, n)) for n in numbers]
    chunk_of = {task.name: number for task, number in zip(tasks, numbers, strict=True)}
    done: dict[int, Done] = {}
    for task, result in run(tasks):
        if isinstance(result, LostWorkersError):
            raise result
        done[chunk_of[task.name]] = result
        progress(f"chunks of {round_}", len(done), len(tasks))
    return {number: done[number] for number in numbers}


def _counted(manifest: Manifest, digests: dict[str, str], done: dict[str, dict[int, Done]]) -> Manifest:
    """Return the manifest with what was made of the whole."""
    chunks: dict[str, list[int]] = {}
    for number, one in (item for some in done.values() for item in some.items()):
        for kind in one.kinds:
            if kind != OLD:
                chunks.setdefault(kind, []).append(number)
        digests |= {name: digest for name, digest in one.digests.items() if f"/{OLD}-" not in name}
    index = done[INDEX].values()
    return manifest._replace(
        chunks=chunks,
        digests=digests,
        records=sum(one.records for one in index),
        links=sum(one.links for one in index),
        occ_links=sum(one.occ_links for one in index) if manifest.occ else None,
    )


def _sweep(folder: Folder, manifest: Manifest) -> None:
    """Remove what the manifest does not name; nothing while somebody reads an older generation."""
    with ExitStack() as stack:
        found = [name for name in folder.names("") if name.startswith(("segments/", "occ/", "whole-"))]
        for whole in {name.partition("/")[0] for name in found if name.startswith("whole-")} - {manifest.whole}:
            if folder.local:
                try:
                    stack.callback(take_lock(folder.local / whole, alone=True))
                except DatabaseError:
                    return
        for name in set(found).difference(_named(manifest)):
            folder.remove(name)


def _named(manifest: Manifest) -> Iterator[str]:
    """Yield the names of all files that a manifest names."""
    yield from manifest.digests
    for segment in manifest.segments:
        yield from (f"{segment.folder}/{name}" for name in (*segment.digests, SEGMENT))
    for one in manifest.occ:
        yield from (f"{one.folder}/{name}" for name in (*one.digests, DONE))
