"""E-mail addresses in text: finding them and leaving them out.  (pure)"""

import re
from typing import Final

from kb.text import LEFT_OUT

_NAME: Final = r"\w.!#$%&'’*+~\-"  # characters of the part before the @
_START: Final = rf"(?:(?<=\\.)|(?<![{_NAME}\\]))"  # at a whole name; after "\n", as JSON writes the end of a line
_LOCAL: Final = rf"(?:\{{[^{{}}@]{{1,200}}\}}|{_START}[{_NAME}]+)"  # jane.doe, or {jane,john}
_AT: Final = "[@＠﹫]"
_END: Final = r"[^\W\d_]{2,}"  # a top-level domain: "5@0.5" is no address
_ADDRESS: Final = re.compile(rf"{_LOCAL}{_AT}(?:[\w-]+\.)+{_END}")
_WRITTEN_OUT: Final = re.compile(  # in an address of the web, and in a path as Datasette writes it
    r"(?:(?<=%(?!2B)[0-9A-F]{2})|(?<![\w.%-]))(?:[\w.-]|%2B)+%40(?:[\w-]+\.)+"
    + _END
    + r"|(?:(?<=~(?!2[BE])[0-9A-F]{2})|(?<=%[0-9A-F]{2})|(?<![\w~%-]))(?:[\w-]|~2[BE])+~40(?:[\w-]+~2E)+"
    + _END
)

# At the end of affiliations addresses are introduced, spaced out and disguised: "Electronic address: a (at) b.org."
_DISGUISED: Final = (
    rf"{_LOCAL}\s*(?:{_AT}|\(at\)|\[at\])\s*(?:[\w-]+(?:\.|\s*\(dot\)\s*|\s*\[dot\]\s*))+{_END}"
)  # fmt: skip
_INTRODUCED: Final = (
    r"(?:(?:electronic\s+address(?:es)?|e-?mails?(?:\s+address(?:es)?)?)\s*+(?:[:;]\s*+)?)?"
    rf"{_DISGUISED}(?:\s*(?:[,;/]|\band\b|\bor\b)\s*{_DISGUISED})*"
)
_APPENDED: Final = re.compile(
    rf"(?<!\s)\s*(?:\(\s*{_INTRODUCED}\s*\)|<\s*{_INTRODUCED}\s*>|\[\s*{_INTRODUCED}\s*\])|(?<![\s,;])[\s,;]*{_INTRODUCED}\.?",
    re.IGNORECASE,
)


def without_emails(text: str, instead: str = LEFT_OUT) -> str:
    """Return text with each e-mail address replaced by ``instead``."""
    return _WRITTEN_OUT.sub(instead, _ADDRESS.sub(instead, text))


def affiliation_without_emails(text: str) -> str:
    """Return an affiliation without its addresses and the words that introduce them ("Electronic address:")."""
    return without_emails(_APPENDED.sub("", text))
