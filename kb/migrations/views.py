"""Views: questions that many ask, as tables."""

from typing import Final

from kb.migrations.works import doi_key_of

_SAME_DOI: Final = (
    f"{doi_key_of('w.doi')} = {doi_key_of('n.other_doi')} and w.doi is not null and n.other_doi is not null"
)

VIEWS: Final = f"""
create view most_cited as
    select w.id, w.label, w.year, w.state, m.citation_count, m.pagerank
    from article_metrics m join works w on w.id = m.id
    where m.citation_count > 0
    order by m.citation_count desc, m.pagerank desc, w.id;

create view frontier as  -- known works with a PMID that the citation graph names and that are not held
    select w.id as pmid, w.label, w.year, w.doi, w.pmcid, count(c.citing_id) as cited_by,
        (select count(*) from citation_links d where d.citing_id = w.id) as cites
    from works w left join citation_links c on c.cited_id = w.id
    where w.state = 'known' and w.id > 0
        and (c.citing_id is not null or exists (select 1 from citation_links d where d.citing_id = w.id))
    group by w.id
    order by cited_by desc, cites desc, w.id;

create view often_cited_not_held as  -- by at least two articles, with or without a PMID
    select w.id, w.label, w.year, w.doi, w.citation_key, count(*) as cited_by
    from works w join citation_links c on c.cited_id = w.id
    where w.state = 'known'
    group by w.id having count(*) >= 2
    order by cited_by desc, w.id;

create view notice_links as  -- each notice from both ends, whichever record says so; named by PMID, else by DOI
    select n.pmid as id, n.kind, coalesce(
            (select coalesce(w.merged_into, w.id) from works w where w.id = n.other_pmid),
            (select min(w.id) from works w where {_SAME_DOI} and w.merged_into is null having count(*) = 1)
        ) as other_id, n.kind as says, n.pmid as said_by, n.position, n.ref_source as printed
    from notices n
    union all
    select n.other_pmid, k.converse, n.pmid, n.kind, n.pmid, n.position, null
    from notices n cross join notice_kinds k on k.kind = n.kind  -- by the other work, where one is looked for
    where n.other_pmid <> n.pmid and not exists (
        select 1 from works w where w.id = n.other_pmid and w.merged_into is not null)
    union all
    select w.id, k.converse, n.pmid, n.kind, n.pmid, n.position, null
    from notices n join notice_kinds k on k.kind = n.kind join works w on {_SAME_DOI}
    where w.merged_into is null and w.id <> n.pmid and not exists (
        select 1 from works v where {doi_key_of("v.doi")} = {doi_key_of("w.doi")} and v.doi is not null
            and v.id <> w.id and v.merged_into is null)
    union all
    select w.merged_into, k.converse, n.pmid, n.kind, n.pmid, n.position, null
    from works w cross join notices n on n.other_pmid = w.id join notice_kinds k on k.kind = n.kind
    where w.merged_into <> n.pmid;

create view retraction_signs as  -- all that says that a work was retracted, and whose record says so
    select pmid as id, name as sign, pmid as said_by, null as notice_id, null as printed
    from publication_types where name = 'Retracted Publication'
    union all
    select id, says, said_by, other_id, printed from notice_links
    where kind in ('RetractionIn', 'RetractedandRepublishedIn');

create view retracted_articles as
    select distinct id as pmid from retraction_signs where id > 0;

create view retracted_and_cited as
    select distinct r.id, w.label, w.year, c.citing_id, b.label as citing
    from retraction_signs r join works w on w.id = r.id
        join citation_links c on c.cited_id = r.id join works b on b.id = c.citing_id;

create view agreed_citations as  -- what several sources say, each by itself
    select citing_id, cited_id, sources, said_by from citation_links where sources > 1;

create view disputed_citations as  -- a source that knows the list of the citing article does not have it
    select l.citing_id, a.label as citing, l.cited_id, b.label as cited, l.said_by, s.name as missing_in
    from article_lists k
        cross join citation_links l on l.citing_id = k.pmid
        join citation_sources s on s.id = k.source_id
        join works a on a.id = l.citing_id join works b on b.id = l.cited_id
    where k.list = 'references' and k.entries > 0 and instr(',' || l.said_by || ',', ',' || s.name || ',') = 0
        and not (instr(',' || l.said_by || ',', ',resolved,')  -- what the record of the citing article prints
            and s.id = (select source_id from articles where pmid = l.citing_id))
        and exists (  -- a source that gives the length alone disputes nothing
            select 1 from citations o where o.citing_id = l.citing_id and o.source_id = k.source_id);

create view completeness as  -- of the lists of each held article: who was asked, and what was said
    select a.pmid, w.label, k.list, s.name as source, k.entries, k.checked_at,
        case when k.entries is null then 'no data' when k.entries = 0 then 'none' else 'known' end as answer
    from articles a join works w on w.id = a.pmid
        join article_lists k on k.pmid = a.pmid join citation_sources s on s.id = k.source_id;

create view article_branches as  -- each article under each MeSH descriptor that its own stand below, or are
    with recursive above (descriptor_ui, tree_number) as (
        select descriptor_ui, tree_number from mesh_tree
        where descriptor_ui in (select descriptor_ui from mesh_headings)
        union
        select descriptor_ui, rtrim(rtrim(tree_number, replace(tree_number, '.', '')), '.')  -- without its last part
        from above where instr(tree_number, '.') > 0),
    branches as (
        select distinct o.descriptor_ui as own_ui, t.descriptor_ui, t.name
        from above o join mesh_tree t on t.tree_number = o.tree_number)
    select distinct h.pmid, b.descriptor_ui, b.name
    from branches b join mesh_headings h on h.descriptor_ui = b.own_ui;

create view references_not_identified as  -- printed references without a PMID
    select r.citing_pmid, r.position, r.citation, coalesce(r.doi, r.printed_doi) as doi,
        coalesce(r.pmcid, r.printed_pmcid) as pmcid, r.cited_id
    from article_references r left join works w on w.id = r.cited_id
    where r.cited_pmid is null and (w.merged_into is null);

create view references_waiting as  -- printed references with candidates, for a person to decide
    select s.reference_key, s.id, w.label, s.score, (
            select count(*) from resolution_candidates c where c.id = s.id) as candidates,
        (select count(*) from article_references r where r.cited_id = s.id) as printed
    from resolutions s join works w on w.id = s.id
    where s.state = 'proposed' and w.merged_into is null
    order by s.score desc, s.reference_key;

create view field_runs as  -- graph runs that computed all measures; others computed one of them alone
    select g.* from graph_runs g
    where g.finished_at is not null and exists (
        select 1 from metric_runs m where m.graph_run_id = g.id and m.measure = 'citation_count');

create view seed as  -- the article asked for first, else the held one with the longest reference list
    select pmid, (select label from works where id = pmid) as label,
        preference = 0 and (  -- nothing else was asked for, nor read, in the run that brought the first record
            select r.id from harvest_runs r where exists (
                select 1 from harvest_tasks t where t.run_id = r.id
                and t.outcome in ('stored', 'unchanged', 'already here', 'merged', 'done'))
            order by r.id limit 1) is place
            and (select count(*) from harvest_tasks t where t.run_id = place
                and t.task in ('seed', 'search', 'file')) = 1 as began
    from (
        select a.pmid, 0 as preference, t.run_id as place
        from harvest_tasks t
            join works w on w.id = t.pmid or w.id = t.asked or w.doi = lower(t.asked) or w.pmcid = upper(t.asked)
            join articles a on a.pmid = coalesce(w.merged_into, w.id)
        where t.task = 'seed'
        union all
        select pmid, 1, -coalesce(reference_count, 0) from articles)
    order by preference, place, pmid limit 1;
"""
