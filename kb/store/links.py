"""What a source says of whole lists: who cites an article, what it cites, what is like it."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from kb.queries.works.records import read_sources
from kb.records import IciteMetrics, LinkList, MirrorMetrics
from kb.store.citations import save_citations
from kb.store.works import save_mentions


def save_source(db: sqlite3.Connection, name: str, description: str) -> None:
    """Save a source of citations that the schema does not name, once, in the caller's transaction."""
    db.execute(
        "insert into citation_sources (name, description) values (?, ?) on conflict do nothing", (name, description)
    )


def save_links(db: sqlite3.Connection, lists: Sequence[LinkList], *, received_at: str) -> None:
    """Save lists of links, each once, in the caller's transaction.

    Citations are only added: one empty or shorter answer takes nothing away. Similar articles are replaced
    by a later list that has entries. All lists of an answer together take a third of the time of one by one.
    """
    sources = read_sources(db)
    save_mentions(db, (pmid for links in lists for pmid in (links.pmid, *_others(links))))
    _save_similar(db, [links for links in lists if links.list == "similar"], sources, received_at)
    _save_citations(db, [links for links in lists if links.list != "similar"], sources, received_at)
    for links in lists:
        _save_list(db, links, sources[links.source], received_at)


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


def save_mirror_metrics(db: sqlite3.Connection, rows: Iterable[MirrorMetrics], *, received_at: str) -> None:
    """Save what a mirror counts of works in the caller's transaction, unless a later answer is held."""
    columns = (*MirrorMetrics._fields, "checked_at")
    later = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    db.executemany(
        f"""insert into mirror_metrics ({", ".join(columns)}) values ({", ".join("?" * len(columns))})
        on conflict do update set {later} where excluded.checked_at >= checked_at""",
        ((*row, received_at) for row in rows),
    )


def _others(links: LinkList) -> list[int]:
    """Return the PMIDs of a list without the article's own."""
    return [pmid for pmid, _ in links.entries or () if pmid != links.pmid]


def _save_citations(db: sqlite3.Connection, lists: Sequence[LinkList], sources: Mapping[str, int], since: str) -> None:
    save_citations(
        db,
        [
            (other, links.pmid, sources[links.source], since)
            if links.list == "cited_by"
            else (links.pmid, other, sources[links.source], since)
            for links in lists
            for other in _others(links)
        ],
    )


def _save_similar(db: sqlite3.Connection, lists: Sequence[LinkList], sources: Mapping[str, int], at: str) -> None:
    newer = [links for links in lists if _others(links) and _is_newer(db, links, sources[links.source], at)]
    db.executemany("delete from similar_articles where pmid = ?", ((links.pmid,) for links in newer))
    db.executemany(
        "insert or ignore into similar_articles (pmid, similar_pmid, rank, score) values (?, ?, ?, ?)",
        (
            (links.pmid, pmid, rank, score)
            for links in newer
            for rank, (pmid, score) in enumerate((entry for entry in links.entries or () if entry[0] != links.pmid), 1)
        ),
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
