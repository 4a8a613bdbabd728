"""What litkb is installed from: fixed versions with hashes, none that is known to be unsafe; tests call nobody."""

import re
import socket
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+?)(?:\s|;|$)", re.MULTILINE)
FLOORS = {"lxml": (6, 1, 0), "datasette": (0, 65, 4), "biopython": (1, 87), "jinja2": (3, 1, 5)}  # safe from here on


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> dict[str, str]:
    return {plain(name): version for name, version in PIN.findall(text)}


def unhashed(text: str) -> list[str]:
    """Return the packages of a list that have no hash."""
    entries = text.replace("\\\n", " ").splitlines()
    return [line.split("==")[0] for line in entries if "==" in line and "--hash=sha256:" not in line]


def test_all_that_is_installed_is_fixed_with_hashes_to_the_versions_that_ran_together():
    locked, constraints = (ROOT / ".ci/locked.txt").read_text(), (ROOT / "constraints.txt").read_text()
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]

    assert unhashed(locked) == []
    assert {plain(re.split(r"[<>=!~ ]", one)[0]) for one in needed} - pins(locked).keys() == set()
    both = pins(locked).keys() & pins(constraints).keys()
    assert {name: pins(locked)[name] for name in both} == {name: pins(constraints)[name] for name in both}
    assert len(both) > 30


def test_a_package_without_a_hash_is_seen():
    assert unhashed("one==1 \\\n    --hash=sha256:00\ntwo==2\n") == ["two"]


def test_no_version_is_below_what_is_safe():
    versions = pins((ROOT / ".ci/locked.txt").read_text())

    for name, floor in FLOORS.items():
        assert tuple(map(int, versions[name].split("."))) >= floor, name


@pytest.mark.parametrize("place", [("192.0.2.1", 443), ("2001:db8::1", 443, 0, 0), ("example.org", 80)])
def test_a_test_that_calls_another_machine_fails(place: tuple[str, int]):
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(AssertionError, match="tried to reach"):
        one.connect(place)
