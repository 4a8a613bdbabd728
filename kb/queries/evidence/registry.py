"""What gives each number that the pages show: its select, by the name that stands in addresses."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from kb.migrations.computed import find_shown
from kb.queries.evidence.chart_evidence import PICTURED
from kb.queries.evidence.computed_evidence import computed_evidence
from kb.queries.evidence.full_text_evidence import FULL_TEXT
from kb.queries.evidence.neighbourhood_evidence import NEAR
from kb.queries.evidence.selects import Evidence
from kb.queries.harvest_log import MISSING
from kb.queries.search.mesh import BELOW
from kb.queries.works.article_metrics import DOUBTED
from kb.queries.works.entities import MADE, RECEIVED
from kb.reasons import ONE_SENTENCE, RELATED, SUGGESTED
from kb.sentences import Count, count_of

_NAMED: Final = "select id from works where id = :id union all select id from works where merged_into = :id"
_REFERENCES: Final = """select r.position, coalesce(m.id, w.id) as id, coalesce(m.label, w.label) as label,
    coalesce(m.state, w.state) as state, r.citation, r.doi
from article_references r left join works w on w.id = r.cited_id left join works m on m.id = w.merged_into
where r.citing_pmid = :pmid"""
_STANDING: Final = """case when coalesce(m.id, w.id) is null then 'unnamed'
    when coalesce(m.state, w.state) in ('held', 'deleted', 'not found') then coalesce(m.state, w.state)
    when coalesce(m.id, w.id) > 0 then 'known' else 'unresolved' end"""
_ARTICLES: Final = "select pmid, title, authors, year from articles"
_WORKS: Final = "select id, label, year, state from works"

EVIDENCE: Final[Mapping[str, Evidence]] = {
    "all_held": Evidence("Records in this library: articles and books", f"{_ARTICLES}\norder by pmid"),
    "articles": Evidence(
        "Articles in this library", f"{_ARTICLES}\nwhere record_type = 'article'\norder by pmid"
    ),
    "books": Evidence("Books in this library", f"{_ARTICLES}\nwhere record_type <> 'article'\norder by pmid"),
    "citations": Evidence(
        "Citations between works: each once, merged works followed", "select citing_id, cited_id from citation_links"
    ),
    "known": Evidence(
        "Works with a PMID, cited only", f"{_WORKS}\nwhere state = 'known' and id > 0\norder by id"
    ),
    "unidentified": Evidence(
        "Cited works without a PMID", f"{_WORKS}\nwhere state = 'known' and id < 0\norder by id"
    ),
    "works": Evidence("Works: all rows of the table", f"{_WORKS}\norder by id"),
    "cited_only": Evidence("Works cited only", f"{_WORKS}\nwhere state = 'known'\norder by id"),
    "merged": Evidence(
        "Works merged into others", "select id, label, merged_into from works\nwhere state = 'merged'\norder by id"
    ),
    "gone": Evidence(
        "PMIDs that PubMed deleted, or of which no record was found",
        f"{_WORKS}\nwhere state in ('deleted', 'not found')\norder by id",
    ),
    "graph_works": Evidence(
        "Works in the citation graph of the last run",
        "select id as run_id, finished_at, works, citations from field_runs\norder by id desc limit 1",
        (),
        "works",
    ),
    "printed": Evidence(
        "Printed references", "select citing_pmid, position, citation, cited_id from article_references"
    ),
    "identified": Evidence(
        "Printed references identified: their PMID is given, printed or found",
        """select r.citing_pmid, r.position, r.citation, coalesce(w.merged_into, w.id) as cited_id
from article_references r join works w on w.id = r.cited_id
where w.id > 0 or w.merged_into is not null""",
    ),
    "with_list": Evidence(
        "Records with a reference list of their own",
        "select pmid, title, reference_count from articles\nwhere reference_count is not null\norder by pmid",
    ),
    "asked": Evidence(
        "Records for which a source gave this list, or said that it has no data",
        """select distinct l.pmid, w.label from article_lists l join works w on w.id = l.pmid
where l.list = :list and l.pmid in (select pmid from articles)
order by l.pmid""",
        ("list",),
    ),
    "references": Evidence("References of this article", f"{_REFERENCES}\norder by r.position", ("pmid",)),
    "standing": Evidence(
        "References of this article with this status",
        f"{_REFERENCES} and {_STANDING} = :standing\norder by r.position",
        ("pmid", "standing"),
    ),
    "printed_so": Evidence(
        "Articles that print a reference to this work in these words",
        f"""select r.citing_pmid, min(r.position) as position, r.citation
