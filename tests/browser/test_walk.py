"""One walk through the whole site in headless Chromium: by pointer, by keyboard alone, and without a script."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kb.site.server.serve import served
from tests.browser.test_browser import FAULTS, WCAG, opened, violations, watched, window  # noqa: F401 # window is a fixture
from tests.browser.test_pictures_browser import synthetic_file

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MOST_TABS = 400  # from one end of a page to what is looked for
FOCUS = """selector => {
  if (document.activeElement === document.body) return [false, true, true, ''];  // between the end and the beginning
  const one = document.activeElement, look = getComputedStyle(one), box = one.getBoundingClientRect();
  return [one === document.querySelector(selector), look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0,
    box.width > 0, (one.textContent || one.name || '').trim().slice(0, 40)];
}"""
Follow = Callable[["Page", str], None]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = synthetic_file(tmp_path_factory.mktemp("walk") / "kb.db")
    with served(path) as address:
        yield address


def click(page: "Page", selector: str) -> None:
    page.locator(selector).first.click()


def press(page: "Page", selector: str) -> None:
    """Tab to an element and press Enter there; every stop on the way is to be seen."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def tab_to(page: "Page", selector: str) -> None:
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        is_there, is_seen, has_size, words = page.evaluate(FOCUS, selector)
        assert is_seen, (page.url, words)
        assert has_size, (page.url, words)
        if is_there:
            return
    pytest.fail(f"{selector} cannot be reached by keyboard on {page.url}")


def walk(page: "Page", site: str, follow: Follow, look: Callable[["Page"], None]) -> list[str]:
    """Go home, search, facet, article, reference, map, author, query, export, evidence, feed; return the addresses."""
    seen: list[str] = []

    def arrived(pattern: str) -> None:
        address = page.url.removeprefix(site)
        assert re.fullmatch(pattern, address), (pattern, address)
        seen.append(address)
        look(page)

    def go(selector: str, pattern: str) -> None:
        with page.expect_navigation():
            follow(page, selector)
        arrived(pattern)

    page.set_default_timeout(60_000)  # every tab to what is followed counts
    page.goto(site)
    arrived("")
    follow(page, ".big-search input")
    page.keyboard.type("synthetic")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    arrived(r"search\?q=synthetic")
    go('#facets section[aria-labelledby="facet-year"] ul a', r"search\?q=synthetic&year=.+")
    go(".results a.title", r"article/\d+")
    go('#references .links a[href^="/article/"]', rf"article/(?!{seen[-1].rpartition('/')[2]}$)\d+")
    go(".preview", seen[-1] + "/map")
    go(".picture-head .eyebrow a", seen[-1].removesuffix("/map"))
    go(".authors .author a", "author/.+")
    go('.site-links a[href$="#queries"]', "kb#queries")
    go('.question-list a[href="/kb/most_cited_works"]', "kb/most_cited_works")
    follow(page, "details.export > summary")
    with page.expect_download() as download:
        follow(page, '.export-menu a[href*=".ris"]')
    assert Path(download.value.path()).read_text(encoding="utf-8").startswith("TY  - ")
    go(".brand", "")
    go(".numbers dd .count", "evidence/all_held")
    assert page.inner_text("#number") == "240"
    with page.expect_navigation():
        follow(page, '.ft a[href="/notices.atom"]')
    assert page.url == f"{site}notices.atom"
    return seen


def looker(found: list[Any]) -> Callable[["Page"], None]:
    """Return what looks at each page: it fits, and axe finds nothing that WCAG asks for."""

    def look(page: "Page") -> None:
        found.extend((page.url, *one) for one in violations(page, WCAG))
        found.extend((page.url, one) for one in page.evaluate(FAULTS))

    return look


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_whole_site_is_walked(window: "Browser", site: str, size: str):  # noqa: F811
    page = opened(window, size)
    messages, others = watched(page, site)
    found: list[Any] = []

    walk(page, site, click, looker(found) if size == "phone" else lambda _: None)  # axe takes seconds a page

    assert (found, messages, others) == ([], [], [])
    page.context.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_whole_site_is_walked_by_keyboard_alone(window: "Browser", site: str, size: str):  # noqa: F811
    page = opened(window, size)

    seen = walk(page, site, press_or_type, lambda _: None)

    assert len(seen) == 12
    page.context.close()


def press_or_type(page: "Page", selector: str) -> None:
    """Tab to a field, or to a link and follow it."""
    (tab_to if selector.endswith("input") else press)(page, selector)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_whole_site_is_walked_without_a_script(window: "Browser", site: str, size: str):  # noqa: F811
    page = opened(window, size, script=False)
    messages, others = watched(page, site)

    seen = walk(page, site, click, lambda _: None)

    assert len(seen) == 12
    assert (messages, others) == ([], [])
    page.context.close()
