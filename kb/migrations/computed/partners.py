"""Tables of the works that are cited together, and of those that cite the same."""

from typing import Final

DDL: Final = """
create table cocitations (
    id integer not null references works (id),  -- The work
    other_id integer not null references works (id),  -- The work that is cited together with it
    count integer not null,      -- Works of this file that cite both
    texts integer not null,      -- Those of them whose full text was read and lists both
    one_section integer,         -- Texts that cite both in one section; empty: no text lists both
    one_sentence integer,        -- Texts that cite both in one sentence; empty: no text lists both
    graph_run_id integer not null,  -- The graph run that computed this
    primary key (id, other_id)
) strict, without rowid;
create index cocitations_other on cocitations (other_id);

create table couplings (
    id integer not null references works (id),  -- The work
    other_id integer not null references works (id),  -- The work that cites the same
    count integer not null,      -- Works of this file that both cite
    graph_run_id integer not null,  -- The graph run that computed this
    primary key (id, other_id)
) strict, without rowid;
create index couplings_other on couplings (other_id);
"""
