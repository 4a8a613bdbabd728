"""Guided fuzzing: bytes that reach new branches are changed further; each reader ends in records or sentences."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import article_set, article_xml, reference_xml
from tests.campaign.scale import SHORT

pytestmark = [pytest.mark.campaign, pytest.mark.skipif(sys.platform != "linux", reason="atheris is for Linux")]

FAILED = 77  # libFuzzer's, for an error in what it calls
PRINTED = (
    "1. Høie M, Laudet AB. Why people stay. J Tests. 2003 May-Jun;12(3 Suppl):e17-9. doi: 10.1000/x(03)1. PMID: 17.",
    "Moos, R. H. (1998). Groups that help: A study. Journal of Tests, 4(2), 11–19. https://doi.org/10.1000/y",
)
RECORD = article_xml(
    11, title="Help in <i>place</i>: CO<sub>2</sub>", doi="10.1000/x", abstract=[("Aims", "Why &amp; how.")],
    authors=["Høie M"], references=[reference_xml(PRINTED[0], pmid=17)], mesh=[("D1:Humans", ["*Q1:therapy"])],
)  # fmt: skip
NBIB = (
    b"PMID- 11\nTI  - Help in\n      place\nDP  - 2003 May\nFAU - Hoie, M\nAID - 10.1/x [doi]\nSO  - J Tests. 2003.\n"
)
LISTS = (
    "TY  - JOUR\nTI  - Help\nAU  - Høie, M\nPY  - 2003\nDO  - 10.1000/x\nER  - \n",
    "@article{a, title={{Help} in place}, author={H{\\o}ie, M and Moos, R}, year=2003, doi={10.1000/x}}\n",
    '[{"type":"article-journal","title":"Help","DOI":"10.1000/x","issued":{"date-parts":[[2003]]}}]',
    "PMID,Title,DOI\n11,Help,10.1000/x\n", "11\nPMC7\n10.1000/x\n", "%0 Journal Article\n%T Help\n%A Moos, R\n",
    "FN Clarivate\nPT J\nTI Help\nAU Moos, R\nER\nEF\n", f"1: {PRINTED[0]}\n\n2: {PRINTED[1]}\n",
)  # fmt: skip
PAGE = (
    f"J Tests. 2003 May;1(2):3-4. doi: 10.1000/x.\nHelp in place\nHøie M\nAbstract\nWhy.\nReferences\n1. {PRINTED[0]}\n"
)
LINKS = (
    b"<eLinkResult><LinkSet><IdList><Id>1</Id></IdList>"
    b"<LinkSetDb><Link><Id>2</Id></Link></LinkSetDb></LinkSet></eLinkResult>"
)
FOUND = b"<eSearchResult><Count>1</Count><IdList><Id>11</Id></IdList></eSearchResult>"
BEGINNINGS: dict[str, list[bytes]] = {
    "records": [article_set(RECORD)],
    "nbib": [NBIB],
    "answers": [LINKS, FOUND, article_set(RECORD)],
    "lists": [one.encode() for one in LISTS],
    "page": [PAGE.encode()],
    "dates": [b"2003|May|7", b"||||2003 Dec-2004 Jan", b"2003|||Winter"],
    "identifiers": [b"doi:10.1000/x(03)1", b"PMC7", b"pmid: 11", b"0000-0002-1825-0097", b"https://doi.org/10.1000/x"],
    "references": [one.encode() for one in PRINTED],
    "search": [b'title:(help OR "in place") NOT year:2000-2005 author:moos* [au]'],
    "options": [b"2000-2010|help[ti]", b"/lit/|x", b"https://example.org/lit/|x", b"PMC7|"],
    "graphs": ['Help & "quotes" <i>|=1+1|Høie\n'.encode()],
}
ANY = [bytes([number]) + data for number, each in enumerate(BEGINNINGS.values()) for data in each]
RUNS = {"any": 5_000, "records": 50_000, "nbib": 100_000, "answers": 100_000, "lists": 100_000, "graphs": 20_000}
OTHERS = 300_000  # runs of the other readers


def fuzzed(name: str, folder: Path, runs: int, beginnings: list[bytes]) -> tuple[int, str]:
    """Fuzz a reader so many times, the same way each time; return the status and what was said."""
    (folder / "corpus").mkdir()
    for number, data in enumerate(beginnings):
        (folder / "corpus" / str(number)).write_bytes(data)
    command = [sys.executable, "-m", "tests.campaign.fuzzing", name, f"-runs={runs}", "-seed=1", "-timeout=60"]
    done = subprocess.run(
        [*command, f"-artifact_prefix={folder}/", str(folder / "corpus")], capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["any"] if SHORT else BEGINNINGS)
def test_whatever_bytes_a_reader_is_given_it_ends_in_records_or_a_sentence(name: str, tmp_path: Path):
    status, said = fuzzed(name, tmp_path, RUNS.get(name, OTHERS), BEGINNINGS.get(name, ANY))

    print(name, *re.findall(r"Done \d+ runs.*", said))
    assert status == 0, said[-3_000:]


def test_a_reader_that_fails_at_one_word_is_found(tmp_path: Path):
    status, said = fuzzed("magic", tmp_path, 200_000, [b"lists"])

    assert status == FAILED
    assert "the word is found" in said
