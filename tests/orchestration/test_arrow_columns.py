"""Arrays as stored columns: exact money, ratios with twelve decimals, NULL beside a reason. Source: input-contracts 2.1."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from orchestration.assets.arrow_columns import money_column, ratio_column


@given(st.lists(st.tuples(st.integers(-(10**14), 10**14), st.sampled_from([1, 100, 1000])), max_size=20))
def test_money_is_stored_exactly_in_every_currency(rows: list[tuple[int, int]]) -> None:
    units = np.array([unit for unit, _ in rows], dtype=np.int64)
    scale = np.array([each for _, each in rows], dtype=np.int64)
    assert money_column(units, scale).to_pylist() == [Decimal(unit) / each for unit, each in rows]


def test_money_beside_a_reason_is_null() -> None:
    found = money_column(np.array([5, 0]), np.array([100, 100]), np.array([None, "FX_MISSING"], dtype=object))
    assert found.to_pylist() == [Decimal("0.05"), None]


@given(st.lists(st.none() | st.floats(-1e10, 1e10), max_size=20))
def test_ratios_have_twelve_decimals_and_nan_is_null(values: list[float | None]) -> None:
    found = ratio_column(
        np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    ).to_pylist()
    for value, stored in zip(values, found, strict=True):
        if value is None:
            assert stored is None
        else:
            assert abs(stored - Decimal(value)) <= max(Decimal("0.6e-12"), abs(Decimal(value)) * Decimal("3e-16"))
