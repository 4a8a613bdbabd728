"""The table of citation links, which follows from citations and works.

Triggers keep it so when citations change or go, and when works are merged. What is inserted is added by
kb.store.citations: a trigger would take three times as long.
"""

from typing import Final

# The works whose links are those of one work: itself, and those merged into it.
_NAMES: Final = "(select {0} as id union all select id from works where merged_into = {0})"
_PRESENT: Final = "(select coalesce(merged_into, id) from works where id = {})"
_SAID: Final = f"""
        select count(*), group_concat(name), min(since) from (
            select s.name, min(c.since) as since
            from {_NAMES.format("excluded.citing_id")} a cross join citations c on c.citing_id = a.id
                join citation_sources s on s.id = c.source_id
            where c.cited_id in {_NAMES.format("excluded.cited_id")}
            group by s.id order by s.id)"""
ADD_LINKS: Final = f"""
    insert into citation_links (citing_id, cited_id, sources, said_by, since)
    select coalesce(a.merged_into, a.id), coalesce(b.merged_into, b.id), 1, s.name, c.since
    from {{}} c cross join works a on a.id = c.citing_id cross join works b on b.id = c.cited_id
        cross join citation_sources s on s.id = c.source_id
    where coalesce(a.merged_into, a.id) <> coalesce(b.merged_into, b.id)
    on conflict (citing_id, cited_id) do update set (sources, said_by, since) = ({_SAID});"""
_ROW: Final = (
    "(select new.citing_id as citing_id, new.cited_id as cited_id, new.source_id as source_id, new.since as since)"
)
_TAKE: Final = f"""
    delete from citation_links
    where citing_id = {_PRESENT.format("old.citing_id")} and cited_id = {_PRESENT.format("old.cited_id")};"""
_LEFT: Final = f"""(
        select * from citations
        where citing_id in {_NAMES.format(_PRESENT.format("old.citing_id"))}
            and cited_id in {_NAMES.format(_PRESENT.format("old.cited_id"))})"""
_FORMER: Final = "coalesce(old.merged_into, old.id)"
_MOVED: Final = f"(select new.id union all select id from {_NAMES.format(_FORMER)})"

CITATION_LINKS: Final = f"""
create table citation_links (    -- each citation once, whoever asserts it, merged works followed, none of a work itself
    citing_id integer not null references works (id),  -- The work that cites
    cited_id integer not null references works (id),  -- The work that is cited
    sources integer not null,    -- Number of sources that say so
    said_by text not null,       -- Their names, comma between
    since text not null,         -- Moment when the first of them said so, UTC
    primary key (citing_id, cited_id)
) strict, without rowid;
create index citation_links_cited on citation_links (cited_id, citing_id);

create trigger citation_links_taken after delete on citations
begin{_TAKE}{ADD_LINKS.format(_LEFT)}
end;

create trigger citation_links_changed after update on citations
begin{_TAKE}{ADD_LINKS.format(_LEFT)}{ADD_LINKS.format(_ROW)}
end;

create trigger citation_links_merged after update of merged_into on works
when old.merged_into is not new.merged_into begin
    delete from citation_links where cited_id = {_FORMER} and citing_id in (
        select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.citing_id
        where c.cited_id = new.id);
    delete from citation_links where citing_id = {_FORMER} and cited_id in (
        select coalesce(w.merged_into, w.id) from citations c join works w on w.id = c.cited_id
        where c.citing_id = new.id);{ADD_LINKS.format(f"(select * from citations where cited_id in {_MOVED})")}{
    ADD_LINKS.format(f"(select * from citations where citing_id in {_MOVED})")
}
end;
"""
LINKS_AS_DEFINED: Final = """
    select citing_id, cited_id, count(*) as sources, group_concat(name) as said_by, min(since) as since from (
        select coalesce(a.merged_into, a.id) as citing_id, coalesce(b.merged_into, b.id) as cited_id, s.name,
            min(c.since) as since
        from citations c join works a on a.id = c.citing_id join works b on b.id = c.cited_id
            join citation_sources s on s.id = c.source_id
        where coalesce(a.merged_into, a.id) <> coalesce(b.merged_into, b.id)
        group by 1, 2, s.id order by 1, 2, s.id)
    group by citing_id, cited_id"""
"""What the table must hold; tests and `litkb check` compare it."""
