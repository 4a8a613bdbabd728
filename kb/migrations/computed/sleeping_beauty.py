"""Table of the beauty coefficients of works: how late they were recognised."""

from typing import Final

from kb.migrations.computed import Shown

DDL: Final = """
create table sleeping_beauties (  -- a work whose year is not known, or that no work of a known year cites, has no row
    id integer primary key references works (id),  -- The work
    beauty real not null,        -- Beauty coefficient B: larger for longer and deeper sleep; 0 where the first year had
                                 -- most citations
    awakening_year integer,      -- The year from which citations rose; empty where they never fell behind the line to
                                 -- the peak
    peak_year integer not null,  -- The first of the years with most citations
    peak_count integer not null check (peak_count > 0),  -- Works of that year that cite it
    left_out integer not null,   -- Works that cite it and are not counted: their year is not known, or before that of
                                 -- the work
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    check (awakening_year < peak_year)
) strict;
create index sleeping_beauties_beauty on sleeping_beauties (beauty desc);
create index sleeping_beauties_run on sleeping_beauties (graph_run_id);
"""
SHOWN: Final = (
    Shown(
        table="sleeping_beauties",
        title="Sleeping beauty coefficient",
        sentences=(
            "{beauty}; awakening in {awakening_year}, most citations here, {peak_count}, in {peak_year}.",
            "{beauty}; most citations here, {peak_count}, in {peak_year}.",
        ),
    ),
)
