"""Sentences on what a work is in all of PubMed, as a mirror counted it; what it did not compute is said.  (pure)"""

from collections.abc import Iterator

from kb.queries.works.in_pubmed import InPubMed
from kb.sentences import Part, Sentence, count_of, joined, sentence


def in_pubmed_sentence(pmid: int, found: InPubMed) -> Sentence:
    """Return what a work is in all of PubMed, as a mirror counted it."""
    count = sentence("{n:citing article}", n=count_of(found.citation_count, "in_pubmed", pmid=pmid))
    told = joined("; ", [count, *_known(pmid, found), _unknown(found)])
    return sentence("{told} (PubMed’s files through {as_of}).", told=told, as_of=found.as_of)


def _unknown(found: InPubMed) -> Sentence:
    """Return what the mirror does not say: nothing of the whole where it was not computed there."""
    if found.percentile is None and found.pagerank_rank is None:
        return [Part("percentile and rank by PageRank not computed")]
    if found.percentile is None:
        return [Part("percentile unknown")]
    return [Part("rank by PageRank unknown")] if found.pagerank_rank is None else []


def _known(pmid: int, found: InPubMed) -> Iterator[Sentence]:
    words = (
        ("occ", found.occ_citation_count, "{n} by NIH’s Open Citation Collection"),
        ("percentile", found.percentile, "percentile {n:.0f} among the articles of its year and journal"),
        ("rank", found.pagerank_rank, "rank {n} by PageRank"),
    )
    for name, value, said in words:
        if value is not None:
            yield sentence(said, n=count_of(value, f"in_pubmed_{name}", pmid=pmid))


def cited_in_pubmed_sentence(pmid: int, here: int, found: InPubMed) -> Sentence:
    """Return how often a work is cited here, and in all of PubMed."""
    return sentence(
        "Cited {here:time} here, {there:time} in PubMed (files through {as_of}).",
        here=count_of(here, "citing", id=pmid), there=count_of(found.citation_count, "in_pubmed", pmid=pmid),
        as_of=found.as_of,
    )  # fmt: skip
