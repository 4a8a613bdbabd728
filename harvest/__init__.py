"""litkb harvest: from a source (PubMed, a file) to records, to rows.

Public, as docs/python.md shows: parse_articles.
"""

from typing import TYPE_CHECKING

from kb.lazy import lazy_names

if TYPE_CHECKING:
    from harvest.pubmed.article import parse_articles

__all__ = ["parse_articles"]
__getattr__ = lazy_names(__name__, {"parse_articles": "harvest.pubmed.article"})
