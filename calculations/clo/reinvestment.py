"""Loans bought with principal proceeds, as one pool on the deal's own payment dates. How much is bought belongs to the deal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import cast

import numpy as np

from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.deal_dates import DealDates
from calculations.clo.liquidation import liquidate
from calculations.clo.pool_flows import PoolFlows
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Rates, ReinvestmentTerms, Scenarios, vector
from calculations.curves import Curve, spots
from calculations.daycount import US_30_360, days360, year_fraction
from calculations.months import add_months
from calculations.period_rates import period_rates


@dataclass(frozen=True, eq=False)
class _Loans:
    """Terms by scenario: numbers (scenarios,), and rates by loan period (scenarios, periods) with the last one held."""

    price: Floats
    payments: Ints
    lag_months: Ints
    cpr: Floats
    cdr: Floats
    severity: Floats


class ReinvestedPool:
    """Loans bought so far, as flows of the shapes of `PoolFlows`; each purchase adds to them in place.

    A loan bought on a payment date accrues from it on US 30/360 and pays from the next one on. Its coupon is the
    deal's tenor read off the scenario's curve at the start of each period, not below the floor, plus the spread.
    """

    def __init__(self, scenarios: Scenarios, dates: DealDates, preset: Preset = STANDARD) -> None:
        """An empty pool.

        Raises ValueError where a scenario has no reinvestment terms, or no curve for the index of its loans.
        """
        terms = [_terms_of(item.name, item.reinvestment) for item in scenarios.items]
        grid = dates.grid
        self.flows = PoolFlows.zeros(len(scenarios), dates.count)
        self._dates = dates
        self._preset = preset
        self._loans = _loans(terms, dates, preset)
        self._fraction = year_fraction(grid[:-1], grid[1:], US_30_360)
        self._theta = days360(grid[:-1], grid[1:]) / 360.0
        floor = np.array([item.floor for item in terms])[:, None]
        spread = np.array([item.spread for item in terms])[:, None]
        curves = [_curve_of(item.name, item.curve) for item in scenarios.items]
        self._coupon = np.maximum(_levels(curves, dates), floor) + spread

    @property
    def coupon(self) -> Floats:
        """Coupon by scenario and deal period, (scenarios, periods)."""
        return self._coupon

    def buy(self, period: int, cash: Floats) -> Floats:
        """Spends `cash` (scenarios,) at the end of a period, counted from 1; gives the par bought.

        Par is cash over price. Each loan then defaults, pays interest, repays at its maturity, prepays and recovers,
        in that order; what defaults is recovered after the lag although the loan has matured (under COL-07 what is
        left at maturity is lost). Raises ValueError for a period that is not the deal's or for negative cash.
        Source: clo-collateral-engine 3.2, Q34.
        """
        periods, loans = self._dates.count, self._loans
        if not 1 <= period <= periods:
            raise ValueError(f"period must be from 1 to {periods}, found {period}")
        if (cash < 0).any():
            raise ValueError(f"cash to reinvest must be >= 0, found {cash.min()}")
        flows = self.flows
        par: Floats = cash / loans.price
        balance = par.copy()
        everyone = np.arange(par.size)
        flows.performing[:, period] += par
        stock, value = np.zeros_like(par), np.zeros_like(par)
        due_value, due_loss = np.zeros((par.size, periods + 1)), np.zeros((par.size, periods + 1))
        for column in range(period, periods):  # the loan pays in the deal periods that follow
            if not (balance.any() or stock.any()):
                break
            age = column - period
            is_last = loans.payments == age + 1
            default = balance * period_rates(loans.cdr[:, age], self._theta[column])
            default_value = default * (1.0 - loans.severity[:, age])
            balance -= default
            flows.interest[:, column] += self._fraction[column] * self._coupon[:, column] * balance
            scheduled = np.where(is_last, balance, 0.0)
            unscheduled = (balance - scheduled) * period_rates(loans.cpr[:, age], self._theta[column])
            balance = balance - scheduled - unscheduled
            target = self._recovery_column(column)
            due_value[everyone, target] += default_value
            due_loss[everyone, target] += default - default_value

            recovery, loss = due_value[:, column], due_loss[:, column].copy()
            stock += default - recovery - loss
            value += default_value - recovery
            if "COL-07" in self._preset:
                loss += np.where(is_last, stock, 0.0)
                stock[is_last] = value[is_last] = 0.0
                due_value[is_last, column + 1 :] = due_loss[is_last, column + 1 :] = 0.0
            flows.defaults[:, column] += default
            flows.default_value[:, column] += default_value
            flows.scheduled[:, column] += scheduled
            flows.unscheduled[:, column] += unscheduled
            flows.recoveries[:, column] += recovery
            flows.net_loss[:, column] += loss
            flows.performing[:, column + 1] += balance
            flows.defaulted[:, column + 1] += stock
            flows.defaulted_value[:, column + 1] += value
        return par

    def liquidate(self, period: int, price: Floats | float, mask: Flags) -> Floats:
        """Sells the pool at the end of a period in the scenarios of `mask`; the cash. Source: 3.4, 4.5."""
        return liquidate(self.flows, period, price, mask)

    def _recovery_column(self, column: int) -> Ints:
        """Column in which a default of this one is recovered, (scenarios,); the one past the last where none is.

        The first payment date on or after default date + lag, both as stated; under COL-30 so many periods later as
        the lag has, rounded half to even. Source: clo-collateral-engine 3.2, Q30; clo-extensions 2.2.
        """
        lag, count = self._loans.lag_months, self._dates.count
        if "COL-30" in self._preset:
            return np.minimum(column + np.rint(lag / self._dates.months_between).astype(np.int64), count)
        due = add_months(self._dates.nominal[column], lag)
        return np.maximum(np.searchsorted(self._dates.nominal, due, side="left"), column)


def _terms_of(name: str, terms: ReinvestmentTerms | None) -> ReinvestmentTerms:
    if terms is None:
        raise ValueError(f"scenario {name}: reinvestment terms are needed, found none")
    return terms


def _curve_of(name: str, curve: Curve | None) -> Curve:
    if curve is None:
        raise ValueError(f"scenario {name}: a curve is needed for the index of reinvested loans, found none")
    return curve


def _loans(terms: Sequence[ReinvestmentTerms], dates: DealDates, preset: Preset) -> _Loans:
    months = np.array([item.maturity_months for item in terms])
    payments = np.rint(months / dates.months_between) if "COL-30" in preset else -(-months // dates.months_between)
    assumed = [item.assumptions for item in terms]
    return _Loans(
        price=np.array([item.price for item in terms]),
        payments=np.maximum(payments.astype(np.int64), 1),
        lag_months=np.array([item.lag_months for item in assumed], dtype=np.int64),
        cpr=_by_age([vector(item.cpr) for item in assumed], dates.count),
        cdr=_by_age([vector(cast("Rates", item.cdr)) for item in assumed], dates.count),  # the terms refuse RATING
        severity=_by_age([vector(item.severity) for item in assumed], dates.count),
    )


def _by_age(rates: Sequence[tuple[float, ...]], periods: int) -> Floats:
    """Each scenario's rate by age, (scenarios, periods); the last one given holds on."""
    lengths = np.array([len(given) for given in rates], dtype=np.int64)
    first = np.cumsum(lengths) - lengths
    place = np.minimum(np.arange(periods), lengths[:, None] - 1)
    found: Floats = np.array(list(chain.from_iterable(rates)), dtype=np.float64)[first[:, None] + place]
    return found


def _levels(curves: Sequence[Curve], dates: DealDates) -> Floats:
    """Index at the start of each period, (scenarios, periods); unrounded, unlike that of an asset."""
    distinct = dict.fromkeys(curves)
    number = {curve: index for index, curve in enumerate(distinct)}
    levels = spots(list(distinct), dates.grid[:-1], dates.months_between)
    found: Floats = levels[[number[curve] for curve in curves]]
    return found
