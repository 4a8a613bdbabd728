"""Table of the disruption (CD) index of articles."""

from typing import Final

from kb.migrations.computed import Shown

DDL: Final = """
create table disruption (        -- a row for each held article; later: of held articles of a later year
    id integer primary key references works (id),
    cd real check (cd between -1 and 1),  -- NULL, as n_i to n_k: no year, no references, or no later one cites it
    n_i integer,                 -- later ones that cite it, and nothing that it cites
    n_j integer,                 -- later ones that cite it and something that it cites
    n_k integer,                 -- later ones that cite something that it cites, and not it
    cd_5 real check (cd_5 between -1 and 1),  -- within five years after it; NULL, as n_i_5 to n_k_5: or not over yet
    n_i_5 integer,
    n_j_5 integer,
    n_k_5 integer,
    graph_run_id integer not null references graph_runs (id),
    check ((cd is null) = (n_i + n_j + n_k is null)),
    check ((cd_5 is null) = (n_i_5 + n_j_5 + n_k_5 is null))
) strict;
create index disruption_cd on disruption (cd);
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
