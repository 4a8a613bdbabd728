"""What is left of a record in NLM's plain form when its long lists are cut out: one pattern, read in one go.

The pattern allows what most records have, in the order of PubMed's DTD, with the marks of the lists in their places.
It fits to the last character or not at all; the walk of the XML, to which all other records go, reads the same.
"""

import re
from functools import lru_cache
from typing import Final

from harvest.draft import Draft
from harvest.entries import YES_NO, add_date, add_identifier, numbered
from harvest.plainforms import MARK
from harvest.plainlists import LONGEST, PlainList, read_list
from harvest.plaintext import characters, marked_text, pattern, plain, texts, without_groups
from harvest.pubdate import PubDate, iso_date, parse_pub_date
from harvest.pubmedparts import note_journal, pages_of
from kb import records as rows

Match = re.Match[str]

_row: Final = tuple.__new__  # as in harvest.entries

# --- words of the pattern: a group is named as its element ---


def _text(name: str) -> str:
    return f"(?:<{name}>(?P<{name}>...)</{name}>~)?+"


def _texts(names: str) -> str:
    return "".join(map(_text, names.split()))


def _run(name: str, item: str) -> str:
    """Return words for a run of items, which the pattern of one item then takes apart."""
    return f"(?P<{name}>(?:{without_groups(item)}~)*+)"


def _mark(name: str) -> str:
    return _run(name, f'<{MARK}{name} n="[0-9]+"/>')


def _date(name: str, attributes: str = "") -> str:
    parts = "<Year>[0-9]+</Year>~<Month>[0-9]+</Month>~<Day>[0-9]+</Day>~"
    return f"(?:<{name}{attributes}>~(?P<{name}>{parts})</{name}>~)?+"


