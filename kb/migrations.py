"""The schema: commented DDL, numbered history.

Conventions: natural keys; STRICT; WITHOUT ROWID where the key has several columns; moments ISO 8601 UTC;
NULL means that nobody said, 0 that a source said none. The comments are kept by SQLite and shown on the
site. Until the first release the first migration may be edited; afterwards a change is a new one.
"""

from typing import Final

APPLICATION_ID: Final = 0x6C69746B  # "litk": marks a litkb file in its header

_WORKS: Final = """
create table citation_sources (
    id integer primary key,
    name text not null unique,   -- pubmed, page, elink_citedin, elink_refs, icite, resolved, demonstration, synthetic
    description text not null    -- what it is, for the page that shows evidence
) strict;

insert into citation_sources (id, name, description) values
    (1, 'pubmed', 'The reference list in the PubMed record of the citing article'),
    (2, 'page', 'The reference list printed on a saved PubMed page'),
    (3, 'elink_citedin', 'NCBI ELink: articles that cite this one (pubmed_pubmed_citedin)'),
    (4, 'elink_refs', 'NCBI ELink: articles that this one cites (pubmed_pubmed_refs)'),
    (5, 'icite', 'NIH Open Citation Collection, by iCite'),
    (6, 'resolved', 'A printed reference that litkb, or a person, identified'),
    (7, 'demonstration', 'The bundled demonstration: bibliographic facts read from public pages, not from NCBI'),
    (8, 'synthetic', 'A made-up field for trying litkb out: none of it exists'),
    (9, 'elink_similar', 'NCBI ELink: similar articles (pubmed_pubmed)');

create table works (
    id integer primary key,      -- the PMID; minus 52 bits of a hash of its key where no PMID is known
    label text not null,         -- "Humphreys 2004 J Subst Abuse Treat"
    doi text,                    -- lower case, bare
    pmcid text,                  -- PMC123
    citation_key text,           -- of a cited work without DOI: first author, year, hash of the printed words
    year integer,
    state text not null default 'known'  -- held: its record is here; known: only named; merged: see merged_into
        check (state in ('known', 'held', 'merged', 'deleted', 'not found')),
    merged_into integer references works (id),  -- the work that this one turned out to be
    named_by integer,            -- PMID of the article whose reference gave label and year; NULL: its own record
    named_at integer,            -- position of that reference
    state_at text                -- when a source said merged, deleted or not found
) strict;
create index works_doi on works (doi) where doi is not null;
create index works_pmcid on works (pmcid) where pmcid is not null;
create index works_merged_into on works (merged_into) where merged_into is not null;
create index works_state on works (state, id);

create table journals (
    journal_id text primary key, -- NLM's unique id, else "ta:" and the abbreviation
    title text,
    abbreviation text,           -- NLM title abbreviation: "Addict Sci Clin Pract"
    iso_abbreviation text,
    issn_print text,
    issn_electronic text,
    issn_linking text,
    country text,
    as_of text                   -- date_revised of the record that this description is from
) strict, without rowid;

create table articles (
    pmid integer primary key references works (id),
    record_type text not null check (record_type in ('article', 'book', 'book chapter')),
    title text,                  -- Unicode text; NULL: the record has none
    title_html text,             -- with b, i, u, sub, sup; NULL: the title has no markup
    vernacular_title text,       -- in the original language
    book_title text,             -- of a book, or of the book that a chapter is in
    authors text,                -- "Vederhus JK, Høie M, Birkeland B"; NULL: no list is given
    authors_complete integer,    -- 0: the record says that names are missing
    journal_id text references journals (journal_id),
    citation_line text,          -- as PubMed prints it: "2020 May 24;15(1):18."
    pub_date text,               -- PubMed's words
    year integer,
    volume text,
    issue text,
    pages text,
    pub_model text,
    publication_status text,
    doi text,
    pmcid text,
    coi_statement text,
    copyright text,
    publisher text,              -- of a book
    edition text,                -- of a book
    reference_count integer,     -- references in the record's own list; NULL: it has no list
    status text,                 -- MEDLINE, PubMed-not-MEDLINE, In-Process, Publisher ...
    version integer not null default 1,
    date_completed text,
    date_revised text,
    provenance text,             -- where a record that is not NCBI's was read
    source_id integer not null references citation_sources (id),
    update_file integer,         -- number of the NLM update file it is from, year * 10000 + file; NULL: another source
    harvested_at text,           -- when this content first came from NCBI; NULL: it did not
    checked_at text not null,    -- when this content was last received, from any source
    content_hash text not null   -- SHA-256 of the parsed values
) strict;
create index articles_doi on articles (doi) where doi is not null;
create index articles_pmcid on articles (pmcid) where pmcid is not null;
create index articles_journal on articles (journal_id);
create index articles_year on articles (year);
create index articles_source on articles (source_id);
"""

