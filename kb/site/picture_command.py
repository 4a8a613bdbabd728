"""litkb picture: a picture of the site as a file."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from html import unescape
from pathlib import Path
from typing import Final

import click
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graph.export.atomic_write import find_targets, write_whole
from kb.console import kb_argument
from kb.database import one_moment, open_kb
from kb.errors import LitkbError, UsageError
from kb.identifiers import pmid_or_none
from kb.queries.works.pages import read_provenance, read_work
from kb.site.pages import picture_pages
from kb.site.pages.chart_pages import citing_years, year_pictures
from kb.site.pages.picture_pages import Picture
from kb.site.pages.picture_routes import png
from kb.site.parts.links import pubmed_url
from kb.site.parts.sources import source_words
from kb.site.pictures import svg
from kb.site.pictures.palette import BY_DAY, BY_NIGHT

_STATIC: Final = Path(__file__).parent / "static"
_SUFFIXES: Final = (".svg", ".png", ".html")
_YEARS: Final = ("articles", "citations", "communities", "references")
_WHAT: Final = f"map, timeline, names, years, {', '.join(f'years/{name}' for name in _YEARS)}, PMID, PMID/years"
_HREF: Final = re.compile(r' href="(/[^"]*)"')
_WORK: Final = re.compile(r"/(?:article|work)/(-?[0-9]+)")

Read = Callable[[sqlite3.Connection], list[Picture]]


@click.command("picture")
@kb_argument
@click.argument("what", metavar="WHAT")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--dark", is_flag=True, help="Draw SVG and PNG for a dark ground; HTML follows the reader's setting.")
@click.option("--site", metavar="URL", help="Lead links to this site of `litkb serve`; else works lead to PubMed.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def picture_command(kb: Path, what: str, out: Path, *, dark: bool, site: str | None, force: bool) -> None:
    """Write a picture of DB to OUT, as .svg, .png or .html.

    An HTML file needs nothing else: it can be sent, opened and explored anywhere.

    WHAT is map, timeline, names, years (all charts, as .html), years/articles, years/citations, years/communities,
    years/references, the PMID of a work (what stands around it), or PMID/years (what cites it, by year).

    Example: litkb picture kb.db map field.html
    """
    suffix = out.suffix.lower()
    if suffix not in _SUFFIXES:
        raise UsageError(f"{out.name} ends in none of {', '.join(_SUFFIXES)}.")
    read = _reader(what)
    find_targets(out, suffix, {"": suffix}, force=force)
    with closing(open_kb(kb, readonly=True)) as db, one_moment(db):
        pictures = read(db)
        source = _source(db, kb)
    write_whole({out: _written(pictures, what, suffix, source, dark=dark, site=site)})
    click.echo(out)


def _reader(what: str) -> Read:
    """Return what reads the pictures that a person named; raises UsageError where there are none of that name."""
    whole = {"map": picture_pages.field_map, "timeline": picture_pages.timeline, "names": picture_pages.names}
    name, _, rest = what.partition("/")
    pmid = pmid_or_none(name)
    if what in whole:
        return lambda db: [whole[what](db)]
    if name == "years" and (not rest or rest in _YEARS):
        return lambda db: [picture for key, picture in year_pictures(db).items() if rest in ("", key)]
    if pmid and rest in ("", "years"):
        return lambda db: [_around(db, pmid, over_time=bool(rest))]
    raise UsageError(f"{what!r} is no picture. Choose: {_WHAT}.")


def _around(db: sqlite3.Connection, pmid: int, *, over_time: bool) -> Picture:
    work = read_work(db, pmid)
    if work is None:
        raise LitkbError(f"Nothing in this knowledge base holds or names PMID {pmid}.")
    target = work.merged_into or pmid
    found = citing_years(db, target) if over_time else picture_pages.neighbourhood(db, target)
    assert found is not None, "a known work has a label"
    return found


def _source(db: sqlite3.Connection, kb: Path) -> str:
    sources = source_words(",".join(read_provenance(db).sources))
    return f"Drawn by litkb from {kb.name}. Sources of the records: {sources}."


def _written(pictures: list[Picture], what: str, suffix: str, source: str, *, dark: bool, site: str | None) -> bytes:
    """Return the bytes of the file; raises LitkbError where nothing can be drawn."""
    drawings = [picture.drawing for picture in pictures if picture.drawing]
    if not drawings:
        raise LitkbError(" ".join(part for part in (pictures[0].missing, pictures[0].command) if part))
    lead_to = partial(_address, site=site.rstrip("/") if site else None)
    if suffix == ".html":
        return _page(pictures, source, lead_to).encode()
    if len(drawings) > 1:
        raise UsageError(f"{what} is {len(drawings)} charts: write them as .html, or name one: years/articles.")
    document = _linked(svg.as_file(drawings[0], BY_NIGHT if dark else BY_DAY), lead_to)
    return png(document) if suffix == ".png" else document.encode()


def _page(pictures: list[Picture], source: str, lead_to: Callable[[str], str | None]) -> str:
    environment = Environment(loader=PackageLoader("kb.site"), autoescape=True, undefined=StrictUndefined)
    values = {
        "title": pictures[0].heading,
        "pictures": pictures,
        "source": source,
        "styles": _static("litkb.css") + _static("pictures.css"),
        "script": _static("map.js"),
        "in_page": svg.in_page,
        "swatch": svg.swatch,
        "urls": _Paths(),
    }
    return _linked(environment.get_template("litkb-alone.html").render(values), lead_to)


def _static(name: str) -> Markup:
    return Markup((_STATIC / name).read_text(encoding="utf-8"))  # noqa: S704  # a file of ours


class _Paths:
    """Paths of the site as they are: ``_linked`` makes addresses of them afterwards."""

    def path(self, path: str) -> str:
        return path


def _linked(document: str, lead_to: Callable[[str], str | None]) -> str:
    """Return a document whose links lead out of it; those that lead nowhere are none."""

    def link(found: re.Match[str]) -> str:
        address = lead_to(unescape(found[1]))
        return f' href="{svg.text_of(address)}"' if address else ""

    return _HREF.sub(link, document)


def _address(path: str, *, site: str | None) -> str | None:
    """Return where a path of the site leads from elsewhere; None: nowhere."""
    if site:
        return site + path
    work = _WORK.fullmatch(path)
    return pubmed_url(int(work[1])) if work else None
