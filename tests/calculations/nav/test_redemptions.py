"""Three measures of redemptions against the example of the specification; without a NAV there is no rate."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.nav.numbers import precise
from calculations.nav.redemptions import (
    Measure,
    RedemptionDay,
    ValidatedNav,
    Window,
    redemption_price,
    redemption_rate_shares,
    redemption_rate_value,
)
from calculations.nav.results import Unavailable
from tests.calculations.nav_inputs import DAY, D, rounded

ONE = dt.timedelta(days=1)
FLOWS = ("250000", "0", "1842500", "410000", "95000")
NET_ASSETS = ("60000000", "61250000", "60500000", "59800000", "61000000")
WEEK = [
    RedemptionDay(DAY + n * ONE, D(net), D("5400000"), D(flow), D(0))
    for n, (net, flow) in enumerate(zip(NET_ASSETS, FLOWS, strict=True))
]
FIVE = Window(DAY, DAY + 4 * ONE)
TODAY = RedemptionDay(DAY, D("61250000"), D("5400000"), D("1842500"), D("162000"))

values = st.decimals(0, 10**9, places=2, allow_nan=False, allow_infinity=False)
net_assets = st.decimals(1, 10**9, places=2, allow_nan=False, allow_infinity=False)
day_lists = st.lists(st.tuples(net_assets, values), min_size=1, max_size=7).map(
    lambda pairs: [RedemptionDay(DAY + n * ONE, net, D(1), value) for n, (net, value) in enumerate(pairs)]
)


def percent(measure: Measure, decimals: int) -> Decimal:
    assert measure.value is not None
    with precise():
        return rounded(measure.value * 100, decimals)


def test_e23_rates_of_a_day() -> None:
    daily = Window.of_days(DAY, 1)
    assert percent(redemption_rate_value([TODAY], daily), 10) == D("3.0081632653")
    assert redemption_rate_shares([TODAY], daily).value == D("0.03")


def test_e23_the_rate_of_a_window_is_of_its_mean_net_assets() -> None:
    assert percent(redemption_rate_value(WEEK, FIVE), 12) == D("4.292678896050")
    assert redemption_rate_value(WEEK, FIVE) == redemption_rate_value(WEEK, Window.of_days(DAY + 4 * ONE, 7))


def test_a_window_counts_only_its_own_days() -> None:
    assert Window.of_days(DAY, 7) == Window(DAY - 6 * ONE, DAY)
    assert redemption_rate_value(WEEK, Window(DAY + ONE, DAY + ONE)).value == 0  # a NAV and no redemption is zero


def test_shares_redeemed_in_a_window_are_of_those_it_opened_with() -> None:
    days = [
        RedemptionDay(DAY, D(1), D("1000"), shares_redeemed=D("100")),
        RedemptionDay(DAY + ONE, D(1), D("900"), shares_redeemed=D("50")),
    ]
    assert redemption_rate_shares(days, FIVE).value == D("0.15")


def test_without_a_nav_there_is_no_rate() -> None:
    assert redemption_rate_value([], FIVE) == Measure(None, "NO_NAV")
    assert redemption_rate_shares([], FIVE) == Measure(None, "NO_NAV")
    gap = [WEEK[0], replace(WEEK[1], net_assets=None), *WEEK[2:]]
    assert redemption_rate_value(gap, FIVE) == Measure(None, "NO_NAV")
    assert redemption_rate_shares(gap, FIVE) == Measure(None, "NO_NAV")


def test_an_order_that_states_no_value_leaves_the_rate_unknown() -> None:
    assert redemption_rate_value([replace(TODAY, value_redeemed=None)], FIVE).reason == "NO_VALUE"
    assert redemption_rate_shares([replace(TODAY, shares_redeemed=None)], FIVE).reason == "NO_SHARES"


def test_without_shares_or_net_assets_there_is_nothing_to_measure_by() -> None:
    for opening in (None, D(0), D(-1)):
        assert redemption_rate_shares([replace(TODAY, opening_shares=opening)], FIVE).reason == "NO_SHARES"
    assert redemption_rate_value([replace(TODAY, net_assets=D(-1))], FIVE).reason == "NON_POSITIVE_NET_ASSETS"


def test_the_price_is_the_latest_validated_nav() -> None:
    navs = [ValidatedNav(DAY + n * ONE, D(10 + n)) for n in (0, 3, 5)]
    assert redemption_price(navs, DAY + 4 * ONE) == Measure(D(13))
    assert redemption_price(navs, DAY - ONE) == Measure(None, "NO_NAV")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda: Window(DAY, DAY - ONE), "BAD_SCHEDULE"),
        (lambda: Window.of_days(DAY, 0), "BAD_SCHEDULE"),
        (lambda: redemption_rate_value([TODAY, TODAY], FIVE), "DUPLICATE_INPUT"),
    ],
)
def test_windows_that_make_no_sense_are_refused(call, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unavailable) as refused:
        call()
    assert refused.value.reason == reason


@given(day_lists, st.randoms(use_true_random=False))
def test_the_order_of_the_days_changes_nothing(days: list[RedemptionDay], rng) -> None:  # type: ignore[no-untyped-def]
    window = Window.of_days(DAY + 6 * ONE, 7)
    assert redemption_rate_value(rng.sample(days, len(days)), window) == redemption_rate_value(days, window)


@given(day_lists)
def test_the_rate_of_a_window_lies_between_its_smallest_and_largest_mean(days: list[RedemptionDay]) -> None:
    """Independent: sum of values over the mean lies between n x the least and n x the greatest daily rate."""
    rate = redemption_rate_value(days, Window.of_days(DAY + 6 * ONE, 7)).value
    assert rate is not None
    daily = [redemption_rate_value([day], Window.of_days(day.day, 1)).value for day in days]
    known = [each for each in daily if each is not None]
    with precise():
        slack = D("1e-30") * (1 + max(known)) * len(days)
        assert len(days) * min(known) - slack <= rate <= len(days) * max(known) + slack
