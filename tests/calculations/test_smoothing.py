"""Interest of rare payers spread over a deal's periods. Figures are those of clo-extensions 3.6."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.smoothing import SmoothingAccount, is_smoothed, payers_by_periods
from tests.calculations.collateral_cases import FIXED

NOBODY = np.array([False])


def test_table_of_the_account() -> None:
    """705,000 a period from quarterly and monthly payers; 600,000 semi-annual in 1 and 3; 330,000 annual in 2."""
    account = SmoothingAccount(scenarios=1, periods=8)
    semi_annual, annual = {1: 600_000.0, 3: 600_000.0}, {2: 330_000.0}
    rows = []
    for period in range(1, 6):
        rare = {2: np.array([semi_annual.get(period, 0.0)]), 4: np.array([annual.get(period, 0.0)])}
        received = 705_000.0 + sum(float(amount[0]) for amount in rare.values())
        into, out = account.settle(period, rare, NOBODY)
        rows.append((received, into[0], out[0], received - into[0] + out[0], account.balance[0]))
    expected = [
        (1_305_000.0, 300_000.0, 0.0, 1_005_000.0, 300_000.0),
        (1_035_000.0, 247_500.0, 300_000.0, 1_087_500.0, 247_500.0),
        (1_305_000.0, 300_000.0, 82_500.0, 1_087_500.0, 465_000.0),
        (705_000.0, 0.0, 382_500.0, 1_087_500.0, 82_500.0),
        (705_000.0, 0.0, 82_500.0, 787_500.0, 0.0),
    ]
    assert [list(row) for row in rows] == [pytest.approx(list(row)) for row in expected]


def test_all_is_released_where_it_is_asked_for() -> None:
    account = SmoothingAccount(scenarios=2, periods=8)
    account.settle(1, {4: np.array([400.0, 400.0])}, np.array([False, False]))
    into, out = account.settle(2, {4: np.array([100.0, 100.0])}, np.array([True, False]))
    assert (into.tolist(), out.tolist()) == ([0.0, 75.0], [300.0, 100.0])
    assert account.balance.tolist() == [0.0, 275.0]


@given(st.lists(st.tuples(st.sampled_from([2, 3, 4]), st.floats(0.0, 1e7)), min_size=1, max_size=12))
def test_what_is_held_is_released_by_the_last_period(flows: list[tuple[int, float]]) -> None:
    account = SmoothingAccount(scenarios=1, periods=len(flows))
    settled = [
        account.settle(period, {spans: np.array([amount])}, NOBODY)
        for period, (spans, amount) in enumerate(flows, start=1)
    ]
    held, released = (sum(float(pair[side][0]) for pair in settled) for side in (0, 1))
    assert released == pytest.approx(held, rel=1e-12, abs=1e-6)
    assert account.balance.tolist() == [0.0]


def test_payers_are_grouped_by_the_deal_periods_they_span() -> None:
    pool = [replace(FIXED, asset_id=str(n), payments_per_year=n, par=float(n)) for n in (1, 2, 4, 12)]
    groups = payers_by_periods(pool, deal_months=3)
    assert {spans: [asset.asset_id for asset in group] for spans, group in groups.items()} == {
        1: ["4", "12"],
        2: ["2"],
        4: ["1"],
    }
    # 3 of 19 of par pay less often than quarterly
    assert is_smoothed(pool, 3, above=0.15)
    assert not is_smoothed(pool, 3, above=0.16)
