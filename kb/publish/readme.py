"""README.md and metadata.yml beside a published file: how to open it, and how Datasette is to show it."""

import sqlite3
from functools import cache
from typing import Final

import yaml

from kb.metadata import read_metadata
from kb.publish.files import MARK
from kb.publish.markdown import cell
from kb.publish.report import Publication, title_of

_OPENING: Final = """
One SQLite file, `{name}`, to which `kb.db` leads: articles, what they cite, and the source of each citation.
`DICTIONARY.md` describes every table and column, `REPORT.md` where the data come from and what is missing,
`CITATION.cff` how to cite it.

    sha256sum -c SHA256SUMS              # whether all of it is whole
    litkb serve kb.db                    # the site
    datasette kb.db -m metadata.yml      # tables and ready questions, in Datasette without litkb
    sqlite3 kb.db 'select * from often_cited_not_held limit 10'

pandas:

    import sqlite3, pandas as pd
    db = sqlite3.connect("kb.db")
    works = pd.read_sql("select id, label, year from works", db)

R; without `bigint = "numeric"` ids become integer64, which `merge()` misreads:

    library(DBI)
    db <- dbConnect(RSQLite::SQLite(), "kb.db", bigint = "numeric")
    works <- dbGetQuery(db, "select id, label, year from works")

Identifiers of works are PMIDs, or negative numbers where no PMID is known. Empty (NULL) means unknown; 0 means
that a source said none.
"""


def format_readme(db: sqlite3.Connection, publication: Publication) -> str:
    """Return how to open the published file."""
    head = f"<!-- {MARK}; the next one replaces it. -->\n# {cell(title_of(db, publication))}\n"
    return head + _OPENING.format(name=publication.name)


@cache
def format_metadata() -> str:
    """Return what describes tables, columns and questions to a server of the published file, as YAML."""
    described = yaml.safe_dump(read_metadata(), allow_unicode=True, sort_keys=False, width=120)
    return f"# {MARK}; the next one replaces it.\n{described}"
