"""Tables of works and articles: what a work is, and the record that is held of it."""

from typing import Final


def doi_key_of(column: str) -> str:
    """Return as SQL what kb.identifiers.doi_key gives of the DOI in a column, for indexes and what is to use them."""
    return f"replace(replace(replace({column}, '//', '/'), '//', '/'), '//', '/')"


WORKS: Final = f"""
create table citation_sources (
    id integer primary key,
    name text not null unique,   -- pubmed, nbib, page, elink_citedin, elink_refs, icite, demonstration ...
    description text not null    -- what it is, for the page that shows evidence
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
    (12, 'synthetic_refs', 'The made-up field: what its articles cite, as ELink would tell it');

create table works (
    id integer primary key,      -- the PMID; minus 52 bits of a hash of its key where no PMID is known
    label text not null,         -- "Humphreys 2004 J Subst Abuse Treat"
    doi text,                    -- lower case, bare, with as many slashes as given
    pmcid text,                  -- PMC123
    citation_key text,           -- of a cited work without DOI: first author, year, hash of the printed title or words
    year integer,
    state text not null default 'known'  -- held: its record is here; known: only named; merged: see merged_into
        check (state in ('known', 'held', 'merged', 'deleted', 'not found')),
    merged_into integer references works (id),  -- the work that this one turned out to be
    identified_by text           -- how that is known of a cited work: by an identifier, by litkb, by a person
        check (identified_by in ('person', 'doi', 'pmcid', 'pmid', 'ecitmatch', 'offline')),
    named_by integer,            -- PMID of the article whose reference gave label and year; NULL: its own record
    named_at integer,            -- position of that reference
    state_at text                -- when a source said merged, deleted or not found
) strict;
create index works_doi on works ({doi_key_of("doi")}) where doi is not null;
create index works_pmcid on works (pmcid) where pmcid is not null;
create index works_merged_into on works (merged_into) where merged_into is not null;
create index works_state on works (state, id);

create table journals (
    journal_id text primary key, -- NLM's unique id, else "ta:" and the abbreviation
    title text,
    abbreviation text,           -- NLM title abbreviation: "Addict Sci Clin Pract"
    iso_abbreviation text,
    issn_print text,
    issn_electronic text,
    issn_linking text,
    country text,
    as_of text                   -- date_revised of the record that this description is from
) strict, without rowid;

create table articles (
    pmid integer primary key references works (id),
    record_type text not null check (record_type in ('article', 'book', 'book chapter')),
    title text,                  -- Unicode text; NULL: the record has none
    title_html text,             -- with b, i, u, sub, sup; NULL: the title has no markup
    vernacular_title text,       -- in the original language
    book_title text,             -- of a book, or of the book that a chapter is in
    authors text,                -- "Vederhus JK, Høie M, Birkeland B"; NULL: no list is given
    authors_complete integer,    -- 0: the record says that names are missing
    journal_id text references journals (journal_id),
    citation_line text,          -- as PubMed prints it: "2020 May 24;15(1):18."
    pub_date text,               -- PubMed's words
    year integer,
    volume text,
    issue text,
    pages text,
    pub_model text,
    publication_status text,
    doi text,
    pmcid text,
    coi_statement text,
    copyright text,
    publisher text,              -- of a book, as all up to location_label
    publisher_place text,        -- "Seattle (WA)"
    edition text,
    volume_title text,
    series_title text,
    isbn text,                   -- one with a right check digit if there is one; article_identifiers has all
    report_number text,
    location_label text,         -- of a chapter in its book: "Chapter 7", "part 2; chapter 4"
    reference_count integer,     -- references in the record's own list; NULL: it has no list
    status text,                 -- MEDLINE, PubMed-not-MEDLINE, In-Process, Publisher ...
    version integer not null default 1,
    date_completed text,
    date_revised text,
    provenance text,             -- where a record that is not NCBI's was read
    source_id integer not null references citation_sources (id),
    update_file integer,         -- number of the NLM update file it is from, year * 10000 + file; NULL: another source
    read_from text,              -- name of the file that this content was read from; NULL: an answer of EFetch
    received_at text not null,   -- when this content was first received
    checked_at text not null,    -- when this content was last received, from any source
    content_hash text not null   -- SHA-256 of the parsed values
) strict;
create index articles_doi on articles ({doi_key_of("doi")}) where doi is not null;
create index articles_pmcid on articles (pmcid) where pmcid is not null;
create index articles_journal on articles (journal_id);
create index articles_year on articles (year);
create index articles_source on articles (source_id);
"""
