"""The sub notes' return by scenario: one annual rate, actual/365, of their flows so far. Hurdles are in `incentive`.

Rates of one series with several roots, or of a person's report, are `calculations.irr`'s; this one serves conditions of
many scenarios at once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.deal.terms import Deal

_ROUNDS = 60
_TOLERANCE = 1e-12


@dataclass
class EquityReturns:
    """Flows of the sub notes so far: dates, and an array (scenarios,) for each."""

    scenarios: int
    days: list[dt.date]
    flows: list[Floats]

    @classmethod
    def opened(cls, deal: Deal, analysis: dt.date, scenarios: int) -> EquityReturns:
        """The history up to the analysis date."""
        history = () if deal.incentive is None else deal.incentive.history
        kept = sorted((flow for flow in history if flow.date <= analysis), key=lambda flow: flow.date)
        return cls(scenarios, [flow.date for flow in kept], [np.full(scenarios, float(flow.amount)) for flow in kept])

    def add(self, day: dt.date, flow: Floats) -> None:
        self.days.append(day)
        self.flows.append(flow)

    def rate(self) -> Floats:
        """The annual rate through the last date added, (scenarios,); nan where there is none."""
        if not self.flows:
            return np.full(self.scenarios, np.nan)
        years = np.array([(day - self.days[0]).days / 365 for day in self.days])
        return equity_irr(years, np.stack(self.flows, axis=1))


def equity_irr(years: Floats, flows: Floats) -> Floats:
    """The rate at which flows (scenarios, dates) at `years` (dates,) since the first are worth nothing; (scenarios,).

    nan where a scenario has no inflow or no outflow, and where no rate is found. With y = ln(1 + rate) Newton's steps
    are taken on the logarithm of inflows' over outflows' present value, which is nearly straight. Source:
    clo-extensions 1.1.
    """
    inflow, outflow = np.maximum(flows, 0.0), np.maximum(-flows, 0.0)
    defined = (inflow.sum(axis=1) > 0) & (outflow.sum(axis=1) > 0)
    y = np.zeros(flows.shape[0])
    step = np.full(flows.shape[0], np.nan)
    with np.errstate(all="ignore"):  # undefined scenarios are masked at the end
        for _ in range(_ROUNDS):
            discount = np.exp(-np.clip(y, -40.0, 40.0)[:, None] * years)
            plus, minus = inflow * discount, outflow * discount
            p, n = plus.sum(axis=1), minus.sum(axis=1)
            slope = (minus * years).sum(axis=1) / n - (plus * years).sum(axis=1) / p
            step = np.where(defined, np.clip(-(np.log(p) - np.log(n)) / slope, -3.0, 3.0), 0.0)
            y = y + step
            if (np.abs(step) <= _TOLERANCE).all():
                break
    return np.where(defined & (np.abs(step) <= 1e-9), np.expm1(y), np.nan)
