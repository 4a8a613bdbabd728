"""Addresses: https only, made by us from identifiers that are well formed.  (pure)"""

from typing import Final
from urllib.parse import quote, unquote, urlencode

from datasette.utils import tilde_decode, tilde_encode

from kb.identifiers import SYNTHETIC_FROM, normalise_doi, normalise_orcid, normalise_pmcid
from kb.queries.search.matches import Wanted

KIND_OF_FACET: Final = {
    "author": "author", "journal": "journal", "heading": "mesh", "mesh": "mesh", "keyword": "keyword",
    "community": "community", "year": "year",
}  # fmt: skip


def thing_path(kind: str, key: str | int) -> str:
    """Return the path of the page of a thing, such as ("author", "hoie m"); any key is safe in it: /author/hoie+m.

    Datasette writes the keys of its rows so; "/", "." and "%" in a key cannot be taken for something else.
    """
    return f"/{kind}/{tilde_encode(str(key))}"


def thing_key(part: str) -> str:
    """Return the key that a part of an address stands for, also where a person typed it: "Høie M"."""
    return str(tilde_decode(unquote(part, errors="replace")))


def answer_path(name: str) -> str:
    """Return the path of the page of a kept answer."""
    return f"/evidence/answer?{urlencode({'name': name})}"


def sql_path(wanted: Wanted) -> str:
    """Return the query string that shows the articles wanted as a question in SQL."""
    sql = f"""select a.pmid, coalesce(a.title, a.vernacular_title) as title, a.authors, a.year
from {wanted.tables}
where {wanted.where}
order by a.year desc, a.pmid desc"""
    return urlencode([("sql", sql), *((name, str(value)) for name, value in wanted.values.items())])


def pubmed_url(pmid: int | None) -> str | None:
    """Return the page of a PMID at PubMed; None for a made-up one and for a work without PMID."""
    if pmid is None or not 0 < pmid < SYNTHETIC_FROM:
        return None
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def doi_url(doi: str | None) -> str | None:
    """Return the address of a DOI at doi.org; None where it is none."""
    bare = normalise_doi(doi)
    return f"https://doi.org/{quote(bare, safe='/:();._-')}" if bare else None


def pmc_url(pmcid: str | None) -> str | None:
    """Return the page of an article in PubMed Central; None where the text is no PMCID."""
    normal = normalise_pmcid(pmcid)
    return f"https://pmc.ncbi.nlm.nih.gov/articles/{normal}/" if normal else None


def orcid_url(orcid: str | None) -> str | None:
    """Return the page of an ORCID iD; None where its check digit is wrong."""
    normal = normalise_orcid(orcid)
    return f"https://orcid.org/{normal}" if normal else None
