"""What fees are charged on: remaining cost, fair value, participations and commitments, by hand. Source: fund-admin F-1."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from calculations.funds.fees.bases import (
    by_commitments,
    by_participation,
    invested_capital,
    lower_of_cost_and_fair_value,
)
from calculations.funds.fees.levels import Levels
from tests.calculations.fee_cases import NEW_YEAR, days, ints, level


def test_invested_capital_is_remaining_cost_less_permanent_write_downs() -> None:
    found = invested_capital(
        ints(0, 0, 0), days(NEW_YEAR, dt.date(2025, 2, 1), dt.date(2025, 3, 1)), ints(100, 0, 0), ints(0, 30, 0),
        ints(0, 0, 20),
    )  # fmt: skip
    assert found.amount.tolist() == [100, 70, 50]


def test_the_lower_of_cost_and_fair_value_is_taken_position_by_position() -> None:
    # position 0: cost 100, worth 150, then 80; position 1: cost 100, never valued; both are partner 0's
    later = dt.date(2025, 3, 1)
    cost = Levels.of_movements(ints(0, 1), days(NEW_YEAR, NEW_YEAR), ints(100, 100))
    value = Levels.of_values(ints(0, 0), days(dt.date(2025, 2, 1), later), ints(150, 80))
    found = lower_of_cost_and_fair_value(cost, value, ints(0, 0))
    assert found.at(ints(0, 0, 0), days(NEW_YEAR, dt.date(2025, 2, 1), later)).tolist() == [200, 200, 180]


def test_an_investment_is_shared_by_participation_and_sold_to_nothing() -> None:
    # the second partner is excused; 100 over 1 : 1 of the others leaves no unit behind when it is sold
    partner, day, amount = by_participation(
        ints(0, 0, 0), days(NEW_YEAR, dt.date(2025, 2, 1), dt.date(2025, 3, 1)), ints(101, -50, -51), np.array([[1, 0, 1]])
    )  # fmt: skip
    found = Levels.of_movements(partner, day, amount)
    ends = days(*[dt.date(2025, 3, 1)] * 3)
    assert found.at(np.arange(3), days(NEW_YEAR, NEW_YEAR, NEW_YEAR)).tolist() == [51, 0, 50]
    assert found.at(np.arange(3), ends).tolist() == [0, 0, 0]


def test_unfunded_plus_invested_is_the_sum_of_two_balances() -> None:
    unfunded = level((NEW_YEAR, 100), (dt.date(2025, 2, 1), -40))
    found = unfunded.plus(level((dt.date(2025, 2, 1), 35)))
    assert found.amount.tolist() == [100, 95]


def test_two_balances_of_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="partner 4: expected one balance a day, found two on 2025-01-01"):
        Levels.of_values(ints(4, 4), days(NEW_YEAR, NEW_YEAR), ints(1, 2))


def test_commitments_of_billions_are_shared_by_participations_in_millionths() -> None:
    # 10^6 x 2 x 10^13 is more than 64 bits hold; half of the second commitment is excused: 2 to 1
    held = level((NEW_YEAR, 3_00))
    billions = Levels.of_movements(ints(0, 1), days(NEW_YEAR, NEW_YEAR), ints(2 * 10**13, 2 * 10**13))
    found = by_commitments(held, billions, ints(0, 1), np.array([[10**6, 10**6 // 2]]), 2)
    assert found.at(ints(0, 1), days(NEW_YEAR, NEW_YEAR)).tolist() == [2_00, 1_00]
