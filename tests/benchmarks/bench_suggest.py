"""How many hidden references `litkb suggest` finds again, and how many co-citation, coupling, words or counts alone.

    python -m tests.benchmarks.bench_suggest [pubmed|hepth] [ARTICLES]

Of each article with 20 or more references a fifth is hidden: every assertion of these citations and the printed
references go from the file, in a transaction that is rolled back. All other works are then ranked, by the function
that answers the command, and by each measure alone. Weights are also chosen anew on folds that are not scored.
The data are those beside the checkout (shared/data).
"""

import gzip
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from graph.citation_graph import adjacency, build_citation_graph
from graph.similarity import suggest
from graph.similarity.ranking import WEIGHTS, link_parts, scores
from graph.similarity.text_similarity import Texts, likeness, profile_of, weighted_texts
from harvest.archive import open_archive
from harvest.files.input_files import list_files
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from kb.database import open_kb, transaction
from kb.queries.archive import archive_path
from kb.queries.works.local_neighbourhood import read_citers_of, read_known_works, read_references_of, read_texts_of
from kb.records import AbstractSection, Article, LinkList, Record
from kb.store.citations import save_reference_lists
from kb.store.links import save_links
from kb.store.records import save_records

DATA = Path(__file__).parents[3] / "shared" / "data"
MOMENT = "2026-01-01T00:00:00Z"
CUTS = (20, 50, 100)
FEWEST = 20
SHARE = 0.2
FOLDS = 5
CHOICES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)


class Case(NamedTuple):
    """One article: what was hidden, the pool of suggestions with the strengths of its parts, and the rankings."""

    hidden: set[int]
    ids: np.ndarray
    strengths: dict[str, np.ndarray]
    ranked: dict[str, list[int]]
    left: float  # share of the hidden that other works still name
    linked: float  # share of the hidden that has any link with the article and its list left


def made_pubmed(path: Path) -> sqlite3.Connection:
    """Return a file of the PubMed records and the iCite links of the collection."""
    db = open_kb(path, create=True)
    files = list(list_files([DATA / "pubmed-xml"]).files)
    with open_archive(archive_path(path)) as archive:
        harvest(db, archive, {}, Plan(files=tuple(file.name for file in files)), files=files)
    icite = DATA / "citations-api" / "icite"
    with transaction(db):
        save_records(db, map(_record, _lines(icite / "pubmed_titles_abstracts_604.jsonl.gz")), received_at=MOMENT)
        for one in _lines(icite / "icite_pubs_modern_604.jsonl.gz"):
            for name, key in (("references", "citedPmids"), ("cited_by", "citedByPmids")):
                entries = tuple((pmid, None) for pmid in one.get(key) or ())
                save_links(db, [LinkList(one["pmid"], name, "icite", entries)], received_at=MOMENT)
    return db


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt") as lines:
        yield from map(json.loads, lines)


def _record(one: dict[str, Any]) -> Record:
    text = one["abstract"]
    sections = (AbstractSection(one["pmid"], 1, None, None, text, None),) if text else ()
    return Record(Article(one["pmid"], "article", title=one["title"], year=one.get("year")), abstract_sections=sections)


def made_hepth(path: Path) -> sqlite3.Connection:
    """Return a file of cit-HepTh: links alone, no record held."""
    db = open_kb(path, create=True)
    with gzip.open(DATA / "citation-networks" / "cit-HepTh.txt.gz", "rt") as lines:
        pairs = [tuple(map(int, line.split())) for line in lines if not line.startswith("#")]
    with transaction(db):
        works = sorted({work for pair in pairs for work in pair})
        db.executemany("insert into works (id, label) values (?, ?)", ((work, f"hep-th {work}") for work in works))
        save_reference_lists(db, [(*pair, 5, MOMENT) for pair in pairs])
    return db


def wanted_articles(db: sqlite3.Connection, kind: str, limit: int) -> list[int]:
    """Return articles with enough references, a sample drawn with a fixed seed."""
    citations = build_citation_graph(db)
    enough = citations.ids[np.diff(adjacency(citations).indptr) >= FEWEST]
    if kind == "pubmed":
        held = {row[0] for row in db.execute("select pmid from articles")}
        enough = np.array([work for work in enough.tolist() if work in held])
    return sorted(np.random.default_rng(1).permutation(enough)[:limit].tolist())


def hide(db: sqlite3.Connection, work: int) -> set[int]:
    """Take a fifth of the references of a work out of the file, in the caller's transaction; return them."""
    cited = np.unique(read_references_of(db, read_known_works(db, [work]))[1])
    cited = cited[cited != work]
    hidden = np.random.default_rng(work).choice(cited, round(SHARE * len(cited)), replace=False)
    for other in hidden.tolist():
        named = "(select id from works where id = :other or merged_into = :other)"
        values = {"work": work, "other": other}
        db.execute(f"delete from citations where citing_id = :work and cited_id in {named}", values)
        db.execute(f"delete from article_references where citing_pmid = :work and cited_id in {named}", values)
    return set(hidden.tolist())


