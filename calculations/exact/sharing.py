"""Many totals shared out at once so that the parts of each are the whole, with caps or without. What is shared is not here.

Rows are legs, total by total: those of total i stand in `offsets[i]:offsets[i + 1]`, in id order, since an earlier leg
wins a tie. `calculations.money.allocate` is the same for one total in Decimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.calendars import Flags
from calculations.daycount import Ints
from calculations.exact.products import Exact, divided, exact, narrowed

_SAFE = 2**62  # sums up to here have room to be added to
_NOTHING = np.zeros(1, dtype=np.int64)


class Shortfall(ValueError):
    """Totals that do not fit below the caps. `missing` maps the place of each total to the minor units without a payer."""

    def __init__(self, missing: dict[int, int]) -> None:
        self.missing = missing
        listed = ", ".join(f"total {place}: {amount}" for place, amount in list(missing.items())[:10])
        super().__init__(f"caps must leave room for the whole total; missing minor units: {listed}")


def allocate_many(totals: Exact, offsets: Ints, weights: Exact) -> Exact:
    """Each total shared in proportion to its legs' weights: floors, then one unit each to the largest remainders.

    `totals` (n,), `offsets` (n + 1,), `weights` (legs,) >= 0; returns (legs,). A negative total is the mirror image of
    the positive one; a total of zero gives zeros whatever the weights. Raises ValueError for a total that has no
    weight to go by, naming its place. Source: fund-admin M-3.
    """
    legs = _Legs.of(offsets, weights.size)
    if totals.size != offsets.size - 1:
        raise ValueError(f"offsets must be one more than the totals, found {offsets.size} for {totals.size} totals")
    if weights.size and weights.min() < 0:
        raise ValueError(f"weights must be >= 0, found {weights.min()}")
    whole = legs.sums(weights)
    if (unweighted := np.flatnonzero((whole == 0) & (totals != 0))).size:
        place = int(unweighted[0])
        raise ValueError(f"weights must sum to more than zero to share out total {place}, {totals[place]}, found 0")
    floors, remainders = divided(np.abs(totals)[legs.total_of], weights, np.maximum(whole, 1)[legs.total_of])
    missing = (np.abs(totals) - legs.sums(floors)).astype(np.int64)
    parts = floors + legs.is_among_largest(remainders, missing)
    return np.where((totals < 0)[legs.total_of], -parts, parts)


def allocate_rows(totals: Exact, weights: Exact) -> Exact:
    """Each of `totals` (rows,) shared in proportion to `weights` (rows, parties) or (parties,): (rows, parties).

    As `allocate_many`, with the parties in the order of their ids. Source: fund-admin M-3.
    """
    rows, parties = totals.size, weights.shape[-1]
    spread = np.broadcast_to(weights, (rows, parties)).ravel()
    return allocate_many(totals, np.arange(rows + 1) * parties, spread).reshape(rows, parties)


def allocate_total(total: int, weights: Exact) -> Exact:
    """One total shared in proportion to `weights` (parties,), as `allocate_many` does: (parties,)."""
    return allocate_many(exact([total]), np.array([0, weights.size]), weights)


def pro_rata_capped(totals: Ints, offsets: Ints, weights: Ints, caps: Ints) -> Ints:
    """Each total shared by weight, no leg above its cap: what exceeds a cap goes to the others by weight, until none binds.

    Shapes as in `allocate_many`, `caps` (legs,) >= 0. A leg is capped where its unrounded share exceeds the cap, so
    rounding up never does. Raises ValueError for a negative total or cap, Shortfall with what is missing where the caps
    of the legs that have a weight are less than the total. Source: fund-admin CC-2.
    """
    for what, values in (("totals", totals), ("caps", caps)):
        if values.size and values.min() < 0:
            raise ValueError(f"{what} must be >= 0 to be shared under caps, found {values.min()}")
    legs = _Legs.of(offsets, weights.size)
    usable = np.where(weights > 0, np.minimum(caps, totals[legs.total_of]), 0)
    if (missing := np.maximum(totals - legs.sums(usable), 0)).any():
        raise Shortfall({int(place): int(missing[place]) for place in np.flatnonzero(missing)})

    is_capped = np.zeros(weights.size, dtype=np.bool_)
    open_legs = np.flatnonzero(weights > 0)
    while open_legs.size:
        left = totals - legs.sums(np.where(is_capped, usable, 0))
        whole = legs.sums(np.where(is_capped, 0, weights))
        of = legs.total_of[open_legs]
        floors, remainders = divided(left[of], weights[open_legs], whole[of])
        binds = floors + (remainders > 0) > usable[open_legs]
        is_capped[open_legs[binds]] = True
        # Only a total in which a cap has just been met can meet another one.
        touched = np.zeros(totals.size, dtype=np.bool_)
        touched[of[binds]] = True
        open_legs = open_legs[touched[of] & ~binds]
    left = totals - legs.sums(np.where(is_capped, usable, 0))
    shared = allocate_many(left, offsets, np.where(is_capped, 0, weights))
    return np.where(is_capped, usable, shared)


@dataclass(frozen=True, eq=False)
class _Legs:
    """Where the legs of each total stand: `counts` (n,) of them from `first` (n,) on, and each one's total, (legs,)."""

    first: Ints
    counts: Ints
    total_of: Ints
    most: int

    @classmethod
    def of(cls, offsets: Ints, legs: int) -> _Legs:
        counts = offsets[1:] - offsets[:-1]
        if offsets.size == 0 or offsets[0] != 0 or offsets[-1] != legs or (counts < 0).any():
            raise ValueError(f"offsets must rise from 0 to the {legs} legs, found {offsets[:10].tolist()}")
        return cls(offsets[:-1], counts, np.repeat(np.arange(counts.size), counts), int(counts.max(initial=0)))

    def sums(self, values: Exact) -> Exact:
        """The sum of each total's legs, (n,), of numbers >= 0."""
        if values.size and int(values.max()) > _SAFE // self.most:
            values = values.astype(object)
        # The running sum may wrap around; the differences of it do not, because each is small.
        running = np.concatenate([_NOTHING, values.cumsum()])
        return narrowed(running[self.first + self.counts] - running[self.first])

    def is_among_largest(self, remainders: Exact, missing: Ints) -> Flags:
        """Which legs have one of the `missing` (n,) largest remainders of their total; ties to the earlier leg.

        The remainders of totals with as many legs are a table, in which sorting numbers alone finds the last remainder
        that gets a unit: an order of the legs, which takes five times as long, is needed for none but the ties with it.
        """
        last = np.zeros(missing.size, dtype=remainders.dtype)
        short = np.flatnonzero(missing)
        for count in set(self.counts[short].tolist()):
            places = short[self.counts[short] == count]
            table = np.sort(remainders[self.first[places][:, None] + np.arange(count)], axis=1)
            last[places] = table[np.arange(places.size), count - missing[places]]
        is_above, ties = remainders > last[self.total_of], remainders == last[self.total_of]
        left = missing - self.sums(is_above.astype(np.int64))
        running = np.concatenate([_NOTHING, ties.cumsum()])
        is_first = running[1:] - running[self.first][self.total_of] <= left[self.total_of]
        return (missing > 0)[self.total_of] & (is_above | (ties & is_first))
