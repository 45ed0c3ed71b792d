"""The account that funds draws on commitments, period by period: what it pays, takes back and releases. Which loans draw,
and who gets what is released, do not belong here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from calculations.clo.columns import Floats


@dataclass(frozen=True, eq=False)
class Funding:
    """One period of the account; arrays of shape (scenarios,).

    `from_principal` is what principal proceeds pay of the draws, `shortfall` what nothing pays and so is not drawn,
    `spare` what could have paid more; `released` goes to principal proceeds. `counted` is the part of the account that
    tests count beside drawn par.
    """

    account: Floats
    from_principal: Floats
    shortfall: Floats
    spare: Floats
    refilled: Floats
    released: Floats
    counted: Floats


def fund_draws(account: Floats, draws: Floats, unfunded: Floats, principal: Floats, refill: Floats) -> Funding:
    """The account after a period; all of shape (scenarios,), at its beginning but for `unfunded`, at its end.

    Draws are paid from the account, then from principal proceeds. Repayments of revolvers, `refill`, go into it up to
    what is unfunded; what it holds above that is released. What cannot be paid stays unfunded.
    Source: clo-extensions 3.2.
    """
    paid, payable = np.minimum(draws, account), np.maximum(principal, 0.0)
    from_principal = np.minimum(draws - paid, payable)
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
        spare=left + (payable - from_principal),
        refilled=refilled,
        released=released,
        counted=np.minimum(needed, remaining),
    )


@dataclass(frozen=True, eq=False)
class FundingPath:
    """The account period by period; arrays of shape (scenarios, periods), balances at the period's end.

    `draws` are paid, `from_principal` of them by principal proceeds; `shortfall` was asked for and is not drawn, `spare`
    is what could have paid more. The path knows nothing of a sale of the pool. Source: clo-extensions 3.2.
    """

    draws: Floats
    from_principal: Floats
    refilled: Floats
    released: Floats
    counted: Floats
    shortfall: Floats
    spare: Floats

    def of_scenarios(self, rows: slice) -> FundingPath:
        """The path of some scenarios."""
        return FundingPath(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def funding_path(opening: float, draws: Floats, unfunded: Floats, principal: Floats, refills: Floats) -> FundingPath:
    """`fund_draws` over all periods: `unfunded` (scenarios, periods + 1), everything else (scenarios, periods).

    `draws` are asked for; `principal` are proceeds that may pay them. What is short in a period stays unfunded, but is
    not asked for again: the caller projects the pool anew without it.
    """
    account = np.full(draws.shape[0], opening)
    found = {item.name: np.zeros(draws.shape) for item in fields(FundingPath)}
    for i in range(draws.shape[1]):
        period = fund_draws(account, draws[:, i], unfunded[:, i + 1], principal[:, i], refills[:, i])
        account = period.account
        found["draws"][:, i] = draws[:, i] - period.shortfall
        for name in ("from_principal", "refilled", "released", "counted", "shortfall", "spare"):
            found[name][:, i] = getattr(period, name)
    return FundingPath(**found)
