"""What a source says of whole lists: who cites an article, what it cites, what is like it."""

import sqlite3

from kb.queries.records import read_sources
from kb.records import IciteMetrics, LinkList
from kb.store.works import save_mentions


def save_links(db: sqlite3.Connection, links: LinkList, *, received_at: str) -> None:
    """Save one list of links in the caller's transaction.

    Citations are only added: one empty or shorter answer takes nothing away. Similar articles are replaced
    by a later list that has entries.
    """
    source_id = read_sources(db)[links.source]
    entries = links.entries or ()
    save_mentions(db, [links.pmid, *(pmid for pmid, _ in entries)])
    if links.list == "similar":
        _save_similar(db, links, source_id, received_at)
    else:
        _save_citations(db, links, source_id, received_at)
    _save_list(db, links, source_id, received_at)


def save_icite_metrics(db: sqlite3.Connection, metrics: IciteMetrics, *, received_at: str) -> None:
    """Save what iCite counts of one article in the caller's transaction, unless a later answer is held."""
    save_mentions(db, [metrics.pmid])
    columns = (*IciteMetrics._fields, "checked_at")
    later = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    values = (*metrics, received_at)
    db.execute(
        f"""insert into icite_metrics ({", ".join(columns)}) values ({", ".join("?" * len(columns))})
        on conflict do update set {later} where excluded.checked_at >= checked_at""",
        values,
    )


def _save_citations(db: sqlite3.Connection, links: LinkList, source_id: int, since: str) -> None:
    others = [pmid for pmid, _ in links.entries or () if pmid != links.pmid]
    pairs = [(other, links.pmid) if links.list == "cited_by" else (links.pmid, other) for other in others]
    db.executemany(
        """insert into citations (citing_id, cited_id, source_id, since) values (?, ?, ?, ?)
        on conflict do update set since = excluded.since where excluded.since < since""",
        ((*pair, source_id, since) for pair in pairs),
    )


def _save_similar(db: sqlite3.Connection, links: LinkList, source_id: int, received_at: str) -> None:
    entries = [entry for entry in links.entries or () if entry[0] != links.pmid]
    if not entries or not _is_newer(db, links, source_id, received_at):
        return
    db.execute("delete from similar_articles where pmid = ?", (links.pmid,))
    db.executemany(
        "insert or ignore into similar_articles (pmid, similar_pmid, rank, score) values (?, ?, ?, ?)",
        ((links.pmid, pmid, rank, score) for rank, (pmid, score) in enumerate(entries, start=1)),
    )


def _is_newer(db: sqlite3.Connection, links: LinkList, source_id: int, received_at: str) -> bool:
    """Return whether links may replace what is held: received later or, at the same moment, longer."""
    held = db.execute(
        """select checked_at, entries from article_lists
        where pmid = ? and list = ? and source_id = ? and entries > 0""",
        (links.pmid, links.list, source_id),
    ).fetchone()
    return held is None or (received_at, len(links.entries or ())) >= tuple(held)


def _save_list(db: sqlite3.Connection, links: LinkList, source_id: int, received_at: str) -> None:
    """Save how many entries the source gave: the latest answer that had any, else 0, else no data."""
    count = None if links.entries is None else len(links.entries)
    db.execute(
        """insert into article_lists (pmid, list, source_id, entries, checked_at) values (?, ?, ?, ?, ?)
        on conflict do update set entries = excluded.entries, checked_at = excluded.checked_at
        where (excluded.entries > 0, excluded.checked_at, coalesce(excluded.entries, -1))
            > (entries > 0, checked_at, coalesce(entries, -1))
            or (entries is null and excluded.entries is not null)""",
        (links.pmid, links.list, source_id, count, received_at),
    )
