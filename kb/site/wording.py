"""Sentences on how complete a list is. Unknown is never said as zero.  (pure)"""

from collections.abc import Sequence
from typing import Final

from kb.queries.pages import Counts, ListSaid
from kb.queries.standing import Measured, Timing, WorldCount

_SOURCE_WORDS: Final = {
    "pubmed": "PubMed",
    "nbib": "the NBIB file",
    "page": "the saved PubMed page",
    "elink_citedin": "NCBI ELink",
    "elink_refs": "NCBI ELink",
    "elink_similar": "NCBI ELink",
    "icite": "iCite",
    "resolved": "litkb, of the printed words",
    "demonstration": "the demonstration",
    "synthetic": "the made-up field",
    "demonstration_refs": "the demonstration’s ELink",
    "synthetic_refs": "the made-up field’s ELink",
}
ALARM: Final = 0  # must be seen before all else
WARNING: Final = 1  # changes what the record says
PLAIN: Final = 2
_NOTICE_WORDS: Final = {
    "RetractionIn": ("This article has been retracted", ALARM),
    "RetractionOf": ("This is the retraction of another article", ALARM),
    "ExpressionOfConcernIn": ("An expression of concern was published on this article", ALARM),
    "ExpressionOfConcernFor": ("This is an expression of concern on another article", ALARM),
    "Retracted Publication": ("This article has been retracted, as its publication type says", ALARM),
    "PartialRetractionOf": ("This is the retraction of a part of another article", ALARM),
    "PartialRetractionIn": ("Part of this article has been retracted", ALARM),
    "RetractedandRepublishedIn": ("This article was retracted and published again", ALARM),
    "RetractedandRepublishedFrom": ("This article was published again after a retraction", ALARM),
    "CorrectedandRepublishedIn": ("This article was corrected and published again", ALARM),
    "CorrectedandRepublishedFrom": ("This article was published again after a correction", WARNING),
    "ErratumIn": ("A correction was published", WARNING),
    "ErratumFor": ("This is a correction of another article", WARNING),
    "CommentIn": ("Commented on in", PLAIN),
    "CommentOn": ("Comments on", PLAIN),
    "UpdateIn": ("Updated in", WARNING),
    "UpdateOf": ("Updates", PLAIN),
    "RepublishedIn": ("Published again in", WARNING),
    "RepublishedFrom": ("Published before in", WARNING),
    "OriginalReportIn": ("Original report in", PLAIN),
    "SummaryForPatientsIn": ("Summary for patients in", PLAIN),
    "ReprintIn": ("Reprinted in", PLAIN),
    "ReprintOf": ("Reprint of", PLAIN),
    "AssociatedDataset": ("Data set", PLAIN),
    "AssociatedPublication": ("Publication of the data", PLAIN),
}
FACET_TITLES: Final = {
    "year": "Year", "type": "Publication type", "journal": "Journal", "mesh": "MeSH major topic",
    "heading": "MeSH heading", "branch": "MeSH branch", "keyword": "Keyword", "author": "Author name",
    "community": "Community", "language": "Language", "retracted": "Retractions", "free": "Full text",
}  # fmt: skip
FLAG_WORDS: Final = {"retracted": "Retracted articles only", "free": "Free in PMC only"}
SORT_WORDS: Final = {
    "relevance": "best match", "date": "newest", "citations": "cited most here", "pagerank": "PageRank"
}  # fmt: skip
NEIGHBOUR_TITLES: Final = {
    "author": "Author names", "journal": "Journals", "heading": "MeSH headings", "keyword": "Keywords",
    "community": "Communities",
}  # fmt: skip
TOGETHER_TITLES: Final = {
    "author": "Printed together with", "heading": "Headings of the same articles", "keyword": "Keywords beside it"
}  # fmt: skip
CITING_JOURNALS: Final = "Journals that cite it, by citations"
CITED_JOURNALS: Final = "Journals that it cites, by citations"
NEAR_COMMUNITIES: Final = "Communities nearby, by citations"
BROADER: Final = "Broader MeSH headings"
NARROWER: Final = "Narrower MeSH headings"
ONLY_IN_TREE: Final = "No article held here carries this heading itself; those below it in NLM’s tree may."
NO_TREE: Final = (
    "What stands below a heading is not known here: NLM's tree has not been read into this file (litkb mesh does it)."
)
NO_PLACE: Final = "no place of its own there"
NO_SUCH_RUN: Final = "This file records no harvest run of this number."
NOTICES_FEED_TITLE: Final = "Retractions, corrections and concerns in this knowledge base"
FETCHES: Final = "This command fetches its record, with its title and abstract, into this library"
IDENTIFIES: Final = (
    "No PMID or DOI is known for it. This command asks PubMed which articles such printed references mean, by journal, "
    "year, volume and page"
)
NO_EVIDENCE: Final = "There is no such number here."
NO_CITATION: Final = "Nobody here says that this work cites the other."
NO_ARCHIVE: Final = "The archive of answers does not lie beside this file, so that none can be shown."
PUBLIC_ARCHIVE: Final = "Raw responses are not shown on a public site."
NO_SUCH_ANSWER: Final = "The archive beside this file keeps no answer of this name."
ANSWER_WHOLE: Final = "The bytes were hashed just now: they are those that came."
ANSWER_DAMAGED: Final = "The archive is damaged: its bytes are not those that came."
ANSWER_TOO_LARGE: Final = "These are too many bytes to be shown or sent here; `sqlite3 kb.sqlar -Ax` takes them out."
_ENDPOINTS: Final = {
    "efetch": "NCBI EFetch: records", "elink": "NCBI ELink: who cites, what is similar",
    "esearch": "NCBI ESearch: a search", "ecitmatch": "NCBI ECitMatch: the PMIDs of printed references",
    "icite": "NIH iCite: citations", "file": "A file that was loaded",
}  # fmt: skip
NO_FEED: Final = "A feed tells of articles held: it needs a search for these that has a word to look for."
CITED_OVER_TIME: Final = "Cited over time"
EMPTY_NAME: Final = "(no letters)"
KIND_TITLES: Final = {
    "author": "A name in author lists", "journal": "Journal", "mesh": "MeSH heading", "keyword": "Keyword",
    "community": "Community", "year": "Year",
}  # fmt: skip
KIND_SENTENCES: Final = {
    "journal": "The articles held here that appeared in it; it has published others.",
    "mesh": "The articles held here to which the NLM gave this heading, as a major topic or not.",
    "keyword": "The articles held here that carry this keyword, in whatever spelling.",
    "community": "Works that cite one another more than the rest, as the last graph run found them; its name is made "
    "of their keywords and headings.",
    "year": "The articles held here that were published in this year.",
}
_UNKNOWN: Final = {
    "author": "No author list here has this name.",
    "journal": "No article held here appeared in a journal of this number.",
    "mesh": "No article held here has a MeSH heading of this number.",
    "keyword": "No article held here has this keyword.",
    "community": "The last graph run found no community of this number.",
    "year": "Nothing held or named here was published in this year.",
}
HELD: Final = "articles in this library"
NAMED_ONLY: Final = "works cited only"
NO_TITLE: Final = "(without a title)"
ROWS_DRAWN: Final = {
    "map": "The works of these rows at their places on the map of the field.",
    "timeline": "The works of these rows at their places in time.",
}
NAMED_SQL: Final = "select id, label, year from works\nwhere state = 'known'\norder by id"
NAMED_NOTE: Final = (
    "The SQL gives all works named and not held; years and words are then compared with each label, folded."
)
VIEW_WORDS: Final = {"list": "List", "table": "Table", "map": "Map", "timeline": "Timeline"}
_EXPOSURES: Final = {  # kind of notice -> one work that is cited, several
    "RetractionIn": ("a retracted article", "{} retracted articles"),
    "PartialRetractionIn": ("an article of which a part was retracted", "{} articles of which parts were retracted"),
    "RetractedandRepublishedIn": (
        "an article that was retracted and published again",
        "{} articles that were retracted and published again",
    ),
    "ExpressionOfConcernIn": (
        "an article on which an expression of concern was published",
        "{} articles on which expressions of concern were published",
    ),
}
TIMING_WORDS: Final = {
    "before": "this article appeared before the notice",
    "same year": "this article is of the year of the notice",
    "after": "this article appeared after the notice",
}
_FEW_PEERS: Final = 10  # articles of a year among which a percentile says little
LOUD_NOTICES: Final = tuple(kind for kind, (_, level) in _NOTICE_WORDS.items() if level <= WARNING)
_LIST_WORDS: Final = {"references": "references", "cited_by": "citing articles", "similar": "similar articles"}


