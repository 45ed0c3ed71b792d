"""Products and quotients of whole numbers in arrays, and their rounding. Sharing a total out is in `sharing`.

A share of an amount is an amount times a numerator over a denominator, and that product may need more than 64 bits:
booked money of 53 times a rate in 1e-12 of 60. Nothing here wraps around or rounds unless it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calculations.daycount import Ints

Exact = NDArray[Any]  # int64, or Python integers where those do not fit
Rational = Decimal | Fraction | int

_PLAIN = 2**62  # a product up to here has room to be added to
_LARGEST_GUESS = 2**53  # up to here a double tells whole numbers apart
_LARGEST_FACTOR = 2**60  # five units of a wrong guess times such a divisor still fit into 63 bits


def exact(numbers: Sequence[int]) -> Exact:
    """Python integers as an array, (n,). NumPy by itself makes doubles of those on both sides of 2^63."""
    return narrowed(np.array(numbers, dtype=object))


def product(amounts: Exact, factors: Exact) -> Exact:
    """amount x factor, broadcast; int64 unless one of them would not fit."""
    if _size(amounts) * _size(factors) <= _PLAIN:
        return narrowed(amounts * factors)
    return narrowed(amounts.astype(object) * factors.astype(object))


def divided(amount: ArrayLike, numerator: ArrayLike | int, denominator: ArrayLike | int) -> tuple[Exact, Exact]:
    """amount x numerator / denominator, floored, and the remainder: 0 <= remainder < denominator; all broadcast.

    Raises ValueError for a numerator below 0 or a denominator below 1, TypeError for what are no whole numbers.
    """
    a, n, d = (_whole(value) for value in (amount, numerator, denominator))
    (least, most), (n_least, n_most), (d_least, d_most) = (_bounds(values) for values in (a, n, d))
    if n_least < 0:
        raise ValueError(f"numerators must be >= 0, found {n_least}")
    if d_least < 1:
        raise ValueError(f"denominators must be >= 1, found {d_least}")
    size = max(most, -least)
    if max(size, 1) * max(n_most, 1) <= _PLAIN and d_most <= _PLAIN:
        a, n, d = (values.astype(np.int64, copy=False) for values in (a, n, d))
        times = a * n
        quotient = times // d
        return np.asarray(quotient), np.asarray(times - quotient * d)
    if size <= _LARGEST_GUESS and n_most <= _LARGEST_FACTOR and d_most <= _LARGEST_FACTOR:
        a, n, d = (values.astype(np.int64, copy=False) for values in (a, n, d))
        guess = a.astype(np.float64) * n / d
        if max(guess.max(), -guess.min()) <= _LARGEST_GUESS:
            return _corrected(guess, a, n, d)
    times = a.astype(object) * n.astype(object)
    quotient = times // d
    return narrowed(quotient), narrowed(times - quotient * d)


def rounded(whole: Exact, rest: Exact, denominator: ArrayLike | int) -> Exact:
    """whole + rest / denominator to whole units, halves away from zero; `rest` >= 0 may be a sum of remainders.

    So amounts that `divided` has taken apart are added up and rounded once. Source: fund-admin M-3.
    """
    more = rest // denominator
    return _nearest(whole + more, rest - more * denominator, denominator)


def half_up(amount: ArrayLike, numerator: ArrayLike | int, denominator: ArrayLike | int) -> Exact:
    """amount x numerator / denominator to whole units, halves away from zero. Raises as `divided`. Source: fund-admin M-3."""
    quotient, remainder = divided(amount, numerator, denominator)
    return _nearest(quotient, remainder, _whole(denominator))


def nearest(amount: Fraction) -> int:
    """One amount to whole units, halves away from zero. Source: fund-admin M-3."""
    size, rest = divmod(abs(amount.numerator), amount.denominator)
    size += 2 * rest >= amount.denominator
    return size if amount >= 0 else -size


def scaled(amounts: Exact, ratio: Rational) -> Exact:
    """amounts x ratio to whole units, halves away from zero; the ratio may be negative. Source: fund-admin M-3."""
    numerator, denominator = ratio.as_integer_ratio()
    return half_up(-amounts if numerator < 0 else amounts, abs(numerator), denominator)


def narrowed(values: Exact) -> Exact:
    """The same numbers as int64 where all of them fit."""
    if values.dtype == np.int64:
        return values
    least, most = _bounds(values)
    return values.astype(np.int64) if least >= -(2**63) and most < 2**63 else values


def _corrected(guess: Any, a: Ints, n: Ints, d: Ints) -> tuple[Exact, Exact]:
    """The quotient guessed in doubles, put right by its remainder, which is exact although the product overflows."""
    quotient: Ints = np.asarray(guess).astype(np.int64)
    with np.errstate(over="ignore"):  # the products wrap around; their difference does not need more than 63 bits
        wrapped = a.astype(np.uint64) * n.astype(np.uint64) - quotient.astype(np.uint64) * d.astype(np.uint64)
    remainder: Ints = wrapped.view(np.int64)
    off = remainder // d
    return np.asarray(quotient + off), np.asarray(remainder - off * d)


def _nearest(whole: Exact, rest: Exact, denominator: Any) -> Exact:
    missing = denominator - rest
    return np.asarray(whole + ((rest > missing) | ((rest == missing) & (whole >= 0))))


def _whole(values: Any) -> Exact:
    found = np.asarray(values)
    if found.dtype.kind in "ib":
        return found.astype(np.int64, copy=False)
    if found.dtype.kind in "uO" or not found.size:  # NumPy makes unsigned numbers of integers from 2^63 on
        return found.astype(object)
    raise TypeError(f"expected whole numbers, found {found.dtype}")


def _bounds(values: Exact) -> tuple[int, int]:
    if not values.size:
        return 1, 1  # nothing is out of range
    if values.size == 1:
        return (only := int(values.item())), only
    return int(values.min()), int(values.max())


def _size(values: Exact) -> int:
    least, most = _bounds(values)
    return max(most, -least)
