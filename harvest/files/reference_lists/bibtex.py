"""BibTeX and BibLaTeX -> seeds.  (pure)"""

import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from harvest.files.reference_lists.entry import Printed, Said, build_seed, find_addressed, find_labelled
from harvest.files.reference_lists.names import kind_of
from harvest.identify.seed import Seed

if TYPE_CHECKING:
    from bibtexparser.model import Field

_BEGINS: Final = re.compile(r"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)
_KEYLESS: Final = re.compile(  # "@article{\n author = …", as EndNote writes it
    r"^([ \t]*@[ \t]*(?!(?:string|comment|preamble)\b)\w+[ \t]*[{(])(?=\s{0,80}[\w-]{1,40}\s{0,80}=)",
    re.MULTILINE | re.IGNORECASE,
)
_ARCHIVES: Final = {"pubmed": "pmid", "pmid": "pmid", "medline": "pmid", "pmc": "pmcid", "pmcid": "pmcid", "doi": "doi"}
_ESCAPED: Final = re.compile(r"\\([_%&#$~^{}])(?:\{\})?")
_WORDS: Final = {
    "textless": "<",
    "textgreater": ">",
    "textasciitilde": "~",
    "textunderscore": "_",
    "sim": "~",
}
_NAMED: Final = re.compile(r"\$?\\(textless|textgreater|textasciitilde|textunderscore|sim)\b(?:\{\}| )?\$?")
_JOINED: Final = re.compile(r'(?<=.)"\s*#\s*(?:"|\w+$)')  # "Oil " # "lamps", "Oil" # sep
_LONGEST: Final = 2_000  # characters of a title that is decoded


def is_bibtex(text: str) -> bool:
    """Return whether a line of text begins an entry."""
    return _BEGINS.search(text) is not None


def read_bibtex(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each entry; a fault for one that is not closed. A repeated key, or none, is no loss."""
    from bibtexparser.entrypoint import parse_string  # takes a tenth of the start of every harvest
    from bibtexparser.model import Entry, ParsingFailedBlock

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # its warnings are the faults of the entries
    library = parse_string(_KEYLESS.sub(r"\1,", text))
    for block in sorted(library.blocks, key=lambda block: block.start_line or 0):
        place = f"{name} line {(block.start_line or 0) + 1}"
        entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(entry, Entry):
            yield _seed(place, entry.fields)
        elif isinstance(block, ParsingFailedBlock):
            yield Seed(place, fault="The entry cannot be read: a brace or a quotation mark is not closed.")


def _seed(place: str, fields: "list[Field]") -> Seed:
    values = [(field.key, _JOINED.sub("", str(field.value).strip())) for field in fields]
    if glued := next((key for key, value in values if _goes_on(value)), None):
        return Seed(place, fault=f"The entry cannot be read: a comma is missing after its field {glued}.")
    texts = {
        kind: [value for key, value in values if kind_of(key) == kind]
        for kind in ("note", "address", "title", "year", "author", "volume", "pages")
    }
    said = [
        Said(key, kind, plain_identifier(value))
        for key, value in values
        if (kind := kind_of(key)) in ("pmid", "doi", "pmcid")
    ]
    said += _eprint({key.lower(): value for key, value in values})
    hints = [*find_labelled(map(_lines, texts["note"])), *find_addressed(map(plain_identifier, texts["address"]))]
    first = {kind: next(filter(None, texts[kind]), "") for kind in ("title", "year", "author", "volume", "pages")}
    author = plain_text(first["author"][:_LONGEST].partition(" and ")[0])
    where = (_bare(first["volume"]), _bare(first["pages"]))
    return build_seed(place, said, hints, Printed(plain_text(first["title"]), _bare(first["year"]), author, *where))


def _goes_on(value: str) -> bool:
    """Return whether another field stands in a value, behind the brace that closes it."""
    depth = 0
    for brace in re.finditer(r"\\.|[{}]", value) if value.startswith("{") else ():
        depth += (brace[0] == "{") - (brace[0] == "}")
        if depth == 0:
            return re.match(r"\s*[\w-]+\s*=", value[brace.end() :]) is not None
    return False


def _eprint(fields: dict[str, str]) -> list[Said]:
    """Return what the field eprint says, where eprinttype or archiveprefix tells of which archive it is."""
    archive = _bare(fields.get("eprinttype") or fields.get("archiveprefix") or "").lower()
    kind = _ARCHIVES.get(archive)
    return [Said("eprint", kind, plain_identifier(fields["eprint"]))] if kind and "eprint" in fields else []


def _bare(value: str) -> str:
    """Return a word without the braces or quotation marks around it, which stay where they are double."""
    return value.strip('{}" ')


def _lines(note: str) -> str:
    return plain_identifier(re.sub(r"\\\\|\\par\b", "\n", note))


def plain_identifier(value: str) -> str:
    """Return an identifier, an address or a note as it was before it was written for TeX; % and ~ are letters in it."""
    named = _NAMED.sub(lambda match: _WORDS[match[1]], value.replace("$<$", "<").replace("$>$", ">"))
    kept = _ESCAPED.sub(lambda match: {"{": "\x01", "}": "\x02"}.get(match[1], match[1]), named)
    return kept.replace("{", "").replace("}", "").replace("\x01", "{").replace("\x02", "}").strip('" ')


def plain_text(value: str) -> str:
    """Return a title or a name without TeX; one that cannot be read, or a very long one, as it stands."""
    value = value[1:-1] if value[:1] == value[-1:] == '"' else value  # they stay where a field is repeated
    if re.search(r"[\\$~]", value) and len(value) <= _LONGEST:
        from pylatexenc.latexwalker import LatexWalkerError

        with suppress(LatexWalkerError, RecursionError, ValueError, IndexError, TypeError):
            value = str(_decoder().latex_to_text(re.sub(r"(?<!\\)%", r"\\%", value)))
    return value.replace("{", "").replace("}", "")


@cache
def _decoder() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(keep_braced_groups=False, math_mode="verbatim")
