"""Printed references without a PMID -> the articles they mean: among those held, and by asking PubMed."""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from harvest.archive import keep_answer
from harvest.http.client import Client
from harvest.identify.agreement import CandidateArticle
from harvest.identify.claims import decision_by_pmid, other_versions, versions_by_doi
from harvest.identify.identify import GROUP, identify_together
from harvest.identify.record_linkage import ACCEPTED, MARGIN, QUEUED, Match, Matcher, decided, is_forbidden, subject_of
from harvest.jobs.fetch_queue import Progress
from harvest.pubmed.article import parse_articles
from harvest.sources.ecitmatch import JournalLocation, printed_place
from harvest.sources.entrez import BATCH, fetch_articles, match_citations
from kb.clock import now
from kb.database import transaction
from kb.errors import SourceError
from kb.identifiers import Identifier, doi_key
from kb.queries.resolutions import Candidate, HeldSubject, Unresolved, read_candidates, read_subjects, read_unresolved
from kb.records import Record
from kb.store.resolutions import (
    Decision,
    ResolutionRun,
    save_decisions,
    save_resolution_counts,
    save_resolution_run,
    save_unmatched,
)

OFFLINE: Final = "offline"
ECITMATCH: Final = "ecitmatch"
_KEPT: Final = 5  # candidates of one reference that are stored
_STEP: Final = 500  # references between two words on progress


class Resolved(NamedTuple):
    """What a run came to; works are cited works without a PMID, asked the ones whose place PubMed was asked for."""

    run_id: int
    works: int
    accepted: int
    proposed: int
    asked: int = 0


def subject_held(held: HeldSubject) -> CandidateArticle:
    """Return a held article as the matcher takes it."""
    return CandidateArticle(*held[:-1])


def resolve_offline(db: sqlite3.Connection, *, version: str, progress: Progress = lambda *_: None) -> Resolved:
    """Look for every cited work without a PMID among the articles held, and save what is found, all or nothing."""
    held, works = list(read_subjects(db)), list(read_unresolved(db))
    matcher, dois = Matcher(map(subject_held, held)), {subject.pmid: subject.doi for subject in held}
    by_pmid, versions = {subject.pmid: subject for subject in held}, versions_by_doi(held)
    decisions, unmatched = [], []
    for count, work in enumerate(works, start=1):
        claimed = by_pmid.get(work.pmid or 0)
        decision = decision_by_pmid(work, subject_held(claimed)) if claimed else None
        if decision is None or decision.state != "accepted":
            matches = [match for citation in work.citations for match in matcher.matches(citation)]
            matches += other_versions(work, versions)
            decision = decision_on(work, matches, method=OFFLINE, dois=dois) or decision
        if decision:
            decisions.append(decision)
        else:
            unmatched.append(work.reference_key)
        if count % _STEP == 0 or count == len(works):
            progress("references", count, len(works))
    accepted = sum(decision.state == "accepted" for decision in decisions)
    with transaction(db):
        run_id = _begun(db, OFFLINE, len(works), version)
        save_unmatched(db, unmatched)
        save_decisions(db, decisions, run_id=run_id, at=now())
        save_resolution_counts(db, run_id, accepted=accepted, proposed=len(decisions) - accepted)
    return Resolved(run_id, len(works), accepted, len(decisions) - accepted)


def decision_on(
    work: Unresolved, matches: Iterable[Match], *, method: str, dois: Mapping[int, str | None]
) -> Decision | None:
    """Return what matches of all printings of a work decide; None where none of them is worth a person's look.

    An article is not the work that nobody but itself cites; one with another DOI or PMID than the printed one is not
    accepted, nor one that any printing contradicts.
    """
    best: dict[int, Match] = {}
    forbidden = set()
    for match in matches:
        if is_forbidden(match):
            forbidden.add(match.pmid)
        if work.citing != {match.pmid} and match.score > best.get(match.pmid, _NOTHING).score:
            best[match.pmid] = match
    ranked = sorted(best.values(), key=lambda match: (-match.score, match.pmid))
    if not ranked or ranked[0].score < QUEUED:
        return None
    meant = decided(ranked)
    if meant and (meant.pmid in forbidden or _is_another(work, meant.pmid, dois.get(meant.pmid))):
        meant = None
    candidates = tuple(Candidate(*match) for match in ranked[:_KEPT])
    state = "accepted" if meant else "proposed"
    return Decision(work.reference_key, method, state, meant.pmid if meant else None, ranked[0].score, candidates)


def _is_another(work: Unresolved, pmid: int, doi: str | None) -> bool:
    """Return whether an article has another PMID or DOI than a work prints."""
    differs = work.doi is not None and doi is not None and doi_key(work.doi) != doi_key(doi)
    return differs or work.pmid not in (None, pmid)


_NOTHING: Final = Match(0, float("-inf"), "")


