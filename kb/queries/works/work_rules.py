"""The rules on works, as SQL over a row of works: what it turns out to be, and whether anything names it."""

from typing import Final

from kb.migrations.works import doi_key_of

_KEY: Final = doi_key_of("works.doi")
_CANDIDATE_PAIRS: Final = f"""
    from article_references r
    where {doi_key_of("r.doi")} = {_KEY} and r.doi is not null and r.cited_pmid is not null and not exists (
        select 1 from articles b where b.pmid = r.cited_pmid and {doi_key_of("b.doi")} <> {_KEY})"""
_SAME_DOI: Final = f"from articles a where a.doi is not null and {doi_key_of('a.doi')} = {_KEY}"
_BY_DOI: Final = f"""case
    when works.doi is null then null
    when (select count(*) {_SAME_DOI}) = 1 then (select a.pmid {_SAME_DOI})
    when exists (select 1 {_SAME_DOI}) then null
    when (select min(r.cited_pmid) {_CANDIDATE_PAIRS}) = (select max(r.cited_pmid) {_CANDIDATE_PAIRS})
        then (select min(r.cited_pmid) {_CANDIDATE_PAIRS})
    end"""  # min and max, not count(distinct): each reads one row of the index, however often the work is cited
_OWNERS: Final = f"""from articles a where a.pmcid = works.pmcid
    and (works.doi is null or a.doi is null or {doi_key_of("a.doi")} = {_KEY})"""
_BY_PMCID: Final = f"""case
    when works.pmcid is null or exists (select 1 {_SAME_DOI}) then null
    when (select count(*) {_OWNERS}) = 1 then (select a.pmid {_OWNERS})
    end"""
_DECIDED: Final = """(select s.pmid from resolutions s
    where s.id = works.id and s.state = 'accepted' and s.method = '{method}')"""
_BY_FULL_TEXT: Final = """(  -- the same entry in the full text of the citing article gives a PMID, in all one
    select min(f.cited_pmid) from article_references r
        join full_text_references f on f.pmid = r.citing_pmid and f.reference_position = r.position
    where r.cited_id = works.id and f.cited_pmid is not null having min(f.cited_pmid) = max(f.cited_pmid))"""
METHODS: Final = {  # how the PMID of a cited work is found; the first that leads to one counts
    "person": _DECIDED.format(method="person"),
    "doi": f"coalesce({_BY_DOI}, {_DECIDED.format(method='doi')})",  # here, else as PubMed was asked
    "pmcid": f"coalesce({_BY_PMCID}, {_DECIDED.format(method='pmcid')})",
    "full text": _BY_FULL_TEXT,
    "pmid": _DECIDED.format(method="pmid"),
    "ecitmatch": _DECIDED.format(method="ecitmatch"),
    "offline": _DECIDED.format(method="offline"),
}
_BY_WORDS: Final = (
    "('person', 'full text', 'pmid', 'ecitmatch', 'offline')"  # methods by which it is no source that names the work
)
PRINTED_ID: Final = "coalesce(r.printed_doi, r.printed_pmcid, r.printed_pmid)"
READ_IN_WORDS: Final = f"""works.identified_by is not null and (works.identified_by in {_BY_WORDS} or exists (
    select 1 from article_references r where r.cited_id = works.id and {PRINTED_ID} is not null))"""
IS_RESOLVED: Final = f"""exists (  -- of a row c of citations: words, and no identifier that the source gives, led on
    select 1 from works w where w.id = c.cited_id and w.identified_by is not null and (
        w.identified_by in {_BY_WORDS} or not exists (
            select 1 from article_references r where r.citing_pmid = c.citing_id and r.cited_id = w.id
                and {PRINTED_ID} is null)))"""
TARGET: Final = f"coalesce({', '.join(METHODS.values())})"
UNNAMED: Final = """
    not exists (select 1 from article_references r where r.cited_id = works.id)
    and not exists (select 1 from full_text_references f where f.cited_id = works.id)
    and not exists (select 1 from full_texts f where f.pmid = works.id)
    and not exists (select 1 from citations c where c.citing_id = works.id)
    and not exists (select 1 from citations c where c.cited_id = works.id)
    and not exists (select 1 from similar_articles s where s.pmid = works.id)
    and not exists (select 1 from similar_articles s where s.similar_pmid = works.id)
    and not exists (select 1 from icite_metrics m where m.pmid = works.id)
    and not exists (select 1 from notices n where n.other_pmid = works.id)
    and not exists (select 1 from article_lists l where l.pmid = works.id)
    and not exists (select 1 from works m where m.merged_into = works.id)"""
