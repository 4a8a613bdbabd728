"""Full texts in the file: which is held, which works its references name, and what follows from its record."""

import sqlite3
import sys
from collections import Counter
from contextlib import closing
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.database import transaction
from kb.full_texts import CitingSentence, FullText, FullTextReference, Mention, MentionReference
from kb.integrity.check import check_kb, logical_hash
from kb.queries.resolutions import read_unresolved
from kb.records import PMC, Record
from kb.store.full_texts import Origin, save_full_text
from kb.store.records import save_gone, save_records
from tests.kb.test_store_records import memory
from tests.records import LATER, MOMENT, record, reference_of

MOOS = "Moos RH. Active ingredients of self-help groups for substance use. Addiction. 2008;103(3):387-396."
LAMPS = "Okoro T. Harbour lamps of the northern coast. J Lamps. 2011;3:4-9."
FOG = "Lund M. Fog and its signals in old harbours. Fog Res. 2001;1:1-9."
FILE = Origin("file", MOMENT, "a.xml")


def entry(position: int, citation: str | None = None, *, part: int = 1, **values: object) -> FullTextReference:
    """Return a reference of a full text."""
    blank = FullTextReference(position, part, 0, f"R{position}", str(position), position, citation, *[None] * 4, 1)
    return blank._replace(**values)


def text(*references: FullTextReference, outcome: str = "body", version: int = 1, sha256: str = "a") -> FullText:
    """Return a full text that cites each reference once."""
    return FullText(
        None, "PMC9", None, version, outcome, "CC BY", None, None, sha256,
        references,
        tuple(CitingSentence(n, "body", None, "Results", f"Lamps burn [{n}].") for n, _ in enumerate(references, 1)),
        tuple(Mention(n, n, 12, 1, str(n)) for n, _ in enumerate(references, 1)),
        tuple(MentionReference(n, one.position, one.part, "rid", None) for n, one in enumerate(references, 1)),
    )  # fmt: skip


def save(db: sqlite3.Connection, *items: Record | tuple[int, FullText], origin: Origin = FILE) -> list[str]:
    """Save records, and full texts with their PMIDs; return what became of the texts."""
    outcomes = []
    with transaction(db):
        for item in items:
            if isinstance(item, Record):
                save_records(db, [item], received_at=MOMENT)
            else:
                outcomes.append(save_full_text(db, *item, origin))
    return outcomes


def named(db: sqlite3.Connection) -> list[tuple[int, int | None, str | None]]:
    """Return the position of each reference of full texts, that of the same entry of the record, how it is known."""
    return db.execute(
        "select position, reference_position, matched_by from full_text_references order by pmid, position, part"
    ).fetchall()


