"""What a projected period takes from the funding account and from principal for draws, and gives back. Which draws can be
paid is known before it, from `commitments`.
"""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Flags, Floats
from calculations.clo.deal.state import AccountLedger
from calculations.clo.funding import FundingPath


class DrawFunding:
    """The funding account of a group of scenarios; arrays of shape (scenarios,). Without an account principal pays all."""

    def __init__(self, path: FundingPath, account: AccountLedger | None, scenarios: int) -> None:
        self.path, self.account = path, account
        self.is_open = np.ones(scenarios, dtype=np.bool_)

    def settle(self, i: int, held: Flags | None, ends: Flags | bool) -> tuple[Floats, Floats, Floats]:
        """What principal proceeds of period `i` gain, what tests count beside drawn par, and what is drawn.

        Where the deal `ends`, the account is released for good; a pool that is not `held` any more draws nothing.
        Source: clo-extensions 3.2.
        """
        path = self.path
        holds = np.ones(self.is_open.shape) if held is None else held.astype(np.float64)
        draws, from_principal = path.draws[:, i] * holds, path.from_principal[:, i] * holds
        if self.account is None:
            return -from_principal, np.zeros(draws.shape), draws
        is_open = self.is_open.astype(np.float64)
        # what another rule of the deal took out of the account is paid by principal
        paid = np.minimum((draws - from_principal) * is_open, self.account.principal)
        refilled = path.refilled[:, i] * holds * is_open
        left = self.account.principal + refilled - paid
        released = np.where(ends, left, np.minimum(path.released[:, i] * holds * is_open, left))
        counted = np.where(ends, 0.0, np.minimum(path.counted[:, i] * holds * is_open, left - released))
        self.account.principal = left - released
        self.account.paid_in = self.account.paid_in + refilled
        self.account.paid_out = self.account.paid_out + paid + released
        self.is_open = self.is_open & ~np.broadcast_to(np.asarray(ends, dtype=np.bool_), self.is_open.shape)
        return released - refilled - (draws - paid), counted, draws
