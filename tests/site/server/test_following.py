"""A site follows its path to the file that is published there: at most a second later, no answer from two files."""

import asyncio
import logging
import shutil
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.site.server import following
from kb.site.server.following import EACH, Following
from kb.site.server.serve import build_app
from tests.harvest.jobs.network_builders import Clock
from tests.records import record
from tests.site.conftest import Compiled, fill

Ask = Callable[[], Awaitable[str]]


def build(path: Path) -> Any:
    app = build_app(path)
    vars(app)["jinja_env" if "jinja_env" in vars(app) else "_jinja_env"].bytecode_cache = Compiled()  # 0.65, 1.0
    return app


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("made")
    return [fill(folder / f"{title}.db", [record(1, title=title)]) for title in ("Old", "New")]


@pytest.fixture
def files(made: list[Path], tmp_path: Path) -> list[Path]:
    return [shutil.copy(file, tmp_path / file.name) for file in made]


@pytest.fixture
def link(tmp_path: Path, files: list[Path]) -> Path:
    path = tmp_path / "kb.db"
    path.symlink_to(files[0])
    return path


def lead(link: Path, file: Path) -> None:
    """Let the link lead to file, by one rename, as a publish does."""
    new = link.with_name("new")
    new.symlink_to(file)
    new.replace(link)


def walk(link: Path, steps: Callable[[Following, Ask, Clock], Awaitable[None]]) -> None:
    """Run steps with the site of link, a function that asks it for a title, and the clock that it looks at."""

    async def run() -> None:
        clock = Clock()
        site = Following(link, build, clock=clock)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://localhost") as client:

            async def title() -> str:
                answer = await client.get("/kb/articles/1.json?_shape=array")
                return str(answer.raise_for_status().json()[0]["title"])

            await steps(site, title, clock)
        site._site.close()

    asyncio.run(run())


def test_what_was_published_is_shown_at_the_next_look_and_the_file_before_is_let_go(link: Path, files: list[Path]):
    async def steps(site: Following, title: Ask, clock: Clock) -> None:
        assert await title() == "Old"
        before = site._site
        lead(link, files[1])
        assert await title() == "Old"  # it looks once a second
        clock.now += EACH

        assert await title() == "New"
        await asyncio.get_running_loop().shutdown_default_executor()
        with pytest.raises(RuntimeError, match="shutdown"):
            before.datasette.executor.submit(print)

    walk(link, steps)


def test_a_file_that_is_replaced_by_another_one_of_its_name_is_shown(link: Path, files: list[Path]):
    async def steps(site: Following, title: Ask, clock: Clock) -> None:
        assert await title() == "Old"
        files[1].replace(files[0])  # as a rebuild does
        clock.now += EACH

        assert await title() == "New"

    walk(link, steps)


def test_a_request_that_began_before_ends_on_the_file_that_it_began_with(link: Path, files: list[Path]):
    async def steps(site: Following, title: Ask, clock: Clock) -> None:
        before, goes_on, began = site._site, asyncio.Event(), asyncio.Event()
        answer = before.app

        async def slow(*parts: Any) -> None:
            began.set()
            await goes_on.wait()
            await answer(*parts)

        before.app = slow
        early = asyncio.create_task(title())
        await began.wait()
        lead(link, files[1])
        clock.now += EACH

        assert await title() == "New"
        goes_on.set()
        assert await early == "Old"

    walk(link, steps)


def test_while_a_new_file_is_made_ready_others_are_answered_and_nobody_else_looks(link: Path, files: list[Path]):
    async def steps(site: Following, title: Ask, clock: Clock) -> None:
        goes_on, began, made = threading.Event(), threading.Event(), site._build

        def slow(path: Path) -> Any:
            began.set()
            goes_on.wait()
            return made(path)

        site._build = slow
        lead(link, files[1])
        clock.now += EACH
        first = asyncio.create_task(title())
        await asyncio.to_thread(began.wait)
        clock.now += EACH

        assert await title() == "Old"
        goes_on.set()
        assert await first == "New"

    walk(link, steps)


@pytest.mark.parametrize("there", ["This is a text, no database.", None])
def test_what_cannot_be_served_changes_nothing_and_is_told_once(
    link: Path, files: list[Path], there: str | None, caplog: pytest.LogCaptureFixture
):
    other = link.with_name("other")
    if there is not None:
        other.write_text(there)

    async def steps(site: Following, title: Ask, clock: Clock) -> None:
        lead(link, other)
        for _ in range(3):
            clock.now += EACH
            assert await title() == "Old"
        lead(link, files[1])
        clock.now += EACH
        assert await title() == "New"

    with caplog.at_level(logging.WARNING, "litkb.site"):
        walk(link, steps)

    told = [one.getMessage() for one in caplog.records]
    assert len(told) == (there is not None)
    assert all("The file before is served on: " in words and "not an SQLite file" in words for words in told)


def test_a_site_that_does_not_look_keeps_the_file_before(
    link: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(following, "EACH", float("inf"))

    async def steps(site: Following, title: Ask, clock: Clock) -> None:
        lead(link, files[1])
        clock.now += 1_000

        assert await title() == "Old"

    walk(link, steps)