def said(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return each citation, merged works followed: what is cited, and who says so."""
    return db.execute("select cited_id, said_by from citation_links where citing_id = 1 order by 1").fetchall()


def sound(db: sqlite3.Connection) -> bool:
    assert check_kb(db) == []
    return True


# --- which text is held ---


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (text(outcome="front only"), text(entry(1, LAMPS))),
        (text(outcome="not given", version=2), text(outcome="front only")),
        (text(entry(1, LAMPS)), text(entry(1, LAMPS), version=2)),
        (text(entry(1, LAMPS), sha256="b"), text(entry(1, FOG), sha256="a")),
    ],
)
def test_which_text_of_an_article_is_held_does_not_depend_on_their_order(worse, better):
    with closing(memory()) as first, closing(memory()) as second:
        assert save(first, record(1), (1, worse), (1, better)) == ["stored", "stored"]
        assert save(second, record(1), (1, better), (1, worse)) == ["stored", "unchanged"]
        assert logical_hash(first) == logical_hash(second)
        assert sound(first)


def test_a_text_from_efetch_beats_the_same_text_of_a_file():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS))))
        assert save(db, (1, text(entry(1, LAMPS))), origin=Origin("efetch", LATER)) == ["stored"]
        assert db.execute("select origin, read_from from full_texts").fetchall() == [("efetch", None)]


def test_a_new_text_replaces_all_rows_of_the_old():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS), entry(2, FOG))), (1, text(entry(1, FOG), version=2)))

        tables = ("full_text_references", "citing_sentences", "mentions", "mention_references")
        assert [db.execute(f"select count(*) from {table}").fetchone()[0] for table in tables] == [1, 1, 1, 1]
        assert [row[0] for row in db.execute("select label from works where id < 0")] == ["Lund 2001 Fog Res"]
        assert sound(db)


# --- matching with the record ---


def test_references_are_matched_by_what_identifies_them_then_by_order():
    printed = (reference_of(1, 1, MOOS, pmid=9), reference_of(1, 2, LAMPS), reference_of(1, 3, FOG))
    with closing(memory()) as db:
        save(db, record(1, printed), (1, text(entry(1, "x", cited_pmid=9), entry(2, "y"), entry(3, "z"))))

        assert named(db) == [(1, 1, "id"), (2, 2, "order"), (3, 3, "order")]
        assert sound(db)


def test_where_an_identifier_crosses_the_order_the_order_says_nothing():
    printed = (reference_of(1, 1, MOOS, pmid=9), reference_of(1, 2, "Berg 1999."))
    with closing(memory()) as db:
        save(db, record(1, printed), (1, text(entry(1, "Strand 2005."), entry(2, "x", cited_pmid=9))))

        assert named(db) == [(1, None, None), (2, 1, "id")]


def test_different_identifiers_are_never_matched():
    with closing(memory()) as db:
        save(db, record(1, (reference_of(1, 1, MOOS, pmid=9),)), (1, text(entry(1, MOOS, cited_pmid=8))))

        assert named(db) == [(1, None, None)]
        assert said(db) == [(8, "pmc_fulltext"), (9, "pubmed")]


def test_references_are_matched_by_the_number_that_the_record_prints():
    with closing(memory()) as db:
        save(db, record(1, (reference_of(1, 1, f"7. {LAMPS}"),)), (1, text(entry(6, FOG), entry(7, "Lamps."))))

        assert named(db) == [(6, None, None), (7, 1, "label")]


def test_references_are_matched_by_their_words():
    again = "Okoro, T. (2011). Harbour lamps of the northern coast. Journal of Lamps 3, 4–9."
    with closing(memory()) as db:
        save(db, record(1, (reference_of(1, 1, LAMPS),)), (1, text(entry(1, FOG), entry(2, again))))

        assert named(db) == [(1, None, None), (2, 1, "words")]
        assert len(said(db)) == 2


def test_two_entries_are_never_matched_to_one():
    with closing(memory()) as db:
        save(db, record(1, (reference_of(1, 1, LAMPS),)), (1, text(entry(1, LAMPS), entry(2, LAMPS))))

        assert named(db) == [(1, None, None), (2, None, None)]
        assert sound(db)


def test_matches_follow_the_record_when_it_changes():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS))))
        assert named(db) == [(1, None, None)]
        save(db, record(1, (reference_of(1, 1, LAMPS),), version=2))
        assert named(db) == [(1, 1, "order")]
        with transaction(db):
            save_gone(db, 1, "deleted", at=LATER)
        assert named(db) == [(1, None, None)]
        assert sound(db)


# --- what is cited ---


def test_a_reference_that_both_lists_have_is_one_citation_of_two_sources():
    with closing(memory()) as db:
        save(db, record(1, (reference_of(1, 1, LAMPS),)), (1, text(entry(1, "Lamps, Okoro"))))

        [(_, sources)] = said(db)
        assert sources == "pubmed,pmc_fulltext"


def test_the_pmid_of_a_full_text_identifies_what_the_record_only_prints():
    with closing(memory()) as db:
        save(db, record(1, (reference_of(1, 1, LAMPS),)), (1, text(entry(1, LAMPS, cited_pmid=7))))

        assert db.execute("select merged_into, identified_by from works where id < 0").fetchall() == [(7, "full text")]
        assert said(db) == [(7, "resolved,pmc_fulltext")]
        assert sound(db)


def test_full_texts_that_name_two_articles_for_one_printed_reference_identify_neither():
    with closing(memory()) as db:
        for citing, cited in ((1, 7), (2, 8)):
            printed = reference_of(citing, 1, LAMPS)
            save(db, record(citing, (printed,)), (citing, text(entry(1, LAMPS, cited_pmid=cited))))

        assert db.execute("select merged_into from works where id < 0").fetchall() == [(None,)]
        assert sound(db)


def test_a_reference_that_only_the_full_text_lists_is_cited_too_and_shows_what_it_prints():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS), entry(2, MOOS, cited_pmid=9))))

        assert {sources for _, sources in said(db)} == {"pmc_fulltext"}
        labels = db.execute("select label, year from works where state = 'known' order by id").fetchall()
        assert labels == [("Okoro 2011 J Lamps", 2011), ("Moos 2008 Addiction", 2008)]


def test_a_doi_in_a_full_text_leads_to_the_article_that_has_it():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS, doi="10.5555/lamps"))), record(7, doi="10.5555/lamps"))

        assert said(db) == [(7, "pmc_fulltext")]
        assert sound(db)


def test_notes_and_the_references_of_sub_articles_cite_nothing():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, "Ibid.", names_a_work=0), entry(2, LAMPS, scope=1))))

        assert said(db) == []
        assert db.execute("select count(*) from full_text_references").fetchone() == (2,)


def test_an_article_that_lists_itself_does_not_cite_itself():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS, cited_pmid=1))))

        assert said(db) == []
        assert sound(db)


@pytest.mark.parametrize(("outcome", "entries"), [("body", 1), ("no marks", 1), ("front only", None)])
def test_the_length_of_the_list_is_that_of_the_text_or_not_known(outcome, entries):
    with closing(memory()) as db:
        save(db, record(1), (1, text(*[entry(1, LAMPS)] * (entries or 0), outcome=outcome)))

        lists = db.execute("select entries from article_lists where pmid = 1 and source_id = 15").fetchall()
        assert lists == [(entries,)]


def test_a_record_of_pubmed_takes_the_place_of_that_of_the_front_matter_in_any_order():
    front = record(1, title="As printed", source=PMC)
    with closing(memory()) as first, closing(memory()) as second:
        save(first, front, record(1))
        save(second, record(1), front)
        for db in (first, second):
            assert db.execute("select title, source_id from articles").fetchall() == [("Title of 1", 1)]


# --- any order ---

_REFERENCES = st.lists(
    st.builds(
        lambda citation, pmid, doi: (citation, pmid, doi),
        st.sampled_from([MOOS, LAMPS, FOG, None]),
        st.sampled_from([None, None, 2, 3, 9]),
        st.sampled_from([None, None, "10.5555/a", "10.5555/b"]),
    ),
    max_size=4,
)
_RECORDS = st.builds(
    lambda pmid, cites, doi, version: record(
        pmid,
        tuple(
            reference_of(pmid, n, citation, pmid=cited, doi=named)
            for n, (citation, cited, named) in enumerate(cites, 1)
        ),
        doi=doi,
        version=version,
    ),
    st.sampled_from([1, 2, 3]),
    _REFERENCES,
    st.sampled_from([None, "10.5555/a", "10.5555/b"]),
    st.sampled_from([1, 2]),
)
_TEXTS = st.builds(
    lambda pmid, cites, version, sha256: (
        pmid,
        text(
            *(entry(n, citation, cited_pmid=cited, doi=named) for n, (citation, cited, named) in enumerate(cites, 1)),
            version=version,
            sha256=sha256,
        ),
    ),
    st.sampled_from([1, 2]),
    _REFERENCES,
    st.sampled_from([1, 2]),
    st.sampled_from(["a", "b"]),
)


@settings(max_examples=settings.default.max_examples // 2)  # each is loaded twice
@given(st.lists(_RECORDS | _TEXTS, max_size=6), st.randoms(use_true_random=False))
def test_rows_do_not_depend_on_the_order_of_records_and_texts(items: list[object], random: Random):
    items = list({_identity(item): item for item in items}.values())  # two of one rank would be told apart by content
    other = random.sample(items, len(items))
    with closing(memory()) as first, closing(memory()) as second:
        save(first, *items)
        save(second, *other)

        assert sound(first)
        assert sound(second)
        assert logical_hash(first) == logical_hash(second)


def _identity(item: object) -> tuple[object, ...]:
    if isinstance(item, Record):
        return ("record", item.article.pmid, item.article.version)
    pmid, one = item
    return ("text", pmid, one.version, one.sha256)


def test_words_that_only_a_full_text_prints_are_looked_at_by_resolve():
    with closing(memory()) as db:
        save(db, record(1), (1, text(entry(1, LAMPS))))

        assert [(one.citations, one.citing) for one in read_unresolved(db)] == [((LAMPS,), frozenset({1}))]


def steps_of_saving(references: int, known_by: str) -> Counter[str]:
    """Return how many calls of Python, and tens of instructions of SQLite, it takes to save so many references."""
    db, steps, listed, cites = memory(), Counter[str](), [], []
    for n in range(1, references + 1):
        citation = f"Okoro T{n}. Harbour lamps {n}. J Lamps. {1950 + n % 70};{n}:1-9."
        pmid = 9_000 + n if known_by == "PMID" else None
        cites.append(reference_of(1, n, citation, pmid=pmid))
        listed.append(entry(n, citation, cited_pmid=pmid))
    save(db, record(1, tuple(cites)))
    written = text(*listed)
    db.set_progress_handler(lambda: steps.update(["instructions"]), 10)
    sys.setprofile(lambda _frame, event, _: steps.update([event]) if event == "call" else None)
    save(db, (1, written))
    sys.setprofile(None)
    return steps


@pytest.mark.parametrize("known_by", ["PMID", "words"])
def test_work_grows_with_the_references_of_a_text_and_not_with_their_square(known_by: str) -> None:
    few, many = (steps_of_saving(references, known_by) for references in (100, 400))

    assert {kind for kind in few if many[kind] > 5 * few[kind]} == set()
