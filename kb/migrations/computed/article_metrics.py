"""Table of how much each work is cited, and where it stands among those it is linked with."""

from typing import Final

DDL: Final = """
create table article_metrics (
    id integer primary key references works (id),  -- The work
    citation_count integer not null,  -- Citing works within this file, which is less than the whole world
    reference_count integer not null,  -- Cited works within this file
    pagerank real not null,      -- PageRank in the citation graph; all works together make 1
    component integer not null,  -- Number of the weakly connected component; 1 is the largest
    citerank real,               -- CiteRank: the share of all works that readers see who begin with recent ones; empty
                                 -- where no work has a year
    hub real not null,           -- HITS: how much it cites good authorities; all works together make 1
    authority real not null,     -- HITS: how much good hubs cite it; all works together make 1
    core integer not null,       -- Largest k of a k-core that it is in, each of whose works is linked with k others of
                                 -- it or more
    year_percentile real,        -- Percentile of citation_count among the articles of the same year in this library, 0
                                 -- to 100, ties shared; empty: cited only, or no year
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index article_metrics_citation_count on article_metrics (citation_count desc);
create index article_metrics_pagerank on article_metrics (pagerank);
create index article_metrics_run on article_metrics (graph_run_id);
"""
