"""The page that searches in sentences: what is said where a work is cited, by section."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from kb.queries.search.sentence_search import AskedSentences, read_keys, read_sections
from kb.queries.works.citing_sentences import read_licences, read_said
from kb.queries.works.pages import read_labels
from kb.sentences import count_of, sentence
from kb.site.parts.search_state import LAST_PAGE, LONGEST
from kb.site.parts.why_cited import KIND_WORDS, shown_sentence
from kb.site.server.context import ask, litkb_database
from kb.site.server.rendering import page_answer
from kb.site.server.responses import Route
from kb.site.server.streaming import within

PAGE_SIZE: Final = 20


def parse_sentences_asked(args: Mapping[str, str]) -> tuple[AskedSentences, int]:
    """Return what an address asks, and the page; what is no work, section or page is passed over."""
    cited = args.get("cited", "")
    number = int(cited) if cited.removeprefix("-").isdecimal() and cited.isascii() and len(cited) < 19 else None
    section, page = args.get("section", ""), args.get("page", "")
    asked = AskedSentences(args.get("q", "").strip()[:LONGEST], number, section if section in KIND_WORDS else "")
    return asked, min(max(int(page), 1), LAST_PAGE) if page.isascii() and page.isdecimal() and len(page) < 7 else 1


def format_sentences_asked(asked: AskedSentences, page: int = 1) -> str:
    """Return the query string of a search, its parts in one order."""
    given = {"cited": asked.cited, "q": asked.text, "section": asked.section, "page": page if page > 1 else None}
    return urlencode({name: value for name, value in given.items() if value not in (None, "")})


def sentences_values(db: sqlite3.Connection, asked: AskedSentences, page: int) -> dict[str, Any]:
    """Return what the page shows: the sentences of one page, and how many each section has."""
    is_asked = asked.cited is not None or bool(asked.text)
    sections = read_sections(db, asked) if is_asked else {}
    count = sections.get(asked.section, 0) if asked.section else sum(sections.values())
    keys = read_keys(db, asked, PAGE_SIZE, (page - 1) * PAGE_SIZE) if count else []
    pmids = {pmid for pmid, _ in keys}
    labels, licences = read_labels(db, {*pmids, *([asked.cited] if asked.cited else [])}), read_licences(db, pmids)
    return {
        "asked": asked,
        "is_asked": is_asked,
        "cited_label": labels.get(asked.cited or 0),
        "tally": _tally(asked, count) if is_asked else None,
        "sections": [_choice(asked, name, sections[name]) for name in KIND_WORDS if name in sections],
        "texts": [
            (pmid, labels[pmid], licences[pmid], [shown_sentence(one, licences[pmid], asked.cited) for one in said])
            for pmid, said in groupby(read_said(db, keys), key=lambda one: one.pmid)
        ],
        "previous": format_sentences_asked(asked, page - 1) if page > 1 else None,
        "next": format_sentences_asked(asked, page + 1) if page * PAGE_SIZE < count and page < LAST_PAGE else None,
        "page": page,
        "all_sections": format_sentences_asked(asked._replace(section="")),
    }


def _tally(asked: AskedSentences, count: int) -> Any:
    words = "{n:sentence} found." if count else "No sentence of the full texts here is found."
    return sentence(words, n=count_of(count, asked.name, **asked.values))


def _choice(asked: AskedSentences, section: str, count: int) -> tuple[str, str, bool, Any]:
    """Return a section as a way to narrow the search: words, query string, whether it is chosen, its count."""
    chosen = asked._replace(section=section)
    number = sentence("{n}", n=count_of(count, chosen.name, **chosen.values))
    return KIND_WORDS[section], format_sentences_asked(chosen), section == asked.section, number


async def sentences(datasette: Any, request: Any) -> Any:
    """Answer /sentences?cited=…&q=…&section=…&page=…."""
    database, longest = await litkb_database(datasette), int(datasette.setting("sql_time_limit_ms"))
    asked, page = parse_sentences_asked({key: request.args.get(key) for key in request.args})
    values = await ask(database, lambda db: within(db, longest, lambda: sentences_values(db, asked, page)))
    return await page_answer(datasette, request, "litkb-in-sentences.html", values)


ROUTES: Final[Sequence[Route]] = ((r"^/sentences$", sentences),)
