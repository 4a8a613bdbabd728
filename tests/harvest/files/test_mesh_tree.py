"""NLM's descriptor file: the places in the tree, branches of it, and files that are something else."""

from contextlib import closing
from pathlib import Path

import pytest

from harvest.files.mesh_tree import parse_mesh
from harvest.rehearsal.mesh_branches import format_mesh, synthetic_places
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb, transaction
from kb.errors import RecordError
from kb.queries.search.mesh import BELOW, IN_BRANCH
from kb.records import MeshDescriptor, MeshHeading, MeshPlace, MeshTerm, Record
from kb.store.mesh import save_mesh_tree
from kb.store.records import save_records
from tests.records import MOMENT, record

DESCRIPTORS = """<?xml version="1.0"?>
<!DOCTYPE DescriptorRecordSet SYSTEM "https://www.nlm.nih.gov/databases/dtd/nlmdescriptorrecordset_20260101.dtd">
<DescriptorRecordSet LanguageCode="eng">
<DescriptorRecord DescriptorClass="1">
  <DescriptorUI>D012647</DescriptorUI>
  <DescriptorName><String>Self-Help
      Groups</String></DescriptorName>
  <TreeNumberList><TreeNumber>N02.421.784</TreeNumber><TreeNumber>I01.880</TreeNumber></TreeNumberList>
  <ConceptList>
    <Concept><ConceptName><String>Self-Help Groups</String></ConceptName><TermList>
      <Term><String>Self-Help Groups</String></Term><Term><String>Groups, Self-Help</String></Term>
    </TermList></Concept>
    <Concept><ConceptName><String>Mutual Help</String></ConceptName><TermList>
      <Term><String>Mutual
        Help</String></Term></TermList></Concept>
  </ConceptList>
</DescriptorRecord>
<DescriptorRecord DescriptorClass="2">
  <DescriptorUI>D005260</DescriptorUI><DescriptorName><String>Female</String></DescriptorName>
</DescriptorRecord>
</DescriptorRecordSet>
"""


def about(pmid: int, *uis: str) -> Record:
    descriptors = tuple(MeshDescriptor(ui, f"Name of {ui}", None) for ui in uis)
    headings = tuple(MeshHeading(pmid, n, n, ui, None, 0, 0) for n, ui in enumerate(uis, 1))
    return record(pmid, mesh_descriptors=descriptors, mesh_headings=headings)


TREE = (
    MeshPlace("A01", "D1", "Bodies"),
    MeshPlace("A01.100", "D2", "Arms"),
    MeshPlace("A01.100.5", "D3", "Hands"),
    MeshPlace("A011", "D4", "Boats"),
    MeshPlace("B01.7", "D3", "Hands"),
    MeshPlace("B01", "D5", "Tools"),
)


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    path = tmp_path / "kb.db"
    with closing(open_kb(path, create=True)) as db, transaction(db):
        save_records(db, [about(1, "D2"), about(2, "D3"), about(3, "D4"), about(4, "D3", "D2")], received_at=MOMENT)
        save_mesh_tree(db, TREE)
    return path


def test_each_place_and_other_name_of_a_descriptor_is_read_and_one_without_a_place_is_none():
    assert list(parse_mesh([DESCRIPTORS.encode()])) == [
        MeshPlace("N02.421.784", "D012647", "Self-Help Groups"),
        MeshPlace("I01.880", "D012647", "Self-Help Groups"),
        MeshTerm("Groups, Self-Help", "Self-Help Groups"),
        MeshTerm("Mutual Help", "Self-Help Groups"),
    ]


def test_other_names_are_kept_folded_but_for_those_with_the_same_words(kb: Path):
    terms = [MeshTerm("Mutual Help", "Self-Help Groups"), MeshTerm("Groups, Self-Help", "Self-Help Groups")]
    with closing(open_kb(kb)) as db:
        for found in (TREE, (*terms, TREE[0])):
            with transaction(db):
                save_mesh_tree(db, found)
        assert db.execute("select * from mesh_entry_terms").fetchall() == [("mutual help", "Self-Help Groups")]
        assert db.execute("select count(*) from mesh_tree").fetchone() == (1,)


def test_it_does_not_matter_how_the_file_comes():
    body = DESCRIPTORS.encode()

    assert list(parse_mesh(body[n : n + 1] for n in range(len(body)))) == list(parse_mesh([body]))


@pytest.mark.parametrize(
    "body", ["", "words", "<html></html>", DESCRIPTORS[:-30], DESCRIPTORS.replace("</String>", "", 1)]
)
def test_what_is_no_whole_descriptor_file_is_refused(body: str):
    with pytest.raises(RecordError, match="no whole descriptor file"):
        list(parse_mesh([body.encode()]))


def test_a_branch_holds_what_stands_at_its_place_or_below(kb: Path):
    below = f"select distinct pmid from ({IN_BRANCH.format(v=':place')})"
    with closing(open_kb(kb)) as db:
        counts = {
            place: len(db.execute(below, {"place": place}).fetchall()) for place in ("A01", "A01.100", "A011", "B01")
        }

    assert counts == {"A01": 3, "A01.100": 3, "A011": 1, "B01": 2}


def test_a_descriptor_finds_what_is_below_any_of_its_places(kb: Path):
    with closing(open_kb(kb)) as db:
        select = BELOW.format(ui=":ui")
        found = {ui: sorted(pmid for (pmid,) in db.execute(select, {"ui": ui})) for ui in ("D1", "D3", "D5", "D9")}
        by_view = db.execute("select pmid from article_branches where descriptor_ui = 'D1' order by 1").fetchall()

    assert found == {"D1": [1, 2, 4], "D3": [2, 4], "D5": [2, 4], "D9": []}
    assert by_view == [(1,), (2,), (4,)]


def test_the_command_replaces_the_tree_and_says_how_much_of_it_is_used(
    kb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "desc2026.xml"
    file.write_bytes(b"".join(format_mesh(iter(TREE[:2]))))

    assert run_command(cli, ["mesh", str(kb), str(file)]) == 0
    assert capsys.readouterr().out == "2 places; 1 of the 3 descriptors used here stand in the tree\n"
    with closing(open_kb(kb)) as db:
        assert db.execute("select count(*) from mesh_tree").fetchone() == (2,)


@pytest.mark.parametrize(("body", "code"), [(None, 2), ("<html></html>", 1)])
def test_a_bad_file_changes_nothing(kb: Path, tmp_path: Path, body: str | None, code: int):
    file = tmp_path / "desc.xml"
    if body is not None:
        file.write_text(body)

    assert run_command(cli, ["mesh", str(kb), str(file)]) == code
    with closing(open_kb(kb)) as db:
        assert db.execute("select count(*) from mesh_tree").fetchone() == (len(TREE),)


def test_the_made_up_tree_is_one():
    places = list(parse_mesh(format_mesh(synthetic_places())))

    assert places == list(synthetic_places())
    numbers = {place.tree_number for place in places}
    assert len(numbers) == len(places) == 77 - 12
    assert {number.rpartition(".")[0] for number in numbers} - {""} <= numbers
