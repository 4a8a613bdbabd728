"""Works -> text that reference managers read: every module with ``BIBLIOGRAPHIES``, by suffix.  (pure)"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import kb.formats
from kb.formats.bibliography import Bibliography


def _found() -> Iterator[Bibliography]:
    for module in iter_modules(kb.formats.__path__):
        if module.name != "registry":
            yield from getattr(import_module(f"kb.formats.{module.name}"), "BIBLIOGRAPHIES", ())


BIBLIOGRAPHIES: Final = {form.suffix: form for form in sorted(_found(), key=lambda form: form.suffix)}
