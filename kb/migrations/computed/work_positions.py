"""Table of where works stand in a layout."""

from typing import Final

DDL: Final = """
create table work_positions (
    id integer not null references works (id),
    layout text not null,        -- timeline
    x real not null,             -- timeline: year of publication; a work without a year has no row
    y real not null,             -- timeline: rows from the top; two works of one year are at least 1 apart
    graph_run_id integer not null references graph_runs (id),
    primary key (id, layout)
) strict, without rowid;
create index work_positions_run on work_positions (graph_run_id);
"""
