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
    "address": "url urls link links uri howpublished",
}
_KINDS: Final[Mapping[str, str]] = {name: kind for kind, names in _NAMES.items() for name in names.split()}


def kind_of(name: str) -> str | None:
    """Return what a column, field or key so named holds, whatever its case and blanks; None for others."""
    return _KINDS.get(re.sub(r"[\W_]", "", name[:60]).lower())
