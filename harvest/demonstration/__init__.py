"""The bundled demonstration: one small PubMed XML file a record, bibliographic facts only, no abstracts.

Each record says in a processing instruction which public pages its facts were read from; only works whose
PMID those pages show have a record. What they do not show (whole reference lists, who cites whom) is absent.
"""

from importlib.resources import files
from typing import Final

SEED_PMID: Final = 32448354  # Vederhus 2020, the article that the demonstration starts from


def demonstration_names() -> list[str]:
    """Return the file names of the bundled records, sorted."""
    return sorted(entry.name for entry in files(__name__).iterdir() if entry.name.endswith(".xml"))


def read_demonstration() -> list[bytes]:
    """Return the bundled records, each a PubmedArticleSet of one article, in the order of their names."""
    return [files(__name__).joinpath(name).read_bytes() for name in demonstration_names()]
