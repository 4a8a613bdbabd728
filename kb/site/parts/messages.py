"""Sentences on how complete a list is, each number with its evidence. Unknown is never said as zero.  (pure)"""

from collections.abc import Sequence
from typing import Final

from kb.queries.harvest_log import Answered, Run, is_mirror
from kb.queries.works.article_metrics import Measured, Timing, WorldCount
from kb.queries.works.lists_said import ListSaid
from kb.queries.works.pages import Counts, Receipt
from kb.sentences import Count, Part, Sentence, count_of, joined, sentence
from kb.site.parts.links import pubmed_url
from kb.site.parts.sources import server_words, source_words
from kb.text import counted, noun

_RECORD_SOURCES: Final = ("pubmed", "nbib", "page", "pmc", "demonstration", "synthetic")  # with lists of their own
_READ_FROM: Final = {"nbib": "the NBIB file ", "page": "the saved page ", "pmc": "the front matter of the full text "}
ALARM: Final = 0  # must be seen before all else
WARNING: Final = 1  # changes what the record says
PLAIN: Final = 2
_NOTICE_WORDS: Final = {
    "RetractionIn": ("This article has been retracted", ALARM),
    "RetractionOf": ("This is the retraction of another article", ALARM),
    "ExpressionOfConcernIn": ("An expression of concern was published on this article", ALARM),
    "ExpressionOfConcernFor": ("This is an expression of concern on another article", ALARM),
    "Retracted Publication": ("This article has been retracted, according to its publication type", ALARM),
    "PartialRetractionOf": ("This is the retraction of a part of another article", ALARM),
    "PartialRetractionIn": ("Part of this article has been retracted", ALARM),
    "RetractedandRepublishedIn": ("This article was retracted and published again", ALARM),
    "RetractedandRepublishedFrom": ("This article was published again after a retraction", ALARM),
    "CorrectedandRepublishedIn": ("This article was corrected and published again", ALARM),
    "CorrectedandRepublishedFrom": ("This article was published again after a correction", WARNING),
    "ErratumIn": ("A correction was published", WARNING),
    "ErratumFor": ("This is a correction of another article", WARNING),
    "CommentIn": ("Comment in", PLAIN),
    "CommentOn": ("Comment on", PLAIN),
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
    "relevance": "best match", "date": "newest", "citations": "most cited", "pagerank": "PageRank"
}  # fmt: skip
NEIGHBOUR_TITLES: Final = {
    "author": "Author names", "journal": "Journals", "heading": "MeSH headings", "keyword": "Keywords",
    "community": "Communities",
}  # fmt: skip
TOGETHER_TITLES: Final = {
    "author": "Coauthor names", "heading": "Headings of the same articles", "keyword": "Keywords of the same articles"
}  # fmt: skip
CITING_JOURNALS: Final = "Citing journals, by citations"
CITED_JOURNALS: Final = "Cited journals, by citations"
NEAR_COMMUNITIES: Final = "Linked communities, by citations"
BROADER: Final = "Broader MeSH headings"
NARROWER: Final = "Narrower MeSH headings"
ONLY_IN_TREE: Final = "No article in this library has this heading itself; articles with narrower headings may be here."
NO_TREE: Final = "Narrower headings are unknown: the MeSH tree is not loaded (litkb mesh loads it)."
NO_PLACE: Final = "no place of its own there"
NO_SUCH_RUN: Final = "There is no harvest run with this number."
NOTICES_FEED_TITLE: Final = "Retractions, corrections and concerns in this knowledge base"
FETCHES: Final = "This command fetches its record from PubMed into this library"
LOOKS_FOR: Final = "This command looks for its DOI in PubMed, and fetches the record if PubMed has one"
IDENTIFIES: Final = (
    "No PMID or DOI is known for it. This command asks PubMed which articles such printed references mean, by journal, "
    "year, volume and page"
)
NO_EVIDENCE: Final = "No evidence page has this address."
NO_CITATION: Final = "No source in this library says that this work cites the other."
NO_ARCHIVE: Final = "The archive of raw responses is not beside this file, so none can be shown."
PUBLIC_ARCHIVE: Final = "Raw responses are not shown on a public site."
NO_SUCH_ANSWER: Final = "The archive has no raw response with this name."
ANSWER_WHOLE: Final = "Verified now: the bytes have the SHA-256 of the response as received."
ANSWER_DAMAGED: Final = "The archive is damaged: the bytes do not have the SHA-256 of the response as received."
ANSWER_TOO_LARGE: Final = "This response is too large to show or send here; `sqlite3 kb.sqlar -Ax` extracts it."
NONE_SELECTED: Final = "No work is selected: tick some in a list, then export them."
NO_FORMAT: Final = "There is no such format; docs/formats.md lists them."
NO_FEED: Final = "A feed lists articles in this library: it needs a search with at least one word."
CITED_OVER_TIME: Final = "Cited over time"
EMPTY_NAME: Final = "(no letters)"
KIND_TITLES: Final = {
    "author": "Author name", "journal": "Journal", "mesh": "MeSH heading", "keyword": "Keyword",
    "community": "Community", "year": "Year",
}  # fmt: skip
KIND_SENTENCES: Final = {
    "journal": "Its articles in this library; the journal has published others.",
    "mesh": "Articles in this library with this heading, as a major topic or not.",
    "keyword": "Articles in this library with this keyword, in any spelling.",
    "community": "Works that cite one another more than the rest, by the last graph run; named after their "
    "keywords and headings.",
    "year": "Articles in this library published in this year.",
}
_UNKNOWN: Final = {
    "author": "No author list in this library has this name.",
    "journal": "No article in this library is from a journal with this number.",
    "mesh": "No article in this library has a MeSH heading with this number.",
    "keyword": "No article in this library has this keyword.",
    "community": "The last graph run found no community with this number.",
    "year": "No work in this library, and none that it cites, is of this year.",
}
HELD: Final = "articles in this library"
NAMED_ONLY: Final = "works cited only"
NO_TITLE: Final = "(without a title)"
ROWS_DRAWN: Final = {
    "map": "The works of these rows at their places on the map of the field.",
    "timeline": "The works of these rows at their places in time.",
}
NAMED_SQL: Final = "select id, label, year from works\nwhere state = 'known'\norder by id"
NAMED_NOTE: Final = "The SQL gives all works cited only; years and words are then compared with each label, folded."
VIEW_WORDS: Final = {"list": "List", "table": "Table", "map": "Map", "timeline": "Timeline"}
_EXPOSURES: Final = {  # kind of notice -> one work that is cited, several
    "RetractionIn": ("a retracted article", "{number} retracted articles"),
    "PartialRetractionIn": (
        "an article of which a part was retracted",
        "{number} articles of which parts were retracted",
    ),
    "RetractedandRepublishedIn": (
        "an article that was retracted and published again",
        "{number} articles that were retracted and published again",
    ),
    "ExpressionOfConcernIn": (
        "an article on which an expression of concern was published",
        "{number} articles on which expressions of concern were published",
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


_IDENTIFIED_WORDS: Final = {
    "doi": "identified by its DOI", "pmcid": "identified by its PMCID", "person": "identified by a person",
    "printed doi": "identified by the DOI printed in it", "printed pmcid": "identified by the PMCID printed in it",
    "pmid": "identified by the PMID printed in it",
    "offline": "resolved offline", "ecitmatch": "resolved by PubMed’s ECitMatch",
}  # fmt: skip


def resolution_words(method: str | None, score: float | None, *, is_looked_at: bool) -> str | None:
    """Return how a reference was identified that gives no PMID: "resolved offline, score 21.5"; None: it was not."""
    if method is None:
        return "looked up, not identified" if is_looked_at else None
    by_match = method in ("offline", "ecitmatch") and score is not None
    return _IDENTIFIED_WORDS[method] + (f", score {score:g}" if by_match else "")


def notice_words(kind: str) -> tuple[str, int]:
    """Return what a notice says, and how loud: ALARM, WARNING or PLAIN."""
    return _NOTICE_WORDS.get(kind, (kind, PLAIN))


def unknown_thing(kind: str) -> str:
    """Return what to say where a file has no such thing."""
    return _UNKNOWN[kind]


def name_sentence(key: str, orcids: int) -> Sentence:
    """Return what a name is: not a person; orcids is how many ORCID iDs are given with it."""
    said = "This is a name, not a person: several people may share it, and one person may be printed under others."
    more = " {number} different ORCID iDs are given with it." if orcids > 1 else ""
    return sentence(said + more, number=count_of(orcids, "author_orcids", key=key))


TASK_WORDS: Final = {
    "seed": "requested articles", "search": "searches", "limits": "limits", "article": "articles",
    "occ": "lists of the Open Citation Collection", "metrics": "counts in all of PubMed",
    "cited_by": "lists of citing articles", "similar": "lists of similar articles", "file": "files",
    "record": "rejected records of files", "full_text": "full texts by EFetch",
    "full_text_s3": "full texts in the bucket of PubMed Central",
}  # fmt: skip


def run_sentence(run: Run, answered: Answered) -> str:
    """Return the heading of a run: what it was, when, and whether it was answered."""
    what = "Update" if run.is_update else "Harvest" if answered.asked else "Load of files"
    sentence = f"{what} of {day(run.started_at)}"
    if answered.nothing:
        return f"{sentence}, failed: no request was answered"
    if answered.unanswered:
        return f"{sentence}: {answered.unanswered:,} of {counted(answered.asked, 'request')} not answered"
    return sentence if run.finished_at else f"{sentence}, not finished"


def run_server(run: Run, answered: Answered) -> str | None:
    """Return what the server that a run names did; None: it names none, or requested nothing."""
    if run.server is None or not answered.asked:
        return None
    return "Answered in place of PubMed" if answered.some else "Requested in place of PubMed, without an answer"


def missing_sentence(run: Run, count: Count) -> Sentence:
    """Return how much of what a run asked for did not come."""
    none = "None: every request succeeded." if run.finished_at is not None else "None so far."
    words = "{count:request} failed, or found nothing." if count.number else none
    return sentence(words, count=count)


def search_feed_title(words: str) -> str:
    """Return the title of the feed of a search; words is "" for a search for everything."""
    return f"New articles: {words}" if words else "New articles in this knowledge base"


def citing_feed_title(label: str) -> str:
    """Return the title of the feed of who cites a work."""
    return f"New works that cite {label}"


def with_below(place: str, count: int) -> Sentence:
    """Return how many articles are about a heading or what stands below it, at a place of the tree."""
    articles = count_of(count, "search", branch=place)
    return sentence("{place}, {articles:article} including narrower headings", place=place, articles=articles)


def day(moment: str | None) -> str:
    """Return the day of an ISO 8601 moment; "" where there is none."""
    return (moment or "")[:10]


def references_sentence(pmid: int, printed: int, own_count: int | None, said: Sequence[ListSaid]) -> Sentence:
    """Return how many of an article's references are known here; own_count is that of its record."""
    asked = [s for s in said if s.list == "references"]
    counts = [own_count, *(s.entries for s in asked)]
    stated = max((count for count in counts if count is not None), default=None)
    if stated is None and not printed:
        return [Part(_unknown_references(asked))]
    if stated == 0 and not printed:
        return [Part(f"None (source: {_who(asked, 0) or 'its record'}).")]
    words = "{printed:reference}, complete list."
    if stated is None:
        words = "{printed:reference} listed here; the total is unknown."
    elif printed < stated:
        words = f"{{printed}} of {{stated:reference}} {noun(printed, 'is', 'are')} listed here."
    here = count_of(printed, "references", pmid=pmid)
    return sentence(words, printed=here, stated=count_of(stated or 0, "stated", pmid=pmid, list="references"))


def _unknown_references(asked: Sequence[ListSaid]) -> str:
    others = [s for s in asked if s.source not in _RECORD_SOURCES]
    if others:
        return f"Unknown: its record has no reference list, and {_who(others, None)} has no data on it."
    if any(s.source == "page" for s in asked):
        return "Unknown: the saved page does not give their number, and no other source has answered."
    return "Unknown: its record has no reference list, and no other source has answered."


def cited_by_sentence(work: int, known: int, said: Sequence[ListSaid]) -> Sentence:
    """Return how many works here cite an article, and how much that says of the world."""
    asked = [s for s in said if s.list == "cited_by"]
    when = max((day(s.checked_at) for s in asked), default="")
    most = max((s.entries for s in asked if s.entries is not None), default=None)
    who, here = _who(asked, most), "{known:work here cites|works here cite} it"
    if not asked:
        more = f"{here}; no source has given the whole list yet, so there may be more."
        words = more if known else "Unknown: not looked up yet, or not answered."
    elif most is None:
        words = here + "; {who} has no data ({when})." if known else "Unknown: {who} has no data ({when})."
    elif most == 0:
        words = here + ", though {who} listed none on {when}." if known else "None (source: {who}, {when})."
    else:
        words = here + "; {who} listed {most} on {when}."
    stated = count_of(most or 0, "stated", pmid=work, list="cited_by")
    return sentence(words, known=count_of(known, "citing", id=work), who=who, most=stated, when=when)


def similar_sentence(pmid: int, shown: int, limit: int, said: Sequence[ListSaid]) -> Sentence:
    """Return what is known of PubMed's similar articles, of which limit at most are shown."""
    asked = [s for s in said if s.list == "similar"]
    servers = list(dict.fromkeys(s.server for s in asked))
    who = server_words("PubMed", servers)
    if shown:
        order = "the order of {who}" if any(servers) else "PubMed’s order"
        words = f"The first {{shown}} in {order}." if shown > 1 else f"One, in {order}."
    elif not asked:
        words = "Unknown: not looked up yet, or not answered."
    elif all(s.entries is None for s in asked):
        words = "Unknown: {who} has no data on it."
    else:
        words = "None (source: {who})."
    return sentence(words, shown=count_of(shown, "similar", pmid=pmid, first=limit), who=who)


def said_sentence(work: int, said: ListSaid, receipt: Receipt | None = None) -> Sentence:
    """Return what one source said of one list of a work, and when; receipt: of the work where its record is held."""
    what, is_page = _LIST_WORDS[said.list], said.source == "page"
    is_own = said.list == "references" and said.source in _RECORD_SOURCES  # nobody was asked beyond the record
    if is_own:
        who = f"The record in {receipt.read_from}" if receipt and receipt.read_from else "Its record"
        silent = "does not say how many references there are" if is_page else "has no reference list"
        answer = {None: silent, 0: "says that it has no references"}.get(said.entries, "says {count:reference}")
    else:
        many = is_mirror(said.server)
        who = _named(said) if said.server and not many else _named(said)[:1].upper() + _named(said)[1:]
        silent = "does not give the number of references" if is_page else f"has no data on its {what}"
        lists = "list" if many else "lists"
        answer = {None: silent, 0: f"{lists} no {what}"}.get(said.entries, f"{lists} {{count:{what[:-1]}}}")
    count = count_of(said.entries or 0, "said", pmid=work, list=said.list, source=said.source)
    when = day(receipt.received_at if is_own and receipt else said.checked_at)
    return sentence(f"{{who}} {answer} ({{when}}).", who=who, count=count, when=when)


def origin_sentence(receipt: Receipt) -> str:
    """Return from where the record of an article came, and when, as the ledger has it."""
    came = day(receipt.received_at)
    if receipt.source == "synthetic":
        return f"Made up by litkb; received on {came}"
    if receipt.source == "demonstration":
        return f"A record of the demonstration, not harvested from PubMed; received on {came}"
    if receipt.read_from:
        kind = "PubMed’s file " if receipt.server else _READ_FROM.get(receipt.source, "")
        revised = f"; record revised by NLM {receipt.date_revised}" if receipt.date_revised else ""
        if receipt.server:
            came += f", in a mirror that has {receipt.server}"
        again = f"; PubMed gave nothing newer on {day(receipt.asked_at)}" if receipt.asked_at else ""
        return f"Read from {kind}{receipt.read_from} on {came}{revised}{again}"
    if receipt.server:
        return f"Received on {came} from {receipt.server}, which answered in place of PubMed"
    if receipt.asked_at is None:
        return f"Received on {came}; no run recorded here says how"
    checked = day(receipt.asked_at)
    return f"Harvested from PubMed on {came}" + (f"; checked last on {checked}" if checked > came else "")


def _who(asked: Sequence[ListSaid], entries: int | None) -> str:
    """Return in words who gave this answer."""
    return ", ".join(dict.fromkeys(_named(s) for s in asked if s.entries == entries))


def _named(said: ListSaid) -> str:
    if is_mirror(said.server):
        return f"all reference lists in {said.server}"
    return server_words(source_words(said.source, own=True), [said.server])


def exposure_words(pmid: int, kind: str, number: int) -> Sentence:
    """Return what an article stands on: "This article cites 2 retracted articles"."""
    words = f"This article cites {noun(number, *_EXPOSURES[kind])}"
    return sentence(words, number=count_of(number, "doubted", work=pmid, kind=kind))


def not_found_words(why: str | None) -> str:
    """Return that no record of a PMID was found; why: as the ledger has it."""
    by_mirror = why is not None and why.startswith("not in the mirror")
    return f"No record of this PMID was found: {why}." if by_mirror else "PubMed has no record under this PMID."


def percentile_sentence(pmid: int, measured: Measured) -> Sentence:
    """Return how a citation count stands among the articles held of the same year; nothing where that is unknown."""
    if measured.year_percentile is None:
        return []
    if measured.peers == 1:
        return [Part(f"No other article in this library is of {measured.year}.")]
    little = ", too few to tell much" if measured.peers < _FEW_PEERS else ""
    return sentence(
        f"Percentile {{percentile:.0f}} among {{peers}} articles of {measured.year} in this library{little}.",
        percentile=count_of(measured.year_percentile, "percentile", id=pmid),
        peers=count_of(measured.peers, "peers", year=measured.year or 0),
    )


def measured_words(column: str, number: object) -> str:
    """Return a computed number as pages show it: a count with commas, a score with two decimals, a year as it is."""
    if isinstance(number, float):
        return f"{number:z,.2f}"
    return f"{number:,}" if isinstance(number, int) and not column.endswith("year") else str(number)


def yours_sentence(work: int, kind: str, cited: int) -> Sentence:
    """Return what suggestions for one work are made from; cited: how many works it cites here."""
    cites = " and the {cited:work} that it cites here" if cited else "; no work that it cites is known"
    words = f"Computed now from this {kind}{cites}, as the command litkb suggest does."
    return sentence(words, cited=count_of(cited, "near_yours", id=work))


def world_sentence(pmid: int, world: WorldCount) -> Sentence:
    """Return what iCite says of an article, and when."""
    parts = [
        ("icite", world.citation_count, "{count:citing article}"),
        ("icite_ratio", world.ratio, "relative citation ratio {count:.2f}"),
        ("icite_percentile", world.percentile, "NIH percentile {count:.0f}"),
    ]
    told = [sentence(words, count=count_of(n, name, pmid=pmid)) for name, n, words in parts if n is not None]
    unknown = [Part("unknown")] if world.citation_count is None else []
    return sentence("{told} ({day}).", told=joined("; ", [unknown, *told]), day=day(world.checked_at))


def timing_sentence(pmid: int, timing: Timing) -> Sentence:
    """Return when the works that cite a retracted article appeared."""
    parts = [
        ("citing_after", timing.after, "{count} after the year of its retraction"),
        ("citing_same_year", timing.same_year, "{count} in that year"),
        ("citing_before", timing.before, "{count} before it"),
        ("citing_unknown", timing.unknown, "{count} with an unknown year"),
    ]
    said = [sentence(words, count=count_of(n, f"retracted_{name}", id=pmid)) for name, n, words in parts if n]
    works = count_of(timing.citing, "retracted_citing", id=pmid)
    words = "Of {works:work that cites|works that cite} it, notices excluded: {said}."
    return sentence(words, works=works, said=joined(", ", said))


def completeness_sentences(counts: Counts) -> list[Sentence]:
    """Return how complete the base of the counts is, one sentence a list."""
    if not counts.records:
        return [[Part("The library is empty.")]]
    number, records = count_of(counts.with_reference_list, "with_list"), count_of(counts.records, "all_held")
    have = noun(counts.with_reference_list, "has its", "have their")
    return [
        sentence(f"{{number}} of {{records:record}} {have} own reference list.", number=number, records=records),
        _asked(counts.asked_cited_by, records, "cited_by", "Citing articles"),
        _asked(counts.asked_similar, records, "similar", "Similar articles"),
    ]


def _asked(asked: int, records: Count, name: str, what: str) -> Sentence:
    words = f"{what} are known, or known to have no data, for {{number}} of {{records:record}}."
    none = f"{what}: not looked up yet, or not answered."
    return sentence(words if asked else none, number=count_of(asked, "asked", list=name), records=records)


def unknown_work(number: int) -> str:
    """Return why there is no page of a work."""
    if number <= 0:
        return "No work in this library has this number."
    at_pubmed = " It may exist at PubMed all the same." if pubmed_url(number) else ""
    return f"Nothing in this knowledge base holds or names PMID {number}.{at_pubmed}"
