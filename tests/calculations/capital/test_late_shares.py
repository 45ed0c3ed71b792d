"""Late interest of many notices shared out at once. Expected shares are worked by hand from CC-7 and M-3."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.capital.late_shares import FUND, share_interest

# two calls: notices 0 to 2 and 3 to 4, with what each brought in when the call was due
CALL = np.array([0, 0, 0, 1, 1])
FUNDED = np.array([0, 300, 100, 500, 0])


def shared(amounts: list[int], payers: list[int], to_partners: list[bool]) -> list[tuple[int, int, int]]:
    found = share_interest(np.array(amounts), np.array(payers), np.array(to_partners), CALL, FUNDED)
    return list(zip(found.interest.tolist(), found.receiver.tolist(), found.amount.tolist(), strict=True))


def test_those_who_funded_the_call_share_the_interest_by_what_they_funded() -> None:
    assert shared([10], [0], [True]) == [(0, 1, 8), (0, 2, 2)]  # 7.5 and 2.5: a tie goes to the earlier


def test_a_late_partner_has_nothing_of_its_own_interest() -> None:
    assert shared([10], [1], [True]) == [(0, 2, 10)]


def test_interest_goes_to_the_fund_by_its_terms_or_where_nobody_else_funded() -> None:
    assert shared([10, 7], [0, 3], [False, True]) == [(0, FUND, 10), (1, FUND, 7)]


def test_each_call_has_its_own_receivers() -> None:
    assert shared([8, 9], [0, 4], [True, True]) == [(0, 1, 6), (0, 2, 2), (1, 3, 9)]


def test_notices_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="in order of the calls"):
        share_interest(np.array([1]), np.array([0]), np.array([True]), np.array([1, 0]), np.array([1, 1]))


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 4), st.booleans()), min_size=1, max_size=8),
    st.lists(st.integers(0, 10**9), min_size=5, max_size=5),
)
def test_shares_are_the_whole_of_each_interest(interests: list[tuple[int, int, bool]], funded: list[int]) -> None:
    amounts, payers, to_partners = (np.array(column) for column in zip(*interests, strict=True))
    found = share_interest(amounts, payers, to_partners, CALL, np.array(funded))
    sums = np.zeros(amounts.size, dtype=np.int64)
    np.add.at(sums, found.interest, found.amount)
    assert sums.tolist() == amounts.tolist()
    assert (found.amount > 0).all()
