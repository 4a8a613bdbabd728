"""Files as NLM publishes them, made up from templates of bytes: a baseline and its update files, with their MD5.

The same numbers give the same bytes, and each file is made by itself. References go to older records as preferential
attachment distributes them: at time t the i-th record is cited with density 1 / (2 sqrt(i t)) (Barabási & Albert 1999).
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from isal import igzip
from lxml import etree

from harvest.pubmed.write_article import FOOTER, HEADER, format_record
from tests.benchmarks.pubmed_shaped import FIRST, shaped_record

_PRINTED: Final = 5_000  # printed references to choose from
_FIELD: Final = 1_000_000  # records of the field that templates are taken from
_PIECE: Final = 500  # records packed at once
_WITH_LIST: Final = 0.55  # of records
_GIVEN: Final = 0.85  # of references with a PMID
_LIST: Final = (6.0, 6.0)  # shape and scale of the length of a list, of which a fifth are long
_REFERENCE: Final = b"""
          <Reference>
            <Citation>%b</Citation>%b
          </Reference>"""
_IDS: Final = b"""
            <ArticleIdList>
              <ArticleId IdType="pubmed">%d</ArticleId>%b
            </ArticleIdList>"""
_DOI: Final = b"""
              <ArticleId IdType="doi">10.1000/j.%d</ArticleId>"""


class Made(NamedTuple):
    """What to make: so many baseline files of so many records each; the rest has values that fit."""

    files: int
    records: int
    year: int = 26  # of the baseline: pubmed26n0001.xml.gz
    seed: int = 0
    templates: int = 1_500
    first: int = FIRST  # the PMID of the first record

    def name(self, number: int) -> str:
        """Return the name of a file; the baseline's are 1 to files, update files follow."""
        return f"pubmed{self.year:02}n{number:04}.xml.gz"


def write_files(folder: Path, made: Made, updates: int = 0) -> list[Path]:
    """Write a baseline and its update files; return their paths in the order of their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_file(folder, made, number) for number in range(1, made.files + updates + 1)]


def write_file(folder: Path, made: Made, number: int) -> Path:
    """Write one file, and its MD5 beside it in NLM's form; return its path."""
    path = folder / made.name(number)
    with igzip.open(path, "wb", compresslevel=2) as file:
        pieces = _pieces(made, number)
        while some := b"".join(islice(pieces, _PIECE)):
            file.write(some)
    write_md5(path)
    return path


def write_md5(path: Path) -> None:
    """Write the MD5 of a file beside it, as NLM does."""
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.md5").write_text(f"MD5({path.name})= {digest}\n")


def _pieces(made: Made, number: int) -> Iterator[bytes]:
    yield HEADER
    draw = np.random.default_rng([made.seed, made.year, number])
    if number <= made.files:
        for at in range((number - 1) * made.records, number * made.records):
            yield _record(made, draw, at)
            if at % 997 == 5:  # a later version of it
                yield _record(made, draw, at, version=2)
    else:
        yield from _update(made, draw, number)
    yield FOOTER


def _update(made: Made, draw: np.random.Generator, number: int) -> Iterator[bytes]:
    """Yield an update file: a half is new, a half is held; some come again that the file before deleted."""
    held = made.files * made.records + (number - made.files - 1) * (made.records // 2)
    again = [at for at in deleted_by(made, number - 1) if at % 2]
    for at in (*draw.integers(held, size=made.records // 2).tolist(), *again, *range(held, held + made.records // 2)):
        yield _record(made, draw, at, version=1 + (at % 50 == 0))
    gone = b"".join(b'<PMID Version="1">%d</PMID>\n' % (made.first + at) for at in deleted_by(made, number))
    yield b"<DeleteCitation>\n%b</DeleteCitation>\n" % gone


def deleted_by(made: Made, number: int) -> list[int]:
    """Return the numbers of the records that a file deletes: one in a hundred; of the baseline none does."""
    if number <= made.files:
        return []
    draw = np.random.default_rng([made.seed, made.year, number, 1])
    return sorted(set(draw.integers(made.files * made.records, size=1 + made.records // 100).tolist()))


def _record(made: Made, draw: np.random.Generator, at: int, version: int = 1) -> bytes:
    template = _templates(made.templates)[int(draw.integers(made.templates))]
    values = {b"pmid": made.first + at, b"version": version, b"year": 1975 + at * 50 // (at + 20_000)}
    return template % (values | {b"references": _references(made, draw, at)})


def _references(made: Made, draw: np.random.Generator, at: int) -> bytes:
    if draw.random() > _WITH_LIST:
        return b""
    count = 1 + int(draw.gamma(*_LIST))
    cited = (at * draw.random(count) ** 2).astype(np.int64) + made.first
    given = draw.random(count) < _GIVEN
    printed = _printed()
    entries = zip(cited.tolist(), given.tolist(), strict=True)
    listed = b"".join(_REFERENCE % (printed[pmid % _PRINTED], _ids(pmid, given)) for pmid, given in entries)
    return b"\n        <ReferenceList>%b\n        </ReferenceList>" % listed


def _ids(pmid: int, given: bool) -> bytes:
    return _IDS % (pmid, _DOI % pmid if pmid % 2 else b"") if given else b""


@cache
def _printed() -> list[bytes]:
    """Return printed references, as bytes of XML."""
    found: list[bytes] = []
    for number in range(0, _FIELD, 97):
        record = shaped_record(number, _FIELD)
        found += (reference.citation.encode() for reference in record.references if reference.citation)
        if len(found) >= _PRINTED:
            break
    return found[:_PRINTED]


@cache
def _templates(count: int) -> list[bytes]:
    """Return records of PubMed's shape with places for PMID, version, year and references, indented as NLM's are."""
    return [_template(number) for number in range(0, _FIELD, _FIELD // count)][:count]


def _template(number: int) -> bytes:
    record = shaped_record(number, _FIELD)._replace(references=())
    pmid, doi = record.article.pmid, record.article.doi
    element = etree.fromstring(format_record(record))
    etree.indent(element, level=1)
    xml = etree.tostring(element).replace(b"%", b"%%")
    xml = xml.replace(b'<PMID Version="1">%d<' % pmid, b'<PMID Version="%(version)d">%(pmid)d<', 1)
    xml = xml.replace(str(doi).encode(), b"10.1000/j.%(pmid)d").replace(b"%d" % pmid, b"%(pmid)d")
    xml = xml.replace(b"<Year>%d<" % record.article.year, b"<Year>%(year)d<")
    return b"  " + xml.rstrip().replace(b"</PubmedData>", b"%(references)b\n    </PubmedData>") + b"\n"
