"""Arrays of numbers that are not negative and may outgrow floating point: a mantissa and a power of two.  (pure)"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kb.queries.citations import Ids

Floats: TypeAlias = NDArray[np.float64]

_PRECISION: Final = 2.0**40  # of numbers that are compared: what differs by less than rounding does is equal
_NOTHING: Final = -(2**40)  # exponent of 0, below that of any number
_GONE: Final = -2000  # a shift by so much leaves nothing of a float


class Scaled(NamedTuple):
    """The numbers mantissa * 2 ** exponent; a mantissa is 0, or in [0.5, 1)."""

    mantissa: Floats
    exponent: Ids


def nothing(size: int) -> Scaled:
    """Return zeros."""
    return Scaled(np.zeros(size), np.full(size, _NOTHING))


def taken(numbers: Scaled, places: Ids | NDArray[np.bool_]) -> Scaled:
    """Return the numbers at places."""
    return Scaled(numbers.mantissa[places], numbers.exponent[places])


def times(left: Scaled, right: Scaled) -> Scaled:
    """Return the products."""
    return _normal(left.mantissa * right.mantissa, left.exponent + right.exponent)


def plus(left: Scaled, right: Scaled) -> Scaled:
    """Return the sums."""
    top = np.maximum(left.exponent, right.exponent)
    mantissa = _shifted(left.mantissa, left.exponent - top) + _shifted(right.mantissa, right.exponent - top)
    return _normal(mantissa, top)


def rounded(numbers: Scaled) -> Scaled:
    """Return numbers as they are compared: without the last bits, which are those of rounding."""
    return _normal(np.round(numbers.mantissa * _PRECISION) / _PRECISION, numbers.exponent)


def log10_of(numbers: Scaled) -> Floats:
    """Return the decimal logarithms; -inf for 0."""
    with np.errstate(divide="ignore"):
        return np.where(numbers.mantissa > 0, np.log10(numbers.mantissa) + numbers.exponent * np.log10(2), -np.inf)


def shares_of(numbers: Scaled, total: Scaled) -> Floats:
    """Return numbers as parts of one total, which is not 0."""
    return _shifted(numbers.mantissa / total.mantissa, numbers.exponent - total.exponent)


def sums(numbers: Scaled, firsts: Ids) -> Scaled:
    """Return the sums of the groups of numbers that begin at firsts."""
    if not len(firsts):
        return nothing(0)
    top, shifted = _level(numbers, firsts)
    return _normal(np.add.reduceat(shifted, firsts), top)


def largest(numbers: Scaled, firsts: Ids) -> Ids:
    """Return the place of the largest number of each group that begins at firsts, of equal ones the first."""
    _, shifted = _level(numbers, firsts)
    sizes = np.diff(firsts, append=len(shifted))
    at_most = np.flatnonzero(shifted == np.repeat(np.maximum.reduceat(shifted, firsts), sizes))
    return at_most[np.searchsorted(at_most, firsts)]


def _level(numbers: Scaled, firsts: Ids) -> tuple[Ids, Floats]:
    """Return the highest exponent of each group, and all numbers with that of theirs."""
    top = np.maximum.reduceat(numbers.exponent, firsts)
    sizes = np.diff(firsts, append=len(numbers.mantissa))
    return top, _shifted(numbers.mantissa, numbers.exponent - np.repeat(top, sizes))


def _shifted(mantissa: Floats, by: Ids) -> Floats:
    return np.ldexp(mantissa, np.maximum(by, _GONE).astype(np.int32))


def _normal(mantissa: Floats, exponent: Ids) -> Scaled:
    normal, more = np.frexp(mantissa)
    return Scaled(normal, np.where(normal == 0, _NOTHING, exponent + more))
