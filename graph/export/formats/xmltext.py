"""Text as XML takes it: forbidden characters left out, the rest escaped so that it is read back whole.  (pure)"""

import re
from typing import Final

from graph.export.formats.common import Network, Text, edge_values
from kb.text import without_controls

_SPECIAL: Final = re.compile("[^\\w \\-.,:;()/\\[\\]+*=?!%#@’‘“”–]|[\ud800-\udfff\ufffe\uffff]")
_PRINTABLE: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"))
_ESCAPES: Final = str.maketrans({**dict(_PRINTABLE), "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})


def xml_text(text: str) -> str:
    """Return text for an element or an attribute in double quotes; tabs and line ends survive in both."""
    if not _SPECIAL.search(text):
        return text
    return without_controls(text).translate(_ESCAPES)


XML: Final = Text(xml_text, _PRINTABLE)


def xml_edge_values(network: Network, said: str, pattern: str) -> str:
    """Return what is known of an edge: pattern with the place of each attribute and its value."""
    values = enumerate(value for _, _, value in edge_values(network, said))
    return "".join(pattern.format(place, xml_text(value)) for place, value in values if value)
