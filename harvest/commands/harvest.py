"""litkb harvest and litkb rebuild."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from harvest.archive import open_archive
from harvest.commands.mirrored import PLACE, mirror_option, open_mirror
from harvest.commands.outcome import show_changes, show_problems
from harvest.files.input_files import PAGE_TEXT, InputFile, list_files, sniff
from harvest.http.client import Client, Settings, settings_from_environment
from harvest.http.transport import is_loopback
from harvest.identify.seed import TITLE, Seed
from harvest.jobs.asked_texts import TextCost, cost_sentence, estimate_texts
from harvest.jobs.fetch_queue import Person, Progress
from harvest.jobs.harvest import Summary, harvest
from harvest.jobs.mirrored import check_mirrored
from harvest.jobs.plan import Cost, Plan, check_plan, estimate_cost
from harvest.jobs.rebuild import rebuild_kb
from harvest.sources.mirror import Mirror
from harvest.sources.registry import OFFERED, PUBMED, SOURCES
from harvest.sources.source import settings_of
from kb.console import (
    json_option,
    kb_argument,
    litkb_version,
    renamed_option,
    say,
    seeds_option,
    shown_progress,
    tell,
)
from kb.database import open_kb
from kb.errors import UsageError
from kb.identifiers import PMID_LIMIT, parse_identifier
from kb.queries.archive import archive_path
from kb.queries.harvest_log import OUTCOMES
from kb.queries.search.mesh import read_has_tree, read_heading_at
from kb.queries.search.query_tree import parse_branch
from kb.text import counted

_READ: Final = {  # what files hold: one of it, several
    "articles": ("article", "articles"), "books": ("book", "books"), "deletions": ("deletion", "deletions"),
    "references": ("reference", "references"), "full texts": ("full text", "full texts"), "marks": ("mark", "marks"),
    "old references": ("reference in the old format", "references in the old format"),
}  # fmt: skip
_LONGEST_KEY: Final = 1_000  # characters; a device has no end
_HINT = "Hint: set NCBI_EMAIL to your address; NCBI asks for it, to write before it blocks (NCBI_API_KEY: 10 a second)."


yes_option = click.option(
    "--yes", is_flag=True, help="Harvest the hits even if PubMed warns that it changed the query."
)
full_text_option = click.option(
    "--full-text", is_flag=True, help="Also the open full texts of all articles in DB that have a PMCID, once each."
)


class Rounds(click.ParamType[int]):
    """A number of rounds, 1 to 9, or `all`: 0."""

    name = "rounds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; a sentence where it is none."""
        if isinstance(value, int):
            return value
        return 0 if value == "all" else click.IntRange(1, 9).convert(value, param, ctx)


