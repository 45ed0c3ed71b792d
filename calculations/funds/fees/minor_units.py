"""Exact arithmetic on arrays of minor units: a share rounded half up, totals shared out. No rates, dates or currencies.

`calculations.money` is the same for single amounts.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints

Exact = NDArray[Any]  # int64, or Python integers where a product would not fit

_SAFE = 2**61  # twice this, and the half added before a division, still fits


def product(amounts: Exact, factors: Exact) -> Exact:
    """amount x factor, broadcast; Python integers where int64 might overflow."""
    if _largest(amounts) * _largest(factors) < _SAFE:
        found: Exact = amounts * factors
        return found
    wide: Exact = amounts.astype(object) * factors.astype(object)
    return wide


def rounded(numerators: Exact, denominator: int) -> Ints:
    """numerator / denominator to whole units, halves away from zero. Source: fund-admin M-3."""
    exact = numerators if denominator < _SAFE else numerators.astype(object)
    units = (2 * abs(exact) + denominator) // (2 * denominator)
    return np.where(exact < 0, -units, units).astype(np.int64)


def scaled(amounts: Ints, ratio: Fraction) -> Ints:
    """amounts x ratio to whole units, halves away from zero. Source: fund-admin M-3."""
    numerator = np.array([ratio.numerator], dtype=np.int64 if abs(ratio.numerator) < _SAFE else object)
    return rounded(product(amounts, numerator), ratio.denominator)


def allocate_rows(totals: Ints, weights: Exact) -> Ints:
    """Each of `totals` (rows,) shared in proportion to `weights` (rows, parties) or (parties,): (rows, parties).

    Shares are floored, the units still missing go one each to the largest remainders, ties to the earlier column, so
    the columns stand in the order of the party ids; rows add up to their total exactly. A negative total mirrors the
    positive one. Weights are int64, or Python integers where they are larger. Raises ValueError for a negative weight
    and for a total other than zero without any weight. Source: fund-admin M-3.
    """
    weights = np.broadcast_to(weights, (totals.size, weights.shape[-1]))
    if (weights < 0).any():
        raise ValueError(f"weights must be >= 0, found {weights.min()}")
    reduced = weights // np.maximum(np.gcd.reduce(weights, axis=1), 1)[:, None]
    whole = reduced.sum(axis=1)
    if ((whole == 0) & (totals != 0)).any():
        row = int(np.argmax((whole == 0) & (totals != 0)))
        raise ValueError(f"weights must sum to more than zero to share out {totals[row]}, found sum 0 in row {row}")
    whole = np.maximum(whole, 1)
    # total x weight may not fit in 64 bits; the part of the total below `whole` times the weight nearly always does
    times, rest = np.abs(totals) // whole, np.abs(totals) % whole
    part = product(reduced, rest[:, None])
    floors = (times[:, None] * reduced + part // whole[:, None]).astype(np.int64)
    missing = np.abs(totals) - floors.sum(axis=1)
    ranking = np.argsort(-(part % whole[:, None]), axis=1, kind="stable")
    extra = np.zeros_like(floors)
    np.put_along_axis(extra, ranking, (np.arange(floors.shape[1]) < missing[:, None]).astype(np.int64), axis=1)
    shares: Ints = np.sign(totals)[:, None] * (floors + extra)
    return shares


def _largest(values: Exact) -> int:
    return int(np.abs(values).max(initial=0))
