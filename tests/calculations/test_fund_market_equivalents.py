"""Public market equivalents of many series against example V5 and against those of one series. Source: fund-admin 3.3."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations import pme
from calculations.asof import DatedValues
from calculations.funds.performance.days import Points
from calculations.funds.performance.histories import Histories, Legs
from calculations.funds.performance.market import NONE, Equivalents, Index, NavBasis, market_equivalents
from calculations.funds.performance.measures import LARGEST_RATE
from calculations.funds.performance.values import Values
from calculations.fx import Quotes
from calculations.multiples import OUT_OF_RANGE

START = dt.date(2021, 1, 1)
DAYS = [START + dt.timedelta(365 * year) for year in range(6)]  # the equal yearly periods of V5
FLOWS = [-20_000, -12_000, 9_000, 0, 18_000]  # cents
LEVELS = [Decimal(level) for level in (1000, 1040, 1130, 1010, 1165, 1240)]
INDEX = Index(DatedValues.of(zip(DAYS, LEVELS, strict=True), "index level"), "USD")
NAV = 9_500


def days(values: list[dt.date]) -> np.ndarray:
    return np.array(values, dtype="datetime64[D]")


def histories_of(dated: list[tuple[dt.date, int]], series: int = 0, count: int = 1) -> Histories:
    amounts = np.array([amount for _, amount in dated], dtype=np.int64)
    legs = Legs(
        np.full(len(dated), series), days([day for day, _ in dated]), np.maximum(-amounts, 0), np.maximum(amounts, 0)
    )
    return Histories.of(legs, count)


def at(day: dt.date) -> Points:
    return Points(np.zeros(1, dtype=np.int64), days([day]))


def values_of(navs: dict[dt.date, int]) -> Values:
    zeros = np.zeros(len(navs), dtype=np.int64)
    return Values.of(zeros, days(list(navs)), np.array(list(navs.values()), dtype=np.int64))


def v5(index: Index = INDEX, nav: int = NAV, which: int = 0, currency: str = "USD") -> Equivalents:
    history = histories_of(list(zip(DAYS, FLOWS, strict=False)))
    return market_equivalents(history, values_of({DAYS[-1]: nav}), at(DAYS[-1]), [index], np.array([which]), [currency])


def test_the_set_of_v5_comes_out() -> None:
    found = v5()
    assert found.ratios["ks_pme"].values[0] == pytest.approx(0.985354, abs=5e-7)
    assert found.index_nav[0] == pytest.approx(10_072.7878, abs=5e-5)
    assert found.rates["ln_pme"].values[0] == pytest.approx(0.04436233, abs=5e-9)
    assert found.ratios["pme_plus_lambda"].values[0] == pytest.approx(1.019728, abs=5e-7)
    assert found.rates["pme_plus"].values[0] == pytest.approx(0.04436475, abs=5e-9)
    assert found.rates["direct_alpha"].values[0] == pytest.approx(-0.00436841, abs=5e-9)
    assert found.log_alpha[0] == pytest.approx(-0.00437798, abs=5e-9)
    assert found.rates["m_pme"].reasons.tolist() == ["NAV_MISSING"]  # none is stated on the days of distribution


def test_a_level_may_be_five_days_old_and_35_for_a_monthly_index() -> None:
    late = DatedValues.of([(day - dt.timedelta(6), level) for day, level in zip(DAYS, LEVELS, strict=True)], "level")
    assert v5(Index(late, "USD")).ratios["ks_pme"].reasons.tolist() == ["INDEX_STALE"]
    assert v5(Index(late, "USD", max_age_days=35)).ratios["ks_pme"].values[0] == v5().ratios["ks_pme"].values[0]
    after = DatedValues.of(zip(DAYS[1:], LEVELS[1:], strict=True), "level")
    assert {rate.reasons[0] for rate in v5(Index(after, "USD")).rates.values()} == {"INDEX_MISSING"}


def test_a_fund_without_an_index_says_so() -> None:
    found = v5(which=NONE)
    assert found.ratios["ks_pme"].reasons.tolist() == ["NO_INDEX"]
    assert np.isnan(found.ratios["ks_pme"].values).all()


def test_an_index_in_another_currency_has_to_be_brought_into_that_of_the_fund() -> None:
    """At 2 EUR for a dollar on every day the levels double, and no factor changes."""
    found = v5(currency="EUR")
    assert {rate.reasons[0] for rate in found.rates.values()} == {"INDEX_CURRENCY"}
    quotes = Quotes.of([("USD", "EUR", day, Decimal(2)) for day in DAYS])
    euro = INDEX.in_currency("EUR", quotes)
    assert euro.levels.values == tuple(2 * level for level in LEVELS)
    assert v5(euro, currency="EUR").ratios["ks_pme"].values[0] == v5().ratios["ks_pme"].values[0]
    few = Quotes.of([("USD", "EUR", day, Decimal(2)) for day in DAYS[1:]])
    assert INDEX.in_currency("EUR", few).levels.days == tuple(DAYS[1:])


def test_a_fund_far_ahead_of_its_index_has_no_long_nickels_rate() -> None:
    """A distribution of 900.00 after 320.00 paid in leaves the index portfolio short. Seed defect 15 of section 8."""
    history = histories_of([(DAYS[0], -20_000), (DAYS[1], -12_000), (DAYS[2], 90_000)])
    found = market_equivalents(
        history, values_of({DAYS[5]: 9_500}), at(DAYS[5]), [INDEX], np.zeros(1, dtype=int), ["USD"]
    )
    assert (found.rates["ln_pme"].reasons[0], np.isnan(found.rates["ln_pme"].values[0])) == ("SHORT_POSITION", True)


def test_without_distributions_there_is_no_pme_plus() -> None:
    history = histories_of([(DAYS[0], -20_000)])
    found = market_equivalents(
        history, values_of({DAYS[5]: 9_500}), at(DAYS[5]), [INDEX], np.zeros(1, dtype=int), ["USD"]
    )
    assert found.rates["pme_plus"].reasons.tolist() == ["NO_DISTRIBUTIONS"]


def test_a_value_rolled_to_a_day_of_distribution_is_the_last_one_with_the_flows_since() -> None:
    """NAV 300.00 after year 1; 90.00 paid out in year 2 leaves 210.00, so the rolled value equals the stated one."""
    history = histories_of(list(zip(DAYS, FLOWS, strict=False))[:3])
    last = at(DAYS[3])
    known = {DAYS[1]: 30_000, DAYS[3]: 25_000}
    rolled = market_equivalents(
        history, values_of(known), last, [INDEX], np.zeros(1, dtype=int), ["USD"], NavBasis.ROLLED
    )
    stated = values_of(known | {DAYS[2]: 21_000})
    given = market_equivalents(history, stated, last, [INDEX], np.zeros(1, dtype=int), ["USD"])
    assert rolled.rates["m_pme"].values[0] == given.rates["m_pme"].values[0]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4 * 365), st.integers(-(10**8), 10**8)), min_size=1, max_size=8),
    st.lists(st.integers(50, 400), min_size=24, max_size=24),
    st.integers(0, 10**9),
    st.integers(30, 90),
)
def test_every_measure_is_that_of_one_series(
    flows: list[tuple[int, int]], levels: list[int], nav: int, max_age: int
) -> None:
    """The exact measures of `calculations.pme` on the flows netted by day and side are the plain reference."""
    index = DatedValues.of(
        [(START + dt.timedelta(61 * i), Decimal(level)) for i, level in enumerate(levels)], "index level"
    )
    end = START + dt.timedelta(4 * 365 + 1)
    day_of = {day: START + dt.timedelta(day) for day, _ in flows}
    navs = dict.fromkeys(day_of.values(), nav // 2 + 1) | {end: nav}
    found = market_equivalents(
        histories_of([(day_of[day], amount) for day, amount in flows]),
        values_of(navs),
        at(end),
        [Index(index, "USD", max_age)],
        np.zeros(1, dtype=np.int64),
        ["USD"],
    )
    used = [(day, amount) for day, amount in flows if amount]
    if not used:
        assert found.rates["direct_alpha"].reasons.tolist() == ["NO_FLOWS"]
        return
    sides = [(day_of[day], amount) for day, amount in used]
    dated = [day for day, _ in sides], [amount for _, amount in sides], index, end
    expected = {
        "ln_pme": pme.ln_pme(*dated, max_age_days=max_age),
        "pme_plus": pme.pme_plus(*dated, nav, max_age_days=max_age),
        "direct_alpha": pme.direct_alpha(*dated, nav, max_age_days=max_age),
        "m_pme": pme.m_pme(*dated, navs, max_age_days=max_age),
    }
    ks = pme.ks_pme(*dated, nav, max_age_days=max_age)
    if ks.reason in ("INDEX_MISSING", "INDEX_STALE"):
        assert found.ratios["ks_pme"].reasons[0] in ("INDEX_MISSING", "INDEX_STALE")
        return
    assert found.ratios["ks_pme"].reasons[0] == ks.reason
    if ks.value is not None:
        assert found.ratios["ks_pme"].values[0] == pytest.approx(float(ks.value), rel=1e-11, abs=1e-11)
    for name, one in expected.items():
        rate = found.rates[name]
        is_stored = one.rate is None or one.rate < LARGEST_RATE
        assert rate.reasons[0] == (one.reason if is_stored else OUT_OF_RANGE), name
        if one.rate is not None and is_stored:
            assert rate.values[0] == pytest.approx(one.rate, rel=1e-8, abs=1e-8), name
