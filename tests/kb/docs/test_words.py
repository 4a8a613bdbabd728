"""The words that users read: the standard term everywhere, and each defined once in docs/words.md."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from kb.cli import cli
from kb.console import LazyGroup
from kb.text import counted, noun

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "kb" / "site" / "templates"
FORMER = re.compile(
    r"""\b(take[ns]?\ (it|them|this|the|all)\b[^.]{0,30}\baway|taken\ away|take\ away
    |nobody|in\ vain|came\ of\ it|how\ it\ stands|its\ page|says\ (pubmed|icite|ncbi)|said\ (pubmed|icite|ncbi)
    |ask\ it|sql\ behind|begin\ so|complete\ its\ base|held|named\ here|who\ says\ so|who\ was\ asked|made\ anew)\b
    |>all\ of\ it<""",
    re.VERBOSE | re.IGNORECASE,
)
CODE = re.compile(r"`[^`]*`|\bstate held\b")
MESSAGES = [*ROOT.glob("*/*cli.py"), *ROOT.glob("kb/publish/*.py")]  # modules whose texts are for people


def commands(group: click.Command, path: str = "litkb") -> Iterator[tuple[str, click.Command]]:
    yield path, group
    if isinstance(group, LazyGroup):
        for name in group.lazy:
            command = group.get_command(click.Context(group), name)
            assert command is not None
            yield from commands(command, f"{path} {name}")


def former_words(text: str) -> list[str]:
    return [found[0] for found in FORMER.finditer(" ".join(CODE.sub("", text).split()))]


def shown_text(template: str) -> str:
    """Return what a template shows of its own: without its expressions, tags and comments, with its labels."""
    plain = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.DOTALL)
    labels = " ".join(re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', plain))
    return f"{re.sub(r'<[^>]*>', ' ', plain)} {labels}"


@cache
def strings(path: Path) -> str:
    """Return the text constants of a module, docstrings left out."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = [node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in docs]
    return "\n".join(value for value in found if isinstance(value, str) and " " in value)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.stem)
def test_pages_use_the_standard_terms(path: Path) -> None:
    assert former_words(shown_text(path.read_text(encoding="utf-8"))) == []


def test_sentences_pictures_and_scripts_of_the_site_use_the_standard_terms() -> None:
    site = ROOT / "kb" / "site"
    texts = {path.name: strings(path) for path in site.rglob("*.py")}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in site.glob("static/*.js")}
    assert {name: words for name, text in texts.items() if (words := former_words(text))} == {}


def test_tables_and_queries_are_described_in_the_standard_terms() -> None:
    text = (ROOT / "metadata.yml").read_text(encoding="utf-8")
    told = [line for line in text.splitlines() if re.match(r"\s+(title|description|[a-z_]+): ", line)]
    told = [re.sub(r"^\s+[a-z_]+: ", "", line).replace("held: in this library", "") for line in told if "'" not in line]
    assert former_words("\n".join(told)) == []


@pytest.mark.parametrize(
    ("path", "command"), list(commands(cli)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_help_uses_the_standard_terms(path: str, command: click.Command) -> None:
    helps = [one.help or "" for one in command.params if isinstance(one, click.Option)]
    assert former_words("\n".join((command.help or "", *helps))) == []


@pytest.mark.parametrize("path", sorted(MESSAGES), ids=lambda path: path.stem)
def test_messages_and_reports_use_the_standard_terms(path: Path) -> None:
    assert former_words(strings(path)) == []


def test_every_option_of_a_command_that_is_shown_is_one_of_today() -> None:
    options = {path: set(_names(command)) for path, command in commands(cli)}
    shown = [*TEMPLATES.glob("*.html"), ROOT / "README.md", ROOT / "metadata.yml", *(ROOT / "docs").glob("*.md")]
    modules = [path for folder in ("kb", "harvest", "graph") for path in (ROOT / folder).rglob("*.py")]
    naming = (path for path in modules if "litkb " in path.read_text(encoding="utf-8"))
    texts = [*(path.read_text(encoding="utf-8") for path in shown), *map(strings, naming)]
    wrong = []
    for found in re.finditer(r"litkb (?:graph )?[a-z]+(?:-[a-z]+)?\b[^`<\n;#(]*", "\n".join(texts)):
        path = max((path for path in options if found[0].startswith(path)), key=len, default="litkb")
        given = re.findall(r"(?<=\s)--[a-z][a-z-]+", found[0])
        wrong += [found[0] for name in given if path != "litkb" and name not in options[path]]
    assert wrong == []


def _names(command: click.Command) -> Iterator[str]:
    for one in command.params:
        if not (isinstance(one, click.Option) and one.hidden):
            yield from (*one.opts, *one.secondary_opts)


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.stem
)
def test_documentation_uses_the_standard_terms(path: Path) -> None:
    assert former_words(path.read_text(encoding="utf-8")) == []


def test_each_word_is_defined_once_and_used() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs" / "words.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    words = [word for term, _ in rows[1:] for word in term.split(", ")]
    pages = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html")]
    docs = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md") if path.stem != "words"]
    helps = [command.help or "" for _, command in commands(cli)]
    code = [strings(path) for folder in ("kb", "harvest") for path in (ROOT / folder).rglob("*.py")]
    used = " ".join([*pages, *docs, *helps, *code, (ROOT / "README.md").read_text(encoding="utf-8")]).lower()
    assert len(words) == len(set(words))
    assert [word for word in words if word not in used] == []


def test_one_is_singular_and_every_other_number_plural() -> None:
    assert [counted(number, "article") for number in (0, 1, 2, 1204)] == [
        "0 articles", "1 article", "2 articles", "1,204 articles"
    ]  # fmt: skip
    assert (counted(1, "query", "queries"), counted(2, "query", "queries")) == ("1 query", "2 queries")
    assert (noun(1, "cites", "cite"), noun(2, "cites", "cite")) == ("cites", "cite")
