"""Whole minor units out of unrounded amounts, for many partners at once. What the amounts are for does not belong here.

Unrounded amounts are `np.longdouble`, amounts of money int64 minor units.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints

Precise = NDArray[np.longdouble]

# An exact tie in Decimal may lie a little below it here: closer than this it is one, and goes up.
_TIE = np.longdouble("1e-9")
_RELATIVE_TIE = 8 * np.finfo(np.longdouble).eps
_HALF = np.longdouble("0.5")


@cache
def precise(number: Decimal) -> np.longdouble:
    """The longdouble nearest to a rate or share."""
    return np.longdouble(str(number))


def half_up(amount: Precise) -> Ints:
    """`amount` (partners,) in minor units rounded to whole ones, halves away from zero. Source: fund-admin M-3."""
    size = np.abs(amount)
    units = size.astype(np.int64)  # floored; np.floor of longdouble is many times slower
    units += size - units >= (_HALF - _TIE) - _RELATIVE_TIE * size
    return np.where(amount < 0, -units, units)


def ratio(part: Ints, whole: Ints) -> Precise:
    """`part` / `whole` (partners,), 0 where there is nothing of the whole."""
    shares: Precise = part.astype(np.longdouble) / np.maximum(whole, 1)
    return shares
