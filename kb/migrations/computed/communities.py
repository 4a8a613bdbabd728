"""Tables of the communities of the citation graph, and what they are about."""

from typing import Final

DDL: Final = """
create table community_labels (
    community integer primary key,  -- Number of the community; 1 is the largest
    label text not null,         -- What tells its articles from all others: up to three terms of MeSH, keywords and
                                 -- titles; else the work in it with most links
    terms text not null check (json_valid(terms)),
                                 -- JSON: these terms, the most telling first; none where the label is that of a work
    works integer not null,      -- Works in it
    held integer not null,       -- Works in it that are in this library; the terms are theirs
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index community_labels_run on community_labels (graph_run_id);

create table communities (
    id integer primary key references works (id),  -- The work
    community integer not null references community_labels (community),  -- Number of its community
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index communities_community on communities (community, id);
create index communities_run on communities (graph_run_id);
"""
