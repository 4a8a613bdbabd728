"""Tables of links between works, and of the ledger: who says so, what was asked, what was computed."""

from typing import Final

LINKS: Final = """
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

create table icite_metrics (
    pmid integer primary key references works (id),
    icite_citation_count integer,    -- citing articles in all of PubMed, as NIH counts them
    citations_per_year real,
    expected_citations_per_year real,
    relative_citation_ratio real,    -- citations per year against those of its field; 1 is the median of NIH's articles
    nih_percentile real,
    apt real,                        -- approximate potential to translate: chance of a clinical citation, 0 to 1
    is_clinical integer,
    provisional integer,             -- 1: too young for a settled ratio
    checked_at text not null
) strict;
"""

LEDGER: Final = """
create table harvest_runs (
    id integer primary key,
    started_at text not null,
    finished_at text,            -- NULL: interrupted, or under way; the same command resumes it
    command text not null,       -- what was asked, without key and e-mail
    plan text not null,          -- the same as JSON, by which a later run knows that it continues this one
    litkb_version text not null,
    server text                  -- address of E-utilities, where it is not NCBI's; NULL: NCBI's
) strict;

create table harvest_tasks (
    run_id integer not null references harvest_runs (id),
    task text not null,          -- seed, search, limits, article, cited_by, similar, file, record (a rejected one)
    asked text not null,         -- a PMID, DOI, query or file name
    outcome text check (outcome in (
        'stored', 'unchanged', 'already here', 'merged', 'deleted', 'not found', 'not identified', 'rejected',
        'failed', 'done'
    )),                          -- NULL: pending
    detail text,                 -- why; into what
    answer text,                 -- name of the kept answer in the archive
    primary key (run_id, task, asked)
) strict, without rowid;

create table searches (  -- what PubMed answered to the tasks search and limits
    run_id integer not null references harvest_runs (id),
    task text not null,
    asked text not null,         -- the query
    hits integer not null,       -- that PubMed says it has
    received integer not null,   -- PMIDs that it gave; of limits none are asked for
    translation text,            -- the query as PubMed read it; NULL: it did not say
    primary key (run_id, task, asked)
) strict, without rowid;

create table search_warnings (
    run_id integer not null references harvest_runs (id),
    task text not null,
    asked text not null,
    kind text not null,          -- PubMed's element: FieldNotFound, PhraseIgnored ...; FieldLost: by its translation
    words text not null,         -- the field, phrase or message
    primary key (run_id, task, asked, kind, words)
) strict, without rowid;

create table harvest_origins (
    run_id integer not null references harvest_runs (id),
    pmid integer not null,
    round integer not null,      -- 0: a seed, a hit of the query, a work of the frontier, a record of a file
    origin text not null,        -- seed, query, frontier, file; else the link: references, cited_by, similar
    from_pmid integer,           -- the first article whose link led to it
    seed_pmid integer not null,  -- where that way began
    links integer,               -- how many articles of the round before lead to it
    excluded text,               -- why it was not harvested; NULL: it was asked for
    primary key (run_id, pmid)
) strict, without rowid;

create table harvest_changes (
    run_id integer not null references harvest_runs (id),
    pmid integer not null,
    kind text not null check (kind in ('changed', 'retracted', 'corrected', 'merged', 'deleted')),
    field text not null,         -- a column of articles, a table, the kind of a notice
    before text,                 -- of a table: how many rows
    after text,
    primary key (run_id, pmid, kind, field)
) strict, without rowid;

create table harvest_counts (
    run_id integer not null references harvest_runs (id),
    asked text not null,         -- file name
    outcome text not null,       -- stored, unchanged, merged, deleted, rejected
    records integer not null,    -- records of the file with this outcome
    primary key (run_id, asked, outcome)
) strict, without rowid;

create table omissions (         -- empty in a knowledge base; in a published file, what was left out of it
    what text primary key,       -- abstracts, e-mail addresses
    articles integer not null    -- articles changed by it; their content_hash is that of what is left
) strict, without rowid;

create table seals (             -- what every table held when litkb last closed the file; none while it writes
    name text primary key,       -- of a table, view, index or trigger
    digests blob not null        -- 8 bytes of BLAKE2b of its definition, then of each 32 rows by key; empty: broken
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
    measure text not null,       -- its name, as docs/measures.md has it
    parameters text not null,    -- as JSON
    seconds real not null,
    primary key (graph_run_id, measure)
) strict, without rowid;
"""
