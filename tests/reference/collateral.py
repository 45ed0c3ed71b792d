"""One asset in one scenario, row by row in plain Python, and its roll-up to deal periods. Written to be read, not to be fast.

Source: clo-collateral-engine 1 and 4.2. Day counts and the curve are the project's own, tested elsewhere.
"""

from __future__ import annotations

import calendar as months_of
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from calculations.clo.collateral import AssetTerms
from calculations.clo.scenarios import RATING, Assumptions, vector
from calculations.curves import Curve
from calculations.daycount import days360, year_fraction

ONE_DAY = dt.timedelta(days=1)
Quirks = frozenset[str]


@dataclass
class Row:
    """What happens on one date; money in the deal's currency."""

    paid: dt.date
    accrual_begin: dt.date
    default: float = 0.0
    default_value: float = 0.0
    interest: float = 0.0
    scheduled: float = 0.0
    unscheduled: float = 0.0
    recovery: float = 0.0
    net_loss: float = 0.0
    end_balance: float = 0.0
    defaulted: float = 0.0
    defaulted_value: float = 0.0


def add_months(date: dt.date, months: int) -> dt.date:
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return dt.date(year, month + 1, min(date.day, months_of.monthrange(year, month + 1)[1]))


def month_end(date: dt.date) -> dt.date:
    return date.replace(day=months_of.monthrange(date.year, date.month)[1])


def roll(date: dt.date, step: int) -> dt.date:
    while date.weekday() >= 5:
        date += step * ONE_DAY
    return date


def adjust(date: dt.date, convention: str, quirks: Quirks, *, is_terminal: bool) -> dt.date:
    if is_terminal and "COL-03" in quirks and convention != "MOD FOLLOWING":
        return roll(date, 1)
    if convention == "FOLLOWING":
        return roll(date, 1)
    if convention == "PREVIOUS":
        return roll(date, -1)
    if convention == "MOD FOLLOWING":
        leaves_month = date == month_end(date) if "COL-02" in quirks else roll(date, 1).month != date.month
        return roll(date, -1) if leaves_month else roll(date, 1)
    return date


