"""Draws on commitments as far as they can be paid, and the account that pays them. What a draw does to a loan is in
`collateral`; what the deal does with the cash, in `loop`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from calculations.clo.columns import Floats, Ints
from calculations.clo.deal.pool_parts import Part, PoolParts
from calculations.clo.deal.terms import Deal
from calculations.clo.funding import FundingPath, funding_path

FUNDING = 4
EXACT = 0.005  # half a cent: what is short by less is paid
MOST_PASSES = 1_000  # a few for each period with a draw that is short
NARROWEST = 1e-14  # shares nearer to each other than this are one


@dataclass(frozen=True, eq=False)
class FundedPool:
    """A pool whose draws are paid. `path` is None where nothing can be drawn; `funded` (scenarios, periods) the share of
    draws that is paid, None where all are."""

    part: Part
    path: FundingPath | None
    funded: Floats | None


def funding_account(deal: Deal) -> str | None:
    """The account that pays draws; None without one. Raises ValueError where there are several."""
    names = sorted(name for name, terms in deal.accounts.items() if terms.type == FUNDING)
    if len(names) > 1:
        raise ValueError(f"{deal.file}: expected one account of type {FUNDING} to pay draws, found {', '.join(names)}")
    return names[0] if names else None


def funded(deal: Deal, parts: PoolParts) -> FundedPool:
    """The whole pool with draws as far as the funding account, then principal of the deal's own pool pays them.

    Principal of a period is taken without what revolvers repay, which refills the account, and without what a draw
    repays in the row that draws it, and without repaid capitalised interest that is interest of the deal. A draw that is
    short is not made, and changes what the loan pays from then on: the drawn loans are projected again with a smaller
    share of the first draws that are short in a scenario, until all that can be paid is drawn, and no more.
    Source: clo-extensions 3.2.
    """
    assets = parts.pool.assets
    drawing = [asset for asset in assets if asset.draws is not None]
    part = parts.of(assets)
    if not drawing:
        return FundedPool(part, None, None)
    name = funding_account(deal)
    opening = 0.0 if name is None else float(deal.accounts[name].principal)
    path = _path(deal, part, opening)
    if not (path.shortfall > EXACT).any():
        return FundedPool(part, _paid(part, path), None)
    others = parts.of([asset for asset in assets if asset.draws is None])
    search = _Search(path.shortfall.shape)
    for _ in range(MOST_PASSES):
        asked = part.features.draws + part.features.not_drawn
        if not search.narrows(path, (part.features.draws - path.shortfall) / np.where(asked > 0.0, asked, 1.0)):
            return FundedPool(part, _paid(part, path), search.share)
        part = parts.joined([others, parts.of(drawing, search.share)], assets)
        path = _path(deal, part, opening)
    raise ValueError(f"{deal.file}: draws must settle within {MOST_PASSES} passes, found {path.shortfall.max()} short")


class _Search:
    """The largest share of a period's draws that can be paid, period after period; arrays (scenarios, periods).

    What is short rises with the share, but not in a straight line: what pays a draw may be a repayment that grows with
    it, or one that it leaves out. `low` and `high` are the shares next to the one sought, 0 and 1 at first, with what
    was short of each (below zero what was spare; NaN where it was not tried).
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.share = np.ones(shape)
        self.low, self.spare = np.zeros(shape), np.full(shape, np.nan)
        self.high, self.short = np.ones(shape), np.full(shape, np.nan)
        self.was_high = np.ones(shape, dtype=np.bool_)

    def narrows(self, path: FundingPath, payable: Floats) -> bool:
        """Try another share of the first period of each scenario that is not settled; False where all are.

        `payable` is the share of what is asked for that was paid.
        """
        is_short = path.shortfall > EXACT
        has_spare = (self.share < 1.0) & (path.spare > EXACT) & (self.high - self.low > NARROWEST)
        is_open = is_short | has_spare
        rows = np.flatnonzero(is_open.any(axis=1))
        if not rows.size:
            return False
        where = rows, np.argmax(is_open[rows], axis=1)
        self.share[where] = self._next(where, path.shortfall[where] - path.spare[where], payable[where])
        return True

    def _next(self, where: tuple[Ints, Ints], lacks: Floats, payable: Floats) -> Floats:
        """A share between the two known ones: false position, whose end that stays twice counts half (Illinois)."""
        here, is_high = self.share[where], lacks > 0.0
        before, spare, high, short = self.low[where], self.spare[where], self.high[where], self.short[where]
        # the line through the last two tries from above, while nothing was tried below
        slope = np.divide(short - lacks, high - here, out=np.zeros(here.shape), where=is_high & (high > here))
        line = here - np.divide(lacks, slope, out=np.zeros(here.shape), where=slope > 0.0)
        above = np.clip(np.where(slope > 0.0, line, payable), 0.0, payable)
        is_between = ~np.isnan(spare) | ~is_high
        stays = np.where(self.was_high[where] == is_high, 0.5, 1.0)
        low, less = np.where(is_high, before, here), np.where(is_high, spare * stays, lacks)
        top, more = np.where(is_high, here, high), np.where(is_high, lacks, short * stays)
        self.was_high[where] = is_high
        self.low[where], self.spare[where], self.high[where], self.short[where] = low, less, top, more
        between = low - less * np.divide(top - low, more - less, out=np.zeros(here.shape), where=is_between)
        chosen = np.where(is_between, between, above)
        return np.where(top - low > NARROWEST, chosen, low)


def _path(deal: Deal, part: Part, opening: float) -> FundingPath:
    flows, features = part.flows, part.features
    principal = flows.principal
    if deal.pik.repaid_as == "interest":
        principal = principal - features.pik_scheduled - features.pik_unscheduled
    repaid = np.minimum(features.refills, principal)
    refills = np.zeros(repaid.shape) if funding_account(deal) is None else repaid
    principal = principal - repaid - features.redrawn
    return funding_path(opening, features.draws, features.unfunded, principal, refills)


def _paid(part: Part, path: FundingPath) -> FundingPath:
    """The path of the draws that the pool was projected with, so that not a fraction of a cent is lost."""
    return replace(
        path,
        draws=part.features.draws,
        from_principal=path.from_principal + path.shortfall,
        shortfall=part.features.not_drawn,
    )
