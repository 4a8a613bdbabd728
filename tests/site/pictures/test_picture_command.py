"""litkb picture: pictures of the site as files, and as pages for the frames of others."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from lxml import etree

from kb.cli import cli
from kb.console import run_command
from kb.site.server.serve import build_app
from tests.site.conftest import SEED

HREF = re.compile(r' href="([^"]*)"')


def written(file: Path, tmp_path: Path, what: str, name: str, *options: str) -> bytes:
    out = tmp_path / name
    assert run_command(cli, ["picture", str(file), what, str(out), *options]) == 0
    return out.read_bytes()


@pytest.mark.parametrize("what", ["map", "timeline", "names", "years/articles", str(SEED), f"{SEED}/years"])
def test_a_picture_is_an_svg_whose_links_lead_to_pubmed(field_file: Path, tmp_path: Path, what: str):
    svg = etree.fromstring(written(field_file, tmp_path, what, "out.svg"))

    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert all(link.startswith("https://pubmed.ncbi.nlm.nih.gov/") for link in svg.xpath("//@href"))


def test_a_picture_is_a_page_that_needs_nothing_else(field_file: Path, tmp_path: Path):
    page = written(field_file, tmp_path, "map", "out.html").decode()

    assert f'href="https://pubmed.ncbi.nlm.nih.gov/{SEED}/"' in page
    assert [link for link in HREF.findall(page) if not link.startswith(("https://", "#"))] == []
    assert re.findall(r"<(?:link|img|script src)", page) == []
    assert "url(" not in page
    assert "Sources of the records: PubMed." in page


def test_links_lead_to_a_site_where_one_is_named(field_file: Path, tmp_path: Path):
    page = written(field_file, tmp_path, "names", "out.html", "--site", "https://example.org/lit/").decode()

    assert 'href="https://example.org/lit/author/vederhus+jk"' in page


def test_all_charts_over_years_are_one_page(field_file: Path, tmp_path: Path):
    page = written(field_file, tmp_path, "years", "out.html").decode()

    assert page.count('<svg class="picture"') == 4


def test_a_picture_is_a_png(field_file: Path, tmp_path: Path):
    assert written(field_file, tmp_path, "map", "out.png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("what", "name", "sentence"),
    [
        ("landscape", "out.svg", "'landscape' is no picture. Choose: map, timeline, names, years, years/articles"),
        ("map", "out.pdf", "out.pdf ends in none of .svg, .png, .html."),
        ("years", "out.svg", "years is 4 charts: write them as .html, or name one: years/articles."),
        ("map", "there.svg", "there.svg is there already; --force replaces it."),
    ],
)
def test_misuse_is_one_sentence(
    field_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, name: str, sentence: str
):
    (tmp_path / "there.svg").touch()

    assert run_command(cli, ["picture", str(field_file), what, str(tmp_path / name)]) == 2
    assert sentence in capsys.readouterr().err


def test_a_work_that_nobody_names_has_no_picture(field_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert run_command(cli, ["picture", str(field_file), "99", str(tmp_path / "x.svg")]) == 1
    assert capsys.readouterr().err == "Error: Nothing in this knowledge base holds or names PMID 99.\n"


@pytest.mark.parametrize("embed", [True, False])
def test_only_pictures_for_others_can_be_framed_and_only_where_that_is_allowed(field_file: Path, embed: bool):
    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(build_app(field_file, embed=embed).app(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://any") as client:
            return [await client.get(path) for path in ("/embed/map", "/map")]

    alone, page = asyncio.run(ask())

    assert alone.status_code == (200 if embed else 404)
    assert ("x-frame-options" not in alone.headers) is embed
    assert ("frame-ancestors *" in alone.headers["content-security-policy"]) is embed
    assert page.headers["x-frame-options"] == "DENY"
