"""Table of the held articles that share most with each held article."""

from typing import Final

DDL: Final = """
create table related_studies (
    id integer not null references works (id),
    related_id integer not null references works (id),
    score real not null,         -- sum of the parts as they are weighted, larger is closer
    shared_references integer not null,
    cited_together integer not null,
    shared_authors integer not null,
    shared_keywords integer not null,
    shared_mesh integer not null,
    shared_title_words integer not null,
    shared_abstract_words integer not null,  -- without words too common to tell anything
    similar_in_pubmed integer not null,      -- of PubMed's lists that are held, how many name the other: 1, or 2
    reason text not null,        -- the parts in words
    graph_run_id integer not null,  -- of graph_runs; no declared key, whose index would be as long as the table
    primary key (id, related_id)
) strict, without rowid;
create index related_studies_related on related_studies (related_id);
"""