_PARTS: Final = """
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
    primary key (citing_pmid, position)
) strict, without rowid;
create index article_references_cited on article_references (cited_id, citing_pmid, position);
create index article_references_doi on article_references (doi, cited_pmid) where doi is not null and cited_pmid is not null;

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
    primary key (pmid, position)
) strict, without rowid;
create index notices_kind on notices (kind, pmid);
create index notices_other on notices (other_pmid) where other_pmid is not null;

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
"""

_LINKS: Final = """
create table citations (
    citing_id integer not null references works (id),
    cited_id integer not null references works (id),  -- as named; follow works.merged_into
    source_id integer not null references citation_sources (id),
    since text not null,         -- when this source was first heard to say so
    primary key (citing_id, cited_id, source_id)
) strict, without rowid;
create index citations_cited on citations (cited_id, citing_id, source_id);

create table article_lists (
    pmid integer not null references works (id),
    list text not null check (list in ('references', 'cited_by', 'similar')),
    source_id integer not null references citation_sources (id),
    entries integer,             -- NULL: the source has no data; 0: it says none; no row: never asked
    checked_at text not null,
    primary key (pmid, list, source_id)
) strict, without rowid;

create table similar_articles (
    pmid integer not null references works (id),
    similar_pmid integer not null references works (id),
    rank integer not null,       -- 1 is the most similar, in PubMed's order
    score integer,               -- NLM's; NULL: given without
    primary key (pmid, similar_pmid)
) strict, without rowid;
create index similar_articles_similar on similar_articles (similar_pmid);
"""

_LEDGER: Final = """
create table harvest_runs (
    id integer primary key,
    started_at text not null,
    finished_at text,            -- NULL: interrupted, or under way; the same command resumes it
    command text not null,       -- what was asked, without key and e-mail
    plan text not null,          -- the same as JSON, by which a later run knows that it continues this one
    litkb_version text not null
) strict;

create table harvest_tasks (
    run_id integer not null references harvest_runs (id),
    task text not null,          -- seed, search, article, cited_by, similar, file, record (a rejected one of a file)
    asked text not null,         -- a PMID, DOI, query or file name
    outcome text check (outcome in (
        'stored', 'unchanged', 'merged', 'deleted', 'not found', 'not identified', 'rejected', 'failed', 'done'
    )),                          -- NULL: pending
    detail text,                 -- why; into what; how many
    answer text,                 -- name of the kept answer in the archive
    primary key (run_id, task, asked)
) strict, without rowid;

create table harvest_counts (
    run_id integer not null references harvest_runs (id),
    asked text not null,         -- file name
    outcome text not null,       -- stored, unchanged, merged, deleted, rejected
    records integer not null,    -- records of the file with this outcome
    primary key (run_id, asked, outcome)
) strict, without rowid;

create table graph_runs (
    id integer primary key,
    started_at text not null,
    finished_at text,
    works integer,               -- nodes
    citations integer,           -- distinct citations, self-references left out
    versions text not null       -- of litkb, numpy, scipy, networkx, as JSON
) strict;

create table metric_runs (
    graph_run_id integer not null references graph_runs (id),
    measure text not null,       -- citation_count, pagerank, component, related_studies
    parameters text not null,    -- as JSON
    seconds real not null,
    primary key (graph_run_id, measure)
) strict, without rowid;

create table article_metrics (
    id integer primary key references works (id),
    citation_count integer not null,  -- citing works within this file
    reference_count integer not null, -- cited works within this file
    pagerank real not null,
    component integer not null,  -- number of the weakly connected component, 1 is the largest
    graph_run_id integer not null references graph_runs (id)
) strict;
create index article_metrics_citation_count on article_metrics (citation_count);
create index article_metrics_pagerank on article_metrics (pagerank);
create index article_metrics_run on article_metrics (graph_run_id);

create table related_studies (
    id integer not null references works (id),
    related_id integer not null references works (id),
    score real not null,         -- sum of the parts as they are weighted, larger is closer
    shared_references integer not null,
    cited_together integer not null,
    shared_authors integer not null,
    shared_keywords integer not null,
    shared_mesh integer not null,
    shared_title_words integer not null,
    reason text not null,        -- the parts in words
    graph_run_id integer not null references graph_runs (id),
    primary key (id, related_id)
) strict, without rowid;
create index related_studies_related on related_studies (related_id);
create index related_studies_run on related_studies (graph_run_id);
"""

