"""Who pays a clawback and who gets it: escrow, the members of the GP, the LPs. What is due is found in `clawback`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall.carry_terms import Guarantee
from calculations.funds.waterfall.clawback import share_among_lps, share_among_members


@dataclass(frozen=True)
class ClawbackShares:
    """In minor units: `from_escrow` + `by_member` (members,) = `to_lps` (partners,); `uncovered` nobody pays."""

    from_escrow: int
    by_member: Ints
    to_lps: Ints
    uncovered: int


def share_clawback(
    due: Ints, escrow: Ints, member_shares: Ints, guarantee: Guarantee, able: Ints | None = None
) -> ClawbackShares:
    """The shares of a clawback of `due` (partners,) minor units of which each partner's `escrow` pays what it can.

    Members of the GP pay the rest by their shares of carry, at most `able` (members,) where that is known, as their
    guarantee says; LPs have what comes in, in proportion to what they were short. Source: fund-admin 2.6.
    """
    from_escrow = int(np.minimum(escrow, due).sum())
    total = int(due.sum())
    by_member = share_among_members(total - from_escrow, member_shares, guarantee, able)
    paid = from_escrow + int(by_member.sum())
    return ClawbackShares(from_escrow, by_member, share_among_lps(paid, due), total - paid)
