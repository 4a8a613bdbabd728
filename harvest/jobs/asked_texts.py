"""Full texts of held articles that PubMed Central is asked for: EFetch, then its bucket for what has no body there."""

import hashlib
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from harvest.http.client import Client
from harvest.jobs.fetch_queue import Run, harvest_questions
from harvest.jobs.ingest import NO_REQUEST, Loaded
from harvest.jobs.request_types import Part, Question
from harvest.pmc.article import ParsedArticle, parse_full_texts, split_full_texts
from harvest.pmc.licence import narrower
from harvest.sources.entrez import TEXTS, fetch_full_texts
from harvest.sources.pmc_s3 import NAME, REQUESTS, fetch_text, parse_metadata, version_of
from harvest.sources.registry import PUBMED
from harvest.sources.source import Answer
from kb.errors import RecordError
from kb.full_texts import NOT_GIVEN, OUTCOMES, FullText
from kb.queries.full_texts import FULL_TEXT, FULL_TEXT_S3, read_asked_outcomes, read_texts_due
from kb.queries.harvest_log import Task, read_followed, read_settled
from kb.store.full_texts import Origin, save_full_text
from kb.text import counted

ORIGINS: Final = {FULL_TEXT: "efetch", FULL_TEXT_S3: "s3"}
_LABELS: Final = {FULL_TEXT: "full texts", FULL_TEXT_S3: "full texts in PMC's bucket"}
_ARTICLE: Final = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,15}:)?article[\s>]")
_NOTHING_DUE: Final = "No full text is due: there is no article here that has a PMCID and was not looked up yet."
_AHEAD: Final = 4  # requests on their way: an answer has 5 MB
# What an article costs (2,451 articles of a field of medicine, EFetch in 2025): bytes, the share without a body.
_MB_EACH, _WITHOUT_BODY, _SECONDS_EACH_REQUEST = 0.1, 0.28, 4.5


class TextCost(NamedTuple):
    """What asking for full texts is expected to take."""

    articles: int
    requests: int
    megabytes: float
    seconds: float

    def __str__(self) -> str:
        size = f"{math.ceil(self.megabytes)} MB, {math.ceil(self.seconds / 60)} min"
        return f"full texts of {counted(self.articles, 'article')}: about {counted(self.requests, 'request')}, {size}"


def cost_sentence(verb: str, cost: TextCost, *, more: str = "") -> str:
    """Return what is, or would be, asked for, as a sentence."""
    return f"{verb} PubMed Central for {cost}{more}." if cost.articles else _NOTHING_DUE


def estimate_texts(db: sqlite3.Connection, *, most: int | None = None, before: str = "") -> TextCost:
    """Return what asking for the full texts will take that are due; before as in read_texts_due()."""
    due = list(read_texts_due(db, FULL_TEXT, before=before))[:most]
    only_s3 = read_texts_due(db, FULL_TEXT_S3, before=before).keys() - set(due)
    room = len(only_s3) if most is None else most - len(due)
    batches = math.ceil(len(due) / TEXTS)
    bucket = REQUESTS * (math.ceil(_WITHOUT_BODY * len(due)) + min(len(only_s3), room))
    articles = len(due) + min(len(only_s3), room)
    return TextCost(articles, batches + bucket, _MB_EACH * articles, batches * _SECONDS_EACH_REQUEST + bucket / 10)


def harvest_full_texts(run: Run, *, most: int | None = None, before: str = "") -> None:
    """Ask for the full texts of held articles that are due, at most so many; where no body came, the bucket.

    An article is asked for once, whatever its outcome, until one without a body was asked for before a moment.
    """
    done = {int(pmid) for pmid in read_settled(run.db, run.id, FULL_TEXT)}
    cost = estimate_texts(run.db, most=None if most is None else max(0, most - len(done)), before=before)
    run.person.tell(cost_sentence("Asking", cost))
    due = read_texts_due(run.db, FULL_TEXT, before=before)
    chosen = [pmid for pmid in due if pmid not in done][: None if most is None else max(0, most - len(done))]
    harvest_questions(run, [_of_efetch({pmid: due[pmid] for pmid in chosen})], chosen)
    left = read_texts_due(run.db, FULL_TEXT_S3, before=before)
    harvest_questions(run, [_of_s3(left)], _of_bucket(run, left, {*done, *chosen}, most))
    _tell_outcomes(run)


def _of_bucket(run: Run, left: Iterable[int], own: set[int], most: int | None) -> list[int]:
    """Return which of those left the bucket is asked for: those of this run, then as many of others as it may have."""
    settled = {int(pmid) for pmid in read_settled(run.db, run.id, FULL_TEXT_S3)}
    new = [pmid for pmid in left if pmid not in settled]
    room = None if most is None else max(0, most - len(own | settled))
    return [pmid for pmid in new if pmid in own] + [pmid for pmid in new if pmid not in own][:room]


