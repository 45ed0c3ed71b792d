"""What a later closing shares again of earlier calls. The arithmetic of closings is tested with the calculations."""

from __future__ import annotations

import datetime as dt

from orchestration.assets.capital_closing_inputs import Flow

FLOW = Flow("C-1", dt.date(2020, 3, 31), held={1: 90_00, 2: 45_00}, fees={1: 10_00, 2: 5_00})


def test_a_fee_made_up_for_to_the_manager_is_not_shared_between_partners() -> None:
    # fund-admin E-4
    assert FLOW.shared(with_fees=False) == {1: 90_00, 2: 45_00}


def test_where_the_true_up_is_not_the_managers_earlier_partners_get_the_fee_back_with_the_call() -> None:
    # input-contracts 3, Closings, true_up_to_manager: 90 + 10 and 45 + 5
    assert FLOW.shared(with_fees=True) == {1: 100_00, 2: 50_00}
