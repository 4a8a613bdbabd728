"""What one entry of a file of references says -> a seed.  (pure)"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from harvest.identify.seed import Seed
from harvest.pubmed.dates import first_year
from kb.errors import UsageError
from kb.identifiers import Identifier, parse_identifier, parse_labelled
from kb.text import collapse_spaces, is_placeholder, unescape

_NAMES: Final = {"pmid": "PMID", "doi": "DOI", "pmcid": "PMCID"}
_NOTHING: Final = frozenset(
    {"", "-", "--", "–", "—", ".", "?", "n/a", "na", "n.a.", "none", "null", "nan", "not available"}
)
_MARKUP: Final = re.compile(r"</?(?:i|b|u|em|strong|sup|sub|span)\b[^<>]*>", re.IGNORECASE)
_OTHERS: Final = re.compile(  # a line that tells of another article, whose PMID may stand in it
    r"\b(?:comment|erratum|correct|retract|republi|reprint|update|repl(?:y|ies)|response|see|cites|summary)",
    re.IGNORECASE,
)
_DATABASES: Final = "EMBASE|CT\\.?gov|ICTRP|CINAHL|PsycINFO|Scopus"  # beside a PMID in Cochrane's C3
_PART: Final = re.compile(rf"[;|]|\\\\|(?<=\w)[\s,]+(?=(?:PMC?ID|PubMed(?: ID)?|DOI|{_DATABASES})\b)", re.IGNORECASE)
_OTHER_PART: Final = re.compile(  # "Export Date: 29 November 2026"
    rf"[^\W\d][\w ]{{0,40}}:.*|(?:{_DATABASES}) \S+|", re.IGNORECASE
)
_YEAR_OF_SEARCH: Final = re.compile(r"[A-Za-z ]+\d{4}")  # "PubMed 2019"
_EBSCO: Final = re.compile(r"\s*Accession Number:.*?[.;]\s+(PMID: (?:NLM)?\d+)(?!\w)", re.IGNORECASE)


class Said(NamedTuple):
    """What an entry says of its own identifier: in which field, what a bare number there is, and the text."""

    field: str
    kind: str
    text: str


class Printed(NamedTuple):
    """What an entry prints of its article."""

    title: str = ""
    year: str = ""
    author: str = ""
    volume: str = ""
    pages: str = ""


_UNPRINTED: Final = Printed()


def build_seed(
    place: str, said: Iterable[Said], hints: Iterable[Identifier] = (), printed: Printed = _UNPRINTED
) -> Seed:
    """Return the seed of an entry.

    What said holds must be readable: else the entry has a fault, or a note where another identifier names its article.
    hints stand in notes and addresses: of two of a kind nobody knows which is its own, and none counts.
    """
    named, doubts = _read(said)
    for identifier in set(hints):
        named.setdefault(f"{identifier.kind} hinted", set()).add(identifier.value)
    own = {kind: _only(named.get(kind)) or _only(named.get(f"{kind} hinted")) for kind in _NAMES}
    doubts += [_contradiction(kind, named[kind]) for kind in _NAMES if len(named.get(kind, ())) > 1]
    title = collapse_spaces(unescape(_MARKUP.sub("", printed.title)))
    seed = Seed(
        place,
        pmid=int(own["pmid"]) if own["pmid"] else None,
        doi=own["doi"],
        pmcid=own["pmcid"],
        title=None if is_placeholder(title) else title or None,
        year=first_year(printed.year),
        author=collapse_spaces(printed.author) or None,
        volume=collapse_spaces(printed.volume) or None,
        pages=collapse_spaces(printed.pages) or None,
    )
    return _with_doubts(seed, doubts)


def _read(said: Iterable[Said]) -> tuple[dict[str, set[str]], list[str]]:
    """Return the identifiers by kind, and a sentence on each that cannot be read."""
    named: dict[str, set[str]] = {}
    doubts = []
    for field, kind, text in said:
        if text.strip().lower() in _NOTHING:
            continue
        try:
            found = parse_identifier(text, kind)
        except UsageError:
            doubts.append(f"{text.strip()[:80]!r} in {field} is no {_NAMES[kind]}.")
        else:
            named.setdefault(found.kind, set()).add(found.value)
    return named, doubts


def _only(values: set[str] | None) -> str | None:
    return next(iter(values)) if values and len(values) == 1 else None


def _contradiction(kind: str, values: set[str]) -> str:
    return f"The entry names different {_NAMES[kind]}s: {', '.join(sorted(values)[:5])}."


def _with_doubts(seed: Seed, doubts: list[str]) -> Seed:
    """Return a seed with the fault or the note that it deserves."""
    if doubts and seed.identifiers:
        kind, value = seed.identifiers[0]
        return seed._replace(note=f"{' '.join(doubts)} The article is asked for by its {_NAMES[kind]} {value}.")
    if doubts:
        return seed._replace(fault=" ".join(doubts))
    if seed.identifiers or seed.title:
        return seed
    return seed._replace(fault="The entry has neither an identifier nor a title.")


def find_labelled(texts: Iterable[str]) -> Iterator[Identifier]:
    """Yield the identifiers in notes: of each line that is nothing but labelled values ("Cited By: 3; PMID: 12").

    A PMID within a sentence may be another article's ("Comment on PMID: 12").
    """
    for text in texts:
        for line in text.split("\n"):
            match = _EBSCO.match(line)
            yield from _labelled(match[1] if match else line)


def _labelled(line: str) -> list[Identifier]:
    if _OTHERS.search(line):
        return []
    found = []
    for part in (part.strip(" \t.,") for part in _PART.split(line)):
        if not _YEAR_OF_SEARCH.fullmatch(part) and (identifier := parse_labelled(part)):
            found.append(identifier)
        elif not _OTHER_PART.fullmatch(part):
            return []
    return found


def find_addressed(texts: Iterable[str]) -> Iterator[Identifier]:
    """Yield the identifiers that addresses of PubMed, PMC and doi.org name, and DOIs that stand in their place."""
    for text in texts:
        for address in text.split():
            if "/" in address:
                try:
                    yield parse_identifier(address)
                except UsageError:
                    continue