from ({_NAMED}) t join article_references r on r.cited_id = t.id
where r.citation is (select citation from article_references where citing_pmid = :pmid and position = :position)
group by r.citing_pmid
order by r.citing_pmid""",
        ("id", "pmid", "position"),
    ),
    "stated": Evidence(
        "Length of a list, by source",
        """select said_by, entries, checked_at from (
    select 'its own record' as said_by, reference_count as entries, checked_at
        from articles where pmid = :pmid and :list = 'references'
    union all
    select s.name, l.entries, l.checked_at from article_lists l join citation_sources s on s.id = l.source_id
        where l.pmid = :pmid and l.list = :list)
where entries is not null
order by entries desc""",
        ("pmid", "list"),
        "entries",
    ),
    "said": Evidence(
        "One source’s answer for a list",
        """select s.name as said_by, l.entries, l.checked_at
from article_lists l join citation_sources s on s.id = l.source_id
where l.pmid = :pmid and l.list = :list and s.name = :source""",
        ("pmid", "list", "source"),
        "entries",
    ),
    "citing": Evidence(
        "Works here that cite this one",
        """select w.id, w.label, w.year, w.state, c.said_by
from citation_links c join works w on w.id = c.citing_id
where c.cited_id = :id
order by w.year desc, w.id desc""",
        ("id",),
    ),
    "similar": Evidence(
        "Similar articles, in PubMed’s order",
        """select s.similar_pmid, s.rank, s.score from similar_articles s
where s.pmid = :pmid
order by s.rank limit cast(:first as integer)""",
        ("pmid", "first"),
    ),
    "measured": Evidence(
        "Works here that cite this one, counted by the last graph run",
        """select m.id, w.label, m.citation_count, m.pagerank, g.finished_at as counted_at
from article_metrics m join works w on w.id = m.id join graph_runs g on g.id = m.graph_run_id
where m.id = :id""",
        ("id",),
        "citation_count",
    ),
    "peers": Evidence(
        "Articles in this library of the same year, with citation counts",
        """select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.year, m.citation_count, m.year_percentile
from articles a left join article_metrics m on m.id = a.pmid
where a.year = :year
order by m.year_percentile desc, a.pmid""",
        ("year",),
    ),
    **{
        name: Evidence(
            "NIH iCite: metrics of this article", "select * from icite_metrics where pmid = :pmid", ("pmid",), column
        )
        for name, column in (
            ("icite", "icite_citation_count"), ("icite_ratio", "relative_citation_ratio"),
            ("icite_percentile", "nih_percentile"),
        )
    },
    **{
        name: Evidence(
            "What this work is in all of PubMed, as a mirror of PubMed’s files counted it",
            "select * from mirror_metrics where pmid = :pmid",
            ("pmid",),
            column,
        )
        for name, column in (
            ("in_pubmed", "citation_count"), ("in_pubmed_occ", "occ_citation_count"),
            ("in_pubmed_percentile", "percentile"), ("in_pubmed_rank", "pagerank_rank"),
        )
    },
    "behind": Evidence(
        "Works that this article cites and that cite the retracted one",
        """select retracted_id, id, steps, through, timing from retraction_exposure
where retracted_id = :retracted and id = :id""",
        ("retracted", "id"),
        "through",
    ),
    "doubted": Evidence(
        "Works that this article cites and that were retracted or doubted",
        f"select * from ({DOUBTED})\nwhere kind = :kind",
        ("work", "kind"),
    ),
    "percentile": Evidence(
        "Percentile of the citation count of this article among the articles of its year in this library",
        "select id, citation_count, year_percentile from article_metrics where id = :id",
        ("id",),
        "year_percentile",
    ),
    **{
        f"retracted_{column}": Evidence(
            "Works here that cite this retracted article, its notices left out",
            "select * from retractions where id = :id",
            ("id",),
            column,
        )
        for column in ("citing", "citing_before", "citing_same_year", "citing_after", "citing_unknown")
    },
    **{
        f"{name}_journals": Evidence(
            title,
            f"""{links.format(tables="articles a", where="a.journal_id = :journal")}
select citing as citing_id, cited as cited_id from {name} join articles x on x.pmid = {end}
where x.journal_id = :other
order by citing, cited""",
            ("journal", "other"),
        )
        for name, links, end, title in (
            ("received", RECEIVED, "citing", "Citations of one journal by articles of another in this library"),
            ("made", MADE, "cited", "Citations by one journal of articles of another in this library"),
        )
    },
    "between_communities": Evidence(
        "Citations between two communities",
        """select c.citing_id, c.cited_id
