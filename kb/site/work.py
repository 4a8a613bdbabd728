"""The values of a work page: something that is named here and whose record is not."""

import sqlite3
from typing import Any, Final

from kb.queries.pages import Work, read_citing, read_lists_said, read_namings
from kb.site import wording
from kb.site.article import said_sentences
from kb.site.context import LIVE_COMMAND

SHOWN: Final = 100  # links shown of one kind; what is left out is said
_STATES: Final = {
    "known": "Cited only: its record is not in this library; the following is from works that cite it.",
    "deleted": "PubMed has deleted this record.",
    "not found": "PubMed has no record under this PMID.",
    "merged": "PubMed has merged this record into another one.",
}


def work_values(db: sqlite3.Connection, work: Work) -> dict[str, Any]:
    """Return what the page of a work that is not held shows."""
    citing, count = read_citing(db, work.id, SHOWN)
    return {
        "work": work,
        "state_sentence": _STATES.get(work.state, ""),
        "state_day": wording.day(work.state_at),
        "namings": read_namings(db, work.id, SHOWN),
        "citing": citing,
        "citing_count": count,
        "has_more": count > len(citing),
        "said": said_sentences(work.id, read_lists_said(db, work.id)),
        "harvest_command": _harvest_command(work),
    }


def _harvest_command(work: Work) -> str | None:
    """Return the command that harvests the work; None where nothing names it to PubMed."""
    if work.state != "known":
        return None
    given = str(work.id) if work.id > 0 else work.doi
    return f"{LIVE_COMMAND.partition('32448354')[0]}{given} --references" if given else None