def project_asset(
    asset: AssetTerms, assumed: Assumptions, analysis: dt.date, curve: Curve | None, quirks: Quirks
) -> list[Row]:
    """The rows of the asset; none where it has matured or is held at less than one unit."""
    months = 12 // asset.payments_per_year

    # Schedule: (nominal, paid) interest dates, maturity the last.
    maturity = asset.maturity
    repaid_on: dict[dt.date, float] = defaultdict(float)
    for date, amount in asset.instalments:
        repaid_on[adjust(date, asset.convention, quirks, is_terminal=True)] += amount
    if asset.instalments:
        latest = max(date for date, _ in asset.instalments)
        if latest > adjust(maturity, asset.convention, quirks, is_terminal=True):
            maturity = latest
    last = adjust(maturity, asset.convention, quirks, is_terminal=True)
    schedule: list[tuple[dt.date, dt.date]] = []
    step = 0
    while True:
        nominal = add_months(asset.first_payment, step * months)
        if step and asset.is_end_of_month:
            nominal = month_end(nominal)
        paid = adjust(nominal, asset.convention, quirks, is_terminal=False) if step else nominal
        if paid >= last:
            break
        schedule.append((nominal, paid))
        step += 1
    schedule.append((maturity, last))

    # Where accrual starts, and what is left.
    start = nominal_start = asset.dated
    for nominal, paid in schedule:
        if paid < analysis or (paid == analysis and "COL-01" not in quirks):
            start, nominal_start = paid, nominal
    left = [(nominal, paid, True) for nominal, paid in schedule if paid > analysis]
    if asset.par < 1 or not (left or asset.is_defaulted):
        return []
    if "COL-07" not in quirks:  # dates after maturity on which recoveries still come
        for number in range(1, assumed.lag_months + 2):
            nominal = add_months(maturity, number * months)
            if asset.is_end_of_month:
                nominal = month_end(nominal)
            paid = adjust(nominal, asset.convention, quirks, is_terminal=False)
            if paid > analysis:
                left.append((nominal, paid, False))
            if nominal >= add_months(maturity, assumed.lag_months):
                break

    outstanding = sum(repaid_on.values())
    share_of: dict[dt.date, float] = {}
    for date in sorted(repaid_on):
        share_of[date] = repaid_on[date] / outstanding if outstanding > repaid_on[date] else 1.0
        outstanding -= repaid_on[date]
    share_of[last] = 1.0

    def recovered_in(dated: dt.date, counted_from: int, earliest: int) -> int:
        """Number of the date in `left` on which a default is recovered."""
        if "COL-30" in quirks:
            return max(counted_from + round(assumed.lag_months / months), earliest)
        number = earliest
        while number < len(left) and left[number][0] < add_months(dated, assumed.lag_months):
            number += 1
        return number

    due: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    balance, stock, value = asset.par, 0.0, 0.0
    if asset.is_defaulted:
        balance, stock, value = 0.0, asset.par, asset.par * asset.price
        due[recovered_in(nominal_start, -1, 0)] = [value, stock]

    rows: list[Row] = []
    severity, coupon = 0.0, asset.coupon
    for number, (nominal, paid, is_performing) in enumerate(left):
        theta = days360(start, paid) / 360
        if is_performing and number and asset.is_floating and curve is not None:
            index = curve.spot(start, months)
            if "COL-32" in quirks:
                index = round(index, 5)
            if asset.floor is not None:
                index = max(index, asset.floor)
            if asset.cap is not None:
                index = min(index, asset.cap)
            coupon = index + asset.spread
        between = sorted(date for date in share_of if is_performing and (start if number else analysis) < date < paid)
        for date in [*between, paid]:
            if balance < 1 and stock < 1:
                return rows
            row = Row(date, start)
            if date != paid:  # principal is due before interest is
                if assumed.cdr == RATING and asset.is_rated_default(date):
                    row.default, balance = balance, 0.0
                    row.default_value = row.default * (1 - severity)
                    slot = due[recovered_in(date, number - 1, number)]
                    slot[0] += row.default_value
                    slot[1] += row.default
                row.scheduled = balance * share_of[date]
                row.interest = year_fraction(start, date, asset.day_count) * coupon * row.scheduled
            elif is_performing:
                severity = at(assumed.severity, number)
                if assumed.cdr == RATING or asset.uses_rating_migration:
                    row.default = balance if asset.is_rated_default(date) else 0.0
                else:
                    row.default = balance * period_rate(at(assumed.cdr, number), theta)
                row.default_value = row.default * (1 - severity)
                balance -= row.default
                row.interest = year_fraction(start, date, asset.day_count) * coupon * balance
                row.scheduled = balance * share_of.get(date, 0.0)
                row.unscheduled = (balance - row.scheduled) * period_rate(at(assumed.cpr, number), theta)
                slot = due[recovered_in(nominal, number, number)]
                slot[0] += row.default_value
                slot[1] += row.default
            if date == paid:
                row.recovery = due[number][0]
                row.net_loss = due[number][1] - due[number][0]
            balance -= row.scheduled + row.unscheduled
            stock += row.default - row.recovery - row.net_loss
            value += row.default_value - row.recovery
            row.end_balance = balance
            if balance < 1 and stock < 1:
                row.net_loss += balance + stock
                balance = stock = value = 0.0
            row.defaulted, row.defaulted_value = stock, value
            rows.append(row)
        start = paid
    if stock > 0:
        rows[-1].net_loss += stock
        rows[-1].defaulted = rows[-1].defaulted_value = 0.0
    return rows


def at(rates: object, period: int) -> float:
    given = vector(rates)  # type: ignore[arg-type]
    return given[min(period, len(given) - 1)]


def period_rate(rate: float, theta: float) -> float:
    return 0.0 if theta == 0 else 1 - (1 - rate) ** theta


@dataclass
class Period:
    """One asset in one deal period; balances are those at its start."""

    performing: float = 0.0
    defaulted: float = 0.0
    defaulted_value: float = 0.0
    defaults: float = 0.0
    default_value: float = 0.0
    interest: float = 0.0
    scheduled: float = 0.0
    unscheduled: float = 0.0
    recoveries: float = 0.0
    net_loss: float = 0.0


def roll_up(asset: AssetTerms, rows: list[Row], begin: dt.date, ends: list[dt.date], quirks: Quirks) -> list[Period]:
    """The asset by deal period, and one entry more for the balances after the last. Source: 4.2."""
    periods = [Period() for _ in range(len(ends) + 1)]

    def period_of(date: dt.date) -> Period | None:
        return next((period for period, end in zip(periods, ends, strict=False) if date <= end), None)

    for row in rows:
        cash = period_of(row.paid) if row.paid > begin else None
        begun = period_of(row.accrual_begin) if "COL-20" in quirks else cash
        if cash is not None:
            cash.interest += row.interest
            cash.scheduled += row.scheduled
            cash.unscheduled += row.unscheduled
            cash.recoveries += row.recovery
            cash.net_loss += row.net_loss
        if begun is not None:
            begun.defaults += row.default
            begun.default_value += row.default_value

    performing = 0.0 if asset.is_defaulted else asset.par
    stock = asset.par if asset.is_defaulted else 0.0
    value = stock * asset.price
    for period in periods:
        if not rows or (performing < 1 and stock < 1):
            break
        period.performing, period.defaulted, period.defaulted_value = performing, stock, value
        performing -= period.defaults + period.scheduled + period.unscheduled
        stock += period.defaults - period.recoveries - period.net_loss
        value += period.default_value - period.recoveries
    return periods
