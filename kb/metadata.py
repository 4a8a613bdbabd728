"""metadata.yml: what every table, column and ready question means, for Datasette, the site and published files."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


def metadata_path() -> Path:
    """Return metadata.yml: in the wheel beside this module, in a checkout in the root of the repository."""
    here = Path(__file__).parent
    return next(path for path in (here / "metadata.yml", here.parent / "metadata.yml") if path.exists())


@lru_cache(maxsize=1)
def read_metadata() -> dict[str, Any]:
    """Return metadata.yml as a dictionary."""
    found = yaml.safe_load(metadata_path().read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found
