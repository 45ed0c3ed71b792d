"""The funding account of commitments. Figures are those of clo-extensions 3.2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.funding import fund_draws

amounts = st.floats(0.0, 1e8)


def one(amount: float) -> np.ndarray:
    return np.array([amount])


def test_table_of_the_account() -> None:
    """Draws, unfunded and drawn balances of the table give the account, what tests count, and 500,000 released last."""
    account = one(5_500_000.0)
    rows = [
        # draw, unfunded, drawn, account, in the numerator, released
        (0.0, 6e6, 4e6, 5.5e6, 9.5e6, 0.0),
        (3e6, 3e6, 7e6, 2.5e6, 9.5e6, 0.0),
        (2e6, 1e6, 9e6, 0.5e6, 9.5e6, 0.0),
        (0.0, 0.0, 9e6, 0.0, 9.0e6, 0.5e6),
    ]
    for draw, unfunded, drawn, expected, counted, released in rows:
        found = fund_draws(account, one(draw), one(unfunded), one(0.0), one(0.0))
        assert found.account.tolist() == [expected]
        assert (drawn + found.counted).tolist() == [counted]
        assert found.released.tolist() == [released]
        account = found.account


def test_principal_pays_what_the_account_lacks_and_the_rest_is_not_drawn() -> None:
    found = fund_draws(one(10.0), one(100.0), one(0.0), one(60.0), one(0.0))
    assert (found.from_principal.tolist(), found.shortfall.tolist()) == ([60.0], [30.0])


def test_a_revolvers_repayment_refills_the_account_up_to_what_is_unfunded() -> None:
    found = fund_draws(one(10.0), one(0.0), one(50.0), one(0.0), one(100.0))
    assert (found.refilled.tolist(), found.account.tolist()) == ([40.0], [50.0])


@given(amounts, amounts, amounts, amounts, amounts)
def test_what_goes_into_the_account_is_paid_released_or_still_there(
    account: float, draw: float, unfunded: float, principal: float, refill: float
) -> None:
    found = fund_draws(one(account), one(draw), one(unfunded), one(principal), one(refill))
    paid = draw - found.from_principal - found.shortfall
    into = account + found.refilled
    assert into == pytest.approx(paid + found.released + found.account, rel=1e-12, abs=1e-6)
    for amount in (found.account, found.from_principal, found.shortfall, found.refilled, found.released):
        assert (amount >= 0.0).all()
