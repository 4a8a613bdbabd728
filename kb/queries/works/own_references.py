"""The reference list of an article's full text: how often and where each entry is cited, and what its record lacks."""

import sqlite3
from typing import Final, NamedTuple

from kb.queries.works.citing_sentences import KIND, WHERE


class Entry(NamedTuple):
    """A citation of a reference list, the work that it names, and how the text cites it; each mark counts once."""

    position: int
    part: int
    label: str | None  # as printed
    citation: str | None
    reference_position: int | None  # the same entry in the record; None: not known, or not there
    work: int | None
    work_label: str | None
    state: str | None
    title: str | None  # of the record, where it is in the library
    title_html: str | None
    said_by: str | None
    times: int  # in the text
    elsewhere: str | None  # table, figure, sub-article, comma between
    sections: str | None  # comma between


_ENTRIES: Final = f"""select f.position, f.part, f.label, f.citation, f.reference_position, v.id, v.label, v.state,
    coalesce(a.title, a.vernacular_title), a.title_html, replace(c.said_by, ',', ', '),
    count(distinct iif({WHERE} = 'text', m.mention, null)), group_concat(distinct nullif({WHERE}, 'text')),
    group_concat(distinct iif({WHERE} = 'text', {KIND}, null))
from full_text_references f
    left join mention_references l on (l.pmid, l.position, l.part) = (f.pmid, f.position, f.part)
    left join mentions m on (m.pmid, m.mention) = (l.pmid, l.mention)
    left join citing_sentences s on (s.pmid, s.sentence) = (m.pmid, m.sentence)
    left join works w on w.id = f.cited_id left join works v on v.id = coalesce(w.merged_into, w.id)
    left join articles a on a.pmid = v.id
    left join citation_links c on (c.citing_id, c.cited_id) = (f.pmid, v.id)
where f.pmid = ? and f.scope = 0 group by f.position, f.part order by f.position, f.part"""


def read_entries(db: sqlite3.Connection, pmid: int) -> list[Entry]:
    """Return the reference list of the full text of an article, in its order."""
    return [Entry(*row) for row in db.execute(_ENTRIES, (pmid,))]
