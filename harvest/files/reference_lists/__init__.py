"""Files of references: bytes -> seeds, by what is in them. FORMATS is the one table of readers.  (pure)"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final, NamedTuple

from harvest.files.nbib import is_nbib, parse_nbib
from harvest.files.reference_lists import tagged
from harvest.files.reference_lists.bibtex import is_bibtex, read_bibtex
from harvest.files.reference_lists.csl import is_json, read_json
from harvest.files.reference_lists.decoding import decode_text
from harvest.files.reference_lists.endnotexml import is_endnote_xml, read_endnote_xml
from harvest.files.reference_lists.lists import is_list, read_list
from harvest.files.reference_lists.pubmedtext import is_pubmed_text, read_pubmed_text
from harvest.files.reference_lists.refused import what_it_seems
from harvest.files.reference_lists.ris import is_ris, read_ris
from harvest.files.reference_lists.table import is_csv, read_csv
from harvest.files.reference_lists.xlsx import is_xlsx, read_xlsx
from harvest.identify.seed import Seed
from kb.errors import RecordError, UsageError

_HEAD: Final = 4096  # characters


class Format(NamedTuple):
    """A format: how it is known, and its reader, which is given the name of the file and its text."""

    is_one: Callable[[str], bool]
    read: Callable[[str, str], Iterator[Seed]]


def _read_nbib(name: str, text: str) -> Iterator[Seed]:
    """Yield the PMIDs, to be asked of PubMed again; a record that is cut off has one, too."""
    for number, item in enumerate(parse_nbib(text.encode()), 1):
        place = f"{name} record {number}"
        if isinstance(item, RecordError):
            yield Seed(place, pmid=item.pmid, fault=None if item.pmid else item.reason)
        else:
            yield Seed(place, pmid=item.article.pmid)


FORMATS: Final = (  # the first that knows a file reads it
    Format(lambda text: is_nbib(text[:_HEAD].encode()), _read_nbib),
    Format(tagged.is_web_of_science, partial(tagged.read_tagged, layout=tagged.WEB_OF_SCIENCE)),
    Format(tagged.is_refworks, partial(tagged.read_tagged, layout=tagged.REFWORKS)),
    Format(tagged.is_endnote, partial(tagged.read_tagged, layout=tagged.ENDNOTE)),
    Format(is_ris, read_ris),
    Format(is_json, read_json),
    Format(is_endnote_xml, read_endnote_xml),
    Format(is_bibtex, read_bibtex),
    Format(is_pubmed_text, read_pubmed_text),
    Format(is_csv, read_csv),
    Format(is_list, read_list),
)
NAMES: Final = (
    "RIS, BibTeX, CSL-JSON, NBIB, CSV, Excel, PubMed's Summary or Abstract (text), EndNote, RefWorks, Web of Science, "
    "litkb's JSON Lines, or one PMID, DOI or PMCID a line"
)


def read_seeds(name: str, data: bytes) -> list[Seed]:
    """Return the seeds of a file in its order; an entry that gives none is a seed with a fault.

    Raises UsageError for a file in none of the FORMATS.
    """
    seeds = list(_read(name, data))
    if not seeds:
        raise UsageError(f"{name} has no entry.")
    return seeds


def _read(name: str, data: bytes) -> Iterator[Seed]:
    if is_xlsx(data):
        return read_xlsx(name, data)
    text = decode_text(data)
    for one in FORMATS:
        if one.is_one(text):
            return one.read(name, text)
    raise UsageError(f"{name} has no seeds that litkb can read: it is not {NAMES}.{what_it_seems(data, text)}")
