"""Calls that repaid draws, partner by draw. Source: fund-admin 3.4, M-3."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.performance.called_repayments import LegPortions, Paydowns, called_repayments


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_each_partner_repays_its_part_of_every_draw_of_the_call() -> None:
    """Two partners call 60 and 40 for draws of 50 and 50: 30 and 30, 20 and 20."""
    found = called_repayments(
        LegPortions(ints(4, 5, 9), ints(1, 1, 2), ints(60, 40, 7), ints(3, 2, 1)),
        Paydowns(ints(1, 1), ints(0, 1), ints(50, 50)),
    )
    assert found.leg.tolist() == [4, 4, 5, 5]
    assert found.draw.tolist() == [0, 1, 0, 1]
    assert found.principal.tolist() == [30, 30, 20, 20]
    assert found.costs.tolist() == [3, 0, 2, 0]


amounts = st.lists(st.integers(1, 10**14), min_size=1, max_size=6)


@given(amounts, amounts)
def test_what_partners_called_is_what_draws_were_repaid(legs: list[int], draws: list[int]) -> None:
    """Both sides are made to sum to the same total."""
    gap = sum(legs) - sum(draws)
    draws = [*draws, gap] if gap > 0 else draws
    legs = [*legs, -gap] if gap < 0 else legs
    found = called_repayments(
        LegPortions(
            np.arange(len(legs)), np.zeros(len(legs), dtype=np.int64), ints(*legs), np.zeros(len(legs), dtype=np.int64)
        ),
        Paydowns(np.zeros(len(draws), dtype=np.int64), np.arange(len(draws)), ints(*draws)),
    )
    by_leg, by_draw = np.zeros(len(legs), dtype=np.int64), np.zeros(len(draws), dtype=np.int64)
    np.add.at(by_leg, found.leg, found.principal)
    np.add.at(by_draw, found.draw, found.principal)
    assert by_leg.tolist() == legs
    assert by_draw.tolist() == draws
