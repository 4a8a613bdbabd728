"""litkb check."""

from contextlib import closing
from pathlib import Path

import click

from kb.check import check_kb, logical_hash
from kb.console import json_option, kb_argument, say, tell
from kb.database import open_kb


@click.command("check")
@kb_argument
@click.option("--hash", "only_hash", is_flag=True, help="Print the SHA-256 of the logical content.")
@json_option
def check_command(kb: Path, only_hash: bool, as_json: bool) -> int:
    """Check the integrity of DB: every rule that a database constraint cannot express.

    Example: litkb check kb.db
    """
    with closing(open_kb(kb, keep_journal=True)) as db:
        violations = check_kb(db)
        digest = logical_hash(db) if only_hash or as_json else None
    if as_json:
        tell({"sound": not violations, "hash": digest, "violations": [v._asdict() for v in violations]})
    elif digest and not violations:
        click.echo(digest)
    elif not violations:
        click.echo(f"{kb}: sound")
    for violation in [] if as_json else violations:
        say(f"Broken: {violation.rule} ({violation.rows:,}: {', '.join(violation.examples)})")
    return 1 if violations else 0
