"""Requests to E-utilities as Biopython spells them; litkb's own client sends them."""

from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode

from Bio import Entrez

from kb.errors import BiopythonError

_IDENTITY: Final = frozenset({"tool", "email", "api_key"})  # the client adds its own, last
_PROGRAMS: Final = {
    "esearch": "esearch.fcgi",
    "efetch": "efetch.fcgi",
    "elink": "elink.fcgi",
    "ecitmatch": "ecitmatch.cgi",
}


class EntrezRequest(NamedTuple):
    """What Biopython would send: the program's name ("efetch.fcgi") and its parameters, identity left out."""

    program: str
    parameters: tuple[tuple[str, str], ...]


def build_form(endpoint: str, parameters: Mapping[str, object]) -> EntrezRequest:
    """Return the request that the Bio.Entrez function named endpoint would send for parameters.

    A list under ``id`` becomes one comma list, or repeated ``id`` in ELink: that is Biopython's knowledge. The key
    and the e-mail address of Bio.Entrez, where a program has set them, stay out. Raises BiopythonError where
    Biopython puts requests together in another way.
    """
    asked = {**parameters, **dict.fromkeys(_IDENTITY, "")}
    try:
        found = Entrez._construct_params(asked, join_ids=endpoint != "elink")  # type: ignore[no-untyped-call]
        pairs = parse_qsl(urlencode(found, doseq=True), keep_blank_values=True)
    except (AttributeError, TypeError) as error:
        raise BiopythonError(
            f"This Biopython puts requests together in another way ({error}). Install biopython 1.88, or a newer litkb."
        ) from error
    return EntrezRequest(_PROGRAMS[endpoint], tuple((name, value) for name, value in pairs if name not in _IDENTITY))
