"""How well printed references are resolved: real ones beside the checkout, made ones always; all misses.

Run: python -m tests.benchmarks.bench_resolve
5,000 made references mean an article that is there, with one error; 500 resemble one and mean another, which is not.
Exit code 1 where a threshold is missed. A real reference that gives a PMID is resolved from its words alone; without
the real data the made references are of a made-up field.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from harvest.files.input_files import list_files, read_chunks
from harvest.identify.record_linkage import Match, Matcher, decided, subject_of
from harvest.pubmed.article import parse_articles
from harvest.rehearsal.synthetic import synthetic_records
from kb.records import Record
from tests.harvest.identify.contradicted import contradicted_references
from tests.harvest.identify.printed import printed_references

REAL: Final = Path(__file__).parents[3] / "shared" / "data" / "pubmed-xml"
MADE: Final = 5_000
CONTRADICTED: Final = 500
MOST_INVENTED: Final = 0  # of the real references whose article is not loaded
LEAST_FOUND: Final = 63  # of the 70 whose article is; seven name a data set or preprint of the same title, elsewhere
LEAST_PRECISION: Final = 1.0
LEAST_RECALL: Final = 0.97


class Measured(NamedTuple):
    """What became of references whose article is known; the lists are lines to print."""

    references: int
    found: int
    wrong: list[str]
    missed: list[str]
    invented: list[str]  # another article, where the one meant is not loaded


def real_records() -> list[Record]:
    """Return the real records, one a PMID: the one of the higher version, then with the longer list."""
    records: dict[int, Record] = {}
    for file in list_files([REAL]).files:
        for item in parse_articles(read_chunks(file.path)):
            if isinstance(item, Record):
                known = records.get(item.article.pmid)
                if known is None or _standing(item) > _standing(known):
                    records[item.article.pmid] = item
    return list(records.values())


def _standing(record: Record) -> tuple[int, int]:
    return record.article.version, len(record.references)


def measure_real(records: Sequence[Record]) -> Measured:
    """Resolve every reference of a reference list that gives a PMID, by its words alone."""
    references = [
        (one.cited_pmid, one.citation)
        for record in records
        for one in record.references
        if one.cited_pmid and one.citation and one.listed_in == "ReferenceList"
    ]
    return measure(records, references)


def measure(records: Sequence[Record], references: Sequence[tuple[int, str]]) -> Measured:
    """Resolve references, each given with the PMID that it means, among records."""
    matcher, held = Matcher(map(subject_of, records)), {record.article.pmid for record in records}
    result = Measured(len(references), 0, [], [], [])
    for pmid, citation in references:
        matches = matcher.matches(citation)
        result = _counted(result, decided(matches), pmid, line=f"{pmid}: {citation} {matches[:2]}", held=pmid in held)
    return result


def measure_contradicted(records: Sequence[Record]) -> list[str]:
    """Return the references that were resolved though none of the records is meant, as lines to print."""
    matcher = Matcher(map(subject_of, records))
    found = [(one, decided(matcher.matches(one.text))) for one in contradicted_references(records, CONTRADICTED)]
    return [f"{one.kind}: {one.pmid}: {one.text} {match}" for one, match in found if match]


def _counted(result: Measured, match: Match | None, pmid: int, *, line: str, held: bool) -> Measured:
    if match and match.pmid == pmid:
        return result._replace(found=result.found + 1)
    if match:
        (result.wrong if held else result.invented).append(line)
    elif held:
        result.missed.append(line)
    return result


def main() -> int:
    """Print the figures and every miss; return 1 where a threshold is missed."""
    passed = True
    records = real_records() if REAL.is_dir() else list(synthetic_records(1_000))
    if REAL.is_dir():
        start = time.process_time()
        real = measure_real(records)
        passed = not real.wrong and len(real.invented) <= MOST_INVENTED and real.found >= LEAST_FOUND
        _show("real", real, time.process_time() - start)
    made = measure(records, [(one.pmid, one.text) for one in printed_references(records, MADE)])
    precision, recall = made.found / (made.found + len(made.wrong)), made.found / made.references
    _show("made", made, 0.0)
    print(f"precision {precision:.4f} (at least {LEAST_PRECISION}), recall {recall:.4f} (at least {LEAST_RECALL})")
    accepted = measure_contradicted(records)
    for line in accepted:
        print(f"contradicted accepted: {line}")
    print(f"contradicted: {CONTRADICTED:,} references, accepted {len(accepted)} (at most 0)")
    passed = passed and precision >= LEAST_PRECISION and recall >= LEAST_RECALL and not accepted
    print("passed" if passed else "FAILED")
    return 0 if passed else 1


def _show(name: str, measured: Measured, seconds: float) -> None:
    for kind in ("wrong", "invented", "missed"):
        for line in getattr(measured, kind):
            print(f"{name} {kind}: {line}")
    told = f"found {measured.found:,}, wrong {len(measured.wrong)}, missed {len(measured.missed)}"
    spent = f"; {seconds:.1f} s CPU" if seconds else ""
    print(f"{name}: {measured.references:,} references, {told}, invented {len(measured.invented)}{spent}")


if __name__ == "__main__":
    sys.exit(main())