_VIEWS: Final = """
create view most_cited as
    select w.id, w.label, w.year, w.state, m.citation_count, m.pagerank
    from article_metrics m join works w on w.id = m.id
    where m.citation_count > 0
    order by m.citation_count desc, m.pagerank desc, w.id;

create view citation_links as  -- each citation once, whoever asserts it, merged works followed
    select coalesce(a.merged_into, a.id) as citing_id, coalesce(b.merged_into, b.id) as cited_id,
        count(distinct c.source_id) as sources, min(c.since) as since
    from citations c join works a on a.id = c.citing_id join works b on b.id = c.cited_id
    group by 1, 2
    having citing_id <> cited_id;

create view frontier as  -- known works with a PMID that the citation graph names and that are not held
    select w.id as pmid, w.label, w.year, w.doi, w.pmcid, count(distinct c.citing_id) as cited_by,
        (select count(distinct c2.cited_id) from citations c2 where c2.citing_id = w.id) as cites
    from works w left join citations c on c.cited_id = w.id
    where w.state = 'known' and w.id > 0
        and (c.citing_id is not null or exists (select 1 from citations c3 where c3.citing_id = w.id))
    group by w.id
    order by cited_by desc, cites desc, w.id;

create view often_cited_not_held as  -- by at least two articles, with or without a PMID
    select w.id, w.label, w.year, w.doi, w.citation_key, count(distinct c.citing_id) as cited_by
    from works w join citations c on c.cited_id = w.id
    where w.state = 'known'
    group by w.id having count(distinct c.citing_id) >= 2
    order by cited_by desc, w.id;

create view retracted_articles as
    select pmid from publication_types where name = 'Retracted Publication'
    union select pmid from notices where kind = 'RetractionIn'
    union select other_pmid from notices where kind = 'RetractionOf' and other_pmid is not null;

create view retracted_and_cited as
    select r.pmid, w.label, w.year, l.citing_id, b.label as citing
    from retracted_articles r join works w on w.id = r.pmid
        join citation_links l on l.cited_id = r.pmid join works b on b.id = l.citing_id;

create view disputed_citations as  -- a source that knows the list of the citing article does not have it
    select l.citing_id, a.label as citing, l.cited_id, b.label as cited, s.name as missing_in
    from citation_links l
        join works a on a.id = l.citing_id join works b on b.id = l.cited_id
        join article_lists k on k.pmid = l.citing_id and k.list = 'references' and k.entries > 0
        join citation_sources s on s.id = k.source_id
    where not exists (
        select 1 from citations c join works d on d.id = c.cited_id
        where c.citing_id = l.citing_id and c.source_id = k.source_id
            and coalesce(d.merged_into, d.id) = l.cited_id);

create view completeness as  -- of the lists of each held article: who was asked, and what was said
    select a.pmid, w.label, k.list, s.name as source, k.entries, k.checked_at,
        case when k.entries is null then 'no data' when k.entries = 0 then 'none' else 'known' end as answer
    from articles a join works w on w.id = a.pmid
        join article_lists k on k.pmid = a.pmid join citation_sources s on s.id = k.source_id;

create view references_not_identified as  -- printed references without a PMID
    select r.citing_pmid, r.position, r.citation, r.doi, r.pmcid, r.cited_id
    from article_references r left join works w on w.id = r.cited_id
    where r.cited_pmid is null and (w.merged_into is null);

create view seed as  -- the article asked for first, else the held one with the longest reference list
    select pmid, (select label from works where id = pmid) as label from (
        select a.pmid, 0 as preference, t.run_id as place
        from harvest_tasks t
            join works w on w.id = t.asked or w.doi = lower(t.asked) or w.pmcid = upper(t.asked)
            join articles a on a.pmid = coalesce(w.merged_into, w.id)
        where t.task = 'seed'
        union all
        select pmid, 1, -coalesce(reference_count, 0) from articles)
    order by preference, place, pmid limit 1;
"""

SCHEMA: Final = (_WORKS, _PARTS, _LINKS, _LEDGER, _VIEWS)
MIGRATIONS: Final[tuple[str, ...]] = ("".join(SCHEMA),)  # number n brings user_version from n - 1 to n
