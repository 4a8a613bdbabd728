"""NBIB files: what is in them is kept, comes back, and what is broken is named by itself."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from harvest.files.nbib import is_nbib, parse_nbib
from harvest.files.nbib_fields import grant_parts
from harvest.jobs.rebuild import rebuild_kb
from harvest.pubmed.article import parse_articles
from harvest.rehearsal import synthetic
from kb import records as rows
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.errors import RecordError
from kb.formats.registry import BIBLIOGRAPHIES
from kb.integrity.check import check_kb, logical_hash
from kb.queries.works.bibliography import read_items
from kb.queries.works.records import read_record
from kb.records import Record
from kb.store.citations import save_citations
from kb.store.records import save_records
from tests.harvest.pubmed.test_write_article import articles, books
from tests.kb.formats.test_bibliographies import full_record
from tests.records import LATER, MOMENT, record

LANTERN = """\
PMID- 900000001
OWN - NLM
STAT- MEDLINE
DCOM- 20210408
LR  - 20230101
IS  - 1940-0640 (Electronic)
VI  - 7
IP  - 2
DP  - 2021 Jan 5
TI  - What lamplighters say of lamps: a made-up survey that
      goes on in a second line?
PG  - 30-41
LID - 10.5555/Lantern.7 [doi]
AB  - BACKGROUND: Lamps burn. RESULTS: Some do not.
FAU - Vederhus, John-Kåre
AU  - Vederhus JK
AUID- ORCID: 0000-0002-1825-0097
AD  - Lamp House, Oslo.
AD  - University of Lamps.
FAU - Anton, Raymond F Jr
AU  - Anton RF Jr
CN  - The Lamp Group
LA  - eng
GR  - R01 AA1/AA/NIAAA NIH HHS/United States
PT  - Journal Article
PL  - Norway
TA  - J Lamp Stud
JT  - Journal of lamp studies
JID - 900001
RN  - 0 (Oil)
RN  - 64-17-5 (Ethanol)
SB  - IM
MH  - *Lamps/economics/history
MH  - Norway/*ethnology
RF  - 54
OTO - NOTNLM
OT  - *light
OT  - oil
CIN - Lancet. 2022;1:2. PMID: 900000002
PMC - PMC7247232
EDAT- 2021/01/06 06:00
CRDT- 2021/01/05 06:00
PHST- 2020/11/02 00:00 [received]
PHST- 2021/01/06 06:00 [pubmed]
AID - 10.5555/Lantern.7 [doi]
AID - S0140 [pii]
PST - epublish
SO  - J Lamp Stud. 2021 Jan 5;7(2):30-41. doi: 10.5555/Lantern.7.
"""
SMALL = "PMID- {0}\nTI  - Title of {0}.\nFAU - Høie, Mette\nAU  - Høie M\nTA  - J Tests\nSO  - J Tests. 2020;1:{0}.\n"
TAGS = [[f"{tag:<4}"[:n].strip() for n in range(1, 5)] for tag in ("PMID", "TI", "FAU", "AU", "TA", "SO")]


def parsed(text: str) -> list[Record | RecordError]:
    return list(parse_nbib(text.encode()))


def written(db: sqlite3.Connection) -> str:
    """Return all that a file holds as NBIB."""
    pmids = [row[0] for row in db.execute("select pmid from articles")]
    return "".join(BIBLIOGRAPHIES[".nbib"].write(read_items(db, pmids)))


@pytest.fixture
def nbib_of(db: sqlite3.Connection) -> Callable[[Iterable[Record]], str]:
    """What an empty file would write as NBIB, had it loaded these records."""

    def write(records: Iterable[Record]) -> str:
        db.execute("begin immediate")
        save_records(db, records, received_at=MOMENT)
        text = written(db)
        db.execute("rollback")
        return text

    return write


# --- what a file says ---


def test_every_field_of_a_record_is_in_its_place():
    pmid = 900000001
    [found] = parsed(LANTERN)

    assert found == Record(
        article=rows.Article(
            pmid, "article", title="What lamplighters say of lamps: a made-up survey that goes on in a second line?",
            authors="Vederhus JK, Anton RF Jr, The Lamp Group", journal_id="900001",
            citation_line="2021 Jan 5;7(2):30-41. doi: 10.5555/Lantern.7.", pub_date="2021 Jan 5", year=2021,
            volume="7", issue="2", pages="30-41", publication_status="epublish", doi="10.5555/lantern.7",
            pmcid="PMC7247232", status="MEDLINE", date_completed="2021-04-08", date_revised="2023-01-01",
        ),
        journal=rows.Journal("900001", "Journal of lamp studies", "J Lamp Stud", None, None, "1940-0640", None,
                             "Norway", None),
        abstract_sections=(
            rows.AbstractSection(pmid, 1, None, None, "BACKGROUND: Lamps burn. RESULTS: Some do not.", None),
        ),
        authorships=(
            rows.Authorship(pmid, 1, "Vederhus JK", "Vederhus", "John-Kåre", "JK", None, None,
                            "0000-0002-1825-0097", None, "author"),
            rows.Authorship(pmid, 2, "Anton RF Jr", "Anton", "Raymond F", "RF", "Jr", None, None, None,
                            "author"),
            rows.Authorship(pmid, 3, "The Lamp Group", None, None, None, None, "The Lamp Group", None,
                            None, "author"),
        ),
        affiliations=(
            rows.Affiliation(pmid, 1, 1, "Lamp House, Oslo.", None, None),
            rows.Affiliation(pmid, 1, 2, "University of Lamps.", None, None),
        ),
        languages=(rows.Language(pmid, 1, "eng"),),
        mesh_headings=(
            rows.MeshHeading(pmid, 1, 1, "Lamps", "economics", 1, 1),
            rows.MeshHeading(pmid, 2, 1, "Lamps", "history", 1, 1),
            rows.MeshHeading(pmid, 3, 2, "Norway", "ethnology", 1, 0),
        ),
        mesh_descriptors=(rows.MeshDescriptor("Lamps", "Lamps", None), rows.MeshDescriptor("Norway", "Norway", None)),
        mesh_qualifiers=tuple(rows.MeshQualifier(name, name, None) for name in ("economics", "history", "ethnology")),
        keywords=(
            rows.Keyword(pmid, 1, "light", 1, "NOTNLM"), rows.Keyword(pmid, 2, "oil", 0, "NOTNLM"),
        ),
        chemicals=(rows.Chemical(pmid, 1, None, None, "Oil"), rows.Chemical(pmid, 2, "64-17-5", None, "Ethanol")),
        publication_types=(rows.PublicationType(pmid, 1, None, "Journal Article"),),
        grants=(rows.Grant(pmid, 1, "R01 AA1", "AA", "NIAAA NIH HHS", "United States"),),
        notices=(rows.Notice(pmid, 1, "CommentIn", 900000002, "Lancet. 2022;1:2", None),),
        article_identifiers=(
            rows.ArticleIdentifier(pmid, 1, "pmc", "PMC7247232", None),
            rows.ArticleIdentifier(pmid, 2, "doi", "10.5555/Lantern.7", None),
            rows.ArticleIdentifier(pmid, 3, "pii", "S0140", None),
        ),
        article_dates=(
            rows.ArticleDate(pmid, 1, "completed", "2021-04-08"), rows.ArticleDate(pmid, 2, "revised", "2023-01-01"),
            rows.ArticleDate(pmid, 3, "received", "2020-11-02"), rows.ArticleDate(pmid, 4, "pubmed", "2021-01-06"),
            rows.ArticleDate(pmid, 5, "entrez", "2021-01-05"),
        ),
        other_fields=(rows.OtherField(pmid, 1, "OWN", "NLM"), rows.OtherField(pmid, 2, "SB", "IM")),
        stated_reference_count=54,
        source="nbib",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("AU  - Vederhus JK\n", [("Vederhus JK", None, None, None)]),
        ("FAU - Vederhus, John\n", [("Vederhus, John", "Vederhus", "John", None)]),
        ("FAU - Vederhus, J\nAU  - Vederhus J\n", [("Vederhus J", "Vederhus", None, "J")]),
        ("FAU - Rossi, Maria V\nAU  - Rossi MV\n", [("Rossi MV", "Rossi", "Maria V", "MV")]),
        ("FAU - Madonna\nAU  - Madonna\n", [("Madonna", "Madonna", None, None)]),
        (
            "FAU - Van der Berg, Jo\nAU  - Van der Berg J\nFAU - Li, X\nAU  - Li X\n",
            [("Van der Berg J", "Van der Berg", "Jo", "J"), ("Li X", "Li", None, "X")],
        ),
    ],
)
def test_a_name_is_taken_apart_only_as_its_two_forms_show(lines, names):
    [found] = parsed(f"PMID- 1\n{lines}SO  - J.\n")

    assert [(a.name, a.last_name, a.fore_name, a.initials) for a in found.authorships] == names


@pytest.mark.parametrize("lines", ["FIR - Tait, Di\nIR  - Tait D\n", "IR  - Tait D\nFIR - Tait, Di\n"])
def test_an_investigator_is_one_person_whichever_form_comes_first(lines):
    [found] = parsed(f"PMID- 1\n{lines}IRAD- Oslo.\nIRAD- Bergen.\nSO  - J.\n")

    assert found.investigators == (
        rows.Investigator(1, 1, "Tait D", "Tait", "Di", "D", None, None, "Oslo.; Bergen."),
    )  # fmt: skip


def test_the_affiliation_before_all_names_is_the_first_ones():
    [found] = parsed("PMID- 1\nAD  - Oslo.\nFAU - Li, X\nAU  - Li X\nFAU - Høie, M\nAU  - Høie M\nSO  - J.\n")

    assert found.affiliations == (rows.Affiliation(1, 1, 1, "Oslo.", None, None),)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("R01 AI116794/AI/NIAID NIH HHS/United States", ("R01 AI116794", "AI", "NIAID NIH HHS", "United States")),
        ("097821/Z/11/A/Wellcome Trust/United Kingdom", ("097821/Z/11/A", None, "Wellcome Trust", "United Kingdom")),
        ("GBMF 4552/Gordon and Betty Moore Foundation", ("GBMF 4552", None, "Gordon and Betty Moore Foundation", None)),
        ("Wellcome Trust/United Kingdom", (None, None, "Wellcome Trust", "United Kingdom")),
        ("The Council", (None, None, "The Council", None)),
        ("a//b", (None, None, "a//b", None)),
    ],
)
def test_a_grant_is_taken_apart_from_its_end(line, parts):
    assert grant_parts(line) == parts


def test_what_has_no_place_of_its_own_is_kept_as_printed():
    lines = {
        "STAT": "MEDLINE", "XYZ": "unknown", "DEP": "20210231", "PHST": "long ago [received]", "RN": "Cancer",
        "AUID": "ISNI: 5", "PMC": "7247", "LID": "e12", "GN": "KIE: 12 refs.", "IS": "1234-5678 (Undetermined)",
        "AID": "no kind", "RF": "many",
    }  # fmt: skip
    text = "PMID- 1\nSTAT- Publisher\n" + "".join(f"{tag:<4}- {value}\n" for tag, value in lines.items())

    [found] = parsed(text + "\n")

    assert {row.tag: row.value for row in found.other_fields} == lines
    assert found.article.status == "Publisher"


def test_a_book_and_its_chapter_are_told_apart():
    book, chapter = parsed(
        "PMID- 1\nBTI - Lamps\nPB  - A Press\nEN  - 2nd\nISBN- 9780000000000\nAID - NBK1 [bookaccession]\n\n"
        "PMID- 2\nCTDT- 20220621\nPB  - A Press\nDP  - 2023 Jan\nTI  - Wicks\nBTI - Lamps\nVTI - Of Brass\n"
        "CTI - Harbour Lamps\nPL  - Oslo\nFED - Flame, Cy\nED  - Flame C\nAID - NBK2 [bookaccession]\n"
    )

    assert (book.article.record_type, book.article.title, book.article.book_title) == ("book", "Lamps", "Lamps")
    assert (chapter.article.record_type, chapter.article.title) == ("book chapter", "Wicks")
    assert (book.article.edition, book.article.isbn) == ("2nd", "9780000000000")
    assert (chapter.article.publisher_place, chapter.article.series_title) == ("Oslo", "Harbour Lamps")
    assert (chapter.article.volume_title, chapter.article.authors) == ("Of Brass", "Flame C, editor")
    assert chapter.article.citation_line == "Oslo: A Press; 2023 Jan."
    assert chapter.article_dates == (rows.ArticleDate(2, 1, "contribution", "2022-06-21"),)
    assert chapter.other_fields == ()


@pytest.mark.parametrize(
    ("note", "source"),
    [
        ("Made up by litkb; this article does not exist.", "synthetic"),
        ("Bibliographic facts of litkb's demonstration, not a record of PubMed.", "demonstration"),
        ("Read from a saved PubMed page.", "page"),
        ("Anything else.", "nbib"),
    ],
)
def test_a_record_that_litkb_wrote_still_says_what_it_is(note, source):
    [found] = parsed(f"PMID- 1\nTI  - T.\nGN  - {note}\nSO  - J.\n")

    assert found.source == source


def test_a_work_that_was_only_named_does_not_become_a_record():
    db_note = "Known to litkb from a reference list only; the title is the printed reference."

    [error] = parsed(f"PMID- 7\nTI  - Kleber HD. 2007.\nGN  - {db_note}\n\n")

    assert isinstance(error, RecordError)
    assert (error.pmid, str(error)) == (
        7, "It is no record but a work known from a reference list; harvest it by its PMID.",
    )  # fmt: skip


# --- forms of files ---


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: "\n\n" + text + "\n\n\n",
        lambda text: text.replace("\n\nPMID", "\nPMID"),
        lambda text: text.replace("\n      goes", " \n        goes"),
        lambda text: text.replace("\n      goes", "\n      \n      goes"),
        lambda text: text.removesuffix("\n"),
    ],
    ids=["crlf", "cr", "mark", "empty lines", "no empty line", "blanks", "blank line that goes on", "no last end"],
)
def test_the_form_of_a_file_changes_nothing(change):
    text = LANTERN + "\n" + SMALL.format(2)

    assert parsed(change(text)) == parsed(text)


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_the_chunks_of_a_file_change_nothing(size):
    data = ("\ufeff" + LANTERN + "\n" + SMALL.format(2)).replace("\n", "\r\n").encode()

    assert list(parse_nbib(data[at : at + size] for at in range(0, len(data), size))) == list(parse_nbib(data))


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (LANTERN, True),
        ("\ufeff\r\n" + LANTERN, True),
        ("PMC - PMC6055010\nPMID- 30042925\n", True),
        ("PMID: 32448354\nAbstract\n", False),
        ("TY  - JOUR\nTI  - PMID- 1\nER  - \n", False),
        ("Some words.\nPMID- 1\n", False),
        ("", False),
    ],
)
def test_a_file_is_nbib_by_its_first_lines(head, expected):
    assert is_nbib(head.encode()) is expected


# --- faults ---


def test_a_file_cut_off_anywhere_loses_its_last_record_alone_and_names_it():
    whole = "\n".join(map(SMALL.format, (1, 2, 3)))
    first, second, third = parsed(whole)
    start = whole.encode().index(b"PMID- 3")
    outcomes = set()

    for end in range(start + 1, len(whole.encode())):
        *kept, last = parse_nbib(whole.encode()[:end])
        outcomes.add(str(last) if isinstance(last, RecordError) else last)
        assert kept == [first, second]
        if isinstance(last, RecordError):
            assert (last.offset, last.pmid) == (start, 3 if end >= start + 7 else None)

    in_tag = {f"The record has a line that is no field: {part!r}." for tag in TAGS for part in tag}
    short = third._replace(article=third.article._replace(citation_line=None))  # ends in "J Tests."
    assert in_tag >= {outcome for outcome in outcomes if isinstance(outcome, str) and "no field" in outcome}
    assert {outcome for outcome in outcomes if outcome not in in_tag} == {
        "The record is cut off: it does not end with SO, where it appeared.", "The record is not in UTF-8.", third,
        short,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "pmid", "words"),
    [
        ("TI  - No number.\nSO  - J.\n", None, "The record has no PMID."),
        ("PMID- 0\nSO  - J.\n", None, "'0' is no PMID."),
        ("PMID- 12x\nSO  - J.\n", None, "'12x' is no PMID."),
        ("PMID- 5\nTI  - T\n<html>\nSO  - J.\n", 5, "The record has a line that is no field: '<html>'."),
        ("Some preface\n", None, "The record has a line that is no field: 'Some preface'."),
        ("PMID- 5\nTI  - \udcff\nSO  - J.\n", 5, "The record is not in UTF-8."),
    ],
)
def test_a_broken_record_is_rejected_by_itself_and_named(bad, pmid, words):
    before = SMALL.format(1) + "\n"
    data = (before + bad + "\n" + SMALL.format(3)).encode("utf-8", "surrogateescape")

    first, error, last = parse_nbib(data)

    assert [first, last] == [*parsed(SMALL.format(1)), *parsed(SMALL.format(3))]
    assert isinstance(error, RecordError)
    assert (str(error), error.pmid, error.offset) == (words, pmid, len(before.encode()))


# --- there and back ---


def test_what_was_written_is_read_and_written_again_the_same(nbib_of):
    text = nbib_of([full_record(1), record(3, names=(), title=None), *parsed(LANTERN)])

    assert nbib_of(parsed(text)) == text


def test_a_name_that_is_not_in_parts_stays_a_persons(nbib_of):
    text = nbib_of(parsed("PMID- 4\nAU  - John-Kåre Vederhus\nCN  - A Group\nSO  - J.\n"))

    assert text == "PMID- 4\nAU  - John-Kåre Vederhus\nCN  - A Group\nSO  - J.\n\n"


def test_a_star_alone_is_a_keyword(nbib_of):
    text = nbib_of(parsed("PMID- 4\nOTO - NOTNLM\nOT  - *\nOT  - *lamp\nSO  - J.\n"))

    assert "OT  - *\nOT  - *lamp\n" in text
    assert [(row.keyword, row.is_major) for row in parsed(text)[0].keywords] == [("*", 0), ("lamp", 1)]


def test_a_made_up_field_and_the_demonstration_come_back_the_same(nbib_of):
    field = list(synthetic.synthetic_records(60, seed=7))
    folder = Path(synthetic.__file__).parent / "demonstration"
    bundled = [one for path in sorted(folder.glob("*.xml")) for one in parse_articles(path.read_bytes())]

    for records in (field, bundled):
        text = nbib_of(records)
        back = parsed(text)
        assert nbib_of(back) == text
        assert {one.source for one in back} == {one.source for one in records}


@settings(max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(articles() | books())
def test_any_record_is_written_again_the_same(nbib_of, one):
    text = nbib_of([one])

    assert nbib_of(parsed(text)) == text


# --- in a file ---


def test_a_record_of_pubmeds_xml_wins_over_nbib_in_any_order(db: sqlite3.Connection):
    nbib = parsed(SMALL.format(1))
    xml = [record(1, (2, 3))]

    with transaction(db):
        outcomes = [
            save_records(db, records, received_at=at)[0].outcome
            for records, at in ((nbib, MOMENT), (xml, MOMENT), (nbib, LATER))
        ]

    assert outcomes == ["stored", "stored", "unchanged"]
    assert read_record(db, 1) == xml[0]


def test_a_description_of_a_journal_takes_nothing_from_pubmeds(db: sqlite3.Connection):
    [nbib] = parsed("PMID- 1\nLR  - 20300101\nTA  - J Tests\nJT  - Other words\nJID - 1\nPL  - Norway\nSO  - J.\n")

    with transaction(db):
        save_records(
            db, [record(3)._replace(journal=record(3).journal._replace(as_of="2020-01-01"))], received_at=MOMENT
        )
        save_records(db, [nbib], received_at=LATER)

    assert db.execute("select title, iso_abbreviation from journals").fetchall() == [("Journal of Tests", "J. Tests")]


def test_the_length_of_a_list_alone_disputes_no_citation(db: sqlite3.Connection):
    with transaction(db):
        save_records(db, parsed(LANTERN), received_at=MOMENT)
        db.execute("insert into works (id, label) values (5, 'PMID 5')")
        save_citations(db, [(900000001, 5, 5, MOMENT)])

    assert db.execute("select entries from article_lists where pmid = 900000001").fetchall() == [(54,)]
    assert db.execute("select * from disputed_citations").fetchall() == []


def test_a_file_loads_offline_and_is_made_anew_from_the_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    kb, file = tmp_path / "kb.db", tmp_path / "lamps.nbib"
    file.write_text(LANTERN + "\n" + SMALL.format(2) + "\nPMID- 3\nTI  - Cut off")

    code = run_command(cli, ["harvest", str(kb), "--file", str(file), "--no-graph"])

    said = capsys.readouterr()
    assert code == 1
    assert said.out == "records 3 = 2 stored + 1 rejected\n"
    assert "no requests" in said.err
    offset = len((LANTERN + "\n" + SMALL.format(2) + "\n").encode())
    assert (
        f"rejected: record lamps.nbib at byte {offset}: PMID 3: The record is cut off: it does not end with SO, "
        "where it appeared." in said.err
    )
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        before = logical_hash(db)
        assert db.execute("select distinct name from articles join citation_sources on id = source_id").fetchall() == [
            ("nbib",)
        ]
    rebuild_kb(kb)
    with closing(open_kb(kb)) as db:
        assert logical_hash(db) == before
