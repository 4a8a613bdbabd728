"""Tables of the years that a field draws on."""

from typing import Final

DDL: Final = """
create table reference_years (   -- references of held articles, by the year of the cited work
    year integer unique,         -- Year of the cited works; empty: unknown
    reference_count integer not null,  -- References of articles in this library to works of that year
    works integer not null,      -- Cited works of that year
    deviation real,              -- reference_count less the median of five years, this one in the middle; empty where
                                 -- the year is not known
    is_peak integer,             -- 1: it stands out upwards, by more than the year before and no less than the year
                                 -- after
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index reference_years_run on reference_years (graph_run_id);

create table reference_year_works (  -- the works behind a peak
    year integer not null references reference_years (year),  -- The year of the peak
    position integer not null,   -- Place among the works of that year; 1 has most references
    id integer not null references works (id),  -- The work
    reference_count integer not null,  -- References of articles in this library to it
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    primary key (year, position)
) strict, without rowid;
create index reference_year_works_id on reference_year_works (id);
create index reference_year_works_run on reference_year_works (graph_run_id);
"""
