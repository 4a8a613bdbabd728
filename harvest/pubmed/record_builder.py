"""A record in the making: rows are collected in document order, then frozen into a kb.records.Record."""

from collections.abc import Mapping
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, TypeVar

from lxml.etree import _Element

from kb import records as rows
from kb.text import is_placeholder

_lists_of: Final = attrgetter(*rows.Record._fields[2:-2])  # what is between the journal and the stated count
_row: Final = tuple.__new__  # as in harvest.pubmed.row_builders
_TITLES: Final = ("title", "vernacular_title", "book_title")
_Term = TypeVar("_Term", rows.MeshDescriptor, rows.MeshQualifier)


class Draft:
    """What has been read of one record so far. ``article`` holds columns of Article by name."""

    def __init__(self, pmid: int, record_type: str) -> None:
        self.pmid = pmid
        self.record_type = record_type
        self.article: dict[str, Any] = {}
        self.journal: dict[str, str | None] = {}
        self.abstract_sections: list[rows.AbstractSection] = []
        self.other_abstract_sections: list[rows.OtherAbstractSection] = []
        self.references: list[rows.Reference] = []
        self.authorships: list[rows.Authorship] = []
        self.affiliations: list[rows.Affiliation] = []
        self.investigators: list[rows.Investigator] = []
        self.languages: list[rows.Language] = []
        self.mesh_headings: list[rows.MeshHeading] = []
        self.mesh_descriptors: list[rows.MeshDescriptor] = []  # these three are made of the names and identifiers
        self.mesh_qualifiers: list[rows.MeshQualifier] = []
        self.article_identifiers: list[rows.ArticleIdentifier] = []
        self.descriptors: dict[str, str] = {}
        self.qualifiers: dict[str, str] = {}
        self.supplementary_concepts: list[rows.SupplementaryConcept] = []
        self.keywords: list[rows.Keyword] = []
        self.chemicals: list[rows.Chemical] = []
        self.publication_types: list[rows.PublicationType] = []
        self.grants: list[rows.Grant] = []
        self.notices: list[rows.Notice] = []
        self.data_banks: list[rows.DataBank] = []
        self.identifiers: dict[tuple[str, str], int | None] = {}  # kind and value: is_valid
        self.article_dates: list[rows.ArticleDate] = []
        self.other_fields: list[rows.OtherField] = []
        self.locations: list[tuple[str, str, int | None]] = []  # ELocationID: kind, value, is_valid
        self.groups: dict[str, str] = {}  # collective authors, by the list of their investigators
        self.old_affiliation: str | None = None
        self.unread: list[_Element] = []  # elements that no reader knows, in the order of the record
        self.unread_attributes: list[tuple[str, str]] = []  # tag and value
        self.has_references = False
        self.stated_reference_count: int | None = None
        self.source = rows.PUBMED

    def record(self) -> rows.Record:
        """Return the whole record; descriptions are dated by the record's own date_revised.

        What NBIB says of a journal has no date: it knows less of it, and takes nothing from what PubMed's XML says.
        """
        as_of = self.article.get("date_revised") if self.source != rows.NBIB else None
        said = {"pmid": self.pmid, "record_type": self.record_type, "version": 1, **self.article}
        for name in _TITLES:
            if is_placeholder(said.get(name)):
                said |= {name: None, f"{name}_html": None}
        article = _row(rows.Article, map(said.get, rows.Article._fields))
        self.mesh_descriptors = _named(rows.MeshDescriptor, self.descriptors, as_of)
        self.mesh_qualifiers = _named(rows.MeshQualifier, self.qualifiers, as_of)
        self.article_identifiers = [
            _row(rows.ArticleIdentifier, (self.pmid, n, kind, value, is_valid))
            for n, ((kind, value), is_valid) in enumerate(self.identifiers.items(), start=1)
        ]
        lists = map(tuple, _lists_of(self))
        return _row(rows.Record, (article, self._journal(as_of), *lists, self.stated_reference_count, self.source))

    def _journal(self, as_of: str | None) -> rows.Journal | None:
        said = self.journal
        journal_id = said.get("journal_id")
        if journal_id is None:
            return None
        return rows.Journal(
            journal_id, said.get("title"), said.get("abbreviation"), said.get("iso_abbreviation"),
            said.get("issn_print"), said.get("issn_electronic"), said.get("issn_linking"), said.get("country"), as_of,
        )  # fmt: skip


def _named(row_type: type[_Term], names: Mapping[str, str], as_of: str | None) -> list[_Term]:
    return list(map(_row, repeat(row_type), zip(names, names.values(), repeat(as_of), strict=False)))