_ATTRIBUTE: Final = r'([^"<\n\t]*+)'
_SECTION: Final = f'<AbstractText(?: Label="{_ATTRIBUTE}")?(?: NlmCategory="{_ATTRIBUTE}")?>(,,,)</AbstractText>'
_LOCATION: Final = '<ELocationID EIdType="([a-z]+)"(?: ValidYN="([YN])")?>(...)</ELocationID>'
_LANGUAGE: Final = "<Language>(...)</Language>"
_OTHER_ID: Final = '<OtherID Source="([A-Za-z]+)">(...)</OtherID>'
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
    f'<JournalIssue CitedMedium="[A-Za-z]+">~{_texts("Volume Issue")}'
    f"<PubDate>~(?P<PubDate>{_PUB_DATE})</PubDate>~</JournalIssue>~{_texts('Title ISOAbbreviation')}</Journal>~"
)
_ARTICLE: Final = (
    f'<Article PubModel="(?P<PubModel>[A-Za-z-]+)">~{_JOURNAL}'
    "<ArticleTitle>(?P<ArticleTitle>,,,)</ArticleTitle>~"
    f"(?:<Pagination>~{_texts('StartPage EndPage MedlinePgn')}</Pagination>~)?+{_run('ELocationID', _LOCATION)}"
    f"(?:<Abstract>~{_run('AbstractText', _SECTION)}{_text('CopyrightInformation')}</Abstract>~)?+"
    f"{_mark('AuthorList')}{_run('Language', _LANGUAGE)}"
    f'(?:<GrantList CompleteYN="[YN]">~{_run("Grant", _GRANT)}</GrantList>~)?+'
    f"{_mark('PublicationTypeList')}{_text('VernacularTitle')}"
    + _date("ArticleDate", ' DateType="Electronic"')
    + "</Article>~"
)
_REST: Final = pattern(
    '<PubmedArticle>~<MedlineCitation(?=[^>]* Status="(?P<Status>[A-Za-z-]+)")'
    '(?: (?P<attribute>Status|Owner|IndexingMethod)="[A-Za-z-]+"(?![^>]* (?P=attribute)=))++>~'  # each of them once
    '<PMID Version="(?P<Version>[1-9][0-9]{0,8})">(?P<PMID>[1-9][0-9]{0,8})</PMID>~'
    f"{_date('DateCreated')}{_date('DateCompleted')}{_date('DateRevised')}{_ARTICLE}"
    f"<MedlineJournalInfo>~{_texts('Country MedlineTA NlmUniqueID ISSNLinking')}</MedlineJournalInfo>~"
    f"{_mark('ChemicalList')}(?:<CitationSubset>...</CitationSubset>~)*+{_mark('CommentsCorrectionsList')}"
    f"{_mark('MeshHeadingList')}(?:<NumberOfReferences>...</NumberOfReferences>~)?+{_run('OtherID', _OTHER_ID)}"
    f"{_mark('KeywordList')}"
    f"(?:<CoiStatement>(?P<CoiStatement>,,,)</CoiStatement>~)?+{_mark('InvestigatorList')}</MedlineCitation>~"
    f"<PubmedData>~{_mark('History')}{_text('PublicationStatus')}{_mark('ArticleIdList')}{_mark('ReferenceList')}"
    "</PubmedData>~</PubmedArticle>"
)
_TEXTS: Final = (
    "ISSN", "Volume", "Issue", "Title", "ISOAbbreviation", "StartPage", "EndPage", "MedlinePgn", "CopyrightInformation",
    "VernacularTitle", "Country", "MedlineTA", "NlmUniqueID", "ISSNLinking", "PublicationStatus",
)  # fmt: skip
_DATES: Final = (("DateCreated", "created"), ("DateCompleted", "completed"), ("DateRevised", "revised"))
_MARKS: Final = (
    "AuthorList", "PublicationTypeList", "ChemicalList", "CommentsCorrectionsList", "MeshHeadingList", "KeywordList",
    "InvestigatorList",
)  # fmt: skip
_DATA_MARKS: Final = ("History", "ArticleIdList", "ReferenceList")
_NUMBER: Final = re.compile('"([0-9]+)"')
_DIGITS: Final = re.compile("[0-9]+")
_PART: Final = pattern("<([A-Za-z]+)>(...)<")
_SECTIONS, _LOCATIONS, _LANGUAGES = map(pattern, (_SECTION, _LOCATION, _LANGUAGE))
_GRANTS, _OTHER_IDS = pattern(_GRANT), pattern(_OTHER_ID)


# --- what it says, noted as harvest.pubmed notes it ---


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
    _read_texts(draft, match)
    _read_dates(draft, match)
    _read_runs(draft, match)
    _read_marks(draft, match, _MARKS)
    _read_marks(draft, match, _DATA_MARKS)
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
    if raw := match["AbstractText"]:
        _read_sections(draft, raw)
    for kind, valid, raw in _LOCATIONS.findall(match["ELocationID"]):
        if value := plain(raw):
            draft.locations.append((kind, value, YES_NO.get(valid)))
    languages = filter(None, map(plain, _LANGUAGES.findall(match["Language"])))
    draft.languages += numbered(rows.Language, draft.pmid, 0, languages)
    if raw := match["Grant"]:
        grants = filter(any, (tuple(map(plain, grant)) for grant in _GRANTS.findall(raw)))
        draft.grants += (rows.Grant(draft.pmid, n, *grant) for n, grant in enumerate(grants, start=1))
    for source, raw in _OTHER_IDS.findall(match["OtherID"]):
        if value := plain(raw):
            add_identifier(draft, source, value)


def _read_sections(draft: Draft, raw: str) -> None:
    found = draft.abstract_sections
    for label, category, words in _SECTIONS.findall(raw):
        if section := marked_text(words):
            said = (characters(label) or None, characters(category) or None, section.text, section.html)
            found.append(_row(rows.AbstractSection, (draft.pmid, len(found) + 1, *said)))


def _read_marks(draft: Draft, match: Match, names: tuple[str, ...]) -> None:
    for marks in match.group(*names):
        for number in _NUMBER.findall(marks) if marks else ():
            read_list(draft, number)