def case(db: sqlite3.Connection, work: int, texts: Texts | None) -> Case:
    """Return what all ways of ranking make of one article; the file is left as it was."""
    db.execute("savepoint hiding")
    hidden = hide(db, work)
    yours = np.unique(np.append(read_references_of(db, np.array([work]))[1], work))
    near = suggest.read_near(db, yours)
    pool = suggest.read_pool(db, near, yours)
    found = suggest.suggestions_for(db, [work], suggest.SuggestionScope(limit=max(CUTS))).found
    nameless = hidden - read_texts_of(db, np.array(sorted(hidden))).keys()  # the article alone printed their words
    left = sum(len(read_citers_of(db, np.array([other]))[0]) > 0 for other in hidden) / len(hidden)
    parts = link_parts(near, np.searchsorted(near.citations.ids, yours)).strengths.values()
    linked = len(hidden.intersection(near.citations.ids[np.any(list(parts), axis=0)].tolist())) / len(hidden)
    db.execute("rollback to hiding")
    db.execute("release hiding")
    ranked = {"suggest": [row.id for row in found]} | alone(work, hidden, yours, _without(texts, nameless))
    return Case(hidden, pool.ids, pool.strengths, ranked, left, linked)


def _without(texts: Texts | None, works: set[int]) -> Texts | None:
    """Return texts with nothing in the rows of works."""
    if texts is None:
        return None
    kept = sp.diags_array((~np.isin(WHOLE["now"].ids, list(works))).astype(float))
    return Texts(sp.csr_array(kept @ texts.vectors), texts.words)


class Whole(NamedTuple):
    """The whole graph, for what each measure alone ranks."""

    ids: np.ndarray
    cites: sp.csr_array


WHOLE: dict[str, Whole] = {}


def alone(work: int, hidden: set[int], yours: np.ndarray, texts: Texts | None) -> dict[str, list[int]]:
    """Return the first works by each measure alone, as it is usually defined, over all works of the file."""
    ids, full = WHOLE["now"]
    at = int(np.searchsorted(ids, work))
    cites = full.copy()
    low, high = cites.indptr[at], cites.indptr[at + 1]
    cites.data[low:high] = ~np.isin(ids[cites.indices[low:high]], list(hidden))
    mine = np.isin(ids, yours).astype(float)
    common = cites @ mine
    own = np.zeros(len(ids))
    own[cites.indices[low:high]] = cites.data[low:high]
    values = {
        "co-citation": common @ cites - (cites @ mine)[at] * own,
        "coupling": cites @ own,
        "coupling, all yours": cites @ (mine @ cites),
        "counts": np.asarray(cites.sum(axis=0)).ravel(),
    }
    if texts is not None:
        values["words"] = likeness(texts, profile_of(texts, np.array([at])))
        values["words, all yours"] = likeness(texts, profile_of(texts, np.flatnonzero(mine)))
    return {name: first(ids, value, mine) for name, value in values.items()}


def first(ids: np.ndarray, values: np.ndarray, mine: np.ndarray) -> list[int]:
    values = np.where(mine > 0, 0, values)
    best = np.lexsort((ids, -values))[: max(CUTS)]
    return ids[best[values[best] > 0]].tolist()


def recall(ranked: list[int], hidden: set[int]) -> list[float]:
    return [len(hidden.intersection(ranked[:cut])) / len(hidden) for cut in CUTS]


def by_weights(one: Case, weights: dict[str, float]) -> list[int]:
    total = sum(weights[part] * scores({part: strength}) / WEIGHTS[part] for part, strength in one.strengths.items())
    return one.ids[np.lexsort((one.ids, -total))[: max(CUTS)]].tolist()


def mean(cases: list[Case], weights: dict[str, float]) -> float:
    return float(np.mean([recall(by_weights(one, weights), one.hidden) for one in cases]))


def chosen(cases: list[Case]) -> dict[str, float]:
    """Return weights that one pass over the parts found best for these cases; co_cited is the unit."""
    weights = dict.fromkeys(WEIGHTS, 0.0) | {"co_cited": 1.0}
    for part in ("cites", "cited_by", "coupled", "text_likeness"):
        tried = [(mean(cases, weights | {part: value}), -value) for value in CHOICES]
        weights[part] = -max(tried)[1]
    return weights


def crossed(cases: list[Case]) -> list[list[float]]:
    """Return the recalls of each case by weights chosen on the other folds."""
    fold = np.random.default_rng(5).permutation(len(cases)) % FOLDS
    rows: list[list[float]] = [[] for _ in cases]
    for number in range(FOLDS):
        weights = chosen([one for one, of in zip(cases, fold, strict=True) if of != number])
        print(f"fold {number}: {weights}")
        for place in np.flatnonzero(fold == number).tolist():
            rows[place] = recall(by_weights(cases[place], weights), cases[place].hidden)
    return rows


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else "pubmed"
    limit = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    with tempfile.TemporaryDirectory() as folder:
        db = {"pubmed": made_pubmed, "hepth": made_hepth}[kind](Path(folder) / "kb.db")
        citations = build_citation_graph(db)
        WHOLE["now"] = Whole(citations.ids, adjacency(citations).astype(np.float64))
        words = read_texts_of(db, citations.ids) if kind == "pubmed" else {}
        texts = weighted_texts([words.get(work, "") for work in citations.ids.tolist()]) if words else None
        cases = [case(db, work, texts) for work in wanted_articles(db, kind, limit)]
        db.close()
    print(f"{kind}: {len(citations.ids):,} works, {len(citations.citing):,} citations, {len(cases)} articles")
    print(f"{np.mean([one.left for one in cases]):.4f} of the hidden are still cited by other works")
    print(f"{np.mean([one.linked for one in cases]):.4f} have any link with the article and its list left")
    rows = {name: [recall(one.ranked[name], one.hidden) for one in cases] for name in cases[0].ranked}
    rows["suggest, weights by folds"] = crossed(cases)
    for name, values in rows.items():
        print(f"{name:<28}" + "".join(f"{value:8.4f}" for value in np.mean(values, axis=0)))


if __name__ == "__main__":
    main()
