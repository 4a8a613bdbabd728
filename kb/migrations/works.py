"""Tables of works and articles: what a work is, and the record that is held of it."""

from typing import Final


def doi_key_of(column: str) -> str:
    """Return as SQL what kb.identifiers.doi_key gives of the DOI in a column, for indexes and what is to use them."""
    return f"replace(replace(replace({column}, '//', '/'), '//', '/'), '//', '/')"


WORKS: Final = f"""
create table citation_sources (
    id integer primary key,      -- Number of the source
    name text not null unique check (instr(name, ',') = 0),  -- Short name of the source
    description text not null    -- What it is
) strict;

insert into citation_sources (id, name, description) values
    (1, 'pubmed', 'The reference list in the PubMed record of the citing article'),
    (2, 'page', 'The reference list printed on a saved PubMed page'),
    (3, 'elink_citedin', 'NCBI ELink: articles that cite this one (pubmed_pubmed_citedin)'),
    (4, 'elink_refs', 'NCBI ELink: articles that this one cites (pubmed_pubmed_refs)'),
    (5, 'icite', 'NIH Open Citation Collection, by iCite'),
    (6, 'resolved', 'A printed reference that litkb, or a person, identified by its words or by an identifier in them'),
    (7, 'demonstration', 'The bundled demonstration: bibliographic facts read from public pages, not from NCBI'),
    (8, 'synthetic', 'A made-up field for trying litkb out: none of it exists'),
    (9, 'elink_similar', 'NCBI ELink: similar articles (pubmed_pubmed)'),
    (10, 'nbib', 'The record in an NBIB file (MEDLINE format), which has no reference list'),
    (11, 'demonstration_refs', 'The bundled demonstration: what its articles cite, as ELink would tell it'),
    (12, 'synthetic_refs', 'The made-up field: what its articles cite, as ELink would tell it'),
    (13, 'occ', 'NIH Open Citation Collection, its file of all citations'),
    (14, 'pmc', 'The front matter of a full text in JATS, of an article without a record of PubMed'),
    (15, 'pmc_fulltext', 'The reference list of the full text of the citing article, in JATS');

create table works (
    id integer primary key,      -- PMID of the work; a negative number where no PMID is known
    label text not null,         -- First author, year and journal: what a link to the work shows
    doi text,                    -- Digital Object Identifier, lower case and bare
    pmcid text,                  -- Identifier in PubMed Central, as PMC123
    citation_key text,           -- Key of a work without DOI and PMID: first author, year, hash of the printed title or
                                 -- words
    year integer,                -- Year of publication; empty where none can be read
    state text not null default 'known'  -- held: in this library; known: cited only; merged: see merged_into; deleted,
                                         -- not found: what PubMed, or a mirror of its files, said
        check (state in ('known', 'held', 'merged', 'deleted', 'not found')),
    merged_into integer references works (id),  -- The work that this one turned out to be
    identified_by text           -- How it is known of a cited work: doi, pmcid or pmid that references give or print;
                                 -- full text: of the citing article; offline or ecitmatch: litkb's matching; person
        check (identified_by in ('person', 'doi', 'pmcid', 'full text', 'pmid', 'ecitmatch', 'offline')),
    named_by integer,            -- Article whose reference gave label and year; empty: the record of the work itself
                                 -- did
    named_at integer,            -- Position of that reference
    state_at text,               -- Moment when a source said merged, deleted or not found, UTC
    state_file integer           -- Number of the NLM update file that said so; empty: another source
) strict;
create index works_doi on works ({doi_key_of("doi")}) where doi is not null;
create index works_pmcid on works (pmcid) where pmcid is not null;
create index works_merged_into on works (merged_into) where merged_into is not null;
create index works_state on works (state, id);

create table journals (
    journal_id text primary key,  -- NLM's unique identifier; ta: and the abbreviation where there is none
    title text,                  -- Full title
    abbreviation text,           -- NLM's title abbreviation
    iso_abbreviation text,       -- ISO abbreviation
    issn_print text,             -- ISSN of the printed edition
    issn_electronic text,        -- ISSN of the electronic edition
    issn_linking text,           -- ISSN that joins both
    country text,                -- Country as the record gives it
    as_of text                   -- Revision date of the record that this description is from
) strict, without rowid;

create table articles (
    pmid integer primary key references works (id),  -- PubMed identifier of the article
    record_type text not null check (record_type in ('article', 'book', 'book chapter')),
        -- article, book, or book chapter
    title text,                  -- Title as text; formulas with Unicode raised and lowered figures
    title_html text,             -- Title with b, i, u, sub, sup; empty where it has no markup
    vernacular_title text,       -- Title in the original language
    book_title text,             -- Title of the book, or of the book that a chapter is in
    authors text,                -- Author list in one line; empty where the record gives none
    authors_complete integer,    -- 0: the record says that names are missing
    journal_id text references journals (journal_id),  -- The journal
    citation_line text,          -- Citation line as PubMed prints it
    pub_date text,               -- Date of publication in the words of PubMed
    year integer,                -- Year of publication; empty where none can be read
    volume text,                 -- Volume
    issue text,                  -- Issue
    pages text,                  -- Pages, or the article number
    pub_model text,              -- Print, Electronic, Print-Electronic and so on
    publication_status text,     -- ppublish, epublish, aheadofprint
    doi text,                    -- Digital Object Identifier, lower case and bare
    pmcid text,                  -- Identifier in PubMed Central, as PMC123
    coi_statement text,          -- Conflict of interest statement
    copyright text,              -- Copyright statement
    publisher text,              -- Publisher of a book
    publisher_place text,        -- Place of the publisher of a book
    edition text,                -- Edition of a book
    volume_title text,           -- Title of the volume of a book
    series_title text,           -- Title of the series or collection that a book is in
    isbn text,                   -- ISBN of a book, one with a right check digit if there is one; all are in
                                 -- article_identifiers
    report_number text,          -- Number of a report
    location_label text,         -- Place of a chapter in its book, such as "Chapter 7"
    reference_count integer,     -- References in the own list of the record; empty: it has no list, which is not the
                                 -- same as none
    status text,                 -- State of the record at NLM: MEDLINE, PubMed-not-MEDLINE, In-Process, Publisher
    version integer not null default 1,  -- Version of the record
    date_completed text,         -- Date on which NLM completed the record
    date_revised text,           -- Date of the last revision of the record
    provenance text,             -- Page on which a record that is not from NCBI was read
    source_id integer not null references citation_sources (id),  -- Where the record is from
    update_file integer,         -- Number of the NLM update file it is from; empty: another source
    read_from text,              -- Name of the file that this content was read from; empty: it is an answer of EFetch
    received_at text not null,   -- Moment when this content was first received, UTC
    checked_at text not null,    -- Moment when a source last gave this PMID, UTC
    content_hash text not null   -- SHA-256 of the parsed values
) strict;
create index articles_doi on articles ({doi_key_of("doi")}) where doi is not null;
create index articles_pmcid on articles (pmcid) where pmcid is not null;
create index articles_journal on articles (journal_id);
create index articles_year on articles (year desc);
create index articles_source on articles (source_id);
"""
