"""Lists read by pattern: the outcome of every record is that of the strict parser, whatever was done to it."""

import random
import re
import sys
from pathlib import Path

import pytest

from harvest.files.input_files import read_chunks
from harvest.pubmed import article
from harvest.pubmed.article import parse_record
from harvest.pubmed.fast import fast_lists, fast_record, xml_text
from harvest.pubmed.fast.fast_lists import cut_plain_lists
from harvest.pubmed.fast.fast_record import read_rest
from harvest.pubmed.fast.list_patterns import ARTICLE_FORMS, DATA_FORMS
from harvest.pubmed.record_splitter import ARTICLE, RawRecord, split_records
from harvest.pubmed.write_article import format_record
from harvest.rehearsal.synthetic import synthetic_records
from kb.errors import RecordError
from kb.records import SYNTHETIC, Record
from tests.builders import JOURNAL, article_xml, author_xml, reference_list_xml, reference_xml
from tests.campaign.scale import SHORT

HISTORY = (
    '<History><PubMedPubDate PubStatus="received"><Year>2019</Year><Month>9</Month><Day>31</Day></PubMedPubDate>'
    '<PubMedPubDate PubStatus="entrez"><Year>2020</Year><Month>5</Month><Day>26</Day><Hour>6</Hour>'
    "<Minute>0</Minute></PubMedPubDate></History>"
)
CHEMICALS = (
    "<ChemicalList><Chemical><RegistryNumber>0</RegistryNumber>"
    '<NameOfSubstance UI="D000431">Ethanol</NameOfSubstance></Chemical></ChemicalList>'
)
CORRECTIONS = [
    '<CommentsCorrections RefType="Cites"><RefSource>JAMA. 1999;1:2</RefSource><PMID Version="1">77</PMID>'
    "</CommentsCorrections>",
    '<CommentsCorrections RefType="ErratumIn"><RefSource>J. 2001</RefSource><Note>twice</Note></CommentsCorrections>',
]
REFERENCES = [
    reference_xml(
        "Moos R. Work &amp; place. J. 2001;1:3&#x2013;9.", pmid=5001, doi="10.1234/AB&lt;1&gt;2", pmc="PMC12"
    ),
    reference_xml("Finney J. Untraced. J. 1999.", ids=[("pii", "S1"), ("pubmed", "x")]),
    reference_xml("&#xa0;"),
    reference_xml(pmid=5003),
]
AUTHORS = [
    author_xml(
        "Høie M", fore="Magnhild", ValidYN="Y", EqualContrib="Y",
        more='<Identifier Source="ORCID">0000-0002-1825-0097</Identifier>'
        "<AffiliationInfo><Affiliation>Oslo, Norway.</Affiliation></AffiliationInfo>",
    ),
    author_xml("Laudet AB Jr", ValidYN="Y"),
    '<Author ValidYN="Y"><CollectiveName>Group &amp; friends</CollectiveName></Author>',
]  # fmt: skip


