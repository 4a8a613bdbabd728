"""What the kinds of things are that have pages: names, journals, MeSH headings, keywords, communities, years."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from kb.queries import things
from kb.queries.facets import FacetValue
from kb.queries.search import Wanted
from kb.queries.things import Spelling
from kb.site import wording
from kb.text import fold, name_key


class Fact(NamedTuple):
    """One line of what a thing is; orcid is given where the line is of one."""

    name: str
    value: str
    orcid: str | None = None


class About(NamedTuple):
    """What a thing is: its title, a sentence, facts."""

    title: str
    sentence: str
    facts: list[Fact]


class Kind(NamedTuple):
    """A kind of thing: the facet that its articles share, what it is, and the facets and lists of its neighbours."""

    facet: str
    read: Callable[[sqlite3.Connection, str], About | None]
    neighbours: tuple[str, ...]
    lists: tuple[tuple[str, str, Callable[[sqlite3.Connection, Wanted, str], list[FacetValue]]], ...] = ()
    key: Callable[[str], str] = str  # what may be typed -> the key of the file


def _author(db: sqlite3.Connection, key: str) -> About | None:
    names, orcids = things.read_name_spellings(db, key), things.read_orcids(db, key)
    if not names:
        return None
    facts = [Fact("Printed as", _spelled(names))] if len(names) > 1 else []
    facts += [Fact("ORCID", f"{one.text} ({wording.counted(one.articles, 'article')})", one.text) for one in orcids]
    return About(names[0].text, wording.name_sentence(len(orcids)), facts)


def _spelled(spellings: Sequence[Spelling]) -> str:
    return ", ".join(f"{one.text} ({one.articles:,})" for one in spellings)


def _journal(db: sqlite3.Connection, key: str) -> About | None:
    row = things.read_journal(db, key)
    if row is None:
        return None
    facts = [
        ("NLM abbreviation", row.abbreviation), ("ISSN in print", row.issn_print),
        ("ISSN electronic", row.issn_electronic), ("ISSN linking", row.issn_linking), ("Country", row.country),
        ("NLM number", row.journal_id if row.journal_id.isalnum() else None),
    ]  # fmt: skip
    return About(
        row.title or row.abbreviation or row.journal_id,
        wording.KIND_SENTENCES["journal"],
        [Fact(name, value) for name, value in facts if value],
    )


def _heading(db: sqlite3.Connection, key: str) -> About | None:
    row = things.read_heading(db, key)
    if row is None:
        return None
    major = Fact("Major topic of", wording.counted(row[1], "article"))
    facts = [Fact("MeSH number", key), major] if key != row[0] else [major]
    return About(row[0], wording.KIND_SENTENCES["mesh"], facts)


def _keyword(db: sqlite3.Connection, key: str) -> About | None:
    spellings = things.read_keyword_spellings(db, key)
    if not spellings:
        return None
    facts = [Fact("Printed as", _spelled(spellings))] if len(spellings) > 1 else []
    return About(spellings[0].text, wording.KIND_SENTENCES["keyword"], facts)


def _community(db: sqlite3.Connection, key: str) -> About | None:
    row = things.read_community(db, int(key)) if _is_number(key) else None
    if row is None:
        return None
    facts = [Fact("Works", f"{row.works:,}, of which {row.held:,} are held here"), Fact("Number", key)]
    return About(row.label, wording.KIND_SENTENCES["community"], facts)


def _year(db: sqlite3.Connection, key: str) -> About | None:
    held, named = things.read_year(db, int(key)) if _is_number(key) else (0, 0)
    if not held + named:
        return None
    return About(key, wording.KIND_SENTENCES["year"], [Fact("Works named, not held", f"{named:,}")])


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10


def _without_zeros(key: str) -> str:
    return str(int(key)) if _is_number(key) else key


KINDS: Final = {
    "author": Kind("author", _author, ("author", "journal", "heading", "keyword", "community"), key=name_key),
    "journal": Kind(
        "journal",
        _journal,
        ("author", "heading", "keyword"),
        (
            (wording.CITING_JOURNALS, "journal", lambda db, wanted, _: things.read_citing_journals(db, wanted)),
            (wording.CITED_JOURNALS, "journal", lambda db, wanted, _: things.read_cited_journals(db, wanted)),
        ),
    ),
    "mesh": Kind("heading", _heading, ("heading", "keyword", "author", "journal", "community")),
    "keyword": Kind("keyword", _keyword, ("keyword", "heading", "author", "journal", "community"), key=fold),
    "community": Kind(
        "community",
        _community,
        ("heading", "keyword", "author", "journal"),
        ((wording.NEAR_COMMUNITIES, "community", lambda db, _, key: things.read_near_communities(db, int(key))),),
        key=_without_zeros,
    ),
    "year": Kind("year", _year, ("heading", "keyword", "author", "journal", "community"), key=_without_zeros),
}
