"""Public market equivalents against example V5 of fund-admin section 6, against pyxirr, and by what must always hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from calculations.returns import (
    DatedValues,
    direct_alpha,
    future_values,
    ks_pme,
    ln_pme,
    m_pme,
    pme_plus,
    since_inception,
)

DAYS = [dt.date(2021, 1, 1) + dt.timedelta(365 * year) for year in range(6)]  # the equal yearly periods of V5
FLOWS = [Decimal(amount) for amount in (-200, -120, 90, 0, 180)]
LEVELS = [Decimal(level) for level in (1000, 1040, 1130, 1010, 1165, 1240)]
INDEX = DatedValues.of(zip(DAYS, LEVELS, strict=True), "index level")
NAV = Decimal(95)
T = DAYS[-1]

# pyxirr counts periods and overwrites the last element with the terminal value: the zero on the last day is its seat.
PERIODS = [*map(float, FLOWS), 0.0]
PERIOD_LEVELS = [float(level) for level in LEVELS]


def test_flows_are_carried_forward_by_the_index() -> None:
    values = future_values(DAYS[:5], FLOWS, INDEX, T)
    assert not isinstance(values, str)
    assert float(values.contributions) == pytest.approx(391.076923, abs=5e-7)
    assert float(values.distributions) == pytest.approx(290.349045, abs=5e-7)
    assert float(values.long_nickels_nav) == pytest.approx(100.727878, abs=5e-7)
    scale = values.scale(NAV)
    assert scale is not None
    assert float(scale) == pytest.approx(1.019728, abs=5e-7)


def test_the_fund_itself_returns_what_the_example_says() -> None:
    assert since_inception(DAYS[:5], FLOWS, T, NAV).rate == pytest.approx(0.03977703, abs=5e-9)


def test_kaplan_schoar() -> None:
    result = ks_pme(DAYS[:5], FLOWS, INDEX, T, NAV)
    assert result.value is not None
    assert float(result.value) == pytest.approx(0.985354, abs=5e-7)
    assert float(result.value) == pytest.approx(pyxirr.pe.ks_pme(PERIODS, PERIOD_LEVELS, float(NAV)), abs=1e-12)


def test_long_nickels() -> None:
    rate = ln_pme(DAYS[:5], FLOWS, INDEX, T).rate
    assert rate == pytest.approx(0.04436233, abs=5e-9)
    assert rate == pytest.approx(pyxirr.pe.ln_pme(PERIODS, PERIOD_LEVELS), abs=1e-12)


def test_pme_plus() -> None:
    rate = pme_plus(DAYS[:5], FLOWS, INDEX, T, NAV).rate
    assert rate == pytest.approx(0.04436475, abs=5e-9)
    assert rate == pytest.approx(pyxirr.pe.pme_plus(PERIODS, PERIOD_LEVELS, float(NAV)), abs=1e-12)


def test_direct_alpha_and_its_continuous_form() -> None:
    result = direct_alpha(DAYS[:5], FLOWS, INDEX, T, NAV)
    assert result.rate == pytest.approx(-0.00436841, abs=5e-9)
    assert result.log_rate == pytest.approx(-0.00437798, abs=5e-9)
    assert result.rate == pytest.approx(pyxirr.pe.direct_alpha(PERIODS, PERIOD_LEVELS, float(NAV)), abs=1e-12)


def test_modified_pme_rolls_the_index_portfolio_by_hand() -> None:
    # NAV 180 after the 90 of year 2 (w = 1/3), 60 after the 180 of year 4 (w = 3/4)
    year_2 = (200 * 1130 / 1000) + (120 * 1130 / 1040)
    year_4 = year_2 * 2 / 3 * 1165 / 1130
    left = year_4 / 4 * 1240 / 1165
    expected = pyxirr.irr([-200, -120, year_2 / 3, 0, year_4 * 3 / 4, left])
    result = m_pme(DAYS[:5], FLOWS, INDEX, T, {DAYS[2]: Decimal(180), DAYS[4]: Decimal(60)})
    assert result.rate == pytest.approx(expected, abs=1e-10)
    navs = [200.0, 300.0, 180.0, 170.0, 60.0, 95.0]
    assert result.rate == pytest.approx(pyxirr.pe.m_pme(PERIODS, PERIOD_LEVELS, navs), abs=1e-10)


def test_a_flow_on_the_valuation_day_is_not_lost() -> None:
    # V = 95 after paying out 40 that day is the same fund as V = 135
    paid = ([*DAYS[:5], T], [*FLOWS, Decimal(40)])
    assert ks_pme(*paid, INDEX, T, NAV) == ks_pme(DAYS[:5], FLOWS, INDEX, T, Decimal(135))
    assert direct_alpha(*paid, INDEX, T, NAV) == direct_alpha(DAYS[:5], FLOWS, INDEX, T, Decimal(135))
    assert ln_pme(*paid, INDEX, T).rate == ln_pme(DAYS[:5], FLOWS, INDEX, T).rate


def test_flows_after_the_valuation_day_do_not_count() -> None:
    later = ([*DAYS[:5], T + dt.timedelta(1)], [*FLOWS, Decimal(-500)])
    assert ks_pme(*later, INDEX, T, NAV) == ks_pme(DAYS[:5], FLOWS, INDEX, T, NAV)


def test_a_fund_far_better_than_the_index_has_no_long_nickels_rate() -> None:
    # 100 x 1240/1000 - 200 x 1240/1165 < 0
    result = ln_pme([DAYS[0], DAYS[4]], [Decimal(-100), Decimal(200)], INDEX, T)
    assert (result.rate, result.reason) == (None, "SHORT_POSITION")


def test_pme_plus_needs_a_distribution() -> None:
    assert pme_plus(DAYS[:1], FLOWS[:1], INDEX, T, NAV).reason == "NO_DISTRIBUTIONS"


def test_kaplan_schoar_needs_paid_in_capital() -> None:
    assert ks_pme(DAYS[2:3], FLOWS[2:3], INDEX, T, NAV).reason == "NO_PAID_IN"


def test_modified_pme_needs_the_net_asset_value_of_a_distribution_day() -> None:
    assert m_pme(DAYS[:5], FLOWS, INDEX, T, {DAYS[2]: Decimal(180)}).reason == "NAV_MISSING"
    navs = {DAYS[2]: Decimal(-10), DAYS[4]: Decimal(60)}
    assert m_pme(DAYS[:5], FLOWS, INDEX, T, navs).reason == "SHORT_POSITION"


def test_the_index_level_may_be_five_days_old_and_no_older() -> None:
    def measured(day: dt.date, limit: int = 5) -> str | None:
        return ks_pme([day], [Decimal(-100)], INDEX, T, NAV, limit).reason

    assert measured(DAYS[1] + dt.timedelta(5)) is None
    assert measured(DAYS[1] + dt.timedelta(6)) == "INDEX_STALE"
    assert measured(DAYS[1] + dt.timedelta(35), limit=35) is None
    assert measured(DAYS[0] - dt.timedelta(1)) == "INDEX_MISSING"
    measures = (ks_pme, pme_plus, direct_alpha)
    early = [DAYS[0] - dt.timedelta(1)]
    assert {measure(early, FLOWS[:1], INDEX, T, NAV).reason for measure in measures} == {"INDEX_MISSING"}
    assert ln_pme(early, FLOWS[:1], INDEX, T).reason == m_pme(early, FLOWS[:1], INDEX, T, {}).reason == "INDEX_MISSING"


@given(
    growth=st.lists(st.integers(70, 150), min_size=5, max_size=5),
    paid_in=st.lists(st.integers(1, 500), min_size=5, max_size=5),
    shares=st.lists(st.integers(0, 90), min_size=4, max_size=4),
)
def test_a_fund_that_is_the_index_is_measured_as_the_index(
    growth: list[int], paid_in: list[int], shares: list[int]
) -> None:
    """The fund buys the index and sells a share of its holding each year: KS-PME 1, alpha 0, every rate the fund's."""
    levels, level = [Decimal(1000)], Decimal(1000)
    for percent in growth:
        level = level * percent / 100
        levels.append(level)
    days, flows, navs, units = [], [], {}, Decimal(0)
    for year, amount in enumerate(paid_in):
        units += Decimal(amount) / levels[year]
        days.append(DAYS[year])
        flows.append(Decimal(-amount))
        if year:
            sold = units * shares[year - 1] / 100
            units -= sold
            days.append(DAYS[year])
            flows.append(sold * levels[year])
            navs[DAYS[year]] = units * levels[year]
    nav = units * levels[5]
    index = DatedValues.of(zip(DAYS, levels, strict=True), "index level")

    fund = since_inception(days, flows, T, nav).rate
    ks = ks_pme(days, flows, index, T, nav).value
    assert ks is not None
    assert float(ks) == pytest.approx(1, abs=1e-12)
    alpha = direct_alpha(days, flows, index, T, nav)
    if alpha.reason is None:
        assert alpha.rate == pytest.approx(0, abs=1e-9)
    if fund is not None:
        assert ln_pme(days, flows, index, T).rate == pytest.approx(fund, abs=1e-8)
        assert m_pme(days, flows, index, T, navs).rate == pytest.approx(fund, abs=1e-8)
        if any(flow > 0 for flow in flows):
            assert pme_plus(days, flows, index, T, nav).rate == pytest.approx(fund, abs=1e-8)
