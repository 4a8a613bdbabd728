"""Making a copy of a knowledge base fit to be handed on: without abstracts or addresses, searchable, analysed.

Only ever applied to a copy, whole beforehand: afterwards the content_hash of an article is that of what is left.
"""

import sqlite3
from collections.abc import Collection
from typing import Final

from kb.emails import affiliation_without_emails, without_emails
from kb.integrity.seals import seal_records
from kb.migrations.word_index import WORD_INDEXES
from kb.queries.publishing import read_abstract_pmids, read_text_columns
from kb.queries.works.records import read_record
from kb.records import content_hash
from kb.store.facets import save_facet_index
from kb.text import fold, name_key

_SIGNS: Final = ("@", "＠", "﹫", "(at)", "[at]")
_IDENTIFIERS: Final = frozenset(
    {"doi", "other_doi", "printed_doi", "citation_key", "reference_key"}
)  # a work is named by them; "@" is a letter of old DOIs
_APPENDED: Final = frozenset({("affiliations", "affiliation"), ("investigators", "affiliation")})
_DERIVED: Final = (  # what is made of other columns, before those are changed
    "update authorships set name_key = key_of_name(without_emails(name)) where {name}",
    "update keywords set keyword_key = key_of_word(without_emails(keyword)) where {keyword}",
    "update abstract_sections set html = null where {text} and without_emails(text) <> text",
    "update articles set title_html = null where {title} and without_emails(title) <> title",
)


def save_without_abstracts(db: sqlite3.Connection) -> set[int]:
    """Remove all abstracts from the rows; return the PMIDs of the articles that had one.

    Their words are still in the search index until save_search_index().
    """
    pmids = read_abstract_pmids(db)
    db.execute("delete from abstract_sections")
    db.execute("delete from other_abstract_sections")
    return pmids


def save_without_emails(db: sqlite3.Connection) -> set[int]:
    """Remove e-mail addresses from all text of all tables; return the PMIDs of the articles that had one.

    Raises sqlite3.IntegrityError where two keys would become one.
    """
    _add_functions(db)
    for statement in _DERIVED:
        db.execute(statement.format(**{name: _has_sign(name) for name in ("name", "keyword", "text", "title")}))
    changed: set[int] = set()
    for table, column in read_text_columns(db):
        if column not in _IDENTIFIERS:
            changed |= _save_cleaned(db, table, column)
    return changed


def _add_functions(db: sqlite3.Connection) -> None:
    for name, function in (
        ("without_emails", without_emails),
        ("affiliation_without_emails", affiliation_without_emails),
        ("key_of_name", name_key),
        ("key_of_word", fold),
    ):
        db.create_function(name, 1, function, deterministic=True)


def _has_sign(column: str) -> str:
    """Return the condition under which a text may hold an address; it spares most texts the regular expression."""
    return "(" + " or ".join(f"{column} like '%{sign}%'" for sign in _SIGNS) + ")"


def _save_cleaned(db: sqlite3.Connection, table: str, column: str) -> set[int]:
    function = "affiliation_without_emails" if (table, column) in _APPENDED else "without_emails"
    columns = {row[1] for row in db.execute(f"pragma table_info({table})")}
    owner = next((name for name in ("pmid", "citing_pmid") if name in columns), "null")
    rows = db.execute(
        f"""update {table} set {column} = {function}({column})
        where {_has_sign(column)} and {function}({column}) <> {column}
        returning {owner}"""
    ).fetchall()
    return {row[0] for row in rows if row[0] is not None}


def save_omission(db: sqlite3.Connection, what: str, articles: Collection[int]) -> None:
    """Note what was left out, and compute the content_hash of the articles that it changed anew.

    A copy of a copy keeps the note of the first, unless there was more to leave out.
    """
    for pmid in sorted(articles):
        record = read_record(db, pmid)
        if record is not None:
            db.execute("update articles set content_hash = ? where pmid = ?", (content_hash(record), pmid))
    seal_records(db, sorted(articles))
    db.execute(
        """insert into omissions (what, articles) values (?, ?)
        on conflict do update set articles = max(articles, excluded.articles)""",
        (what, len(articles)),
    )


def save_search_index(db: sqlite3.Connection) -> None:
    """Build the indexes of words anew, in one segment each, from the texts alone, and that of facets."""
    for index in WORD_INDEXES.values():
        db.execute(f"insert into {index.table} ({index.table}) values ('delete-all')")
        db.execute(f"{index.add} order by {index.key}")
        db.execute(f"insert into {index.table} ({index.table}) values ('optimize')")
    save_facet_index(db)


def save_statistics(db: sqlite3.Connection) -> None:
    """Analyse anew for the query planner; that of an earlier analysis is forgotten."""
    for (name,) in db.execute("select name from sqlite_master where name like 'sqlite_stat%'").fetchall():
        db.execute(f"drop table {name}")
    db.execute("analyze")
