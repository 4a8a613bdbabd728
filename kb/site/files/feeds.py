"""What is new as Atom (RFC 4287): of a search, of who cites an article, of notices."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from lxml import etree

from kb.queries.feeds import NewNotice, read_new_articles, read_new_citing, read_new_notices
from kb.queries.search.matches import EVERYTHING
from kb.queries.works.pages import read_provenance, read_work
from kb.site.pages.search import asked_words, wanted_articles
from kb.site.parts import messages
from kb.site.parts.links import pubmed_url
from kb.site.parts.search_state import Asked, format_asked, parse_asked, taken
from kb.site.server import responses
from kb.site.server.context import ask, litkb_database
from kb.site.server.responses import Route
from kb.text import without_controls

MOST: Final = 50  # entries
_ATOM: Final = "http://www.w3.org/2005/Atom"
_NEVER: Final = "1970-01-01T00:00:00Z"  # of a feed without entries in a file without a harvest

Address = Callable[[str], str]  # a path of this site -> its address


class Entry(NamedTuple):
    """One thing that is new; id is for ever, page is where it is shown."""

    id: str
    title: str
    updated: str
    page: str
    authors: str | None = None
    summary: str | None = None


class Feed(NamedTuple):
    """A feed: its own address, the page whose news it tells, its entries, newest first."""

    title: str
    address: str
    page: str
    updated: str
    entries: list[Entry]


def search_feed(db: sqlite3.Connection, asked: Asked, address: Address) -> Feed | None:
    """Return the articles that a search finds, as they came; None for a search that can have no feed."""
    asked = taken(asked)
    wanted = wanted_articles(db, asked) if asked.text or asked.filters else EVERYTHING
    if wanted is None or asked.is_known:
        return None
    entries = [
        Entry(
            _id(new.pmid, address),
            new.title or messages.NO_TITLE,
            new.came_at,
            address(f"/article/{new.pmid}"),
            new.authors,
            " ".join(part for part in (new.journal, new.citation_line) if part),
        )
        for new in read_new_articles(db, wanted, MOST)
    ]
    query = format_asked(asked)
    query = f"?{query}" if query else ""
    title = messages.search_feed_title(asked_words(db, asked))
    return _feed(db, title, address(f"/search.atom{query}"), address(f"/search{query}"), entries)


def citing_feed(db: sqlite3.Connection, work: int, address: Address) -> Feed | None:
    """Return the works that cite a work, as they were heard of; None where nothing here names it."""
    found = read_work(db, work)
    if found is None:
        return None
    entries = [
        Entry(
            _id(new.id, address), new.title or new.label, new.since, address(f"/work/{new.id}"), new.authors, new.label
        )
        for new in read_new_citing(db, work, MOST)
    ]
    path = f"/article/{work}"
    return _feed(db, messages.citing_feed_title(found.label), address(f"{path}/citing.atom"), address(path), entries)


def notices_feed(db: sqlite3.Connection, address: Address) -> Feed:
    """Return the retractions, corrections and concerns on the articles held, as they came."""
    entries = [
        Entry(
            address(f"/article/{new.pmid}#{_notice_anchor(new)}"),
            f"{new.label}: {messages.notice_words(new.kind)[0]}",
            new.came_at,
            address(f"/article/{new.pmid}"),
            None,
            ". ".join(part for part in (new.title, new.other) if part),
        )
        for new in read_new_notices(db, messages.LOUD_NOTICES, MOST)
    ]
    return _feed(db, messages.NOTICES_FEED_TITLE, address("/notices.atom"), address("/"), entries)


def _notice_anchor(new: NewNotice) -> str:
    """Return what tells the notices of an article apart for ever."""
    if not new.position:
        return "retracted"
    other = "" if new.said_by == new.pmid else f"{new.said_by}-"
    return f"notice-{other}{new.position}-{new.kind}"


def _feed(db: sqlite3.Connection, title: str, own: str, page: str, entries: list[Entry]) -> Feed:
    moments = [entry.updated for entry in entries] or [read_provenance(db).last_run_at or _NEVER]
    return Feed(title, own, page, max(moments), entries)


def _id(work: int, address: Address) -> str:
    """Return the name of a work for ever: its page at PubMed, where it has one."""
    return pubmed_url(work) or address(f"/work/{work}")


def format_feed(feed: Feed) -> str:
    """Return a feed as an Atom document."""
    root = etree.Element("feed", xmlns=_ATOM)
    _add(root, "title", feed.title)
    _add(root, "id", feed.address)
    _add(root, "updated", feed.updated)
    _link(root, "self", feed.address)
    _link(root, "alternate", feed.page)
    _add(_add(root, "author"), "name", "litkb")
    for entry in feed.entries:
        _add_entry(_add(root, "entry"), entry)
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def _add_entry(element: etree._Element, entry: Entry) -> None:
    _add(element, "title", entry.title)
    _add(element, "id", entry.id)
    _add(element, "updated", entry.updated)
    _link(element, "alternate", entry.page)
    if entry.authors:
        _add(_add(element, "author"), "name", entry.authors)
    if entry.summary:
        _add(element, "summary", entry.summary)


def _add(element: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(element, name)
    child.text = without_controls(text) if text else text
    return child


def _link(element: etree._Element, relation: str, address: str) -> None:
    etree.SubElement(element, "link", rel=relation, href=address)


async def search_atom(datasette: Any, request: Any) -> Any:
    """Answer /search.atom?q=…: the articles that a search finds, those that came last first."""
    database = await litkb_database(datasette)
    asked, address = parse_asked(request.query_string), _address(datasette, request)
    feed = await ask(database, lambda db: search_feed(db, asked, address))
    return responses.feed(format_feed(feed)) if feed else responses.sentence(messages.NO_FEED, status=400)


async def citing_atom(datasette: Any, request: Any) -> Any:
    """Answer /article/<pmid>/citing.atom: the works that cite it, those heard of last first."""
    database = await litkb_database(datasette)
    pmid, address = int(request.url_vars["pmid"]), _address(datasette, request)
    feed = await ask(database, lambda db: citing_feed(db, pmid, address))
    if feed is None:
        raise responses.NotFound(messages.unknown_work(pmid))
    return responses.feed(format_feed(feed))


async def notices_atom(datasette: Any, request: Any) -> Any:
    """Answer /notices.atom: retractions, corrections and concerns, those that came last first."""
    database = await litkb_database(datasette)
    address = _address(datasette, request)
    return responses.feed(format_feed(await ask(database, lambda db: notices_feed(db, address))))


def _address(datasette: Any, request: Any) -> Callable[[str], str]:
    return lambda path: str(datasette.absolute_url(request, datasette.urls.path(path)))


ROUTES: Final[Sequence[Route]] = (
    (r"^/search\.atom$", search_atom),
    (r"^/article/(?P<pmid>[0-9]{1,10})/citing\.atom$", citing_atom),
    (r"^/notices\.atom$", notices_atom),
)
