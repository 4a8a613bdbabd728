"""What a mirror can answer of a plan: what it cannot is said first, limits are compared with its records."""

import sqlite3
from collections.abc import Iterator, Sequence

from harvest.identify.seed import seed_of
from harvest.jobs.plan import FIRST_YEAR, LAST_YEAR, Plan
from harvest.jobs.seed_resolution import known_here
from harvest.pubmed.article import parse_articles
from harvest.sources.mirror import LISTS, OCC, Mirror, fetch_records
from kb.errors import UsageError
from kb.queries.search.mesh import read_descriptors_below
from kb.records import Record


def check_mirrored(mirror: Mirror, plan: Plan, db: sqlite3.Connection | None) -> None:
    """Raise UsageError where a mirror cannot answer all that plan asks; db (None: no file yet) knows some seeds."""
    lacking = list(_lacking(mirror, plan, db))
    if lacking:
        raise UsageError(
            f"A mirror finds articles by PMID alone; it cannot answer {', nor '.join(lacking)}. Nothing was done: "
            "leave that out, or ask PubMed for it first, without --mirror."
        )


def _lacking(mirror: Mirror, plan: Plan, db: sqlite3.Connection | None) -> Iterator[str]:
    if plan.query is not None:
        yield "a search (--query)"
    if plan.matching is not None:
        yield "a search (--matching)"
    if plan.similar:
        yield "which articles are similar (--similar)"
    yield from (f"what other sources say (--ask {name})" for name in plan.ask if name not in LISTS)
    if OCC in plan.ask and mirror.occ is None:
        yield "--ask occ, as it was built without the Open Citation Collection"
    unknown = _unknown(plan, db)
    if unknown:
        more = f", and {len(unknown) - 1:,} more without a PMID" if unknown[1:] else ""
        yield f"which article is meant by {unknown[0]}{more}"


def _unknown(plan: Plan, db: sqlite3.Connection | None) -> list[str]:
    """Return the seeds that have no PMID and that db does not know either."""
    seeds = (seed for seed in (*map(seed_of, plan.identifiers), *plan.listed) if not seed.fault and not seed.pmid)
    return list(dict.fromkeys(seed.asked for seed in seeds if db is None or known_here(db, seed).pmid is None))


def find_matching(db: sqlite3.Connection, mirror: Mirror, plan: Plan, pmids: Sequence[int]) -> set[int]:
    """Return those of pmids whose records match the limits of plan: years, publication types, branches of MeSH."""
    first, _, last = (plan.years or "-").partition("-")
    years = range(int(first or FIRST_YEAR), int(last or LAST_YEAR) + 1) if plan.years else None
    types = {name.casefold() for name in plan.types}
    headings = {ui for _, heading in plan.branches for ui in read_descriptors_below(db, heading)}

    def matches(record: Record) -> bool:
        return (
            (years is None or record.article.year in years)
            and (not types or any(one.name.casefold() in types for one in record.publication_types))
            and (not plan.branches or any(one.descriptor_ui in headings for one in record.mesh_headings))
        )

    records = parse_articles(fetch_records(mirror, pmids).body)
    return {one.article.pmid for one in records if isinstance(one, Record) and matches(one)}
