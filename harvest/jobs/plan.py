"""What a harvest is to do, and what it will cost before it begins."""

import json
import math
import re
import shlex
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Final, NamedTuple

from harvest.identify.identify import GROUP
from harvest.identify.seed import TITLE, Seed, seed_of
from harvest.jobs.seed_resolution import left_to_ask
from harvest.sources.entrez import BATCH
from harvest.sources.mirror import OCC
from kb.errors import UsageError
from kb.identifiers import Identifier, parse_identifier
from kb.queries.harvest_log import read_identified, read_reference_pmids
from kb.queries.snowball import read_frontier
from kb.queries.works.records import read_held
from kb.text import counted

# What one article brings on average, where this file does not know better. Of the records with a reference
# list in PubMed's files the median has about 35 with a PMID; the other two are NCBI's usual list lengths.
REFERENCES_EACH: Final = 35
CITED_BY_EACH: Final = 20
SIMILAR_EACH: Final = 100
FIRST_YEAR, LAST_YEAR = 1500, 3000  # of PubMed's dates, where a span is open
_YEARS: Final = re.compile(r"\d{4}-(?:\d{4})?|-\d{4}", re.ASCII)
MOST_ROUNDS: Final = 9  # that a cost is estimated for, where the rounds have no end
NO_TEXTS_IN_MIRROR: Final = "A mirror of PubMed's files has no full texts: use --full-text without --mirror."
SHOWN_SEEDS: Final = 20  # of a command, in the list of runs; all of them are in its tasks


@dataclass(frozen=True)
class Plan:
    """What is asked for; equal plans continue one another after an interruption."""

    seeds: tuple[str, ...] = ()
    listed: tuple[Seed, ...] = ()  # from files of references, and titles
    query: str | None = None
    files: tuple[str, ...] = ()
    pmid: int | None = None  # of a saved page among the files
    references: bool = False
    cited_by: bool = False
    similar: bool = False
    depth: int = 1  # rounds; 0: until nothing new appears
    most: int | None = None  # articles that following may bring
    years: str | None = None  # of a new article: 2000-2010, 2000-, -2010
    types: tuple[str, ...] = ()  # publication types, of which a new article must have one
    matching: str | None = None  # a query that a new article must match
    branches: tuple[tuple[str, str], ...] = ()  # (tree number, heading) of MeSH, of which a new article must have one
    frontier: bool = False  # begin with what is known and not held
    ask: tuple[str, ...] = ()  # further sources asked about every article, of harvest.sources.registry.OFFERED
    full_text: bool = False  # of all articles that are held then
    mirror: str | None = None  # the last of PubMed's files in the mirror that answers in place of all sources

    @cached_property
    def identifiers(self) -> list[Identifier]:
        """The seeds, read. Raises UsageError for one that is no identifier."""
        return [parse_identifier(seed) for seed in self.seeds]

    @property
    def names_articles(self) -> bool:
        """Whether the plan begins with articles, and is not of those alone that are held."""
        return bool(self.seeds or self.listed or self.query or self.files or self.frontier)

    @property
    def most_texts(self) -> int | None:
        """How many full texts are asked for at most: the limit, where no links are followed."""
        return None if self.expands or self.frontier else self.most

    @property
    def expands(self) -> bool:
        """Whether the plan goes on from its first articles."""
        return self.references or self.cited_by or self.similar

    @property
    def directions(self) -> list[str]:
        """The links that are followed."""
        return [*(["references"] if self.references else []), *self.lists]

    @property
    def limits(self) -> str:
        """What a new article must match, as a query; "" where all do."""
        first, _, last = (self.years or "").partition("-")
        types = " OR ".join(f'"{name}"[pt]' for name in self.types)
        parts = [
            self.matching or "",
            f"{first.strip() or FIRST_YEAR}:{last.strip() or LAST_YEAR}[dp]" if self.years else "",
            types,
            " OR ".join(f'"{heading}"[mh]' for _, heading in self.branches),  # PubMed adds what stands below
        ]
        return " AND ".join(f"({part})" for part in parts if part)

    @property
    def lists(self) -> list[str]:
        """The lists of ELink that are followed."""
        return [name for name, wanted in (("cited_by", self.cited_by), ("similar", self.similar)) if wanted]

    def as_json(self) -> str:
        """Return the plan in a form that two equal plans share."""
        values = asdict(self) | {"listed": [seed.asked for seed in self.listed]}
        return json.dumps(values, sort_keys=True, ensure_ascii=False)

    def command(
        self, kb_name: str, paths: Sequence[str] = (), seed_paths: Sequence[str] = (), mirror: str | None = None
    ) -> str:
        """Return the command that this plan is, without key and e-mail address; paths as they were named."""
        words = ["litkb", "harvest", kb_name, *self.seeds[:SHOWN_SEEDS]]
        if len(self.seeds) > SHOWN_SEEDS:
            words.append(f"… {len(self.seeds) - SHOWN_SEEDS} more …")
        words += ["--query", self.query] if self.query else []
        words += [word for name in seed_paths for word in ("--seeds", name)]
        words += [word for seed in self.listed if seed.place == TITLE for word in (TITLE, str(seed.title))]
        words += [word for name in paths for word in ("--file", name)]
        words += ["--pmid", str(self.pmid)] if self.pmid else []
        flags = {"--references": self.references, "--cited-by": self.cited_by, "--similar": self.similar}
        words += [flag for flag, on in flags.items() if on]
        words += ["--depth", str(self.depth or "all")] if self.depth != 1 else []
        words += ["--frontier"] if self.frontier else []
        named = {"--limit": self.most, "--years": self.years, "--matching": self.matching}
        words += [word for name, value in named.items() if value is not None for word in (name, str(value))]
        words += [word for name in self.types for word in ("--type", name)]
        words += [word for number, _ in self.branches for word in ("--branch", number)]
        words += [word for name in self.ask for word in ("--ask", name)]
        words += ["--full-text"] if self.full_text else []
        words += ["--mirror", mirror] if mirror else []
        return shlex.join(words)