from citation_links c join communities a on a.id = c.citing_id join communities b on b.id = c.cited_id
where (a.community = :community and b.community = :other) or (a.community = :other and b.community = :community)
order by citing_id, cited_id""",
        ("community", "other"),
    ),
    "author_as": Evidence(
        "Articles that print the name in this form",
        "select distinct pmid from authorships\nwhere name_key = :key and name = :name\norder by pmid",
        ("key", "name"),
    ),
    "author_orcid": Evidence(
        "Articles that give the name this ORCID iD",
        "select distinct pmid from authorships\nwhere name_key = :key and orcid = :orcid\norder by pmid",
        ("key", "orcid"),
    ),
    "keyword_as": Evidence(
        "Articles that print the keyword in this form",
        "select distinct pmid from keywords\nwhere keyword_key = :key and keyword = :name\norder by pmid",
        ("key", "name"),
    ),
    "community": Evidence(
        "Works of this community",
        """select c.id, w.label, w.year, w.state from communities c join works w on w.id = c.id
where c.community = :community
order by c.id""",
        ("community",),
    ),
    "community_held": Evidence(
        "Works of this community in this library",
        """select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.year
from communities c join articles a on a.pmid = c.id
where c.community = :community
order by a.pmid""",
        ("community",),
    ),
    "named_of_year": Evidence(
        "Works of this year, cited only",
        f"{_WORKS}\nwhere state = 'known' and year = :year\norder by id",
        ("year",),
    ),
    **{
        f"related_{column}": Evidence(
            "What two related studies share apart from the items named, counted by the last graph run",
            f"""select id, related_id, {column}, {column} - cast(:named as integer) as beside, named
from related_studies where id = :id and related_id = :other""",
            ("id", "other", "named"),
            "beside",
        )
        for column in RELATED
        if column != ONE_SENTENCE
    },
    **{
        f"suggested_{column}": Evidence(
            "Why this work is suggested, as the last graph run counted it",
            "select * from suggestions where id = :id",
            ("id",),
            column,
        )
        for column in SUGGESTED
    },
    "two_steps": Evidence(
        "Retracted articles that works cited by this article cite",
        """select retracted_id, through from retraction_exposure
where id = :id and steps = 2
order by through desc, retracted_id""",
        ("id",),
    ),
    "below": Evidence(
        "Articles in this library with this heading or a narrower one",
        f"{BELOW.format(ui=':other')}\norder by h.pmid",
        ("other",),
    ),
    "author_orcids": Evidence(
        "ORCID iDs given with the name",
        """select orcid, count(distinct pmid) as articles from authorships
where name_key = :key and orcid is not null
group by orcid order by articles desc, orcid""",
        ("key",),
    ),
    "asked_in_run": Evidence(
        "Requests of a harvest run, of this kind",
        """select run_id, task, asked, outcome, detail, pmid, answer from harvest_tasks
where run_id = :run and task = :task
order by asked""",
        ("run", "task"),
    ),
    "missing": Evidence(
        "Requests of a harvest run that failed or found nothing",
        f"""select task, asked, outcome, detail, pmid from harvest_tasks
where run_id = :run and {MISSING}
order by task, asked""",
        ("run",),
    ),
    "all_records": Evidence(
        "Records of the files of a harvest run",
        "select sum(records) as records from harvest_counts where run_id = :run",
        ("run",),
        "records",
    ),
    "tasks": Evidence(
        "Requests of a harvest run with this outcome",
        """select run_id, task, asked, outcome, detail, pmid, answer from harvest_tasks
where run_id = :run and task = :task and coalesce(outcome, 'pending') = :outcome
order by asked""",
        ("run", "task", "outcome"),
    ),
    "records": Evidence(
        "Records of files with this outcome",
        """select sum(records) as records from harvest_counts
where run_id = :run and outcome = :outcome""",
        ("run", "outcome"),
        "records",
    ),
    "suggestions": Evidence(
        "Works cited only that fit this library best",
        """select s.rank, s.id, w.label, s.score, s.named from suggestions s join works w on w.id = s.id
order by s.rank""",
    ),
    "retracted_here": Evidence(
        "Works whose retraction is known here",
        """select s.id, w.label, w.year, group_concat(distinct s.sign) as signs
from retraction_signs s join works w on w.id = s.id
group by s.id order by s.id""",
    ),
    **FULL_TEXT,
    **NEAR,
    **PICTURED,
    **computed_evidence(find_shown()),
}  # fmt: skip


def read_count(db: sqlite3.Connection, name: str, /, **values: str | int) -> Count:
    """Return how many rows the evidence of a name has, with the way to them: one select counts and proves."""
    return count_of(db.execute(f"select count(*) from ({EVIDENCE[name].sql})", values).fetchone()[0], name, **values)
