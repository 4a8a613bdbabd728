"""Articles per CPU-second of litkb's parser and of pubmed_parser, full records, on the same file in one run.

    python -m tests.benchmarks.bench_parse

Reads the real records beside the checkout where they are, else records made here. Each parser reads the same
gzipped file; the best of several runs counts. Without pubmed_parser (extra "bench") only ours is timed.
"""

import gzip
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from harvest.files import read_chunks
from harvest.pubmed import parse_articles
from harvest.rawrecords import ARTICLE, split_records
from kb.records import Record
from tests.builders import article_set, article_xml, reference_xml

ROUNDS = 5
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "pubmed-xml"


def made_records(count: int = 1000) -> Iterator[bytes]:
    """Yield records of about the size of real ones."""
    for number in range(1, count + 1):
        references = [
            reference_xml(
                f"Author {i} A. Title {i} of article {number}. J. 2001;{i}(2):3–9.", pmid=i if i % 5 else None
            )
            for i in range(1, 21)
        ]
        yield article_xml(
            number,
            abstract=[("Background", "Why it was done. " * 20), ("Results", "What was found. " * 20)],
            authors=[f"Author{i:02} AB" for i in range(7)],
            references=references,
            mesh=[("Humans", []), ("Norway", ["epidemiology"])],
        ).encode()


def real_records() -> Iterator[bytes]:
    for path in sorted(DATA.rglob("*.xml*")):
        for raw in split_records(read_chunks(path)):
            if raw.kind == ARTICLE:
                yield raw.xml


def ours(path: Path) -> int:
    return sum(isinstance(found, Record) for found in parse_articles(read_chunks(path)))


def theirs(path: Path) -> int:
    import pubmed_parser

    found = pubmed_parser.parse_medline_xml(
        str(path),
        year_info_only=False,
        author_list=True,
        reference_list=True,
        parse_downto_mesh_subterms=True,
    )
    return sum(1 for _ in found)


def best(parse: Callable[[Path], int], path: Path) -> tuple[int, float]:
    """Return how many articles parse gives, and the CPU seconds of its fastest run."""
    seconds = []
    count = 0
    for _ in range(ROUNDS):
        begin = time.process_time()
        count = parse(path)
        seconds.append(time.process_time() - begin)
    return count, min(seconds)


def main() -> int:
    warnings.simplefilter("ignore")
    records = list(real_records() if DATA.is_dir() else made_records())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xml.gz"
        path.write_bytes(gzip.compress(article_set(*(record.decode() for record in records)), 6))
        count, seconds = best(ours, path)
        rate = count / seconds
        print(f"litkb          {count} articles, {rate:,.0f} per CPU-second")
        try:
            other_count, other_seconds = best(theirs, path)
        except ImportError:
            print("pubmed_parser  is not installed: pip install 'litkb[bench]'")
            return 0
        other = other_count / other_seconds
        print(f"pubmed_parser  {other_count} articles, {other:,.0f} per CPU-second")
        print(f"ratio          {rate / other:.2f}")
        return 0 if rate >= 2.5 * other else 1


if __name__ == "__main__":
    sys.exit(main())
