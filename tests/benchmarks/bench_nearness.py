"""Whether works that a full text cites in one sentence are more alike than works that only share its list.

    python -m tests.benchmarks.bench_nearness

Of each pair of works that a text lists: how alike their words are, and whether other works of the file cite both. Texts
and records are those beside the checkout (shared/data).
"""

import sqlite3
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from graph.citation_graph import adjacency, build_citation_graph
from graph.similarity.text_similarity import weighted_texts
from harvest.archive import open_archive
from harvest.files.input_files import list_files
from harvest.jobs.harvest import harvest
from harvest.jobs.plan import Plan
from kb.queries.archive import archive_path
from kb.queries.works.cited_places import NONE, read_cited_places
from kb.queries.works.local_neighbourhood import read_texts_of
from tests.benchmarks.bench_suggest import DATA, made_pubmed

NEARNESS: Final = ("only in one list", "in one section", "in one sentence")
Pair = tuple[int, int, int]  # the text, and two works


def read_pairs(db: sqlite3.Connection) -> dict[Pair, int]:
    """Return by pair the nearest place: 0 the list, 1 a section, 2 a sentence."""
    nearest: dict[Pair, int] = {}
    for places in read_cited_places(db):
        for near, numbers in enumerate((np.zeros_like(places.citing), places.sections, places.sentences)):
            units: dict[tuple[int, int], set[int]] = {}
            for citing, cited, number in zip(
                places.citing.tolist(), places.cited.tolist(), numbers.tolist(), strict=True
            ):
                if number != NONE:
                    units.setdefault((citing, number), set()).add(cited)
            nearest |= {
                (unit[0], *pair): near for unit, all_ in units.items() for pair in combinations(sorted(all_), 2)
            }
    return nearest


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kb.db"
        db = made_pubmed(path)
        files = list(list_files([DATA / "pmc-jats"]).files)
        with open_archive(archive_path(path)) as archive:
            harvest(db, archive, {}, Plan(files=tuple(file.name for file in files)), files=files)
        pairs, citations = read_pairs(db), build_citation_graph(db)
        words = read_texts_of(db, citations.ids)
        texts = weighted_texts([words.get(work, "") for work in citations.ids.tolist()]).vectors
        bodies, often = db.execute(
            """select count(distinct pmid), (select count(*) from (select cited_id from full_text_references
                where cited_id is not null group by cited_id having count(distinct pmid) > 1))
            from full_texts where outcome = 'body'"""
        ).fetchone()
        db.close()
    cited_by = adjacency(citations).T.tocsr()
    print(f"{bodies} texts; {often} works are listed by more than one")
    print("the two works are       pairs  texts  with words  likeness in words  pairs cited together by others")
    for near, name in enumerate(NEARNESS):
        chosen = np.array([pair for pair, found in pairs.items() if found == near])
        first, second = (np.searchsorted(citations.ids, chosen[:, end]) for end in (1, 2))
        known = (np.diff(texts.indptr)[first] > 0) & (np.diff(texts.indptr)[second] > 0)
        alike = np.asarray(texts[first].multiply(texts[second]).sum(axis=1)).ravel()[known]
        together = np.asarray(cited_by[first].multiply(cited_by[second]).sum(axis=1)).ravel() > 1
        print(
            f"{name:18} {len(chosen):10,} {len(np.unique(chosen[:, 0])):6} {known.sum():11,} {alike.mean():18.4f} "
            f"{together.sum():31,}"
        )


if __name__ == "__main__":
    main()
