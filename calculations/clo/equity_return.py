"""The internal rate of return of a deal's equity: exact for a named scenario, vectorised for a grid of scenarios.
No measures of rated classes, no incentive fee.

Equity is bought on one day and paid on the payment dates; at the last of them nothing is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.daycount import Days, Floats
from calculations.discounting import Reasons, solve_spreads
from calculations.irr import (
    DAYS_IN_YEAR,
    NO_SIGN_CHANGE,
    SHORT_HISTORY,
    TOTAL_LOSS,
    Amount,
    Return,
    exact,
    since_inception,
)

# Solved as a nominal rate compounded so often a year: a few small payments and then nothing are a return within a
# hair of -100 % a year, which a rate compounded once comes near to only in tiny steps.
_PARTS = 12
_BRACKET = (-float(_PARTS), 50.0)  # up to (1 + 50 / 12)^12 = 3.6e8 times the money a year
_LEAST = -1 + 1e-7


@dataclass(frozen=True, eq=False)
class EquityReturns:
    """Rates (scenarios,), NaN where there is none, and `reasons` beside them as `irr.Return` has them, empty for an
    ordinary annual rate."""

    rates: Floats
    reasons: Reasons


def equity_irr(purchase: dt.date, cost: Amount, days: Sequence[dt.date], amounts: Sequence[Amount]) -> Return:
    """The XIRR of one scenario, with all that `irr` can say about it: bought for `cost`, paid `amounts` on `days`.

    Nothing paid at all is a return of -100 %, reason TOTAL_LOSS. Raises ValueError unless every day lies after the
    purchase. Source: fund-admin 3.2; clo-extensions 1.1.
    """
    _check(purchase, np.array(days, dtype="datetime64[D]"))
    return since_inception([purchase, *days], [-exact(cost), *amounts], days[-1], 0)


def equity_irrs(purchase: dt.date, costs: Floats, days: Days, amounts: Floats) -> EquityReturns:
    """The same rate for every scenario of a grid, to 1e-9: `costs` (scenarios,), `days` (periods,), `amounts`
    (scenarios, periods).

    A scenario that has a negative payment, or a rate so near to -100 % that double precision decides whether there is
    one, is handed to `equity_irr`, at about a thousandth of a second each. Raises ValueError as it does, and for a number that is not finite. Source: fund-admin 3.2.
    """
    last = _check(purchase, days)
    if not (np.isfinite(costs).all() and np.isfinite(amounts).all()):
        raise ValueError("costs and payments of equity must be finite numbers")
    history = int((last - np.datetime64(purchase, "D")).astype(int))
    is_annual = history >= DAYS_IN_YEAR
    times = (days - np.datetime64(purchase, "D")).astype(np.int64) / (DAYS_IN_YEAR if is_annual else history)

    is_simple = (amounts >= 0).all(axis=1)
    is_paid = amounts.any(axis=1)
    is_solved = is_simple & is_paid & (costs > 0)
    rates = np.full(len(costs), np.nan)
    reasons = np.full(len(costs), NO_SIGN_CHANGE, dtype=object)
    nominal = solve_spreads(
        amounts[is_solved], np.zeros((1, 1)), costs[is_solved], np.diff(times, prepend=0.0) * _PARTS, _PARTS, _BRACKET
    ).rates
    found = np.expm1(_PARTS * np.log1p(nominal / _PARTS))
    rates[is_solved] = np.where(found >= _LEAST, found, np.nan)
    reasons[is_solved] = "" if is_annual else SHORT_HISTORY
    is_lost = (costs > 0) & ~is_paid
    rates[is_lost], reasons[is_lost] = -1.0, TOTAL_LOSS

    dates = days.astype("datetime64[D]").tolist()
    for scenario in np.flatnonzero(~is_simple | (is_solved & np.isnan(rates))):
        exactly = equity_irr(purchase, float(costs[scenario]), dates, amounts[scenario].tolist())
        rates[scenario] = np.nan if exactly.rate is None else exactly.rate
        reasons[scenario] = exactly.reason or ""
    return EquityReturns(rates, reasons)


def _check(purchase: dt.date, days: Days) -> np.datetime64:
    """The last payment date."""
    if not len(days) or (np.diff(days) <= np.timedelta64(0)).any() or days[0] <= np.datetime64(purchase, "D"):
        raise ValueError(f"payment dates of equity must rise from after the purchase on {purchase}, found {days}")
    return np.datetime64(days[-1], "D")
