"""The pages in headless Chromium: they fit, call nobody, log nothing, and work without a script."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harvest.archive import keep_answer, open_archive
from kb.queries.archive import archive_path
from kb.site.server.serve import served
from tests.site.conftest import KNOWN, LINKS, MOMENT, RETRACTED, SEED, field, fill
from tests.site.pages.test_archived_response import BODY, NAME, note_answer

if TYPE_CHECKING:  # the extra litkb[browser] is there for these tests only
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FLAGS = [
    f"--{flag}"
    for flag in (
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
    )
]
PAGES = (
    "",
    "search",
    "search?q=norway",
    "search?q=year:2000-&view=table&type=Journal+Article",
    "search?state=known",
    "author/vederhus+jk",
    "journal/1",
    "run/1",
    f"article/{SEED}",
    f"article/{RETRACTED}",
    f"article/{SEED}?sort=citations",
    f"article/{SEED}/cite",
    f"work/{KNOWN}",
    "schema",
    f"evidence/citing?id={SEED}",
    "evidence/citation?citing=1004&cited=1001",
    f"kb/who_cites.map?id={SEED}",
    "kb",
    "kb/articles",
    "kb/seed_references",
    "kb/works",
    "no-such-page",
)
MORE_PAGES = (
    "map", "timeline", "names", "years", "community/1", "mesh/D1", "year/2020",
    "keyword/self-help+groups", "kb/citations", f"article/{SEED}/years", f"evidence/answer?name={NAME}&find={SEED}",
)  # fmt: skip
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = fill(tmp_path_factory.mktemp("browser") / "kb.db", field(), LINKS)
    with open_archive(archive_path(path)) as archive:
        keep_answer(archive, BODY, endpoint="elink", request={"id": str(SEED)}, received_at=MOMENT)
    note_answer(path, NAME)
    with served(path) as where:
        yield where


@pytest.fixture(scope="module")
def window() -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright  # as above

    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


def opened(window: "Browser", size: str, *, script: bool = True, scheme: str = "light") -> "Page":
    width, height = SIZES[size]
    context = window.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, color_scheme=scheme
    )
    return context.new_page()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_logs_nothing_and_calls_nobody(window: "Browser", address: str, path: str, size: str):
    page = opened(window, size)
    messages: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))

    page.goto(address + path)

    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert [message for message in messages if "404" not in message] == []
    assert [url for url in requests if not url.startswith((address, "data:"))] == []
    page.context.close()


def test_a_search_leads_to_an_article_without_a_script(window: "Browser", address: str):
    page = opened(window, "phone", script=False)
    page.goto(address)
    page.fill(".big-search input", "hoie norway")
    page.press(".big-search input", "Enter")
    page.click(".results a.title")

    assert page.url == f"{address}article/{SEED}"
    assert page.inner_text("h1") == "One size doesn't fit all: H2O in Norway"
    page.context.close()


def test_a_person_can_reach_everything_by_keyboard(window: "Browser", address: str):
    page = opened(window, "desktop")
    page.goto(f"{address}article/{SEED}")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.textContent")
    outlines = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        outlines.add(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))

    assert first == "Skip to the content"
    assert "none" not in outlines
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES[:19])
def test_text_stands_out_from_its_ground(window: "Browser", address: str, path: str, scheme: str):
    page = opened(window, "desktop", scheme=scheme)
    page.goto(address + path)

    weak = page.evaluate(CONTRAST)

    assert weak == []
    page.context.close()


@pytest.mark.parametrize(
    ("scheme", "only"),
    [("light", list(WCAG)), ("dark", {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})],
)
def test_axe_finds_nothing_that_wcag_asks_for(window: "Browser", address: str, scheme: str, only: object):
    from axe_playwright_python.sync_playwright import Axe  # as above

    found = []
    for path in (*PAGES, *MORE_PAGES):
        page = opened(window, "desktop", scheme=scheme)
        page.goto(address + path)
        results = Axe().run(page, options={"runOnly": only})
        found += [(path, one["id"], [node["html"] for node in one["nodes"]]) for one in results.response["violations"]]
        page.context.close()

    assert found == []


def test_a_reference_is_copied_with_one_click(window: "Browser", address: str):
    page = opened(window, "desktop")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}article/{SEED}/cite")
    page.click('[data-copy="cite-nlm-txt"]')
    page.wait_for_function("document.querySelector('[data-do=said]').textContent === 'Copied'")

    assert page.evaluate("navigator.clipboard.readText()") == page.text_content("#cite-nlm-txt")
    page.context.close()


def test_without_a_script_a_reference_is_there_to_be_selected(window: "Browser", address: str):
    page = opened(window, "phone", script=False)
    page.goto(f"{address}article/{SEED}/cite")

    assert not page.is_visible("[data-copy]")
    assert page.is_visible("#cite-nlm-txt")
    page.context.close()


def test_a_reader_goes_from_a_number_to_its_rows_and_from_a_citation_to_who_says_so(window: "Browser", address: str):
    page = opened(window, "desktop", script=False)
    page.goto(f"{address}article/{SEED}")
    page.click("#cited-by .count >> nth=0")
    number = page.inner_text("#number")
    page.go_back()
    page.click("#cited-by .said-by a >> nth=0")

    assert number == "2"
    assert "cites Vederhus 2020 J Tests" in page.inner_text("h1")
    page.context.close()


def test_print_leaves_out_what_paper_cannot_use(window: "Browser", address: str):
    page = opened(window, "desktop")
    page.goto(f"{address}article/{SEED}")
    page.emulate_media(media="print")

    assert not page.is_visible(".site-header")
    assert page.is_visible("#references")
    page.context.close()


CONTRAST = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] > 0.5) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  for (const element of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    const box = element.getBoundingClientRect();
    if (!own || !box.width || box.right < 0 || element.closest('.CodeMirror, option, select')) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push(element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 30)
      + ' ' + ratio.toFixed(2));
  }
  return weak;
}"""
