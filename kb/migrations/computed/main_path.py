"""Tables of the main path of a field, and of the cycles that it passes."""

from typing import Final

DDL: Final = """
create table main_path (
    path text not null check (path in ('main', 'key route')),
    route integer not null,      -- of the key routes: 1 goes through the citation that most paths use; else 1
    position integer not null,   -- from the oldest knowledge to the newest
    cited_id integer not null references works (id),
    citing_id integer not null references works (id),
    share real not null,         -- of all paths: those that run through this citation
    log10_paths real not null,   -- how many these are, as decimal logarithm (search path count)
    graph_run_id integer not null references graph_runs (id),
    primary key (path, route, position)
) strict, without rowid;
create index main_path_cited on main_path (cited_id);
create index main_path_citing on main_path (citing_id);
create index main_path_run on main_path (graph_run_id);

create table citation_cycles (   -- works that cite each other in a circle; a main path passes them as one
    id integer primary key references works (id),
    cycle integer not null,      -- 1 is the largest
    graph_run_id integer not null references graph_runs (id)
) strict;
create index citation_cycles_cycle on citation_cycles (cycle, id);
create index citation_cycles_run on citation_cycles (graph_run_id);
"""