def _tell_outcomes(run: Run) -> None:
    """Note what became of the articles whose full texts this run asked for."""
    outcomes = read_asked_outcomes(run.db, run.id)
    if outcomes:
        words = ", ".join(f"{outcomes[name]:,} {OUTCOMES[name]}" for name in OUTCOMES if name in outcomes)
        run.note(f"Full texts of {counted(sum(outcomes.values()), 'article')}: {words}.")


# --- what is asked, and what an answer says ---


def _of_efetch(pmcids: Mapping[int, str]) -> Question:
    fetch = partial(_fetch_texts, pmcids=pmcids)
    return _question(FULL_TEXT, PUBMED, fetch, TEXTS, partial(_split, pmcids=pmcids))


def _of_s3(pmcids: Mapping[int, str]) -> Question:
    return _question(FULL_TEXT_S3, NAME, partial(_fetch_one, pmcids=pmcids), 1, _whole)


def _question(task: str, source: str, fetch: Any, together: int, split: Any) -> Question:
    load = partial(load_asked_text, name=task)
    return Question(task, _LABELS[task], source, fetch, {"list": task}, load, together, split=split, ahead=_AHEAD)


def _fetch_texts(client: Client, pmids: Sequence[int], *, pmcids: Mapping[int, str]) -> Answer:
    return fetch_full_texts(client, [pmcids[pmid] for pmid in pmids])


def _fetch_one(client: Client, pmids: Sequence[int], *, pmcids: Mapping[int, str]) -> Answer:
    [pmid] = pmids
    return fetch_text(client, pmcids[pmid])


def _split(answer: Answer, pmids: Sequence[int], *, pmcids: Mapping[int, str]) -> Iterator[Part]:
    """Yield the articles of an answer, each as the answer to its own PMID, whatever their order.

    An answer to one PMID that does not have its article is kept as it is: it says that there is none.
    """
    texts = sorted(split_full_texts(answer.body), key=lambda text: (len(text.xml), text.xml))
    given = {text.pmcid: text for text in texts}  # the longest of an article that comes twice
    for pmid in pmids:
        if text := given.get(pmcids[pmid]):
            yield _part(answer, pmid, pmcids[pmid], text.xml)
        elif len(pmids) == 1:
            yield _part(answer, pmid, pmcids[pmid], answer.body)


def _whole(answer: Answer, pmids: Sequence[int]) -> Iterator[Part]:
    [pmid] = pmids
    yield _part(answer, pmid, answer.request["id"], answer.body)


def _part(answer: Answer, pmid: int, pmcid: str, body: bytes) -> Part:
    request = {**answer.request, "id": pmcid.removeprefix("PMC"), "pmids": str(pmid)}
    return Part(answer._replace(request=request, body=body), [pmid])


def load_asked_text(
    db: sqlite3.Connection,
    body: bytes,
    asked: list[int],
    *,
    name: str,
    received_at: str,
    request: Mapping[str, str] = NO_REQUEST,
) -> Loaded:
    """Save the full text that an answer gives of the article asked for, or that it gives none; name is the task."""
    [pmid] = asked
    text, task = _read(db, body, pmid, name, request)
    save_full_text(db, pmid, text, Origin(ORIGINS[name], received_at))
    return Loaded([task], [], "")


def _read(
    db: sqlite3.Connection, body: bytes, pmid: int, name: str, request: Mapping[str, str]
) -> tuple[FullText, Task]:
    """Return the text of an article in an answer, and what became of the task; a text that is rejected is none."""
    pmcid = f"PMC{request['id']}"
    try:
        text = _text_in(db, body, pmid, pmcid)
    except RecordError as error:
        return _none(pmcid), Task(name, str(pmid), "rejected", error.reason)
    detail = text.outcome
    if "metadata" in request:
        said, version = parse_metadata(request["metadata"].encode()), version_of(request["key"])
        text = text._replace(license=narrower(text.license, said.license_code), version=version)
        if "newest" in request:
            detail += f": version {version}; the newest, {request['newest']}, has no XML"
    return text, Task(name, str(pmid), "done", detail)


def _none(pmcid: str) -> FullText:
    return FullText(None, pmcid, None, 1, NOT_GIVEN, None, None, None, hashlib.sha256(b"").hexdigest())


def _text_in(db: sqlite3.Connection, body: bytes, pmid: int, pmcid: str) -> FullText:
    """Return the text of an article in an answer; one of outcome "not given" where there is none of it.

    Raises RecordError where it cannot be read, or says to be another PMID's.
    """
    for item in parse_full_texts(body) if _ARTICLE.search(body) else ():
        if isinstance(item, RecordError):
            raise item
        if item.full_text.pmcid in (pmcid, None):
            return _own(db, item, pmid, pmcid)
    return _none(pmcid)


def _own(db: sqlite3.Connection, article: ParsedArticle, pmid: int, pmcid: str) -> FullText:
    named = article.full_text.pmid
    if named not in (None, pmid) and read_followed(db, [named]) != [pmid]:
        raise RecordError(f"PubMed Central says that {pmcid} is the text of PMID {named}.")
    return article.full_text._replace(pmcid=pmcid)