@click.command("harvest")
@kb_argument
@click.argument("seeds", metavar="[SEED]...", nargs=-1)
@seeds_option
@click.option("--title", "titles", metavar="TITLE", multiple=True, help="An article by its whole title.")
@click.option("--query", metavar="Q", help="A search in PubMed's language; all its hits, to 500,000.")
@click.option(
    "--file",
    "files",
    metavar="PATH",
    multiple=True,
    type=click.Path(path_type=Path),
    help="PubMed XML, NBIB or JATS, plain or gzipped, or a saved PubMed page; a folder: all in it. Several may follow.",
)
@click.option("--pmid", type=click.IntRange(1, PMID_LIMIT), metavar="PMID", help="The article of a saved PubMed page.")
@click.option("--references", is_flag=True, help="Also what the articles cite.")
@click.option("--cited-by", is_flag=True, help="Also what cites them.")
@click.option("--similar", is_flag=True, help="Also PubMed's similar articles.")
@click.option(
    "--depth",
    type=Rounds(),
    default=1,
    show_default=True,
    metavar="N",
    help="How many rounds to follow these links; `all`: until nothing new appears.",
)
@click.option("--frontier", is_flag=True, help="Start with the works that are cited only, the most cited first.")
@click.option(
    "--limit",
    "most",
    type=click.IntRange(1, PMID_LIMIT),
    metavar="N",
    help="At most N articles by following links; where none are followed, N full texts.",
)
@renamed_option("--most", "--limit")
@click.option("--years", metavar="A-B", help="Follow only to articles of these years: 2000-2010, 2000-, -2010.")
@click.option(
    "--type", "types", multiple=True, metavar="TYPE", help="Only to articles of this publication type: Review."
)
@click.option(
    "--branch",
    "branches",
    multiple=True,
    metavar="F04.754",
    help="Only to articles of this branch of the MeSH tree, which `litkb mesh` has read into DB.",
)
@click.option("--matching", metavar="Q", help="Only to articles found by this search in PubMed's language.")
@click.option(
    "--ask",
    multiple=True,
    type=click.Choice(list(OFFERED)),
    help=f"Another source for every article: {', or '.join(OFFERED.values())}.",
)
@full_text_option
@yes_option
@click.option("--dry-run", is_flag=True, help="Print the cost; request and write nothing.")
@click.option("--no-graph", is_flag=True, help="Do not compute the citation graph afterwards.")
@click.option("--email", metavar="ADDRESS", help="Your address, for NCBI. [env: NCBI_EMAIL]")
@click.option(
    "--api-key-file",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A file with the NCBI API key, since other users can see command lines. [env: NCBI_API_KEY]",
)
@click.option("--eutils-url", metavar="URL", help="Address of E-utilities. [env: LITKB_EUTILS_URL]")
@mirror_option
@json_option
@click.pass_context
def harvest_command(
    ctx: click.Context, /, kb: Path, *, as_json: bool, dry_run: bool, no_graph: bool, **options: Any
) -> int:
    """Fetch articles and their citations from PubMed or from files into DB.

    SEED is a PMID, DOI, PMCID, or a URL of PubMed, PMC or doi.org. Safe to interrupt and to repeat.

    Example: litkb harvest kb.db 32448354 --references --cited-by
    """
    options["seeds"], options["files"] = _sorted_out(options["seeds"], options["files"])
    options["listed"] = _listed(options["lists"])
    options["branches"] = [(number, _heading(kb, number)) for number in options["branches"]]
    if options["mirror"] and options["eutils_url"]:
        raise UsageError("--mirror and --eutils-url both say what answers in place of NCBI: give one of them.")
    mirror = open_mirror(options["mirror"]) if options["mirror"] else None
    plan = _plan(options, mirror)
    settings = None if mirror else _settings(options, rate=(ctx.obj or {}).get("requests_per_second"))
    cost = _cost(kb, plan, settings, mirror)
    if plan.names_articles:
        say(_announced(cost, plan, dry_run=dry_run))
    if dry_run:
        texts = _text_cost(kb, plan) if plan.full_text else {}
        if as_json:
            tell(cost._asdict() | texts)
        return 0
    if (cost.requests or plan.full_text) and settings and not settings.email:
        say(_HINT)
    summary = _run(kb, plan, clients_of(settings) if settings else {}, options, mirror)
    counted_as = "asked" if cost.articles or not plan.files else "records"
    if as_json:
        tell(_as_json(summary))
    elif plan.names_articles or summary.asked:
        _show(kb, summary, counted_as)
    if not no_graph and (after := (ctx.obj or {}).get("after_harvest")):
        after(kb)
    return 0 if summary.complete else 1


def _announced(cost: Cost, plan: Plan, *, dry_run: bool) -> str:
    """Return what will be asked for, and of whom."""
    if plan.mirror and cost.articles:
        articles = counted(cost.articles, "article")
        return (
            f"{'Would read' if dry_run else 'Reading'} about {articles} from {PLACE.format(plan.mirror)}; no requests."
        )
    return f"{'Would ask' if dry_run else 'Asking'} for {cost}." if cost.requests else _without_requests(plan)


def _text_cost(kb: Path, plan: Plan) -> dict[str, Any]:
    """Say what the full texts of the articles in the file will cost, and return it."""
    with closing(open_kb(kb)) if kb.exists() or not plan.names_articles else nullcontext() as db:
        cost = estimate_texts(db, most=plan.most_texts) if db else TextCost(0, 0, 0, 0)
    say(cost_sentence("Would ask", cost, more=", and those of what is new" if plan.names_articles else ""))
    return {"full_texts": cost._asdict()}


