"""What is asked of a source about PMIDs: which request, what is kept with it, and how its answer is loaded."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from harvest.jobs.ingest import ALONE, TOGETHER, Loaded, load_articles, load_lists
from harvest.sources import mirror
from harvest.sources.entrez import BATCH, fetch_articles
from harvest.sources.registry import LISTS, PUBMED
from harvest.sources.source import Answer

ARTICLE: Final = "article"  # the task of records


class Part(NamedTuple):
    """What of an answer is kept by itself, and the PMIDs of which it is."""

    answer: Answer
    pmids: Sequence[int]


def _unparted(answer: Answer, pmids: Sequence[int]) -> list[Part]:
    return [Part(answer, pmids)]


class Question(NamedTuple):
    """What is asked about PMIDs, and how its answer is loaded."""

    task: str
    label: str  # what a person is shown meanwhile
    source: str  # who is asked
    fetch: Callable[[Any, Sequence[int]], Answer]
    note: dict[str, str]  # kept with the request, so that a rebuild loads the answer alike
    load: Callable[..., Loaded]
    together: int  # PMIDs of one question
    step: str = TOGETHER
    split: Callable[[Answer, Sequence[int]], Iterable[Part]] = _unparted  # PMIDs in no part are asked about again
    ahead: int | None = None  # requests on their way at most, where answers are large

    def again(self, step: str) -> "Question | None":
        """Return the question by which to settle what an answer leaves out; None where it was the last one."""
        if self.task == ARTICLE:
            return article_question(step, of_mirror=self.source == mirror.MIRROR)
        return None if self.step == ALONE else self._replace(step=ALONE)


def article_question(step: str = TOGETHER, *, of_mirror: bool = False) -> Question:
    """Return the question for records: PubMed's, or a mirror's."""
    source, fetch = (mirror.MIRROR, mirror.fetch_records) if of_mirror else (PUBMED, fetch_articles)
    load, together = partial(load_articles, step=step), mirror.TOGETHER if of_mirror else BATCH
    return Question(ARTICLE, "articles", source, fetch, {"step": step}, load, together, step)


def list_question(name: str, *, of_mirror: bool = False) -> Question:
    """Return the question for one of harvest.sources.registry.LISTS, or of harvest.sources.mirror.LISTS."""
    source, request = (mirror.MIRROR, mirror.LISTS[name]) if of_mirror else (LISTS[name][0].name, LISTS[name][1])
    load, together = partial(load_lists, name=name), mirror.TOGETHER if of_mirror else BATCH
    return Question(name, request.label, source, request.fetch, {"list": name}, load, together)
