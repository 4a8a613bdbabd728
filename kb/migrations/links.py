"""Tables of links between works, and of the ledger: who says so, what was asked, what was computed."""

from typing import Final

LINKS: Final = """
create table citations (
    citing_id integer not null references works (id),  -- The work that cites
    cited_id integer not null references works (id),  -- The work that is cited, as in the source; works.merged_into
                                                      -- leads to its present id
    source_id integer not null references citation_sources (id),  -- The source that says so
    since text not null,         -- Moment when this source first gave the citation, UTC
    primary key (citing_id, cited_id, source_id)
) strict, without rowid;
create index citations_cited on citations (cited_id, citing_id, source_id);

create table article_lists (
    pmid integer not null references works (id),  -- PubMed identifier of the article
    list text not null check (list in ('references', 'cited_by', 'similar')),  -- references, cited_by or similar
    source_id integer not null references citation_sources (id),  -- The source that says so
    entries integer,             -- Length of the list; empty: the source has no data; 0: the source says there are none
    checked_at text not null,    -- Moment when the source last said so, UTC
    primary key (pmid, list, source_id)
) strict, without rowid;

create table similar_articles (
    pmid integer not null references works (id),  -- PubMed identifier of the article
    similar_pmid integer not null references works (id),  -- The similar article
    rank integer not null,       -- 1 is the most similar in PubMed's order
    score integer,               -- NLM's score; empty: given without one
    primary key (pmid, similar_pmid)
) strict, without rowid;
create index similar_articles_similar on similar_articles (similar_pmid);

create table icite_metrics (
    pmid integer primary key references works (id),  -- PubMed identifier of the work
    icite_citation_count integer,  -- Citing articles in the whole of PubMed, as NIH counts them
    citations_per_year real,     -- Citations a year since publication
    expected_citations_per_year real,  -- What articles of its field and age receive
    relative_citation_ratio real,  -- The one divided by the other; 1 is the median of articles funded by NIH (Hutchins
                                   -- 2016)
    nih_percentile real,         -- Percentile of the ratio among articles funded by NIH
    apt real,                    -- Approximate potential to translate: the chance that a clinical article cites it, 0
                                 -- to 1
    is_clinical integer,         -- 1 where it is a clinical article
    provisional integer,         -- 1 where it is too young for a settled ratio
    checked_at text not null     -- When iCite was last looked up
) strict;

create table mirror_metrics (
    pmid integer primary key,    -- PubMed identifier of the work
    citation_count integer not null,  -- Articles in all of PubMed whose own reference list names it
    occ_citation_count integer,  -- Articles that cite it by NIH's Open Citation Collection; empty: the mirror has none
    percentile real,             -- Percentile of citation_count among all articles of its year and journal, 0 to 100,
                                 -- ties shared; empty: not computed in the mirror, or its year or journal is not known
    pagerank_rank integer,       -- Its place by PageRank among all articles, 1 is the first; empty: not computed in the
                                 -- mirror
    as_of text not null,         -- Last of PubMed's files that the mirror had: pubmed26n1334.xml.gz
    checked_at text not null     -- Moment when the mirror was asked, UTC
) strict;
"""

