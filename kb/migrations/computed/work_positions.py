"""Table of where works stand in a layout."""

from typing import Final

DDL: Final = """
create table work_positions (
    id integer not null references works (id),  -- The work
    layout text not null,        -- timeline: years from left to right, communities one below the other; map: the 500
                                 -- works with most links, near those they are linked with
    x real not null,             -- On the timeline: year of publication. On the map: units of the middling distance of
                                 -- a work to its nearest; newer works rather to the right
    y real not null,             -- On the timeline: rows from the top; two works of one year are at least one row
                                 -- apart. On the map: units as of x, downwards
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    primary key (id, layout)
) strict, without rowid;
create index work_positions_run on work_positions (graph_run_id);
"""
