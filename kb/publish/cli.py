"""litkb publish."""

from pathlib import Path
from typing import Any, Final

import click

from kb.console import json_option, kb_argument, say, tell
from kb.publish.run import Options, Published, publish_kb
from kb.text import counted

_LEAVE_OUT: Final[dict[str, Any]] = {"is_flag": True, "flag_value": False, "default": True}


@click.command("publish")
@kb_argument
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--no-abstracts", "abstracts", help="Leave out abstracts and their words in the search.", **_LEAVE_OUT)
@click.option("--no-emails", "emails", help="Leave out e-mail addresses, wherever they stand.", **_LEAVE_OUT)
@click.option(
    "--no-sentences", "sentences", help="Leave out all sentences of full texts, not only restricted ones.", **_LEAVE_OUT
)
@click.option("--title", metavar="TEXT", help="What to call it in CITATION.cff and REPORT.md.")
@click.option(
    "--author", "authors", metavar="NAME", multiple=True, help='For CITATION.cff: "Doe, Jane", or a group; repeatable.'
)
@click.option("--force", is_flag=True, help="Replace files in DIR that litkb publish did not make; never a real kb.db.")
@json_option
def publish_command(kb: Path, folder: Path, *, as_json: bool, **options: Any) -> None:
    """Write a copy of DB into DIR, to serve or to hand on, with checksums, dictionary and report.

    Makes DIR/kb-<hash>.db and lets the link DIR/kb.db lead to it. Older versions stay.

    Example: litkb publish kb.db published --no-abstracts --no-emails
    """
    published = publish_kb(kb, folder, Options(**options))
    tell(published._asdict() | {"path": str(published.path)}) if as_json else _show(published, folder)


def _show(published: Published, folder: Path) -> None:
    """Print where the file is; what was left out, and what else is there, to stderr."""
    click.echo(f"{folder / 'kb.db'} -> {published.path.name} ({published.size:,} bytes, SHA-256 {published.sha256})")
    if not published.is_new:
        say("The same content was published before; its file was left as it is.")
    for what, articles in published.omissions.items():
        say(f"Without {what}: {counted(articles, 'article')} changed by it.")
    if published.versions > 1:
        say(f"{published.versions} versions are in {folder}; remove those no longer needed.")
    say("A running litkb serve shows it within two seconds.")
