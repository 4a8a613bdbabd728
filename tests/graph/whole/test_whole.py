"""Measures of all of a mirror equal those of the citation graph of the same records in a knowledge base."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from graph.citation_graph import CitationGraph, citation_counts
from graph.measures.importance import pagerank, year_percentiles
from graph.whole.measures import measure_whole, pagerank_of_whole, ranks_of
from graph.whole.parquet import counts_from_parquet, pagerank_from_parquet, percentiles_from_parquet
from graph.whole.save import measure_mirror
from harvest.mirror.build import build_mirror
from harvest.mirror.engine import run_here
from harvest.mirror.parquet import export_parquet
from kb.mirror.layout import RANK
from kb.mirror.reader import Mirror
from tests.benchmarks.pubmed_files import Made, write_file, write_files

HERE = "127.0.0.1:0"
MADE = Made(files=2, records=60, first=1_000, templates=20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror of two baseline files and an update file, and its export."""
    folder = tmp_path_factory.mktemp("whole")
    paths = write_files(folder / "files", MADE, updates=1)
    build_mirror(str(folder / "mirror"), [str(path) for path in paths], run_here)
    export_parquet(str(folder / "mirror"), str(folder / "tables"), run_here)
    return folder


@pytest.fixture(scope="module")
def mirror(folder: Path) -> Iterator[Mirror]:
    with Mirror(folder / "mirror") as mirror:
        yield mirror


def articles(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "tables" / "articles")


def graph_of(folder: Path, *, of_pmids: bool) -> CitationGraph:
    """Return the graph of the export: all articles and all works that they cite, or those with PMIDs only."""
    pairs = pd.read_parquet(folder / "tables" / "citations")
    pairs = pairs[pairs["cited_id"] > 0] if of_pmids else pairs
    citing, cited = pairs["citing_id"].to_numpy(), pairs["cited_id"].to_numpy()
    ids = np.union1d(articles(folder)["pmid"].to_numpy(), cited)
    return CitationGraph(ids, np.searchsorted(ids, citing), np.searchsorted(ids, cited))


def test_counts_and_pagerank_of_a_mirror_are_those_of_the_citation_graph(folder: Path, mirror: Mirror):
    citations, found = graph_of(folder, of_pmids=True), measure_whole(mirror)

    assert found.counts[citations.ids].tolist() == citation_counts(citations).tolist()
    assert found.counts.sum() == len(citations.citing)
    ranks = pagerank_of_whole(mirror)
    assert np.flatnonzero(~np.isnan(ranks)).tolist() == citations.ids.tolist()
    assert ranks[citations.ids] == pytest.approx(pagerank(citations), abs=1e-11)


def test_a_percentile_is_among_the_articles_of_the_year_and_journal(folder: Path, mirror: Mirror):
    found, rows = measure_whole(mirror), articles(folder)
    rows["count"] = found.counts[rows["pmid"]]
    expected = pd.Series(dtype=float)
    for _, some in rows.dropna(subset=["year", "journal_id"]).groupby(["year", "journal_id"]):
        values = year_percentiles(some["count"].to_numpy(), np.full(len(some), 1.0))
        expected = pd.concat([expected, pd.Series(values, index=some["pmid"])])

    assert found.percentiles[expected.index] == pytest.approx(expected.to_numpy())
    assert np.isnan(found.percentiles).sum() == len(found.percentiles) - len(expected)


def test_the_first_rank_is_the_highest_and_equal_values_share_theirs():
    assert ranks_of(np.array([0.1, np.nan, 0.5, 0.1, 0.3])).tolist() == [3, 0, 1, 3, 2]


def test_what_no_record_cites_and_no_record_is_has_no_rank(mirror: Mirror):
    found = measure_whole(mirror)

    assert found.ranks[0] == 0
    assert found.counts[0] == 0
    assert np.isnan(found.percentiles[0])


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask's, of pandas 3.1
def test_the_same_measures_come_of_parquet_by_dask(folder: Path, mirror: Mirror):
    from distributed import Client, LocalCluster

    citations = graph_of(folder, of_pmids=False)
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster) as client,
    ):
        counts = counts_from_parquet(folder / "tables")
        ranks = pagerank_from_parquet(folder / "tables", client)
        percentiles = percentiles_from_parquet(folder / "tables")

    cited = citation_counts(citations)
    assert dict(counts) == dict(zip(citations.ids[cited > 0], cited[cited > 0], strict=True))
    assert ranks.index.tolist() == citations.ids.tolist()
    assert ranks.to_numpy() == pytest.approx(pagerank(citations), abs=1e-11)
    expected = measure_whole(mirror).percentiles[percentiles.index]
    assert percentiles.to_numpy() == pytest.approx(expected, nan_ok=True)


def test_a_mirror_keeps_its_measures_until_it_is_updated(folder: Path, tmp_path: Path):
    copy = shutil.copytree(folder / "mirror", tmp_path / "mirror")
    built = measure_mirror(str(copy))

    with Mirror(copy) as mirror:
        found, chunk = measure_whole(mirror), mirror.chunk(RANK, 0)
        assert chunk is not None
        assert chunk.tolist() == found.ranks.tolist()
    assert measure_mirror(str(copy)) == built
    update = write_file(tmp_path, MADE, MADE.files + 2)
    assert RANK not in build_mirror(str(copy), [str(update)], run_here).chunks
