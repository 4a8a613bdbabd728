"""Tables of the parts of a record: abstract, references, authors, subjects, notices, texts to search."""

from typing import Final

from kb.migrations.word_index import ARTICLES
from kb.migrations.works import doi_key_of

PARTS: Final = f"""
create table abstract_sections (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    label text,                  -- Heading as printed; empty: an abstract in one piece
    category text,               -- NLM's category: BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, UNASSIGNED
    text text not null,          -- Text of the section
    html text,                   -- The same with b, i, u, sub, sup; empty: no markup
    primary key (pmid, position)
) strict, without rowid;

create table other_abstract_sections (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    language text,               -- NLM's three letters: eng, nor
    kind text,                   -- Publisher, plain-language-summary and the like
    label text,                  -- Heading as printed
    category text,               -- NLM's category: BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, UNASSIGNED
    text text not null,          -- Text of the section
    copyright text,              -- Copyright statement of this abstract
    primary key (pmid, position)
) strict, without rowid;

create table article_references (
    citing_pmid integer not null references articles (pmid),  -- The article whose reference list this is
    position integer not null,   -- Place in the document, from 1, over all lists of the record
    citation text,               -- The reference as printed, verbatim; empty where nothing is printed
    doi text,                    -- DOI that the source gives, lower case and bare
    pmcid text,                  -- PMCID that the source gives
    cited_pmid integer,          -- PMID that the source gives
    cited_id integer references works (id),  -- The work that is named; empty: nothing names one
    listed_in text not null,     -- ReferenceList; CommentsCorrectionsList for the old form; page for a saved PubMed
                                 -- page
    list_title text,             -- Heading of the list, as printed
    other_ids text,              -- Identifiers of other kinds, or not well formed
    linked text,                 -- Links that a saved PubMed page shows beside it, without their addresses:
                                 -- DOI,PMC,PubMed; empty: none, or another source
    printed_doi text,            -- DOI that litkb read in citation, where the source gives neither DOI, PMCID nor PMID;
                                 -- empty: none, or several
    printed_pmcid text,          -- PMCID read likewise
    printed_pmid integer,        -- PMID read likewise
    primary key (citing_pmid, position)
) strict, without rowid;
create index article_references_cited on article_references (cited_id, citing_pmid, position);
create index article_references_doi on article_references ({doi_key_of("doi")}, cited_pmid)
    where doi is not null and cited_pmid is not null;
create index article_references_printed on article_references (cited_id)
    where coalesce(printed_doi, printed_pmcid, printed_pmid) is not null;

create table authorships (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the author list, from 1
    name text not null,          -- Family name and initials, or the collective name
    name_key text not null,      -- The name folded, under which equal-looking names meet
    last_name text,              -- Family name
    fore_name text,              -- Given names
    initials text,               -- Initials
    suffix text,                 -- Jr, 3rd and the like
    collective_name text,        -- Name of a group
    orcid text,                  -- ORCID iD, where its check digit is right
    equal_contribution integer,  -- 1: marked as having contributed equally
    role text not null,          -- author or editor
    primary key (pmid, position)
) strict, without rowid;
create index authorships_name on authorships (name_key, pmid);
create index authorships_orcid on authorships (orcid) where orcid is not null;

create table affiliations (
    pmid integer not null,       -- PubMed identifier of the article
    position integer not null,   -- Place in the author list
    ordinal integer not null,    -- 1 for the first affiliation of that author
    affiliation text not null,   -- Affiliation as printed
    identifier text,             -- Identifier of the institution, as given
    identifier_source text,      -- ROR, GRID, ISNI and the like
    primary key (pmid, position, ordinal),
    foreign key (pmid, position) references authorships (pmid, position)
) strict, without rowid;

create table investigators (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    name text not null,          -- Name as the record gives it
    last_name text,              -- Family name
    fore_name text,              -- Given names
    initials text,               -- Initials
    suffix text,                 -- Jr, 3rd and the like
    orcid text,                  -- ORCID iD, where its check digit is right
    affiliation text,            -- Affiliation as printed
    list_number integer not null,  -- Number of the list in the record
    group_name text,             -- The collective author whose members the list has; empty: the record does not say
    primary key (pmid, position)
) strict, without rowid;

create table languages (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    language text not null,      -- NLM's three letters: eng, nor
    primary key (pmid, position)
) strict, without rowid;

create table mesh_descriptors (
    descriptor_ui text primary key,  -- NLM's identifier of the MeSH descriptor; its name where an old record has none
    name text not null,          -- Preferred name of the descriptor
    as_of text                   -- Revision date of the record that this description is from
) strict, without rowid;
create index mesh_descriptors_name on mesh_descriptors (name);

create table mesh_qualifiers (
    qualifier_ui text primary key,  -- NLM's identifier of the MeSH qualifier
    name text not null,          -- Name of the qualifier
    as_of text                   -- Revision date of the record that this description is from
) strict, without rowid;

create table mesh_tree (         -- empty until `litkb mesh` has read NLM's descriptor file
    tree_number text primary key,  -- The place: C25.775.100 is below C25.775
    descriptor_ui text not null,  -- NLM's identifier of the descriptor
    name text not null           -- The descriptor
) strict, without rowid;
create index mesh_tree_descriptor on mesh_tree (descriptor_ui);

create table mesh_entry_terms (  -- other names of headings; empty until `litkb mesh` has read NLM's descriptor file
    term_key text not null,      -- The other name, folded: heart attack
    heading text not null,       -- The heading: Myocardial Infarction
    primary key (term_key, heading)
) strict, without rowid;

create table mesh_headings (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    heading integer not null,    -- Number of the printed heading; one with two qualifiers is two rows
    descriptor_ui text not null references mesh_descriptors (descriptor_ui),
        -- NLM's identifier of the MeSH descriptor; its name where an old record has none
    qualifier_ui text references mesh_qualifiers (qualifier_ui),  -- NLM's identifier of the MeSH qualifier
    is_major integer not null,   -- 1: this descriptor, or this qualifier of it, is a major topic
    descriptor_is_major integer not null,  -- 1: the descriptor itself is a major topic
    primary key (pmid, position)
) strict, without rowid;
create index mesh_headings_descriptor on mesh_headings (descriptor_ui, pmid);
create index mesh_headings_qualifier on mesh_headings (qualifier_ui) where qualifier_ui is not null;

create table supplementary_concepts (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    ui text,                     -- NLM's identifier
    name text not null,          -- Name as the record gives it
    kind text,                   -- Disease, Protocol, Organism and the like
    primary key (pmid, position)
) strict, without rowid;

create table keywords (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    keyword text not null,       -- Keyword as printed
    keyword_key text not null,   -- The keyword folded, under which equal ones meet
    is_major integer,            -- 1: marked as major
    owner text,                  -- Who gave it; NOTNLM: the authors
    primary key (pmid, position)
) strict, without rowid;
create index keywords_key on keywords (keyword_key, pmid);

create table chemicals (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    registry_number text,        -- CAS or UNII number; 0 where there is none
    ui text,                     -- NLM's identifier
    name text not null,          -- Name as the record gives it
    primary key (pmid, position)
) strict, without rowid;

create table publication_types (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    ui text,                     -- NLM's identifier
    name text not null,          -- Name as the record gives it
    primary key (pmid, position)
) strict, without rowid;
create index publication_types_name on publication_types (name, pmid);

create table grants (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    grant_id text,               -- Number of the grant
    acronym text,                -- Acronym of the programme
    agency text,                 -- Who paid
    country text,                -- Country as the record gives it
    primary key (pmid, position)
) strict, without rowid;

create table notices (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    kind text not null,          -- PubMed's word: RetractionIn, ErratumFor, CommentOn and so on
    other_pmid integer references works (id),  -- The other record
    ref_source text,             -- The other record as printed
    note text,                   -- Note of NLM
    other_doi text,              -- DOI in ref_source, where no PMID is given, lower case and bare
    primary key (pmid, position)
) strict, without rowid;
create index notices_kind on notices (kind, pmid);
create index notices_other on notices (other_pmid) where other_pmid is not null;
create index notices_doi on notices ({doi_key_of("other_doi")}) where other_doi is not null;

create table notice_kinds (
    kind text primary key,       -- PubMed's word: RetractionIn
    converse text not null unique  -- As the other record says it: RetractionOf
) strict, without rowid;
insert into notice_kinds (kind, converse)
    with pairs (one, other) as (values
        ('RetractionIn', 'RetractionOf'), ('PartialRetractionIn', 'PartialRetractionOf'),
        ('RetractedandRepublishedIn', 'RetractedandRepublishedFrom'),
        ('CorrectedandRepublishedIn', 'CorrectedandRepublishedFrom'), ('RepublishedIn', 'RepublishedFrom'),
        ('ExpressionOfConcernIn', 'ExpressionOfConcernFor'), ('ErratumIn', 'ErratumFor'),
        ('UpdateIn', 'UpdateOf'), ('CommentIn', 'CommentOn'), ('ReprintIn', 'ReprintOf'),
        ('AssociatedDataset', 'AssociatedPublication'), ('SummaryForPatientsIn', 'OriginalReportIn'))
    select one, other from pairs union all select other, one from pairs;

create table data_banks (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    name text not null,          -- ClinicalTrials.gov, GenBank and the like
    accession text,              -- Accession number
    primary key (pmid, position)
) strict, without rowid;

create table article_identifiers (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    kind text not null,          -- doi, pmc, pii, mid, isbn and so on
    value text not null,         -- The identifier as given
    is_valid integer,            -- 0: the source marks it as not valid
    primary key (pmid, position)
) strict, without rowid;

create table article_dates (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place in the record, from 1
    kind text not null,          -- Electronic; received, accepted, pubmed, medline; created, completed, revised
    date text not null,          -- ISO 8601, as long as the source is precise
    primary key (pmid, position)
) strict, without rowid;

create table other_fields (
    pmid integer not null references articles (pmid),  -- PubMed identifier of the article
    position integer not null,   -- Place among such fields of the record, from 1
    tag text not null,           -- Tag in NBIB, such as OWN or SB, or the name of an XML element that has none, such as
                                 -- Medium
    value text not null,         -- The field as printed; an element with parts or attributes as XML
    primary key (pmid, position)
) strict, without rowid;

create view article_texts as  -- the texts of an article that are searched, in the words of the record
    select pmid,
        coalesce(title, '') || char(10) || coalesce(vernacular_title, '') || char(10)
            || coalesce(book_title, '') as title,
        coalesce((select group_concat(text, char(10)) from (
            select text from (
                select 1 as place, position, text from abstract_sections s where s.pmid = a.pmid
                union all select 2, position, text from other_abstract_sections o where o.pmid = a.pmid)
            order by place, position)), '') as abstract,
        coalesce((select group_concat(keyword, char(10)) from (
            select keyword from keywords k where k.pmid = a.pmid order by position)), '') as keywords,
        coalesce((select group_concat(name, char(10)) from (
            select d.name from mesh_headings h join mesh_descriptors d using (descriptor_ui) where h.pmid = a.pmid
            union select q.name from mesh_headings h join mesh_qualifiers q using (qualifier_ui) where h.pmid = a.pmid
            union select c.name from supplementary_concepts c where c.pmid = a.pmid order by 1)), '') as mesh,
        coalesce((select group_concat(name, char(10)) from (
            select name || coalesce(' ' || fore_name, '') as name from authorships p where p.pmid = a.pmid
            order by position)), authors, '') as authors
    from articles a;

{ARTICLES.ddl}
insert into article_search (article_search, rank) values ('hashsize', 8388608);  -- bytes gathered before a segment
insert into article_search (article_search, rank) values ('automerge', 8);       -- segments of one size before a merge

create table facet_orders (      -- index of facets: all held articles in an order; empty where one has changed since
    name text primary key,       -- pmids, or an order of search results: date, citations, pagerank
    articles blob not null       -- PMIDs; in other orders places among these, from 0; 32 bits each
) strict;
create table facet_values (      -- index of facets: which values each article has
    facet text primary key,      -- Property of articles, such as type or journal
    names text not null,         -- Its values as JSON, as the table of that property has them
    lengths blob not null,       -- How many of them each article has, articles in the order of PMIDs; the same number
                                 -- of bytes each
    numbers blob not null        -- Which, one article after the other, from 0; in as many bytes as their number needs
) strict;
create trigger articles_insert after insert on articles when exists (select 1 from facet_orders) begin
    delete from facet_values;
    delete from facet_orders;
end;
create trigger articles_delete after delete on articles when exists (select 1 from facet_orders) begin
    delete from facet_values;
    delete from facet_orders;
end;
create trigger works_merged after update of merged_into on works  -- a notice may name what became an article held
    when new.id > 0 and new.merged_into is not old.merged_into and exists (select 1 from facet_orders) begin
    delete from facet_values;
    delete from facet_orders;
end;
create trigger articles_update after update of content_hash on articles when exists (select 1 from facet_orders) begin
    delete from facet_values;
    delete from facet_orders;
end;
"""
