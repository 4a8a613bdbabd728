"""Tables of what printed references turned out to mean: decisions of litkb and of persons, and their candidates."""

from typing import Final

RESOLUTIONS: Final = """
create table resolution_runs (
    id integer primary key,      -- Number of the run
    started_at text not null,    -- Moment, UTC
    method text not null,        -- offline: against the articles in this library; ecitmatch: PubMed was looked up as
                                 -- well
    accepted_from real not null,  -- Score from which a match counts
    margin real not null,        -- By how much it must be better than the next
    works integer not null,      -- Cited works without a PMID that were looked at
    accepted integer not null,   -- Of these, the ones whose article was found
    proposed integer not null,   -- Of these, the ones that wait for a decision
    litkb_version text not null  -- Version of litkb
) strict;

create table resolutions (
    id integer primary key,      -- Number of the cited work in the table works
    reference_key text not null unique,  -- What the reference prints: doi: and a DOI, else ref: and the citation key
    method text not null check (method in ('offline', 'ecitmatch', 'doi', 'pmcid', 'pmid', 'person')),
        -- offline: matched with the articles in this library; ecitmatch: found by PubMed and matched; doi, pmcid:
        -- PubMed has one article with it; pmid: printed, and the words agree with its article; person
    state text not null check (state in ('accepted', 'proposed', 'rejected')),
        -- accepted; proposed: waits for a decision; rejected: by a person
    pmid integer,                -- The article meant; empty where none is chosen
    score real,                  -- Of that article, else of the best candidate; empty where none was given
    run_id integer references resolution_runs (id),  -- The run of litkb resolve; empty where a person decided
    decided_at text not null,    -- Moment of the decision, UTC
    check ((state = 'accepted') = (pmid is not null))
) strict;
create index resolutions_pmid on resolutions (pmid) where pmid is not null;
create index resolutions_run on resolutions (run_id) where run_id is not null;

create table resolution_candidates (
    id integer not null references resolutions (id),  -- The resolution, and the cited work
    pmid integer not null,       -- PubMed identifier of the candidate
    score real not null,         -- Sum of what agrees and what contradicts; larger is likelier
    agreement text not null,     -- What agrees (+), nearly agrees (~) and contradicts (-): title, first author, year,
                                 -- volume, first page, last page, journal
    primary key (id, pmid)
) strict, without rowid;
"""
