"""Tables of the communities of the citation graph, and what they are about."""

from typing import Final

DDL: Final = """
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
"""
