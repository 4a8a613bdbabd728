"""Pictures: time to the first picture of 500 works, frames of a drag of five seconds, and the server's own time.

python -m tests.benchmarks.bench_pictures [DB] ; Chromium draws on the processor, without a graphics card.
Goals: the map stands within 300 ms of the page; 95 of 100 frames of the drag within 17 ms.
"""

import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from kb.database import open_kb
from kb.site.pages import picture_pages
from kb.site.pictures.svg import in_page
from kb.site.server.serve import served
from tests.benchmarks.bench_site_under_export import make_field
from tests.browser.test_browser import FLAGS

ARTICLES = 2_000
PICTURE_MS, FRAME_MS = 300.0, 17.0
ROUNDS = 7
SECONDS = 5.0

_FRAMES = """(seconds) => new Promise((done) => {
    const frames = [], canvas = document.querySelector("[data-do=canvas]");
    const box = canvas.getBoundingClientRect(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    const send = (kind, dx, dy) => canvas.dispatchEvent(new PointerEvent(kind, {
        bubbles: true, pointerId: 1, pointerType: "mouse", isPrimary: true, clientX: x + dx, clientY: y + dy }));
    canvas.setPointerCapture = () => {};
    send("pointerdown", 0, 0);
    const start = performance.now();
    let last = start;
    requestAnimationFrame(function frame(now) {
        frames.push(now - last);
        last = now;
        const turn = (now - start) / 500;
        send("pointermove", 180 * Math.sin(turn), 120 * Math.sin(turn * 1.3));
        if (now - start < seconds * 1000) requestAnimationFrame(frame);
        else { send("pointerup", 0, 0); done(frames.slice(2)); }
    });
})"""
_TAKEN = """() => window.whole === undefined ? null
    : window.whole - performance.getEntriesByType("navigation")[0].responseStart"""
_WHOLE = """addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(() => {
    window.whole = performance.now(); })));"""


def server_times(file: Path) -> dict[str, float]:
    """Return the median milliseconds of CPU that each picture takes, from database to SVG."""
    db = open_kb(file, readonly=True)
    found: dict[str, float] = {}
    for name in ("field_map", "timeline", "names"):
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            picture = getattr(picture_pages, name)(db)
            assert picture.drawing is not None, name
            in_page(picture.drawing)
            times.append((time.process_time() - start) * 1000)
        found[name] = statistics.median(times)
    db.close()
    return found


def browser_times(address: str) -> tuple[list[float], list[float]]:
    """Return, for each round, the milliseconds until the whole map is painted, and the frames of one drag."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        window = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        whole = [_whole(window, address) for _ in range(ROUNDS)]
        page = window.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address + "map")
        frames = page.evaluate(_FRAMES, SECONDS)
        window.close()
    return whole, frames


def _whole(window: Any, address: str) -> float:
    page = window.new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(_WHOLE)
    page.goto(address + "map")
    while (taken := page.evaluate(_TAKEN)) is None:  # the page's own policy forbids wait_for_function
        page.wait_for_timeout(20)
    page.close()
    return float(taken)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(sys.argv[1] if len(sys.argv) > 1 else f"{folder}/field.db")
        if len(sys.argv) == 1:
            make_field(file, ARTICLES)
        works = sqlite3.connect(file).execute("select count(*) from work_positions where layout = 'map'").fetchone()[0]
        times = server_times(file)
        with served(file) as address:
            whole, frames = browser_times(address)
    frames.sort()
    p95, median = frames[int(0.95 * len(frames))], statistics.median(whole)
    print(f"{works} works on the map")
    print("server, CPU ms: " + ", ".join(f"{name} {ms:.0f}" for name, ms in times.items()))
    print(f"map painted after the first byte: median {median:.0f} ms, worst {max(whole):.0f} (goal {PICTURE_MS:.0f})")
    middle = frames[len(frames) // 2]
    print(f"{len(frames)} frames: p50 {middle:.1f} ms, p95 {p95:.1f} ms (goal {FRAME_MS:.0f})")
    return int(median > PICTURE_MS or p95 > FRAME_MS)


if __name__ == "__main__":
    sys.exit(main())
