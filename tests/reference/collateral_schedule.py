"""When one asset pays, in plain Python: its interest dates, what its instalments repay, and which of its events happen.

What it pays is in `collateral`. Source: clo-collateral-engine 1.2, 1.4; clo-extensions 3.4.
"""

from __future__ import annotations

import calendar as months_of
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.features import AssetEvent

ONE_DAY = dt.timedelta(days=1)
SAME_DAY = ["forced_default", "restructuring", "amend_extend", "partial_call", "sale"]
Quirks = frozenset[str]
Instalments = tuple[tuple[dt.date, float], ...]


@dataclass
class Schedule:
    """Dates still to come. `left` are (nominal, paid, is performing): the last are dates after the end on which only
    recoveries come. `shares` of the balance then outstanding are due by adjusted date.
    """

    start: dt.date
    nominal_start: dt.date
    months: int
    maturity: dt.date  # as paid on
    left: list[tuple[dt.date, dt.date, bool]] = field(default_factory=list)
    shares: dict[dt.date, float] = field(default_factory=dict)
    events: list[AssetEvent] = field(default_factory=list)
    refused: list[AssetEvent] = field(default_factory=list)


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


def schedule(asset: AssetTerms, analysis: dt.date, lag_months: int, quirks: Quirks) -> Schedule:
    """The dates of an asset; `left` is empty where it has matured while performing."""

    def terminal(date: dt.date) -> dt.date:
        return adjust(date, asset.convention, quirks, is_terminal=True)

    def nominal_date(first: dt.date, months: int) -> dt.date:
        date = add_months(first, months)
        return month_end(date) if asset.is_end_of_month else date

    months = 12 // asset.payments_per_year

    # 1.2: an instalment after maturity moves it; 3.4: an amendment replaces what it finds of the schedule.
    shares, maturity = shares_due(asset.instalments, asset.maturity, asset.convention, quirks)
    events, refused = [], []
    for event in sorted(asset.events, key=lambda item: (item.date, SAME_DAY.index(item.kind))):
        amends = event.kind in ("amend_extend", "restructuring")
        replaces = event.kind == "amend_extend" or (amends and bool(event.maturity or event.instalments))
        later, ends = shares_due(event.instalments, event.maturity or maturity, asset.convention, quirks)
        if (
            not analysis < event.date < terminal(maturity)
            or (event.kind != "amend_extend" and not 0 < event.fraction <= 1)
            or (
                event.maturity is not None
                and event.maturity < (maturity if event.kind == "amend_extend" else event.date)
            )
            or (not amends and (event.maturity is not None or event.rate is not None or event.instalments))
            or (replaces and min([*later, terminal(ends)]) <= event.date)
        ):
            refused.append(event)
            continue
        events.append(event)
        if replaces:
            shares = {date: share for date, share in shares.items() if date <= event.date} | later
            maturity = ends
    last = terminal(maturity)
    shares[last] = 1.0

    # (nominal, paid) interest dates, maturity the last.
    dates: list[tuple[dt.date, dt.date]] = []
    while True:
        step = len(dates)
        nominal = nominal_date(asset.first_payment, step * months) if step else asset.first_payment
        paid = adjust(nominal, asset.convention, quirks, is_terminal=False) if step else nominal
        if paid >= last:
            break
        dates.append((nominal, paid))
    dates.append((maturity, last))

    # 1.4: where accrual starts, and what is left.
    found = Schedule(asset.dated, asset.dated, months, last, [], shares, events, refused)
    for nominal, paid in dates:
        if paid < analysis or (paid == analysis and "COL-01" not in quirks):
            found.start, found.nominal_start = paid, nominal
    found.left = [(nominal, paid, True) for nominal, paid in dates if paid > analysis]
    if "COL-07" not in quirks and (found.left or asset.is_defaulted):
        for number in range(1, lag_months + 2):
            nominal = nominal_date(maturity, number * months)
            paid = adjust(nominal, asset.convention, quirks, is_terminal=False)
            if paid > analysis:
                found.left.append((nominal, paid, False))
            if nominal >= add_months(maturity, lag_months):
                break
    return found


def shares_due(
    instalments: Instalments, maturity: dt.date, convention: str, quirks: Quirks
) -> tuple[dict[dt.date, float], dt.date]:
    """Share of the balance then outstanding that is due by adjusted date, and the maturity as stated."""
    due: dict[dt.date, float] = defaultdict(float)
    for date, amount in instalments:
        due[adjust(date, convention, quirks, is_terminal=True)] += amount
    if instalments:
        latest = max(date for date, _ in instalments)
        if latest > adjust(maturity, convention, quirks, is_terminal=True):
            maturity = latest
    # Each share is of what no earlier instalment repaid, so the last one is all of it, whatever rounding leaves.
    shares, later = {}, 0.0
    for date in sorted(due, reverse=True):
        later += due[date]
        shares[date] = due[date] / later
    return shares, maturity
