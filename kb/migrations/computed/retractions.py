"""Tables of retracted articles, and of the works that stand on them."""

from typing import Final

DDL: Final = """
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
