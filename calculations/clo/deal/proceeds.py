"""Collections of a projected period on their way to the lists: what the principal account kept, purchased accrued interest,
hedges closed out, interest smoothed. What accounts release by their own rules is in `reserves`.
"""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.collateral import PeriodCollateral
from calculations.clo.deal.reserves import collected_from_accounts
from calculations.clo.deal.state import PeriodState
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail, share_name
from calculations.clo.smoothing import SmoothingAccount


class Proceeds:
    """Arrays of shape (scenarios,). `kept` is principal that stays in its account, below 0 where it is overdrawn; `owed`
    purchased accrued interest that has not come back, `moved` the part that did this period, `hedges` what closing hedges
    brought."""

    def __init__(self, deal: Deal, detail: PoolDetail, scenarios: int, periods: int) -> None:
        self.deal, self.detail = deal, detail
        self.kept = np.zeros(scenarios)
        self.owed = np.full(scenarios, float(deal.purchased_accrued.amount))
        self.moved = self.hedges = np.zeros(scenarios)
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
        self.moved = moved
        if self.detail.close_out is not None:
            self.hedges = np.maximum(self.detail.close_out[:, i], 0.0)
            principal = principal + self.hedges
        return interest - moved, principal + moved

    def hedge_due(self, i: int) -> Floats:
        """What counterparties of hedges closed out in period `i` are owed. Source: clo-extensions 3.5."""
        if self.detail.close_out is None:
            return np.zeros(self.owed.shape)
        return np.maximum(-self.detail.close_out[:, i], 0.0)

    def smoothed(self, i: int, interest: Floats, state: PeriodState, releases_all: Flags) -> Floats:
        """Interest with what the smoothing account gives back, without what it takes. Source: clo-extensions 3.6."""
        terms = self.deal.smoothing
        if terms is None or self.smoothing is None:
            return interest
        share = self.detail.shares[share_name(self.deal.dates.months_between_payments)][:, i]
        is_on = share > float(terms.above)
        received = {spans: np.where(is_on, flow[:, i], 0.0) for spans, flow in self.detail.rare_interest.items()}
        into, out = self.smoothing.settle(i + 1, received, releases_all)
        account = state.accounts[terms.account]
        if i == 0:  # nobody says when what it opens with is due
            out = out + account.interest
        account.interest = account.interest + into - out
        account.paid_in, account.paid_out = account.paid_in + into, account.paid_out + out
        return interest - into + out
