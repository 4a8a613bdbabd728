"""Every element of the saved PubMed page of the seed article is on the page that is served of it."""

import re
from pathlib import Path

import pytest

from harvest.files.saved_page import parse_page
from tests.site.conftest import fill, served
from tests.site.pages.test_pages import section, text_of

pytestmark = pytest.mark.real


def test_every_element_of_the_saved_page_is_served(shared_data: Path, tmp_path: Path):
    saved = (shared_data.parent / "seed" / "pubmed-page.txt").read_text(encoding="utf-8")
    with served(fill(tmp_path / "seed.db", [parse_page(saved, pmid=32448354)])) as get:
        html = get("/article/32448354").text
    text = text_of(html)
    printed = [line.strip().removeprefix("1. ") for line in saved.splitlines() if line.strip().startswith("1. ")]
    references = [re.split(r" - (?:DOI|PMC|PubMed)", line)[0] for line in printed]
    abstract = [line for line in saved.splitlines() if re.match(r"(Background|Methods|Results|Conclusion): ", line)]

    assert len(references) == 5
    assert len(abstract) == 4
    for wanted in (
        "Addict Sci Clin Pract . 2020 May 24;15(1):18.",
        "DOI: 10.1186/s13722-020-00191-w",
        "One size doesn't fit all: a thematic analysis of interviews with people who have stopped participating in "
        "Narcotics Anonymous in Norway",
        "John-Kåre Vederhus and others whom the record leaves out",
        *abstract,
        "Keywords Narcotics Anonymous ; Norway ; Self-help groups ; Substance use disorders .",
        "Conflict of interest statement The authors declare that they have no competing interests.",
        *references,
    ):
        assert wanted in text, wanted
    for name in ("similar", "cited-by"):
        assert "Unknown: " in section(html, name)
    assert "5 references listed here; the total is unknown." in section(html, "references")
    for number, line in enumerate(printed, start=1):
        entry = html.partition(f'id="reference-{number}"')[2].partition('<p class="links">')[2].partition("</p>")[0]
        links = {name for name in ("DOI", "PMC", "PubMed") if re.search(rf">[^<]*\b{name}\b(?! page)", entry)}
        assert links == set(re.findall(r" - (DOI|PMC|PubMed)\b", line)) | set(
            re.findall(r"- (DOI|PMC|PubMed)", line)
        ), number
