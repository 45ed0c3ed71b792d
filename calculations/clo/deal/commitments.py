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
MOST_PASSES = 1_000  # one for each period with a draw that is short, and a few for loans that pay within a period


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
    repays in the row that draws it, and without repaid capitalised interest that is interest of the deal. A draw that is short is not made, and changes what the loan pays from then on: the
    drawn loans are projected again without the first draw that is short in a scenario, until none is.
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
    share, tried = np.ones(path.shortfall.shape), _Tried.none(path.shortfall.shape)
    for _ in range(MOST_PASSES):
        is_short = path.shortfall > EXACT
        rows = np.flatnonzero(is_short.any(axis=1))
        if not rows.size:
            return FundedPool(part, _paid(part, path), share)
        first = np.argmax(is_short[rows], axis=1)
        asked = (part.features.draws + part.features.not_drawn)[rows, first]
        paid = (part.features.draws - path.shortfall)[rows, first]
        guess = np.clip(paid / asked, 0.0, 1.0)
        share[rows, first] = tried.better(guess, (rows, first), share, path.shortfall)
        part = parts.joined([others, parts.of(drawing, share)], assets)
        path = _path(deal, part, opening)
    raise ValueError(f"{deal.file}: draws must settle within {MOST_PASSES} passes, found {path.shortfall.max()} short")


@dataclass(frozen=True, eq=False)
class _Tried:
    """Shares tried last and what was short of them, both (scenarios, periods), NaN before the first."""

    share: Floats
    short: Floats

    @classmethod
    def none(cls, shape: tuple[int, ...]) -> _Tried:
        return cls(np.full(shape, np.nan), np.full(shape, np.nan))

    def better(self, guess: Floats, where: tuple[Ints, Ints], share: Floats, short: Floats) -> Floats:
        """The share at which nothing is short on the line through the last two, where that is below the guess.

        A draw that a later row of its period repays counts among what pays it: as the draw shrinks so does that, and
        guess by guess what is short would only halve, or less.
        """
        here, lacks = share[where], short[where]
        less = self.short[where] - lacks
        nothing = here - lacks * np.divide(self.share[where] - here, less, out=np.zeros(less.shape), where=less > 0)
        self.share[where], self.short[where] = here, lacks
        return np.where(less > 0, np.clip(nothing, 0.0, guess), guess)


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
