"""Table of the years in which works were cited far more than usual."""

from typing import Final

from kb.migrations.computed import Shown

DDL: Final = """
create table citation_bursts (   -- of the citations by held articles, by their year
    id integer not null references works (id),  -- The work
    start_year integer not null,  -- First year of the burst
    end_year integer not null,   -- Last year of the burst; where it is the last year of all citations, the burst may go
                                 -- on
    weight real not null check (weight > 0),  -- How much likelier these years are in the burst state than in the usual
                                              -- one, as natural logarithm
    citations integer not null,  -- Citations of the work in these years, by articles in this library
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    primary key (id, start_year),
    check (start_year <= end_year)
) strict, without rowid;
create index citation_bursts_weight on citation_bursts (weight desc);
create index citation_bursts_run on citation_bursts (graph_run_id);
"""
SHOWN: Final = (
    Shown(
        table="citation_bursts",
        title="Largest citation burst",
        sentences=("{start_year} to {end_year}: {citations} by articles in this library, weight {weight}.",),
        order="order by weight desc, start_year limit 1",
    ),
)
