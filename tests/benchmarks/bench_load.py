"""CPU of a whole load, from XML.gz to a finished file, of pubmed_parser that only parses it, and of SQLite's floor.

    python -m tests.benchmarks.bench_load [ARTICLES ...]

For each number of articles (3,000 and 30,000) a made-up file of PubMed's shape is loaded, loaded again, followed by an
update of its last 200 records, and parsed by pubmed_parser (extra "bench"); each in a process of its own on one core,
one after the other. The floor: the rows of the file that came of it, prepared in memory, put into the same tables by
executemany, then the indexes and the full text. At the first number the load is also timed by the clock, on one core
and on two, and the bytes of each table are told. Goals: the CPU of pubmed_parser, and a rate that falls by a quarter
at most.
"""

import compileall
import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from kb.database import add_fold, split_statements
from kb.migrations import MIGRATIONS
from kb.migrations.word_index import ARTICLES
from tests.benchmarks.pubmed_shaped import write_shaped

SIZES: Final = (3_000, 30_000)
UPDATED: Final = 200  # records
TABLES: Final = 14  # told one by one
GROWTH: Final = 0.75  # of the rate at the smallest size
LITKB: Final = str(Path(sys.executable).with_name("litkb"))


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def load(kb: Path, xml: Path, cores: int = 1) -> tuple[float, float]:
    """Return the CPU seconds of the command that loads a file on so many cores, and those on the clock."""
    command = [LITKB, "harvest", str(kb), "--file", str(xml), "--no-graph"]
    some = sorted(os.sched_getaffinity(0))[:cores]
    before, began = children(), time.monotonic()
    subprocess.run(command, check=True, capture_output=True, preexec_fn=lambda: os.sched_setaffinity(0, some))
    return children() - before, time.monotonic() - began


def apart(do: Callable[[Path], object], path: Path) -> float:
    """Return the CPU seconds of a function in a process of its own, its start included."""
    before = children()
    process = multiprocessing.get_context("spawn").Process(target=do, args=(path,))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{do.__name__} failed.")
    return children() - before


def theirs(path: Path) -> int:
    import pubmed_parser

    warnings.simplefilter("ignore")
    found = pubmed_parser.parse_medline_xml(
        str(path), year_info_only=False, author_list=True, reference_list=True, parse_downto_mesh_subterms=True
    )
    return sum(1 for _ in found)


def say_sizes(kb: Path, count: int) -> None:
    """Print the bytes that each table takes for a record, with those of its indexes; small tables together."""
    with closing(sqlite3.connect(kb)) as db:
        rows = db.execute(
            """select case when s.tbl_name like '%search%' then 'search' else s.tbl_name end,
                sum(d.pgsize) filter (where s.type = 'table'), sum(d.pgsize) filter (where s.type = 'index')
            from dbstat d join sqlite_master s on s.name = d.name group by 1 order by sum(d.pgsize) desc"""
        ).fetchall()
    for name, table, indexes in rows[:TABLES]:
        print(f"    {name:24} {(table or 0) / count:6,.0f} + {(indexes or 0) / count:,.0f} of its indexes")
    others = sum((table or 0) + (indexes or 0) for _, table, indexes in rows[TABLES:])
    print(f"    {'all others':24} {others / count:6,.0f}")


def say_clock(xml: Path) -> None:
    """Print what a load takes by the clock on one core and on two, in turn; the best of each counts."""
    times: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(2):
        for cores, found in times.items():
            found.append(load(xml.with_name(f"clock-{turn}-{cores}.db"), xml, cores)[1])
    one, two = min(times[1]), min(times[2])
    print(f"  on the clock   {one:8.1f} s on one core, {two:.1f} s on two: {one / two:.2f} times faster")


def floor(kb: Path) -> float:
    """Return the CPU seconds in which the rows of a file get into another: tables, then indexes, then full text."""
    script = [one for one in split_statements("".join(MIGRATIONS)) if not one.startswith("create trigger")]
    tables = [one for one in script if one.startswith(("create table", "create virtual"))]
    names = [one.split()[2] for one in tables if one.startswith("create table")]
    with closing(sqlite3.connect(kb)) as source, closing(sqlite3.connect(kb.with_suffix(".floor"))) as target:
        add_fold(source)
        rows = {name: source.execute(f"select * from {name}").fetchall() for name in names}
        texts = source.execute(ARTICLES.folded).fetchall()
        target.execute("pragma journal_mode = wal")
        before = time.process_time()
        for statement in tables:
            target.execute(statement)
        for name, some in rows.items():
            if some:
                target.executemany(f"insert into {name} values ({', '.join('?' * len(some[0]))})", some)
        for statement in script:
            if statement.startswith("create index"):
                target.execute(statement)
        target.executemany(
            "insert into article_search (rowid, title, abstract, keywords, mesh, authors) values (?, ?, ?, ?, ?, ?)",
            texts,
        )
        target.commit()
        return time.process_time() - before


def measured(folder: Path, count: int, *, with_floor: bool) -> float:
    """Print what a load of so many articles costs; return articles per CPU-second."""
    kb, xml, update = folder / f"{count}.db", folder / f"{count}.xml.gz", folder / f"update-{count}.xml.gz"
    write_shaped(xml, range(count), count)
    write_shaped(update, range(count - UPDATED, count), count + UPDATED)  # other years, references and labels
    seconds, _ = load(kb, xml)
    size = kb.stat().st_size
    print(f"{count:,} articles, {xml.stat().st_size / count:,.0f} bytes of XML.gz each")
    print(f"  litkb          {seconds:8.1f} CPU-s, {count / seconds:,.0f} a CPU-second, {size / count:,.0f} bytes each")
    if with_floor:
        say_sizes(kb, count)
    if find_spec("pubmed_parser"):
        parsed = apart(theirs, xml)
        print(f"  pubmed_parser  {parsed:8.1f} CPU-s, parsing alone; litkb takes {seconds / parsed:.2f} of it")
    if with_floor:  # its rows are held in memory
        least = floor(kb)
        print(f"  SQLite         {least:8.1f} CPU-s for prepared rows; litkb takes {seconds / least:.2f} of it")
        say_clock(xml)
    print(f"  the file again {load(kb, xml)[0]:8.1f} CPU-s")
    again, _ = load(kb, update)
    print(f"  {UPDATED} changed    {again:8.1f} CPU-s, {UPDATED / again:,.0f} a CPU-second", flush=True)
    return count / seconds


def main() -> int:
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    for package in ("kb", "harvest"):  # as pip compiles what it installs
        compileall.compile_dir(Path(str(find_spec(package).origin)).parent, quiet=1)
    with tempfile.TemporaryDirectory() as name:
        rates = [measured(Path(name), count, with_floor=not at) for at, count in enumerate(sizes)]
    if not find_spec("pubmed_parser"):
        print("pubmed_parser is not installed: pip install 'litkb[bench]'")
    print(f"growth: {rates[-1] / rates[0]:.2f} of the rate at {sizes[0]:,}")
    return 0 if rates[-1] >= GROWTH * rates[0] else 1


if __name__ == "__main__":
    sys.exit(main())
