"""The real records beside the checkout: all load, and what is counted is what the standard library counts."""

import gzip
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harvest.files.input_files import list_files, read_chunks
from harvest.pubmed.article import parse_articles
from kb.errors import RecordError
from kb.identifiers import normalise_doi
from kb.printed.article import parse_article
from kb.records import Deletion, Record

pytestmark = pytest.mark.real

LIST = "ReferenceList"


@pytest.fixture(scope="module")
def folder(request: pytest.FixtureRequest) -> Path:
    path = Path(__file__).resolve().parents[3] / "shared" / "data" / "pubmed-xml"
    if not path.is_dir():
        pytest.fail("the real data is not beside the checkout")
    return path


@pytest.fixture(scope="module")
def items(folder: Path) -> list[object]:
    return [item for file in list_files([folder]).files for item in parse_articles(read_chunks(file.path))]


@pytest.fixture(scope="module")
def articles(items: list[object]) -> list[Record]:
    return [item for item in items if isinstance(item, Record) and item.article.record_type == "article"]


@pytest.fixture(scope="module")
def trees(folder: Path) -> list[ElementTree.Element]:
    """Each PubmedArticle, parsed by the standard library."""
    found = []
    for path in sorted(folder.rglob("*.xml*")):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += list(ElementTree.fromstring(data).iter("PubmedArticle"))
    return found


def test_every_file_is_read_and_no_record_is_rejected(folder, items):
    assert len(list_files([folder]).files) == 151
    assert [str(item) for item in items if isinstance(item, RecordError)] == []


def test_the_counts_are_those_of_the_manifest(items, articles):
    references = [row for record in articles for row in record.references]
    listed = [row for row in references if row.listed_in == LIST]
    books = [item for item in items if isinstance(item, Record) and item.article.record_type != "article"]
    notices = Counter(row.kind for record in articles for row in record.notices)

    assert len({item.article.pmid for item in articles}) == 961
    assert {
        "articles": len(articles),
        "books": len(books),
        "deleted": sum(isinstance(item, Deletion) for item in items),
        "with a list": sum(any(row.listed_in == LIST for row in record.references) for record in articles),
        "references": len(listed),
        "with DOI": sum(row.doi is not None for row in listed),
        "with PMCID": sum(row.pmcid is not None for row in listed),
        "Cites": len(references) - len(listed),
        "MeSH": sum(bool(record.mesh_headings) for record in articles),
        "keywords": sum(bool(record.keywords) for record in articles),
        "grants": sum(bool(record.grants) for record in articles),
        "no abstract": sum(not record.abstract_sections for record in articles),
        "vernacular": sum(record.article.vernacular_title is not None for record in articles),
        "other abstract": sum(bool(record.other_abstract_sections) for record in articles),
        "collective": sum(row.collective_name is not None for record in articles for row in record.authorships),
        "no authors": sum(record.article.authors is None for record in articles),
        "not only English": sum([row.language for row in record.languages] != ["eng"] for record in articles),
        "PMCID": sum(record.article.pmcid is not None for record in articles),
    } == {
        "articles": 1075,
        "books": 9,
        "deleted": 3,
        "with a list": 464,
        "references": 21853,
        "with DOI": 10123,
        "with PMCID": 6691,
        "Cites": 3072,
        "MeSH": 820,
        "keywords": 548,
        "grants": 213,
        "no abstract": 116,
        "vernacular": 24,
        "other abstract": 26,
        "collective": 19,
        "no authors": 10,  # 9 without AuthorList, and one whose list names nobody
        "not only English": 48,
        "PMCID": 443,
    }
    assert {kind: notices[kind] for kind in ("CommentIn", "CommentOn", "ErratumIn", "ErratumFor", "UpdateOf")} == {
        "CommentIn": 63, "CommentOn": 19, "ErratumIn": 15, "ErratumFor": 16, "UpdateOf": 4,
    }  # fmt: skip
    assert (notices["RetractionIn"], notices["ExpressionOfConcernIn"], notices["Cites"]) == (2, 1, 0)


