"""Tables of the years that a field draws on."""

from typing import Final

DDL: Final = """
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
"""
