"""Python's search for cycles of objects, which costs a tenth of the time where rows come and go by the million."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SELDOM: Final = 100_000  # objects between two searches for cycles, which rows and text never make


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Run a block in which Python seldom searches for cycles."""
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
