"""Collections of a projected period on their way to the lists: what the principal account kept, purchased accrued interest,
hedges closed out, interest smoothed. What accounts release by their own rules is in `reserves`.
"""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.collateral import PeriodCollateral, Pools
from calculations.clo.deal.reserves import collected_from_accounts
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail, share_name
from calculations.clo.smoothing import SmoothingAccount


class Proceeds:
    """Arrays of shape (scenarios,). `kept` is principal that stays in its account, below 0 where it is overdrawn; `owed`
    purchased accrued interest that has not come back."""

    def __init__(self, deal: Deal, detail: PoolDetail, pools: Pools, scenarios: int, periods: int) -> None:
        self.deal, self.detail, self.pools = deal, detail, pools
        self.kept = np.zeros(scenarios)
        self.owed = np.full(scenarios, float(deal.purchased_accrued.amount))
        self.smoothing = None if deal.smoothing is None else SmoothingAccount(scenarios, periods)

    def collected(self, i: int, held: PeriodCollateral, state: PeriodState) -> tuple[Floats, Floats]:
        """Interest and principal of period `i`, counted from 0, after purchased accrued interest went over to principal.

        Source: clo-liabilities-waterfall 1.3; clo-extensions 3.5, 4.10.
        """
        interest, principal = held.interest, held.principal + self.kept
        if i == 0:
            more_interest, more_principal = collected_from_accounts(state)
            interest, principal = interest + more_interest, principal + more_principal
        moved = np.minimum(self.owed, interest)
        if self.deal.purchased_accrued.recover == "by_asset" and self.detail.accrued_recovered is not None:
            moved = np.minimum(moved, self.detail.accrued_recovered[:, i])
        self.owed = self.owed - moved
        if self.detail.accrued_written_off is not None:
            self.owed = np.maximum(self.owed - self.detail.accrued_written_off[:, i], 0.0)
        if self.detail.close_out is not None:
            principal = principal + np.maximum(self.pools.kept(self.detail.close_out[:, i]), 0.0)
        return interest - moved, principal + moved

    def hedge_due(self, i: int) -> Floats:
        """What counterparties of hedges closed out in period `i` are owed; none are left once the pool is sold.

        Source: clo-extensions 3.5.
        """
        if self.detail.close_out is None:
            return np.zeros(self.owed.shape)
        return np.maximum(-self.pools.kept(self.detail.close_out[:, i]), 0.0)

    def smoothed(self, i: int, interest: Floats, state: PeriodState, releases_all: Flags) -> Floats:
        """Interest with what the smoothing account gives back, without what it takes, which is at most what there is: what
        repaid purchased accrued interest cannot be held back too. Source: clo-extensions 3.6."""
        terms = self.deal.smoothing
        if terms is None or self.smoothing is None:
            return interest
        share = self.detail.shares[share_name(self.deal.dates.months_between_payments)][:, i]
        is_on = share > float(terms.above)
        left, received = interest, {}
        for spans, flow in self.detail.rare_interest.items():
            received[spans] = np.minimum(np.where(is_on, flow[:, i], 0.0), left)
            left = left - received[spans]
        into, out = self.smoothing.settle(i + 1, received, releases_all)
        account = state.accounts[terms.account]
        if i == 0:  # nobody says when what it opens with is due
            out = out + account.interest
        account.interest = account.interest + into - out
        account.paid_in, account.paid_out = account.paid_in + into, account.paid_out + out
        return interest - into + out