def _without_requests(plan: Plan) -> str:
    """Return why a harvest makes no requests."""
    if plan.files:
        return "Reading files; no requests."
    if plan.seeds or plan.listed:
        return "All that is named is already here; no requests."
    return "No work here is cited only and has a PMID; no requests."


def _sorted_out(seeds: Sequence[str], paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    """Return seeds and paths as they were meant: after --file, further words that name files are files (*.xml)."""
    named = [word for word in seeds if paths and Path(word).exists() and not _is_identifier(word)]
    return [word for word in seeds if word not in named], [*paths, *map(Path, named)]


def _is_identifier(word: str) -> bool:
    try:
        parse_identifier(word)
    except UsageError:
        return False
    return True


def _heading(kb: Path, number: str) -> str:
    """Return the heading at a place of the MeSH tree. Raises UsageError where this file does not know it."""
    with closing(open_kb(kb)) as db:
        branch, has_tree = read_heading_at(db, parse_branch(number) or number), read_has_tree(db)
    if branch is None:
        reason = "has no such place" if has_tree else "is not in this file; `litkb mesh` reads it"
        raise UsageError(f"--branch {number}: the MeSH tree {reason}.")
    return branch


def _plan(options: dict[str, Any], mirror: Mirror | None) -> Plan:
    files = _files(options["files"])
    plan = Plan(
        seeds=tuple(options["seeds"]),
        listed=(*options["listed"], *(Seed(TITLE, title=title.strip()) for title in options["titles"])),
        query=options["query"],
        files=tuple(sorted(file.name for file in files)),
        pmid=options["pmid"],
        references=options["references"],
        cited_by=options["cited_by"],
        similar=options["similar"],
        depth=options["depth"],
        most=options["most"],
        years=options["years"],
        types=tuple(options["types"]),
        matching=options["matching"],
        branches=tuple(options["branches"]),
        frontier=options["frontier"],
        ask=tuple(sorted(set(options["ask"]))),
        full_text=options["full_text"],
        mirror=mirror.through if mirror else None,
    )
    check_plan(plan)
    if plan.pmid is not None and sum(sniff(file.path) == PAGE_TEXT for file in files) != 1:
        raise UsageError("--pmid says whose saved page a file is: name exactly one saved PubMed page with --file.")
    return plan


def _listed(paths: Sequence[Path]) -> list[Seed]:
    """Return the seeds of files of references, and say how many there are."""
    from harvest.commands.listed import read_lists

    return read_lists(paths)


def _files(paths: Sequence[Path]) -> Sequence[InputFile]:
    return list_files(paths).files if paths else ()


def _settings(options: dict[str, Any], *, rate: int | None) -> Settings:
    """Return how PubMed is asked; a rate is that of a rehearsal, and None what NCBI allows."""
    key = _key(options["api_key_file"]) if options["api_key_file"] else None
    settings = settings_from_environment(base_url=options["eutils_url"], email=options["email"], api_key=key)
    return replace(settings, requests_per_second=rate)


def _key(path: Path) -> str:
    """Return the key in a file; the sentence where there is none does not repeat what was typed: it may be the key."""
    try:
        with path.open(encoding="utf-8") as file:
            words = file.read(_LONGEST_KEY).split()
    except (OSError, ValueError):
        words = []
    if len(words) != 1:
        raise UsageError("--api-key-file names a file that holds the NCBI API key and nothing else; this one does not.")
    return words[0]


def _cost(kb: Path, plan: Plan, settings: Settings | None, mirror: Mirror | None) -> Cost:
    """Return what plan will cost; raises UsageError where the mirror cannot answer it."""
    with closing(open_kb(kb, create=True)) if kb.exists() else nullcontext() as db:
        if mirror:
            check_mirrored(mirror, plan, db)
        return estimate_cost(db, plan, rate=settings.rate if settings else 1)


def _run(
    kb: Path, plan: Plan, clients: Mapping[str, Client], options: dict[str, Any], mirror: Mirror | None
) -> Summary:
    paths: list[Path] = options["files"]
    with ExitStack() as stack:
        db = stack.enter_context(closing(open_kb(kb, create=plan.names_articles)))
        archive = stack.enter_context(open_archive(archive_path(kb)))
        person = person_at_terminal(stack.enter_context(shown_progress()), yes=options["yes"])
        return harvest(
            db,
            archive,
            clients,
            plan,
            files=_files(paths),
            command=plan.command(
                kb.name,
                [path.name for path in paths],
                [path.name for path in options["lists"]],
                Path(options["mirror"] or "").name,
            ),
            version=litkb_version(),
            person=person,
            mirror=mirror,
        )


def person_at_terminal(progress: Progress, *, yes: bool) -> Person:
    """Return who is shown, told and asked; yes answers all questions, where there is no terminal none is asked: no."""

    def confirm(question: str) -> bool:
        return yes or (sys.stdin.isatty() and sys.stderr.isatty() and click.confirm(question, err=True))

    return Person(progress, say, confirm)


def clients_of(settings: Settings) -> dict[str, Client]:
    """Return who asks each source; where a rehearsal on this machine answers for PubMed, no other place is asked."""
    others = {name: settings_of(source, settings) for name, source in SOURCES.items() if name != PUBMED}
    if is_loopback(settings.base_url):
        rate = settings.requests_per_second
        others = {
            name: replace(one, requests_per_second=rate or one.rate)
            for name, one in others.items()
            if is_loopback(one.base_url)
        }
    return {name: Client(one, on_wait=say) for name, one in {PUBMED: settings, **others}.items()}


def _as_json(summary: Summary) -> dict[str, Any]:
    return {
        "run": summary.run_id,
        "resumed": summary.resumed,
        "asked": summary.asked,
        "outcomes": summary.outcomes,
        "problems": [task._asdict() for task in summary.problems],
        "notes": summary.notes,
        "read": summary.read,
        "changes": [change._asdict() for change in summary.changes],
    }


def _show(kb: Path, summary: Summary, counted_as: str) -> None:
    """Print what a run did with all that was asked, or all records of files: results to stdout, faults to stderr."""
    if summary.read:
        say("read " + ", ".join(counted(count, *_READ[name]) for name, count in summary.read.items() if count))
    parts = [f"{summary.outcomes[name]:,} {name}" for name in OUTCOMES if summary.outcomes[name]]
    click.echo(f"{counted_as} {summary.asked:,} = {' + '.join(parts) or '0'}")
    show_changes(kb, summary.changes)
    show_problems(summary.problems)


@click.command("rebuild")
@kb_argument
@click.pass_context
def rebuild_command(ctx: click.Context, kb: Path) -> int:
    """Rebuild DB from the raw responses in its archive, the file .sqlar beside it; no requests.

    A damaged raw response is named and left out; the same harvest then requests it again.

    Example: litkb rebuild kb.db
    """
    with shown_progress() as progress:
        rebuilt = rebuild_kb(kb, progress=_counting(progress))
    click.echo(f"{kb}: rebuilt from {counted(rebuilt.answers, 'raw response')}")
    for sentence in rebuilt.faults:
        say(f"The archive is damaged: {sentence}")
    for sentence in rebuilt.damaged:
        say(f"Left out: {sentence}")
    if rebuilt.damaged:
        say(f"{counted(len(rebuilt.damaged), 'raw response')} damaged; the same harvest commands request them again.")
    if rebuilt.own:
        say(f"Not litkb's, and so not rebuilt: {', '.join(rebuilt.own)}.")
    if rebuilt.kept_at:
        say(f"{rebuilt.kept_at} is the previous file, with all that it held.")
    if after := (ctx.obj or {}).get("after_harvest"):
        after(kb)
    return 1 if rebuilt.damaged or rebuilt.faults else 0


def _counting(progress: Callable[[str, int, int], None]) -> Callable[[int], None]:
    return lambda count: progress("answers", count, 0)
