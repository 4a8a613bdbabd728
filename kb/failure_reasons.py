"""What a run could not do, by reason: one line a reason, how many it befell, the first of them.  (pure)"""

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

from kb.queries.harvest_log import Task
from kb.text import counted

NOT_ASKED: Final = "not asked: "  # before the reason for which a source is asked nothing more
EXAMPLES: Final = 5
_NOUNS: Final = {  # task -> one of it, several
    "seed": ("entry", "entries"), "article": ("article", "articles"), "search": ("search", "searches"),
    "limits": ("check of the limits", "checks of the limits"), "file": ("file", "files"),
    "record": ("record of a file", "records of files"), "cited_by": ("list of who cites", "lists of who cites"),
    "similar": ("list of similar articles", "lists of similar articles"),
    "references": ("list of references", "lists of references"), "icite": ("answer of iCite", "answers of iCite"),
    "full_text": ("full text", "full texts"),
    "full_text_s3": ("full text in PMC's bucket", "full texts in PMC's bucket"),
}  # fmt: skip


class Reason(NamedTuple):
    """Why things asked for have an outcome, how many of each kind of task, and the first things asked."""

    outcome: str
    why: str
    tasks: dict[str, int]
    examples: list[str]

    @property
    def number(self) -> int:
        """How many things asked for have it."""
        return sum(self.tasks.values())

    @property
    def what(self) -> str:
        """What these are: "969 articles, 1 search"."""
        return ", ".join(counted(n, *_nouns_of(task)) for task, n in self.tasks.items())


def _nouns_of(task: str) -> tuple[str, str]:
    return _NOUNS.get(task) or (f"answer of {task}", f"answers of {task}")


def group_reasons(tasks: Iterable[Task]) -> list[Reason]:
    """Return the reasons of tasks, each once, in the order of their first task."""
    found: dict[tuple[str, str], tuple[Counter[str], list[str]]] = {}
    for task in tasks:
        numbers, examples = found.setdefault(reason_of(task), (Counter(), []))
        numbers[task.task] += 1
        if len(examples) < EXAMPLES:
            examples.append(task.asked)
    return [Reason(*key, dict(numbers), examples) for key, (numbers, examples) in found.items()]


def reason_of(task: Task) -> tuple[str, str]:
    """Return outcome and reason of a task; a pending one failed, for nobody was asked."""
    why = (task.why or ("not asked" if task.outcome in (None, "pending") else "")).removeprefix(NOT_ASKED)
    return task.outcome or "failed", why


def format_reason(reason: Reason) -> str:
    """Return a reason as a line: "failed: 969 articles (1, 2, 3 …): no connection"."""
    why = f": {reason.why}" if reason.why else ""
    if reason.number == 1:
        return f"{reason.outcome}: {next(iter(reason.tasks))} {reason.examples[0]}{why}"
    more = " …" if reason.number > len(reason.examples) else ""
    return f"{reason.outcome}: {reason.what} ({', '.join(reason.examples)}{more}){why}"