def source_words(names: str | None) -> str:
    """Return the sources of a comma list in words: "PubMed, iCite"; "" for none."""
    found = [_SOURCE_WORDS.get(name.strip(), name.strip()) for name in (names or "").split(",") if name.strip()]
    return ", ".join(dict.fromkeys(found))


def endpoint_words(endpoint: str) -> str:
    """Return in words who gave an answer."""
    return _ENDPOINTS.get(endpoint, endpoint)


_IDENTIFIED_WORDS: Final = {
    "doi": "identified by its DOI", "pmcid": "identified by its PMCID", "person": "identified by a person",
    "printed doi": "identified by the DOI printed in it", "printed pmcid": "identified by the PMCID printed in it",
    "pmid": "identified by the PMID printed in it",
    "offline": "resolved offline", "ecitmatch": "resolved by PubMed’s ECitMatch",
}  # fmt: skip


def resolution_words(method: str | None, score: float | None, *, is_looked_at: bool) -> str | None:
    """Return how a reference was identified that gives no PMID: "resolved offline, score 21.5"; None: it was not."""
    if method is None:
        return "candidates were looked for" if is_looked_at else None
    by_match = method in ("offline", "ecitmatch") and score is not None
    return _IDENTIFIED_WORDS[method] + (f", score {score:g}" if by_match else "")