def resolve_online(
    db: sqlite3.Connection,
    archive: sqlite3.Connection,
    client: Client,
    *,
    version: str,
    progress: Progress = lambda *_: None,
) -> Resolved:
    """Ask PubMed for every reference that is left: by its DOI, PMCID or PMID, else for its place, by ECitMatch.

    Each portion is saved when it has come: SourceError ends the run and says how many are left, what came before is
    kept.
    """
    steps = list(_steps(read_unresolved(db, left=True), archive, client))
    waiting = {work.reference_key for _, works in steps for work in works}
    total, accepted, proposed = len(waiting), 0, 0
    with transaction(db):
        run_id = _begun(db, ECITMATCH, total, version)
    for number, (ask, works) in enumerate(steps, start=1):
        try:
            decisions = list(ask(db, [work for work in works if work.reference_key in waiting]))
        except SourceError as error:
            raise SourceError(f"{error} {len(waiting):,} of {total:,} references are left; ask again.") from error
        new = sum(decision.state == "accepted" for decision in decisions)
        accepted, proposed = accepted + new, proposed + len(decisions) - new
        with transaction(db):
            save_decisions(db, decisions, run_id=run_id, at=now())
            save_resolution_counts(db, run_id, accepted=new, proposed=len(decisions) - new)
        later = {work.reference_key for _, works in steps[number:] for work in works}
        waiting = (waiting & later) - {decision.reference_key for decision in decisions}
        progress("asked", total - len(waiting), total)
    return Resolved(run_id, total, accepted, proposed, total)


_Ask = Callable[[sqlite3.Connection, Sequence[Unresolved]], Iterable[Decision]]


def _steps(
    works: Iterable[Unresolved], archive: sqlite3.Connection, client: Client
) -> Iterator[tuple[_Ask, Sequence[Unresolved]]]:
    """Yield what to ask about which works: first by what identifies them, then by their place."""
    works = list(works)
    named = [work for work in works if work.doi or work.pmcid]
    numbered = [work for work in works if work.pmid]
    placed = [work for work in works if _place(work)]
    for start in range(0, len(named), GROUP):
        yield lambda _, some: _identified(client, some), named[start : start + GROUP]
    for start in range(0, len(numbered), BATCH):
        yield lambda _, some: _claimed(client, some), numbered[start : start + BATCH]
    for start in range(0, len(placed), BATCH):
        yield partial(_found_at_places, archive, client), placed[start : start + BATCH]


def _identified(client: Client, works: Sequence[Unresolved]) -> Iterator[Decision]:
    """Yield the one article of PubMed's whose own record has the DOI, or else the PMCID, that is printed."""
    asked = {work: Identifier("doi", work.doi) if work.doi else Identifier("pmcid", work.pmcid or "") for work in works}
    found = identify_together(client, list(dict.fromkeys(asked.values())))
    for work, identifier in asked.items():
        pmid = found[identifier].pmid
        if pmid is not None and work.citing != {pmid}:
            yield Decision(work.reference_key, identifier.kind, "accepted", pmid, None)


def _claimed(client: Client, works: Sequence[Unresolved]) -> Iterator[Decision]:
    """Yield what printed PMIDs decide, where PubMed has a record of that number."""
    records = _fetched(client, {work.pmid for work in works if work.pmid})
    for work in works:
        record = records.get(work.pmid or 0)
        if record and (decision := decision_by_pmid(work, subject_of(record))):
            yield decision


def _place(work: Unresolved) -> JournalLocation | None:
    return next(filter(None, map(printed_place, work.citations)), None)


def _found_at_places(
    archive: sqlite3.Connection, client: Client, db: sqlite3.Connection, works: Sequence[Unresolved]
) -> Iterator[Decision]:
    """Yield what PubMed's answer on works decides; the answer is kept, the records are looked at only."""
    found = _matched(archive, client, {str(-work.id): place for work in works if (place := _place(work))})
    records = _fetched(client, {pmid for pmids in found.values() for pmid in pmids})
    dois = {pmid: record.article.doi for pmid, record in records.items()}
    for work in works:
        subjects = [subject_of(records[pmid]) for pmid in found.get(str(-work.id), ()) if pmid in records]
        known = [Match(*candidate[:3]) for candidate in read_candidates(db, work.id)]
        matches = [match for citation in work.citations for match in Matcher(subjects).matches(citation)]
        if matches and (decision := decision_on(work, [*known, *matches], method=ECITMATCH, dois=dois)):
            yield decision


def _matched(
    archive: sqlite3.Connection, client: Client, places: Mapping[str, JournalLocation]
) -> Mapping[str, tuple[int, ...]]:
    """Return which PMIDs are at places, by their keys; what an answer leaves out is asked for once more."""
    found: dict[str, tuple[int, ...]] = {}
    for _ in range(2):
        if left := {key: place for key, place in places.items() if key not in found}:
            answer, told = match_citations(client, left)
            keep_answer(
                archive, answer.body, endpoint=answer.endpoint, request=answer.request, received_at=answer.received_at
            )
            found.update(told)
    return found


def _fetched(client: Client, pmids: Collection[int]) -> dict[int, Record]:
    """Return the records of pmids; those that an answer lacks are asked for once more."""
    records: dict[int, Record] = {}
    for _ in range(2):
        left = sorted(pmid for pmid in pmids if pmid not in records)
        for start in range(0, len(left), BATCH):
            body = fetch_articles(client, left[start : start + BATCH]).body
            records |= {item.article.pmid: item for item in parse_articles(body) if isinstance(item, Record)}
    return records


def _begun(db: sqlite3.Connection, method: str, works: int, version: str) -> int:
    return save_resolution_run(db, ResolutionRun(now(), method, ACCEPTED, MARGIN, works, 0, 0, version))
