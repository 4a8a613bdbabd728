"""The schema: commented DDL, one module a subject, and its numbered history.

Conventions: natural keys; STRICT; WITHOUT ROWID where the key has several columns; moments ISO 8601 UTC;
NULL means that nobody said, 0 that a source said none. The comments are kept by SQLite and shown on the
site. Until the first release the first migration may be edited; afterwards a change is a new one.
"""

from typing import Final

from kb.migrations.citation_links import CITATION_LINKS
from kb.migrations.computed import find_ddl
from kb.migrations.full_texts import FULL_TEXTS
from kb.migrations.links import LEDGER, LINKS
from kb.migrations.records import PARTS
from kb.migrations.resolutions import RESOLUTIONS
from kb.migrations.views import VIEWS
from kb.migrations.works import WORKS

APPLICATION_ID: Final = 0x6C69746B  # "litk": marks a litkb file in its header
SCHEMA: Final = (WORKS, PARTS, LINKS, CITATION_LINKS, LEDGER, RESOLUTIONS, FULL_TEXTS, *find_ddl(), VIEWS)
MIGRATIONS: Final[tuple[str, ...]] = ("".join(SCHEMA),)  # number n brings user_version from n - 1 to n
LATE_INDEXES: Final = (  # what loading records does not read: made after a large load, in one pass over each table
    "works_state",
    "articles_journal",
    "articles_year",
    "articles_source",
    "authorships_name",
    "authorships_orcid",
    "mesh_headings_descriptor",
    "mesh_headings_qualifier",
    "keywords_key",
    "citation_links_cited",
)
