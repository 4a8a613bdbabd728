"""The same measures over Dask, from the Parquet tables of `litkb mirror export`: for a cluster, or a file of one's own.

A table is a folder of Parquet files with the columns that it has in a knowledge base. The vectors of PageRank, three
of eight bytes a work, are in the memory of the caller, one on each worker; the citations are spread over the workers.
"""

from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graph.measures.importance import DAMPING, TOLERANCE, pagerank_rounds, year_percentiles

if TYPE_CHECKING:
    import dask.dataframe as dd
    from distributed import Client, Future

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


def read_table(folder: str | Path, table: str, columns: list[str]) -> "dd.DataFrame":
    """Return columns of a table of an export, a partition a file."""
    import dask.dataframe as dd

    return dd.read_parquet(f"{folder}/{table}", columns=columns)


def counts_from_parquet(folder: str | Path) -> "pd.Series[int]":
    """Return by how many articles each cited work is cited, by its id; computed by the client that is in use."""
    cited = read_table(folder, "citations", ["cited_id"])
    counts: pd.Series[int] = cited.groupby("cited_id").size(split_out=cited.npartitions).compute()
    return counts.rename("citation_count").sort_index()


def percentiles_from_parquet(folder: str | Path) -> "pd.Series[float]":
    """Return the percentile of each article's count among the articles of its year and journal, by PMID.

    NaN where year or journal is not known. All articles of a journal are on one worker at a time.
    """
    counts = read_table(folder, "citations", ["cited_id"]).groupby("cited_id").size().rename("citation_count")
    articles = read_table(folder, "articles", ["pmid", "year", "journal_id"])
    counted = articles.merge(counts.to_frame(), left_on="pmid", right_index=True, how="left")
    found = counted.shuffle("journal_id").map_partitions(_percentiles, meta=pd.DataFrame({"pmid": [0], "p": [0.0]}))
    frame: pd.DataFrame = found.compute()
    return pd.Series(frame["p"].to_numpy(), index=frame["pmid"].to_numpy(np.int64), name="percentile").sort_index()


def _percentiles(articles: pd.DataFrame) -> pd.DataFrame:
    years = articles["year"].astype("float64").to_numpy(na_value=np.nan)
    journals, names = pd.factorize(articles["journal_id"])
    groups = np.where(journals < 0, np.nan, years * max(len(names), 1) + journals)
    counts = articles["citation_count"].fillna(0).to_numpy(np.int64)
    return pd.DataFrame({"pmid": articles["pmid"].to_numpy(np.int64), "p": year_percentiles(counts, groups)})


def pagerank_from_parquet(
    folder: str | Path, client: "Client", damping: float = DAMPING, tol: float = TOLERANCE
) -> "pd.Series[float]":
    """Return the PageRank of each article and each cited work, by id, as graph.measures.importance.pagerank() has it.

    Each worker keeps the citations of some ranges of cited works in memory, twelve bytes a citation; a round sends
    one vector to each worker and gets the ranges back.
    """
    parts = read_table(folder, "citations", ["citing_id", "cited_id"]).to_delayed()
    held = read_table(folder, "articles", ["pmid"]).to_delayed()
    ids: Ids = reduce(np.union1d, client.gather(client.map(_distinct, client.compute([*held, *parts]))))
    size = len(ids)
    spread = client.scatter(ids, broadcast=True)
    pairs = [client.submit(_places, part, spread) for part in client.compute(parts)]
    bounds = np.linspace(0, size, 2 * len(client.ncores()) + 1).astype(np.int64).tolist()
    ranges = [
        client.submit(_gathered, [client.submit(_between, pair, low, high) for pair in pairs], low, high)
        for low, high in pairwise(bounds)
    ]
    lengths = sum(client.gather([client.submit(_lengths, pair, size) for pair in pairs]), np.zeros(size, np.int64))
    del pairs
    ranks = _iterated(client, ranges, lengths, damping, tol)
    return pd.Series(ranks, index=ids, name="pagerank")


def _iterated(client: "Client", ranges: "list[Future[Any]]", lengths: Ids, damping: float, tol: float) -> Floats:
    size = len(lengths)
    shares = np.divide(1.0, lengths, out=np.zeros(size), where=lengths > 0)
    dangling = lengths == 0
    ranks = np.full(size, 1 / max(size, 1))
    for _ in range(pagerank_rounds(damping, tol)):
        given = client.scatter(ranks * shares, broadcast=True, hash=False)
        received = client.gather([client.submit(_received, part, given, pure=False) for part in ranges])
        stray = float(ranks[dangling].sum())
        later = damping * np.concatenate(received) + (damping * stray + 1 - damping) / max(size, 1)
        change = float(np.abs(later - ranks).sum())
        ranks = later
        if change < tol:
            break
    return np.asarray(ranks / ranks.sum())


def _distinct(part: pd.DataFrame) -> Ids:
    """Return the articles of a part of a table, or the works cited in it, ascending."""
    return np.unique(part.iloc[:, -1].to_numpy(np.int64))


def _places(part: pd.DataFrame, ids: Ids) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the places of the ends of citations in ids, in the order of the cited works."""
    citing, cited = (np.searchsorted(ids, part[name].to_numpy(np.int64)).astype(np.int32) for name in part.columns)
    order = np.argsort(cited, kind="stable")
    return citing[order], cited[order]


def _between(pairs: tuple[Ids, Ids], low: int, high: int) -> tuple[Ids, Ids]:
    citing, cited = pairs
    first, last = np.searchsorted(cited, (low, high))
    return citing[first:last].copy(), cited[first:last].copy()


def _gathered(some: list[tuple[Ids, Ids]], low: int, high: int) -> tuple[Ids, Ids, int]:
    """Return the citations of a range of cited works, and its length."""
    return (
        np.concatenate([citing for citing, _ in some]),
        np.concatenate([cited for _, cited in some]) - low,
        high - low,
    )


def _lengths(pairs: tuple[Ids, Ids], size: int) -> Ids:
    return np.bincount(pairs[0], minlength=size)


def _received(part: tuple[Ids, Ids, int], given: Floats) -> Floats:
    citing, cited, size = part
    return np.asarray(np.bincount(cited, weights=given[citing], minlength=size), np.float64)
