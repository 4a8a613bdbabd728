"""An article as bibliographies see it, for tests of what is written of it."""

from kb.queries.works.bibliography import Item

ARTICLE = Item(
    id=32448354,
    source="pubmed",
    record_type="article",
    title="One size doesn't fit all.",
    year=2020,
    doi="10.1186/s13722-020-00191-w",
    pmcid="PMC7247232",
    journal="Addiction science & clinical practice",
    abbreviation="Addict Sci Clin Pract",
    issn_electronic="1940-0640",
    pub_date="2020 May 24",
    volume="15",
    issue="1",
    pages="18-9",
    languages=("eng",),
)
