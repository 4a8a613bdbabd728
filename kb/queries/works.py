"""The rules on works, as SQL over a row of works: what it turns out to be, and whether anything names it."""

from typing import Final

_CANDIDATE_PAIRS: Final = """
    from article_references r
    where r.doi = works.doi and r.cited_pmid is not null and not exists (
        select 1 from articles b where b.pmid = r.cited_pmid and b.doi is not null and b.doi <> works.doi)"""
_BY_DOI: Final = f"""case
    when works.doi is null then null
    when (select count(*) from articles a where a.doi = works.doi) = 1
        then (select a.pmid from articles a where a.doi = works.doi)
    when exists (select 1 from articles a where a.doi = works.doi) then null
    when (select count(distinct r.cited_pmid) {_CANDIDATE_PAIRS}) = 1
        then (select min(r.cited_pmid) {_CANDIDATE_PAIRS})
    end"""
_OWNERS: Final = """from articles a where a.pmcid = works.pmcid
    and (works.doi is null or a.doi is null or a.doi = works.doi)"""
_BY_PMCID: Final = f"""case
    when works.pmcid is null or exists (select 1 from articles a where a.doi = works.doi) then null
    when (select count(*) {_OWNERS}) = 1 then (select a.pmid {_OWNERS})
    end"""
_DECIDED: Final = """(select s.pmid from resolutions s
    where s.id = works.id and s.state = 'accepted' and s.method = '{method}')"""
METHODS: Final = {  # how the PMID of a cited work is found; the first that leads to one counts
    "person": _DECIDED.format(method="person"),
    "doi": f"coalesce({_BY_DOI}, {_DECIDED.format(method='doi')})",  # here, else as PubMed was asked
    "pmcid": f"coalesce({_BY_PMCID}, {_DECIDED.format(method='pmcid')})",
    "ecitmatch": _DECIDED.format(method="ecitmatch"),
    "offline": _DECIDED.format(method="offline"),
}
BY_WORDS: Final = "('person', 'ecitmatch', 'offline')"  # methods by which it is no source that names the work
TARGET: Final = f"coalesce({', '.join(METHODS.values())})"
UNNAMED: Final = """
    not exists (select 1 from article_references r where r.cited_id = works.id)
    and not exists (select 1 from citations c where c.citing_id = works.id)
    and not exists (select 1 from citations c where c.cited_id = works.id)
    and not exists (select 1 from similar_articles s where s.pmid = works.id)
    and not exists (select 1 from similar_articles s where s.similar_pmid = works.id)
    and not exists (select 1 from icite_metrics m where m.pmid = works.id)
    and not exists (select 1 from notices n where n.other_pmid = works.id)
    and not exists (select 1 from article_lists l where l.pmid = works.id)
    and not exists (select 1 from works m where m.merged_into = works.id)"""
