"""What describes a source of citations: where it is asked, and which lists of an article it gives.

A module of this package that has a ``SOURCE`` is a source: harvest.sources.registry finds it, docs/adding.md shows how
to write one.
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from harvest.http.client import Settings
from harvest.http.transport import Site
from kb.errors import RecordError
from kb.records import IciteMetrics, LinkList

ATTEMPTS: Final = 3  # at a text that comes, and is not whole


class Answer(NamedTuple):
    """An answer that was checked, as it came, and the request without key, e-mail address and tool.

    That of a mirror says under ``through`` which of PubMed's files is its last.

    The PMIDs asked for stand in the request under ``pmids``, or else ``id``, with commas: a rebuild reads them there.
    """

    endpoint: str
    request: dict[str, str]
    body: bytes
    received_at: str  # ISO 8601, UTC


class Told(NamedTuple):
    """What an answer says of one article: its lists, and how often the world cites it where it says so."""

    pmid: int
    lists: tuple[LinkList, ...]  # entries None: the source has no data, which is not "none"
    note: str | None  # kept with the outcome
    metrics: IciteMetrics | None = None


class ListRequest(NamedTuple):
    """A request for lists of articles: who cites them, what they cite, what is similar."""

    name: str  # of the task in the ledger
    label: str  # what a person is shown meanwhile
    fetch: Callable[[Any, Sequence[int]], Answer]  # of a Client or Mirror; raises TransientError, PermanentError
    parse: Callable[[bytes, Collection[int]], Sequence[Told | RecordError]]  # of the PMIDs asked for; pure
    fills: tuple[str, str]  # name in citation_sources, list: when it was asked, an update reads there
    offered: str | None = None  # what `litkb harvest --ask` says of it; None: it has an option of its own


class Source(NamedTuple):
    """A source: who is asked, where, at most how often, and for what."""

    name: str
    site: Site
    address: str
    variable: str  # of the environment: another address, for rehearsals
    lists: tuple[ListRequest, ...]
    rate: int = 3  # requests a second
    says: Mapping[str, str] = {}  # names in citation_sources that the schema does not have -> what they are


def settings_of(source: Source, settings: Settings, *, environment: Mapping[str, str] | None = None) -> Settings:
    """Return how a source beside PubMed is asked: as politely, without NCBI's key, at the address of its variable."""
    variables = os.environ if environment is None else environment
    base_url = variables.get(source.variable, "").strip() or source.address
    return replace(settings, base_url=base_url, site=source.site, api_key=None, requests_per_second=source.rate)
