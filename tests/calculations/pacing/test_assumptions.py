"""Scenarios, lives and the file of a house. Expected values by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.pacing.assumptions import (
    FILE,
    PacingArrays,
    Scenario,
    collection_horizons,
    find_in_force,
    in_force,
    scenarios,
)
from calculations.funds.pacing.forecast import QUARTERLY, FundStates, forecast, lives, periods_to_end

DAY = dt.date(2024, 3, 31)


def scenario(**changes: str) -> Scenario:
    return Scenario.model_validate({"scenario": "s", "effective_date": "2002-01-01", "source": "test", **changes})


def test_a_scenario_changes_growth_by_a_difference_and_the_rest_by_factors() -> None:
    """RC 25 %, 1/3, 50 % x 2.5 are at most 100 %; B 2.5 x 2; G 13 % - 6 %."""
    found = scenario(growth_change="-0.06", bow_factor="2", contribution_factor="2.5").applied(in_force("PE", DAY))
    assert found.growth == Decimal("0.07")
    assert found.bow == Decimal(5)
    assert [float(rate) for rate in found.contribution_rates] == pytest.approx([0.625, 2.5 / 3, 1])


def test_the_base_scenario_is_the_set_itself() -> None:
    (base,) = [each for each in scenarios(DAY) if each.scenario == "base"]
    assert base.applied(in_force("PE", DAY)) == in_force("PE", DAY)
    assert [each.scenario for each in scenarios(DAY)] == ["base", "low", "high"]


def test_a_scenario_is_the_latest_in_force_and_never_a_later_one(tmp_path: Path) -> None:
    path = tmp_path / "pacing.yaml"
    later = "scenarios:\n  - {scenario: low, effective_date: 2020-01-01, growth_change: -0.5, source: test}\n"
    path.write_text(FILE.read_text(encoding="utf-8").replace("scenarios:\n", later), encoding="utf-8")

    def low(day: dt.date) -> Decimal:
        return next(each.growth_change for each in scenarios(day, path) if each.scenario == "low")

    assert (low(dt.date(2019, 12, 31)), low(dt.date(2020, 1, 1))) == (Decimal("-0.06"), Decimal("-0.5"))
    path.write_text(path.read_text(encoding="utf-8").replace("2020-01-01", "2002-01-01"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"pacing.yaml.*one meaning a day, found several of low from 2002-01-01"):
        scenarios(DAY, path)


def test_a_type_without_assumptions_has_none() -> None:
    assert find_in_force("HF", DAY) is None
    assert find_in_force("PE", dt.date(2001, 12, 31)) is None
    assert collection_horizons() == (7, 14, 30, 60, 90)


def test_a_stated_term_prolongs_a_life_and_never_shortens_it() -> None:
    first = np.array(["2016-03-14"] * 3, dtype="datetime64[D]")
    term = np.array(["2026-03-14", "2031-03-14", "NaT"], dtype="datetime64[D]")
    assert lives(np.array([12.0, 12.0, 12.0]), first, term).tolist() == [12, 15, 12]


@given(st.floats(0, 20), st.floats(1, 20), st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_life_ends_in_its_last_period_and_not_before(age: float, life: float, nav: float, unfunded: float) -> None:
    terms = PacingArrays.of([in_force("PE", DAY)])
    terms = PacingArrays(terms.contribution_rates, terms.bow, np.array([life]), terms.growth, terms.yield_)
    (periods,) = periods_to_end(np.array([age]), np.array([life]), QUARTERLY)
    made = forecast(
        FundStates(np.array([unfunded]), np.array([nav]), np.array([age])), terms, DAY, int(periods), QUARTERLY
    )
    assert made.nav[0, -1] == 0
    assert made.contributions[0, -1] == 0
    if nav > 1 and periods > 1:
        assert made.nav[0, -2] > 0