def notice_words(kind: str) -> tuple[str, int]:
    """Return what a notice says, and how loud: ALARM, WARNING or PLAIN."""
    return _NOTICE_WORDS.get(kind, (kind, PLAIN))


def unknown_thing(kind: str) -> str:
    """Return what to say where a file has no such thing."""
    return _UNKNOWN[kind]


def name_sentence(orcids: int) -> str:
    """Return what a name is: not a person; orcids is how many ORCID iDs are given with it."""
    sentence = "This is a name, not a person: several people may share it, and one person may be printed under others."
    return f"{sentence} {orcids} different ORCID iDs are given with it." if orcids > 1 else sentence


TASK_WORDS: Final = {
    "seed": "articles asked for", "search": "searches", "limits": "limits", "article": "articles",
    "cited_by": "lists of who cites", "similar": "lists of what is similar", "file": "files",
    "record": "records of files that were rejected",
}  # fmt: skip


def run_sentence(started: str, is_finished: bool) -> str:
    """Return the heading of a harvest run."""
    return f"A harvest of {started}" if is_finished else f"A harvest of {started} that is not finished"


def missing_sentence(count: int, *, is_finished: bool) -> str:
    """Return how much of what a run asked for did not come."""
    if count:
        return f"{counted(count, 'thing')} asked for did not come, or do not exist."
    return "Nothing: all that was asked for came." if is_finished else "Nothing so far of what was asked."


def search_feed_title(words: str) -> str:
    """Return the title of the feed of a search; words is "" for a search for everything."""
    return f"New here: {words}" if words else "New articles in this knowledge base"


def citing_feed_title(label: str) -> str:
    """Return the title of the feed of who cites a work."""
    return f"New works here that cite {label}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 article", "1,204 articles"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def with_below(place: str, articles: int) -> str:
    """Return how many articles are about a heading or what stands below it, at a place of the tree."""
    return f"{place}, {counted(articles, 'article')} with all that stands below it"


