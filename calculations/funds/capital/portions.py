"""The portions of many calls shared out among their partners, under excuses and caps, in one pass. Calls as records are in `calls`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calculations.calendars import Flags
from calculations.daycount import Ints
from calculations.exact.minor_units import LARGEST_AMOUNT, ONE
from calculations.exact.products import divided, half_up
from calculations.exact.sharing import Shortfall, allocate_many, pro_rata_capped

NO_CAP = LARGEST_AMOUNT


class Portion(StrEnum):
    """What a call is for, in the order of the columns of an array of portions."""

    INVESTMENT = "INVESTMENT"
    MANAGEMENT_FEE = "MANAGEMENT_FEE"
    EXPENSES = "EXPENSES"
    ORGANISATIONAL = "ORGANISATIONAL"
    LINE_REPAYMENT = "LINE_REPAYMENT"
    INTEREST = "INTEREST"
    OUTSIDE_COMMITMENT = "OUTSIDE_COMMITMENT"


PORTIONS = tuple(Portion)
COLUMN = {portion: column for column, portion in enumerate(PORTIONS)}
# What every partner bears is filled before the investment, so that a partner near its caps still pays its fees.
_FILLED = (*PORTIONS[1:6], Portion.INVESTMENT, Portion.OUTSIDE_COMMITMENT)


class PortionShortfall(Shortfall):
    """A portion that does not fit below the caps of those who may pay it."""

    def __init__(self, portion: Portion, missing: dict[int, int]) -> None:
        super().__init__(missing)
        self.portion = portion
        self.args = (f"{portion}: {self}",)


@dataclass(frozen=True, eq=False)
class CallLegs:
    """Partners of many calls, call by call and in id order in each: those of call i are `offsets[i]:offsets[i + 1]`.

    Each field but `offsets` is (legs,): `weights` by the basis of the call, 0 for who takes no part; `share_excused` in
    1e-12, from the portions whose bit (1 << column) is set in `excused_from`; `unfunded` and `call_cap`, the most of
    one notice, in minor units, NO_CAP where there is none.
    """

    offsets: Ints
    weights: Ints
    share_excused: Ints
    excused_from: Ints
    unfunded: Ints
    call_cap: Ints


def share_portions(portions: Ints, legs: CallLegs, excess_cap: Ints) -> Ints:
    """What each partner pays of each portion: `portions` (calls, 7) in minor units, returns (legs, 7).

    Each portion is shared by weight on its own and sums to itself. All but the last together stay within the unfunded
    commitment, all together within the cap of one notice; what a cap or an excuse leaves goes to the others. Where
    someone is excused, `excess_cap` (calls,), in 1e-12 and 0 for none, limits each to that multiple of its share
    without excuses. Raises PortionShortfall where money is left that nobody may pay. Source: fund-admin CC-1 to CC-5.
    """
    room = np.minimum(np.maximum(legs.unfunded, 0), legs.call_cap)
    paid = np.zeros((legs.weights.size, len(PORTIONS)), dtype=np.int64)
    for portion in _FILLED:
        column = COLUMN[portion]
        if not portions[:, column].any():
            continue
        if portion is Portion.OUTSIDE_COMMITMENT:
            room = legs.call_cap - paid.sum(axis=1)
        weights, is_excused = _weights_of(column, legs)
        caps = room
        if is_excused.any() and excess_cap.any():
            caps = np.minimum(room, _excess_caps(portions[:, column], legs, is_excused, excess_cap))
        try:
            paid[:, column] = pro_rata_capped(portions[:, column], legs.offsets, weights, caps)
        except Shortfall as short:
            raise PortionShortfall(portion, short.missing) from None
        room = room - paid[:, column]
    return paid


def _weights_of(column: int, legs: CallLegs) -> tuple[Ints, Flags]:
    """Weights for one portion, and who is excused from it. A weight is money, so a part of it is whole minor units."""
    is_excused = ((legs.excused_from >> column) & 1 == 1) & (legs.share_excused > 0)
    if not is_excused.any():
        return legs.weights, is_excused
    weights = legs.weights.copy()
    weights[is_excused] = half_up(weights[is_excused], ONE - legs.share_excused[is_excused], ONE)
    return weights, is_excused


def _excess_caps(totals: Ints, legs: CallLegs, is_excused: Flags, excess_cap: Ints) -> Ints:
    """The most each partner pays of one portion in place of the excused, rounded down; NO_CAP where nobody is excused."""
    call_of = np.repeat(np.arange(totals.size), np.diff(legs.offsets))
    has_excused = np.bincount(call_of[is_excused], minlength=totals.size) > 0
    is_limited = has_excused & (excess_cap > 0) & (totals > 0)
    without_excuses = allocate_many(np.where(is_limited, totals, 0), legs.offsets, legs.weights)
    limits, _ = divided(without_excuses, excess_cap[call_of], ONE)
    return np.where(is_limited[call_of], limits, NO_CAP)
