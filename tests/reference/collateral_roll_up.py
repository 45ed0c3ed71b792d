"""One asset's rows in a deal's periods, in plain Python. Source: clo-collateral-engine 4.2; clo-extensions 3.1, 3.2."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.reference.collateral import Projection
from tests.reference.collateral_row import Row
from tests.reference.collateral_schedule import Quirks


@dataclass
class Period:
    """One asset in one deal period; balances are those at its start, `performing` is the par that tests count."""

    performing: float = 0.0
    defaulted: float = 0.0
    defaulted_value: float = 0.0
    unfunded: float = 0.0
    deferring_haircut: float = 0.0
    defaults: float = 0.0
    default_value: float = 0.0
    interest: float = 0.0
    scheduled: float = 0.0
    unscheduled: float = 0.0
    recoveries: float = 0.0
    net_loss: float = 0.0
    draws: float = 0.0
    capitalised: float = 0.0
    refills: float = 0.0
    redrawn: float = 0.0
    not_drawn: float = 0.0
    pik_scheduled: float = 0.0
    pik_unscheduled: float = 0.0
    # Changes of test par over the period, by default and by all else.
    counted_default: float = 0.0
    counted_change: float = 0.0
    value_lost: float = 0.0  # expected of defaulted par that is written off


def period_of(date: dt.date, begin: dt.date, ends: Sequence[dt.date]) -> int | None:
    """Number of the collection period that cash of a date falls in; None outside all of them."""
    return next((number for number, end in enumerate(ends) if begin < date <= end), None)


def share_paid_by_date(shares: Sequence[float], begin: dt.date, ends: Sequence[dt.date]) -> Callable[[dt.date], float]:
    """The share of draws that is paid, from one by period; all of them where the deal has no period."""

    def share_paid(date: dt.date) -> float:
        number = period_of(date, begin, ends)
        return 1.0 if number is None else shares[number]

    return share_paid


def roll_up(
    projection: Projection, rows: list[Row], begin: dt.date, ends: list[dt.date], quirks: Quirks
) -> list[Period]:
    """The asset by deal period, and one entry more for the balances after the last."""
    periods = [Period() for _ in range(len(ends) + 1)]
    if not rows:
        return periods

    balance, capital, stock, value, unfunded, haircut = projection.opening
    before = projection.test_par(balance, capital)
    periods[0].performing, periods[0].unfunded, periods[0].deferring_haircut = before, unfunded, haircut
    expected = value
    held = {0: (unfunded, haircut)}  # after the last row of each period
    for row in rows:
        share = row.default / row.begin_balance if row.begin_balance > 0 else 0.0
        counted = projection.test_par(row.default, share * row.begin_pik)
        after = projection.test_par(row.end_balance - row.written_off, row.pik_balance)
        cash = period_of(row.paid, begin, ends)
        by_accrual = "COL-20" in quirks and not row.is_event
        begun = period_of(min(row.accrual_begin, row.paid), dt.date.min, ends) if by_accrual else cash
        if cash is not None:
            into = periods[cash]
            into.interest += row.interest + row.fees
            into.scheduled += row.scheduled
            into.unscheduled += row.unscheduled + row.premium
            into.recoveries += row.recovery
            into.net_loss += row.net_loss
            into.draws += row.draw
            into.capitalised += row.pik_interest
            into.refills += row.refill
            into.redrawn += row.redrawn
            into.not_drawn += row.not_drawn
            into.pik_scheduled += row.pik_scheduled
            into.pik_unscheduled += row.pik_unscheduled
            into.value_lost += expected + row.default_value - row.recovery - row.defaulted_value
            into.counted_change += after - before + counted
            held[cash + 1] = (row.unfunded_balance, row.deferring_haircut)
        if begun is not None:
            periods[begun].defaults += row.default
            periods[begun].default_value += row.default_value
            periods[begun].counted_default += counted
        before, expected = after, row.defaulted_value

    performing = periods[0].performing
    for number, period in enumerate(periods):
        period.performing, period.defaulted, period.defaulted_value = (
            max(0.0, performing),
            max(0.0, stock),
            max(0.0, value),
        )
        unfunded, haircut = held.get(number, (unfunded, haircut))
        period.unfunded, period.deferring_haircut = unfunded, haircut
        performing += period.counted_change - period.counted_default
        stock += period.defaults - period.recoveries - period.net_loss
        value += period.default_value - period.recoveries - period.value_lost
    return periods
