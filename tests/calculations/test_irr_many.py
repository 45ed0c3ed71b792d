"""Rates of many series at once: the published examples, and the search of one series as the plain reference."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.irr import Return, horizon, since_inception, xirr
from calculations.irr_many import (
    Returns,
    horizon_many,
    rows_of,
    since_inception_many,
    xirr_many,
)

Series = list[tuple[int, int]]  # day, minor units
EPOCH = dt.date(1970, 1, 1)

series = st.lists(st.tuples(st.integers(14_000, 19_000), st.integers(-(10**9), 10**9)), max_size=12)
sparse = st.lists(st.tuples(st.integers(0, 8).map(lambda year: 365 * year), st.integers(-300, 300)), max_size=9)


def together(many: list[Series]) -> Returns:
    offsets = np.cumsum([0, *(len(one) for one in many)])
    flat = [flow for one in many for flow in one]
    return xirr_many(offsets, np.array([day for day, _ in flat], dtype=np.int64), np.array([a for _, a in flat]))


def day_of(number: int) -> dt.date:
    return EPOCH + dt.timedelta(number)


def alone(one: Series) -> Return:
    return xirr([day_of(day) for day, _ in one], [amount for _, amount in one])


def assert_same(found: Return, expected: Return) -> None:
    assert (found.reason, found.is_annualised, found.is_unusual) == (
        expected.reason,
        expected.is_annualised,
        expected.is_unusual,
    )
    assert found.roots == pytest.approx(expected.roots, rel=1e-10, abs=1e-10)
    assert (found.rate is None) == (expected.rate is None)


def test_the_published_examples_stand_side_by_side() -> None:
    """V1 0.3733625335; V2 10 % and 20 % from both sides; V13 3 % for a month. Source: fund-admin section 6."""
    v1 = zip(
        ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"],
        [-10_000, 2_750, 4_250, 3_250, 2_750],
        strict=True,
    )
    first = [((dt.date.fromisoformat(day) - EPOCH).days, amount) for day, amount in v1]
    v2 = [(0, 100), (365, -230), (730, 132)]
    v13 = [((dt.date(2011, 11, 30) - EPOCH).days, -100), ((dt.date(2011, 12, 31) - EPOCH).days, 103)]
    found = together([first, v2, [(day, -amount) for day, amount in v2], v13])
    assert found.rates[0] == pytest.approx(0.3733625335, abs=1e-10)
    assert found.reasons.tolist() == [None, "AMBIGUOUS", "AMBIGUOUS", "SHORT_HISTORY"]
    assert found.listed[1] == pytest.approx((0.10, 0.20), abs=1e-8)
    assert found.listed[2] == pytest.approx((0.10, 0.20), abs=1e-8)
    assert (found.rates[3], found.is_annualised[3]) == (pytest.approx(0.03, abs=1e-12), False)


@pytest.mark.parametrize(
    "one",
    [
        [],
        [(0, -100)],
        [(0, -100), (0, 110)],
        [(0, -100), (400, -5)],
        [(0, 0), (365, -100), (400, 110), (800, 0)],
        [(0, 100), (365, -220), (730, 121)],  # touches zero at 10 %
        [(0, 1000), (365, -3300), (730, 3630), (1095, -1331)],  # three times 10 %
        [(0, -100_000_000), (365, 220_010_000), (730, -121_011_000)],  # 10.00 % and 10.01 %
        [(0, 100), (365, -150), (730, 100)],  # signs change, no rate
        [(0, -1_000_000), (365, 1)],
        [(0, -1), (365, 5_000)],
        [(0, -100), (365, 2210), (730, -2310)],  # 10 % inside what is searched, 2000 % outside
        [(0, -1), (6 * 365, -(10**9)), (8 * 365, 10**5)],  # no net present value within the tolerance
    ],
)
def test_every_case_of_the_table_is_that_of_one_series(one: Series) -> None:
    assert_same(together([one]).at(0), alone(one))


@settings(max_examples=60, deadline=None)
@given(st.lists(series | sparse, min_size=1, max_size=6))
def test_many_series_have_the_rates_of_each(many: list[Series]) -> None:
    found = together(many)
    for number, one in enumerate(many):
        assert_same(found.at(number), alone(one))


@settings(deadline=None)
@given(series, st.integers(-4_000, 4_000))
def test_moving_all_days_changes_no_rate(one: Series, days: int) -> None:
    still, moved = together([one]), together([[(day + days, amount) for day, amount in one]])
    np.testing.assert_array_equal(still.rates, moved.rates)
    assert still.reasons.tolist() == moved.reasons.tolist()


@settings(deadline=None)
@given(series, st.sampled_from([2, 1_000, 4_096]))
def test_scaling_the_flows_changes_no_rate(one: Series, factor: int) -> None:
    found, scaled = together([one]), together([[(day, amount * factor) for day, amount in one]])
    np.testing.assert_allclose(found.rates, scaled.rates, rtol=1e-11, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(series, st.integers(14_000, 19_000), st.integers(1, 3_000), st.integers(0, 10**9), st.integers(-(10**6), 10**9))
def test_windows_are_those_of_one_series(one: Series, start: int, length: int, opening: int, nav: int) -> None:
    end = start + length
    ordered = sorted(one)
    days = np.array([day for day, _ in ordered], dtype=np.int64)
    amounts = np.array([amount for _, amount in ordered], dtype=np.int64)
    rows = rows_of(days, np.maximum(-amounts, 0), np.maximum(amounts, 0))
    zero = np.zeros(1, dtype=np.int64)
    stop = np.searchsorted(days, [end], side="right")
    dated = [day_of(day) for day, _ in ordered], [amount for _, amount in ordered]
    whole = since_inception_many(rows, zero, stop, [end], [nav])
    assert_same(whole.at(0), since_inception(*dated, day_of(end), nav))
    after = np.searchsorted(days, [start], side="right")
    window = horizon_many(rows, after, stop, [start], [opening], [end], [nav])
    assert_same(window.at(0), horizon(*dated, day_of(start), opening, day_of(end), nav))


def test_a_total_loss_is_minus_100_percent_by_policy() -> None:
    rows = rows_of([0, 400, 0], [100, 50, 100], [0, 0, 1])
    found = since_inception_many(rows, np.array([0, 2]), np.array([2, 3]), [800, 800], [0, 0])
    assert found.at(0) == Return(-1.0, "TOTAL_LOSS")
    assert found.at(1).reason == "NO_SIGN_CHANGE"  # something was paid out


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="offsets must rise from 0 to the number of flows, 2"):
        xirr_many([0, 3], [0, 365], [-1, 2])
    with pytest.raises(ValueError, match="one amount for each of 2 days"):
        xirr_many([0, 2], [0, 365], [-1])
    with pytest.raises(ValueError, match="finite"):
        xirr_many([0, 2], [0, 365], [-1.0, np.nan])
    with pytest.raises(ValueError, match="missing"):
        xirr_many([0, 1], np.array(["NaT"], dtype="datetime64[D]"), [-1])
    with pytest.raises(ValueError, match="end after it starts"):
        horizon_many(rows_of([], [], []), np.zeros(1, int), np.zeros(1, int), [5], [1], [5], [1])
