"""Real files of references, with their faults: every entry gives its seed, or says why not."""

import gzip
from pathlib import Path

import pytest

from harvest.files.reference_lists import read_seeds

pytestmark = pytest.mark.real

# Entries, different ones, by PMID, by DOI alone, by title alone. Of a table the manifest counts the header, too; of
# NLeSC-example.ris it counts 1 entry, for the other 24 begin after a stray return.
WANTED = {
    "csv/AGallyer-pubmed_result.csv": (142, 142, 142, 0, 0),
    "csv/AGallyer-pubmed_result2.csv": (27, 27, 27, 0, 0),
    "csv/NETESOLUTIONS-pubmed_result.csv": (9690, 9690, 9690, 0, 0),
    "csv/dvklopfenstein-citations_5000.txt": (5000, 4928, 5000, 0, 0),
    "csv/p1m-ortho-pubmed_result_ssb_2019-07-11_thru_2019-07-13_428.csv.gz": (428, 428, 428, 0, 0),
    "csv/p1m-ortho-pubmed_result_ssb_2019-07-13_thru_2019-07-14_58.csv": (58, 58, 58, 0, 0),
    "csv/p1m-ortho-pubmed_result_ssb_2019-07-14_thru_2019-07-16_420.csv.gz": (420, 420, 420, 0, 0),
    "csv/suzhanhao-pubmed_result.csv.gz": (1530, 1530, 1530, 0, 0),
    "ris/ESHackathon-20221207_gambling-harms_psycinfo_124.ris.gz": (124, 124, 0, 118, 6),
    "ris/ESHackathon-20221207_gambling-harms_pubmed_176.ris.gz": (176, 176, 0, 176, 0),
    "ris/NLeSC-example.ris": (25, 25, 0, 24, 1),
    "ris/asreview-pubmed_endnote.txt": (6, 6, 6, 0, 0),
    "ris/mjwestgate-ASP_ris_example.ris": (4, 4, 0, 2, 2),
    "ris/mjwestgate-Ovid_ris_example.ris": (4, 4, 0, 3, 1),
    "nbib/corybrunson-pubmed_result.txt.gz": (473, 473, 473, 0, 0),
    "nbib/holub008-pmc_medlars.txt": (5, 5, 5, 0, 0),
}


@pytest.mark.parametrize("name", WANTED)
def test_every_entry_of_a_real_file_gives_a_seed(shared_data: Path, name: str):
    data = (shared_data / "import-formats" / name).read_bytes()

    seeds = read_seeds(name, gzip.decompress(data) if name.endswith(".gz") else data)

    assert [(seed.place, seed.fault) for seed in seeds if seed.fault] == []
    assert WANTED[name] == (
        len(seeds),
        len({seed.asked for seed in seeds}),
        sum(seed.pmid is not None for seed in seeds),
        sum(seed.doi is not None and seed.pmid is None for seed in seeds),
        sum(not seed.identifiers and seed.title is not None for seed in seeds),
    )


def test_the_same_search_of_two_databases_shares_its_dois(shared_data: Path):
    folder = shared_data / "import-formats" / "ris"
    pubmed, psycinfo = (
        {seed.doi for seed in read_seeds(path.name, gzip.decompress(path.read_bytes())) if seed.doi}
        for path in (
            folder / "ESHackathon-20221207_gambling-harms_pubmed_176.ris.gz",
            folder / "ESHackathon-20221207_gambling-harms_psycinfo_124.ris.gz",
        )
    )

    assert (len(pubmed), len(psycinfo), len(pubmed & psycinfo)) == (176, 118, 73)
