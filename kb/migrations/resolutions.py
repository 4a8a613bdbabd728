"""Tables of what printed references turned out to mean: decisions of litkb and of persons, and their candidates."""

from typing import Final

RESOLUTIONS: Final = """
create table resolution_runs (
    id integer primary key,
    started_at text not null,
    method text not null,        -- offline: against the articles held; ecitmatch: PubMed was asked as well
    accepted_from real not null, -- score from which a match counts
    margin real not null,        -- by which it must be better than the next
    works integer not null,      -- cited works without a PMID that were looked at
    accepted integer not null,
    proposed integer not null,
    litkb_version text not null
) strict;

create table resolutions (
    id integer primary key,      -- of the cited work, made of reference_key; the decision stays though the work may go
    reference_key text not null unique,  -- what the reference prints: doi:…, else ref:<citation key>
    method text not null check (method in ('offline', 'ecitmatch', 'doi', 'pmcid', 'pmid', 'person')),
    state text not null check (state in ('accepted', 'proposed', 'rejected')),  -- proposed: waits for a decision
    pmid integer,                -- the article meant; NULL: none is chosen
    score real,                  -- of that article, else of the best candidate; NULL: no score was given
    run_id integer references resolution_runs (id),  -- NULL: a person decided
    decided_at text not null,
    check ((state = 'accepted') = (pmid is not null))
) strict;
create index resolutions_pmid on resolutions (pmid) where pmid is not null;
create index resolutions_run on resolutions (run_id) where run_id is not null;

create table resolution_candidates (
    id integer not null references resolutions (id),
    pmid integer not null,
    score real not null,         -- sum of what agrees and what contradicts
    agreement text not null,     -- "title + author ~ year -": what agreed, nearly agreed, contradicted
    primary key (id, pmid)
) strict, without rowid;
"""
