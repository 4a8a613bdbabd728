"""Tables of the main path of a field, and of the cycles that it passes."""

from typing import Final

DDL: Final = """
create table main_path (
    path text not null check (path in ('main', 'key route')),
        -- main: the global main path; key route: the best path through a citation that most paths use
    route integer not null,      -- Number of the key route: 1 goes through the citation that most paths use. The main
                                 -- path is one, 1
    position integer not null,   -- Place in the path, from the oldest knowledge to the newest
    cited_id integer not null references works (id),  -- The work that is cited. Where it is not the citing work of the
                                                      -- place before, both are on one cycle
    citing_id integer not null references works (id),  -- The work that cites it
    share real not null,         -- Part of all paths that runs through this citation; a path leads from works that cite
                                 -- nothing here to works that nothing here cites
    log10_paths real not null,   -- How many paths run through it (search path count), as decimal logarithm
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    primary key (path, route, position)
) strict, without rowid;
create index main_path_cited on main_path (cited_id);
create index main_path_citing on main_path (citing_id);
create index main_path_run on main_path (graph_run_id);

create table citation_cycles (   -- works that cite each other in a circle; a main path passes them as one
    id integer primary key references works (id),  -- The work
    cycle integer not null,      -- Number of the cycle; 1 is the largest
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index citation_cycles_cycle on citation_cycles (cycle, id);
create index citation_cycles_run on citation_cycles (graph_run_id);
"""
