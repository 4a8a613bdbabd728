"""Whether works that a full text cites in one sentence are more alike than works that only share its list.

    python -m tests.benchmarks.bench_nearness

Of each pair of works that a text lists: the likeness of their titles as printed, and whether others cite both. With it
what suggestions for the articles with full text could gain: how many of their references, hidden as in bench_suggest,
are linked with the rest at all. Texts and records are those beside the checkout (shared/data).
"""

import sqlite3
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from graph.citation_graph import CitationGraph, adjacency, build_citation_graph
from graph.similarity.text_similarity import Texts, weighted_texts
from harvest.archive import open_archive
from harvest.files.input_files import list_files
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from kb.printed.title import printed_title
from kb.queries.archive import archive_path
from kb.queries.citations import Ids
from kb.queries.works.cited_places import NONE, CitedPlaces, read_cited_places
from kb.text import fold
from tests.benchmarks.bench_suggest import CUTS, DATA, FEWEST, WHOLE, Whole, case, made_pubmed, recall

NEARNESS: Final = ("only in one list", "in one section", "in one sentence")


def read_pairs(db: sqlite3.Connection) -> dict[tuple[int, int, int], int]:
    """Return by text and two works how near it cites them: a place in NEARNESS."""
    nearest: dict[tuple[int, int, int], int] = {}
    for places in read_cited_places(db):
        for near, numbers in enumerate((np.zeros_like(places.citing), places.sections, places.sentences)):
            for (citing, _), works in works_by_place(places, numbers).items():
                nearest |= {(citing, *pair): near for pair in combinations(sorted(works), 2)}
    return nearest


def works_by_place(places: CitedPlaces, numbers: Ids) -> dict[tuple[int, int], set[int]]:
    """Return the works that are cited in each place of each text."""
    found: dict[tuple[int, int], set[int]] = {}
    for citing, cited, number in np.stack([places.citing, places.cited, numbers], axis=1).tolist():
        if number != NONE:
            found.setdefault((citing, number), set()).add(cited)
    return found


def read_title_texts(db: sqlite3.Connection, ids: Ids) -> Texts:
    """Return the words of the titles that full texts print of works; works without one have none."""
    rows = db.execute("""select coalesce(w.merged_into, w.id), f.citation from full_text_references f
        join works w on w.id = f.cited_id where f.citation is not null order by f.pmid desc, f.position desc""")
    titles = {work: " ".join(printed_title(citation)) for work, citation in rows}
    return weighted_texts([fold(titles.get(work, "")) for work in ids.tolist()])


def made_field(path: Path) -> sqlite3.Connection:
    """Return the field of bench_suggest with the full texts of the collection."""
    db = made_pubmed(path)
    files = list(list_files([DATA / "pmc-jats"]).files)
    with open_archive(archive_path(path)) as archive:
        harvest(db, archive, {}, Plan(files=tuple(file.name for file in files)), files=files)
    return db


def show_overlap(db: sqlite3.Connection) -> None:
    bodies, listed, often = db.execute("""select (select count(*) from full_texts where outcome = 'body'), count(*),
        sum(texts > 1) from (select count(distinct pmid) as texts from full_text_references
            where cited_id is not null group by cited_id)""").fetchone()
    print(f"{bodies} texts with a body list {listed:,} works, {often} of them in more than one text")


def show_recall(db: sqlite3.Connection, citations: CitationGraph) -> None:
    """Show how many hidden references of the articles with full text `suggest` finds, and how many it can reach."""
    bodies = [row[0] for row in db.execute("select pmid from full_texts where outcome = 'body'")]
    lists = np.diff(adjacency(citations).indptr)[np.searchsorted(citations.ids, bodies)]
    WHOLE["now"] = Whole(citations.ids, adjacency(citations).astype(np.float64))
    cases = [case(db, work, None) for work, length in zip(bodies, lists.tolist(), strict=True) if length >= FEWEST]
    found = np.mean([recall(one.ranked["suggest"], one.hidden) for one in cases], axis=0)
    linked, hidden = np.mean([one.linked for one in cases]), sum(len(one.hidden) for one in cases)
    print(f"{len(cases)} of these articles have {FEWEST} references or more; {hidden} hidden")
    print(f"{linked:.4f} of the hidden have any link left; recall of suggest at {CUTS}: {found.round(4).tolist()}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        db = made_field(Path(folder) / "kb.db")
        pairs, citations = read_pairs(db), build_citation_graph(db)
        texts = read_title_texts(db, citations.ids).vectors
        show_overlap(db)
        show_recall(db, citations)
        db.close()
    cited_by = adjacency(citations).T.tocsr()
    print("the two works are       pairs  texts  with titles  likeness of titles  cited together by others, too")
    for near, name in enumerate(NEARNESS):
        chosen = np.array([pair for pair, found in pairs.items() if found == near])
        first, second = (np.searchsorted(citations.ids, chosen[:, end]) for end in (1, 2))
        known = (np.diff(texts.indptr)[first] > 0) & (np.diff(texts.indptr)[second] > 0)
        alike = texts[first].multiply(texts[second]).sum(axis=1).ravel()[known]
        together = cited_by[first].multiply(cited_by[second]).sum(axis=1).ravel() > 1
        print(
            f"{name:18} {len(chosen):10,} {len(np.unique(chosen[:, 0])):6} {known.sum():12,} {alike.mean():19.4f} "
            f"{together.sum():30,}"
        )


if __name__ == "__main__":
    main()
