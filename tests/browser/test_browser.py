"""The pages in headless Chromium: they fit, call nobody, log nothing, and work without a script."""

import re
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from harvest.archive import keep_answer, open_archive
from kb.queries.archive import archive_path
from kb.site.server.serve import served
from tests.site.conftest import FIELD_TEXTS, KNOWN, LINKS, MOMENT, RETRACTED, SEED, field, fill
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
    "search?q=norway+xyzzy",
    "search?q=year:2000-&view=table&type=Journal+Article",
    "search?q=year:2000-&view=map",
    "search?state=known",
    "author/vederhus+jk",
    "journal/1",
    "mesh/D1",
    "keyword/self-help+groups",
    "community/1",
    "year/2020",
    "run/1",
    f"article/{SEED}",
    f"article/{RETRACTED}",
    "article/1004",
    f"article/{SEED}/cite",
    f"article/{SEED}/next",
    f"article/{SEED}/map",
    f"article/{SEED}/years",
    f"work/{KNOWN}",
    "suggestions",
    "map",
    "timeline",
    "years",
    "names",
    "schema",
    f"evidence/citing?id={SEED}",
    "evidence/citation?citing=1004&cited=1001",
    f"sentences?cited={SEED}",
    "sentences?q=groups&section=methods",
    f"evidence/answer?name={NAME}&find={SEED}",
    f"kb/who_cites.map?id={SEED}",
    "kb",
    "kb?sql=select+pmid,+year+from+articles",
    "kb?sql=select+x+from+y",
    "kb/articles",
    f"kb/articles/{SEED}",
    "kb/citations",
    "kb/seed_references",
    "kb/works",
    "no-such-page",
)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = fill(tmp_path_factory.mktemp("browser") / "kb.db", field(), LINKS, texts=FIELD_TEXTS)
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


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_right_on_a_desk_in_the_dark_on_a_phone_and_on_paper(window: "Browser", address: str, path: str):
    page = opened(window, "desktop")
    messages, others = watched(page, address)

    page.goto(address + path)
    found = [*violations(page, WCAG), *page.evaluate(FAULTS)]
    page.emulate_media(color_scheme="dark")
    found += violations(page, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    found += [*violations(page, {"type": "rule", "values": ["target-size"]}), *page.evaluate(FAULTS)]
    page.evaluate(LENGTHENED)
    found += page.evaluate(FAULTS)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    found += [*page.evaluate(FAULTS), *page.evaluate(USELESS_ON_PAPER)]

    assert found == []
    assert [message for message in messages if not re.search("status of 40[04]", message)] == []
    assert others == []
    page.context.close()


def watched(page: "Page", address: str) -> tuple[list[str], list[str]]:
    """Return what a page logs and whom else it calls, as it goes on."""
    messages: list[str] = []
    others: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith((address, "data:")) else others.append(one.url))
    return messages, others


def violations(page: "Page", only: object) -> list[tuple[str, list[str]]]:
    """Return what axe finds of some rules."""
    from axe_playwright_python.sync_playwright import Axe  # as above

    results = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]}).response["violations"]
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in results]


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


def test_a_reader_goes_from_an_article_to_a_sentence_that_cites_it_and_back(window: "Browser", address: str):
    page = opened(window, "phone", script=False)

    page.goto(f"{address}article/{SEED}")
    assert page.locator("#why-cited mark").first.inner_text() == "[1]"
    page.click("#why-cited .cited-in a[href*='/work/']")
    page.wait_for_url(f"{address}article/1004")
    page.click("#reference-1 .in-text a:not(.count)")
    assert page.locator("h2#sentences").inner_text() == "What Vederhus 2022 J Tests says of Vederhus 2020 J Tests"
    assert page.locator("q mark").count() == 4
    page.click(f"h1 a[href$='/work/{SEED}']")
    page.wait_for_url(f"{address}article/{SEED}")
    page.click("#why-cited .more a")
    page.fill(".big-search input", "norway")
    page.click(".big-search button")
    assert page.locator("q").count() == 0
    page.context.close()


def test_the_search_box_comes_before_all_else_on_the_home_page(window: "Browser", address: str):
    page = opened(window, "phone", script=False)
    page.goto(address)

    assert [box.get_attribute("placeholder") for box in page.locator("[role=search] input:visible").all()] == [
        page.get_attribute(".big-search input", "placeholder")
    ]
    assert page.locator(".big-search").bounding_box()["y"] < page.locator(".firsts").bounding_box()["y"]  # type: ignore[index]
    page.context.close()


def test_print_leaves_out_what_paper_cannot_use(window: "Browser", address: str):
    page = opened(window, "desktop")
    page.goto(f"{address}article/{SEED}")
    page.emulate_media(media="print")

    assert not page.is_visible(".site-header")
    assert page.is_visible("#references")
    page.context.close()


# A page is not wider than its window, nor is what would scroll on paper; headings of our own pages leave no level out.
FAULTS = """() => {
  const found = [], wide = element => element.scrollWidth - element.clientWidth > 1;
  if (wide(document.documentElement)) found.push('the page is too wide');
  if (matchMedia('print').matches)
    for (const one of document.querySelectorAll('.table-wrapper, pre, figure'))
      if (wide(one)) found.push('wider than paper: ' + one.className);
  const levels = [...document.querySelectorAll('.litkb :is(h1, h2, h3, h4)')].map(one => Number(one.tagName[1]));
  if (levels.length && levels.filter(level => level === 1).length !== 1) found.push('not one h1');
  levels.forEach((level, n) => { if (level > (levels[n - 1] || 0) + 1) found.push('a heading leaves a level out'); });
  return found;
}"""
LENGTHENED = """() => {
  const texts = 'main :is(h1, .title, .own, .citation, blockquote, td, dd, code):not(.number)';
  for (const one of document.querySelectorAll(texts))
    if (!one.children.length && one.textContent.trim()) one.append('https://example.org/' + 'w'.repeat(200));
}"""
USELESS_ON_PAPER = """() => [...document.querySelectorAll('input, select, button, textarea, .on-screen, .CodeMirror')]
  .filter(one => one.checkVisibility() && !one.closest('.legend')).map(one => one.outerHTML.slice(0, 80))"""