def check_plan(plan: Plan) -> None:
    """Raise UsageError, before anything is asked or written, where the plan makes no sense."""
    if plan.query is not None and not plan.query.strip():
        raise UsageError("The query is empty. Example: --query 'Laudet AB[au] AND recovery'")
    if any(seed.place == TITLE and not seed.title for seed in plan.listed):
        raise UsageError("A title is empty. Example: --title 'One size does not fit all'")
    if not (plan.names_articles or plan.full_text):
        raise UsageError("Nothing to harvest: name a PMID, DOI, PMCID or address, --query, --title, --seeds or --file.")
    if plan.full_text and plan.mirror:
        raise UsageError(NO_TEXTS_IN_MIRROR)
    if plan.depth != 1 and not plan.expands:
        raise UsageError("--depth needs a direction: --references, --cited-by or --similar.")
    if plan.limits and not plan.expands:
        raise UsageError(
            "--years, --type, --branch and --matching limit what links bring: "
            "name --references, --cited-by or --similar."
        )
    if plan.years is not None and not _YEARS.fullmatch(plan.years):
        raise UsageError(f"{plan.years!r} is no span of years. Examples: 2000-2010, 2000-, -2010")
    if plan.pmid is not None and not plan.files:
        raise UsageError("--pmid says whose saved page a --file is; to harvest an article, name its PMID alone.")
    if OCC in plan.ask and plan.mirror is None:
        raise UsageError("--ask occ asks a mirror of PubMed's files: name it with --mirror.")
    _ = plan.identifiers


class Cost(NamedTuple):
    """What a plan is expected to ask for; seconds at the rate allowed."""

    articles: int
    requests: int
    seconds: float

    def __str__(self) -> str:
        if not self.requests:
            return "no request: files only"
        articles = counted(self.articles, "article")
        requests = counted(self.requests, "request")
        return f"about {articles}, {requests}, {_duration(self.seconds)}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, math.ceil(seconds))} s"
    return f"{math.ceil(seconds / 60)} min"


def estimate_cost(db: sqlite3.Connection | None, plan: Plan, *, rate: float, hits: int | None = None) -> Cost:
    """Return what plan will cost; db (None: no file yet) tells how long the lists of held articles are.

    Requests for N articles: searches, one for the limits, ceil(N / 200) EFetch, ceil(N / 200) ELink for each list and
    round.
    """
    listed = plan.listed if db is None else left_to_ask(db, plan.listed)
    seeds = {seed.asked: seed for seed in (*map(seed_of, plan.identifiers), *listed) if not seed.fault}.values()
    frontier = len(seeds) + (hits or (BATCH if plan.query else 0)) + _frontier(db, plan)
    named = sum(1 for seed in seeds if seed.identifiers and not seed.pmid)
    requests = 2 * math.ceil(named / GROUP) + 2 * sum(1 for seed in seeds if not seed.identifiers)
    requests += bool(plan.query) + bool(plan.limits)
    each_article = 1 + len(plan.ask)  # its record, and what further sources say of it
    requests += each_article * math.ceil(frontier / BATCH)
    articles, each = frontier, _each(db, plan)
    room = math.inf if plan.most is None else plan.most
    for _ in range((plan.depth or MOST_ROUNDS) if plan.expands else 0):
        requests += len(plan.lists) * math.ceil(frontier / BATCH)
        found = math.ceil(frontier * each)
        requests += math.ceil(found / BATCH) if plan.limits else 0
        frontier = int(min(found, room))
        room -= frontier
        articles += frontier
        requests += each_article * math.ceil(frontier / BATCH)
    requests = 0 if plan.mirror else requests
    return Cost(articles, requests, requests / rate)


def _frontier(db: sqlite3.Connection | None, plan: Plan) -> int:
    return len(read_frontier(db, plan.most)) if db is not None and plan.frontier else 0


def _each(db: sqlite3.Connection | None, plan: Plan) -> float:
    """Return how many further articles one article leads to."""
    references = _known_references(db, plan) if db is not None and plan.references else None
    each = plan.references * (REFERENCES_EACH if references is None else references)
    return each + plan.cited_by * CITED_BY_EACH + plan.similar * SIMILAR_EACH


def _known_references(db: sqlite3.Connection, plan: Plan) -> float | None:
    """Return the mean number of identified references of those seeds that are held; None where none is."""
    pmids: list[int] = []
    for kind, value in plan.identifiers:
        pmids += [int(value)] if kind == "pmid" else read_identified(db, kind, value)
    held = list(read_held(db, pmids))
    return len(read_reference_pmids(db, held)) / len(held) if held else None
