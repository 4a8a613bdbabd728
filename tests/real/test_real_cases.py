"""Small inputs on which litkb or tools of its kind failed: every file gives its right value, by the commands."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from harvest.files.reference_lists import read_seeds
from harvest.rehearsal.server import Rehearsal
from kb.cli import cli
from kb.console import run_command
from kb.database import open_kb
from kb.integrity.check import check_kb

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]
LAMP, WICKS = "doi:10.1016/j.lamp.2024.01.002", "title: Wicks (2024)"
SIX = "39990001 39990002 39990003 39990004 39990005 39990006"
SEEDS = {  # what each entry asks for, in its order; ! stands for one that is rejected in words
    "formats/abstract-lamps-set.txt": "39990012 39990013 39990014",
    "formats/bom-list.txt": "39990002 39990003",
    "formats/bom-mid.nbib": "39990002 39990003",
    "formats/bom-middle.ris": "doi:10.1000/one|doi:10.1000/two",
    "formats/cochrane.ris": "39990002 39990003",
    "formats/covidence.csv": WICKS,
    "formats/dialects.ris": f"39990002|39990002|39990002|39990002|{LAMP}|39990002|39990002|39990002|{LAMP}|39990002"
    "|title: WoS two",
    "formats/dimensions.csv": "39990002",
    "formats/double.bib": f"{LAMP}|{LAMP}|{LAMP}|!|39990002|39990002|39990002",
    "formats/dupfield.bib": f"{LAMP}|doi:10.1007/978-1-4939-3578-9_1|doi:10.1007/978-1-4939-3578-9_1|doi:10.1000/q",
    "formats/embase-site.csv": "39990002",
    "formats/empty-tag.ris": "doi:10.1177/2325967120950040",
    "formats/empty-tag2.ris": "title: Shoulder lamps in the athletic population (2020)",
    "formats/empty-tag3.ris": "39990002",
    "formats/endnote.enw": LAMP,
    "formats/endnote.xml": LAMP,
    "formats/excel.csv": "32448354 32448354 !",
    "formats/ids-float.txt": "32448354",
    "formats/keyless.bib": "doi:10.1016/j.lamp.2012.02.040|doi:10.1016/j.lamp.2012.02.041",
    "formats/one-space.ris": "doi:10.1000/one",
    "formats/own.jsonl": SIX,
    "formats/percent.bib": "doi:10.1002/(sici)1097-0142(19960815)78:4<915::aid-cncr33>3.0.co;2-x|doi:10.1000/lamp.1"
    "|doi:10.1214/13-sts434|39990002|39990002|doi:10.1000/a_b|doi:10.1000/a~b|doi:10.1007/978-3-319-12345-6_7"
    "|doi:10.1000/a$b$c",
    "formats/pmids-thousands.txt": "32448354 15063905",
    "formats/pmids.xlsx": " ".join(str(pmid) for pmid in range(39990000, 39990060)),
    "formats/q.csv": "32448354 15063905",
    "formats/rayyan.ris": LAMP,
    "formats/refworks.txt": "39990002",
    "formats/scopus.csv": "39990002",
    "formats/stray-c1.ris": "doi:10.1000/one|doi:10.1000/two",
    "formats/summary-lamps-set.txt": "39990012 39990013 39990014",
    "formats/utf16-nobom.ris": "doi:10.1000/one|!",
    "formats/wos.bib": LAMP,
    "formats/wos.txt": "39990002",
    "formats/z.csl.json": "39990002|39990002|39990002|doi:10.1000/x|39990002|doi:10.1000/crossref|39990002|39990002"
    "|title: Circa (2019)|title: neg|title: submitted 2018 (2019)",
    "pubmed/03_pmcids.txt": "PMC7247232 PMC7247232",
    "pubmed/03_sici.ris": "doi:10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2",
    "pubmed/11_book.nbib": "41000601 41000602",
    "pubmed/bbt.bib": "41000021",
    "pubmed/bbt_onlyid.bib": "41000021 41000021 41000021 41000021 41000022",
    "pubmed/embase.ris": "41000021|title: Loud wheels of the southern harbour by day (2021)|41000021|41000022|41000022"
    "|41000021",
    "pubmed/float.csv": "8906788 41000021",
    "pubmed/float_title.csv": "41000021|title: An older thing about nothing at all here (1999)",
    "pubmed/rayyan.csv": "41000021 PMC7247232",
}
REFUSED = {"formats/field.xml": "--file", "formats/ovid-plain.txt": "It seems to be Ovid's plain text: export as RIS."}
RECORDS = {  # files of records: how many they hold
    "formats/field.xml": 6, "pubmed/01_not_available.xml": 4, "pubmed/01b_resolve_not_available.xml": 3,
    "pubmed/02_two_investigator_lists.xml": 4, "pubmed/03_shelf.xml": 3, "pubmed/06_names.xml": 7,
    "pubmed/07_books.xml": 2, "pubmed/08_elocation.xml": 5, "pubmed/10_shelf.xml": 4, "pubmed/11_book.nbib": 2,
    "pubmed/13_double_slash.xml": 4, "pubmed/14_notices.xml": 12, "pubmed/17_single_author.xml": 3,
    "pubmed/18_other_abstract.xml": 4, "pubmed/21_doi_in_text.xml": 2,
}  # fmt: skip
SERVERS = {"pubmed/stub_key.py", "pubmed/stub_search.py"}

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cases(shared_data: Path) -> Path:
    return shared_data.parent / "cases"


@pytest.fixture
def litkb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command of litkb as a person runs it, in an empty folder; it returns exit code, output and messages."""
    monkeypatch.chdir(tmp_path)
    for name in ("NCBI_API_KEY", "ENTREZ_KEY", "NCBI_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> tuple[int, str, str]:
        code = run_command(cli, [str(word) for word in words])
        return (code, *capsys.readouterr())

    return run


@pytest.fixture
def load(litkb: Run, cases: Path) -> Callable[[str], None]:
    def harvest(name: str) -> None:
        assert litkb("harvest", "kb.db", "--no-graph", "--file", cases / name)[0] == 0
        with closing(open_kb("kb.db")) as db:
            assert check_kb(db) == []

    return harvest


def select(sql: str) -> list[Any]:
    with closing(open_kb("kb.db")) as db:
        return [row[0] if len(row) == 1 else tuple(row) for row in db.execute(sql)]


def exported(litkb: Run, suffix: str) -> str:
    code, out, _ = litkb("export", "kb.db", "-", "--as", suffix, "--articles-only")
    assert code == 0
    return out.replace("\r\n", "\n")


def test_no_file_of_the_cases_is_without_a_test(cases: Path):
    names = {str(path.relative_to(cases)) for path in cases.rglob("*") if path.is_file()}

    assert names - {"README.md"} == {*SEEDS, *REFUSED, *RECORDS, *SERVERS}


# --- files of references ---


@pytest.mark.parametrize("name", SEEDS)
def test_every_entry_asks_for_its_article_or_is_rejected_in_words(cases: Path, name: str):
    seeds = read_seeds(name, (cases / name).read_bytes())

    asked = ["!" if seed.fault else seed.asked for seed in seeds]
    assert asked == SEEDS[name].split("|" if "|" in SEEDS[name] or "title" in SEEDS[name] else None)
    assert [seed.note for seed in seeds if seed.note] == []


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_list_is_refused_with_how_to_save_it(cases: Path, litkb: Run, name: str):
    code, out, err = litkb("harvest", "kb.db", "--seeds", cases / name)

    assert (code, out) == (2, "")
    assert REFUSED[name] in err


@pytest.fixture
def pubmed(cases: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsal]:
    with Rehearsal(cases / "pubmed" / "03_shelf.xml", limited=False) as rehearsal:
        monkeypatch.setenv("LITKB_EUTILS_URL", rehearsal.base_url)
        yield rehearsal


@pytest.mark.parametrize(
    ("words", "pmids"),
    [
        (["pmcid: 7247232"], [41000021]),
        (["--seeds", "03_pmcids.txt"], [41000021]),
        (["--seeds", "03_sici.ris"], [41000021]),
        (["--seeds", "bbt_onlyid.bib"], [41000021, 41000022]),
        (["--seeds", "embase.ris"], [41000021, 41000022]),
        (["--seeds", "rayyan.csv"], [41000021]),
    ],
)
def test_a_harvest_stores_the_article_that_is_named_and_no_other(
    pubmed: Rehearsal, litkb: Run, cases: Path, words: list[str], pmids: list[int]
):
    paths = [str(cases / "pubmed" / word) if "." in word else word for word in words]

    assert litkb("harvest", "kb.db", "--no-graph", *paths)[0] == 0

    assert select("select pmid from articles order by pmid") == pmids


# --- records ---


@pytest.mark.parametrize("name", RECORDS)
def test_a_file_of_records_is_read_whole_and_breaks_no_rule(load: Callable[[str], None], name: str):
    load(name)

    assert select("select count(*) from articles") == [RECORDS[name]]


def test_a_vernacular_title_stands_in_for_one_that_is_not_available(load: Callable[[str], None], litkb: Run):
    load("pubmed/01_not_available.xml")

    titles = [line[6:14] for line in exported(litkb, ".ris").splitlines() if line.startswith("TI")]
    assert titles == ["Die Lamp", "Das Rad ", "[Not Ava", "Ein Brun"]
    assert select("select count(*) from articles where title like '%available%' or title like '%process%'") == [0]


def test_a_vernacular_title_counts_and_another_place_is_proposed_at_most(load: Callable[[str], None], litkb: Run):
    load("pubmed/01b_resolve_not_available.xml")

    _, out, _ = litkb("resolve", "kb.db", "--no-graph")

    assert "1 accepted, 1 proposed" in out
    assert select("select merged_into from works where merged_into is not null") == [41000001]


def test_investigators_stand_under_the_group_that_names_them(load: Callable[[str], None]):
    load("pubmed/02_two_investigator_lists.xml")

    assert select("select pmid, name, group_name from investigators where pmid = 41000011 order by position") == [
        (41000011, "Abel A", "Lamp Study Group"),
        (41000011, "Baker B", "Lamp Study Group"),
        (41000011, "Carter C", "Wheel Study Group"),
    ]
    assert select("select count(*) from investigators where group_name is null") == [5]


def test_names_arrive_as_persons_groups_and_suffixes(load: Callable[[str], None], litkb: Run):
    load("pubmed/06_names.xml")

    ris, bib = exported(litkb, ".ris"), exported(litkb, ".bib")
    assert "AU  - National Academies of Lamps Wheels and Wells\n" in ris
    assert "AU  - de Azevedo, Walter F, Jr\n" in ris
    assert "{National Academies of Lamps, Wheels, and Wells} and {Centers for Lamps and Wheels (CLW)} and Okoro" in bib
    assert "{and others}" in bib
    assert [len(one["author"]) for one in json.loads(exported(litkb, ".csl.json"))] == [6, 2, 3, 4, 1, 3, 3]


def test_a_chapter_has_its_book_and_a_book_its_series(load: Callable[[str], None], litkb: Run):
    load("pubmed/07_books.xml")

    chapter, book = json.loads(exported(litkb, ".csl.json"))
    assert (chapter["type"], chapter["page"], chapter["publisher-place"], chapter["edition"]) == (
        "chapter", "55-78", "Oslo", "3rd",
    )  # fmt: skip
    assert [chapter[role][0].get("family", chapter[role][0].get("literal"))[:8] for role in ("author", "editor")] == [
        "Okoro", "Ekman",
    ]  # fmt: skip
    assert (book["type"], book["collection-title"], book["ISBN"]) == ("book", "Harbour Studies Series", "9781234567804")
    assert {"PT  - Book Chapter", "PL  - Oslo", "PG  - 55-78"} <= set(exported(litkb, ".nbib").splitlines())
    assert re.findall("^A[U23]  - .*", exported(litkb, ".ris"), re.MULTILINE) == [
        "AU  - Okoro, Ada B", "A2  - Ekman, Cy", "AU  - Okoro, Ada B",
    ]  # fmt: skip


def test_an_invalid_doi_is_no_articles_and_a_number_stands_in_every_format(load: Callable[[str], None], litkb: Run):
    load("pubmed/08_elocation.xml")

    assert select("select doi from articles order by pmid") == [
        "10.5555/lamp.2021.1", "10.5555/lamp.2021.2", None, "10.5555/right.one", "10.5555/right.two",
    ]  # fmt: skip
    numbers = ["e22.00123", None, "345", "101-109", "101-109"]
    assert [one.get("page") for one in json.loads(exported(litkb, ".csl.json"))] == numbers
    assert "12(3):e22.00123." in exported(litkb, ".vancouver.txt")


def test_a_book_of_pubmeds_own_format_and_a_translated_article_are_read(load: Callable[[str], None]):
    load("pubmed/11_book.nbib")

    assert select("select record_type, book_title, publisher, pages from articles order by pmid") == [
        ("book chapter", "LampPearls", "LampPearls Publishing", None),
        ("article", None, None, "101-9"),
    ]
    assert select("select kind, other_pmid from notices order by position") == [
        ("RetractionIn", 41000699),
        ("UpdateOf", 41000698),
        ("RetractionOf", 41000697),
        ("CorrectedandRepublishedIn", None),
    ]


@pytest.mark.parametrize("name", ["03_shelf.xml", "13_double_slash.xml", "21_doi_in_text.xml"])
def test_every_spelling_and_printing_of_an_identifier_leads_to_its_article(
    load: Callable[[str], None], litkb: Run, name: str
):
    load(f"pubmed/{name}")
    litkb("resolve", "kb.db", "--no-graph")

    left = select("select distinct citation from references_not_identified")
    assert all(citation.startswith("Something else entirely") for citation in left)
    assert select("select count(*) from works where state = 'known'") == [1 if left else 0]


def test_all_forms_of_retraction_are_among_the_retracted(load: Callable[[str], None], litkb: Run):
    load("pubmed/14_notices.xml")

    assert select("select pmid from retracted_articles order by pmid") == [41000901, 41000902, 41000904, 41000910]
    litkb("graph", "compute", "kb.db")
    _, out, _ = litkb("graph", "retractions", "kb.db")
    assert out.count("cited by 1") == 4
    nlm = exported(litkb, ".nlm.txt").splitlines()
    assert [line.split("PMID: ")[1][:8] for line in nlm if "[Retracted" in line] == [
        "41000901", "41000902", "41000904", "41000905", "41000910",
    ]  # fmt: skip


def test_a_preprint_and_its_published_version_are_joined_by_doi(load: Callable[[str], None]):
    load("pubmed/14_notices.xml")

    assert select("select id, other_id from notice_links where kind = 'UpdateOf'") == [(41000907, 41000908)]


def test_another_first_author_and_another_page_are_never_accepted(load: Callable[[str], None], litkb: Run):
    load("pubmed/17_single_author.xml")

    _, out, _ = litkb("resolve", "kb.db", "--no-graph")

    assert "0 accepted" in out
    assert select("select count(*) from works where merged_into is not null") == [0]


@pytest.mark.parametrize(("word", "pmid"), [("zanzibarlamp", 41001301), ("motunique", 41001302), ("Second", 41001303)])
def test_abstracts_of_all_kinds_are_kept_and_found(load: Callable[[str], None], litkb: Run, word: str, pmid: int):
    load("pubmed/18_other_abstract.xml")

    _, out, _ = litkb("export", "kb.db", "-", "--as", ".jsonl", "--query", word)

    assert [json.loads(line)["id"] for line in out.splitlines()] == [pmid]


def test_six_kinds_of_records_leave_as_they_came(load: Callable[[str], None], litkb: Run):
    load("formats/field.xml")
    ris, bib = exported(litkb, ".ris"), exported(litkb, ".bib")
    items = json.loads(exported(litkb, ".csl.json"))

    assert [item.get("page", item.get("number")) for item in items] == [
        "2023.01.02.521234", "1021-1030.e4", "279-81, 285; discussion 286-8", "e2400512", None, None,
    ]  # fmt: skip
    assert [item["type"] for item in items] == [
        "article", "article-journal", "article-journal", "article-journal", "book", "chapter",
    ]  # fmt: skip
    assert [item["language"] for item in items] == ["en", "en", "no", "en", "en", "en"]
    assert "{DNA} and {RNA}" in bib
    assert "{lamps, oil}" in bib
    assert {"N1  - Preprint", "N1  - Retracted", "SN  - 9788299900010", "CY  - Kristiansand (NO)"} <= set(
        ris.splitlines()
    )
    for suffix in (".nlm.txt", ".apa.txt", ".vancouver.txt", ".pubmed.csv"):
        text = exported(litkb, suffix)
        assert all(said in text for said in ("1021-1030.e4", "279-81, 285; discussion 286-8", "Retracted", "Preprint"))


@pytest.mark.parametrize("suffix", [".ris", ".bib", ".csl.json", ".nbib", ".pubmed.csv", ".jsonl"])
def test_what_litkb_writes_names_the_same_articles_when_it_is_read(
    load: Callable[[str], None], litkb: Run, suffix: str
):
    load("formats/field.xml")

    seeds = read_seeds(f"own{suffix}", exported(litkb, suffix).encode())

    assert " ".join(str(seed.pmid) for seed in seeds) == SIX


@pytest.mark.parametrize("suffix", [".vos.json", ".vos.txt"])
def test_every_item_of_a_map_has_every_weight_or_none_has_it(load: Callable[[str], None], litkb: Run, suffix: str):
    load("formats/field.xml")
    litkb("graph", "compute", "kb.db")
    assert litkb("export", "kb.db", f"map{suffix}")[0] == 0

    if suffix == ".vos.json":
        items = json.loads(Path("map.vos.json").read_text())["network"]["items"]
        assert len({tuple(sorted(item.get("weights", {}))) for item in items}) == 1
        return
    for path in Path().glob("map*vos*.txt"):
        rows = [line.split("\t") for line in path.read_text().splitlines()]
        heads = [n for n, name in enumerate(rows[0]) if name.startswith("weight")]
        assert all(row[n] for row in rows[1:] for n in heads)


# --- little servers ---


@pytest.fixture
def stub(cases: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    started: list[subprocess.Popen[str]] = []

    def start(name: str, *words: object) -> "subprocess.Popen[str]":
        command = [sys.executable, str(cases / "pubmed" / name), *map(str, words)]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_an_invalid_key_is_asked_once_and_said_once(
    stub: Callable[..., "subprocess.Popen[str]"], litkb: Run, monkeypatch: pytest.MonkeyPatch
):
    server = stub("stub_key.py", 60)
    assert server.stdout
    port = server.stdout.readline().split()[1]
    monkeypatch.setenv("LITKB_EUTILS_URL", f"http://127.0.0.1:{port}/entrez/eutils/")

    code, _, err = litkb("harvest", "kb.db", *range(41000501, 41000509))

    server.kill()
    assert (code, err.count("API key invalid")) == (1, 1)
    assert len(server.stdout.readlines()) == 1


@pytest.mark.parametrize(
    ("mode", "words", "code", "held"),
    [
        ("field", ["--query", "smith[Aithor]"], 2, 0),
        ("field", ["--query", "smith[Aithor]", "--yes"], 0, 3),
        ("quoted", ["--query", '"lamps of silver"'], 2, 0),
        ("quoted", ["41000501", "--references", "--matching", '"lamps of silver"'], 2, 0),
        ("field", ["41000501", "--references", "--matching", "smith[Aithor]"], 2, 0),
        ("none", ["--query", "smith"], 0, 3),
    ],
)
def test_a_restriction_that_pubmed_drops_is_never_followed_unasked(
    stub: Callable[..., "subprocess.Popen[str]"], litkb: Run, cases: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, mode: str, words: list[str], code: int, held: int,
):  # fmt: skip
    address = tmp_path / "address"
    os.mkfifo(address)  # its reader waits until the server has written
    server = stub("stub_search.py", cases / "pubmed" / "10_shelf.xml", address, 60, mode)

    def end_reading() -> None:
        server.wait()  # it may end before it has written
        with suppress(FileNotFoundError):  # the test has ended
            address.open("w").close()

    Thread(target=end_reading, daemon=True).start()
    monkeypatch.setenv("LITKB_EUTILS_URL", address.read_text())

    found, _, err = litkb("harvest", "kb.db", "--no-graph", *words)

    assert (found != 0) == (code != 0)
    assert select("select count(*) from articles") == [held]
    lost = {"field": "Aithor", "quoted": "lamps of silver", "none": "PubMed"}[mode]
    assert lost in err
    warnings = select("select kind, words from search_warnings")
    assert bool(warnings) == (mode != "none")
    if warnings:
        _, report, _ = litkb("report", "kb.db")
        assert lost in report
