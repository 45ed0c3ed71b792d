"""Times fund performance: rates of many series beside a plain loop of pyxirr over the same ones, and all figures of partners."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pyxirr

from calculations.asof import DatedValues
from calculations.daycount import Ints
from calculations.funds.performance import Included, Index, Legs, Level, NavBasis, Scope, Series, Values
from calculations.funds.performance.conventions import net
from calculations.funds.performance.days import quarter_ends
from calculations.funds.performance.histories import Histories
from calculations.funds.performance.market import market_equivalents
from calculations.irr_many import xirr_many
from tests.benchmarks.clo import Timed, repeated

SERIES, FLOWS = 100_000, 24
PARTNERS = 10_000
FIRST, LAST = dt.date(2011, 1, 26), dt.date(2021, 3, 31)  # of the flows and of what is measured


def fund_performance() -> list[Timed]:
    """All lines, in order."""
    return [
        *_rates("one change of sign", is_mixed=False),
        *_rates("calls and distributions mixed", is_mixed=True),
        *_figures(),
    ]


def partner_flows(is_mixed: bool, seed: int = 7) -> tuple[Ints, Ints, Ints]:
    """Offsets, day numbers and cents of partners' flows over ten years: calls first, or distributions ever more likely."""
    random = np.random.default_rng(seed)
    days = np.sort(random.integers(0, 3_650, (SERIES, FLOWS)), axis=1) + 15_000
    late = np.broadcast_to(np.linspace(0, 1, FLOWS), days.shape)
    is_paid_out = random.random(days.shape) < late if is_mixed else late > 0.6
    cents = np.where(is_paid_out, random.integers(1, 30_000, days.shape), -random.integers(1, 20_000, days.shape))
    return np.arange(SERIES + 1) * FLOWS, days.ravel(), cents.ravel()


def _rates(name: str, is_mixed: bool) -> list[Timed]:
    offsets, days, cents = partner_flows(is_mixed)
    dates = [dt.date.fromordinal(719_163 + day) for day in days.tolist()]
    split = offsets.tolist()
    dated = [dates[a:b] for a, b in pairwise(split)]
    money = [cents[a:b].astype(float).tolist() for a, b in pairwise(split)]

    def loop() -> None:
        for one, amounts in zip(dated, money, strict=True):
            pyxirr.xirr(one, amounts, silent=True)

    xirr_many(offsets, days, cents)  # compiles
    ours = repeated(f"{SERIES:,} rates of {FLOWS} flows: {name}", lambda: xirr_many(offsets, days, cents))
    theirs = repeated("  a loop of pyxirr, which looks for one root", loop)
    ratio = f"{ours.seconds.median / theirs.seconds.median:.2f} of the loop"
    return [replace(ours, target="the loop of pyxirr", note=ratio), theirs]


def _figures() -> list[Timed]:
    offsets, days, cents = partner_flows(is_mixed=True)
    series = np.repeat(np.arange(SERIES), np.diff(offsets))
    kept = series < PARTNERS
    day = days[kept].astype("datetime64[D]")
    histories = Histories.of(Legs(series[kept], day, np.maximum(-cents[kept], 0), np.maximum(cents[kept], 0)), PARTNERS)
    ends = quarter_ends(FIRST, LAST)
    owner, on = np.repeat(np.arange(PARTNERS), ends.size), np.tile(ends, PARTNERS)
    called, distributed = histories.sums(owner, on)
    values = Values.of(owner, on, np.maximum(called * 3 // 2 - distributed, 0))
    partners = Series(net(Level.INVESTOR, Included.ONE_PARTNER), histories, values, histories)
    scope = Scope(LAST)
    points = partners.points(scope)
    months = [date for date in daily(FIRST, LAST) if date.day == 1]
    levels = [(date, Decimal(1_000 + 7 * number)) for number, date in enumerate(months)]
    index = Index(DatedValues.of(levels, "index level"), "USD", max_age_days=35)
    size = f"{PARTNERS:,} partners, {points.series.size:,} quarter ends"

    def compared() -> object:
        which = np.zeros(PARTNERS, dtype=np.int64)
        return market_equivalents(histories, values, points, [index], which, ["USD"] * PARTNERS, NavBasis.ROLLED)

    return [
        repeated(f"multiples and six returns: {size}", lambda: partners.measures(scope)),
        repeated(f"market equivalents: {size}", compared),
    ]


def daily(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from `first` up to and with `last`."""
    return [first + dt.timedelta(number) for number in range((last - first).days + 1)]
