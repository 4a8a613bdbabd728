"""Table of what to read next, computed for the whole file."""

from typing import Final

DDL: Final = """
create table suggestions (       -- works that are not held and fit what is held: the best 200
    id integer primary key references works (id),  -- The work
    rank integer not null,       -- 1 fits best
    score real not null,         -- From the parts, by fixed weights that docs/measures.md gives; larger fits better
    cited_by integer not null,   -- Articles in this library that cite it
    cites integer not null,      -- Articles in this library that it cites
    co_cited integer not null,   -- Works that cite it together with an article in this library
    coupled integer not null,    -- Works that both it and an article in this library cite
    text_likeness real,          -- Likeness in words to this library, 0 to 1; empty where no words of it are known
    similar_rank integer,        -- Best rank in PubMed's lists of similar articles of those in this library; empty
                                 -- where it is in none of the first 20
    is_retracted integer not null,  -- 1: known to be retracted
    named text not null check (json_valid(named)),
                                 -- JSON: coupled: the article in this library that cites most of the same;
                                 -- text_likeness: the words that make it like this library most
    graph_run_id integer not null references graph_runs (id)  -- The graph run that computed this
) strict;
create index suggestions_rank on suggestions (rank);
create index suggestions_run on suggestions (graph_run_id);
"""
