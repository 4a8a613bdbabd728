"""Tables of retracted articles, and of the works that stand on them."""

from typing import Final

DDL: Final = """
create table retractions (
    id integer primary key references works (id),  -- The retracted article
    notice_year integer,         -- Year of its first notice of retraction; empty: not known
    notice_from text check (notice_from in ('record', 'printed')),
        -- record: the notice's own record says so; printed: PubMed's record of the article does
    citing integer not null,     -- Works here that cite it
    citing_before integer not null,  -- Of these, published in a year before that of the notice
    citing_same_year integer not null,  -- Published in the year of the notice, before it or after
    citing_after integer not null,  -- Published in a later year
    citing_unknown integer not null,  -- The year of the work, or of the notice, is not known
    two_steps integer not null,  -- Works that do not cite it, and cite works that do
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index retractions_run on retractions (graph_run_id);

create table retraction_exposure (
    retracted_id integer not null references works (id),  -- The retracted article
    id integer not null references works (id),  -- The work that stands on it
    steps integer not null check (steps in (1, 2)),  -- 1: it cites the retracted article; 2: it does not, and cites
                                                     -- works that do
    through integer not null,    -- Of two steps: how many such works it cites. Of one: 0
    timing text not null check (timing in ('before', 'same year', 'after', 'unknown')),
        -- Its year, seen from that of the notice of retraction: before, same year, after, or unknown where either is
        -- not known
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    primary key (retracted_id, id)
) strict, without rowid;
create index retraction_exposure_id on retraction_exposure (id);
create index retraction_exposure_run on retraction_exposure (graph_run_id);
"""