def day(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment; "" where there is none."""
    return (moment or "")[:10]


def references_sentence(printed: int, own_count: int | None, said: Sequence[ListSaid]) -> str:
    """Return how many of an article's references are known here; own_count is that of its record."""
    asked = [s for s in said if s.list == "references"]
    counts = [own_count, *(s.entries for s in asked)]
    stated = max((count for count in counts if count is not None), default=None)
    if stated is None:
        return _unknown_references(printed, asked)
    if stated == 0 and not printed:
        return f"None (source: {_who(asked, 0) or 'its record'})."
    if printed < stated:
        verb = "is" if printed == 1 else "are"
        return f"{printed:,} of {counted(stated, 'reference')} {verb} known here."
    return f"{counted(printed, 'reference')}, the whole list."


def _unknown_references(printed: int, asked: Sequence[ListSaid]) -> str:
    if printed:
        return f"{counted(printed, 'reference')} known here; how many there are in all is unknown."
    if asked:
        return f"Unknown: {_who(asked, None)} has no data on its references."
    return "Unknown: its record has no reference list, and no other source was looked up yet."


def cited_by_sentence(known: int, said: Sequence[ListSaid]) -> str:
    """Return how many works here cite an article, and how much that says of the world."""
    asked = [s for s in said if s.list == "cited_by"]
    here = f"{counted(known, 'work')} here {'cites' if known == 1 else 'cite'} it"
    if not asked:
        more = "the whole list was not looked up yet, so there may be more."
        return f"{here}; {more}" if known else "Not looked up yet: who cites it is unknown."
    when = max(day(s.checked_at) for s in asked)
    most = max((s.entries for s in asked if s.entries is not None), default=None)
    who = _who(asked, most)
    if most is None:
        return f"{here}; {who} has no data ({when})." if known else f"Unknown: {who} has no data ({when})."
    if most == 0:
        return f"{here}, though {who} knew of none on {when}." if known else f"None (source: {who}, {when})."
    return f"{here}; {who} named {most:,} on {when}."


def similar_sentence(shown: int, said: Sequence[ListSaid]) -> str:
    """Return what is known of PubMed's similar articles."""
    asked = [s for s in said if s.list == "similar"]
    if shown:
        return f"The first {shown} in PubMed’s order." if shown > 1 else "One, in PubMed’s order."
    if not asked:
        return "Not looked up yet at PubMed."
    if all(s.entries is None for s in asked):
        return "Unknown: PubMed has no data on it."
    return "None (source: PubMed)."


def said_sentence(said: ListSaid) -> str:
    """Return what one source said of one list, and when."""
    who, what = source_words(said.source), _LIST_WORDS[said.list]
    silent = "does not say how many references there are" if said.source == "page" else f"has no data on its {what}"
    answer = {None: silent, 0: f"says that it has no {what}"}.get(said.entries)
    answer = answer or f"says {counted(said.entries or 0, what[:-1], what)}"
    return f"{who[:1].upper()}{who[1:]} {answer} ({day(said.checked_at)})."


def _who(asked: Sequence[ListSaid], entries: int | None) -> str:
    """Return in words who gave this answer."""
    return source_words(",".join(s.source for s in asked if s.entries == entries))


def exposure_words(kind: str, number: int) -> str:
    """Return what an article stands on: "This article cites 2 retracted articles"."""
    one, many = _EXPOSURES[kind]
    return f"This article cites {one if number == 1 else many.format(f'{number:,}')}"


def percentile_sentence(measured: Measured) -> str | None:
    """Return how a citation count stands among the articles held of the same year; None where that is not known."""
    if measured.year_percentile is None:
        return None
    if measured.peers == 1:
        return f"No other article held is of {measured.year}."
    little = ", too few to tell much" if measured.peers < _FEW_PEERS else ""
    among = f"{measured.peers:,} articles held of {measured.year}{little}"
    return f"Percentile {measured.year_percentile:.0f} among {among}."


def yours_sentence(cited: int) -> str:
    """Return what suggestions for one work are made from; cited: how many works it cites here."""
    cites = f" and the {counted(cited, 'work')} that it cites here" if cited else "; no work that it cites is known"
    return f"Computed now from this article{cites}, as the command litkb suggest does."


def world_sentence(world: WorldCount) -> str:
    """Return what iCite says of an article, and when."""
    parts = [
        "unknown" if world.citation_count is None else counted(world.citation_count, "citing article"),
        None if world.ratio is None else f"relative citation ratio {world.ratio:.2f}",
        None if world.percentile is None else f"NIH percentile {world.percentile:.0f}",
    ]
    return f"{'; '.join(part for part in parts if part)} ({day(world.checked_at)})."


def timing_sentence(timing: Timing) -> str:
    """Return when the works that cite a retracted article appeared."""
    parts = [
        (timing.after, "after the year of its retraction"),
        (timing.same_year, "in that year"),
        (timing.before, "before it"),
        (timing.unknown, "at a time that is not known"),
    ]
    said = ", ".join(f"{number:,} {when}" for number, when in parts if number)
    works = f"{counted(timing.citing, 'work')} that {'cites' if timing.citing == 1 else 'cite'} it"
    return f"Of {works}, its notices left out, there appeared {said}."


def completeness_sentences(counts: Counts) -> list[str]:
    """Return how complete the base of the counts is, one sentence a list."""
    if not counts.articles:
        return ["Nothing is held yet."]
    held = counted(counts.articles, "record")
    brings = "brings its" if counts.with_reference_list == 1 else "bring their"
    return [
        f"{counts.with_reference_list:,} of {held} {brings} own reference list.",
        _asked(counts.asked_cited_by, held, "who cites them"),
        _asked(counts.asked_similar, held, "what is similar to them"),
    ]


def _asked(number: int, held: str, what: str) -> str:
    if not number:
        return f"Not looked up yet: {what}."
    return f"Looked up {what} for {number:,} of {held}."
