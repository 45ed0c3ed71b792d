"""Collections of a projected period on their way to the lists: what the principal account kept, purchased accrued interest,
hedges closed out, interest smoothed. What accounts release by their own rules is in `reserves`.
"""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.collateral import PeriodCollateral, Pools
from calculations.clo.deal.commitments import funding_account
from calculations.clo.deal.draws import DrawFunding
from calculations.clo.deal.reserves import collected_from_accounts
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail, share_name
from calculations.clo.smoothing import SmoothingAccount


class Proceeds:
    """Arrays of shape (scenarios,). `kept` is principal that stays in its account, below 0 where it is overdrawn; `owed`
    purchased accrued interest that has not come back, `moved` the part that did this period; `hedges` what closing hedges
    brought; `reserved` what tests count for commitments beside drawn par, and `drawn` what borrowers drew in the period."""

    def __init__(self, deal: Deal, detail: PoolDetail, pools: Pools, state: PeriodState, periods: int) -> None:
        self.deal, self.detail, self.pools = deal, detail, pools
        scenarios = state.scenarios
        self.kept = np.zeros(scenarios)
        self.owed = np.full(scenarios, float(deal.purchased_accrued.amount))
        self.moved = self.hedges = np.zeros(scenarios)
        self.smoothing = None if deal.smoothing is None else SmoothingAccount(scenarios, periods)
        self.reserved = self.drawn = np.zeros(scenarios)
        name = None if detail.funding is None else funding_account(deal)
        account = None if name is None else state.accounts[name]
        self.funding = None if detail.funding is None else DrawFunding(detail.funding, account, scenarios)

    def collected(
        self, i: int, held: PeriodCollateral, state: PeriodState, is_held: Flags | None
    ) -> tuple[Floats, Floats]:
        """Interest and principal of period `i`, counted from 0, after draws, and after purchased accrued interest went over
        to principal. `is_held` is where the deal's own pool is not sold yet, None for everywhere.

        Source: clo-liabilities-waterfall 1.3; clo-extensions 3.2, 3.5, 4.10.
        """
        interest, principal = held.interest, held.principal + self.kept
        if self.funding is not None:
            gained, self.reserved, self.drawn = self.funding.settle(i, is_held, state.flags["last_period"])
            principal = principal + gained
        if i == 0:
            more_interest, more_principal = collected_from_accounts(state)
            interest, principal = interest + more_interest, principal + more_principal
        moved = np.minimum(self.owed, interest)
        if self.deal.purchased_accrued.recover == "by_asset" and self.detail.accrued_recovered is not None:
            moved = np.minimum(moved, self.detail.accrued_recovered[:, i])
        self.owed = self.owed - moved
        if self.detail.accrued_written_off is not None:
            self.owed = np.maximum(self.owed - self.detail.accrued_written_off[:, i], 0.0)
        self.moved = moved
        if self.detail.close_out is not None:
            self.hedges = np.maximum(self.pools.kept(self.detail.close_out[:, i]), 0.0)
            principal = principal + self.hedges
        return interest - moved, principal + moved

    def reserve(self, i: int) -> Floats | float:
        """What tests would count for commitments at the end of period `i` if the deal went on, (scenarios,)."""
        return 0.0 if self.detail.funding is None else self.detail.funding.counted[:, i]

    def hedge_due(self, i: int) -> Floats:
        """What counterparties of hedges closed out in period `i` are owed; none are left once the pool is sold.

        Source: clo-extensions 3.5.
        """
        if self.detail.close_out is None:
            return np.zeros(self.owed.shape)
        return np.maximum(-self.pools.kept(self.detail.close_out[:, i]), 0.0)

    def smoothed(
        self, i: int, interest: Floats, state: PeriodState, releases_all: Flags, own_share: Floats | float
    ) -> Floats:
        """Interest with what the smoothing account gives back, without what it takes, which is at most what there is: what
        repaid purchased accrued interest cannot be held back too. `own_share` of par is the deal's own pool's, whose rare
        payers are known. Source: clo-extensions 3.6."""
        terms = self.deal.smoothing
        if terms is None or self.smoothing is None:
            return interest
        share = self.detail.shares[share_name(self.deal.dates.months_between_payments)][:, i] * own_share
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
