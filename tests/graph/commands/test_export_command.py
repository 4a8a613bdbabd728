"""litkb export: choices of works, every format, files that appear whole or not at all, one sentence for a mistake."""

import csv
import json
import shutil
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path

import networkx as nx
import pytest
import rispy
from click.testing import CliRunner, Result

from graph.export.export_request import SUFFIXES, find_suffix
from graph.run import compute_graph
from kb.cli import cli
from kb.database import open_kb, transaction
from kb.errors import LitkbError, UsageError
from kb.store.records import save_records
from tests.records import LATER, MOMENT, record, reference
from tests.rows import add_article, add_citations

Export = Callable[..., Result]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5 cites 4, 4 cites 3, 3 cites 2 and a DOI, 2 cites 1; of 1990 to 1994; 9 cites 1, which is only known."""
    path = tmp_path_factory.mktemp("made") / "kb.db"
    db = open_kb(path, create=True)
    records = [
        record(5, (4,), year=1994, title="Recovery in groups"),
        record(4, (3,), year=1993, title="=Recovery alone"),
        record(3, (2, "10.1111/doi-only"), year=1992),
        record(2, (1,), year=1991),
        record(9, (1,), year=1990),
    ]
    with transaction(db):
        save_records(db, records, received_at=MOMENT)
    db.close()
    return path


@pytest.fixture
def kb(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


@pytest.fixture
def export(kb: Path, tmp_path: Path) -> Export:
    def run(out: str, *arguments: str, stdin: str | None = None) -> Result:
        name = out if out == "-" else str(tmp_path / out)
        return CliRunner().invoke(cli, ["export", str(kb), name, *arguments], input=stdin)

    return run


def pmids(result: Result) -> set[int]:
    """Return the PMIDs of a JSON Lines file on stdout."""
    assert result.exception is None, result.exception
    return {json.loads(line)["id"] for line in result.stdout.splitlines()}


def sentence(result: Result) -> str:
    assert isinstance(result.exception, LitkbError), result.exception
    return str(result.exception)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_whole_file_comes_out_in_every_format(export: Export, tmp_path: Path, suffix: str):
    result = export(f"out{suffix}")

    assert result.exception is None
    assert all(Path(line).stat().st_size for line in result.stdout.splitlines())
    assert "works 7" in result.stderr
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []


def test_a_graph_without_its_numbers_says_so_and_a_bibliography_needs_none(export: Export, kb: Path):
    said = f"The computed numbers are missing or old: `litkb graph compute {kb}` brings them up to date."

    assert said in export("old.graphml", "--articles-only").stderr
    assert said not in export("old.ris").stderr
    with closing(open_kb(kb)) as db:
        compute_graph(db)
    assert said not in export("new.graphml", "--years", "1990-1992").stderr


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        (("--sql", "select pmid from articles where year > 1992"), {5, 4}),
        (("--sql", "select id from works where id in (1, 9)"), {1, 9}),
        (("--sql", "select citing_id, cited_id from citations where citing_id = 5"), {5, 4}),
        (("--query", "recovery"), {5, 4}),
        (("--query", 'title:"recovery alone" year:1990-'), {4}),
        (("--neighbourhood", "3:0"), {3}),
        (("--neighbourhood", "4:1"), {5, 4, 3}),
        (("--neighbourhood", "5:3"), {5, 4, 3, 2}),
        (("--years", "1991-1992"), {2, 3}),
        (("--years", "-1990"), {9}),
        (("--years", "1994"), {5}),
        (("--query", "recovery", "--years", "1994-"), {5}),
    ],
)
def test_a_choice_is_taken_and_nothing_else(export: Export, arguments: tuple[str, ...], chosen: set[int]):
    found = pmids(export("-", "--as", ".jsonl", *arguments))

    assert {work for work in found if work > 0} == chosen


def test_a_neighbourhood_holds_works_without_a_pmid(export: Export):
    assert len([work for work in pmids(export("-", "--as", ".jsonl", "--neighbourhood", "3:1")) if work < 0]) == 1
    assert pmids(export("-", "--as", ".jsonl", "--neighbourhood", "3:1", "--articles-only")) == {4, 3, 2}


def test_a_community_is_taken_by_its_number(export: Export, kb: Path):
    db = open_kb(kb)
    db.execute("pragma foreign_keys = off")
    db.execute("insert into communities (id, community, graph_run_id) values (3, 7, 1), (9, 7, 1), (5, 8, 1)")
    db.close()

    assert pmids(export("-", "--as", ".jsonl", "--community", "7")) == {3, 9}


def test_pmids_come_from_a_file_or_stdin(export: Export, tmp_path: Path):
    (tmp_path / "pmids.txt").write_text("\ufeff5\r\n\r\n 9 \n77\n")

    from_file = export("-", "--as", ".jsonl", "--seeds", str(tmp_path / "pmids.txt"))

    assert pmids(from_file) == {5, 9}
    assert "1 of yours is not known here: 77." in from_file.stderr
    assert pmids(export("-", "--as", ".jsonl", "--seeds", "-", stdin="4\n")) == {4}


def test_citing_and_cited_columns_are_exactly_the_edges(export: Export, tmp_path: Path):
    export("pairs.graphml", "--sql", "select citing_id, cited_id from citations where cited_id in (3, 2)")
    export("works.graphml", "--seeds", "-", stdin="4\n3\n2\n1\n")

    assert set(nx.read_graphml(tmp_path / "pairs.graphml").edges()) == {("pmid:4", "pmid:3"), ("pmid:3", "pmid:2")}
    assert len(nx.read_graphml(tmp_path / "works.graphml").edges()) == 3


def test_a_choice_of_a_merged_work_is_what_it_became(export: Export, kb: Path):
    db = open_kb(kb)
    with transaction(db):
        save_records(db, [record(9, (1, 77), date_revised="2030-01-01")], received_at=LATER)
        db.execute("update works set state = 'merged', merged_into = 5 where id = 77")
    db.close()

    assert pmids(export("-", "--as", ".jsonl", "--sql", "select 77 as pmid")) == {5}


def test_networks_are_of_the_chosen_works(export: Export, tmp_path: Path):
    result = export("names.graphml", "--network", "couplings", "--years", "1990-1994")

    assert result.exception is None
    assert not nx.read_graphml(tmp_path / "names.graphml").is_directed()


def test_what_a_format_has_no_room_for_is_said(export: Export):
    result = export("out.nbib")

    assert "1 of them have no PMID and are not in a file of .nbib." in result.stderr


def test_files_are_not_overwritten_unasked(export: Export, tmp_path: Path):
    (tmp_path / "out.ris").write_text("mine")

    refused = export("out.ris")

    assert sentence(refused).endswith("is there already; --force replaces it.")
    assert (tmp_path / "out.ris").read_text() == "mine"
    assert export("out.ris", "--force").exception is None
    assert len(rispy.loads((tmp_path / "out.ris").read_text(encoding="utf-8"))) == 7


def test_a_link_that_is_there_is_not_written_through(export: Export, tmp_path: Path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (tmp_path / "out.ris").symlink_to(folder / "target.ris")

    assert "--force" in sentence(export("out.ris"))
    export("out.ris", "--force")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["a\nb.ris", "..ris", "-x.ris", "%00.ris", "'; drop.bib", "ø" * 100 + ".ris"])
def test_hostile_names_write_in_the_folder_named_and_nowhere_else(export: Export, tmp_path: Path, name: str):
    before = set(tmp_path.parent.iterdir())

    assert export(name).exception is None

    assert {path.name for path in tmp_path.iterdir()} == {"kb.db", name} | {
        path.name for path in tmp_path.glob("kb.db-*")
    }
    assert set(tmp_path.parent.iterdir()) == before


def test_a_failure_leaves_no_file(export: Export, tmp_path: Path):
    result = export("x" * 255 + ".ris")

    assert "could not be written" in sentence(result)
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"kb.db"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("out.ris", "--sql", "selct"), "This query cannot be answered: near"),
        (("out.ris", "--sql", "select year from articles"), "names no works"),
        (("out.ris", "--sql", "delete from articles"), "only reading is allowed"),
        (("out.ris", "--sql", "attach 'x.db' as x"), "only reading is allowed"),
        (("out.ris", "--sql", "select 1 as pmid; select 2 as pmid"), "one statement"),
        (("out.ris", "--sql", "select title as pmid from articles"), "where the number of a work is needed"),
        (("out.ris", "--sql", "select :x as pmid"), "This query cannot be answered"),
        (("out.ris", "--query", "* ( "), "cannot be searched, '*'"),
        (("out.ris", "--query", "recovery year:soon"), "cannot be searched, 'year:soon'"),
        (("out.ris", "--query", "nothingatall"), "chooses no work"),
        (("out.ris", "--seeds", "missing.txt"), "cannot be read"),
        (("out.ris", "--neighbourhood", "5:x"), "is no neighbourhood"),
        (("out.ris", "--neighbourhood", "88:1"), "Nothing in this knowledge base"),
        (("out.ris", "--years", "nineteen"), "says no years"),
        (("out.ris", "--community", "5"), "chooses no work"),
        (("out.ris", "--network", "keywords"), "is a bibliography"),
        (("out.docx",), "does not say its format"),
        (("out.ris", "--format", "docx"), "'docx' is no format: give one of apa.txt, bib"),
        (("out.ris", "--references-of", "1"), "Nothing that 1 cites is known here"),
        (("out.graphml", "--no-mesh"), "is a graph, which has no MeSH headings"),
        (("out.ris", "--references-of", "77"), "None of yours is known here: 77."),
        (("nowhere/out.ris",), "There is no folder"),
        (("-", "--as", ".csv"), "two files"),
    ],
)
def test_a_mistake_is_one_sentence_and_writes_nothing(
    export: Export, tmp_path: Path, arguments: tuple[str, ...], words: str
):
    before = (tmp_path / "kb.db").read_bytes()

    text = sentence(export(*arguments))

    assert words in text
    assert "\n" not in text
    assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"kb.db"}
    assert (tmp_path / "kb.db").read_bytes() == before


def test_a_line_that_is_no_identifier_is_named_and_the_rest_goes_on(export: Export):
    result = export("-", "--format", "jsonl", "--seeds", "-", stdin="5\nfive\n10.1111/doi-only\n")

    assert "standard input line 2: 'five' is no PMID, DOI, PMCID" in result.stderr
    assert len(pmids(result)) == 2


@pytest.mark.parametrize("form", ["jsonl", ".jsonl", "JSON Lines", ".JSONL"])
def test_a_format_is_called_with_or_without_its_point_or_by_its_name(export: Export, form: str):
    assert pmids(export("-", "--format", form, "--seeds", "-", stdin="5")) == {5}


def test_the_older_names_of_options_hold(export: Export):
    assert pmids(export("-", "--as", ".jsonl", "--pmids", "-", stdin="5 4")) == {5, 4}


def test_the_references_of_an_article_come_in_its_order_each_once(export: Export, kb: Path):
    _add_citing(kb)

    result = export("-", "--format", "jsonl", "--references-of", "https://pubmed.ncbi.nlm.nih.gov/20/")

    titles = [json.loads(line)["title"] for line in result.stdout.splitlines()]
    assert titles == ["Title of 9", "A book of lamps. Bergen. 2001.", "Recovery in groups", "Title of 3"]
    assert "Printed entries that name no work, left out: 1." in result.stderr
    assert "Works that only other sources say it cites, put after the printed list: 1." in result.stderr


def test_other_choices_narrow_a_list_of_references_and_keep_its_order(export: Export, kb: Path):
    _add_citing(kb)

    result = export("-", "--format", "jsonl", "--references-of", "20", "--articles-only", "--years", "1990-1994")

    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [9, 5, 3]


def test_a_network_of_references_has_the_article_that_cites_them(export: Export, kb: Path, tmp_path: Path):
    _add_citing(kb)

    export("cited.graphml", "--references-of", "20")

    cited = nx.read_graphml(tmp_path / "cited.graphml")
    assert len(cited) == 5
    assert cited.out_degree("pmid:20") == 4


def _add_citing(kb: Path) -> None:
    """Add 20, whose list has 9, a book, 5 twice and a blank entry; another source says that it cites 3."""
    citing = record(20, (9, "A book of lamps. Bergen. 2001.", 5, 5, reference(20, 5, None)))
    with closing(open_kb(kb, create=True)) as db:
        with transaction(db):
            save_records(db, [citing], received_at=MOMENT)
        add_citations(db, 20, 3, source="icite")


def test_mesh_headings_are_left_out_of_a_bibliography_where_asked(export: Export, kb: Path):
    with closing(open_kb(kb, create=True)) as db:
        add_article(db, 30, title="Lamps", keywords=["Light"], mesh=["Lighting", "light"])

    assert _keywords(export("-", "--format", "ris", "--seeds", "-", stdin="30")) == ["Light", "Lighting"]
    assert _keywords(export("-", "--format", "ris", "--no-mesh", "--seeds", "-", stdin="30")) == ["Light"]


def _keywords(result: Result) -> list[str]:
    [item] = rispy.loads(result.stdout)
    return list(item["keywords"])


def test_a_spreadsheet_runs_nothing_of_it(export: Export):
    rows = list(csv.DictReader(StringIO(export("-", "--as", ".pubmed.csv", "--query", "alone").stdout)))

    assert [row["Title"] for row in rows] == ["'=Recovery alone"]


def test_the_longest_suffix_says_the_format():
    names = ("a.csl.json", "a.vos.json", "a.json", "a.pubmed.csv", "A.CSV", "a.b.ris")

    assert [find_suffix(name) for name in names] == [
        ".csl.json", ".vos.json", ".json", ".pubmed.csv", ".csv", ".ris",
    ]  # fmt: skip
    with pytest.raises(UsageError):
        find_suffix("ris")


def test_references_are_of_one_article(export: Export):
    assert sentence(export("out.ris", "--references-of", "-", stdin="5 4")) == "--references-of takes one article."
