"""Draws on the commitments of a pool as far as they can be paid, one scenario in plain Python. What a draw does to its loan
is in `collateral`, one period of the account in `accounts`.

Source: clo-extensions 3.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from calculations.clo.collateral import AssetTerms
from calculations.clo.scenarios import Scenario
from tests.reference.accounts import fund
from tests.reference.collateral import Projection
from tests.reference.collateral_roll_up import Period, roll_up, share_paid_by_date
from tests.reference.collateral_schedule import Quirks

HALF_CENT = 0.005  # what is short by no more is paid


class Commitments:
    """The pool's loans and the account that pays their draws; `opening` None where there is no account."""

    def __init__(
        self,
        assets: Sequence[AssetTerms],
        scenario: Scenario,
        analysis: dt.date,
        begin: dt.date,
        ends: list[dt.date],
        quirks: Quirks,
        opening: float | None,
    ) -> None:
        self.scenario, self.analysis, self.begin, self.ends = scenario, analysis, begin, ends
        self.quirks, self.opening = quirks, opening
        self.drawing = [asset for asset in assets if asset.draws]
        every = [1.0] * len(ends)
        self.others = [self.periods(asset, every) for asset in assets if not asset.draws]

    def periods(self, asset: AssetTerms, shares: list[float]) -> list[Period]:
        share_paid = share_paid_by_date(shares, self.begin, self.ends)
        plain = Projection(
            asset, self.scenario.assumptions, self.analysis, self.scenario.curve, self.quirks, share_paid
        )
        return roll_up(plain, plain.run(), self.begin, self.ends, self.quirks)

    def path(self, shares: list[float]) -> list[dict[str, float]]:
        """The account by period where `shares` of the draws are made; `left` is what could pay more, below zero what is
        short."""
        pool = [*self.others, *(self.periods(asset, shares) for asset in self.drawing)]
        account, found = self.opening or 0.0, []
        for i in range(len(self.ends)):
            here = [periods[i] for periods in pool]
            refills = sum(period.refills for period in here)
            received = sum(period.scheduled + period.unscheduled + period.recoveries for period in here)
            # What a revolver repays may be drawn again, and no draw is paid by what it repays itself.
            principal = received - refills - sum(period.redrawn for period in here)
            draws, unfunded = sum(period.draws for period in here), sum(periods[i + 1].unfunded for periods in pool)
            funded = fund(account, draws, unfunded, principal, 0.0 if self.opening is None else refills)
            left = account + max(principal, 0.0) - draws
            account = funded["account"]
            not_drawn = sum(period.not_drawn for period in here)
            found.append({**funded, "draws": draws, "not_drawn": not_drawn, "left": left})
        return found

    def settled(self) -> list[dict[str, float]]:
        """The account where of each period's draws the largest share is made that can be paid, the same for all loans."""
        shares = [1.0] * len(self.ends)
        for i in range(len(shares)):
            if self.excess(shares, i)(1.0) > HALF_CENT:
                shares[i] = root(self.excess(shares, i))
        return self.path(shares)

    def excess(self, shares: list[float], i: int) -> Callable[[float], float]:
        """Draws of a period above what pays them, by the share that is made; below zero by what is left."""

        def of(share: float) -> float:
            return -self.path([*shares[:i], share, *shares[i + 1 :]])[i]["left"]

        return of


def root(rising: Callable[[float], float]) -> float:
    """Where in 0 to 1 a function that rises through zero is zero: false position, whose end that stays counts half."""
    low, high = (0.0, rising(0.0)), (1.0, rising(1.0))
    while low[1] < 0.0:
        share = low[0] - low[1] * (high[0] - low[0]) / (high[1] - low[1])
        value = rising(share)
        if abs(value) < 1e-6 or high[0] - low[0] < 1e-15:
            return share
        low, high = ((share, value), (high[0], high[1] / 2)) if value < 0 else ((low[0], low[1] / 2), (share, value))
    return 0.0
