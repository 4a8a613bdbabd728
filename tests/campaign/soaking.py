"""Harvests from a PubMed that fails now and then, one after another, until it is told to end; run by test_soak."""

from contextlib import closing
from multiprocessing.synchronize import Event
from pathlib import Path

from graph.run import compute_graph
from harvest.archive import open_archive
from harvest.http.client import Client, Settings
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from harvest.rehearsal.synthetic import pmid_of
from kb.database import open_kb
from kb.queries.archive import archive_path


def harvest_until(kb: Path, base_url: str, articles: int, ended: Event) -> None:
    """Harvest ten more articles at a time, with what cites them; begin anew when all are there."""
    settings = Settings(base_url=base_url, requests_per_second=1_000, lock_folder=kb.parent)
    client = Client(settings, sleep=lambda _: None)
    first = 1
    while not ended.is_set():
        with closing(open_kb(kb, create=True)) as db, open_archive(archive_path(kb)) as archive:
            seeds = tuple(str(pmid_of(number)) for number in range(first, min(first + 10, articles + 1)))
            harvest(db, archive, {"pubmed": client}, Plan(seeds=seeds, references=True, cited_by=True))
            if first % 50 == 1:
                compute_graph(db)
        first = first + 10 if first + 10 <= articles else 1
