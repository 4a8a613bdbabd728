"""Tables of the works that are cited together, and of those that cite the same."""

from typing import Final

DDL: Final = """
create table cocitations (
    id integer not null references works (id),
    other_id integer not null references works (id),
    count integer not null,      -- works of this file that cite both
    graph_run_id integer not null,  -- as in related_studies
    primary key (id, other_id)
) strict, without rowid;
create index cocitations_other on cocitations (other_id);

create table couplings (
    id integer not null references works (id),
    other_id integer not null references works (id),
    count integer not null,      -- works of this file that both cite
    graph_run_id integer not null,  -- as in related_studies
    primary key (id, other_id)
) strict, without rowid;
create index couplings_other on couplings (other_id);
"""