INVESTIGATORS = (
    '<InvestigatorList><Investigator ValidYN="Y"><LastName>Moos</LastName><ForeName>Rudolf &amp; H</ForeName>'
    "<AffiliationInfo><Affiliation>Palo Alto.</Affiliation></AffiliationInfo></Investigator>"
    '<Investigator ValidYN="Y"><LastName>Humphreys</LastName><ForeName>Keith</ForeName><Initials>K</Initials>'
    '<Identifier Source="ORCID">0000-0002-1825-0097</Identifier></Investigator></InvestigatorList>'
)
FRONT = '<ISSN IssnType="Electronic">1234-5678</ISSN>'
LOCATIONS = (
    '<ELocationID EIdType="pii" ValidYN="Y">e18</ELocationID><ELocationID EIdType="doi">10.1234/e18</ELocationID>'
)
REST_OF_ARTICLE = (
    '<Language>eng</Language><Language>nor</Language><DataBankList CompleteYN="Y"><DataBank>'
    "<DataBankName>GEO</DataBankName><AccessionNumberList><AccessionNumber>GSE1</AccessionNumber>"
    "<AccessionNumber>GSE&#x32;</AccessionNumber></AccessionNumberList></DataBank><DataBank>"
    '<DataBankName>OMIM</DataBankName></DataBank></DataBankList><GrantList CompleteYN="Y">'
    + "<Grant><GrantID>R01 A</GrantID><Acronym>AA</Acronym><Agency>NIH &amp; others</Agency><Country/></Grant>"
    "<Grant><Agency>Fund</Agency><Country>Norway</Country></Grant></GrantList>"
    '<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>'
    "<VernacularTitle>Tittel.</VernacularTitle>"
    '<ArticleDate DateType="Electronic"><Year>2020</Year><Month>05</Month><Day>24</Day></ArticleDate>'
)
CONCEPTS = '<SupplMeshList><SupplMeshName Type="Disease" UI="C1">Craving &amp; so on</SupplMeshName></SupplMeshList>'
OTHER_ABSTRACT = (
    '<OtherAbstract Type="Publisher" Language="nor"><AbstractText Label="MÅL">Hvorfor <i>nå</i>.</AbstractText>'
    "<AbstractText>Sett &lt; 10.</AbstractText><CopyrightInformation>© Oss.</CopyrightInformation></OtherAbstract>"
)
COMPLETED = "<DateCompleted><Year>2020</Year><Month>11</Month><Day>31</Day></DateCompleted>"
ABSTRACT: list[tuple[str | None, str]] = [
    ("Aims &amp; means", "Why <i>in vitro</i> &lt; 10<sup>-2</sup> &amp; CO<sub>2</sub>."),
    (None, "Seen."),
]


def record_of(references: str = reference_list_xml(*REFERENCES, title="REFERENCES"), **more: object) -> str:
    text = article_xml(
        7, doi="10.1234/own", authors=AUTHORS, references="",
        notices=CORRECTIONS, keywords=["Norway", " ", "a &amp; b"],
        mesh=[("D1:Humans", ["*Q1:therapy", "Q2:drug effects"]), ("*Oslo", [])], data=HISTORY,
        article=REST_OF_ARTICLE, medline="<CoiStatement>None &amp; <b>no</b> more.</CoiStatement>" + INVESTIGATORS,
        revised="2021-02-03", journal={**JOURNAL, "issn": FRONT, "linking": "1234-5670"}, abstract=ABSTRACT, **more,
    )  # fmt: skip
    for place, new in (
        ("<CommentsCorrectionsList>", CHEMICALS + CONCEPTS + "<CitationSubset>IM</CitationSubset>"),
        ("<KeywordList", '<OtherID Source="NLM">PMC99</OtherID>' + OTHER_ABSTRACT),
        ("<Abstract>", LOCATIONS),
        ("</Abstract>", "<CopyrightInformation>© Tests.</CopyrightInformation>"),
        ("<DateRevised>", COMPLETED),
    ):
        text = text.replace(place, new + place, 1)
    ids = re.search(r"<PubmedData>(<ArticleIdList>.*?</ArticleIdList>)<History>.*</History>", text)
    assert ids is not None
    text = text.replace(ids[0], f"<PubmedData>{HISTORY}{ids[1]}")  # the order of the DTD
    return text.replace("</PubmedData>", references + "</PubmedData>")


PLAIN = record_of()


def outcome(xml: bytes) -> Record | tuple[object, ...]:
    try:
        return parse_record(RawRecord(ARTICLE, xml, 40))
    except RecordError as error:
        return (str(error), error.pmid, error.offset)


def both(xml: str | bytes) -> tuple[object, object]:
    """Return the outcome for a record, and that of the strict parser alone."""
    data = xml.encode() if isinstance(xml, str) else xml
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(article, "_BY_PATTERN", False)
        strict = outcome(data)
    return outcome(data), strict


