"""Expected collections: Buehlmann's credibility over empirical distributions. Expected values by hand or counted plainly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.pacing.payment_behaviour import NEVER, OpenCalls, PaymentHistory, expected_collections, late_by


def history(*rows: tuple[int, int, int]) -> PaymentHistory:
    payer, fund, late = zip(*rows, strict=True)
    return PaymentHistory(np.array(payer), np.array(fund), np.array(late))


def one_call(payer: int, fund: int, late: int, outstanding: float = 100.0) -> OpenCalls:
    return OpenCalls(np.array([payer]), np.array([fund]), np.array([outstanding]), np.array([late]))


# Payer 1 paid on time and 10 days late; payer 2, in the same fund, 20 days late and once never.
PAST = history((1, 7, 0), (1, 7, 10), (2, 7, 20), (2, 7, NEVER))


def test_an_own_history_is_shrunk_to_the_funds() -> None:
    # of its own 1/2 and 2/2 by days 0 and 10; of the fund 1/4 and 2/4; with n 2 and K 2 both count half
    found = late_by(PAST, np.array([1]), np.array([7]), np.array([[0, 10, 20]]), 2.0)
    assert found[0] == pytest.approx([(0.5 + 0.25) / 2, (1 + 0.5) / 2, (1 + 0.75) / 2])


def test_a_new_payer_is_taken_as_its_fund_and_a_new_fund_as_its_payer() -> None:
    days = np.array([[10]])
    assert late_by(PAST, np.array([9]), np.array([7]), days, 2.0)[0, 0] == pytest.approx(0.5)
    assert late_by(PAST, np.array([1]), np.array([9]), days, 2.0)[0, 0] == pytest.approx(1.0)
    assert np.isnan(late_by(PAST, np.array([9]), np.array([9]), days, 2.0)[0, 0])


def test_what_is_still_open_is_expected_given_that_it_was_not_paid_so_far() -> None:
    # a new payer of fund 7, 5 days late: 1/4 paid by then, 2/4 by day 15, so (2/4 - 1/4) / (3/4) of 100
    found = expected_collections(PAST, one_call(9, 7, 5), np.array([0, 10, 1000]), 2.0)
    assert found[0] == pytest.approx([0, 100 / 3, 200 / 3])  # the default never comes in


def test_a_call_that_is_not_due_yet_is_expected_after_its_due_date() -> None:
    found = expected_collections(PAST, one_call(9, 7, -5), np.array([4, 5]), 2.0)
    assert found[0] == pytest.approx([0, 25])


def test_later_than_everybody_ever_was_is_unknown() -> None:
    on_time = history((1, 7, 0))
    assert np.isnan(expected_collections(on_time, one_call(1, 7, 3), np.array([30]), 2.0)).all()
    with pytest.raises(ValueError, match="horizons must be >= 0"):
        expected_collections(on_time, one_call(1, 7, 3), np.array([-1]), 2.0)


rows = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(-5, 40)), min_size=1, max_size=30)


@given(rows, st.integers(0, 3), st.integers(0, 2), st.integers(-10, 50), st.floats(0.5, 20))
def test_the_share_paid_by_a_day_agrees_with_counting(
    past: list[tuple[int, int, int]], payer: int, fund: int, day: int, k: float
) -> None:
    def share(place: int, number: int) -> tuple[float, int]:
        late = [row[2] for row in past if row[place] == number]
        return (sum(d <= day for d in late) / len(late) if late else 0.0), len(late)

    (own, count), (of_fund, of_fund_count) = share(0, payer), share(1, fund)
    found = late_by(history(*past), np.array([payer]), np.array([fund]), np.array([[day]]), k)[0, 0]
    if count + of_fund_count == 0:
        assert np.isnan(found)
    else:
        z = count / (count + k) if of_fund_count else 1.0
        assert found == pytest.approx(z * own + (1 - z) * of_fund)


@given(rows, st.integers(-5, 40))
def test_expected_collections_never_fall_with_the_horizon_nor_exceed_what_is_outstanding(
    past: list[tuple[int, int, int]], late: int
) -> None:
    found = expected_collections(history(*past), one_call(0, 0, late), np.array([0, 1, 7, 30, 365]), 8.0)[0]
    known = found[~np.isnan(found)]
    assert (np.diff(known) >= -1e-9).all()
    assert ((known >= 0) & (known <= 100 + 1e-9)).all()
