"""The page of a MeSH heading leads up and down in the tree, where a tree has been read."""

import re
from collections.abc import Iterator

import pytest

from kb.database import open_kb, transaction
from kb.records import MeshDescriptor, MeshHeading, MeshPlace, Record
from kb.store.mesh import save_mesh_tree
from tests.records import record
from tests.site.conftest import Get, fill, served
from tests.site.pages.test_evidence import wrong_numbers


@pytest.fixture(scope="module")
def with_tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """Three articles on headings of a small tree: D2 and D3 stand below D1, D3 also below D5, which has none."""
    path = tmp_path_factory.mktemp("tree") / "kb.db"
    headed = {1: "D1", 2: "D2", 3: "D3"}
    fill(path, [_headed(pmid, ui) for pmid, ui in headed.items()])
    db = open_kb(path)
    places = (("A01", "D1"), ("A01.1", "D2"), ("A01.1.7", "D3"), ("A011", "D4"), ("B01", "D5"), ("B01.2", "D3"))
    with transaction(db):
        save_mesh_tree(db, [MeshPlace(place, ui, f"Name of {ui}") for place, ui in places])
    db.close()
    with served(path) as ask:
        yield ask


def _headed(pmid: int, ui: str) -> Record:
    descriptors, headings = (MeshDescriptor(ui, f"Name of {ui}", None),), (MeshHeading(pmid, 1, 1, ui, None, 0, 0),)
    return record(pmid, mesh_descriptors=descriptors, mesh_headings=headings)


def steps(html: str) -> dict[str, list[tuple[str, str, str]]]:
    """Return the lists of a page that lead up and down in MeSH: where, what, how many articles."""
    found = {}
    for title, items in re.findall(
        r'<h3 id="near-\d+">((?:Broader|Narrower) [^<]*)</h3>(.*?)</section>', html, re.DOTALL
    ):
        found[title.split()[0]] = re.findall(r'<a href="([^"]+)">([^<]+)</a> <span class="many"><a[^>]*>(\d+)', items)
    return found


def test_a_heading_leads_one_step_up_and_down_in_the_tree(with_tree: Get):
    assert steps(with_tree("/mesh/D1").text) == {"Narrower": [("/mesh/D2", "Name of D2", "2")]}
    assert steps(with_tree("/mesh/D3").text) == {
        "Broader": [("/mesh/D2", "Name of D2", "2"), ("/mesh/D5", "Name of D5", "1")]
    }


def test_a_heading_that_only_stands_in_the_tree_has_a_page(with_tree: Get):
    html = with_tree("/mesh/D5").text

    assert "No article in this library has this heading itself" in html
    assert steps(html) == {"Narrower": [("/mesh/D3", "Name of D3", "1")]}
    assert with_tree("/mesh/D4").status_code == 200
    assert with_tree("/mesh/D9").status_code == 404


def test_counts_of_the_tree_are_those_of_their_evidence(with_tree: Get):
    wrong, followed = wrong_numbers(with_tree, pages=4, of_each=3)

    assert wrong == []
    assert "below" in followed
