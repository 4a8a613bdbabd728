"""litkb check."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import click

from kb.console import json_option, kb_argument, say, tell
from kb.database import open_kb
from kb.integrity.check import check_kb, logical_hash
from kb.integrity.seals import read_is_sealed
from kb.publish.files import sha256
from kb.queries.archive import archive_path, read_damage
from kb.queries.harvest_log import read_answer_names
from kb.queries.invariants import Violation

_VERSION: Final = re.compile(r"kb-([0-9a-f]{12})\.db")


@click.command("check")
@kb_argument
@click.option("--hash", "only_hash", is_flag=True, help="Print the SHA-256 of the logical content.")
@json_option
def check_command(kb: Path, only_hash: bool, as_json: bool) -> int:
    """Check the integrity of DB: its pages, its rules, the seal of each table, and the archive beside it.

    Example: litkb check kb.db
    """
    with closing(open_kb(kb, keep_journal=True)) as db:
        violations = [*check_kb(db), *_outside(kb, read_answer_names(db))]
        digest = logical_hash(db) if (only_hash or as_json) and not violations else None
        is_sealed = read_is_sealed(db)
    if as_json:
        found = [violation._asdict() for violation in violations]
        tell({"sound": not violations, "hash": digest, "sealed": is_sealed, "violations": found})
    elif not violations:
        click.echo(digest or f"{kb}: sound")
    for violation in [] if as_json else violations:
        say(f"Broken: {violation.rule} ({violation.rows:,}: {', '.join(violation.examples)})")
    if not is_sealed:
        say("Not every table could be compared with its seal: a writer was killed, or still writes.")
    return 1 if violations else 0


def _outside(kb: Path, answers: set[str]) -> Iterator[Violation]:
    """Yield what is wrong with the bytes of a published file, and with the archive, which should hold answers."""
    file = kb.resolve()
    if (version := _VERSION.fullmatch(file.name)) and not sha256(file).startswith(version[1]):
        yield Violation("the bytes of a published file are those of its name", 1, [file.name])
    archive = archive_path(kb)
    if archive.is_file() and (damaged := list(read_damage(archive, answers))):
        yield Violation(f"every answer in {archive.name} is as it came", len(damaged), damaged)
