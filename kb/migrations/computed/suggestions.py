"""Table of what to read next, computed for the whole file."""

from typing import Final

DDL: Final = """
create table suggestions (       -- works that are not held and fit what is held: the best 200
    id integer primary key references works (id),
    rank integer not null,       -- 1 fits best
    score real not null,         -- from the parts, by fixed weights; larger fits better
    cited_by integer not null,   -- held articles that cite it
    cites integer not null,      -- held articles that it cites
    co_cited integer not null,   -- works that cite it together with a held article
    coupled integer not null,    -- works that both it and a held article cite
    text_likeness real,          -- 0 to 1, with what is held; NULL: no words of it are known
    similar_rank integer,        -- best rank in PubMed's lists of similar articles; NULL: in none that is held
    reason text not null,        -- the parts in words
    graph_run_id integer not null references graph_runs (id)
) strict;
create index suggestions_rank on suggestions (rank);
create index suggestions_run on suggestions (graph_run_id);
"""
