"""What is left of a record in NLM's plain form when its long lists are cut out: one pattern, read in one go.

The pattern allows what most records have, in the order of PubMed's DTD, with the marks of the lists in their places.
It fits to the last character or not at all; the walk of the XML, to which all other records go, reads the same.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from harvest.pubmed.dates import PubDate, iso_date, parse_pub_date
from harvest.pubmed.elements import note_journal, pages_of
from harvest.pubmed.fast.fast_lists import LONGEST, PlainList, read_list
from harvest.pubmed.fast.list_patterns import MARK
from harvest.pubmed.fast.xml_text import characters, marked_text, pattern, plain, texts, without_groups
from harvest.pubmed.inline_text import Marked
from harvest.pubmed.record_builder import Draft
from harvest.pubmed.row_builders import (
    YES_NO,
    add_concept,
    add_data_bank,
    add_date,
    add_identifier,
    note_origin,
    numbered,
)
from kb import records as rows

Match = re.Match[str]

_row: Final = tuple.__new__  # as in harvest.pubmed.row_builders

# --- words of the pattern: a group is named as its element ---


def _text(name: str) -> str:
    return f"(?:<{name}>(?P<{name}>...)</{name}>~)?+"


def _texts(names: str) -> str:
    return "".join(map(_text, names.split()))


def _run(name: str, item: str) -> str:
    """Return words for a run of items, which the pattern of one item then takes apart."""
    return f"(?P<{name}>(?:{without_groups(item)}~)*+)"


def _mark(name: str) -> str:
    return f'(?:<{MARK}{name} n="[0-9]+"/>~)*+'


def _date(name: str, attributes: str = "") -> str:
    parts = "<Year>[0-9]+</Year>~<Month>[0-9]+</Month>~<Day>[0-9]+</Day>~"
    return f"(?:<{name}{attributes}>~(?P<{name}>{parts})</{name}>~)?+"


_ATTRIBUTE: Final = r'([^"<\n\t]*+)'
_SECTION: Final = f'<AbstractText(?: Label="{_ATTRIBUTE}")?(?: NlmCategory="{_ATTRIBUTE}")?>(,,,)</AbstractText>'
_LOCATION: Final = '<ELocationID EIdType="([a-z]+)"(?: ValidYN="([YN])")?>(...)</ELocationID>'
_SUBSET: Final = "<CitationSubset>(...)</CitationSubset>"
_LANGUAGE: Final = "<Language>(...)</Language>"
_OTHER_ID: Final = '<OtherID Source="([A-Za-z]+)">(...)</OtherID>'
_ACCESSION: Final = "<AccessionNumber>(...)</AccessionNumber>~"
_DATA_BANK: Final = (
    "<DataBank>~<DataBankName>(...)</DataBankName>~(?:<AccessionNumberList>~"
    f"((?:{without_groups(_ACCESSION)})*+)</AccessionNumberList>~)?+</DataBank>"
)
_OTHER_ABSTRACT: Final = (
    '<OtherAbstract Type="([A-Za-z-]+)" Language="([a-z]+)">~'
    f"((?:{without_groups(_SECTION)}~)*+)(?:<CopyrightInformation>(...)</CopyrightInformation>~)?+</OtherAbstract>"
)
_CONCEPT: Final = '<SupplMeshName Type="([A-Za-z]+)" UI="([A-Z0-9]+)">(...)</SupplMeshName>'
_GRANT: Final = (
    "<Grant>~(?:<GrantID>(...)</GrantID>~)?+(?:<Acronym>(...)</Acronym>~)?+"
    "(?:<Agency>(...)</Agency>~)?+(?:<Country>(...)</Country>~|<Country/>~)?+</Grant>"
)
_PUB_DATE: Final = without_groups(
    "(?:<Year>(...)</Year>~)?+(?:<Season>(...)</Season>~)?+(?:<Month>(...)</Month>~)?+(?:<Day>(...)</Day>~)?+"
    "(?:<MedlineDate>(...)</MedlineDate>~)?+"
)
_JOURNAL: Final = (
    '<Journal>~(?:<ISSN IssnType="(?P<IssnType>Electronic|Print)">(?P<ISSN>...)</ISSN>~)?+'
    f'<JournalIssue(?: CitedMedium="[A-Za-z]+")?+>~{_texts("Volume Issue")}'
    f"<PubDate>~(?P<PubDate>{_PUB_DATE})</PubDate>~</JournalIssue>~{_texts('Title ISOAbbreviation')}</Journal>~"
)
_ARTICLE: Final = (
    f'<Article PubModel="(?P<PubModel>[A-Za-z-]+)">~{_JOURNAL}'
    "<ArticleTitle>(?P<ArticleTitle>,,,)</ArticleTitle>~"
    f"(?:<Pagination>~{_texts('StartPage EndPage MedlinePgn')}</Pagination>~)?+{_run('ELocationID', _LOCATION)}"
    f"(?:<Abstract>~{_run('AbstractText', _SECTION)}{_text('CopyrightInformation')}</Abstract>~)?+"
    f"{_mark('AuthorList')}{_run('Language', _LANGUAGE)}"
    f'(?:<DataBankList(?: CompleteYN="[YN]")?>~{_run("DataBank", _DATA_BANK)}</DataBankList>~)?+'
    f'(?:<GrantList(?: CompleteYN="[YN]")?+>~{_run("Grant", _GRANT)}</GrantList>~)?+'
    f"{_mark('PublicationTypeList')}{_text('VernacularTitle')}"
    + _date("ArticleDate", ' DateType="Electronic"')
    + "</Article>~"
)
_REST: Final = pattern(
    '<PubmedArticle>~(?:<\\?litkb(?P<litkb>(?: [a-z]+="[^"?<>&\\n\\t]*")++)\\?>~)?+'
    '<MedlineCitation(?:(?=[^>]* Status="(?P<Status>[A-Za-z-]+)"))?'
    '(?:(?=[^>]* Owner="(?P<Owner>[A-Za-z-]+)"))?(?:(?=[^>]* IndexingMethod="(?P<IndexingMethod>[A-Za-z-]+)"))?'
    '(?: (?P<attribute>Status|Owner|IndexingMethod)="[A-Za-z-]+"(?![^>]* (?P=attribute)=))*+>~'  # each of them once
    '<PMID Version="(?P<Version>[1-9][0-9]{0,8})">(?P<PMID>[1-9][0-9]{0,8})</PMID>~'
    f"{_date('DateCreated')}{_date('DateCompleted')}{_date('DateRevised')}{_ARTICLE}"
    f"<MedlineJournalInfo>~{_texts('Country MedlineTA NlmUniqueID ISSNLinking')}</MedlineJournalInfo>~"
    f"{_mark('ChemicalList')}(?:<SupplMeshList>~{_run('SupplMeshName', _CONCEPT)}</SupplMeshList>~)?+"
    f"{_run('CitationSubset', _SUBSET)}{_mark('CommentsCorrectionsList')}"
    f"{_mark('MeshHeadingList')}{_text('NumberOfReferences')}{_run('OtherID', _OTHER_ID)}"
    f"{_run('OtherAbstract', _OTHER_ABSTRACT)}{_mark('KeywordList')}"
    f"(?:<CoiStatement>(?P<CoiStatement>,,,)</CoiStatement>~)?+{_mark('InvestigatorList')}</MedlineCitation>~"
    f"<PubmedData>~{_mark('History')}{_text('PublicationStatus')}{_mark('ArticleIdList')}{_mark('ReferenceList')}"
    "</PubmedData>~</PubmedArticle>"
)
_TEXTS: Final = (
    "ISSN", "Volume", "Issue", "Title", "ISOAbbreviation", "StartPage", "EndPage", "MedlinePgn", "CopyrightInformation",
    "VernacularTitle", "Country", "MedlineTA", "NlmUniqueID", "ISSNLinking", "PublicationStatus",
)  # fmt: skip
_DATES: Final = (("DateCreated", "created"), ("DateCompleted", "completed"), ("DateRevised", "revised"))
_DIGITS: Final = re.compile("[0-9]+")
_SAID: Final = re.compile('(?<![a-z])([a-z]+)="([^"]*)"')
_PART: Final = pattern("<([A-Za-z]+)>(...)<")
_SECTIONS, _LOCATIONS, _LANGUAGES, _SUBSETS = map(pattern, (_SECTION, _LOCATION, _LANGUAGE, _SUBSET))
_GRANTS, _OTHER_IDS, _OTHER_ABSTRACTS = map(pattern, (_GRANT, _OTHER_ID, _OTHER_ABSTRACT))
_DATA_BANKS, _ACCESSIONS, _CONCEPTS = map(pattern, (_DATA_BANK, _ACCESSION, _CONCEPT))


# --- what it says, noted as harvest.pubmed.article notes it ---


def read_rest(rest: bytes, lists: dict[str, PlainList]) -> Draft | None:
    """Return what a record says, its lists included, which are taken out; None where the rest is not plain."""
    try:
        match = _REST.fullmatch(rest.decode()) if len(rest) < LONGEST else None
    except UnicodeDecodeError:
        match = None
    if match is None:
        return None
    draft = Draft(int(match["PMID"]), "article")
    draft.plain_lists = lists
    if origin := match["litkb"]:
        note_origin(draft, dict(_SAID.findall(origin)))
    _read_texts(draft, match)
    _read_dates(draft, match)
    _read_runs(draft, match)
    _read_rarer_runs(draft, match)
    for number in tuple(lists):  # as they stand in the record, whose marks the pattern has found in their places
        read_list(draft, number)
    return draft


def _read_texts(draft: Draft, match: Match) -> None:
    """Note what is one text, and the journal."""
    said = dict(zip(_TEXTS, texts(match.group(*_TEXTS)), strict=True))
    title = marked_text(match["ArticleTitle"])
    coi = match["CoiStatement"]
    date = _pub_date(match["PubDate"])
    draft.article |= {
        "status": match["Status"], "version": int(match["Version"]), "pub_model": match["PubModel"],
        "title": title and title.text, "title_html": title and title.html,
        "vernacular_title": said["VernacularTitle"], "volume": said["Volume"], "issue": said["Issue"],
        "pages": pages_of(said), "copyright": said["CopyrightInformation"],
        "publication_status": said["PublicationStatus"], "pub_date": date.words, "year": date.year,
    }  # fmt: skip
    if coi is not None and (statement := marked_text(coi)):
        draft.article["coi_statement"] = statement.text
    draft.journal["title"], draft.journal["iso_abbreviation"] = said["Title"], said["ISOAbbreviation"]
    draft.journal["issn_electronic" if match["IssnType"] == "Electronic" else "issn_print"] = said["ISSN"]
    note_journal(draft, said)


def _read_dates(draft: Draft, match: Match) -> None:
    for name, kind in _DATES:
        raw = match[name]
        if raw is not None:
            date = add_date(draft, kind, _date_of(raw))
            if kind != "created":
                draft.article[f"date_{kind}"] = date
    if raw := match["ArticleDate"]:
        add_date(draft, "Electronic", _date_of(raw))


@lru_cache(maxsize=2**14)
def _date_of(raw: str) -> str | None:
    return iso_date(*_DIGITS.findall(raw))


@lru_cache(maxsize=2**12)
def _pub_date(raw: str) -> PubDate:
    return parse_pub_date({tag: text for tag, part in _PART.findall(raw) if (text := plain(part))})


def _read_runs(draft: Draft, match: Match) -> None:
    """Note what there may be several of."""
    for label, category, section in _sections(match["AbstractText"]):
        said = (draft.pmid, len(draft.abstract_sections) + 1, label, category, section.text, section.html)
        draft.abstract_sections.append(_row(rows.AbstractSection, said))
    for kind, valid, raw in _LOCATIONS.findall(match["ELocationID"]):
        if value := plain(raw):
            draft.locations.append((kind, value, YES_NO.get(valid)))
    languages = filter(None, map(plain, _LANGUAGES.findall(match["Language"])))
    draft.languages += numbered(rows.Language, draft.pmid, 0, languages)
    _read_others(draft, match)
    for source, raw in _OTHER_IDS.findall(match["OtherID"]):
        if value := plain(raw):
            add_identifier(draft, source, value)


def _read_others(draft: Draft, match: Match) -> None:
    """Note what no table has a place for, in the order of harvest.pubmed.other_elements."""
    fields = [("OWN", match["Owner"]), ("IndexingMethod", match["IndexingMethod"])]
    fields += [("SB", raw) for raw in _SUBSETS.findall(match["CitationSubset"])]
    fields.append(("NumberOfReferences", match["NumberOfReferences"]))
    for tag, raw in fields:
        if value := plain(raw):
            row = (draft.pmid, len(draft.other_fields) + 1, tag, value)
            draft.other_fields.append(_row(rows.OtherField, row))


def _read_rarer_runs(draft: Draft, match: Match) -> None:
    for kind, language, sections, notice in _OTHER_ABSTRACTS.findall(match["OtherAbstract"]):
        rights = plain(notice)
        for label, category, section in _sections(sections):
            said = (draft.pmid, len(draft.other_abstract_sections) + 1, language, kind, label, category, section.text)
            draft.other_abstract_sections.append(rows.OtherAbstractSection(*said, rights))
    for name, numbers in _DATA_BANKS.findall(match["DataBank"] or ""):
        add_data_bank(draft, plain(name), map(plain, _ACCESSIONS.findall(numbers)))
    for kind, ui, name in _CONCEPTS.findall(match["SupplMeshName"] or ""):
        add_concept(draft, plain(name), ui, kind)
    grants = filter(any, (tuple(map(plain, grant)) for grant in _GRANTS.findall(match["Grant"] or "")))
    draft.grants += (rows.Grant(draft.pmid, n, *grant) for n, grant in enumerate(grants, start=1))


def _sections(raw: str | None) -> Iterator[tuple[str | None, str | None, Marked]]:
    """Yield label, category and text of each section of an abstract."""
    for *attributes, words in _SECTIONS.findall(raw or ""):
        label, category = map(characters, attributes)
        if section := marked_text(words):
            yield label or None, category or None, section
