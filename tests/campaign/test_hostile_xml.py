"""Hostile XML: no other file is opened, no socket, little memory is taken, and the good records are loaded."""

import gzip
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kb.database import open_kb
from kb.integrity.check import check_kb
from kb.queries.works.records import read_held_pmids
from tests.builders import article_set, article_xml
from tests.campaign.scale import PEAK

pytestmark = pytest.mark.campaign

MEMORY_MB = 150


def doctypes(canary: Path) -> list[str]:
    """Return document types that would fetch, open or grow."""
    uri, net = canary.as_uri(), "http://127.0.0.1:9/canary"
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bodies = [
        f'<!ENTITY e SYSTEM "{uri}">', f'<!ENTITY e SYSTEM "{canary}">', f'<!ENTITY e SYSTEM "{net}">',
        '<!ENTITY e SYSTEM "ftp://127.0.0.1:9/x">', f'<!ENTITY e PUBLIC "x" "{uri}">',
        f'<!ENTITY % p SYSTEM "{uri}"> %p;', f'<!ENTITY % p SYSTEM "{net}"> %p;',
        f'<!ENTITY % a "<!ENTITY e SYSTEM \'{uri}\'>"> %a;', f'<!ENTITY e "&f;"><!ENTITY f SYSTEM "{uri}">',
        f'<!ENTITY e SYSTEM "{uri}" NDATA gif><!NOTATION gif SYSTEM "{uri}">',
        f'<!ENTITY e0 "x">{laughs}<!ENTITY e "&e9;">',
        f'<!ENTITY e "{"x" * 100_000}">', '<!ENTITY e "&e;">', '<!ENTITY e "&f;"><!ENTITY f "&e;">',
        f'<!ATTLIST PMID Version CDATA "{"9" * 50_000}"><!ENTITY e "x">', '<!ELEMENT PMID ANY><!ENTITY e "x">',
        '<!ENTITY e SYSTEM "file:///dev/zero">', '<!ENTITY e SYSTEM "file:///proc/self/environ">',
        '<!ENTITY e SYSTEM "expect://id">', f'<!ENTITY e SYSTEM "jar:{uri}!/x">',
    ]  # fmt: skip
    internal = [f"<!DOCTYPE PubmedArticleSet [{body}]>" for body in bodies]
    return [*internal, f'<!DOCTYPE PubmedArticleSet SYSTEM "{uri}">', f'<!DOCTYPE PubmedArticleSet SYSTEM "{net}">']


def titles(canary: Path) -> list[str]:
    """Return titles, or what stands in their place, that would open, or cost time and memory."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{}" parse="text"/>'
    attributes = " ".join(f'a{n}="1"' for n in range(100_000))
    return [
        include.format(canary.as_uri()), include.format("http://127.0.0.1:9/x"), "x" * 8_000_000,
        "<b>" * 100_000 + "</b>" * 100_000, f"<b {attributes}>x</b>", "&#0;", "&#xFFFFFFFF;",
        f'<?xml-stylesheet href="{canary.as_uri()}"?>',
    ]  # fmt: skip


def write_files(folder: Path, canary: Path) -> set[int]:
    """Write a file for each attack; return the PMIDs of the good records beside them."""
    attacks = [article_set(article_xml(n + 100), article_xml(n + 900, title="&e;"), declaration=doctype)
               for n, doctype in enumerate(doctypes(canary))]  # fmt: skip
    attacks += [
        article_set(article_xml(n + 200), article_xml(n + 800, title="PLACE")).replace(b"PLACE", title.encode())
        for n, title in enumerate(titles(canary))
    ]
    for number, attack in enumerate(attacks):
        (folder / f"{number}.xml").write_bytes(attack)
    utf16 = article_set(article_xml(301), declaration="").decode().replace("UTF-8", "UTF-16")
    (folder / "utf16.xml").write_bytes(utf16.encode("utf-16"))
    (folder / "utf7.xml").write_bytes(b'<?xml version="1.0" encoding="UTF-7"?>+ADw-PubmedArticleSet/+AD4-')
    with gzip.open(folder / "bomb.xml.gz", "wb", compresslevel=9) as bomb:
        for _ in range(1024):
            bomb.write(bytes(2**20))
    return {n + 100 for n in range(len(doctypes(canary)))} | {n + 200 for n in range(len(titles(canary)))} | {301}


def opened(folder: Path, canary: Path, *command: object) -> tuple[list[str], list[str], str]:
    """Run a command; return its calls that name the canary, those that open a socket to elsewhere, and what it said."""
    log = folder.parent / "strace"
    strace = shutil.which("strace") or pytest.fail("strace is missing: apt-get install strace")
    traced = [strace, "-f", "-qq", "-o", log, "-e", "trace=open,openat,socket,connect", *command]
    result = subprocess.run([*map(str, traced)], capture_output=True, text=True, timeout=500, cwd=folder.parent)
    calls = log.read_text(errors="replace").splitlines()
    named = [one for one in calls if canary.name in one or "/dev/zero" in one or "/proc/self/environ" in one]
    return named, [one for one in calls if re.search(r"socket\(AF_INET", one)], result.stderr + result.stdout


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary-file"
    path.write_text("secret words")
    return path


def test_nothing_else_is_opened_and_the_good_records_are_loaded(tmp_path: Path, canary: Path):
    folder, kb = tmp_path / "attacks", tmp_path / "kb.db"
    folder.mkdir()
    good = write_files(folder, canary)
    program = f"import atexit, sys; atexit.register(lambda: {PEAK}); from kb.cli import main; main()"
    command = (sys.executable, "-c", program, "harvest", kb, "--file", folder, "--no-graph")

    named, sockets, said = opened(folder, canary, *command)

    largest = int(said.split()[said.split().index("peak") + 1]) / 1024
    print(f"{len([*folder.iterdir()])} files, largest memory {largest:.0f} MB")
    assert (named, sockets) == ([], [])
    assert "Traceback" not in said
    with closing(open_kb(kb)) as db:
        assert check_kb(db) == []
        assert good - {*read_held_pmids(db)} == set()
    assert b"secret words" not in kb.read_bytes()
    assert largest < MEMORY_MB


def test_a_parser_that_follows_what_documents_say_opens_the_file(tmp_path: Path, canary: Path):
    folder = tmp_path / "attacks"
    folder.mkdir()
    write_files(folder, canary)
    parser = "etree.XMLParser(load_dtd=True, resolve_entities=True)"
    program = f"import sys; from lxml import etree; etree.parse(sys.argv[1], {parser})"

    named, _, _ = opened(folder, canary, sys.executable, "-c", program, folder / "20.xml")

    assert named != []
