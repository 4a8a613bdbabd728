"""Snowballing: round by round along links from what is held, within limits; each article with what led to it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

from harvest.jobs.fetch_queue import Run, harvest_articles, held_of, note_failure, stop
from harvest.jobs.mirrored import find_matching
from harvest.jobs.plan import Plan
from harvest.jobs.searching import LIMITS
from harvest.sources.entrez import BATCH, search_among
from harvest.sources.registry import PUBMED
from kb.database import transaction
from kb.errors import SourceError
from kb.queries.snowball import read_links
from kb.store.ledger import Origin, save_origins

NOT_MATCHED = "does not match the limits"
NOT_ASKED = "PubMed could not be asked whether it matches the limits"
TOO_MANY = "more than the limit of articles"


class Lead(NamedTuple):
    """What leads to an article that is not yet asked for: how many links, and the first of them."""

    pmid: int
    links: int
    from_pmid: int
    link: str  # references, cited_by, similar


def harvest_rounds(run: Run, plan: Plan, first: Mapping[int, str], *, here: Collection[int] = ()) -> None:
    """Harvest the first articles, and what the links that plan names lead to; the last round is not followed.

    Each round takes the articles to which most links lead first. What the limits leave out is noted with its
    reason. first says of each article what named it: a seed, a query; those of here are not asked for where held.
    """
    with transaction(run.db):
        save_origins(
            run.db, run.id, (Origin(pmid, 0, origin, None, pmid, None, None) for pmid, origin in first.items())
        )
    seeds = {pmid: pmid for pmid in first}
    frontier, room = list(first), plan.most
    harvest_articles(run, frontier, _lists(plan, 0), here=here)
    for number in _rounds(plan):
        leads = _leads(run, plan, held_of(run, frontier), known=seeds)
        left_out = _left_out(run, plan, [lead.pmid for lead in leads], room)
        _save(run, number, leads, left_out=left_out, seeds=seeds)
        frontier = [lead.pmid for lead in leads if lead.pmid not in left_out]
        harvest_articles(run, frontier, _lists(plan, number))
        room = None if room is None else room - len(frontier)
        if not frontier:
            return


def _rounds(plan: Plan) -> Iterable[int]:
    if not plan.expands:
        return ()
    return range(1, plan.depth + 1) if plan.depth else count(1)


def _lists(plan: Plan, number: int) -> list[str]:
    """Return the lists to ask for of the articles of a round: those that are followed only where they will be."""
    followed = plan.expands and (not plan.depth or number < plan.depth)
    return [*plan.ask, *(plan.lists if followed else ())]


def _leads(run: Run, plan: Plan, pmids: list[int], *, known: Collection[int]) -> list[Lead]:
    """Return what the links that plan names lead to from pmids, the most links first, equal ones by PMID."""
    leads: dict[int, Lead] = {}
    for name in plan.directions:
        for pmid, links, from_pmid in read_links(run.db, name, pmids, known=known):
            lead = leads.setdefault(pmid, Lead(pmid, 0, from_pmid, name))
            leads[pmid] = lead._replace(links=lead.links + links)
    return sorted(leads.values(), key=lambda lead: (-lead.links, lead.pmid))


def _left_out(run: Run, plan: Plan, pmids: list[int], room: int | None) -> dict[int, str]:
    """Return which of pmids are not harvested, and why; those beyond the room for more are the last ones."""
    left_out: dict[int, str] = {}
    for start in range(0, len(pmids) if plan.limits else 0, BATCH):
        left_out |= _unmatched(run, plan, pmids[start : start + BATCH])
    fitting = [pmid for pmid in pmids if pmid not in left_out]
    return left_out | dict.fromkeys(fitting[len(fitting) if room is None else room :], TOO_MANY)


def _unmatched(run: Run, plan: Plan, pmids: list[int]) -> dict[int, str]:
    """Return which of pmids do not match the limits: PubMed is asked, for only it knows articles not held."""
    matching = find_matching(run.db, run.mirror, plan, pmids) if run.mirror else _search(run, plan.limits, pmids)
    if matching is None:
        return dict.fromkeys(pmids, NOT_ASKED)
    return {pmid: NOT_MATCHED for pmid in pmids if pmid not in matching}


def _search(run: Run, limits: str, pmids: list[int]) -> set[int] | None:
    """Return which of pmids PubMed finds by the limits; None, which the ledger says, where it could not be asked."""
    client = run.client(PUBMED)
    if client is None:
        note_failure(run, LIMITS, [limits], run.why_not(PUBMED))
        return None
    try:
        return set(search_among(client, limits, pmids))
    except SourceError as error:
        stop(run, PUBMED, error)
        note_failure(run, LIMITS, [limits], str(error))
        return None


def _save(run: Run, number: int, leads: Sequence[Lead], *, left_out: dict[int, str], seeds: dict[int, int]) -> None:
    """Note what led to each article of a round, and why some are left out; add all to seeds, by what led to them."""

    def rows() -> Iterator[Origin]:
        for lead in leads:
            seeds[lead.pmid] = seeds.get(lead.from_pmid, lead.from_pmid)
            excluded = left_out.get(lead.pmid)
            yield Origin(lead.pmid, number, lead.link, lead.from_pmid, seeds[lead.pmid], lead.links, excluded)

    with transaction(run.db):
        save_origins(run.db, run.id, rows())
