"""Tables of full texts: what each article cites in which of its sentences, and how its marks lead to references."""

from typing import Final

from kb.migrations.word_index import SENTENCES

FULL_TEXTS: Final = f"""
create table full_texts (        -- one text of an article; of several the one that litkb prefers, see docs/fulltext.md
    pmid integer primary key references works (id),  -- PubMed identifier of the article
    pmcid text,                  -- Its identifier in PubMed Central, as the text gives it
    origin text not null check (origin in ('efetch', 's3', 'europepmc', 'file')),  -- efetch, s3, europepmc, file
    version integer not null,    -- Version of the text in PubMed Central
    outcome text not null check (outcome in ('body', 'no marks', 'front only', 'not given')),
        -- body; no marks: no place of the text is tagged as citing a reference; front only; not given
    license text,                -- CC0, PDM, CC BY, CC BY-SA, CC BY-NC, CC BY-NC-SA, CC BY-ND, CC BY-NC-ND, TDM (may be
                                 -- mined, not passed on), other; empty: none is stated
    license_url text,            -- Address of the licence
    copyright text,              -- Copyright statement
    sha256 text not null,        -- SHA-256 of the text
    read_from text,              -- Name of the file that it was read from; empty: a source was asked
    received_at text not null    -- Moment when it was first received, UTC
) strict;

create table full_text_references (
    pmid integer not null references full_texts (pmid),  -- PubMed identifier of the citing article
    position integer not null,   -- Place in the document, from 1, over all lists
    part integer not null,       -- Number of the citation in this reference, from 1
    scope integer not null,      -- 0: of the article; 1 and so on: of one of its sub-articles, such as a reply
    ref_id text,                 -- Identifier of the reference in the document
    label text,                  -- Label as printed
    label_number integer,        -- Number that the label prints; empty: none, or something else
    citation text,               -- Citation as printed; one without punctuation as NLM would print it
    doi text,                    -- DOI that is given or printed, lower case and bare
    cited_pmid integer,          -- PMID that is given
    cited_pmcid text,            -- PMCID that is given or printed
    other_ids text,              -- Identifiers of other kinds, not well formed, or second ones
    names_a_work integer not null check (names_a_work in (0, 1)),  -- 0: a note, "Ibid." or the like
    cited_id integer references works (id),  -- The work that is named; empty: nothing names one, or of a sub-article
    reference_position integer,  -- The entry of article_references that is the same; empty: not known, or none
    matched_by text check (matched_by in ('id', 'order', 'label', 'words')),  -- id, order, label, words: how that is
                                 -- known
    primary key (pmid, position, part)
) strict, without rowid;
create index full_text_references_cited on full_text_references (cited_id, pmid, position) where cited_id is not null;
create index full_text_references_position on full_text_references (pmid, reference_position, cited_pmid)
    where cited_pmid is not null;

create table citing_sentences (
    pmid integer not null references full_texts (pmid),  -- PubMed identifier of the citing article
    sentence integer not null,   -- Number of the sentence, from 1, in the order of the document
    place text not null check (place in (  -- body, title, abstract, table, figure, box, footnote, list, appendix,
                                           -- supplement, back, sub-article
        'body', 'title', 'abstract', 'table', 'figure', 'box', 'footnote', 'list', 'appendix', 'supplement', 'back',
        'sub-article'
    )),
    section_kind text check (section_kind in (  -- introduction, methods, results, discussion, conclusion, results and
                                                -- discussion; empty: its title says none
        'introduction', 'methods', 'results', 'discussion', 'results and discussion', 'conclusion'
    )),
    section text,                -- Titles of the sections around it, outermost first
    text text,                   -- The sentence, title or cell; empty: left out of a published file
    primary key (pmid, sentence)
) strict, without rowid;

create view sentence_texts as  -- the sentences that are searched, by a number of their own
    select pmid << 20 | sentence as id, coalesce(text, '') as text, pmid from citing_sentences;

{SENTENCES.ddl}

create table mentions (          -- marks: places of a text that cite
    pmid integer not null,       -- PubMed identifier of the citing article
    mention integer not null,    -- Number of the mark, from 1, in the order of the document
    sentence integer not null,   -- Number of its sentence
    start integer not null,      -- Where it begins in the text of the sentence, in characters
    length integer not null,     -- Its length there; 0: it prints nothing
    marker text,                 -- What it prints, else the label of its reference; empty: left out of a published file
    primary key (pmid, mention),
    foreign key (pmid, sentence) references citing_sentences (pmid, sentence)
) strict, without rowid;
create index mentions_sentence on mentions (pmid, sentence);

create table mention_references (
    pmid integer not null,       -- PubMed identifier of the citing article
    mention integer not null,    -- Number of the mark
    position integer not null,   -- Place of the reference that it means
    part integer not null,       -- Number of the citation in that reference
    how text not null check (how in ('rid', 'range', 'list', 'adjacent', 'text')),
        -- rid: the mark names the reference; range, list: it prints it; adjacent: a dash or blank is lost; text: words
        -- beside the marks print it
    contradicts text check (contradicts in ('number', 'year')),  -- number or year: what is printed is that of another;
                                                                 -- empty: it does not contradict
    primary key (pmid, mention, position, part),
    foreign key (pmid, mention) references mentions (pmid, mention),
    foreign key (pmid, position, part) references full_text_references (pmid, position, part)
) strict, without rowid;
create index mention_references_position on mention_references (pmid, position, part);
"""
