"""Many totals shared out at once so that each one's parts are the whole, with caps or without. What is shared is not here.

Rows are legs, total by total: those of total i stand in `offsets[i]:offsets[i + 1]`, in id order, since an earlier leg
wins a tie. All amounts are int64 minor units. `calculations.money.allocate` is the rule for one total in Decimal.
"""

from __future__ import annotations

import numpy as np

from calculations.calendars import Flags
from calculations.daycount import Ints
from calculations.funds.capital.exact import LARGEST_DIVISOR, divided


class Shortfall(ValueError):
    """Totals that do not fit below the caps. `missing` maps the place of each total to the minor units without a payer."""

    def __init__(self, missing: dict[int, int]) -> None:
        self.missing = missing
        listed = ", ".join(f"total {place}: {amount}" for place, amount in list(missing.items())[:10])
        super().__init__(f"caps must leave room for the whole total; missing minor units: {listed}")


def allocate_many(totals: Ints, offsets: Ints, weights: Ints) -> Ints:
    """Each total shared in proportion to its legs' weights: floors, then one unit each to the largest remainders.

    `totals` (n,), `offsets` (n + 1,), `weights` (legs,) >= 0; returns (legs,). A negative total is the mirror image of
    the positive one; a total of zero gives zeros whatever the weights. Raises ValueError for a total that has no
    weight to go by, naming its place. Source: fund-admin M-3.
    """
    total_of = _totals_of(offsets, weights.size)
    if totals.size != offsets.size - 1:
        raise ValueError(f"offsets must be one more than the totals, found {offsets.size} for {totals.size} totals")
    if weights.size and weights.min() < 0:
        raise ValueError(f"weights must be >= 0, found {weights.min()}")
    whole = _sums(weights, offsets)
    if (unweighted := np.flatnonzero((whole == 0) & (totals != 0))).size:
        place = int(unweighted[0])
        raise ValueError(f"weights must sum to more than zero to share out total {place}, {totals[place]}, found 0")
    floors, remainders = divided(np.abs(totals)[total_of], weights, np.maximum(whole, 1)[total_of])
    missing = np.abs(totals) - _sums(floors, offsets)
    parts = floors + _is_among_largest(remainders, missing, offsets, total_of)
    return parts * np.sign(totals)[total_of]


def pro_rata_capped(totals: Ints, offsets: Ints, weights: Ints, caps: Ints) -> Ints:
    """Each total shared by weight, no leg above its cap: what exceeds a cap goes to the others by weight, until none binds.

    Shapes as in `allocate_many`, `caps` (legs,) >= 0. A leg is capped where its unrounded share exceeds the cap, so
    rounding up never does. Raises ValueError for a negative total or cap, Shortfall with what is missing where the caps
    of the legs that have a weight are less than the total. Source: fund-admin CC-2.
    """
    for what, values in (("totals", totals), ("caps", caps)):
        if values.size and values.min() < 0:
            raise ValueError(f"{what} must be >= 0 to be shared under caps, found {values.min()}")
    total_of = _totals_of(offsets, weights.size)
    usable = np.where(weights > 0, np.minimum(caps, totals[total_of]), 0)
    if (missing := np.maximum(totals - _sums(usable, offsets), 0)).any():
        raise Shortfall({int(place): int(missing[place]) for place in np.flatnonzero(missing)})

    is_capped = np.zeros(weights.size, dtype=np.bool_)
    open_legs = np.flatnonzero(weights > 0)
    while open_legs.size:
        left = totals - _sums(np.where(is_capped, usable, 0), offsets)
        whole = _sums(np.where(is_capped, 0, weights), offsets)
        of = total_of[open_legs]
        floors, remainders = divided(left[of], weights[open_legs], whole[of])
        binds = floors + (remainders > 0) > usable[open_legs]
        is_capped[open_legs[binds]] = True
        # Only a total in which a cap has just been met can meet another one.
        touched = np.zeros(totals.size, dtype=np.bool_)
        touched[of[binds]] = True
        open_legs = open_legs[touched[of] & ~binds]
    left = totals - _sums(np.where(is_capped, usable, 0), offsets)
    shared = allocate_many(left, offsets, np.where(is_capped, 0, weights))
    return np.where(is_capped, usable, shared)


def _totals_of(offsets: Ints, legs: int) -> Ints:
    """The place of each leg's total, (legs,)."""
    counts = np.diff(offsets)
    if offsets.size == 0 or offsets[0] != 0 or offsets[-1] != legs or (counts < 0).any():
        raise ValueError(f"offsets must rise from 0 to the {legs} legs, found {offsets[:10].tolist()}")
    return np.repeat(np.arange(counts.size), counts)


def _sums(values: Ints, offsets: Ints) -> Ints:
    """The sum of each total's legs, (n,). Raises ValueError where it could exceed 2^60."""
    if values.size and int(values.max()) > LARGEST_DIVISOR // int(max(np.diff(offsets).max(), 1)):
        raise ValueError(f"values shared by must sum to at most {LARGEST_DIVISOR} in each total, found {values.max()}")
    # The running sum may wrap around; the differences of it do not, because each is small.
    running = np.concatenate([[0], np.cumsum(values)])
    return running[offsets[1:]] - running[offsets[:-1]]


def _is_among_largest(remainders: Ints, missing: Ints, offsets: Ints, total_of: Ints) -> Flags:
    """Which legs have one of the `missing` (n,) largest remainders of their total; ties to the earlier leg."""
    order = np.lexsort((-remainders, total_of))  # stable, so legs that tie stay in id order
    rank = np.arange(total_of.size) - offsets[:-1][total_of]
    among = np.zeros(total_of.size, dtype=np.bool_)
    among[order] = rank < missing[total_of]
    return among
