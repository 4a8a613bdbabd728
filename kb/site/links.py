"""Addresses: https only, made by us from identifiers that are well formed.  (pure)"""

from urllib.parse import quote

from kb.identifiers import SYNTHETIC_FROM, normalise_doi, normalise_orcid, normalise_pmcid


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
