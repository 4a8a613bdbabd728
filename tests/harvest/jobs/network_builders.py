"""Readable inputs of the network tests: records, a clock that nobody waits for, a client of a rehearsal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harvest.http.client import Client, Settings
from harvest.rehearsal.server import Rehearsal

KEY = "0123456789abcdef0123456789abcdef0123"
EMAIL = "person@example.org"


class Clock:
    """A clock that stands still but for what is slept; ``slept`` says what that was."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def record_xml(
    pmid: int,
    title: str = "Mutual help and recovery",
    *,
    author: str = "Laudet AB",
    doi: str | None = None,
    pmcid: str | None = None,
    year: int = 2020,
    cites: Sequence[int] = (),
    keywords: Sequence[str] = (),
    source: str | None = None,
) -> bytes:
    """Return one PubmedArticle."""
    last, _, initials = author.rpartition(" ")
    own = [("pubmed", str(pmid)), ("doi", doi), ("pmc", pmcid)]
    note = f'<?litkb source="{source}"?>' if source else ""
    return (
        f'<PubmedArticle>{note}<MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID><Article><Journal>'
        f"<JournalIssue><PubDate><Year>{year}</Year></PubDate></JournalIssue></Journal>"
        f"<ArticleTitle>{title}</ArticleTitle><AuthorList><Author><LastName>{last}</LastName>"
        f"<Initials>{initials}</Initials></Author></AuthorList></Article><KeywordList>"
        + "".join(f"<Keyword>{keyword}</Keyword>" for keyword in keywords)
        + "</KeywordList></MedlineCitation><PubmedData><ArticleIdList>"
        + "".join(f'<ArticleId IdType="{kind}">{value}</ArticleId>' for kind, value in own if value)
        + "</ArticleIdList><ReferenceList>"
        + "".join(
            f'<Reference><ArticleIdList><ArticleId IdType="pubmed">{cited}</ArticleId></ArticleIdList></Reference>'
            for cited in cites
        )
        + "</ReferenceList></PubmedData></PubmedArticle>"
    ).encode()


def records(*xmls: bytes) -> dict[int, bytes]:
    """Return records as a rehearsal takes them."""
    return dict(enumerate(xmls))


def rehearsal_of(*xmls: bytes, **options: Any) -> Rehearsal:
    """Return a rehearsal without a rate limit, so that a test with a clock of its own is not refused."""
    return Rehearsal(records(*xmls), limited=False, **options)


def client_of(
    rehearsal: Rehearsal, folder: Path, clock: Clock | None = None, *, pause: float = 1.0, **options: Any
) -> Client:
    """Return a client of a rehearsal that waits for nothing; its first pause is so long, the next twice as long.

    How often it asks is told by pause and deadline together: an answer itself may always take half a minute.
    """
    settings = Settings(
        **({"base_url": rehearsal.base_url, "lock_folder": folder, "requests_per_second": 1000} | options)
    )
    clock = clock or Clock()
    return Client(settings, clock=clock, sleep=clock.sleep, jitter=lambda: 2 * (1 - pause))
