"""Who pays a clawback and who gets it. Source: fund-admin 2.6."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from calculations.funds.waterfall.carry_terms import Guarantee
from calculations.funds.waterfall.clawback_shares import share_clawback
from tests.calculations.waterfall_cases import units


def test_escrow_pays_before_members_do() -> None:
    # 100 and 50 are due, escrow of 120 and 10 covers 100 and 10; of the other 40 three quarters are the first member's
    made = share_clawback(units(100, 50), units(120, 10), units(3, 1), Guarantee.SEVERAL)
    assert (made.from_escrow, made.by_member.tolist(), made.to_lps.tolist()) == (110, [30, 10], [100, 50])
    assert made.uncovered == 0


def test_what_a_member_cannot_pay_the_others_owe_only_under_a_joint_guarantee() -> None:
    # 100 are due, half of each member, but the second has only 20: LPs get 70 by what they were short, or all
    several = share_clawback(units(75, 25), units(0, 0), units(1, 1), Guarantee.SEVERAL, units(100, 20))
    assert (several.by_member.tolist(), several.to_lps.tolist(), several.uncovered) == ([50, 20], [53, 17], 30)
    joint = share_clawback(units(75, 25), units(0, 0), units(1, 1), Guarantee.JOINT_AND_SEVERAL, units(100, 20))
    assert (joint.by_member.tolist(), joint.to_lps.tolist(), joint.uncovered) == ([80, 20], [75, 25], 0)


@given(
    st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(1, 10**12), st.integers(0, 10**12)), min_size=1, max_size=4),
    st.sampled_from(Guarantee),
)
def test_what_is_paid_is_received_and_nobody_pays_beyond_its_means(
    partners: list[tuple[int, int]], members: list[tuple[int, int]], guarantee: Guarantee
) -> None:
    due, escrow = (units(*amounts) for amounts in zip(*partners, strict=True))
    if not due.any():
        return
    shares, able = (units(*amounts) for amounts in zip(*members, strict=True))
    made = share_clawback(due, escrow, shares, guarantee, able)
    assert made.from_escrow + made.by_member.sum() == made.to_lps.sum() == due.sum() - made.uncovered
    assert (made.by_member <= able).all()
    assert (made.to_lps <= due).all()
    assert made.from_escrow <= np.minimum(due, escrow).sum()
