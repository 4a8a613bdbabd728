"""What gives the numbers in the reasons of "Read next from this article": the links around it, counted in SQL."""

from collections.abc import Mapping
from typing import Final

from kb.queries.evidence.selects import Evidence

# As graph.similarity.suggest reads them: yours are the work and what it cites; merged works are followed.
_AROUND: Final = """with yours (id) as materialized (select cast(:id as integer)
    union select cited_id from citation_links where citing_id = :id),
names (id, yours) as materialized (select id, id from yours
    union select w.id, y.id from yours y join works w on w.merged_into = y.id),
cited (yours, id) as materialized (
    select y.id, c.cited_id from yours y join citation_links c on c.citing_id = y.id),
citing (yours, id) as materialized (
    select y.id, c.citing_id from yours y join citation_links c on c.cited_id = y.id),
other (id) as (select id from works where id = :other union select id from works where merged_into = :other)
select w.id, w.label, w.year from works w where w.id <> cast(:other as integer) and w.id in ({works})
order by w.id"""
_CITE_OTHER: Final = "select citing_id from citation_links where cited_id = cast(:other as integer)"
_OTHER_CITES: Final = "select cited_id from citation_links where citing_id = cast(:other as integer)"
_WORKS: Final = {  # what is counted; 1,000 and 200 are VOTERS and BASES of graph.similarity.suggest
    "cited_by": ("Works of yours that cite this one", "select yours from cited where id = cast(:other as integer)"),
    "cites": ("Works of yours that this one cites", "select yours from citing where id = cast(:other as integer)"),
    "co_cited": (
        "Works that cite this one together with one of yours, of the 1,000 that cite most of yours",
        f"""select id from citing where yours <> id intersect {_CITE_OTHER}
    intersect select id from (select id from (select id from citing group by id order by count(*) desc, id limit 1000)
        union select id from yours)""",
    ),
    "coupled": (
        "Works that both this one and one of yours cite, of the 200 that most of yours cite",
        f"""select id from (select id from cited group by id order by count(*) desc, id limit 200)
    except select id from yours intersect {_OTHER_CITES}""",
    ),
}
NEAR: Final[Mapping[str, Evidence]] = {
    **{
        f"near_{column}": Evidence(title, _AROUND.format(works=works), ("id", "other"))
        for column, (title, works) in _WORKS.items()
    },
    "near_similar_rank": Evidence(
        "The best rank of this work in PubMed’s lists of what is similar to yours",
        _AROUND.partition("\nselect")[0]
        + """
select n.yours as pmid, s.similar_pmid, s.rank from names n join similar_articles s on s.pmid = n.id
where s.similar_pmid in (select id from other)
order by s.rank, n.yours limit 1""",
        ("id", "other"),
        "rank",
    ),
    "near_yours": Evidence(
        "Works that this one cites here",
        _AROUND.format(works="select id from yours where id <> cast(:id as integer)").replace(":other", ":id"),
        ("id",),
    ),
}
