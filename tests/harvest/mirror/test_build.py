"""A mirror is what NLM's files say in their order, whatever happens while it is built."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from harvest.mirror import build, whole
from harvest.mirror.check import check_mirror
from harvest.mirror.engine import run_here
from harvest.pubmed.article import parse_articles
from kb.errors import MirrorError, UsageError
from kb.mirror.layout import CHUNK, Fault
from kb.mirror.reader import Mirror
from kb.records import Deletion, Record
from tests.benchmarks.pubmed_files import Made, write_files, write_md5
from tests.builders import article_set, delete_xml
from tests.harvest.mirror.nlm_files import built, citing, content, write_source

FAR = 3 * CHUNK + 7  # a PMID of another chunk


def links(mirror: Mirror, pmid: int) -> tuple[list[int], list[int]]:
    return mirror.cited(pmid).tolist(), mirror.citing(pmid).tolist()


def test_the_record_of_a_pmid_is_the_bytes_of_the_file(tmp_path):
    records = [citing(pmid, title=f"Work {pmid}.") for pmid in range(1, 100)]
    built(tmp_path / "m", write_source(tmp_path, 1, *records))

    with Mirror(tmp_path / "m") as mirror:
        assert dict(mirror.records(range(200))) == {pmid: records[pmid - 1].encode() for pmid in range(1, 100)}
        assert mirror.record(33) == records[32].encode()
        assert mirror.record(500) is None
        assert mirror.record(FAR) is None


def test_links_are_those_of_reference_lists_each_once_without_a_work_citing_itself(tmp_path):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(9, 5, FAR, 5, 9), citing(FAR, 5), citing(4)))

    with Mirror(tmp_path / "m") as mirror:
        assert links(mirror, 9) == ([5, FAR], [])
        assert links(mirror, 5) == ([], [9, FAR])
        assert links(mirror, FAR) == ([5], [9])
        assert [mirror.reference_count(pmid) for pmid in (9, 4, 5)] == [4, None, None]
        assert (mirror.manifest.records, mirror.manifest.links) == (3, 3)


def test_a_later_file_replaces_a_record_and_its_links(tmp_path):
    first = write_source(tmp_path, 1, citing(9, 5, 6, version=2), citing(8, 5))
    built(tmp_path / "m", first, write_source(tmp_path, 2, citing(9, 7, title="Later.")))

    with Mirror(tmp_path / "m") as mirror:
        assert b"Later." in (mirror.record(9) or b"")
        assert [links(mirror, pmid) for pmid in (9, 5, 6, 7)] == [([7], []), ([], [8]), ([], []), ([], [9])]


def test_of_two_versions_in_one_file_the_higher_counts(tmp_path):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(9, 6, version=2), citing(9, 5, version=1)))

    with Mirror(tmp_path / "m") as mirror:
        assert links(mirror, 9) == ([6], [])
        assert mirror.manifest.records == 1


def test_a_deletion_counts_over_its_file_and_all_before_it_and_a_later_record_comes_back(tmp_path):
    baseline = write_source(tmp_path, 1, citing(9, 5), citing(8, 5))
    deleting = write_source(tmp_path, 2, citing(7, 5), delete_xml(9, 7, 44))
    built(tmp_path / "m", baseline, deleting)

    with Mirror(tmp_path / "m") as mirror:
        assert [mirror.record(pmid) for pmid in (9, 7, 44)] == [None] * 3
        assert [mirror.is_deleted(pmid) for pmid in (9, 7, 44, 8, 45)] == [True, True, True, False, False]
        assert links(mirror, 5) == ([], [8])

    built(tmp_path / "m", write_source(tmp_path, 3, citing(9, 6)))
    with Mirror(tmp_path / "m") as mirror:
        assert (links(mirror, 9), mirror.is_deleted(9)) == (([6], []), False)


def test_years_and_journals_stand_beside_the_index(tmp_path):
    other = {"ta": "J Lamps", "nlm": "0099"}
    first = write_source(tmp_path, 1, citing(9), citing(8, pub_date="<MedlineDate>Summer</MedlineDate>"))
    built(tmp_path / "m", first, write_source(tmp_path, 2, citing(7, journal=other), delete_xml(9)))

    with Mirror(tmp_path / "m") as mirror:
        year, journal = mirror.chunk("year", 0), mirror.chunk("journal", 0)
        assert year is not None
        assert journal is not None
        assert year[6:10].tolist() == [-1, 2020, -1, -1]
        assert [mirror.journals[at] if at >= 0 else None for at in journal[6:10]] == [None, "0099", "101", None]


def test_a_journal_without_a_number_goes_by_its_abbreviation(tmp_path):
    plain = [citing(7, journal={"ta": "J Lamps"}), citing(8, journal={"ta": "Acta Oil Lamp"})]
    built(tmp_path / "m", write_source(tmp_path, 1, citing(9), *plain))

    with Mirror(tmp_path / "m") as mirror:
        journal = mirror.chunk("journal", 0)
        assert journal is not None
        assert [mirror.journals[at] for at in journal[7:10]] == ["ta:J Lamps", "ta:Acta Oil Lamp", "101"]


def test_a_made_field_has_the_links_and_records_that_parsing_its_files_gives(tmp_path):
    files = write_files(tmp_path / "files", Made(files=2, records=80, templates=20), updates=2)
    current: dict[int, Record] = {}
    for file in files:
        found = {}
        for item in parse_articles(gzip.decompress(file.read_bytes())):
            if isinstance(item, Deletion):
                current.pop(item.pmid, None)
                found.pop(item.pmid, None)
            elif isinstance(item, Record):
                held = found.get(item.article.pmid)
                if held is None or item.article.version >= held.article.version:
                    found[item.article.pmid] = item
        current |= found
    pairs = {
        (pmid, cited.cited_pmid)
        for pmid, record in current.items()
        for cited in record.references
        if cited.cited_pmid not in (None, pmid)
    }

    built(tmp_path / "m", *files)
    with Mirror(tmp_path / "m") as mirror:
        assert mirror.manifest.records == len(current)
        assert {(pmid, int(cited)) for pmid in current for cited in mirror.cited(pmid)} == pairs
        assert {(int(one), pmid) for _, pmid in pairs for one in mirror.citing(pmid)} == pairs
        for pmid, xml in mirror.records(current):
            assert list(parse_articles(xml)) == [current[pmid]]
    assert check_mirror(str(tmp_path / "m"), run_here) == []


def test_a_small_share_of_links_is_sorted_at_a_time_with_the_same_result(tmp_path, monkeypatch):
    file = write_source(tmp_path, 1, *(citing(pmid, *range(1, pmid, 3)) for pmid in range(1, 40)), citing(FAR, 2))
    built(tmp_path / "one", file)
    monkeypatch.setattr(whole, "PAIRS", 10)
    built(tmp_path / "two", file)

    assert content(tmp_path / "one") == content(tmp_path / "two")


# --- what is wrong with files


def repacked(packed: bytes, old: bytes, new: bytes) -> bytes:
    return gzip.compress(gzip.decompress(packed).replace(old, new, 1))


DAMAGE = {
    "cut off": (lambda packed: packed[:-20], "cut off"),
    "altered": (lambda packed: packed[:60] + bytes([packed[60] ^ 1]) + packed[61:], "damaged"),
    "no gzip": (lambda _: b"<PubmedArticleSet/>", "damaged"),
    "empty": (lambda _: b"", ""),
    "cut off before it was packed": (lambda packed: repacked(packed, b"</PubmedArticleSet>", b""), "cut off"),
    "a damaged record": (lambda packed: repacked(packed, b"</PubmedArticle>", b""), ""),
    "a record without a PMID": (lambda packed: repacked(packed, b">3<", b"><"), "PMID"),
}


@pytest.mark.parametrize(("damage", "reason"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_named_and_nothing_of_it_is_there(tmp_path, damage, reason):
    good, bad = write_source(tmp_path, 1, citing(1, 9)), write_source(tmp_path, 2, citing(2, 9), citing(3))
    bad.write_bytes(damage(bad.read_bytes()))
    write_md5(bad)

    manifest = built(tmp_path / "m", good, bad)

    [fault] = manifest.faults
    assert fault.name == bad.name
    assert reason in fault.reason
    assert manifest.missing == []
    with Mirror(tmp_path / "m") as mirror:
        assert (mirror.record(2), links(mirror, 9)) == (None, ([], [1]))
    assert not [name for name in content(tmp_path / "m") if "n0002" in name]


def test_a_file_whose_md5_is_another_is_named(tmp_path):
    good, bad = write_source(tmp_path, 1, citing(1)), write_source(tmp_path, 2, citing(2))
    said = bad.with_name(f"{bad.name}.md5")
    said.write_text(f"MD5({bad.name})= {'0' * 32}\n")
    assert "MD5" in built(tmp_path / "m", good, bad).faults[0].reason

    said.write_text("Not found\n")
    assert "has no MD5" in built(tmp_path / "m", bad).faults[0].reason

    said.unlink()
    assert built(tmp_path / "m", bad).faults == []


def test_a_gap_in_the_numbers_is_named_until_the_file_comes(tmp_path):
    first, second, third = (write_source(tmp_path, number, citing(number)) for number in (1, 2, 3))
    assert built(tmp_path / "m", first, third).missing == [second.name]
    assert built(tmp_path / "m", second).missing == []
    built(tmp_path / "whole", first, second, third)

    assert content(tmp_path / "m") == content(tmp_path / "whole")


def test_a_file_that_goes_while_it_is_to_be_read_is_named(tmp_path, monkeypatch):
    good, gone = write_source(tmp_path, 1, citing(1)), write_source(tmp_path, 2, citing(2))

    def run(tasks):
        gone.unlink(missing_ok=True)
        return run_here(tasks)

    manifest = build.build_mirror(str(tmp_path / "m"), [str(good), str(gone)], run)
    assert manifest.faults == [Fault(gone.name, "It cannot be read: No such file or directory.")]


def test_two_files_of_one_name_are_named_and_none_is_taken(tmp_path):
    files = [write_source(tmp_path / folder, 1, citing(pmid)) for folder, pmid in (("a", 1), ("b", 2))]
    other = write_source(tmp_path, 2, citing(3))

    assert built(tmp_path / "m", *files, other).faults == [
        Fault("pubmed26n0001.xml.gz", "It was named 2 times, in different folders.")
    ]


def test_a_new_baseline_is_refused_and_the_mirror_stays(tmp_path):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(1)))
    before = content(tmp_path / "m")

    with pytest.raises(UsageError, match="2026 and 2027 do not go into one mirror"):
        built(tmp_path / "m", write_source(tmp_path, 1, citing(1), year=27))
    assert content(tmp_path / "m") == before


def test_where_no_file_can_be_read_nothing_is_built(tmp_path):
    bad = write_source(tmp_path, 1, citing(1))
    bad.write_bytes(b"")
    with pytest.raises(MirrorError, match="nothing was built"):
        built(tmp_path / "m", bad)
    with pytest.raises(UsageError, match="no finished mirror"):
        Mirror(tmp_path / "m")


@pytest.mark.parametrize("name", ["notes.txt", "pubmed26n0001.xml", "pubmed26n1.xml.gz"])
def test_another_file_is_refused(tmp_path, name):
    tmp_path.joinpath(name).write_bytes(article_set(citing(1)))
    with pytest.raises(UsageError, match="none of NLM's files"):
        built(tmp_path / "m", tmp_path / name)
    with pytest.raises(UsageError, match="no file"):
        built(tmp_path / "m", tmp_path / "nowhere")


# --- updates


def test_an_update_gives_the_bytes_of_a_whole_build_and_is_not_seen_by_who_reads(tmp_path):
    files = write_files(tmp_path / "files", Made(files=2, records=40, templates=10), updates=2)
    built(tmp_path / "whole", *files)
    built(tmp_path / "m", *files[:3])
    with Mirror(tmp_path / "m") as mirror:
        before = {pmid: (mirror.record(pmid), links(mirror, pmid)) for pmid in range(10_000_000, 10_000_120)}
        built(tmp_path / "m", files[3])
        assert {pmid: (mirror.record(pmid), links(mirror, pmid)) for pmid in before} == before
    built(tmp_path / "m", files[3])

    assert content(tmp_path / "m") == content(tmp_path / "whole")


def test_a_file_that_nlm_published_again_replaces_the_first(tmp_path):
    other = write_source(tmp_path, 2, citing(3))
    built(tmp_path / "m", write_source(tmp_path, 1, citing(1, 5)), other)
    again = write_source(tmp_path, 1, citing(2, 5))
    built(tmp_path / "m", again)
    built(tmp_path / "whole", again, other)

    assert content(tmp_path / "m") == content(tmp_path / "whole")


class Killed(BaseException):
    """What no handler catches."""


def kill_and_resume(folder: Path, files: list[Path], monkeypatch: pytest.MonkeyPatch) -> int:
    """Build a mirror, killed again and again while it writes a file; return how often."""
    put, left = build.Folder.writing, 0

    def writing(mirror, name):
        nonlocal left
        left -= 1
        if left < 0:
            path = mirror.local / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.half").write_bytes(b"half")
            raise Killed
        return put(mirror, name)

    monkeypatch.setattr(build.Folder, "writing", writing)
    for kills in range(60):
        left = 3 + kills  # a segment is some twenty files
        try:
            built(folder, *files)
        except Killed:
            continue
        return kills
    raise AssertionError


def test_a_build_that_is_killed_anywhere_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    files = write_files(tmp_path / "files", Made(files=2, records=12, templates=5), updates=1)
    built(tmp_path / "whole", *files)

    assert kill_and_resume(tmp_path / "m", files, monkeypatch) > 5
    assert content(tmp_path / "m") == content(tmp_path / "whole")


def test_a_build_that_trusted_a_segment_before_it_is_finished_would_not_go_on(tmp_path, monkeypatch):
    files = write_files(tmp_path / "files", Made(files=2, records=12, templates=5), updates=1)
    made = {segment.name: segment for segment in built(tmp_path / "whole", *files).segments}

    def trusted(folder, name, _):
        return made[name] if folder.names(made[name].folder) else None

    monkeypatch.setattr("harvest.mirror.segment.read_segment", trusted)
    with pytest.raises(MirrorError, match="cannot be read"):
        kill_and_resume(tmp_path / "m", files, monkeypatch)


# --- the Open Citation Collection


def occ_file(path: Path, text: str) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("open_citation_collection.csv", text)
    else:
        path.write_text(text)
    return path


@pytest.mark.parametrize("name", ["occ.csv", "occ.zip"])
def test_the_open_citation_collection_stands_beside_pubmeds_own_links(tmp_path, monkeypatch, name):
    monkeypatch.setattr("harvest.mirror.occ.BLOCK", 20)
    text = f"citing,referenced\n9,5\n9,6\n9,6\n8,5\n8,8\nx,4\n0,7\n{FAR},5\n5,{FAR}\n"
    manifest = built(tmp_path / "m", write_source(tmp_path, 1, citing(9, 7)), occ=[occ_file(tmp_path / name, text)])

    assert (manifest.links, manifest.occ_links, manifest.occ[0].rejected) == (1, 5, 2)
    with Mirror(tmp_path / "m") as mirror:
        assert (mirror.cited(9).tolist(), mirror.cited(9, occ=True).tolist()) == ([7], [5, 6])
        assert mirror.citing(5, occ=True).tolist() == [8, 9, FAR]
        assert mirror.citing(FAR, occ=True).tolist() == [5]
    assert check_mirror(str(tmp_path / "m"), run_here) == []


def test_the_collection_may_come_later_and_stays_until_another_comes(tmp_path):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(9, 7)))
    with Mirror(tmp_path / "m") as mirror, pytest.raises(UsageError, match="no Open Citation Collection"):
        mirror.cited(9, occ=True)
    built(tmp_path / "m", occ=[occ_file(tmp_path / "occ.csv", "citing,referenced\r\n9,5\r\n")])
    built(tmp_path / "m", write_source(tmp_path, 2, citing(8)))

    with Mirror(tmp_path / "m") as mirror:
        assert (mirror.cited(9).tolist(), mirror.cited(9, occ=True).tolist()) == ([7], [5])


def test_a_table_of_other_columns_is_no_collection(tmp_path):
    with pytest.raises(UsageError, match="its columns are citing, referenced"):
        built(tmp_path / "m", write_source(tmp_path, 1, citing(9)), occ=[occ_file(tmp_path / "occ.csv", "a,b\n1,2\n")])


# --- checking


def test_a_check_names_each_file_that_is_not_what_was_built(tmp_path):
    made = tmp_path / "m"
    built(made, *write_files(tmp_path / "files", Made(files=1, records=40, templates=5)))
    whole_name = next(made.glob("whole-*")).name
    segment = next(made.glob("segments/*"))
    for path in (segment / "records.zst", made / whole_name / "citing-0038.npy"):
        path.write_bytes(path.read_bytes()[:-1] + b"\x7f")
    (made / whole_name / "journals.txt").unlink()

    broken = "\n".join(check_mirror(str(made), run_here))
    assert f"segments/{segment.name}/records.zst is not what was built." in broken
    assert f"{whole_name}/citing-0038.npy is not what was built." in broken
    assert f"{whole_name}/journals.txt is missing or cannot be read." in broken


def test_what_a_check_names_is_mended_by_removing_it_with_the_manifest_and_building_again(tmp_path):
    made, file = tmp_path / "m", write_source(tmp_path, 1, citing(9, 5), citing(8, 5))
    built(made, file)
    expected = content(made)
    for name in ("segments/*/segment.json", "segments/*/records.zst", "whole-*/cited-0000.npy", "manifest.json"):
        next(made.glob(name)).write_bytes(b"{")
    made.joinpath("manifest.json").unlink()

    built(made, file)
    assert content(made) == expected


def test_links_that_do_not_follow_from_the_segments_are_named(tmp_path):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(9, 5), citing(8, 5)))
    segment = next(tmp_path.glob("m/segments/*"))
    values = np.load(segment / "cited-values.npy")
    values[0] = 6
    np.save(segment / "cited-values.npy", values)

    broken = check_mirror(str(tmp_path / "m"), run_here)
    assert len(broken) == 2
    assert broken[0].endswith("cited-values.npy is not what was built.")
    assert broken[1].endswith("cited-0000.npy does not follow from the segments.")


def test_a_damaged_frame_is_an_error_that_names_the_file(tmp_path):
    built(tmp_path / "m", write_source(tmp_path, 1, citing(9)))
    records = next(tmp_path.glob("m/segments/*/records.zst"))
    records.write_bytes(records.read_bytes()[:-6] + b"abcdef")
    with Mirror(tmp_path / "m") as mirror, pytest.raises(MirrorError, match="is damaged at byte 0"):
        mirror.record(9)


# --- elsewhere


def test_a_mirror_may_be_at_any_address_of_fsspec(tmp_path):
    files = write_files(tmp_path / "files", Made(files=1, records=40, templates=5), updates=1)
    built(tmp_path / "m", *files)
    address = "memory://mirrors/one"
    build.build_mirror(address, [str(path) for path in files], run_here)

    with Mirror(tmp_path / "m") as local, Mirror(address) as remote:
        assert remote.manifest == local.manifest
        some = range(10_000_000, 10_000_050)
        assert dict(remote.records(some)) == dict(local.records(some))
        assert [links(remote, pmid) for pmid in some] == [links(local, pmid) for pmid in some]
    assert check_mirror(address, run_here) == []
