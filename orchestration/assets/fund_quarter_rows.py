"""Where funds stood at the end of every quarter, as rows: capital, value, calls not paid. Forecasts and what a house adds up do not
belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from calculations.calendars import Flags
from calculations.daycount import Days, Ints
from calculations.funds.pacing.positions import (
    Collected,
    Quarters,
    brought_forward,
    collected,
    latest_rows,
    running_totals,
)
from orchestration.assets.fund_pacing_columns import currencies, days, fund_columns, money
from orchestration.assets.fund_pacing_inputs import FOREIGN_CALLS, Funds, PacingInputs

TABLE = "calc.fund_quarters"
NO_VALUATION = "NO_VALUATION"  # the fund has no value on or before the day


@dataclass(frozen=True, eq=False)
class Standings:
    """Funds at their quarter ends; every array and list (quarters,), money in units, 0 beside a reason where unknown."""

    at: Quarters
    committed: Ints
    called: Ints
    distributed: Ints
    unfunded: Ints
    amount_reason: list[str | None]
    nav: Ints
    nav_day: Days
    nav_reason: list[str | None]
    calls: Collected
    has_foreign_calls: Flags

    @property
    def last(self) -> Ints:
        """The newest quarter of each fund that has one."""
        return np.flatnonzero(np.diff(self.at.owner, append=-1) != 0)


def standings(inputs: PacingInputs) -> Standings:
    """Every fund at the end of every quarter from its first event to the day that its data speaks for.

    Unfunded is what is committed less what was called inside it and plus what may be called again (fund-admin 1.4, CC-4);
    the value is the last one known, brought forward by what was paid since.
    """
    funds, moves, values = inputs.funds, inputs.moves, inputs.values
    at = Quarters.between(first_days(inputs), funds.as_of)
    totals = {
        name: running_totals(moves.owner, moves.day, getattr(moves, name), at)
        for name in ("committed", "called", "outside", "distributed", "recallable")
    }
    amount_reason = _reasons(inputs, at)
    row = latest_rows(values.owner, values.day, at)
    has_value = row >= 0
    if values.day.size:
        nav_day = np.where(has_value, values.day[row], np.datetime64("NaT", "D"))
        stated = np.where(has_value, values.nav[row], 0)
    else:
        nav_day, stated = np.full(row.size, np.datetime64("NaT", "D")), np.zeros(row.size, dtype=np.int64)
    since = np.where(has_value, nav_day, at.end)
    nav = brought_forward(stated, since, moves.owner, moves.day, moves.called - moves.distributed, at)
    nav_reason = [
        f"{NO_VALUATION}: {funds.fund_id[owner]}" if place < 0 else values.reason[place] or reason
        for owner, place, reason in zip(at.owner, row, amount_reason, strict=True)
    ]
    calls = inputs.calls
    foreign = np.zeros(len(funds.measured_id), dtype=np.bool_)
    foreign[calls.notices.owner[calls.is_foreign]] = True
    return Standings(
        at,
        totals["committed"],
        totals["called"],
        totals["distributed"],
        totals["committed"] - totals["called"] + totals["outside"] + totals["recallable"],
        amount_reason,
        nav,
        nav_day,
        nav_reason,
        collected(calls.notices, calls.paid_notice, calls.paid_day, calls.paid, at),
        foreign[at.owner],
    )


def first_days(inputs: PacingInputs) -> Days:
    """The day of each fund's first event, (funds,), NaT for a fund without one."""
    found = np.full(len(inputs.funds.measured_id), np.datetime64("NaT", "D"))
    owner, first = np.unique(inputs.moves.owner, return_index=True)  # moves are read in order of owner and day
    found[owner] = inputs.moves.day[first]
    return found


def _reasons(inputs: PacingInputs, at: Quarters) -> list[str | None]:
    """Why a fund's amounts are unknown at a quarter's end: an earlier one of them could not be converted."""
    moves = inputs.moves
    unknown = np.flatnonzero([reason is not None for reason in moves.reason])
    first = latest_rows(moves.owner[unknown], moves.day[unknown], at)
    return [moves.reason[unknown[place]] if place >= 0 else None for place in first]


def quarter_rows(funds: Funds, found: Standings) -> pa.Table:
    """Rows of calc.fund_quarters."""
    owner, end = found.at.owner, found.at.end
    is_known = np.array([reason is None for reason in found.amount_reason], dtype=np.bool_)
    is_valued = np.array([reason is None for reason in found.nav_reason], dtype=np.bool_)
    is_own = ~found.has_foreign_calls
    investing_until = funds.investment_period_end[owner]
    return pa.table(
        {
            **fund_columns(funds, owner),
            "event_date": days(end),
            "currency": currencies(funds, owner),
            "committed": money(found.committed, is_known),
            "called": money(found.called, is_known),
            "distributed": money(found.distributed, is_known),
            "unfunded": money(found.unfunded, is_known),
            "amount_reason": pa.array(found.amount_reason, pa.string()),
            "is_investing": pa.array(end <= investing_until, mask=np.isnat(investing_until)),
            "nav": money(found.nav, is_valued),
            "nav_date": days(found.nav_day),
            "nav_reason": pa.array(found.nav_reason, pa.string()),
            "calls_outstanding": money(found.calls.outstanding, is_own),
            "calls_overdue": money(found.calls.overdue, is_own),
            "calls_due": money(found.calls.due, is_own),
            "calls_collected": money(found.calls.collected, is_own),
            "calls_reason": pa.array([None if own else FOREIGN_CALLS for own in is_own.tolist()], pa.string()),
        }
    )
