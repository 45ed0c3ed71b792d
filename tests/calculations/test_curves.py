"""The index curve against the test values of clo-collateral-engine 2.4, and what must hold for any curve."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.clo.presets import STANDARD
from calculations.curves import Curve, spots, zeros
from calculations.months import add_months, months_between

AS_OF = dt.date(2024, 2, 1)
RATES = {1: 0.053, 3: 0.0525, 6: 0.05, 12: 0.042, 24: 0.032, 36: 0.03, 60: 0.031, 120: 0.035}
H = Curve.of(AS_OF, RATES)
COL_17 = frozenset({"COL-17"})
PRECISION = 0.5000001e-10  # ten printed decimals

NODE_RATES = {
    1: 0.0530000000,
    2: 0.0527500000,
    3: 0.0525000000,
    4: 0.0516666667,
    5: 0.0508333333,
    6: 0.0500000000,
    7: 0.0486666667,
    12: 0.0420000000,
    18: 0.0370000000,
    24: 0.0320000000,
    30: 0.0310000000,
    48: 0.0305000000,
    120: 0.0350000000,
}
FORWARDS = {
    0: 0.0530000000,
    1: 0.0525000594,
    2: 0.0520001781,
    3: 0.0491706234,
    5: 0.0458432356,
    6: 0.0407021471,
    12: 0.0312184979,
    23: 0.0130178136,
    24: 0.0278413983,
    119: 0.0429640734,
}
SPOTS = [
    ("2024-02-01", 1, 0.0530000000),
    ("2024-02-01", 3, 0.0525000000),
    ("2024-02-01", 6, 0.0500000000),
    ("2024-02-01", 12, 0.0420000000),
    ("2024-01-15", 3, 0.0526776087),
    ("2024-03-15", 3, 0.0504565269),
    ("2024-06-15", 3, 0.0432474830),
    ("2025-09-15", 3, 0.0172098997),
]
ZEROS_FROM_ONE_MONTH = {
    "2024-03-01": 0.0530000000,
    "2024-03-15": 0.0528870968,
    "2024-06-15": 0.0512777778,
    "2025-02-01": 0.0420000000,
    "2025-12-15": 0.0332903226,
}
ZEROS_UNDER_ONE_MONTH = {"2024-02-01": 0.0, "2024-02-15": 0.0255862069}

dates = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2040, 12, 31))
rates = st.dictionaries(
    st.integers(min_value=1, max_value=150), st.floats(min_value=-0.02, max_value=0.2), min_size=1, max_size=8
)


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


@pytest.mark.parametrize(("months", "rate"), NODE_RATES.items())
def test_node_rates_of_the_specification(months: int, rate: float) -> None:
    assert H.node_rate(months) == pytest.approx(rate, abs=PRECISION, rel=0)


@pytest.mark.parametrize(("node", "rate"), FORWARDS.items())
def test_forwards_of_the_specification(node: int, rate: float) -> None:
    assert H.forward(node) == pytest.approx(rate, abs=PRECISION, rel=0)


@pytest.mark.parametrize("preset", [STANDARD, COL_17])
@pytest.mark.parametrize(("day", "months", "rate"), SPOTS)
def test_projected_index_of_the_specification(day: str, months: int, rate: float, preset: frozenset[str]) -> None:
    found = Curve.of(AS_OF, RATES, preset).spot(dt.date.fromisoformat(day), months)
    assert found == pytest.approx(rate, abs=PRECISION, rel=0)


@pytest.mark.parametrize("preset", [STANDARD, COL_17])
@pytest.mark.parametrize(("end", "rate"), ZEROS_FROM_ONE_MONTH.items())
def test_zero_rates_from_one_month_up_are_the_same_under_every_preset(
    end: str, rate: float, preset: frozenset[str]
) -> None:
    found = Curve.of(AS_OF, RATES, preset).zero(AS_OF, dt.date.fromisoformat(end))
    assert found == pytest.approx(rate, abs=PRECISION, rel=0)


@pytest.mark.parametrize(("end", "rate"), ZEROS_UNDER_ONE_MONTH.items())
def test_zero_rates_under_one_month_scale_from_0_only_with_the_quirk(end: str, rate: float) -> None:
    day = dt.date.fromisoformat(end)
    assert Curve.of(AS_OF, RATES, COL_17).zero(AS_OF, day) == pytest.approx(rate, abs=PRECISION, rel=0)
    assert H.zero(AS_OF, day) == pytest.approx(RATES[1], abs=1e-15)  # Q17, standard: the one-month rate, flat


def test_beyond_the_last_node_the_last_forward_holds() -> None:
    # Q16: the last node stands on 2034-01-01
    assert H.spot(dt.date(2034, 1, 2), 1) == pytest.approx(FORWARDS[119], abs=PRECISION, rel=0)
    assert H.spot(dt.date(2050, 6, 30), 3) == pytest.approx(FORWARDS[119], abs=PRECISION, rel=0)


def test_looking_beyond_the_end_changes_nothing_afterwards() -> None:
    curve = Curve.of(AS_OF, RATES)
    curve.spot(dt.date(2050, 1, 1), 3)
    assert curve.spot(dt.date(2024, 3, 15), 3) == pytest.approx(0.0504565269, abs=PRECISION, rel=0)


def test_a_tenor_of_no_months_has_rate_0() -> None:
    assert H.spot(AS_OF, 0) == 0


def test_months_are_added_one_by_one_from_the_day_before() -> None:
    # 31 January -> 29 February -> 29 March, so the third forward is read two days before the month's end (2.2)
    curve = Curve.of(dt.date(2024, 1, 1), {1: 0.01, 2: 0.03, 12: 0.06})
    by_hand = 1.0
    for day in ("2024-01-31", "2024-02-29", "2024-03-29"):
        by_hand *= 1 + curve.spot(dt.date.fromisoformat(day), 1)
    assert curve.spot(dt.date(2024, 1, 31), 3) == pytest.approx(by_hand ** (1 / 3) - 1, abs=1e-15)


def test_the_order_of_the_rates_changes_nothing() -> None:
    assert Curve.of(AS_OF, dict(reversed(RATES.items()))) == H


def test_the_curve_is_flat_before_its_first_tenor() -> None:
    curve = Curve.of(AS_OF, {3: 0.05, 6: 0.06})
    assert [curve.node_rate(months) for months in (1, 2, 3)] == [0.05, 0.05, 0.05]


@settings(max_examples=30)
@given(as_of=dates.filter(lambda day: day.day <= 28), points=rates)
def test_the_spot_on_the_curves_day_is_the_node_rate(as_of: dt.date, points: dict[int, float]) -> None:
    # clo-collateral-engine 9.7; not at month ends, where days drift
    curve = Curve.of(as_of, points)
    for months in points:
        assert curve.spot(as_of, months) == pytest.approx(curve.node_rate(months), abs=1e-10)


@given(as_of=dates, points=rates, steps=st.integers(min_value=1, max_value=24))
def test_zero_rates_of_whole_months_are_spots(as_of: dt.date, points: dict[int, float], steps: int) -> None:
    curve = Curve.of(as_of, points)
    end = add_months(as_of, steps).item()
    if end.day == as_of.day:
        assert curve.zero(as_of, end) == pytest.approx(curve.spot(as_of, steps), abs=1e-12)


@given(rate=st.floats(min_value=-0.02, max_value=0.2), day=dates, months=st.integers(min_value=1, max_value=12))
def test_a_flat_curve_projects_its_own_rate(rate: float, day: dt.date, months: int) -> None:
    curve = Curve.of(AS_OF, {1: rate, 60: rate})
    assert curve.spot(day, months) == pytest.approx(rate, abs=1e-12)


@given(points=rates, shift=st.floats(min_value=-0.05, max_value=0.05))
def test_a_parallel_shift_moves_every_node_rate_by_as_much(points: dict[int, float], shift: float) -> None:
    curve = Curve.of(AS_OF, points)
    for months in range(1, curve.length + 1, 7):
        assert curve.shifted(shift).node_rate(months) == pytest.approx(curve.node_rate(months) + shift, abs=1e-12)


@settings(max_examples=30)
@given(
    points=rates,
    shifts=st.lists(st.floats(min_value=-0.05, max_value=0.05), min_size=1, max_size=4),
    some=st.lists(dates, min_size=1, max_size=4),
    months=st.integers(min_value=0, max_value=12),
)
def test_many_curves_at_once_give_what_each_gives(
    points: dict[int, float], shifts: list[float], some: list[dt.date], months: int
) -> None:
    curves = [Curve.of(AS_OF, points).shifted(shift) for shift in shifts]
    at = np.array(some, dtype="datetime64[D]")
    np.testing.assert_allclose(
        spots(curves, at, months), [[curve.spot(day, months) for day in some] for curve in curves], rtol=0, atol=1e-15
    )
    start = min(some)
    np.testing.assert_allclose(
        zeros(curves, start, at), [[curve.zero(start, day) for day in some] for curve in curves], rtol=0, atol=1e-15
    )


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({}, "at least one rate is needed"),
        ({0: 0.05, 1: 0.05}, "a whole number of months from 1, found 0"),
        ({1.5: 0.05}, "a whole number of months from 1, found 1.5"),
        ({1: 0.05, 3: float("nan")}, "3 months: rate must be a decimal fraction above -1, found nan"),
        ({1: -1.0}, "1 months: rate must be a decimal fraction above -1"),
    ],
)
def test_a_curve_that_cannot_be_read_says_where(points: dict[int, float], message: str) -> None:
    with pytest.raises(ValueError, match=message) as raised:
        Curve.of(AS_OF, points)
    assert "2024-02-01" in str(raised.value)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="from 1 to 120, found 121"):
        H.node_rate(121)
    with pytest.raises(ValueError, match="from 0 to 119, found -1"):
        H.forward(-1)
    with pytest.raises(ValueError, match="on or after its start 2024-02-01, found end 2024-01-31"):
        H.zero(AS_OF, dt.date(2024, 1, 31))
    with pytest.raises(ValueError, match="must leave every rate above -1"):
        H.shifted(-1.5)
    with pytest.raises(ValueError, match="one day and the same tenors"):
        spots([H, Curve.of(AS_OF, {1: 0.05})], days("2024-03-01"), 3)
    with pytest.raises(ValueError, match="one preset"):
        zeros([H, Curve.of(AS_OF, RATES, COL_17)], AS_OF, days("2024-03-01"))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2023-12-15", 3, "2024-03-15"),
        ("1969-12-31", 2, "1970-02-28"),
    ],
)
def test_months_are_added_within_the_target_month(day: str, months: int, expected: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == np.datetime64(expected)


@given(start=dates, months=st.integers(min_value=-300, max_value=300))
def test_months_between_undoes_the_adding_of_months(start: dt.date, months: int) -> None:
    assert months_between(start, add_months(start, months)) == months