LEDGER: Final = """
create table harvest_runs (
    id integer primary key,      -- Number of the run
    started_at text not null,    -- Moment of the start, UTC
    finished_at text,            -- Moment of the end, UTC; empty: interrupted or under way
    command text not null,       -- The command, without key and e-mail
    plan text not null,          -- The same as JSON, by which a later run knows that it continues this one
    litkb_version text not null,  -- Version of litkb
    server text                  -- Address of E-utilities, where another server answered in place of NCBI's, or the
                                 -- last of PubMed's files in the mirror that did; empty: NCBI's
) strict;

create table harvest_tasks (
    run_id integer not null references harvest_runs (id),  -- The harvest run
    task text not null,          -- seed, search, limits of what was followed, article, cited_by, similar, file,
                                 -- metrics of a mirror, full_text, full_text_s3, or record for a rejected one of
                                 -- a file
    asked text not null,         -- PMID, DOI, query or file name that was requested
    outcome text check (outcome in (  -- stored, unchanged, already here, merged, deleted, not found, not identified,
                                      -- rejected, failed, done; empty: pending
        'stored', 'unchanged', 'already here', 'merged', 'deleted', 'not found', 'not identified', 'rejected',
        'failed', 'done'
    )),                          -- NULL: pending
    detail text,                 -- Why it has this outcome
    pmid integer,                -- The article that a seed means, or into which the one requested was merged
    answer text,                 -- Name of the raw response in the archive
    primary key (run_id, task, asked)
) strict, without rowid;

create table searches (  -- what PubMed answered to the tasks search and limits
    run_id integer not null references harvest_runs (id),  -- The harvest run
    task text not null,          -- search, or limits of what was followed
    asked text not null,         -- The query
    hits integer not null,       -- How many hits PubMed says it has
    received integer not null,   -- How many PMIDs it gave; none are requested for limits
    translation text,            -- The query as PubMed read it; empty: it did not say
    primary key (run_id, task, asked)
) strict, without rowid;

create table search_warnings (
    run_id integer not null references harvest_runs (id),  -- The harvest run
    task text not null,          -- search, or limits of what was followed
    asked text not null,         -- The query
    kind text not null,          -- PubMed's word: FieldNotFound, PhraseNotFound, PhraseIgnored, QuotedPhraseNotFound,
                                 -- OutputMessage; FieldLost where its translation lacks a field of the query
    words text not null,         -- The field, phrase or message
    primary key (run_id, task, asked, kind, words)
) strict, without rowid;

create table harvest_origins (
    run_id integer not null references harvest_runs (id),  -- The run
    pmid integer not null,       -- PubMed identifier
    round integer not null,      -- 0: a seed, a hit of the query, a work of the frontier, a record of a file
    origin text not null,        -- seed, query, frontier or file; else the link that led to it: references, cited_by,
                                 -- similar
    from_pmid integer,           -- The first article whose link led to it
    seed_pmid integer not null,  -- Where that way began
    links integer,               -- How many articles of the round before lead to it
    excluded text,               -- Why it was not harvested; empty: it was requested
    primary key (run_id, pmid)
) strict, without rowid;

create table harvest_changes (
    run_id integer not null references harvest_runs (id),  -- The run
    pmid integer not null,       -- PubMed identifier
    kind text not null check (kind in ('changed', 'retracted', 'corrected', 'merged', 'deleted')),
        -- changed, retracted, corrected, merged or deleted
    field text not null,         -- A column of articles, a table, or the kind of a notice
    before text,                 -- The former value; of a table, the number of rows
    after text,                  -- What came; of a notice, the other article or its citation; of a merged article,
                                 -- the one into which it was merged
    primary key (run_id, pmid, kind, field)
) strict, without rowid;

create table harvest_counts (
    run_id integer not null references harvest_runs (id),  -- The harvest run
    asked text not null,         -- Name of the file
    outcome text not null,       -- stored, unchanged, merged, deleted or rejected
    records integer not null,    -- Records of the file with this outcome
    primary key (run_id, asked, outcome)
) strict, without rowid;

create table omissions (         -- empty in a knowledge base; in a published file, what was left out of it
    what text primary key,       -- abstracts or e-mail addresses
    articles integer not null    -- Articles that were changed by it; their content_hash is that of what is left
) strict, without rowid;

create table seals (             -- what every table held when litkb last closed the file; none while it writes
    name text primary key,       -- Name of a table, view, index or trigger; PMID, of the rows of an article's parts
    digests blob not null        -- Eight bytes of BLAKE2b of its definition, then of each 32 rows in the order of their
                                 -- keys, after the first key where keys are whole numbers; empty while it is being
                                 -- changed; of an article: of all rows of its parts, then a byte for each of their
                                 -- tables
) strict, without rowid;

create table graph_runs (
    id integer primary key,      -- Number of the run
    started_at text not null,    -- Moment of the start, UTC
    finished_at text,            -- Moment of the end, UTC; empty: interrupted or under way
    works integer,               -- Works in the graph
    citations integer,           -- Distinct citations, self-references left out
    versions text not null       -- Versions of litkb and of the libraries, as JSON
) strict;

create table metric_runs (
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    measure text not null,       -- Its name, as docs/measures.md has it
    parameters text not null,    -- Parameters as JSON
    seconds real not null,       -- Time taken
    primary key (graph_run_id, measure)
) strict, without rowid;
"""
