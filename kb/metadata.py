"""What every table, column and ready question means, for Datasette, the site and published files.

metadata.yml describes tables, views and questions; the columns of tables are described by the comments of the DDL.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from kb.migrations import MIGRATIONS
from kb.migrations.descriptions import find_descriptions


def metadata_path() -> Path:
    """Return metadata.yml: in the wheel beside this module, in a checkout in the root of the repository."""
    here = Path(__file__).parent
    return next(path for path in (here / "metadata.yml", here.parent / "metadata.yml") if path.exists())


@lru_cache(maxsize=1)
def read_metadata() -> dict[str, Any]:
    """Return metadata.yml as a dictionary, with the columns of tables."""
    found = yaml.safe_load(metadata_path().read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    tables = found["databases"]["kb"]["tables"]
    for name, columns in find_descriptions("".join(MIGRATIONS)).items():
        if name in tables:
            tables[name]["columns"] = columns
    return found
