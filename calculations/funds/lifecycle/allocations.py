"""Allocations, their calls and funds as columns of one load. What must hold of them does not belong here.

Booked money is int64 minor units; `scale` is the minor units of one unit of the row's currency: 100 for USD, 1 for JPY.
Source: input-contracts 3, sheets Allocations and Allocation Calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Days, Flags, Ints, Texts
from calculations.daycount import Floats
from calculations.exact.products import half_up

WRITTEN_OFF = "WRITTEN_OFF"
_PCT_STEPS = 10**6  # of one percent


@dataclass(frozen=True)
class Allocations:
    """Every array (allocations,); `called` and `paid` are derived from calls and payments, never the stated ones.

    `stated_weight_pct` is nan where the sheet states none; `market_value` is 0 where nothing is valued, and
    `has_market_value` says whether something is.
    """

    allocation_id: Texts
    deal_id: Texts
    fund_id: Texts
    currency: Texts
    scale: Ints
    allocation_date: Days
    security_type: Texts
    status: Texts
    is_approved: Flags
    amount: Ints
    called: Ints
    paid: Ints
    market_value: Ints
    has_market_value: Flags
    distributions: Ints
    stated_weight_pct: Floats

    @property
    def is_written_off(self) -> Flags:
        return np.asarray(self.status == WRITTEN_OFF)


@dataclass(frozen=True)
class Calls:
    """Allocation calls; every array (calls,). `owner` is the place of the call's allocation among the allocations.

    `amount` is the call's, or its `call_pct` of the allocation by `percentage_amounts`; `call_pct` is nan where an amount
    is stated.
    """

    call_id: Texts
    owner: Ints
    scheduled_date: Days
    due_date: Days
    status: Texts
    amount: Ints
    call_pct: Floats


@dataclass(frozen=True)
class Funds:
    """Every array (funds,); `capacity` is the fund's size, `commitments` the sum of its active commitments."""

    fund_id: Texts
    scale: Ints
    capacity: Ints
    commitments: Ints


def percentage_amounts(owner: Ints, call_pct: Floats, allocated: Ints) -> Ints:
    """Minor units of calls stated in percent of their allocation, (calls,), those of one allocation in order.

    Each is the rise of the running percentage's amount, rounded half-up: together they never exceed the allocation, and
    at 100 % they are all of it. `call_pct` has six decimals at most, 0 to 100; `allocated` (allocations,) from zero up;
    `owner` (calls,). Source: fund-admin 1.4 CC-10, 1.9 row call percentage.
    """
    order = np.argsort(owner, kind="stable")
    of = owner[order]
    share = np.rint(call_pct[order] * _PCT_STEPS).astype(np.int64)
    total = np.cumsum(share)
    starts = np.flatnonzero(np.diff(of, prepend=-1))
    running = total - np.repeat(total[starts] - share[starts], np.diff(starts, append=of.size))
    reached = half_up(allocated[of], running, 100 * _PCT_STEPS)
    amounts = np.diff(reached, prepend=0)
    amounts[starts] = reached[starts]
    result = np.empty_like(amounts)
    result[order] = amounts
    return result
