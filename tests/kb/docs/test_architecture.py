"""docs/architecture.md names modules, functions and folders that exist."""

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`((?:harvest|kb|graph)(?:\.\w+)+)`", PAGE)))
FOLDERS = sorted(set(re.findall(r"`((?:harvest|kb|graph)/[\w./]+)`", PAGE)))


def found(name: str) -> bool:
    """Return whether name is a module, or something in one."""
    parent, _, last = name.rpartition(".")
    try:
        import_module(name)
    except ModuleNotFoundError:
        return hasattr(import_module(parent), last)
    return True


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_names_exists(name: str):
    assert found(name)


def test_a_name_that_is_nowhere_is_noticed():
    assert not found("kb.text.nothing")


def test_every_folder_of_the_packages_is_a_room_of_the_page():
    folders = {
        str(path.parent.relative_to(ROOT))
        for name in ("harvest", "kb", "graph")
        for path in (ROOT / name).rglob("*.py")
    }
    rooms = {folder for folder in folders if folder.count("/") == 1 and Path(ROOT / folder / "__init__.py").exists()}

    assert all((ROOT / folder).exists() for folder in FOLDERS)
    assert rooms - set(FOLDERS) == set()
