"""NLM's files and mirrors of them for tests, of a few records each."""

import gzip
from collections.abc import Sequence
from pathlib import Path

from harvest.mirror.build import build_mirror
from harvest.mirror.engine import run_here
from kb.mirror.layout import Manifest, source_name
from tests.benchmarks.pubmed_files import write_md5
from tests.builders import article_set, article_xml, reference_list_xml, reference_xml


def citing(pmid: int, *cited: int, **values: object) -> str:
    """Return an article that cites these PMIDs; without any it has no list."""
    references = reference_list_xml(*(reference_xml(f"Work {one}.", pmid=one) for one in cited)) if cited else ""
    return article_xml(pmid=pmid, references=references, **values)


def write_source(folder: Path, number: int, *records: str, year: int = 26) -> Path:
    """Write NLM's file of a number, with its MD5."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / source_name(year, number)
    path.write_bytes(gzip.compress(article_set(*records), mtime=0))
    write_md5(path)
    return path


def built(folder: Path, *paths: Path, occ: Sequence[Path] = ()) -> Manifest:
    """Build a mirror in this process."""
    return build_mirror(str(folder), [str(path) for path in paths], run_here, occ=[str(path) for path in occ])


def content(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
