"""Table of how much each work is cited, and where it stands among those it is linked with."""

from typing import Final

DDL: Final = """
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
"""
