"""How fast full texts become records, and in what memory, beside lxml that only parses them: CPU of this process.

    python -m tests.benchmarks.bench_fulltext [FILE]...

Without files, one made-up article as long as the mean of real ones (130 kB, 57 references, 84 marks) is read again and
again, as a set; files may be gzipped. Goals: 40 articles a second of CPU, 200 MB.
"""

import gzip
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from harvest.pmc.article import parse_full_texts
from kb.errors import RecordError

ARTICLES: Final = 200
SPEED: Final = 40  # articles a second
MEMORY: Final = 200  # MB
SENTENCE: Final = (
    "Lamps of the harbour burn all night (see Fig. 2), as keepers know, e.g. in fog, and ships find their way. "
)
MEAN: Final = 131_000  # bytes of an article


def article() -> bytes:
    """Return a made-up article with the mean numbers of references and marks, and as long as the mean."""
    refs = "".join(
        f'<ref id="R{n}"><label>{n}</label><element-citation><person-group><name><surname>Okoro</surname>'
        f"<given-names>T</given-names></name></person-group><article-title>Harbour lamps {n}</article-title>"
        f"<source>J Lamps</source><year>{1950 + n}</year><volume>{n}</volume><fpage>{n}</fpage>"
        f'<pub-id pub-id-type="doi">10.5555/{n}</pub-id><pub-id pub-id-type="pmid">{n}</pub-id>'
        "</element-citation></ref>"
        for n in range(1, 58)
    )
    mark = '<xref ref-type="bibr" rid="R{0}">{0}</xref>'
    cited = "".join(
        f"<p>{SENTENCE * 2}{SENTENCE[:-2]} [{mark.format(n)}–{mark.format(n + 2)}]. {SENTENCE * 2}</p>"
        for n in range(1, 43)
    )
    head = '<article><front><article-meta><article-id pub-id-type="pmid">41000021</article-id></article-meta></front>'
    tail = f"<back><ref-list>{refs}</ref-list></back></article>"
    rest = (MEAN - len(head) - len(cited) - len(tail)) // (len(SENTENCE) * 5 + 7)
    body = f"<body><sec><title>Results</title>{cited}{f'<p>{SENTENCE * 5}</p>' * rest}</sec></body>"
    return f"{head}{body}{tail}".encode()


def documents(paths: list[str]) -> Iterator[bytes]:
    """Yield what is to be read."""
    for path in map(Path, paths):
        data = path.read_bytes()
        yield gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    if not paths:
        yield b"<pmc-articleset>" + article() * ARTICLES + b"</pmc-articleset>"


def main() -> None:
    texts = list(documents(sys.argv[1:]))
    start = time.process_time()
    for text in texts:
        etree.fromstring(text, etree.XMLParser(huge_tree=True))
    parsed = time.process_time() - start
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    read = refused = marks = 0
    for item in (item for text in texts for item in parse_full_texts(text)):
        refused += isinstance(item, RecordError)
        if not isinstance(item, RecordError):
            read += 1
            marks += len(item.full_text.mentions)
    taken = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = sum(map(len, texts))
    print(f"{read:,} articles, {refused} refused, {marks:,} marks, {size / 1e6:.1f} MB")
    print(f"{read / taken:.0f} articles, {size / taken / 1e6:.1f} MB a second; {taken / parsed:.1f} times lxml alone")
    print(f"{memory:.0f} MB at most, {before / 1024:.0f} before")
    met = read / taken >= SPEED and memory < MEMORY
    print(f"goals {SPEED} articles, {MEMORY} MB: {'met' if met else 'missed'}")
    sys.exit(not met)


if __name__ == "__main__":
    main()
