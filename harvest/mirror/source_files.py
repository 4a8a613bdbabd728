"""The files that a person names -> NLM's files of one baseline year, and what is wrong with the others."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from harvest.mirror.segment import Source
from kb.errors import UsageError
from kb.mirror.folder import absolute, file_system, is_remote
from kb.mirror.layout import Fault

_NAME: Final = re.compile(r"pubmed(\d\d)n(\d{4})\.xml\.gz")
_MD5: Final = re.compile(r"(?:MD5\s*\((?P<name>[^)]*)\)\s*=\s*)?(?P<digest>[0-9a-fA-F]{32})\b")


class Sources(NamedTuple):
    """Files to read, in the order of their numbers, of one baseline year, and those that cannot be."""

    year: int
    files: list[Source]
    faults: list[Fault]


def list_sources(paths: Sequence[str], year: int | None) -> Sources:
    """Return the files of NLM's among paths, each a file or a folder of them; year is that of the mirror, if known.

    Raises UsageError for a path that is not there, a file of another name, and files of two baseline years.
    """
    found: dict[str, list[Source]] = {}
    for path in paths:
        for source in _sources(path):
            found.setdefault(source.name, []).append(source)
    if not found:
        raise UsageError("There is no file pubmedYYnNNNN.xml.gz in what was named.")
    years = sorted({int(name[6:8]) for name in found} | ({year} if year is not None else set()))
    if len(years) > 1:
        raise UsageError(
            f"Files of the baselines of 20{years[0]:02} and 20{years[1]:02} do not go into one mirror: "
            "each baseline has all of PubMed. Build the new one in a folder beside."
        )
    files: list[Source] = []
    faults: list[Fault] = []
    for name, places in sorted(found.items()):
        one = _one_of(name, places)
        (faults if isinstance(one, Fault) else files).append(one)  # type: ignore[arg-type]
    return Sources(years[0], files, faults)


def _sources(path: str) -> Iterable[Source]:
    system = file_system(path) if is_remote(path) else None
    if system:
        names = system[0].ls(system[1], detail=False) if system[0].isdir(system[1]) else [path]
        prefix = path.partition("://")[0]
        addresses = [name if "://" in name else f"{prefix}://{name.lstrip('/')}" for name in names]
    else:
        if not Path(path).exists():
            raise UsageError(f"There is no file {path}.")
        addresses = [str(one) for one in sorted(Path(path).iterdir())] if Path(path).is_dir() else [path]
    named = [address for address in addresses if _NAME.fullmatch(_base(address))]
    if not named and addresses == [path]:
        raise UsageError(f"{path} is none of NLM's files: they are called pubmedYYnNNNN.xml.gz.")
    return map(_source, named)


def _base(address: str) -> str:
    return address.rpartition("/")[2]


def _source(address: str) -> Source:
    """Return a file with its size, and the MD5 that the file beside it says."""
    beside = f"{address}.md5"
    if is_remote(address):
        system, path = file_system(address)
        size, text = system.size(path), system.cat_file(f"{path}.md5") if system.exists(f"{path}.md5") else b""
    else:
        size, text = Path(address).stat().st_size, Path(beside).read_bytes() if Path(beside).exists() else b""
        address = absolute(address)
    return Source(_base(address), address, size, text.decode("ascii", "replace") if text else None)


def _one_of(name: str, places: list[Source]) -> Source | Fault:
    """Return the file of a name; a fault where several are named, or the MD5 beside it is none."""
    if len({source.address for source in places}) > 1:
        return Fault(name, f"It was named {len(places)} times, in different folders.")
    source = places[0]
    if source.md5 is None:
        return source
    said = _MD5.fullmatch(source.md5.strip())
    if said is None or said["name"] not in (None, name):
        return Fault(name, f"{name}.md5, beside it, has no MD5 of it.")
    return source._replace(md5=said["digest"].lower())
