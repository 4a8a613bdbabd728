"""A record of an article that has every list, and what is rare in each."""

import re

from tests.builders import JOURNAL, article_xml, author_xml, reference_list_xml, reference_xml

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


WHOLE = record_of()
