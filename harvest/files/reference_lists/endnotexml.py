"""EndNote's XML -> seeds.  (pure)"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from harvest.files.reference_lists.tagged import ENDNOTE_XML, Fields, seed_of_fields
from harvest.identify.seed import Seed
from kb.errors import UsageError

_BEGINS: Final = re.compile(r"\s*(?:<\?xml[^>]*\?>\s*)?<xml>\s*<records>|\s*(?:<\?xml[^>]*\?>\s*)?<records>")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_FIELDS: Final = [path for tags in ENDNOTE_XML[2:-1] for path in tags]


def is_endnote_xml(text: str) -> bool:
    """Return whether text is the XML that EndNote exports."""
    return _BEGINS.match(text) is not None


def read_endnote_xml(name: str, text: str) -> Iterator[Seed]:
    """Yield a seed for each record. Raises UsageError where the file is no XML to its end."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode(), parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"{name} is XML of EndNote that cannot be read to its end: {error}.") from error
    for number, record in enumerate(root.iterfind(".//record"), 1):
        yield seed_of_fields(f"{name} record {number}", _fields(record), ENDNOTE_XML)


def _fields(record: etree._Element) -> Fields:
    texts = {path: ["".join(map(str, found.itertext())).strip() for found in record.iterfind(path)] for path in _FIELDS}
    return {path: [value for value in values if value] for path, values in texts.items()}
