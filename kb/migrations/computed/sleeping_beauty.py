"""Table of the beauty coefficients of works: how late they were recognised."""

from typing import Final

from kb.migrations.computed import Shown

DDL: Final = """
create table sleeping_beauties (  -- a work whose year is not known, or that no work of a known year cites, has no row
    id integer primary key references works (id),
    beauty real not null,        -- beauty coefficient: larger for longer and deeper sleep
    awakening_year integer,      -- NULL: its citations never fell behind the line from its first year to its best
    peak_year integer not null,  -- the first of the years with most citations
    peak_count integer not null check (peak_count > 0),  -- works of that year that cite it
    left_out integer not null,   -- works that cite it and do not count: their year is not known, or before its own
    graph_run_id integer not null references graph_runs (id),
    check (awakening_year < peak_year)
) strict;
create index sleeping_beauties_beauty on sleeping_beauties (beauty);
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
