"""Which calls draw recallable distributions again, and what of them expires, for many commitments at once. Whether a distribution may be recalled is in `recallable`."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from calculations.daycount import Days, Ints
from calculations.ragged import first_rows


@dataclass(frozen=True, eq=False)
class Lots:
    """Recallable amounts in minor units, from `day` on and up to and including `until` (NaT: for ever); all (lots,)."""

    commitment: Ints
    day: Days
    until: Days
    amount: Ints


@dataclass(frozen=True, eq=False)
class Drawn:
    """By what the open recallable amount of a commitment falls on a day, minor units; all (n,), none of them zero."""

    commitment: Ints
    day: Days
    amount: Ints


_EXPIRY, _LOT, _TAKEN_BACK, _CALL = range(4)  # in the order in which they count on one day


def draw_lots(lots: Lots, calls: Drawn) -> tuple[Drawn, Drawn]:
    """What calls recall and what expires, by commitment and day.

    `calls` are contributions inside the commitment, a negative one (a reversal) draws nothing. A call draws the lots
    that are open on its day, those that expire first before others, before it draws the commitment itself; a lot that
    is open on `until` expires the day after, before that day's calls. On one day lots come before calls. A negative lot,
    of a reversed distribution, takes back what is open as a call would draw it. Source: fund-admin D-2, CC-4.
    """
    is_lot = lots.amount > 0
    owners, lot_owner = np.unique(lots.commitment[is_lot], return_inverse=True)
    start, until, size = lots.day[is_lot], lots.until[is_lot], lots.amount[is_lot]
    counts = np.bincount(lot_owner, minlength=owners.size)
    lot_order = np.lexsort((start, _last_if_missing(until), lot_owner))
    place = np.empty(size.size, dtype=np.int64)
    place[lot_order] = np.arange(size.size) - first_rows(counts)[lot_owner[lot_order]]

    lasting = ~np.isnat(until)
    reducing = [
        _of_owners(owners, lots.commitment[~is_lot], lots.day[~is_lot], -lots.amount[~is_lot]),
        _of_owners(owners, calls.commitment, calls.day, calls.amount),
    ]
    owner = np.concatenate([lot_owner, lot_owner[lasting], *(each.commitment for each in reducing)])
    day = np.concatenate([start, until[lasting] + np.timedelta64(1, "D"), *(each.day for each in reducing)])
    amount = np.concatenate([size, np.zeros(int(lasting.sum()), dtype=np.int64), *(each.amount for each in reducing)])
    kind = np.repeat(
        [_LOT, _EXPIRY, _TAKEN_BACK, _CALL], [size.size, int(lasting.sum()), *(each.day.size for each in reducing)]
    )
    column = np.concatenate([place, place[lasting], *(np.full(each.day.size, -1) for each in reducing)])

    order = np.lexsort((kind, day, owner))
    owner, day, kind, amount, column = owner[order], day[order], kind[order], amount[order], column[order]
    rank = np.arange(owner.size) - first_rows(np.bincount(owner, minlength=owners.size))[owner]
    by_rank = np.argsort(rank, kind="stable")
    ends = first_rows(np.bincount(rank))
    open_lots = np.zeros((owners.size, int(counts.max(initial=0))), dtype=np.int64)
    taken = np.zeros(owner.size, dtype=np.int64)
    # The k-th events of all commitments at once: only those before it of the same commitment matter to one.
    for first, last in pairwise(ends):
        events = by_rank[first:last]
        of, what, lot = owner[events], kind[events], column[events]
        opens, ends_lot, draws = what == _LOT, what == _EXPIRY, what > _LOT
        open_lots[of[opens], lot[opens]] = amount[events[opens]]
        taken[events[ends_lot]] = open_lots[of[ends_lot], lot[ends_lot]]
        open_lots[of[ends_lot], lot[ends_lot]] = 0
        standing = open_lots[of[draws]]
        before = np.cumsum(standing, axis=1) - standing
        drawn = np.clip(amount[events[draws], None] - before, 0, standing)
        open_lots[of[draws]] = standing - drawn
        taken[events[draws]] = drawn.sum(axis=1)

    def of_kind(wanted: int) -> Drawn:
        rows = (kind == wanted) & (taken > 0)
        return Drawn(owners[owner[rows]], day[rows], taken[rows])

    return of_kind(_CALL), of_kind(_EXPIRY)


def _of_owners(owners: Ints, commitment: Ints, day: Days, amount: Ints) -> Drawn:
    """Amounts above zero of commitments that have lots, by the place of each among `owners`."""
    place = np.searchsorted(owners, commitment)
    wanted = (place < owners.size) & (amount > 0)
    wanted[wanted] = owners[place[wanted]] == commitment[wanted]
    return Drawn(place[wanted], day[wanted], amount[wanted])


def _last_if_missing(days: Days) -> Days:
    return np.where(np.isnat(days), np.datetime64("9999-12-31"), days)
