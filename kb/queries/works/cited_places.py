"""In which sentences and sections full texts cite each work of their lists, text by text, for counting pairs."""

import sqlite3
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from kb.queries.citations import Ids
from kb.queries.works.citing_sentences import KIND, WHERE
from kb.queries.works.records import marks

_PORTION: Final = 50  # texts read in one go: their pairs, the square of the lists, stand in memory
NONE: Final = -1  # number of the section or sentence of what is listed, or cited in a table, figure or sub-article only
_UNIT: Final = (
    f"iif({KIND} = 'other', coalesce(s.section, ''), {KIND})"  # a section of no known kind goes by its titles
)
_TEXTS: Final = """select min(t.pmid) from full_texts t join works w on w.id = t.pmid
    where t.outcome = 'body' group by coalesce(w.merged_into, w.id) order by 1"""
_PLACES: Final = f"""select coalesce(c.merged_into, c.id), coalesce(w.merged_into, w.id),
    iif({WHERE} = 'text', {_UNIT}, null), coalesce(iif({WHERE} = 'text', s.sentence, null), {NONE})
from full_text_references f
    join works c on c.id = f.pmid join works w on w.id = f.cited_id
    left join mention_references l on (l.pmid, l.position, l.part) = (f.pmid, f.position, f.part)
    left join mentions m on (m.pmid, m.mention) = (l.pmid, l.mention)
    left join citing_sentences s on (s.pmid, s.sentence) = (m.pmid, m.sentence)
where f.pmid in ({{}})"""


class CitedPlaces(NamedTuple):
    """Places of some texts that cite, and what is only listed: ids of works, numbers of sections and sentences."""

    citing: Ids
    cited: Ids
    sections: Ids
    sentences: Ids


def read_cited_places(db: sqlite3.Connection) -> Iterator[CitedPlaces]:
    """Yield what the full texts whose body was read list and cite where, in portions; merged works are followed.

    Of a work that has several texts, since another was merged into it, that of the smallest PMID, as in exports.
    """
    texts = [row[0] for row in db.execute(_TEXTS)]
    for portion in (texts[start : start + _PORTION] for start in range(0, len(texts), _PORTION)):
        numbers: dict[str | None, int] = {None: NONE}
        rows = db.execute(_PLACES.format(marks(portion)), portion).fetchall()
        places = [(*ends, numbers.setdefault(section, len(numbers)), sentence) for *ends, section, sentence in rows]
        yield CitedPlaces(*np.array(places, dtype=np.int64).reshape(-1, 4).T)
