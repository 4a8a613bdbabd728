"""Articles per CPU-second of litkb's parser and of pubmed_parser, full records, on the same file in one run.

    python -m tests.benchmarks.bench_parse

Reads the real records beside the checkout where they are, else records made here. Both parsers read the same
gzipped file, in turn; the best of several runs counts. Without pubmed_parser (extra "bench") only ours is timed.
"""

import gzip
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from harvest.files.input_files import read_chunks
from harvest.pubmed.article import parse_articles
from harvest.pubmed.record_splitter import ARTICLE, split_records
from kb.records import Record
from tests.builders import article_set, article_xml, reference_xml

ROUNDS = 10
GOAL = 2.5
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


def timed(parse: Callable[[Path], int], path: Path) -> tuple[float, int]:
    """Return the CPU seconds that one run of parse takes, and how many articles it gives."""
    begin = time.process_time()
    count = parse(path)
    return time.process_time() - begin, count


def main() -> int:
    warnings.simplefilter("ignore")
    parsers = {"litkb": ours} | ({"pubmed_parser": theirs} if find_spec("pubmed_parser") else {})
    records = list(real_records() if DATA.is_dir() else made_records())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.xml.gz"
        path.write_bytes(gzip.compress(article_set(*(record.decode() for record in records)), 6))
        runs: dict[str, list[tuple[float, int]]] = {name: [] for name in parsers}
        for _ in range(ROUNDS):  # in turn, so that a busy moment of the machine is of both
            for name, parse in parsers.items():
                runs[name].append(timed(parse, path))
    rates = {name: count / seconds for name, (seconds, count) in ((name, min(found)) for name, found in runs.items())}
    for name, rate in rates.items():
        print(f"{name:14} {runs[name][0][1]} articles, {rate:,.0f} per CPU-second")
    if len(rates) == 1:
        print("pubmed_parser  is not installed: pip install 'litkb[bench]'")
        return 0
    ratio = rates["litkb"] / rates["pubmed_parser"]
    print(f"ratio          {ratio:.2f}")
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
