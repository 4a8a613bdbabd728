"""What gives the numbers on full texts: marks that mean a work, citing works by what is known of their texts."""

from collections.abc import Mapping
from typing import Final

from kb.queries.evidence.selects import Evidence
from kb.queries.search.sentence_search import IN_SECTION, SENTENCES
from kb.queries.works.citing_sentences import CITING_TEXTS, MARKS, NAMED, WHERE

_SHOWN: Final = "select distinct m.pmid, m.mention, s.place, s.section, m.marker, s.text"
_OWN: Final = """select f.pmid, f.position, f.part, f.citation, f.cited_id, f.reference_position
from full_text_references f"""

FULL_TEXT: Final[Mapping[str, Evidence]] = {
    "citing_texts": Evidence(
        "Citing works by what is known of their full texts",
        f"{CITING_TEXTS}\nselect id, label, year, full_text from texts where full_text = :full_text\n"
        "order by year desc, id desc",
        ("id", "full_text"),
    ),
    "mentioned": Evidence(
        "Marks in the full text of one work that mean another: in the text, in tables, figures or sub-articles",
        f"""{_SHOWN}
from {MARKS}
where f.pmid in ({NAMED.format(":citing")}) and f.cited_id in ({NAMED.format(":cited")})
    and {WHERE} = :part
order by m.mention""",
        ("citing", "cited", "part"),
    ),
    "related_one_sentence": Evidence(
        "Works that cite both in one sentence, counted by the last graph run, and these sentences",
        f"""select k.one_sentence, x.pmid, x.label, x.section, x.text
from cocitations k left join (
    select distinct m.pmid, c.label, s.sentence, s.section, s.text from {MARKS} join works c on c.id = m.pmid
    where f.cited_id in ({NAMED.format(":id")}) and {WHERE} = 'text' and exists (
        select 1 from mentions n join mention_references o on (o.pmid, o.mention) = (n.pmid, n.mention)
            join full_text_references g on (g.pmid, g.position, g.part) = (o.pmid, o.position, o.part)
        where (n.pmid, n.sentence) = (s.pmid, s.sentence) and g.cited_id in ({NAMED.format(":other")}))) x
where k.id = :id and k.other_id = :other
order by x.pmid desc, x.sentence""",
        ("id", "other"),
        "one_sentence",
    ),
    "entry_mentioned": Evidence(
        "Marks in the text of an article that mean an entry of the reference list of its full text",
        f"""{_SHOWN}
from {MARKS}
where (f.pmid, f.position, f.part) = (:pmid, cast(:position as integer), cast(:part as integer)) and {WHERE} = 'text'
order by m.mention""",
        ("pmid", "position", "part"),
    ),
    **{
        name: Evidence(
            "Sentences of full texts that cite",
            f"{sql}{IN_SECTION}\norder by s.pmid desc, s.sentence",
            tuple(value for value in ("cited", "words", "section") if f":{value}" in f"{sql}{IN_SECTION}"),
        )
        for name, sql in SENTENCES.items()
    },
    "full_text_listed": Evidence(
        "Entries of the reference list of the full text of this article",
        f"{_OWN}\nwhere f.pmid = :pmid and f.scope = 0\norder by f.position, f.part",
        ("pmid",),
    ),
    "full_text_matched": Evidence(
        "Entries of the reference list of the full text that are matched with a reference of the record",
        f"""{_OWN}
where f.pmid = :pmid and f.scope = 0 and f.reference_position is not null
order by f.position, f.part""",
        ("pmid",),
    ),
    "full_text_unmentioned": Evidence(
        "Entries of the reference list of the full text that no mark means",
        f"""{_OWN}
where f.pmid = :pmid and f.scope = 0 and not exists (select 1 from mention_references l
    where (l.pmid, l.position, l.part) = (f.pmid, f.position, f.part))
order by f.position, f.part""",
        ("pmid",),
    ),
}
