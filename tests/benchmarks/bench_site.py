"""Pages of the site beside those of plain Datasette on the same file: an article and its row, a table and itself.

    python -m tests.benchmarks.bench_site [ARTICLES | FILE] [PAGES]

Requests per CPU-second of the server, so that other work on the machine weighs little; nothing is cached. Goals,
at 50,000 articles and a million citations: an article page at 0.6 of the row page of plain Datasette or better, 99 of
100 within 150 ms; a table page as fast as the plain one without suggested facets; memory that does not grow.
"""

import random
import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from itertools import chain
from pathlib import Path

from tests.benchmarks.bench_search import OURS, PLAIN, STOCK, Timing, at, served, timed, told
from tests.benchmarks.bench_site_under_export import make_field

ARTICLES = 5_000
PAGES = 400
TURN = 20  # pages
ARTICLE_SHARE, TABLE_SHARE, ARTICLE_MS, GROWTH_MB = 0.6, 0.95, 150, 32


def resident_mb(process: int) -> float:
    """Return the memory that a process holds now."""
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def sample(path: Path, pages: int) -> list[int]:
    """Return PMIDs of held articles, at random."""
    with closing(sqlite3.connect(path)) as db:
        pmids = [row[0] for row in db.execute("select pmid from articles order by pmid")]
    return random.Random(20201).choices(pmids, k=pages)


def by_turns(ours: tuple[str, int], theirs: tuple[str, int], pages: list[tuple[str, str]]) -> tuple[Timing, Timing]:
    """Return the times of pages of two servers, a few of each by turns: what else the machine does meets both."""
    found: tuple[list[Timing], list[Timing]] = ([], [])
    for turn in range(0, len(pages), TURN):
        for server, timings, paths in zip(
            (ours, theirs), found, zip(*pages[turn : turn + TURN], strict=True), strict=True
        ):
            timings.append(timed(*server, [*paths]))
    first, second = (Timing(*(sorted(chain(*parts)) for parts in zip(*timings, strict=True))) for timings in found)
    return first, second


def measured(path: Path, pages: int) -> tuple[dict[str, Timing], float]:
    """Return the times of the four kinds of page, and how many MB our server grew while it showed articles."""
    pmids = sample(path, pages)
    table = "articles?_sort=pmid&_next={}"
    articles = [(f"/article/{pmid}", f"/{path.stem}/articles/{pmid}") for pmid in pmids]
    tables = [(f"/kb/{table.format(pmid)}", f"/{path.stem}/{table.format(pmid)}") for pmid in pmids[: pages // 4]]
    with served(OURS, str(path)) as ours, served(PLAIN, str(path), *STOCK, plugins=False) as theirs:
        timed(*ours, [own for own, _ in articles[: pages // 4]])
        before = resident_mb(ours[1])
        article, row = by_turns(ours, theirs, articles)
        growth = resident_mb(ours[1]) - before
        of_table, plain = by_turns(ours, theirs, tables)
    found = {"article page": article, "table page": of_table}
    return {**found, "row page, plain Datasette": row, "table page, plain": plain}, growth


def main(field: str = str(ARTICLES), pages: str = str(PAGES)) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(field)
        if field.isdigit():
            path = Path(folder) / "field.db"
            make_field(path, int(field))
        found, growth = measured(path, int(pages))
    for name, timing in found.items():
        print(told(name, timing))
    article, table, row, plain = found.values()
    shares = row.cost / article.cost, plain.cost / table.cost
    print(f"of plain Datasette's requests per CPU-second: article page {shares[0]:.2f}, table page {shares[1]:.2f}")
    print(f"memory grew by {growth:.0f} MB over {pages} article pages")
    is_quick = shares[0] >= ARTICLE_SHARE and shares[1] >= TABLE_SHARE and at(article.waits, 0.99) <= ARTICLE_MS
    return 0 if is_quick and growth <= GROWTH_MB else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
