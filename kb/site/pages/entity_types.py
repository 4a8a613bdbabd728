"""Entity types that have a page: author names, journals, MeSH headings, keywords, communities, years."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from kb.queries.evidence.registry import read_count
from kb.queries.search import mesh
from kb.queries.search.facets import FacetValue, narrowed
from kb.queries.search.matches import EVERYTHING, Wanted, read_found_count
from kb.queries.search.mesh import read_has_tree, read_places
from kb.queries.works import entities
from kb.queries.works.entities import Spelling
from kb.sentences import Part, Sentence, count_of, joined, sentence
from kb.site.parts import messages
from kb.text import fold, name_key


class Fact(NamedTuple):
    """One line of what a thing is, its numbers linked; orcid is given where the line is of one."""

    name: str
    parts: Sentence
    orcid: str | None = None

    @property
    def is_name(self) -> bool:
        """Whether it counts nothing, and only names."""
        return all(part.path is None for part in self.parts)


class About(NamedTuple):
    """What a thing is: its title, a sentence, facts."""

    title: str
    sentence: Sentence
    facts: list[Fact]


class Kind(NamedTuple):
    """A kind of thing: the facet that its articles share, what it is, and the facets and lists of its neighbours."""

    facet: str
    read: Callable[[sqlite3.Connection, str], About | None]
    neighbours: tuple[str, ...]
    lists: tuple[tuple[str, str, str, Callable[[sqlite3.Connection, Wanted, str], list[FacetValue]]], ...] = ()
    key: Callable[[str], str] = str  # what may be typed -> the key of the file


def _author(db: sqlite3.Connection, key: str) -> About | None:
    names, orcids = entities.read_name_spellings(db, key), entities.read_orcids(db, key)
    if not names:
        return None
    facts = [Fact("Printed as", _spelled(names, "author_as", key))] if len(names) > 1 else []
    facts += [
        Fact("ORCID", count_of(one.articles, "author_orcid", key=key, orcid=one.text).told("article"), one.text)
        for one in orcids
    ]
    return About(names[0].text, messages.name_sentence(key, len(orcids)), facts)


def _said(kind: str) -> Sentence:
    return [Part(messages.KIND_SENTENCES[kind])]


def _spelled(spellings: Sequence[Spelling], evidence: str, key: str) -> Sentence:
    """Return spellings with the number of articles of each."""
    counts = [count_of(one.articles, evidence, key=key, name=one.text) for one in spellings]
    said = zip(spellings, counts, strict=True)
    return joined(", ", (sentence("{name} ({count})", name=one.text, count=count) for one, count in said))


def _journal(db: sqlite3.Connection, key: str) -> About | None:
    row = entities.read_journal(db, key)
    if row is None:
        return None
    facts = [
        ("NLM abbreviation", row.abbreviation), ("ISSN in print", row.issn_print),
        ("ISSN electronic", row.issn_electronic), ("ISSN linking", row.issn_linking), ("Country", row.country),
        ("NLM number", row.journal_id if row.journal_id.isalnum() else None),
    ]  # fmt: skip
    return About(
        row.title or row.abbreviation or row.journal_id,
        _said("journal"),
        [Fact(name, [Part(value)]) for name, value in facts if value],
    )


def _heading(db: sqlite3.Connection, key: str) -> About | None:
    row = entities.read_heading(db, key)
    if row is None:
        name = mesh.read_name(db, key)
        facts = [Fact("MeSH number", [Part(key)]), *_branches(db, key)]
        return About(name, [Part(messages.ONLY_IN_TREE)], facts) if name else None
    major = Fact("Major topic of", count_of(row[1], "search", mesh=key).told("article"))
    facts = [Fact("MeSH number", [Part(key)]), major] if key != row[0] else [major]
    facts += _branches(db, key)
    return About(row[0], _said("mesh"), facts)


def _facet_values(rows: Sequence[tuple[str, str, int]]) -> list[FacetValue]:
    return [FacetValue(*row) for row in rows]


def _branches(db: sqlite3.Connection, key: str) -> list[Fact]:
    """Return how many articles are about a heading or what stands below it, for each of its places in the tree."""
    if not read_has_tree(db):
        return [Fact("In the tree", [Part(messages.NO_TREE)])]
    counts = [
        (place, read_found_count(db, narrowed(EVERYTHING, [("branch", place)]))) for place in read_places(db, key)
    ]
    facts = [Fact("In the tree", messages.with_below(place, count)) for place, count in counts]
    return facts or [Fact("In the tree", [Part(messages.NO_PLACE)])]


def _keyword(db: sqlite3.Connection, key: str) -> About | None:
    spellings = entities.read_keyword_spellings(db, key)
    if not spellings:
        return None
    facts = [Fact("Printed as", _spelled(spellings, "keyword_as", key))] if len(spellings) > 1 else []
    return About(spellings[0].text, _said("keyword"), facts)


def _community(db: sqlite3.Connection, key: str) -> About | None:
    row = entities.read_community(db, int(key)) if _is_number(key) else None
    if row is None:
        return None
    works = sentence(
        "{works:work}, {here} of them in this library",
        works=count_of(row.works, "community", community=key),
        here=count_of(row.held, "community_held", community=key),
    )
    facts = [Fact("Works", works), Fact("Number", [Part(key)])]
    return About(row.label, _said("community"), facts)


def _near_communities(db: sqlite3.Connection, _: Wanted, key: str) -> list[FacetValue]:
    return entities.read_near_communities(db, int(key))


def _year(db: sqlite3.Connection, key: str) -> About | None:
    if not _is_number(key):
        return None
    held, named = read_count(db, "articles_of_year", year=key), read_count(db, "named_of_year", year=key)
    return About(key, _said("year"), [Fact("Works cited only", named.told())]) if held.number + named.number else None


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
            (
                messages.CITING_JOURNALS,
                "journal",
                "received_journals",
                lambda db, wanted, _: entities.read_citing_journals(db, wanted),
            ),
            (
                messages.CITED_JOURNALS,
                "journal",
                "made_journals",
                lambda db, wanted, _: entities.read_cited_journals(db, wanted),
            ),
        ),
    ),
    "mesh": Kind(
        "heading",
        _heading,
        ("heading", "keyword", "author", "journal", "community"),
        (
            (messages.BROADER, "mesh", "below", lambda db, _, key: _facet_values(mesh.read_broader(db, key))),
            (messages.NARROWER, "mesh", "below", lambda db, _, key: _facet_values(mesh.read_narrower(db, key))),
        ),
    ),
    "keyword": Kind("keyword", _keyword, ("keyword", "heading", "author", "journal", "community"), key=fold),
    "community": Kind(
        "community",
        _community,
        ("heading", "keyword", "author", "journal"),
        ((messages.NEAR_COMMUNITIES, "community", "between_communities", _near_communities),),
        key=_without_zeros,
    ),
    "year": Kind("year", _year, ("heading", "keyword", "author", "journal", "community"), key=_without_zeros),
}