def test_every_pubmed_id_of_a_reference_is_a_pmid_or_kept_beside(articles):
    listed = [row for record in articles for row in record.references if row.listed_in == LIST]

    named = sum(row.cited_pmid is not None for row in listed)
    zeros = [row.other_ids for row in listed if row.cited_pmid is None and "pubmed" in (row.other_ids or "")]

    assert set(zeros) == {"pubmed 0"}
    assert named + len(zeros) == 17866


def test_the_fields_are_those_that_the_standard_library_finds(articles, trees):
    def text(element: ElementTree.Element | None) -> str:
        return re.sub(r"\s+", "", "".join(element.itertext())) if element is not None else ""

    def plain(value: str | None) -> str:
        return re.sub(r"\s+", "", value or "")

    ours, theirs = Counter(), Counter()
    for record in articles:
        pmid = record.article.pmid
        ours.update([("doi", pmid, record.article.doi), ("authors", pmid, len(record.authorships))])
        ours.update([("mesh", pmid, len({row.heading for row in record.mesh_headings}))])
        ours.update([("volume", pmid, record.article.volume), ("journal", pmid, record.article.journal_id)])
        ours.update(("cites", pmid, row.cited_pmid) for row in record.references if row.cited_pmid)
        if record.article.title_html is None:
            ours.update([("title", pmid, plain(record.article.title))])
    for tree in trees:
        pmid = int(tree.findtext("MedlineCitation/PMID"))
        dois = [i.text for i in tree.findall("PubmedData/ArticleIdList/ArticleId[@IdType='doi']")]
        places = [i.text for i in tree.findall("MedlineCitation/Article/ELocationID[@EIdType='doi']")]
        doi = next(filter(None, map(normalise_doi, dois + places)), None)
        ours_title = tree.find("MedlineCitation/Article/ArticleTitle")
        theirs.update([("doi", pmid, doi)])
        theirs.update([("authors", pmid, len(tree.findall("MedlineCitation/Article/AuthorList/Author")))])
        theirs.update([("mesh", pmid, len(tree.findall("MedlineCitation/MeshHeadingList/MeshHeading")))])
        theirs.update([("volume", pmid, tree.findtext("MedlineCitation/Article/Journal/JournalIssue/Volume") or None)])
        number = tree.findtext("MedlineCitation/MedlineJournalInfo/NlmUniqueID")
        theirs.update(
            [("journal", pmid, number or f"ta:{tree.findtext('MedlineCitation/MedlineJournalInfo/MedlineTA')}")]
        )
        cited = [i.text for i in tree.findall("PubmedData//Reference//ArticleId[@IdType='pubmed']")]
        cited += [
            link.findtext("PMID")
            for link in tree.findall("MedlineCitation/CommentsCorrectionsList/CommentsCorrections[@RefType='Cites']")
        ]
        theirs.update(("cites", pmid, int(value)) for value in cited if value and int(value))
        if not any(child.tag in "biusubsup" for child in ours_title):
            theirs.update([("title", pmid, text(ours_title))])

    assert ours - theirs == Counter()
    assert theirs - ours == Counter()


def test_own_identifiers_are_never_those_of_what_is_cited(articles):
    for record in articles:
        own = [row.value for row in record.article_identifiers if row.kind == "doi"]
        assert len(own) <= 3
        assert record.article.doi is None or record.article.doi in map(normalise_doi, own)


def test_printed_references_are_taken_apart_as_the_records_that_they_mean_say(articles):
    held = {record.article.pmid: record.article for record in articles}
    printed = {row.citation: held[row.cited_pmid] for record in articles for row in record.references
               if row.citation and row.cited_pmid in held and row.listed_in == LIST}  # fmt: skip
    read = {citation: found for citation in printed if (found := parse_article(citation))}

    assert len(read) > 0.8 * len(printed) > 25
    assert [
        citation
        for citation, found in read.items()
        if (found.year, found.volume, found.issue, (found.pages or "").split("-")[0]) != _place(printed[citation])
    ] == []


def _place(article) -> tuple[object, ...]:
    return (article.year, article.volume, article.issue, (article.pages or "").split("-")[0])
