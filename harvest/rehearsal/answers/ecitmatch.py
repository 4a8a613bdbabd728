"""What ECitMatch would answer if PubMed held only the records of a shelf.  (pure)"""

from collections.abc import Mapping
from typing import Final

from harvest.rehearsal.collection import JournalLocation, Shelf
from harvest.rehearsal.faults import Reply
from kb.text import fold, words_in


def answer_ecitmatch(shelf: Shelf, parameters: Mapping[str, list[str]]) -> Reply:
    """Return a line for each question: its PMID, several of them, or that there is none; the author is ignored."""
    lines = [line for text in parameters.get("bdata", ()) for line in text.split("\r") if line.count("|") >= 5]
    answers = (f"{line.rstrip('|')}|{_answer(shelf, line)}\n" for line in lines)
    return Reply("".join(answers).encode(), content_type="text/plain")


def _answer(shelf: Shelf, line: str) -> str:
    journal, *rest = line.split("|")[:4]
    found = shelf.found_at(JournalLocation(" ".join(words_in(fold(journal))), *(fold(part.strip()) for part in rest)))
    if found is None:
        return "NOT_FOUND;INVALID_JOURNAL"
    if len(found) > 1:
        return f"AMBIGUOUS {','.join(map(str, found))}"
    return str(found[0]) if found else "NOT_FOUND"


ANSWERS: Final = {"ecitmatch": answer_ecitmatch}
