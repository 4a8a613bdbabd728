"""Our pages are filled without awaiting, and still take what Datasette and its plugins give to all pages."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils.asgi import Request
from jinja2 import UndefinedError

from kb.metadata import read_metadata
from kb.site.server.rendering import page_answer
from tests.site.conftest import SEED, Compiled, served


class Other:
    """A plugin of somebody else's, which must look its link up."""

    __name__ = "other"

    @hookimpl
    def menu_links(self) -> Callable[[], Awaitable[list[dict[str, str]]]]:
        async def links() -> list[dict[str, str]]:
            await asyncio.sleep(0)
            return [{"href": "/-/other", "label": "Another plugin's"}]

        return links

    @hookimpl
    def prepare_jinja2_environment(self, env: Any) -> None:
        env.filters["truncate"] = lambda text, *_: f"{text} by the other"


@pytest.fixture
def beside_another_plugin(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Compiled, "kept", {})  # templates compiled with its filters are none of the others'
    other = Other()
    pm.register(other)
    yield
    pm.unregister(other)


@pytest.mark.usefixtures("beside_another_plugin")
def test_links_that_another_plugin_looks_up_are_in_the_menu_of_our_pages(field_file: Path):
    with served(field_file) as get:
        pages = [get(path).text for path in (f"/article/{SEED}", "/search", "/article/999999")]

    assert all('<a href="/-/other">Another plugin&#39;s</a>' in page for page in pages)


@pytest.mark.usefixtures("beside_another_plugin")
def test_filters_of_another_plugin_reach_our_templates(field_file: Path):
    with served(field_file) as get:
        assert "by the other" in get("/").text


def test_a_table_that_another_plugin_hides_is_hidden(field_file: Path):
    class Hiding:
        __name__ = "hiding"

        @hookimpl
        def get_metadata(self) -> dict[str, Any]:
            return {"databases": {"kb": {"tables": {"languages": {"allow": False}}}}}

    pm.register(hiding := Hiding())
    try:
        with served(field_file) as get:
            hidden = get("/kb/languages")
    finally:
        pm.unregister(hiding)

    assert hidden.status_code == 403
    with served(field_file) as get:
        assert get("/kb/languages").status_code == 200


def test_no_description_of_ours_says_who_may_see_a_table():
    assert "allow" not in read_metadata()
    assert all("allow" not in one for one in read_metadata()["databases"]["kb"]["tables"].values())


def test_a_site_below_another_address_links_there_and_once(field_file: Path):
    async def ask(*paths: str) -> str:
        app = Datasette([str(field_file)], settings={"base_url": "/lib/"}, metadata=read_metadata())
        await app.invoke_startup()
        try:
            return "".join([(await app.client.get(path)).text for path in paths])
        finally:
            app.executor.shutdown()
            for database in app.databases.values():
                database.close()

    html = asyncio.run(ask("/", f"/article/{SEED}", "/search?q=groups", "/author/hoie+m", "/evidence/articles"))
    links = re.findall(r'(?:href|src|srcset|action)="(/[^"]*)"', html)

    assert len(links) > 200
    assert [link for link in links if not re.match(r"/lib/(?!lib/)", link)] == []


def test_a_value_that_nobody_gave_fails_its_page(field_file: Path):
    async def ask() -> None:
        datasette = Datasette([str(field_file)])
        await datasette.invoke_startup()
        request = Request.fake("/")
        request.scope["csrftoken"] = str
        await page_answer(datasette, request, "litkb-cite.html", {"pmid": SEED, "forms": []})

    with pytest.raises(UndefinedError, match="'title' is undefined"):
        asyncio.run(ask())
