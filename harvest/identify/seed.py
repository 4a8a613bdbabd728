"""A seed: what a person, or a file of references, says of one article that is wanted; who is meant is found later."""

from typing import Final, NamedTuple

from kb.identifiers import Identifier, doi_key

TITLE: Final = "--title"  # the place of a title that a person gave


class Seed(NamedTuple):
    """One wanted article: by identifiers where they are known, else by what is printed of it.

    fault says why an entry of a file gives no seed, note what of it could not be read though something else names the
    article; place is the file and the entry or line in it.
    """

    place: str
    pmid: int | None = None
    doi: str | None = None
    pmcid: str | None = None
    title: str | None = None
    year: int | None = None
    author: str | None = None  # the first, as given
    fault: str | None = None
    note: str | None = None
    volume: str | None = None
    pages: str | None = None

    @property
    def identifiers(self) -> list[Identifier]:
        """The identifiers, the surest first."""
        values = (("pmid", self.pmid), ("doi", self.doi), ("pmcid", self.pmcid))
        return [Identifier(kind, str(value)) for kind, value in values if value]

    @property
    def asked(self) -> str:
        """What the ledger calls it; seeds that ask for the same are one."""
        if self.fault:
            return self.place
        for kind, value in self.identifiers:
            return f"doi:{doi_key(value)}" if kind == "doi" else value
        year = f" ({self.year})" if self.year else ""
        return f"title: {self.title}{year}" if self.title else self.place


def seed_of(identifier: Identifier) -> Seed:
    """Return the seed of an identifier that a person gave."""
    kind, value = identifier
    if kind == "pmid":
        return Seed("", pmid=int(value))
    return Seed("", doi=value) if kind == "doi" else Seed("", pmcid=value)
