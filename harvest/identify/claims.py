"""What a reference claims by an identifier in its words: a PMID, the DOI of another version of an article.  (pure)"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from harvest.identify.agreement import CandidateArticle
from harvest.identify.record_linkage import QUEUED, Match, match_with
from kb.identifiers import doi_key, doi_without_version
from kb.queries.resolutions import Candidate, HeldSubject, Unresolved
from kb.store.resolutions import Decision


def decision_by_pmid(work: Unresolved, subject: CandidateArticle | None) -> Decision | None:
    """Return what the PMID printed in a reference decides, given the article that has it; None without one.

    Accepted unless another first author, another volume and page, or more contradiction than agreement is printed: a
    misprint of one digit names another article, which a person must see.
    """
    if subject is None or work.pmid != subject.pmid or work.citing == {subject.pmid}:
        return None
    best = max((match_with(subject, citation) for citation in work.citations), key=lambda match: match.score)
    if not _is_contradicted(best):
        return Decision(work.reference_key, "pmid", "accepted", subject.pmid, best.score)
    return Decision(work.reference_key, "pmid", "proposed", None, best.score, (Candidate(*best),))


def _is_contradicted(match: Match) -> bool:
    if "author -" in match.parts or ("volume -" in match.parts and "page -" in match.parts):
        return True
    return match.score <= 0 and "author +" not in match.parts


def versions_by_doi(held: Iterable[HeldSubject]) -> dict[str, list[HeldSubject]]:
    """Return the articles by what the DOIs of all their versions share."""
    versions = defaultdict(list)
    for subject in held:
        if subject.doi:
            versions[doi_without_version(subject.doi)].append(subject)
    return versions


def other_versions(work: Unresolved, versions: dict[str, list[HeldSubject]]) -> Sequence[Match]:
    """Return the articles whose DOI is that of another version than the one cited, for a person to decide."""
    if work.doi is None:
        return ()
    key = doi_key(work.doi)
    found = (one for one in versions.get(doi_without_version(key), ()) if doi_key(one.doi or "") != key)
    return [Match(one.pmid, QUEUED, "version +") for one in found]
