"""Table of the held articles that share most with each held article."""

from typing import Final

DDL: Final = """
create table related_studies (
    id integer not null references works (id),  -- The study
    related_id integer not null references works (id),  -- A study related to it
    score real not null,         -- Sum of the weighted parts; larger is closer
    shared_references integer not null,  -- Works that both cite
    cited_together integer not null,  -- Works here that cite both
    shared_authors integer not null,  -- Authors' names that both carry
    shared_keywords integer not null,  -- Keywords that both have
    shared_mesh integer not null,  -- MeSH descriptors that both have
    shared_title_words integer not null,  -- Words that both titles have
    shared_abstract_words integer not null,  -- Words that both abstracts have, without those too common to tell
                                             -- anything
    similar_in_pubmed integer not null,  -- PubMed's lists of similar articles in this library, one of each study, that
                                         -- name the other among their first 20: 0 to 2
    named text not null check (json_valid(named)),
                                 -- JSON: by column, the rarest things that both have, two at most, of those that tell
                                 -- anything; a column without such things is missing
    graph_run_id integer not null,  -- The graph run that computed this
    primary key (id, related_id)
) strict, without rowid;
create index related_studies_related on related_studies (related_id);
"""
