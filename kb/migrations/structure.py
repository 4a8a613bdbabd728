"""Tables of what graph runs find in the structure of a field: main path, cycles, reference years, retractions."""

from typing import Final

STRUCTURE: Final = """
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

create table reference_years (   -- references of held articles, by the year of the cited work
    year integer unique,         -- NULL: nobody said
    reference_count integer not null,
    works integer not null,      -- cited works of that year
    deviation real,              -- of reference_count from the median of five years; NULL: the year is not known
    is_peak integer,             -- 1: it stands out upwards, also against the years beside it
    graph_run_id integer not null references graph_runs (id)
) strict;
create index reference_years_run on reference_years (graph_run_id);

create table reference_year_works (  -- the works behind a peak
    year integer not null references reference_years (year),
    position integer not null,
    id integer not null references works (id),
    reference_count integer not null,
    graph_run_id integer not null references graph_runs (id),
    primary key (year, position)
) strict, without rowid;
create index reference_year_works_id on reference_year_works (id);
create index reference_year_works_run on reference_year_works (graph_run_id);

create table retractions (
    id integer primary key references works (id),  -- the retracted article
    notice_year integer,         -- of its first notice; NULL: nobody said
    notice_from text check (notice_from in ('record', 'printed')),  -- the notice's record; as PubMed prints it
    citing integer not null,     -- works here that cite it, its notices left out
    citing_before integer not null,     -- of these: published before the year of the notice
    citing_same_year integer not null,
    citing_after integer not null,
    citing_unknown integer not null,    -- the year of the work, or of the notice, is not known
    two_steps integer not null,  -- works that do not cite it, and cite works that do
    graph_run_id integer not null references graph_runs (id)
) strict;
create index retractions_run on retractions (graph_run_id);

create table retraction_exposure (
    retracted_id integer not null references works (id),
    id integer not null references works (id),
    steps integer not null check (steps in (1, 2)),  -- 1: it cites the retracted article; 2: it cites works that do
    through integer not null,    -- of two steps: how many such works; of one: 0
    timing text not null check (timing in ('before', 'same year', 'after', 'unknown')),  -- than the notice
    graph_run_id integer not null references graph_runs (id),
    primary key (retracted_id, id)
) strict, without rowid;
create index retraction_exposure_id on retraction_exposure (id);
create index retraction_exposure_run on retraction_exposure (graph_run_id);
"""
