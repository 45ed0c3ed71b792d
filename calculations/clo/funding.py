"""The account that funds draws on commitments, period by period: what it pays, takes back and releases. Which loans draw,
and who gets what is released, do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats


@dataclass(frozen=True, eq=False)
class Funding:
    """One period of the account; arrays of shape (scenarios,).

    `from_principal` is what principal proceeds pay of the draws, `shortfall` what nothing pays and so is not drawn;
    `released` goes to principal proceeds. `counted` is the part of the account that tests count beside drawn par.
    """

    account: Floats
    from_principal: Floats
    shortfall: Floats
    refilled: Floats
    released: Floats
    counted: Floats


def fund_draws(account: Floats, draws: Floats, unfunded: Floats, principal: Floats, refill: Floats) -> Funding:
    """The account after a period; all of shape (scenarios,), at its beginning but for `unfunded`, at its end.

    Draws are paid from the account, then from principal proceeds. Repayments of revolvers, `refill`, go into it up to
    what is unfunded; what it holds above that is released. What cannot be paid stays unfunded.
    Source: clo-extensions 3.2.
    """
    paid = np.minimum(draws, account)
    from_principal = np.minimum(draws - paid, np.maximum(principal, 0.0))
    shortfall = draws - paid - from_principal
    left, needed = account - paid, unfunded + shortfall
    refilled = np.minimum(refill, np.maximum(needed - left, 0.0))
    held = left + refilled
    released = np.maximum(held - needed, 0.0)
    remaining = held - released
    return Funding(
        account=remaining,
        from_principal=from_principal,
        shortfall=shortfall,
        refilled=refilled,
        released=released,
        counted=np.minimum(needed, remaining),
    )
