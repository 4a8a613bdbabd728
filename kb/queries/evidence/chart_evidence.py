"""What gives the numbers beside the pictures, and in the tables that say the same."""

from collections.abc import Mapping
from typing import Final

from kb.queries.charts import MOST_NAMES, NEAR
from kb.queries.evidence.selects import Evidence

# Values come from addresses as text; an empty year stands for what has none.
_OF_YEAR: Final = "{} is nullif(cast(:year as integer), 0)"
_LINKS: Final = """select v.year, c.citing_id, c.cited_id
from works v cross join citation_links c on c.citing_id = v.id
where {}
order by 2, 3"""
_COMMUNITY: Final = """select c.community, c.id, w.label, w.year from communities c join works w on w.id = c.id
where {}
order by c.community, c.id"""
_MEASURED: Final = """select m.id, w.label, coalesce(a.year, w.year) as year
from article_metrics m join works w on w.id = m.id left join articles a on a.pmid = m.id
where {}
order by m.id"""
_CITING: Final = (
    f"select w.id, w.label, w.year\nfrom {NEAR['citing']} join works w on w.id = n.id\nwhere {{}}\norder by w.id"
)

PICTURED: Final[Mapping[str, Evidence]] = {
    "articles_dated": Evidence(
        "Articles in this library with a known year",
        "select pmid, title, authors, year from articles\nwhere year is not null\norder by pmid",
    ),
    "articles_of_year": Evidence(
        "Articles in this library of this year",
        f"select pmid, title, authors, year from articles\nwhere {_OF_YEAR.format('year')}\norder by pmid",
        ("year",),
    ),
    "citations_dated": Evidence(
        "Citations by works whose year is known", _LINKS.format("v.year is not null")
    ),
    "citations_of_year": Evidence(
        "Citations by works of this year", _LINKS.format(_OF_YEAR.format("v.year")), ("year",)
    ),
    "citing_dated": Evidence(
        "Works here that cite this one and whose year is known", _CITING.format("w.year is not null"), ("id",)
    ),
    "citing_of_year": Evidence(
        "Works here of this year that cite this one", _CITING.format(_OF_YEAR.format("w.year")), ("id", "year")
    ),
    "community_of_year": Evidence(
        "Works of this community and year",
        _COMMUNITY.format(f"c.community = :community and {_OF_YEAR.format('w.year')}"),
        ("community", "year"),
    ),
    "communities_undated": Evidence(
        "Works of the largest communities whose year is not known",
        _COMMUNITY.format("w.year is null and c.community <= cast(:most as integer)"),
        ("most",),
    ),
    **{
        f"reference_year_{column}": Evidence(
            "References to works of this year, as the last graph run counted them",
            f"select * from reference_years where {_OF_YEAR.format('year')}",
            ("year",),
            column,
        )
        for column in ("reference_count", "works", "deviation")
    },
    "behind_year": Evidence(
        "References to this work, behind a year that stands out",
        """select y.year, y.id, w.label, y.reference_count from reference_year_works y join works w on w.id = y.id
where y.year = cast(:year as integer) and y.id = :id""",
        ("year", "id"),
        "reference_count",
    ),
    "named_articles": Evidence(
        "Articles in this library with this name",
        "select distinct pmid from authorships\nwhere name_key = :key and last_name is not null\norder by pmid",
        ("key",),
    ),
    "partners": Evidence(
        "Names of the picture that stand on an article with the name; longer lists of authors are left out",
        f"""with drawn as ({MOST_NAMES})
select distinct b.name_key from authorships a join authorships b on b.pmid = a.pmid and b.name_key <> a.name_key
where a.name_key = :key and b.name_key in (select name_key from drawn)
    and (select count(*) from authorships x where x.pmid = a.pmid) <= cast(:authors as integer)
order by 1""",
        ("key", "names", "authors"),
    ),
    "placed": Evidence(
        "Works with a place in this layout",
        "select id, x, y from work_positions\nwhere layout = :layout\norder by id",
        ("layout",),
    ),
    "unplaced": Evidence(
        "Works of the graph without a place in this layout",
        _MEASURED.format("m.id not in (select id from work_positions where layout = :layout)"),
        ("layout",),
    ),
    "undated": Evidence(
        "Works of the graph whose year is not known", _MEASURED.format("coalesce(a.year, w.year) is null")
    ),
    "cites": Evidence(
        "Works that this one cites",
        f"select w.id, w.label, w.year, w.state\nfrom {NEAR['cited']} join works w on w.id = n.id\norder by w.id",
        ("id",),
    ),
}  # fmt: skip
