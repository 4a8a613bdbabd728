"""Whether plain Datasette can answer every ready question and listed table: CPU seconds against its limit of one.

    python -m tests.benchmarks.bench_plain [ARTICLES]

SQL as Datasette sends it, on a made-up field of which a second source has most citations. The slowest ten are printed.
"""

import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kb.metadata import read_metadata
from kb.store.citations import save_citations
from tests.benchmarks.bench_site_under_export import make_field

ARTICLES = 5_000
ROWS = 1_001  # Datasette reads one row more than it shows
QUESTIONS = read_metadata()["databases"]["kb"]["queries"]
EMPTY = {name: "" for query in QUESTIONS.values() for name in query.get("params", [])}
ANSWER, FACET = 1.0, 0.2  # seconds: sql_time_limit_ms and facet_time_limit_ms


def add_second_source(db: sqlite3.Connection) -> None:
    """Let iCite have nine citations in ten, and a length for every list."""
    chance = random.Random(1)
    rows = db.execute("select citing_id, cited_id, 5, since from citations where cited_id > 0").fetchall()
    save_citations(db, [row for row in rows if chance.random() < 0.9])
    db.execute(
        """insert or ignore into article_lists select pmid, list, 5, entries, checked_at from article_lists
        where list = 'references'"""
    )
    db.commit()


def asked(db: sqlite3.Connection) -> Iterator[tuple[str, str, float]]:
    """Yield name, SQL and limit of what a visitor of Datasette asks."""
    for name, query in QUESTIONS.items():
        yield f"question {name}", query["sql"], ANSWER
    for name, table in read_metadata()["databases"]["kb"]["tables"].items():
        if table.get("hidden"):
            continue
        order = table.get("sort_desc") or table.get("sort")
        ordered = f" order by {order}{' desc' if table.get('sort_desc') else ''}" if order else ""
        yield f"table {name}", f"select * from {name}{ordered} limit {table.get('size', 100) + 1}", ANSWER
        for facet in table.get("facets", ()):
            yield (
                f"facet {name}.{facet}",
                f"select {facet}, count(*) as n from {name} group by 1 order by n desc",
                FACET,
            )


def main(articles: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kb.db"
        make_field(path, articles)
        with closing(sqlite3.connect(path)) as db:
            add_second_source(db)
            shares = []
            for name, sql, limit in asked(db):
                start = time.process_time()
                db.execute(sql, EMPTY).fetchmany(ROWS)
                shares.append(((time.process_time() - start) / limit, name))
    for share, name in sorted(shares, reverse=True)[:10]:
        print(f"{share:6.0%} of the limit  {name}")
    return int(max(shares)[0] >= 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES))
