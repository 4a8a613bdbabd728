"""Selects for people to begin with, as the schema page shows them: joins, and the functions of the site."""

from typing import Final, NamedTuple


class Example(NamedTuple):
    """What a select answers, and the select."""

    title: str
    sql: str


JOINS: Final = (
    Example(
        "What an article cites, with sources",
        """select w.id, w.label, w.state, c.said_by, c.since
from citation_links c join works w on w.id = c.cited_id
where c.citing_id = (select pmid from seed)
order by w.year desc, w.id""",
    ),
    Example(
        "Words in the full text of titles, abstracts and keywords",
        """select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.year
from article_search f join articles a on a.pmid = f.rowid
where f.article_search match 'a* OR s*'  -- folded: see fold() below
order by f.rank
limit 50""",
    ),
    Example(
        "Articles by two people together",
        """select a.pmid, coalesce(a.title, a.vernacular_title) as title, x.name, y.name as with_name
from authorships x
    join authorships y on y.pmid = x.pmid and y.position > x.position
    join articles a on a.pmid = x.pmid
order by a.year desc, a.pmid desc, x.position, y.position
limit 50""",
    ),
    Example(
        "The most important works of each community",
        """select l.label as community, w.id, w.label, m.citation_count, m.pagerank
from communities c
    join community_labels l on l.community = c.community
    join works w on w.id = c.id
    join article_metrics m on m.id = c.id
order by c.community, m.pagerank desc
limit 100""",
    ),
    Example(
        "How many references of each journal's articles are identified",
        """select j.abbreviation, count(*) as printed_references, sum(r.cited_id > 0) as with_pmid
from article_references r
    join articles a on a.pmid = r.citing_pmid
    join journals j on j.journal_id = a.journal_id
group by j.journal_id
order by printed_references desc""",
    ),
    Example(
        "Requests of a harvest, with outcomes",
        """select r.id as run, r.started_at, t.task, coalesce(t.outcome, 'pending') as outcome, count(*) as tasks
from harvest_runs r join harvest_tasks t on t.run_id = r.id
group by r.id, t.task, outcome
order by r.id, t.task, outcome""",
    ),
)
FOLDED: Final = "select pmid, title, authors from articles where fold(authors) like '%' || fold('Høie') || '%'"
PATH: Final = """select p.key as step, w.id, w.label
from json_each(citation_path(
    (select citing_id from citation_links order by since, citing_id limit 1), (
    select cited_id from citation_links order by since, citing_id, cited_id limit 1))) p
join works w on w.id = p.value
order by p.key"""
COCITED: Final = """select a.id, a.label, b.label as other, cocitation_count(a.id, b.id) as cited_together
from cocitations c join works a on a.id = c.id join works b on b.id = c.other_id
where a.id < b.id
order by cited_together desc, a.id, b.id
limit 20"""
COUPLED: Final = """select a.id, a.label, b.label as other, coupling_count(a.id, b.id) as shared_references
from couplings c join works a on a.id = c.id join works b on b.id = c.other_id
where a.id < b.id
order by shared_references desc, a.id, b.id
limit 20"""
