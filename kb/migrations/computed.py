"""Tables of what graph runs compute; each run replaces their rows."""

from typing import Final

COMPUTED: Final = """
create table article_metrics (
    id integer primary key references works (id),
    citation_count integer not null,  -- citing works within this file
    reference_count integer not null, -- cited works within this file
    pagerank real not null,
    component integer not null,  -- number of the weakly connected component, 1 is the largest
    citerank real,               -- NULL: no work of this file has a year
    hub real not null,           -- HITS: it cites good authorities
    authority real not null,     -- HITS: good hubs cite it
    core integer not null,       -- largest k of a k-core it is in
    year_percentile real,        -- of citation_count among held articles of its year; NULL: not held, or no year
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
    shared_abstract_words integer not null,  -- without words too common to tell anything
    similar_in_pubmed integer not null,      -- of PubMed's lists that are held, how many name the other: 1, or 2
    reason text not null,        -- the parts in words
    graph_run_id integer not null,  -- of graph_runs; no declared key, whose index would be as long as the table
    primary key (id, related_id)
) strict, without rowid;
create index related_studies_related on related_studies (related_id);

create table cocitations (
    id integer not null references works (id),
    other_id integer not null references works (id),
    count integer not null,      -- works of this file that cite both
    graph_run_id integer not null,  -- as in related_studies
    primary key (id, other_id)
) strict, without rowid;
create index cocitations_other on cocitations (other_id);

create table couplings (
    id integer not null references works (id),
    other_id integer not null references works (id),
    count integer not null,      -- works of this file that both cite
    graph_run_id integer not null,  -- as in related_studies
    primary key (id, other_id)
) strict, without rowid;
create index couplings_other on couplings (other_id);

create table community_labels (
    community integer primary key,  -- 1 is the largest
    label text not null,         -- what its articles are about, in up to three terms; else its work with most links
    works integer not null,      -- works in it
    held integer not null,       -- of these the ones whose record is here: the label is made from them
    graph_run_id integer not null references graph_runs (id)
) strict;
create index community_labels_run on community_labels (graph_run_id);

create table communities (
    id integer primary key references works (id),  -- a work that no citation links with another has no row
    community integer not null references community_labels (community),
    graph_run_id integer not null references graph_runs (id)
) strict;
create index communities_community on communities (community, id);
create index communities_run on communities (graph_run_id);

create table work_positions (
    id integer not null references works (id),
    layout text not null,        -- timeline
    x real not null,             -- timeline: year of publication; a work without a year has no row
    y real not null,             -- timeline: rows from the top; two works of one year are at least 1 apart
    graph_run_id integer not null references graph_runs (id),
    primary key (id, layout)
) strict, without rowid;
create index work_positions_run on work_positions (graph_run_id);
"""
