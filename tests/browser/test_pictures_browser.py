"""The pictures in headless Chromium: by pointer, by keyboard, on a phone, on paper, and without a script."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graph.run import compute_graph
from harvest.rehearsal.synthetic import synthetic_records
from kb.database import open_kb, transaction
from kb.site.server.serve import served
from kb.store.records import save_records
from tests.browser.test_browser import FAULTS, opened, watched, window  # noqa: F401 # window is a fixture
from tests.site.conftest import MOMENT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PICTURES = ("map", "timeline", "names", "years", "article/900000016/map", "article/900000016")
LIT = ".lit .node.on"


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(synthetic_file(tmp_path_factory.mktemp("pictures") / "kb.db")) as address:
        yield address


def synthetic_file(path: Path) -> Path:
    """Fill a file with a made-up field of 240 articles and its graph."""
    db = open_kb(path, create=True)
    with transaction(db):
        save_records(db, list(synthetic_records(240)), received_at=MOMENT)
    compute_graph(db)
    db.close()
    return path


def shown(page: "Page", address: str) -> "Page":
    page.goto(address)
    page.locator("svg.picture").first.wait_for()
    return page


def wait_until(page: "Page", is_so: Callable[[], bool]) -> None:
    """Wait until something is so, however slow the machine is; what it is stays to be asserted."""
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(50)


def place_of(page: "Page") -> list[float]:
    """Return where the picture stands, and how large."""
    box = page.locator("svg.picture").bounding_box()
    assert box is not None
    return [round(box[key]) for key in ("x", "y", "width")]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("path", PICTURES)
def test_a_picture_fits_logs_nothing_and_calls_nobody(window: "Browser", field: str, path: str, size: str):  # noqa: F811
    page = opened(window, size)
    messages, others = watched(page, field)

    page.goto(field + path)

    assert (page.evaluate(FAULTS), messages, others) == ([], [], [])
    page.context.close()


def test_pointing_at_a_dot_lights_its_neighbours_and_says_what_it_is(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop"), field + "article/900000016/map")
    dots = page.locator("a.node").count()

    page.locator("a.node").first.hover(force=True)

    assert 1 < page.locator(LIT).count() <= dots
    assert page.inner_text(".card") == page.locator("a.node").first.get_attribute("aria-label")
    assert (page.locator(".trace").get_attribute("d") or "").startswith("M")
    page.context.close()


def test_arrows_go_from_dot_to_dot_and_enter_opens_one(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop"), field + "article/900000016/map")
    assert page.locator("a.node[tabindex='0']").count() == 1
    page.locator("a.node").first.focus()
    before = page.evaluate("document.activeElement.id")

    page.keyboard.press("ArrowRight")
    after = page.evaluate("document.activeElement.id")
    is_seen = page.evaluate("getComputedStyle(document.activeElement.querySelector('circle')).strokeWidth")
    page.keyboard.press("+")
    page.wait_for_selector("svg.picture[data-zoom]")  # the picture glides, then is drawn anew
    zoom = page.locator("svg.picture").get_attribute("data-zoom")
    href = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{href}")

    assert before == "near-900000016" != after
    assert is_seen == "3.5px"
    assert zoom == "2"
    page.context.close()


def test_finding_words_and_picking_a_community_leave_the_others_behind(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop"), field + "map")
    dots = page.locator("a.node").count()

    page.fill("[data-do=find]", page.locator("a.node").nth(3).get_attribute("aria-label") or "")
    found = page.inner_text("[data-do=said]")
    page.fill("[data-do=find]", "")
    first = page.locator(".legend button").first
    first.click()
    picked = page.locator("a.node:not(.off)")
    communities = {picked.nth(n).get_attribute("data-k") for n in range(picked.count())}

    assert found == f"1 of {dots}"
    assert first.get_attribute("aria-pressed") == "true"
    assert communities == {"1"}
    first.click()
    assert page.locator("a.node.off").count() == 0
    page.context.close()


def test_dragging_moves_the_picture_and_opens_no_page(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop"), field + "map")
    x, y, width = place_of(page)
    start = page.locator("a.node").first.bounding_box()
    assert start is not None

    page.mouse.move(start["x"] + 3, start["y"] + 3)
    page.mouse.down()
    page.mouse.move(start["x"] + 63, start["y"] + 43, steps=6)
    page.mouse.up()

    assert place_of(page) == [x + 60, y + 40, width]
    assert page.url == field + "map"
    page.click("[data-do=reset]")  # the picture glides
    wait_until(page, lambda: place_of(page) == [x, y, width])
    assert place_of(page) == [x, y, width]
    page.context.close()


def test_the_wheel_scrolls_the_page_until_the_picture_was_clicked(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop"), field + "map")
    box = page.locator(".canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 100)
    width = place_of(page)[2]

    page.mouse.wheel(0, 40)
    wait_until(page, lambda: page.evaluate("scrollY") > 0)
    scrolled = page.evaluate("scrollY")
    still = place_of(page)[2]
    page.mouse.click(box["x"] + 10, box["y"] + 100)
    page.mouse.wheel(0, -200)
    wait_until(page, lambda: place_of(page)[2] > width)

    assert (scrolled > 0, still) == (True, width)
    assert place_of(page)[2] > width
    page.context.close()


def test_without_a_script_every_dot_is_a_link_and_no_tool_is_shown(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop", script=False), field + "map")

    assert not page.is_visible(".tools")
    assert page.locator("a.node title").count() == page.locator("a.node").count()
    page.locator("summary", has_text="The same as a table").click()
    assert page.locator(".same-rows tbody tr").count() == page.locator("a.node").count()
    href = page.locator("a.node").first.get_attribute("href")
    page.locator("a.node").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**" + (href or "-"))
    page.context.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("path", ["map", "timeline", "names", "article/900000016/map"])
def test_words_are_large_enough_and_none_lies_over_another(window: "Browser", field: str, path: str, size: str):  # noqa: F811
    page = shown(opened(window, size), field + path)

    sizes, clashes, count = page.evaluate(WORDS)

    assert count > 2
    assert min(sizes) >= 9
    assert clashes == []
    page.context.close()


def test_paper_has_the_picture_and_its_legend_and_no_tools(window: "Browser", field: str):  # noqa: F811
    page = shown(opened(window, "desktop"), field + "map")
    page.emulate_media(media="print")

    assert page.is_visible("svg.picture")
    assert page.is_visible(".legend")
    assert not page.is_visible(".tools")
    assert not page.is_visible(".beside .export")
    page.context.close()


WORDS = """() => {
  const words = [...document.querySelectorAll("svg.picture .word")].filter(w => getComputedStyle(w).display !== "none");
  const all = [...document.querySelectorAll("svg.picture text")].filter(w => getComputedStyle(w).display !== "none");
  const scale = document.querySelector("svg.picture").getScreenCTM().a;
  const boxes = words.map(w => [w.textContent, w.getBoundingClientRect(), parseFloat(getComputedStyle(w).fontSize)]);
  const clashes = [];
  for (const [i, [a, p, f]] of boxes.entries()) for (const [b, q, g] of boxes.slice(i + 1)) {
    const over = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (over > 1 && high > 0.35 * p.height) clashes.push([a, b]);  // a box is higher than its letters
  }
  return [all.map(w => parseFloat(getComputedStyle(w).fontSize) * scale), clashes, all.length];
}"""
