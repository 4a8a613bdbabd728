"""Names of columns, fields and keys in files of references -> what they hold.  (pure)"""

import re
from collections.abc import Mapping
from typing import Final

_NAMES: Final = {
    "pmid": "pmid pmids pubmed pubmedid pubmedids pubmedpmid pubmeduid medlinepmid medlineid entrezuid pm",
    "doi": "doi dois doilink doiurl digitalobjectidentifier di",
    "pmcid": "pmcid pmcids pmc pmcref pubmedcentralid",
    "title": "title articletitle documenttitle primarytitle ti",
    "year": "year publicationyear pubyear publishedyear yearofpublication py date publicationdate coverdate issued",
    "author": "firstauthor author authors authornames au",
    "volume": "volume volumenumber vl",
    "pages": "pages page pagerange pagestart startpage firstpage sp bp",
    "note": "note notes extra annote annotation addendum accessionnumber uniqueid ut",
    "address": "url urls link links uri howpublished eprint",
}
_KINDS: Final[Mapping[str, str]] = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def kind_of(name: str) -> str | None:
    """Return what a column, field or key so named holds, whatever its case, blanks and brackets; None for others.

    Of a path like ids.pmid the last name counts where it is an identifier's.
    """
    plain = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", name[:60]) or name[:60]
    last = _KINDS.get(_letters(plain.rpartition(".")[2]))
    return _KINDS.get(_letters(plain)) or (last if last in ("pmid", "doi", "pmcid") else None)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
