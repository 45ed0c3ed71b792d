"""The pacing model. Equations: Takahashi and Alexander (2002), with their example's assumptions worked year by year in exact
fractions beside the tests.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calculations.funds.pacing.assumptions import FILE, PacingArrays, PacingTerms, credibility_calls, in_force
from calculations.funds.pacing.back_test import back_test
from calculations.funds.pacing.forecast import QUARTERLY, YEARLY, FundStates, ages, by_period, forecast

DAY = dt.date(2024, 3, 31)
PE = in_force("PE", DAY)


def terms(**other: Any) -> PacingTerms:
    plain = {
        "fund_type": "PE",
        "effective_date": dt.date(2002, 1, 1),
        "contribution_rates": (0.25, 0.5),
        "bow": 2,
        "life": 4,
        "growth": "0.1",
        "yield": 0,
        "source": "test",
    }
    return PacingTerms.model_validate({**plain, **other})


def new_fund(commitment: float = 100.0, count: int = 1) -> FundStates:
    return FundStates(np.full(count, commitment), np.zeros(count), np.zeros(count))


def test_four_years_by_hand() -> None:
    """Commitment 100, RC 25 % then 50 %, B 2, L 4, G 10 %, Y 0.

    Year 1: C 25, nothing to distribute, NAV 25. Year 2: C 37.5, D (2/4)^2 x 27.5 = 6.875, NAV 58.125.
    Year 3: C 18.75, D (3/4)^2 x 63.9375 = 35.96484375, NAV 46.72265625. Year 4, the last: C 0, D all of 51.394921875.
    """
    found = forecast(new_fund(), PacingArrays.of([terms()]), DAY, 4, YEARLY)
    assert found.contributions[0] == pytest.approx([25, 37.5, 18.75, 0], rel=1e-12)
    assert found.distributions[0] == pytest.approx([0, 6.875, 35.96484375, 51.394921875], rel=1e-12)
    assert found.nav[0] == pytest.approx([25, 58.125, 46.72265625, 0], rel=1e-12)
    assert found.unfunded[0] == pytest.approx([75, 37.5, 18.75, 18.75], rel=1e-12)
    assert found.period_end.tolist() == [dt.date(2025 + n, 3, 31) for n in range(4)]


def test_the_published_example_agrees_with_its_equations_in_exact_fractions() -> None:
    """RC 25 %, 33.3 %, 50 %; L 12, G 13 %, Y 0; the bow 2.5 is the one irrational step and is taken as its float."""
    found = forecast(new_fund(), PacingArrays.of([PE]), DAY, 12, YEARLY)
    nav, unfunded = Fraction(0), Fraction(100)
    for year in range(1, 13):
        rate = [Fraction(1, 4), Fraction("0.333333333333"), Fraction(1, 2)][min(year, 3) - 1]
        called = unfunded * rate if year < 12 else Fraction(0)
        grown = nav * Fraction("1.13")
        distributed = grown * (Fraction((year / 12) ** 2.5) if year < 12 else 1)
        nav, unfunded = grown + called - distributed, unfunded - called
        assert found.contributions[0, year - 1] == pytest.approx(float(called), rel=1e-12)
        assert found.distributions[0, year - 1] == pytest.approx(float(distributed), rel=1e-12)
        assert found.nav[0, year - 1] == pytest.approx(float(nav), rel=1e-12)


def test_a_yield_is_the_least_that_is_distributed() -> None:
    found = forecast(new_fund(), PacingArrays.of([terms(**{"yield": 0.3})]), DAY, 2, YEARLY)
    assert found.distributions[0, 1] == pytest.approx(0.3 * 27.5, rel=1e-12)  # 30 % above (2/4)^2


def test_four_quarters_call_and_grow_as_their_year() -> None:
    by_year = forecast(new_fund(), PacingArrays.of([PE]), DAY, 11, YEARLY)
    by_quarter = forecast(new_fund(), PacingArrays.of([PE]), DAY, 48, QUARTERLY)
    assert by_quarter.contributions[0].reshape(12, 4).sum(axis=1)[:11] == pytest.approx(by_year.contributions[0])
    assert by_quarter.period_end[3] == np.datetime64("2025-03-31")
    assert by_quarter.period_end[0] == np.datetime64("2024-06-30")
    old = FundStates(np.array([0.0]), np.array([100.0]), np.array([0.0]))
    still = PacingArrays.of([terms(life=1000, bow=9)])
    assert forecast(old, still, DAY, 4, QUARTERLY).nav[0, -1] == pytest.approx(110, rel=1e-9)


def test_a_fund_goes_on_from_where_it_stands() -> None:
    whole = forecast(new_fund(), PacingArrays.of([PE]), DAY, 12, YEARLY)
    halfway = FundStates(whole.unfunded[:, 4], whole.nav[:, 4], np.array([5.0]))
    rest = forecast(halfway, PacingArrays.of([PE]), DAY, 7, YEARLY)
    assert rest.distributions[0] == pytest.approx(whole.distributions[0, 5:])
    assert rest.contributions[0] == pytest.approx(whole.contributions[0, 5:])


def test_a_fund_past_its_life_pays_out_all_in_the_next_period_and_calls_nothing() -> None:
    late = FundStates(np.array([10.0]), np.array([50.0]), np.array([13.2]))
    found = forecast(late, PacingArrays.of([PE]), DAY, 2, YEARLY)
    assert found.distributions[0] == pytest.approx([56.5, 0])
    assert (found.contributions == 0).all()
    assert (found.nav == 0).all()


def test_a_negative_value_distributes_nothing() -> None:
    found = forecast(
        FundStates(np.array([0.0]), np.array([-5.0]), np.array([11.0])), PacingArrays.of([PE]), DAY, 1, YEARLY
    )
    assert (found.distributions[0, 0], found.growth[0, 0], found.nav[0, 0]) == (0, 5, 0)


money = st.floats(0, 1e9)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(money, money, st.floats(0, 15), st.sampled_from(["PE", "RE", "CREDIT", "FOF"])),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([YEARLY, QUARTERLY]),
)
def test_cash_is_conserved_and_nothing_is_negative(funds: list[tuple[float, float, float, str]], a_year: Any) -> None:
    unfunded, nav, age, types = zip(*funds, strict=True)
    states = FundStates(np.array(unfunded), np.array(nav), np.array(age))
    found = forecast(states, PacingArrays.of([in_force(name, DAY) for name in types]), DAY, 16 * a_year, a_year)
    scale = 1e-9 * (1 + states.nav + states.unfunded) * 10
    before = np.concatenate([states.nav[:, None], found.nav[:, :-1]], axis=1)
    gap = before + found.growth + found.contributions - found.distributions - found.nav
    assert (np.abs(gap) <= scale[:, None]).all()
    assert (np.abs(states.unfunded - found.contributions.sum(axis=1) - found.unfunded[:, -1]) <= scale).all()
    for table in (found.contributions, found.distributions, found.unfunded):
        assert (table >= 0).all()
    assert (np.abs(found.nav[:, -1]) == 0).all()  # every life ends within 16 years


def test_funds_do_not_change_each_others_forecast() -> None:
    both = FundStates(np.array([100.0, 40.0]), np.array([0.0, 60.0]), np.array([0.0, 6.25]))
    together = forecast(both, PacingArrays.of([PE, in_force("CREDIT", DAY)]), DAY, 20, QUARTERLY)
    alone = forecast(
        FundStates(both.unfunded[1:], both.nav[1:], both.age[1:]),
        PacingArrays.of([in_force("CREDIT", DAY)]),
        DAY,
        20,
        QUARTERLY,
    )
    assert together.nav[1] == pytest.approx(alone.nav[0], rel=1e-12)


def test_a_state_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match=r"unfunded must be >= 0 for every fund, found -1\.0"):
        FundStates(np.array([-1.0]), np.array([0.0]), np.array([0.0]))
    with pytest.raises(ValueError, match="nav must be a number"):
        FundStates(np.array([1.0]), np.array([np.nan]), np.array([0.0]))


def test_age_is_whole_months_and_the_days_after_them() -> None:
    first = np.array(["2020-03-31", "2023-02-28", "2024-04-01"], dtype="datetime64[D]")
    assert ages(first, DAY) == pytest.approx([4, 13 / 12 + 3 / 365.25, 0])  # 28 March 2024, then three days


def test_flows_belong_to_the_period_that_ends_on_or_after_them() -> None:
    days = np.array(["2024-03-31", "2024-04-01", "2024-06-30", "2024-07-01", "2024-12-31"], dtype="datetime64[D]")
    found = by_period(np.array([0, 0, 0, 1, 1]), days, np.array([1.0, 2, 4, 8, 16]), 2, DAY, 2, QUARTERLY)
    assert found.tolist() == [[6, 0], [0, 8]]


def test_assumptions_are_the_latest_in_force_and_never_a_later_one(tmp_path: Path) -> None:
    path = tmp_path / "assumptions.yaml"
    later = "  - {fund_type: PE, effective_date: 2020-01-01, <<: *published, growth: 0.08}\n"
    text = FILE.read_text(encoding="utf-8").replace("sets:\n", "sets:\n" + later)
    path.write_text(text, encoding="utf-8")
    assert str(in_force("PE", dt.date(2019, 12, 31), path).growth) == "0.13"
    assert str(in_force("PE", dt.date(2020, 1, 1), path).growth) == "0.08"
    with pytest.raises(ValueError, match="assumptions for funds of type PE in force on 2001-12-31, found none"):
        in_force("PE", dt.date(2001, 12, 31), path)
    path.write_text(text.replace("sets:\n", "sets:\n" + later), encoding="utf-8")
    with pytest.raises(ValueError, match="one set a day, found several of PE from 2020-01-01"):
        in_force("PE", DAY, path)
    assert credibility_calls() > 0


def test_a_back_test_measures_what_a_past_forecast_missed() -> None:
    """The forecast for PE from 100 unfunded is C 25 then 24.999...975; D 0 then 25 x 1.13 x (2/12)^2.5.

    Actual 20 and 30: errors 5 and -5, so mean 0, mean absolute 5, root mean square 5, total 0.
    """
    actual = np.array([[20.0, 30.0]])
    nav = np.array([[20.0, 40.0]])
    found = back_test(new_fund(), ["PE"], DAY, YEARLY, actual, np.zeros((1, 2)), nav)
    of_calls = found.contributions
    assert [
        of_calls.mean[0],
        of_calls.mean_absolute[0],
        of_calls.root_mean_square[0],
        of_calls.total[0],
    ] == pytest.approx([0, 5, 5, 0], abs=1e-9)
    assert np.isnan(found.distributions.total_share[0])  # nothing was distributed to compare with
    distributed = 25 * 1.13 * (2 / 12) ** 2.5
    assert found.distributions.total[0] == pytest.approx(distributed)
    last = 25 * 1.13 + 25 - distributed
    assert (found.nav.total[0], found.nav.total_share[0]) == pytest.approx((last - 40, (last - 40) / 40), abs=1e-9)


def test_a_back_test_knows_nothing_of_later_assumptions() -> None:
    table = np.zeros((1, 2))
    with pytest.raises(ValueError, match="in force on 2001-12-31, found none"):
        back_test(new_fund(), ["PE"], dt.date(2001, 12, 31), YEARLY, table, table, table)
    with pytest.raises(ValueError, match=r"one shape \(1 funds, periods\), found \(1, 2\), \(1, 3\)"):
        back_test(new_fund(), ["PE"], DAY, YEARLY, table, table, np.zeros((1, 3)))
