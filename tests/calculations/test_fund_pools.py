"""Several funds measured as one: flows and values together, never averages. Source: fund-admin 3.1, 3.2."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
import pyxirr

from calculations.funds.performance.conventions import Included, Level, net
from calculations.funds.performance.histories import LEFT_OUT, Histories, Legs, joined
from calculations.funds.performance.levels import Series
from calculations.funds.performance.measures import Measures, measure
from calculations.funds.performance.pools import Pools, pool_series
from calculations.funds.performance.values import Values

FIRST, NEXT, LAST = dt.date(2021, 12, 31), dt.date(2022, 12, 31), dt.date(2023, 12, 31)
MISSING = np.array([f"NO_VALUATION: F{fund}" for fund in range(3)], dtype=object)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def days(*values: dt.date) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


def legs(*rows: tuple[int, dt.date, int, int]) -> Legs:
    """From (fund, day, called, distributed)."""
    fund, day, called, distributed = zip(*rows, strict=True)
    return Legs(ints(*fund), days(*day), ints(*called), ints(*distributed))


def funds(flows: Legs, navs: dict[tuple[int, dt.date], int], count: int = 2) -> Series:
    values = Values.of(ints(*(fund for fund, _ in navs)), days(*(day for _, day in navs)), ints(*navs.values()))
    return Series(net(Level.FUND, Included.ALL_PARTNERS), Histories.of(flows, count), values, None)


def pooled(series: Series, *pool: int, last: tuple[dt.date, ...] = (LAST, LAST)) -> Pools:
    return pool_series(series, ints(*pool), days(*last), MISSING)


def measured(pools: Pools) -> Measures:
    return measure(pools.series.histories, pools.series.values, pools.points, pools.series.basis, windows=())


def at(pools: Pools, day: dt.date, pool: int = 0) -> int:
    (found,) = np.flatnonzero((pools.points.day == np.datetime64(day)) & (pools.points.series == pool))
    return int(found)


def test_flows_are_summed_and_then_solved() -> None:
    """100 becomes 400 after a year in one fund, 1,000 becomes 1,100 after two in the other; the mean of both is no rate."""
    flows = legs((0, FIRST, 100, 0), (0, NEXT, 0, 400), (1, FIRST, 1_000, 0))
    series = funds(flows, {(0, NEXT): 0, (1, LAST): 1_100})
    found = pooled(series, 0, 0)
    rate = measured(found).rates["irr"].values[at(found, LAST)]
    assert rate == pytest.approx(pyxirr.xirr([FIRST, NEXT, LAST], [-1_100.0, 400.0, 1_100.0]), abs=1e-8)
    assert found.series.basis.level is Level.POOL
    alone = pooled(series, LEFT_OUT, 0)
    expected = pyxirr.xirr([FIRST, LAST], [-1_000.0, 1_100.0])
    assert measured(alone).rates["irr"].values[at(alone, LAST)] == pytest.approx(expected, abs=1e-8)


def test_a_value_is_brought_forward_by_what_was_paid_in_and_out_since() -> None:
    """130 a year ago, 40 called and 15 paid out since: 155; with 310 of the other fund 465."""
    flows = legs((0, FIRST, 100, 0), (0, dt.date(2023, 2, 1), 40, 15), (1, FIRST, 300, 0))
    found = pooled(funds(flows, {(0, NEXT): 130, (1, LAST): 310}), 0, 0)
    end = at(found, LAST)
    assert found.series.values.at(ints(0), days(LAST)).units.tolist() == [465]
    assert (found.fund_count[end], found.oldest_value_day[end]) == (2, np.datetime64(NEXT))


def test_a_fund_whose_data_ends_earlier_stands_still_from_there() -> None:
    """What falls due later is not known to have come: of 100 and 50 only the first was called by the end of its data."""
    flows = legs((0, FIRST, 100, 0), (0, dt.date(2023, 2, 1), 50, 0), (1, FIRST, 300, 0))
    found = pooled(funds(flows, {(0, NEXT): 130, (1, LAST): 310}), 0, 0, last=(NEXT, LAST))
    called, _ = found.series.histories.sums(ints(0), days(LAST))
    assert (called.tolist(), found.series.values.at(ints(0), days(LAST)).units.tolist()) == ([400], [440])


def test_a_pool_is_not_valued_while_a_fund_of_it_is_not_and_says_which() -> None:
    """DPI = D/C = 80/400 needs no value. Source: fund-admin 3.1."""
    flows = legs((0, FIRST, 100, 20), (1, FIRST, 300, 60))
    found = pooled(funds(flows, {(0, LAST): 130}), 0, 0)
    figures, end = measured(found), at(found, LAST)
    assert {figures.rates["irr"].reasons[end], figures.ratios["tvpi"].reasons[end]} == {"NO_VALUATION: F1"}
    assert figures.ratios["dpi"].values[end] == 0.2
    assert np.isnat(found.oldest_value_day[end])


def test_what_is_unknown_in_a_fund_is_unknown_in_the_pool_from_that_day_on() -> None:
    unknown = Legs(ints(0), days(dt.date(2022, 5, 1)), ints(0), ints(0), np.array(["FX_MISSING"], dtype=object))
    flows = joined(legs((0, FIRST, 100, 20), (1, FIRST, 300, 60)), unknown)
    found = pooled(funds(flows, {(0, FIRST): 80, (1, FIRST): 240, (0, LAST): 130, (1, LAST): 310}), 0, 0)
    figures, end = measured(found), at(found, LAST)
    assert (figures.money["paid_in"].reasons[end], figures.money["nav"].reasons[end]) == ("FX_MISSING", "FX_MISSING")
    assert (figures.money["distributed"].reasons[end], figures.money["distributed"].units[end]) == (None, 80)
    assert figures.money["paid_in"].reasons[at(found, FIRST)] is None


def test_a_fund_counts_from_its_first_flow_on_and_pools_are_measured_when_one_of_theirs_is_valued() -> None:
    valued = dt.date(2022, 5, 15)
    flows = legs((0, FIRST, 100, 0), (1, NEXT, 300, 0), (2, NEXT, 7, 0))
    series = funds(flows, {(0, FIRST): 100, (0, valued): 110, (1, NEXT): 300, (2, NEXT): 7}, count=3)
    found = pooled(series, 0, 0, 1, last=(LAST, LAST, LAST))
    assert found.fund_count[at(found, valued)] == 1
    assert found.fund_count[at(found, NEXT)] == 2
    of_other = found.points.day[found.points.series == 1]
    assert of_other.min() == np.datetime64(NEXT)  # another pool's days are its own


def test_the_pool_of_one_fund_is_the_fund() -> None:
    flows = legs((0, FIRST, 100, 0), (0, NEXT, 0, 30))
    series = funds(flows, {(0, FIRST): 100, (0, NEXT): 90, (0, LAST): 95}, count=1)
    found = pooled(series, 0, last=(LAST,))
    alone = measure(series.histories, series.values, found.points, series.basis, windows=())
    together = measured(found)
    chosen = [at(found, day) for day in (NEXT, LAST)]
    for name in ("dpi", "rvpi", "tvpi"):
        assert together.ratios[name].values[chosen].tolist() == alone.ratios[name].values[chosen].tolist()
    assert together.rates["irr"].values[chosen].tolist() == alone.rates["irr"].values[chosen].tolist()
