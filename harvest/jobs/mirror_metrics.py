"""What each work of a field is in all of PubMed: the last step of a run that a mirror answers."""

from typing import Final

from harvest.jobs.fetch_queue import Run, keep
from harvest.jobs.ingest import load_metrics
from harvest.sources.mirror import fetch_metrics
from kb.database import transaction
from kb.queries.works.records import read_named_pmids
from kb.store.ledger import save_outcomes

METRICS: Final = "metrics"  # the task, and the list that the archive notes
_TOGETHER: Final = 20_000  # works in one answer, about 200 kB


def harvest_metrics(run: Run) -> None:
    """Ask the mirror of a run how often all of PubMed cites each work that is held or named here by its PMID."""
    if run.mirror is None:
        return
    pmids = read_named_pmids(run.db)
    for start in range(0, len(pmids), _TOGETHER):
        run.person.progress("counts in all of PubMed", start, len(pmids))
        answer = fetch_metrics(run.mirror, pmids[start : start + _TOGETHER])
        kept = keep(run, answer, {"list": METRICS})
        with transaction(run.db):
            loaded = load_metrics(
                run.db, answer.body, pmids[start : start + _TOGETHER],
                received_at=answer.received_at, request=answer.request,
            )  # fmt: skip
            save_outcomes(run.db, run.id, loaded.tasks, answer=kept)
