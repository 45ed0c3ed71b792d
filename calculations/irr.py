"""Money-weighted returns of dated flows: XIRR, since inception, over a horizon. No multiples, no index, no rounding.

Signs are the investor's: contribution negative, distribution positive. A rate is a decimal fraction, a year has 365
days. What cannot be stated is None with a reason; no solver's failure ever becomes a number.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyxirr

from calculations.roots import Flows, log_rates

Amount = Decimal | float | int | Fraction

DAYS_IN_YEAR = 365
TOLERANCE = 1e-6  # of the sum of absolute flows
SEARCHED = (math.log(1e-4), math.log(11))  # ln(1 + rate) of -99.99 % and 1000 %
BEYOND = (-36.0, 700.0)  # the widest rates that a double tells apart from -100 % and from infinity

NO_SIGN_CHANGE = "NO_SIGN_CHANGE"  # no negative or no positive flow
SAME_DAY = "SAME_DAY"  # no time between the first and the last flow
TOTAL_LOSS = "TOTAL_LOSS"  # nothing came back and nothing is left: -100 % by policy, not by solving
SHORT_HISTORY = "SHORT_HISTORY"  # under 365 days: the rate is the return of the period, not of a year
AMBIGUOUS = "AMBIGUOUS"  # several rates solve the equation
NO_ROOT = "NO_ROOT"  # no rate solves the equation, or none well enough to be stated


@dataclass(frozen=True)
class Return:
    """A rate as a fraction, or None with the reason.

    `reason` is None for an ordinary annual rate; beside a rate it is SHORT_HISTORY or TOTAL_LOSS. `roots` are all
    solutions found, rising, in the terms of `rate`: per year, or for the whole period where `is_annualised` is false.
    `is_unusual` marks a solved rate below -99 % or above 1000 %.
    """

    rate: float | None
    reason: str | None = None
    roots: tuple[float, ...] = ()
    is_annualised: bool = True
    is_unusual: bool = False

    @property
    def log_rate(self) -> float | None:
        """The continuous form ln(1 + rate); None without a rate, and at -100 %."""
        return None if self.rate is None or self.rate <= -1 else math.log1p(self.rate)


def xirr(dates: Iterable[dt.date], amounts: Iterable[Amount]) -> Return:
    """The rate r with sum CF_i (1 + r)^(-(d_i - d_0) / 365) = 0, d_0 the first flow, if exactly one is to be found.

    `dates` (n,) and `amounts` (n,) in any order; flows of one day are added exactly before anything is converted to
    float. All roots in (-99.99 %, 1000 %) are looked for; beyond, only where there is none inside. A root counts as a
    rate where abs(NPV) <= 1e-6 x sum of abs(CF).

    The history runs from the first day with a net flow to the last day given, which may carry a zero. Under 365 days
    the same equation is solved with the history as its unit of time: the result is the un-annualised return.
    Raises ValueError for a missing date, a number that is not finite, or lists of different length.
    Source: fund-admin 3.2.
    """
    by_day = _net_by_day(dates, amounts)
    if len(by_day) == 1:
        return Return(None, SAME_DAY, is_annualised=False)
    days = [day for day, amount in by_day.items() if amount]
    if not days:
        return Return(None, NO_SIGN_CHANGE)
    history = (max(by_day) - days[0]).days
    if history == 0:
        return Return(None, SAME_DAY, is_annualised=False)
    is_annualised = history >= DAYS_IN_YEAR
    flows = [by_day[day] for day in days]
    if min(flows) >= 0 or max(flows) <= 0:
        return Return(None, NO_SIGN_CHANGE, is_annualised=is_annualised)

    # Shares of the sum of absolute flows, divided exactly: the scale of the amounts cannot change a digit of the rate.
    total = sum(abs(flow) for flow in flows)
    shares = [flow / total for flow in flows]
    unit = DAYS_IN_YEAR if is_annualised else history
    equation = Flows(
        times=np.array([(day - days[0]).days / unit for day in days]),
        log_sizes=np.array([_log(abs(share)) for share in shares]),
        is_outflow=np.array([share < 0 for share in shares], np.bool_),
    )
    found = log_roots(equation, _first_guess(days, shares, unit))
    if found is None:
        return Return(None, NO_ROOT, is_annualised=is_annualised)
    roots = tuple(math.expm1(y) for y in found)
    if len(roots) != 1:
        return Return(None, AMBIGUOUS if roots else NO_ROOT, roots, is_annualised)
    rate = roots[0]
    if equation.log_net_value(math.log1p(rate)) > math.log(TOLERANCE):
        return Return(None, NO_ROOT, roots, is_annualised)
    return Return(rate, None if is_annualised else SHORT_HISTORY, roots, is_annualised, not -0.99 <= rate <= 10)


def since_inception(dates: Iterable[dt.date], amounts: Iterable[Amount], nav_date: dt.date, nav: Amount) -> Return:
    """XIRR of the flows up to and on `nav_date` with the net asset value as last flow on that day, even if it is zero.

    Without distributions and with nothing left the return is -100 % by policy, reason TOTAL_LOSS. `nav` may be
    negative (a clawback that is due). Source: fund-admin 3.2.
    """
    flows = [(day, amount) for day, amount in zip(dates, amounts, strict=True) if day <= nav_date]
    result = xirr([*(day for day, _ in flows), nav_date], [*(amount for _, amount in flows), nav])
    is_lost = nav == 0 and all(amount <= 0 for _, amount in flows)
    if result.reason == NO_SIGN_CHANGE and is_lost and any(amount < 0 for _, amount in flows):
        return Return(-1.0, TOTAL_LOSS, is_annualised=result.is_annualised)
    return result


def horizon(
    dates: Iterable[dt.date],
    amounts: Iterable[Amount],
    start_date: dt.date,
    opening_nav: Amount,
    nav_date: dt.date,
    nav: Amount,
) -> Return:
    """The return of a window: its opening value as a contribution, the flows after `start_date`, its closing value.

    Raises ValueError where the window does not run forward. Source: fund-admin 3.2.
    """
    if nav_date <= start_date:
        raise ValueError(f"a horizon must end after it starts, found {start_date} to {nav_date}")
    inside = [(day, amount) for day, amount in zip(dates, amounts, strict=True) if day > start_date]
    days = [start_date, *(day for day, _ in inside)]
    return since_inception(days, [-exact(opening_nav), *(amount for _, amount in inside)], nav_date, nav)


def exact(amount: Amount) -> Fraction:
    """The number itself, with no rounding. Raises ValueError where it is not finite, TypeError where it is none."""
    if isinstance(amount, Decimal | float) and not math.isfinite(amount):
        raise ValueError(f"an amount must be a finite number, found {amount}")
    return Fraction(amount)


def _net_by_day(dates: Iterable[dt.date], amounts: Iterable[Amount]) -> dict[dt.date, Fraction]:
    """The sum of each day's flows, days rising; exact, so that the order of the flows cannot matter."""
    totals: dict[dt.date, Fraction] = {}
    for day, amount in zip(dates, amounts, strict=True):
        if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
            raise ValueError(f"a flow needs a date, found {day!r} beside amount {amount}")
        totals[day] = totals.get(day, Fraction(0)) + exact(amount)
    return dict(sorted(totals.items()))


def log_roots(equation: Flows, start: float | None = None) -> tuple[float, ...] | None:
    """Every y = ln(1 + rate) that solves the equation, rising: those in the interval that is searched, else those beyond.

    None where they cannot be separated.
    """
    try:
        inside = log_rates(equation, *SEARCHED, start)
        below_and_above = (BEYOND[0], SEARCHED[0]), (SEARCHED[1], BEYOND[1])
        return inside or tuple(y for ends in below_and_above for y in log_rates(equation, *ends, start))
    except ArithmeticError:
        return None


def _log(share: Fraction) -> float:
    value = float(share)
    return math.log(value) if value > 1e-300 else math.log(share.numerator) - math.log(share.denominator)


def _first_guess(days: Sequence[dt.date], shares: Sequence[Fraction], unit: int) -> float | None:
    """pyxirr's rate as ln(1 + rate) per unit of time. Only where to start: it returns one root of several, another for
    the negated flows, infinity for flows of one day, and on flat equations a value good to three digits.
    """
    rate = pyxirr.xirr(days, [float(share) for share in shares], silent=True)
    return math.log1p(rate) * unit / DAYS_IN_YEAR if rate is not None and -1 < rate < math.inf else None
