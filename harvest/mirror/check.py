"""Whether a mirror is what was built: the digest of every file, and index and links made anew from the segments."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from harvest.mirror.engine import Engine, LostWorkersError, Task
from harvest.mirror.occ import DONE
from harvest.mirror.whole import OLD, ROUNDS, chunk_arrays, plan_parts, round_chunks
from kb.errors import MirrorError
from kb.mirror.folder import Folder, absolute
from kb.mirror.layout import SEGMENT, Manifest, chunk_name, to_json
from kb.mirror.npy import array_digest
from kb.mirror.reader import Mirror

_CHUNK: Final = re.compile(r"-(\d{4})\.npy\Z")


def check_mirror(address: str, run: Engine, progress: Callable[[str, int, int], None] = lambda *_: None) -> list[str]:
    """Return a sentence for each file of a mirror that is not what was built; none: it is sound."""
    with Mirror(absolute(address)) as mirror:
        tasks = list(_tasks(mirror.folder, mirror.manifest))
        broken: list[str] = []
        for number, (_, result) in enumerate(run(tasks), start=1):
            progress("checked", number, len(tasks))
            broken += [str(result)] if isinstance(result, LostWorkersError) else result
    return sorted(broken)


def _tasks(folder: Folder, manifest: Manifest) -> Iterator[Task]:
    address, whole = folder.address, manifest.whole
    for segment in manifest.segments:
        digests = segment.digests | {SEGMENT: _digest(to_json(segment._asdict()))}
        yield Task(f"check {segment.folder}", check_files, (address, segment.folder, digests))
    for one in manifest.occ:
        digests = one.digests | {DONE: _digest(to_json(one._asdict()))}
        yield Task(f"check {one.folder}", check_files, (address, one.folder, digests))
    of_chunks = _by_chunk(manifest.digests)
    for number, digests in of_chunks.items():
        yield Task(f"check {whole} {number}", check_files, (address, "", digests))
    parts = plan_parts(manifest.segments, manifest.occ)
    for round_ in ROUNDS:
        for chunk in round_chunks(parts, round_):
            arguments = (address, whole, round_, chunk, of_chunks.get(chunk, {}))
            yield Task(f"check {chunk_name(round_, chunk)}", check_chunk, arguments)


def _by_chunk(digests: Mapping[str, str]) -> dict[int | None, dict[str, str]]:
    """Return digests by the chunk that their files are of; None: of all."""
    found: dict[int | None, dict[str, str]] = {}
    for name, digest in digests.items():
        chunk = _CHUNK.search(name)
        found.setdefault(int(chunk[1]) if chunk else None, {})[name] = digest
    return found


def check_files(address: str, below: str, digests: dict[str, str]) -> list[str]:
    """Return a sentence for each of these files of a folder whose SHA-256 is another, or that is not there."""
    folder = Folder(address)
    names = {f"{below}/{name}".lstrip("/"): digest for name, digest in digests.items()}
    return [sentence for name, digest in names.items() if (sentence := _fault(folder, name, digest))]


def _fault(folder: Folder, name: str, digest: str) -> str | None:
    try:
        return None if folder.sha256(name) == digest else f"{name} is not what was built."
    except MirrorError:
        return f"{name} is missing or cannot be read."


def check_chunk(address: str, whole: str, round_: str, chunk: int, digests: dict[str, str]) -> list[str]:
    """Return a sentence for each array of a chunk that does not follow from the segments."""
    try:
        arrays = chunk_arrays(Folder(address), whole, round_, chunk)
    except (MirrorError, ValueError, IndexError) as error:
        return [f"The {round_} of chunk {chunk} cannot be made from the segments: {error}"]
    arrays.pop(OLD, None)
    made = {f"{whole}/{chunk_name(kind, chunk)}.npy": array_digest(values) for kind, values in arrays.items()}
    return [f"{name} does not follow from the segments." for name in made if made[name] != digests.get(name)]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
