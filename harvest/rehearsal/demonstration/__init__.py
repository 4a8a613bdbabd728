"""The bundled demonstration: bibliographic facts of a real field, no abstracts, read from public pages.

A few articles, the seed first, are a small PubMed XML file each. The others, with their whole reference lists, are
lines of ``field.tsv``, of which records are made here. Each record says in a processing instruction where its facts
were read; only works whose PMID is shown there have a record.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Final, NamedTuple

from lxml import etree

SEED_PMID: Final = 32448354  # Vederhus 2020, the article that the demonstration starts from
_FIELD: Final = "field.tsv"


class _Article(NamedTuple):
    """A line ``article`` of the file; texts are "" where the page does not show them."""

    pmid: str
    doi: str
    pmcid: str
    authors: str  # "Last, First M.; Last, First"
    title: str
    journal: str  # NLM's abbreviation, where it is known
    date: str  # 2024-03-25, 2024-03 or 2024: of the issue
    volume: str
    issue: str
    pages: str
    keywords: str  # with "; " between
    read: str  # where


class _Cited(NamedTuple):
    """A line ``cites``: an entry of the reference list of the article above it."""

    pmid: str
    doi: str
    pmcid: str
    citation: str


def demonstration_names() -> list[str]:
    """Return the file names of the records that are bundled as XML, sorted."""
    return sorted(entry.name for entry in files(__name__).iterdir() if entry.name.endswith(".xml"))


def read_demonstration() -> list[bytes]:
    """Return all records, each a PubmedArticleSet of one article: the files by name, then those of the field."""
    bundled = [files(__name__).joinpath(name).read_bytes() for name in demonstration_names()]
    return [*bundled, *_field_records(files(__name__).joinpath(_FIELD).read_text(encoding="utf-8"))]


def _field_records(text: str) -> Iterator[bytes]:
    for block in text.removeprefix("article\t").rstrip("\n").split("\narticle\t"):
        article, *references = (line.split("\t") for line in block.split("\n"))
        yield _record(_Article(*article), [_Cited(*values) for _, *values in references])


def _record(article: _Article, references: Sequence[_Cited]) -> bytes:
    said = etree.PI("litkb", f'source="demonstration" read="{article.read}"')
    record = _element(
        "PubmedArticle", _citation(article), _element("PubmedData", _ids(article), *_references(references))
    )
    record.insert(0, said)
    return etree.tostring(_element("PubmedArticleSet", record), encoding="utf-8", xml_declaration=True)


def _citation(article: _Article) -> etree._Element:
    issue = _element("JournalIssue", *_shown(Volume=article.volume, Issue=article.issue), _date(article.date))
    pages = [_element("Pagination", _element("MedlinePgn", article.pages))] if article.pages else []
    people = [_element("AuthorList", *map(_author, article.authors.split("; ")))] if article.authors else []
    keywords = (
        [_element("KeywordList", *(_element("Keyword", word) for word in article.keywords.split("; ")))]
        if article.keywords
        else []
    )
    return _element(
        "MedlineCitation",
        _element("PMID", article.pmid),
        _element("Article", _element("Journal", issue), _element("ArticleTitle", article.title), *pages, *people),
        _element("MedlineJournalInfo", _element("MedlineTA", article.journal)),
        *keywords,
    )


def _shown(**texts: str) -> list[etree._Element]:
    return [_element(name, text) for name, text in texts.items() if text]


def _date(date: str) -> etree._Element:
    parts = zip(("Year", "Month", "Day"), date.split("-"), strict=False)
    return _element("PubDate", *(_element(name, text) for name, text in parts))


def _author(name: str) -> etree._Element:
    last, _, fore = name.partition(", ")
    fore, _, suffix = fore.partition(", ")
    initials = "".join(part[0] for part in fore.replace("-", " ").split()) if not fore.isupper() else fore
    return _element("Author", *_shown(LastName=last, ForeName=fore, Initials=initials, Suffix=suffix))


def _ids(work: _Article | _Cited) -> etree._Element:
    named = (("pubmed", work.pmid), ("doi", work.doi), ("pmc", work.pmcid))
    return _element("ArticleIdList", *(_element("ArticleId", value, IdType=kind) for kind, value in named if value))


def _references(references: Sequence[_Cited]) -> list[etree._Element]:
    """Return the reference list; none where it was not read, as an empty one would say that nothing is cited."""
    entries = [_element("Reference", _element("Citation", one.citation), _ids(one)) for one in references]
    return [_element("ReferenceList", *entries)] if entries else []


def _element(name: str, *inside: etree._Element | str, **attributes: str) -> etree._Element:
    made = etree.Element(name, attributes)
    for one in inside:
        if isinstance(one, str):
            made.text = one
        else:
            made.append(one)
    return made
