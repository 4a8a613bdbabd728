"""litkb kb: records to rows to pages; see kb.cli for the command and kb.site for the pages.

Public, as docs/python.md shows: open_library, search, reason_of.
"""

from typing import TYPE_CHECKING

from kb.lazy import lazy_names

if TYPE_CHECKING:
    from kb.library import open_library, search
    from kb.reasons import reason_of

__all__ = ["open_library", "reason_of", "search"]
__getattr__ = lazy_names(__name__, {"open_library": "kb.library", "search": "kb.library", "reason_of": "kb.reasons"})
