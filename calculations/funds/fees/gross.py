"""Gross fees of many partners over many periods, each stretch with its basis, rate and day fraction. No deductions.

Amounts are int64 minor units; rates are exact; no float takes part.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.exact.products import Exact, divided, product, rounded
from calculations.funds.fees.day_counts import YEAR_DAYS, days_into_period
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.periods import Periods
from calculations.funds.fees.terms import Basis, FeeTerms, FundDates, Stage, Timing, stages
from calculations.ragged import by_name, counted

Objects = NDArray[Any]


@dataclass(frozen=True, eq=False)
class FeeSteps:
    """One row for each partner, period and stretch of one basis amount and rate; all (rows,), in that order.

    gross = basis_amount x rate x days / year_days, rounded so that the rows of a period add up to its fee rounded
    once. `start` is in the stretch, `end` is not. `basis` are `Basis`, `rate` are Decimal fractions a year.
    """

    partner: Ints
    period: Ints
    start: Days
    end: Days
    basis: Objects
    basis_amount: Ints
    rate: Objects
    days: Ints
    year_days: Ints
    gross: Ints

    def by_period(self, amounts: Ints, partners: int, periods: int) -> Ints:
        """Amounts of the rows summed to (partners, periods)."""
        total = np.zeros((partners, periods), dtype=np.int64)
        np.add.at(total, (self.partner, self.period), amounts)
        return total


def gross_fees(
    periods: Periods,
    terms: Sequence[FeeTerms | None],
    levels: Mapping[Basis, Levels],
    dates: FundDates,
    cuts: Sequence[dt.date] = (),
) -> FeeSteps:
    """Gross fees of partners under the `terms` of each (partners,), on the `levels` of every basis they name.

    A partner that bears no fee has None for terms and no rows.

    In advance a stretch is charged on what a partner stands at on the first day of the period; in arrears on what it
    stands at day by day, so each change of the basis begins a stretch, and so does each step-down. A balance below
    zero is charged as zero. DISTRIBUTIONS are charged at the whole rate on those dated in the stretch. Stretches also
    begin on `cuts`, such as the first day of a waiver. Raises ValueError where the levels of a basis are missing.
    Source: fund-admin 1.7, F-1, F-2.
    """
    parts = [
        _of_one_kind(periods, agreed, members, levels, dates, cuts)
        for agreed, members in by_name(terms, np.arange(len(terms)))
        if agreed is not None
    ]
    if not parts:
        raise ValueError("terms: expected those of one partner or more that bears fees, found none")
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(FeeSteps)}
    order = np.lexsort((columns["start"], columns["period"], columns["partner"]))
    return FeeSteps(**{name: column[order] for name, column in columns.items()})


def rate_fractions(rates: Sequence[Decimal], which: Ints, days: Ints, year_days: int) -> tuple[Exact, int]:
    """rates[which] x days / year_days: exact numerators (rows,) over one denominator."""
    ratios = [Fraction(rate) for rate in rates]
    denominator = lcm(*(ratio.denominator for ratio in ratios))
    numerators = np.array([ratio.numerator * (denominator // ratio.denominator) for ratio in ratios], dtype=np.int64)
    return product(numerators[which], days), denominator * year_days


def _of_one_kind(
    periods: Periods,
    terms: FeeTerms,
    members: NDArray[np.intp],
    levels: Mapping[Basis, Levels],
    dates: FundDates,
    cuts: Sequence[dt.date],
) -> FeeSteps:
    """Fees of the partners that share the same terms."""
    if missing := [basis for basis in terms.bases if basis not in levels]:
        raise ValueError(f"basis: expected balances of {', '.join(terms.bases)}, found none of {', '.join(missing)}")
    found = stages(terms, dates)
    period, start, end, stage = _stretches(periods, found, cuts)
    row, place = np.repeat(members.astype(np.int64), start.size), np.tile(np.arange(start.size), members.size)
    partner, period, start, end, stage = row, period[place], start[place], end[place], stage[place]
    if terms.timing == Timing.ARREARS:
        partner, period, start, end, stage = _split_where_the_basis_changes(
            partner, period, start, end, stage, found, levels
        )
    basis_amount = np.zeros(partner.size, dtype=np.int64)
    year = YEAR_DAYS[terms.day_count]
    opening = periods.start[period]
    days = days_into_period(opening, end, terms.day_count) - days_into_period(opening, start, terms.day_count)
    for number, each in enumerate(found):
        at = np.flatnonzero(stage == number)
        level = levels[each.basis]
        if each.basis == Basis.DISTRIBUTIONS:
            day = np.timedelta64(1, "D")
            basis_amount[at] = level.at(partner[at], end[at] - day) - level.at(partner[at], start[at] - day)
            days[at] = year  # a rate on what was paid out, not a rate a year
        else:
            known = opening[at] if terms.timing == Timing.ADVANCE else start[at]
            basis_amount[at] = np.maximum(level.at(partner[at], known), 0)
    rates = [each.rate for each in found]
    return FeeSteps(
        partner=partner,
        period=period,
        start=start,
        end=end,
        basis=_objects([each.basis for each in found])[stage],
        basis_amount=basis_amount,
        rate=_objects(rates)[stage],
        days=days,
        year_days=np.full(partner.size, year),
        gross=_rounded_once(basis_amount, *rate_fractions(rates, stage, days, year), partner, period),
    )


def _stretches(periods: Periods, found: Sequence[Stage], cuts: Sequence[dt.date]) -> tuple[Ints, Days, Days, Ints]:
    """Period, start, end and stage of the parts of periods between step-downs and cuts."""
    begins = np.array([each.start for each in found if each.start], dtype="datetime64[D]")
    edges = np.unique(np.r_[periods.start, periods.end, begins, np.array(cuts, dtype="datetime64[D]")])
    period = periods.of(edges[:-1])
    inside = period >= 0
    start, end = edges[:-1][inside], edges[1:][inside]
    return period[inside], start, end, np.searchsorted(begins, start, side="right")


def _split_where_the_basis_changes(
    partner: Ints,
    period: Ints,
    start: Days,
    end: Days,
    stage: Ints,
    found: Sequence[Stage],
    levels: Mapping[Basis, Levels],
) -> tuple[Ints, Ints, Days, Days, Ints]:
    pieces = []
    for number, each in enumerate(found):
        rows = np.flatnonzero(stage == number)
        if each.basis == Basis.DISTRIBUTIONS:
            pieces.append((rows, start[rows], end[rows]))
            continue
        changes, days = levels[each.basis].changes_inside(partner[rows], start[rows], end[rows])
        of_row, place = counted(changes + 1)
        starts, ends = start[rows][of_row], end[rows][of_row]
        starts[place > 0] = days
        ends[place < changes[of_row]] = days
        pieces.append((rows[of_row], starts, ends))
    at = np.concatenate([rows for rows, _, _ in pieces])
    starts, ends = np.concatenate([s for _, s, _ in pieces]), np.concatenate([e for _, _, e in pieces])
    order = np.lexsort((starts, period[at], partner[at]))
    at = at[order]
    return partner[at], period[at], starts[order], ends[order], stage[at]


def _rounded_once(basis_amount: Ints, numerators: Exact, denominator: int, partner: Ints, period: Ints) -> Ints:
    """Parts of the rounded sum of each partner and period: what each row adds to the rounded running total."""
    if not basis_amount.size:
        return np.zeros(0, dtype=np.int64)
    is_first = np.r_[True, (partner[1:] != partner[:-1]) | (period[1:] != period[:-1])]
    first = np.flatnonzero(is_first)
    sizes = np.diff(np.r_[first, partner.size])
    whole, rest = (_running(part, first, sizes) for part in divided(basis_amount, numerators, denominator))
    total = rounded(whole, rest, denominator)
    return total - np.where(is_first, 0, np.r_[0, total[:-1]])


def _running(amounts: Exact, first: Ints, sizes: Ints) -> Exact:
    """The running total of the rows of each partner and period, which begin at `first` and are `sizes` many."""
    if int(abs(amounts).max()) * int(sizes.max()) >= 2**63:
        amounts = amounts.astype(object)
    # the running total of all rows may wrap around in 64 bits; that of one period, a difference of two, does not
    running = np.cumsum(amounts)
    return running - np.repeat((running - amounts)[first], sizes)


def _objects(values: Sequence[Decimal] | Sequence[Basis]) -> Objects:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