@pytest.fixture
def by_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read by pattern whatever Python this is."""
    monkeypatch.setattr(article, "_BY_PATTERN", True)


def pretty(xml: str) -> str:
    return re.sub(r">\s*<(?=[A-Z/])", ">\n\t  <", xml)


def swapped(old: str, new: str, xml: str = PLAIN) -> str:
    """Return the record with the first old as new."""
    assert old in xml, old
    return xml.replace(old, new, 1)


LIST = reference_list_xml(REFERENCES[0])
VARIANTS = {
    "plain": PLAIN,
    "pretty": pretty(PLAIN),
    "breaks in a citation": swapped("Untraced.", " Un\n   traced\t. "),
    "references only": article_xml(7, references=REFERENCES),
    "no list": article_xml(7, authors=None),
    "empty list": record_of("<ReferenceList></ReferenceList>"),
    "empty element": record_of("<ReferenceList/>"),
    "two lists": record_of(LIST + reference_list_xml(REFERENCES[1], title="OTHER")),
    "list in a list": record_of(reference_list_xml(LIST, REFERENCES[1], title="A")),
    "list after references": record_of(reference_list_xml(REFERENCES[1], LIST)),
    "title at the end": record_of(f"<ReferenceList>{REFERENCES[0]}<Title>B</Title></ReferenceList>"),
    "list before the ids": swapped("<History>", LIST + "<History>"),
    "list in the article": swapped("</Article>", LIST + "</Article>"),
    "list in a title": swapped("A title.", LIST),
    "list in another PubmedData": swapped(
        "</PubmedArticle>", f"<X><PubmedData>{LIST}</PubmedData></X></PubmedArticle>"
    ),
    "second PubmedData": swapped("</PubmedArticle>", f"<PubmedData>{LIST}</PubmedData></PubmedArticle>"),
    "ids of references only": re.sub(r"(</History>)<ArticleIdList>.*?</ArticleIdList>", r"\1", PLAIN),
    "two author lists": swapped("<AuthorList", f"<AuthorList>{AUTHORS[1]}</AuthorList><AuthorList"),
    "two keyword lists": swapped(
        "<KeywordList", '<KeywordList Owner="NLM"><Keyword>z</Keyword></KeywordList><KeywordList'
    ),
    "hidden in a comment": swapped("<ReferenceList>", f"<!-- {LIST} --><ReferenceList>"),
    "opened in a comment": swapped("<ReferenceList>", "<!-- <ReferenceList> --><ReferenceList>"),
    "all in a comment": record_of(f"<!--{LIST}-->"),
    "hidden in CDATA": swapped("A title.", f"<![CDATA[{LIST}]]>"),
    "hidden in an instruction": record_of(f"<?x {LIST}?>"),
    "instruction before": record_of(f"<?nihms?>{LIST}"),
    "in an attribute": swapped("<Article ", f"<Article a='{LIST}' "),
    "comment in a citation": swapped("Untraced.", "Un<!-- x -->traced."),
    "CDATA in a citation": swapped("Untraced.", "<![CDATA[a < b]]>"),
    "CDATA end in a citation": swapped("Untraced.", "a ]]> b"),
    "markup in a citation": swapped("Untraced.", "10<sup>2</sup> <i>x</i>"),
    "text between references": swapped("</Reference><Reference>", "</Reference>and<Reference>"),
    "text between lists": record_of(LIST + "text" + LIST),
    "attribute of a list": swapped("<ReferenceList>", '<ReferenceList a="b">'),
    "attributes out of order": swapped('ValidYN="Y" EqualContrib="Y"', 'EqualContrib="Y"  ValidYN="Y"'),
    "attribute twice": swapped('ValidYN="Y" EqualContrib="Y"', 'ValidYN="Y" EqualContrib="Y" ValidYN="Y"'),
    "single quotes": PLAIN.replace('"', "'"),
    "invalid author": swapped('ValidYN="Y"', 'ValidYN="N"'),
    "author without a name": swapped("<LastName>Laudet</LastName>", "<LastName> </LastName>"),
    "group as author": swapped("<LastName>Laudet</LastName>", "<CollectiveName>The Group</CollectiveName>"),
    "blank orcid": swapped("0000-0002-1825-0097", " \n "),
    "two orcids": swapped(
        '<Identifier Source="ORCID">', '<Identifier Source="ORCID">x</Identifier><Identifier Source="ORCID">'
    ),
    "break in an attribute": swapped('UI="D1"', 'UI="D\n1"'),
    "no UI": swapped(' UI="D1"', ' UI=""'),
    "blank MeSH name": swapped(">Humans<", "> <"),
    "type of a MeSH name": swapped('UI="D1"', 'UI="D1" Type="Geographic"'),
    "month in words": swapped("<Month>9</Month>", "<Month>Sep</Month>"),
    "digits of another script": swapped("<Day>26</Day>", "<Day>٢٦</Day>"),
    "blank id": swapped("PMC12", " "),
    "breaks in an id": swapped("PMC12", "\n PMC12\n"),
    "unknown kind of id": swapped('IdType="pii"', ""),
    "id of another record": swapped('<ArticleId IdType="pubmed">7<', '<ArticleId IdType="pubmed">8<'),
    "own mark": swapped("<ReferenceList>", '<plain.ReferenceList n="0"/><ReferenceList>'),
    "own mark with a number of nobody": swapped("<ReferenceList>", '<plain.ReferenceList n="99"/><ReferenceList>'),
    "namespace": swapped("<PubmedArticle>", '<PubmedArticle xmlns="x">'),
    "namespace of a prefix": swapped("A title.", "<mml:math><mml:mi>x</mml:mi></mml:math>"),
    "no PMID": swapped('<PMID Version="1">7</PMID>', ""),
    "damage after the lists": swapped("</PubmedArticle>", "<X></PubmedArticle>"),
    "damage before the lists": swapped("A title.", "A & title."),
    "Status last": swapped('Status="MEDLINE"', 'IndexingMethod="Curated" Owner="NLM" Status="MEDLINE"'),
    "Status twice": swapped('Status="MEDLINE"', 'Status="MEDLINE" Owner="NLM" Status="Publisher"'),
    "no Status": swapped('Status="MEDLINE"', 'Owner="NLM"'),
    "version 3": swapped('<PMID Version="1">7', '<PMID Version="3">7'),
    "PMID too long": swapped('<PMID Version="1">7', '<PMID Version="1">9999999999'),
    "two PMIDs": swapped("<DateCompleted>", '<PMID Version="1">8</PMID><DateCompleted>'),
    "two Articles": swapped("</Article>", '</Article><Article PubModel="Print"></Article>'),
    "two MedlineCitations": swapped("<PubmedData>", "<MedlineCitation><PMID>7</PMID></MedlineCitation><PubmedData>"),
    "created": swapped("<DateCompleted>", COMPLETED.replace("Completed", "Created") + "<DateCompleted>"),
    "date of words": swapped("<Month>11</Month>", "<Month>Nov</Month>"),
    "date without a day": swapped("<Day>31</Day>", ""),
    "season": swapped("<Month>May</Month><Day>24</Day>", "<Season>Summer</Season>"),
    "MedlineDate": swapped("<Year>2020</Year><Month>May</Month><Day>24</Day>", "<MedlineDate>1998 Dec</MedlineDate>"),
    "no date": swapped("<Year>2020</Year><Month>May</Month><Day>24</Day>", ""),
    "printed journal": swapped('"Electronic">1234', '"Print">1234'),
    "undetermined journal": swapped('"Electronic">1234', '"Undetermined">1234'),
    "no journal number": swapped("<NlmUniqueID>101</NlmUniqueID>", ""),
    "no journal at all": swapped("<MedlineTA>J Tests</MedlineTA><NlmUniqueID>101</NlmUniqueID>", ""),
    "span of pages": swapped("<MedlinePgn>18</MedlinePgn>", "<StartPage>1</StartPage><EndPage>9</EndPage>"),
    "no pages": swapped("<Pagination><MedlinePgn>18</MedlinePgn></Pagination>", ""),
    "invalid location": swapped('ValidYN="Y">e18', 'ValidYN="N">e18'),
    "blank title": swapped("A title.", " \n "),
    "markup in markup": swapped("A title.", "A <i>b <sup>2</sup></i>."),
    "markup crossed": swapped("A title.", "A <i>b <b></i></b>."),
    "markup not closed": swapped("A title.", "A <i>b."),
    "blank markup": swapped("A title.", "<i> </i>"),
    "breaks in markup": swapped("A title.", " A\n <i>\tb </i> c<sub>n &lt; 1</sub>"),
    "blank section": swapped("Seen.", " "),
    "no label": swapped('Label="Aims &amp; means"', 'Label=""'),
    "label with a break": swapped("Aims &amp; means", "Aims\nand &#xa0;means "),
    "category": swapped('Label="Aims &amp; means"', 'Label="Aims" NlmCategory="OBJECTIVE"'),
    "category first": swapped('Label="Aims &amp; means"', 'NlmCategory="OBJECTIVE" Label="Aims"'),
    "blank language": swapped("<Language>eng", "<Language> "),
    "blank grant": swapped("<Grant><Agency>Fund</Agency><Country>Norway</Country></Grant>", "<Grant><Agency/></Grant>"),
    "old affiliation": swapped("<AuthorList", "<Affiliation>Oslo</Affiliation><AuthorList"),
    "other abstract": swapped("<OtherID", "<OtherAbstract><AbstractText>x</AbstractText></OtherAbstract><OtherID"),
    "blank statement": swapped("None &amp; <b>no</b> more.", " "),
    "origin": swapped(
        "<PubmedArticle>",
        '<PubmedArticle><?litkb source="demonstration" read="https://example.org/a" references="40"?>',
    ),
    "origin with an address that asks": swapped(
        "<PubmedArticle>", '<PubmedArticle><?litkb source="page" read="https://example.org/?a=1&amp;b"?>'
    ),
    "origin with other quotes": swapped("<PubmedArticle>", "<PubmedArticle><?litkb source='page' read=\"a='b'\"?>"),
    "origin that says it twice": swapped(
        "<PubmedArticle>", '<PubmedArticle><?litkb source="page" source="synthetic" references="x"?>'
    ),
    "origin that nobody knows": swapped("<PubmedArticle>", '<PubmedArticle><?litkb source="elsewhere" read=""?>'),
    "origin of another program": swapped("<PubmedArticle>", '<PubmedArticle><?other source="page"?>'),
    "origin without words": swapped("<PubmedArticle>", "<PubmedArticle><?litkb?>"),
    "origin in the wrong place": swapped("<PubmedData>", '<PubmedData><?litkb source="page"?>'),
    "medium not said": swapped(' CitedMedium="Internet"', ""),
    "grants not said to be complete": swapped('<GrantList CompleteYN="Y">', "<GrantList>"),
    "long text": swapped("Untraced.", "word " * 2_200_000),
}
CHARACTERS = [
    "&#x2013;", "&#8211;", "&#xA0;", "&#x41;", "&#65;", "&#x3c;", "&#60;", "&#x26;", "&#38;amp;", "&amp;#x41;",
    "&amp;lt;", "&gt;", "&quot;", "&apos;", "&lt;i&gt;", "]]&gt;", "&#x9;", "&#xa;", "&#13;", "&#0;", "&#x1f;",
    "&#31;", "&#x7f;", "&#x85;", "&#xd7ff;", "&#xd800;", "&#xdfff;", "&#xe000;", "&#xfffd;", "&#xfffe;", "&#xffff;",
    "&#x1d11e;", "&#x1ffff;", "&#x10ffff;", "&#x110000;", "&#X41;", "&#x;", "&#;", "&;", "&nbsp;", "&eacute;",
    "&bomb;", "& ", "&", "&#65", "&amp", "\ufffe", "\uffff", "\ufeff", "\x00", "\x01", "\x0b", "\x1f", "\x7f", "\x85",
    "\r", "\r\n", "\t", "\n", "\u2028", "\xa0", "<", ">", '"', "'", "<!", "<?x?>", "-->", "?>", "\ud800",
]  # fmt: skip
PLACES = [
    "Untraced.",
    "10.1234/AB",
    "Oslo, Norway.",
    ">Høie",
    ">Humans",
    ">therapy",
    "Norway</K",
    "Ethanol",
    "JAMA",
    ">2019<",
    ">Seen",
    ">in vitro",
    "Aims",
    "1234-5678",
    ">eng",
    "R01 A",
    ">IM<",
    ">e18",
    'UI="D1',
]


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_record_reads_as_the_strict_parser_reads_it(variant: str):
    ours, strict = both(VARIANTS[variant])

    assert ours == strict


@pytest.mark.parametrize("place", PLACES)
def test_any_character_in_any_list_reads_as_the_strict_parser_reads_it(place: str):
    for character in CHARACTERS:
        for data in (swapped(place, place[:2] + character + place[2:]), swapped(place, character + place)):
            ours, strict = both(data.encode("utf-8", "surrogatepass"))
            assert ours == strict, character


@pytest.mark.parametrize("form", [pretty, str])
def test_every_kind_of_list_is_read_by_pattern_where_it_is_plain(form):
    rest, lists = cut_plain_lists(form(PLAIN).encode())

    found = {item.form.name for item in lists.values()}
    assert found == {form.name for form in (*ARTICLE_FORMS, *DATA_FORMS)}
    assert b"<Reference>" not in rest
    assert read_rest(rest, lists) is not None
    assert lists == {}


def test_made_up_articles_are_read_by_pattern_and_say_where_they_come_from():
    for made_up in synthetic_records(10):
        rest, lists = cut_plain_lists(format_record(made_up).strip().encode())
        draft = read_rest(rest, lists)

        assert draft is not None
        assert (draft.source, draft.article["provenance"]) == (SYNTHETIC, made_up.article.provenance)


@pytest.mark.usefixtures("by_pattern")
def test_a_rest_that_is_not_plain_leaves_all_lists_to_the_walk():
    rest, lists = cut_plain_lists(swapped("</Article>", "<X/></Article>").encode())

    assert read_rest(rest, lists) is None
    assert len(lists) == len(cut_plain_lists(PLAIN.encode())[1])
    assert article._plain_article(RawRecord(ARTICLE, swapped("</Article>", "<X/></Article>").encode(), 0)) is not None


@pytest.mark.usefixtures("by_pattern")
def test_a_pattern_that_takes_any_end_for_the_end_of_an_element_is_noticed(monkeypatch: pytest.MonkeyPatch):
    loose = fast_record._REST.pattern.replace("</CitationSubset>", "</[A-Z]\\w+>")
    monkeypatch.setattr(fast_record, "_REST", re.compile(loose))

    ours, strict = both(swapped("CitationSubset>IM</CitationSubset>", "CitationSubset>IM</Subset>"))

    assert isinstance(ours, Record)
    assert ours != strict


@pytest.mark.parametrize("is_on", [True, False])
def test_a_record_reads_alike_with_reading_by_pattern_switched_on_or_off(is_on: bool, monkeypatch: pytest.MonkeyPatch):
    cut = []
    monkeypatch.setattr(article, "cut_plain_lists", lambda xml: cut.append(xml) or cut_plain_lists(xml))
    monkeypatch.setattr(article, "_BY_PATTERN", is_on)

    record = outcome(PLAIN.encode())

    assert bool(cut) == is_on
    assert isinstance(record, Record)
    assert "10.1234/ab<1>2" in [reference.doi for reference in record.references]


def test_records_are_read_by_pattern_only_where_possessive_quantifiers_match_no_more_than_they_say():
    first = re.match("(?:ab?c)?+", "a")

    assert first is not None
    assert first.end() == 0 or not article._BY_PATTERN  # before Python 3.11.5 the end is 1
    assert sys.version_info < (3, 11, 5) or article._BY_PATTERN


INSERTED = [
    b"<", b">", b"&", b"&amp;", b"&#x20;", b"\x00", b"\r", b"\t", b"\xff", b"\xc3", b"<!--", b"-->", b"<![CDATA[",
    b"]]>", b"<?a", b"?>", b"</Reference>", b"<Reference>", b"</ReferenceList>", b"<ReferenceList>", b"<Title>",
    b"<i>", b"</i>", b"<Author>", b"</AuthorList>", b"<AuthorList>", b"<ArticleIdList>", b"</ArticleIdList>",
    b"</PubmedData>", b"</MedlineCitation>", b"<plain.History n='0'/>", b' a="b"', b"\xef\xbf\xbe",
]  # fmt: skip


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return data with a bit turned, a piece put in, left out, repeated or moved."""
    at, to = sorted((rng.randrange(len(data)), rng.randrange(len(data))))
    tags = [(0, at), (at, to), *(match.span() for match in re.finditer(rb"<[^>]*>", data))]
    (a, b), (c, d) = sorted(rng.sample(tags, 2))
    return rng.choice(
        [
            data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :],
            data[:at] + rng.choice(INSERTED) + data[at:],
            data[:a] + rng.choice(INSERTED) + data[a:],
            data[:at] + data[at + rng.choice([1, 10, 200]) :],
            data[:to] + data[at:],
            data[:a] + data[b:],
            data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:],
            data[:a] + data[c:],
        ]
    )


