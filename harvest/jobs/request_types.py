"""What is asked of a source about PMIDs: which request, what is kept with it, and how its answer is loaded."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from harvest.http.client import Client
from harvest.jobs.ingest import ALONE, TOGETHER, Loaded, load_articles, load_icite, load_links
from harvest.sources.entrez import Answer, fetch_articles, fetch_cited_by, fetch_references, fetch_similar
from harvest.sources.icite import SOURCE as ICITE
from harvest.sources.icite import fetch_icite

PUBMED: Final = "pubmed"  # E-utilities
ARTICLE: Final = "article"  # the task of records
_FETCHERS: Final = {"cited_by": fetch_cited_by, "similar": fetch_similar, "references": fetch_references}


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
    """Return the question for a list: cited_by, similar and references are ELink's; icite: what iCite says."""
    if name == ICITE:
        return Question(ICITE, "iCite", ICITE, fetch_icite, {}, load_icite)
    load = partial(load_links, list_name=name)
    return Question(name, name.replace("_", " "), PUBMED, _FETCHERS[name], {"list": name}, load)
