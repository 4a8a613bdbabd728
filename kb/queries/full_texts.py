"""Which full texts are to be asked for, and what came of those that were."""

import sqlite3
from typing import Final, NamedTuple

from kb.full_texts import OUTCOMES

FULL_TEXT: Final = "full_text"  # the task of asking EFetch for a full text
FULL_TEXT_S3: Final = "full_text_s3"  # of asking the bucket of PubMed Central

_ASKED: Final = """select cast(t.asked as integer) as pmid, max(r.started_at) as at
    from harvest_tasks t join harvest_runs r on r.id = t.run_id
    where t.task = {} and t.outcome <> 'failed' group by 1"""
_DUE: Final = f"""with efetch as materialized ({_ASKED.format("'full_text'")}),
    asked as materialized ({_ASKED.format(":task")})
select a.pmid, coalesce(a.pmcid, w.pmcid) as given from articles a join works w on w.id = a.pmid
    left join asked k on k.pmid = a.pmid left join full_texts t on t.pmid = a.pmid
where given is not null and (:task = 'full_text' or a.pmid in (select pmid from efetch)
        and coalesce(t.outcome, 'not given') in ('front only', 'not given'))
    and (k.at is null or k.at < :before and coalesce(t.outcome, 'not given') in ('front only', 'not given'))
order by a.pmid"""

_TOTALS: Final = f"""with texts (id, outcome) as (
    select id, outcome from (
        select coalesce(w.merged_into, w.id) as id, t.outcome, min(instr('{",".join(OUTCOMES)}', t.outcome))
        from full_texts t join works w on w.id = t.pmid group by 1))
select outcome, count(*) from texts group by 1
union all
select iif(coalesce(a.pmcid, w.pmcid) is null, 'no PMCID', 'not requested') as reason, count(*)
from articles a join works w on w.id = a.pmid where a.pmid not in (select id from texts) group by 1"""


def read_texts_due(db: sqlite3.Connection, task: str, *, before: str = "") -> dict[int, str]:
    """Return the PMCIDs, by PMID, of the held articles whose full text is to be asked for by a task.

    Due is what was never asked for, and what has no body and was asked for the last time before a moment. The bucket
    is asked for what EFetch was asked for and gave no body of.
    """
    return dict(db.execute(_DUE, {"task": task, "before": before}).fetchall())


def read_asked_outcomes(db: sqlite3.Connection, run_id: int) -> dict[str, int]:
    """Return how many articles whose full text a run asked for have which outcome now."""
    rows = db.execute(
        """select f.outcome, count(*) from full_texts f where f.pmid in (
            select cast(asked as integer) from harvest_tasks
            where run_id = ? and task in (?, ?) and outcome <> 'failed') group by 1""",
        (run_id, FULL_TEXT, FULL_TEXT_S3),
    )
    return dict(rows.fetchall())


def read_text_totals(db: sqlite3.Connection) -> dict[str, int]:
    """Return of how many articles there is which outcome, and how many have none: "no PMCID", "not requested".

    Merged articles count once, with the better outcome; what is none is left out.
    """
    return dict(db.execute(_TOTALS).fetchall())


class TextSource(NamedTuple):
    """Full texts that are kept, by where they are from and outcome: how many, and when they were first received."""

    origin: str
    outcome: str
    articles: int
    first: str
    last: str


def read_text_sources(db: sqlite3.Connection) -> list[TextSource]:
    """Return from where the full texts are, and what they are, the most first."""
    rows = db.execute(
        """select origin, outcome, count(*), min(received_at), max(received_at) from full_texts
        group by 1, 2 order by 3 desc, 1, 2"""
    )
    return [TextSource(*row) for row in rows]


def read_most_cited_in_texts(db: sqlite3.Connection) -> tuple[int, int] | None:
    """Return the article with a full text of its own that most others cite, and how many do; None where none is."""
    row: tuple[int, int] | None = db.execute(
        """select t.pmid, count(distinct f.pmid) from mention_references l
            join full_text_references f on (f.pmid, f.position, f.part) = (l.pmid, l.position, l.part)
            join works w on w.id = f.cited_id join full_texts t on t.pmid = coalesce(w.merged_into, w.id)
        where f.pmid <> t.pmid and t.outcome = 'body' group by 1 order by 2 desc, 1 limit 1"""
    ).fetchone()
    return row


def read_count_of_sentences(db: sqlite3.Connection) -> int:
    """Return how many sentences of full texts are kept: those that cite."""
    return int(db.execute("select count(*) from citing_sentences").fetchone()[0])
