"""A page is added by its module and its template: its address is answered, with the headers of our pages."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from kb.database import open_kb, transaction
from kb.store.records import save_records
from tests.records import MOMENT, record

MODULE = '''"""The values of the page of titles: all there are."""
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer

def titles_values(db):
    return {"titles": [title for (title,) in db.execute("select title from articles order by pmid")]}

async def titles(datasette, request):
    """Answer /titles."""
    values = await ask(await litkb_database(datasette), titles_values)
    return await page_answer(datasette, request, "litkb-titles.html", values)

ROUTES = ((r"^/titles$", titles),)
'''
TEMPLATE = """{% extends "litkb-base.html" %}
{% block title %}Titles{% endblock %}
{% block content %}<ul>{% for title in titles %}<li>{{ title }}</li>{% endfor %}</ul>{% endblock %}
"""
SERVED = """
import asyncio
import kb.site.pages
kb.site.pages.__path__.append("pages")
from datasette.app import Datasette
from kb.metadata import read_metadata

async def shown():
    site = Datasette(["kb.db"], metadata=read_metadata(), template_dir="templates")
    await site.invoke_startup()
    answer = await site.client.get("/titles")
    print(answer.status_code, answer.headers["content-security-policy"].partition(";")[0])
    print(answer.text.partition("<ul>")[2].partition("</ul>")[0])

asyncio.run(shown())
"""


def test_a_page_of_two_files_is_shown_under_the_rules_of_our_pages(tmp_path: Path):
    for name, text in (("pages/titles.py", MODULE), ("templates/litkb-titles.html", TEMPLATE)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    with closing(open_kb(tmp_path / "kb.db", create=True)) as db, transaction(db):
        save_records(db, [record(1, title="Groups <b>"), record(2, title="Help")], received_at=MOMENT)

    made = subprocess.run([sys.executable, "-c", SERVED], cwd=tmp_path, capture_output=True, text=True)

    assert made.stdout.splitlines() == [
        "200 default-src 'none'",
        "<li>Groups &lt;b&gt;</li><li>Help</li>",
    ], made.stderr
