"""Loans bought with principal, in one scenario and plain Python, written to be read beside clo-collateral-engine 3. The
curve and day counts are the project's own, tested elsewhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from calculations.clo.scenarios import ReinvestmentTerms
from calculations.curves import Curve
from calculations.daycount import days360, year_fraction
from tests.reference.collateral import at, period_rate
from tests.reference.collateral_roll_up import Period
from tests.reference.collateral_schedule import add_months


@dataclass
class BoughtLoans:
    """`grid` are payment dates 0 to n, `nominal` those of 1 to n as stated; `periods` has one entry more than there are
    dates, for the balances after the last."""

    terms: ReinvestmentTerms
    curve: Curve
    grid: list[dt.date]
    nominal: list[dt.date]
    months: int
    periods: list[Period] = field(init=False)

    def __post_init__(self) -> None:
        self.periods = [Period() for _ in self.grid]

    def buy(self, period: int, cash: float) -> None:
        """A loan bought at the end of deal period `period`, counted from 1. Source: 3.2."""
        terms, assumed = self.terms, self.terms.assumptions
        payments = max(1, -(-terms.maturity_months // self.months))
        balance, stock, value = cash / terms.price, 0.0, 0.0
        self.periods[period].performing += balance
        due: dict[int, tuple[float, float]] = {}
        for number in range(period, len(self.nominal)):
            begin, end, age = self.grid[number], self.grid[number + 1], number - period
            here, theta = self.periods[number], days360(begin, end) / 360
            default = balance * period_rate(at(assumed.cdr, age), theta)
            worth = default * (1 - at(assumed.severity, age))
            balance -= default
            coupon = max(self.curve.spot(begin, self.months), terms.floor) + terms.spread
            scheduled = balance if age + 1 == payments else 0.0
            unscheduled = (balance - scheduled) * period_rate(at(assumed.cpr, age), theta)
            here.interest += balance * coupon * year_fraction(begin, end, "30/360")
            recovered_on = add_months(self.nominal[number], assumed.lag_months)
            later = range(number, len(self.nominal))
            when = next((i for i in later if self.nominal[i] >= recovered_on), len(self.nominal))
            before = due.get(when, (0.0, 0.0))
            due[when] = (before[0] + worth, before[1] + default)
            recovery, ended = due.get(number, (0.0, 0.0))
            balance -= scheduled + unscheduled
            stock += default - ended
            value += worth - recovery
            here.scheduled += scheduled
            here.unscheduled += unscheduled
            here.recoveries += recovery
            after = self.periods[number + 1]
            after.performing += balance
            after.defaulted += stock
            after.defaulted_value += value

    def sell(self, period: int) -> None:
        """Nothing is left at the end of deal period `period`, counted from 1. Source: 3.4."""
        for number in range(period, len(self.periods)):
            self.periods[number] = Period()