def differing(seeds: range) -> list[int]:
    """Return the seeds of the mutants of which the two ways say different things."""
    wrong = []
    for seed in seeds:
        rng = random.Random(seed)
        data = (pretty(PLAIN) if seed % 2 else PLAIN).encode()
        for _ in range(rng.choice([1, 1, 2])):
            data = mutated(data, rng)
        ours, strict = both(data)
        if ours != strict:
            wrong.append(seed)
    return wrong


def test_three_thousand_mutants_read_as_the_strict_parser_reads_them():
    assert differing(range(3000)) == []


@pytest.mark.usefixtures("by_pattern")
def test_without_the_look_at_control_characters_the_same_mutants_differ(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xml_text, "_CONTROLS", b"\0")

    assert differing(range(2000)) != []


@pytest.mark.usefixtures("by_pattern")
def test_a_pattern_that_passes_over_what_is_between_items_is_noticed(monkeypatch: pytest.MonkeyPatch):
    loose = tuple(form._replace(item=re.compile(form.item.pattern + "[^<]*")) for form in DATA_FORMS)
    monkeypatch.setattr(fast_lists, "DATA_FORMS", loose)
    between = swapped("</Reference><Reference>", "</Reference>&<Reference>")
    monkeypatch.setattr(article, "is_plain", lambda xml: True)

    ours, strict = both(between)

    assert isinstance(ours, Record)
    assert ours != strict


@pytest.mark.usefixtures("by_pattern")
def test_a_reference_resolved_too_early_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(article, "cut_plain_lists", lambda xml: cut_plain_lists(xml.replace(b"&gt;", b">")))

    ours, strict = both(swapped("<LastName>", "<LastName&gt;"))

    assert isinstance(ours, Record)
    assert ours != strict


@pytest.mark.real
def test_all_real_records_read_as_the_strict_parser_reads_them(shared_data: Path):
    count = 0
    for path in sorted((shared_data / "pubmed-xml").rglob("*.xml*")):
        for raw in split_records(read_chunks(path)):
            if raw.kind == ARTICLE:
                count += 1
                ours, strict = both(raw.xml)
                assert ours == strict
    assert count > 1000


@pytest.mark.campaign
def test_sixty_thousand_mutants_read_as_the_strict_parser_reads_them():
    assert differing(range(3000, 13_000 if SHORT else 63_000)) == []
