"""What is asked of a source about PMIDs: which request, what is kept with it, and how its answer is loaded."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from harvest.http.client import Client
from harvest.jobs.ingest import ALONE, TOGETHER, Loaded, load_articles, load_lists
from harvest.sources.entrez import fetch_articles
from harvest.sources.registry import LISTS, PUBMED
from harvest.sources.source import Answer

ARTICLE: Final = "article"  # the task of records


class Question(NamedTuple):
    """What is asked about PMIDs, and how its answer is loaded."""

    task: str
    label: str  # what a person is shown meanwhile
    source: str  # who is asked
    fetch: Callable[[Client, Sequence[int]], Answer]
    note: dict[str, str]  # kept with the request, so that a rebuild loads the answer alike
    load: Callable[..., Loaded]
    step: str = TOGETHER

    def again(self, step: str) -> "Question | None":
        """Return the question by which to settle what an answer leaves out; None where it was the last one."""
        if self.task == ARTICLE:
            return article_question(step)
        return None if self.step == ALONE else self._replace(step=ALONE)


def article_question(step: str = TOGETHER) -> Question:
    """Return the question for records."""
    load = partial(load_articles, step=step)
    return Question(ARTICLE, "articles", PUBMED, fetch_articles, {"step": step}, load, step)


def list_question(name: str) -> Question:
    """Return the question for one of harvest.sources.registry.LISTS."""
    source, request = LISTS[name]
    return Question(name, request.label, source.name, request.fetch, {"list": name}, partial(load_lists, name=name))
