"""Table of the disruption (CD) index of articles."""

from typing import Final

from kb.migrations.computed import Shown

DDL: Final = """
create table disruption (        -- a row for each held article; later: of held articles of a later year
    id integer primary key references works (id),  -- The article
    cd real check (cd between -1 and 1),  -- (n_i - n_j) / (n_i + n_j + n_k): 1 where later articles cite it alone, -1
                                          -- where with what it cites; empty: no later one cites it, or its year or
                                          -- references are not known
    n_i integer,                 -- Articles of a later year that cite it, and nothing that it cites; empty: as cd
    n_j integer,                 -- Articles of a later year that cite it and something that it cites; empty: as cd
    n_k integer,                 -- Articles of a later year that cite something that it cites, and not it; empty: as cd
    cd_5 real check (cd_5 between -1 and 1),  -- As cd, within the five years after it; empty: also where these are not
                                              -- over
    n_i_5 integer,               -- As n_i, within these five years; empty: as cd_5
    n_j_5 integer,               -- As n_j, within these five years; empty: as cd_5
    n_k_5 integer,               -- As n_k, within these five years; empty: as cd_5
    graph_run_id integer not null references graph_runs (id),  -- The graph run that computed this
    check ((cd is null) = (n_i + n_j + n_k is null)),
    check ((cd_5 is null) = (n_i_5 + n_j_5 + n_k_5 is null))
) strict;
create index disruption_cd on disruption (cd desc);
create index disruption_run on disruption (graph_run_id);
"""
SHOWN: Final = (
    Shown(
        table="disruption",
        title="Disruption (CD index)",
        sentences=(
            "{cd}, by later articles in this library that cite it alone ({n_i}), it and what it cites ({n_j}), or only "
            "what it cites ({n_k}).",
        ),
    ),
)
