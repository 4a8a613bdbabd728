"""Tables of the parts of a record: abstract, references, authors, subjects, notices, texts to search."""

from typing import Final

from kb.migrations.works import doi_key_of

PARTS: Final = f"""
create table abstract_sections (
    pmid integer not null references articles (pmid),
    position integer not null,
    label text,                  -- as printed: "Background"; NULL: an abstract in one piece
    category text,               -- NLM's: BACKGROUND, OBJECTIVE, METHODS, RESULTS, CONCLUSIONS, UNASSIGNED
    text text not null,
    html text,                   -- with b, i, u, sub, sup; NULL: no markup
    primary key (pmid, position)
) strict, without rowid;

create table other_abstract_sections (
    pmid integer not null references articles (pmid),
    position integer not null,
    language text,
    kind text,                   -- Publisher, plain-language-summary ...
    label text,
    category text,
    text text not null,
    copyright text,
    primary key (pmid, position)
) strict, without rowid;

create table article_references (
    citing_pmid integer not null references articles (pmid),
    position integer not null,   -- in document order, over all lists of the record
    citation text,               -- verbatim; NULL: nothing but blanks is printed
    doi text,
    pmcid text,
    cited_pmid integer,          -- as the source gives it
    cited_id integer references works (id),  -- the work named; NULL: nothing names one
    listed_in text not null,     -- ReferenceList; CommentsCorrectionsList (the old form "Cites"); page
    list_title text,
    other_ids text,              -- identifiers of other kinds, or not well formed
    printed_doi text,            -- read by litkb in citation, where the source gives neither DOI, PMCID nor PMID
    printed_pmcid text,
    printed_pmid integer,
    primary key (citing_pmid, position)
) strict, without rowid;
create index article_references_cited on article_references (cited_id, citing_pmid, position);
create index article_references_doi on article_references ({doi_key_of("doi")}, cited_pmid)
    where doi is not null and cited_pmid is not null;
create index article_references_printed on article_references (cited_id)
    where coalesce(printed_doi, printed_pmcid, printed_pmid) is not null;

create table authorships (
    pmid integer not null references articles (pmid),
    position integer not null,
    name text not null,          -- "Vederhus JK"; a name, not a person
    name_key text not null,      -- folded, for finding equal names
    last_name text,
    fore_name text,
    initials text,
    suffix text,
    collective_name text,
    orcid text,                  -- with a right check digit; others stay in no column
    equal_contribution integer,
    role text not null,          -- author, editor
    primary key (pmid, position)
) strict, without rowid;
create index authorships_name on authorships (name_key, pmid);
create index authorships_orcid on authorships (orcid) where orcid is not null;

create table affiliations (
    pmid integer not null,
    position integer not null,   -- of the authorship
    ordinal integer not null,
    affiliation text not null,
    identifier text,
    identifier_source text,      -- ROR, GRID, ISNI ...
    primary key (pmid, position, ordinal),
    foreign key (pmid, position) references authorships (pmid, position)
) strict, without rowid;

create table investigators (
    pmid integer not null references articles (pmid),
    position integer not null,
    name text not null,
    last_name text,
    fore_name text,
    initials text,
    suffix text,
    orcid text,
    affiliation text,
    list_number integer not null,  -- of the record's list of investigators, from 1
    group_name text,             -- the collective author whose members this list has; NULL: not said
    primary key (pmid, position)
) strict, without rowid;

create table languages (
    pmid integer not null references articles (pmid),
    position integer not null,
    language text not null,      -- NLM's three letters: eng, nor
    primary key (pmid, position)
) strict, without rowid;

create table mesh_descriptors (
    descriptor_ui text primary key,  -- D012657; the name itself where an old record has no UI
    name text not null,
    as_of text                   -- date_revised of the record that this name is from
) strict, without rowid;
create index mesh_descriptors_name on mesh_descriptors (name);

create table mesh_qualifiers (
    qualifier_ui text primary key,
    name text not null,
    as_of text
) strict, without rowid;

create table mesh_tree (         -- empty until `litkb mesh` has read NLM's descriptor file
    tree_number text primary key, -- C25.775.100 is below C25.775; A to Z are the first letters of the branches
    descriptor_ui text not null,
    name text not null
) strict, without rowid;
create index mesh_tree_descriptor on mesh_tree (descriptor_ui);

create table mesh_entry_terms (  -- other names of headings; empty until `litkb mesh` has read NLM's descriptor file
    term_key text not null,      -- folded, for finding: heart attack
    heading text not null,       -- Myocardial Infarction; a name that has the same words in another order is left out
    primary key (term_key, heading)
) strict, without rowid;

create table mesh_headings (
    pmid integer not null references articles (pmid),
    position integer not null,
    heading integer not null,    -- number of the printed heading; one with two qualifiers is two rows
    descriptor_ui text not null references mesh_descriptors (descriptor_ui),
    qualifier_ui text references mesh_qualifiers (qualifier_ui),
    is_major integer not null,   -- 1: this descriptor, or this qualifier of it, is a major topic
    descriptor_is_major integer not null,
    primary key (pmid, position)
) strict, without rowid;
create index mesh_headings_descriptor on mesh_headings (descriptor_ui, pmid);
create index mesh_headings_qualifier on mesh_headings (qualifier_ui) where qualifier_ui is not null;

create table supplementary_concepts (
    pmid integer not null references articles (pmid),
    position integer not null,
    ui text,
    name text not null,
    kind text,                   -- Disease, Protocol, Organism ...
    primary key (pmid, position)
) strict, without rowid;

create table keywords (
    pmid integer not null references articles (pmid),
    position integer not null,
    keyword text not null,
    keyword_key text not null,   -- folded
    is_major integer,
    owner text,                  -- NOTNLM: given by the authors
    primary key (pmid, position)
) strict, without rowid;
create index keywords_key on keywords (keyword_key, pmid);

create table chemicals (
    pmid integer not null references articles (pmid),
    position integer not null,
    registry_number text,
    ui text,
    name text not null,
    primary key (pmid, position)
) strict, without rowid;

create table publication_types (
    pmid integer not null references articles (pmid),
    position integer not null,
    ui text,
    name text not null,
    primary key (pmid, position)
) strict, without rowid;
create index publication_types_name on publication_types (name, pmid);

create table grants (
    pmid integer not null references articles (pmid),
    position integer not null,
    grant_id text,
    acronym text,
    agency text,
    country text,
    primary key (pmid, position)
) strict, without rowid;

create table notices (
    pmid integer not null references articles (pmid),
    position integer not null,
    kind text not null,          -- PubMed's RefType: RetractionIn, ErratumFor, CommentOn ...
    other_pmid integer references works (id),
    ref_source text,
    note text,
    other_doi text,              -- in ref_source, where no PMID is given; lower case, bare
    primary key (pmid, position)
) strict, without rowid;
create index notices_kind on notices (kind, pmid);
create index notices_other on notices (other_pmid) where other_pmid is not null;
create index notices_doi on notices ({doi_key_of("other_doi")}) where other_doi is not null;

create table notice_kinds (
    kind text primary key,       -- PubMed's RefType
    converse text not null unique  -- the same notice as seen from the other record
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
    pmid integer not null references articles (pmid),
    position integer not null,
    name text not null,          -- ClinicalTrials.gov, GenBank ...
    accession text,
    primary key (pmid, position)
) strict, without rowid;

create table article_identifiers (
    pmid integer not null references articles (pmid),
    position integer not null,
    kind text not null,          -- doi, pmc, pii, mid, isbn ...
    value text not null,         -- as given
    is_valid integer,            -- 0: the source marks it invalid
    primary key (pmid, position)
) strict, without rowid;

create table article_dates (
    pmid integer not null references articles (pmid),
    position integer not null,
    kind text not null,          -- Electronic; received, accepted, pubmed, medline ...; created, completed, revised
    date text not null,          -- ISO 8601, as long as the source is precise
    primary key (pmid, position)
) strict, without rowid;

create table other_fields (
    pmid integer not null references articles (pmid),
    position integer not null,
    tag text not null,           -- in NBIB: OWN, SB, GN, one that litkb does not know; else the name of an XML element
    value text not null,         -- as printed; an element with parts or attributes as XML
    primary key (pmid, position)
) strict, without rowid;

create table article_texts (
    pmid integer primary key references articles (pmid),
    title text not null,         -- all columns folded: no case, no accents
    abstract text not null,
    keywords text not null,
    mesh text not null,
    authors text not null
) strict;

create virtual table article_search using fts5 (
    title, abstract, keywords, mesh, authors,
    content = 'article_texts', content_rowid = 'pmid', tokenize = 'unicode61 remove_diacritics 0'
);
insert into article_search (article_search, rank) values ('hashsize', 8388608);  -- bytes gathered before a segment
insert into article_search (article_search, rank) values ('automerge', 8);       -- segments of one size before a merge
create trigger article_texts_insert after insert on article_texts begin
    insert into article_search (rowid, title, abstract, keywords, mesh, authors)
    values (new.pmid, new.title, new.abstract, new.keywords, new.mesh, new.authors);
end;
create trigger article_texts_delete after delete on article_texts begin
    insert into article_search (article_search, rowid, title, abstract, keywords, mesh, authors)
    values ('delete', old.pmid, old.title, old.abstract, old.keywords, old.mesh, old.authors);
end;
create trigger article_texts_update after update on article_texts begin
    insert into article_search (article_search, rowid, title, abstract, keywords, mesh, authors)
    values ('delete', old.pmid, old.title, old.abstract, old.keywords, old.mesh, old.authors);
    insert into article_search (rowid, title, abstract, keywords, mesh, authors)
    values (new.pmid, new.title, new.abstract, new.keywords, new.mesh, new.authors);
end;

create table facet_blocks (      -- index of facets: all held articles in order; empty where one has changed since
    block integer primary key,   -- from 0
    pmids blob not null          -- of 65,536 articles at most: 32 bits each, least byte first, ascending
) strict;
create table facet_values (      -- index of facets: which articles have each value
    facet text not null,         -- year, type, journal, mesh, heading, community, language, retracted, free
    value any not null,          -- a number, a name or a key, as its own table has it
    block integer not null,      -- of facet_blocks
    articles integer not null,   -- of the block that have it
    places blob not null,        -- of these articles in the block, from 0: 16 bits each, least byte first, ascending
    primary key (facet, value, block)
) strict, without rowid;
create trigger articles_insert after insert on articles when exists (select 1 from facet_blocks) begin
    delete from facet_values;
    delete from facet_blocks;
end;
create trigger articles_delete after delete on articles when exists (select 1 from facet_blocks) begin
    delete from facet_values;
    delete from facet_blocks;
end;
create trigger works_merged after update of merged_into on works  -- a notice may name what became an article held
    when new.id > 0 and new.merged_into is not old.merged_into and exists (select 1 from facet_blocks) begin
    delete from facet_values;
    delete from facet_blocks;
end;
create trigger articles_update after update of content_hash on articles when exists (select 1 from facet_blocks) begin
    delete from facet_values;
    delete from facet_blocks;
end;
"""
