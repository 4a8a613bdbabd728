"""Words of a search that nothing here has -> the nearest words that something has."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kb.database import open_kb
from kb.errors import LitkbError
from kb.queries.search.query_tree import Group, Node, Query, Term, words_of

_SHORTEST: Final = 4  # letters of a word that can be guessed
_MOST_WORDS: Final = 5  # of a search that are looked up
_FEW: Final = 5_000  # articles whose words are all compared; of more, those that begin with the same letter
_MOST_COMPARED: Final = 100_000
_LONG: Final = 7  # letters of a word of which two may be wrong
_AFTER_ALL: Final = "\U0010ffff"
_NEAR: Final = 3  # words that are offered for one


def read_corrections(db: sqlite3.Connection, query: Query) -> list[Query]:
    """Return the search with its unknown words replaced, the likeliest first; none where every word is known.

    The words are those of the index; time is bounded by how many of them are compared.
    """
    wanted = dict.fromkeys(word for term in words_of(query) if not term.is_prefix for word in term.text.split())
    path = next((row[2] for row in db.execute("pragma database_list") if row[1] == "main"), "")
    try:
        with closing(open_kb(Path(path), readonly=True)) as words:  # this one may make a table of its own
            words.execute("create virtual table temp.words using fts5vocab(main, article_search, row)")
            unknown = [word for word in wanted if not _has(words, word)][:_MOST_WORDS]
            near = {word: _nearest(words, word) for word in unknown}
    except (LitkbError, sqlite3.Error):
        return []
    if not near or not any(near.values()):
        return []
    return [query._replace(parts=_replaced(query.parts, one), searched=()) for one in _choices(near)]


def _has(words: sqlite3.Connection, word: str) -> bool:
    return words.execute("select 1 from temp.words where term = ?", (word,)).fetchone() is not None


def _nearest(words: sqlite3.Connection, word: str) -> list[str]:
    """Return the words one or two letters off, the nearest first, of these the words of most articles."""
    if len(word) < _SHORTEST or word.isdigit():
        return []
    articles = dict(_read_compared(words, word))
    most = 1 if len(word) < _LONG else 2
    found = process.extract(word, list(articles), scorer=OSA.distance, score_cutoff=most, limit=None)
    best = sorted(found, key=lambda one: (one[1], -articles[one[0]], one[0]))
    return [term for term, _, _ in best[:_NEAR]]


def _read_compared(words: sqlite3.Connection, word: str) -> list[tuple[str, int]]:
    """Return the words of the index that are compared, each with how many articles have it."""
    is_large = words.execute("select count(*) > ? from articles", (_FEW,)).fetchone()[0]
    first, last = (word[0], word[0] + _AFTER_ALL) if is_large else ("", _AFTER_ALL)
    query = "select term, doc from temp.words where term between ? and ? limit ?"
    return words.execute(query, (first, last, _MOST_COMPARED)).fetchall()


def _choices(near: dict[str, list[str]]) -> list[dict[str, str]]:
    """Return which words to put for which: all that are near to a single one, the nearest of several."""
    if len(near) == 1:
        [(word, found)] = near.items()
        return [{word: one} for one in found]
    return [{word: found[0] for word, found in near.items() if found}]


def _replaced(parts: tuple[Node, ...], by: dict[str, str]) -> tuple[Node, ...]:
    return tuple(_with_words(part, by) for part in parts)


def _with_words(node: Node, by: dict[str, str]) -> Node:
    if isinstance(node, Term):
        return node._replace(text=" ".join(by.get(word, word) for word in node.text.split()))
    return Group(node.kind, _replaced(node.parts, by)) if isinstance(node, Group) else node
