"""Search in the sentences of full texts that cite: by their words, by the work that they cite, by section."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from kb.queries.works.citing_sentences import KIND, MARKS, NAMED
from kb.text import fold, words_in

_PART: Final = re.compile(r'"([^"]*)"|(\S+)')
_SHOWN: Final = f"select distinct s.pmid, s.sentence, s.place, s.section, s.text, {KIND} as section_kind"
_MATCHED: Final = "select rowid from sentence_search where sentence_search match :words"
SENTENCES: Final[Mapping[str, str]] = {  # by what is asked
    "sentences_citing": f"{_SHOWN}\nfrom {MARKS}\nwhere f.cited_id in ({NAMED.format(':cited')})",
    "sentences_with": f"""{_SHOWN}
from ({_MATCHED}) q
    cross join citing_sentences s on (s.pmid, s.sentence) = (q.rowid >> 20, q.rowid & 0xFFFFF)
where true""",
    "sentences_citing_with": f"""{_SHOWN}
from {MARKS}
where f.cited_id in ({NAMED.format(":cited")}) and s.pmid << 20 | s.sentence in ({_MATCHED})""",
}
IN_SECTION: Final = f"\n    and (:section = '' or :section = {KIND})"


class AskedSentences(NamedTuple):
    """A search in sentences: words, the work that is cited, a section; at least one of the first two is given."""

    text: str = ""
    cited: int | None = None
    section: str = ""

    @property
    def name(self) -> str:
        """The name of the select, which is that of its evidence."""
        if self.cited is None:
            return "sentences_with"
        return "sentences_citing_with" if self.text else "sentences_citing"

    @property
    def values(self) -> dict[str, str | int]:
        """The values of the select; the words as an expression of FTS5."""
        given = {"cited": self.cited, "words": match_expression(self.text) if self.text else None}
        return {**{name: value for name, value in given.items() if value is not None}, "section": self.section}


def match_expression(text: str) -> str:
    """Return words as an expression of FTS5: all of them, "phrases" together, word* by its beginning.

    Examples
    --------
    >>> match_expression('Café "harbour lamps" lit*')
    '"cafe" AND "harbour lamps" AND "lit" *'
    """
    return " AND ".join(_terms(text)) or '""'


def _terms(text: str) -> Iterator[str]:
    for phrase, word in _PART.findall(text):
        if words := words_in(fold(phrase or word)):
            yield f'"{" ".join(words)}"' + (" *" if word.endswith("*") else "")


def read_sections(db: sqlite3.Connection, asked: AskedSentences) -> dict[str, int]:
    """Return how many sentences there are by section, or by place outside of sections, whichever section is asked."""
    sql = f"select section_kind, count(*) from ({SENTENCES[asked.name]}) group by 1"
    return dict(db.execute(sql, asked.values))


def read_keys(db: sqlite3.Connection, asked: AskedSentences, limit: int, offset: int) -> list[tuple[int, int]]:
    """Return sentences by PMID and number, those of the newest articles first."""
    sql = f"""select x.pmid, x.sentence from ({SENTENCES[asked.name]}{IN_SECTION}) x join works w on w.id = x.pmid
        order by w.year desc, x.pmid desc, x.sentence limit :limit offset :offset"""
    return db.execute(sql, {**asked.values, "limit": limit, "offset": offset}).fetchall()
