"""Rebalancing step by step: sell the worst, then buy the best that breaks no test. The programme that looks at all trades
at once is elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Ints
from calculations.clo.trading.baskets import Fill, Order, Position, each_alone, fill
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filters import Filter
from calculations.clo.trading.hypothetical import outcomes
from calculations.clo.trading.proposal import Proposal, Step
from calculations.clo.trading.ranking import candidates, rank_by_score

NAME_LIMIT = 0.05  # of the par to buy that may go into one asset (clo-compliance 5.6)
LEAST_CASH = 0.01  # less is what rounding leaves
_DUST = 1e-12


@dataclass(frozen=True)
class RebalancingTerms:
    """What to sell and buy, in par; `increment` is the par of one trade, the filters say of what."""

    sale_par: float
    buy_par: float
    increment: float
    allow_increases: bool = True
    sale_filter: Filter | None = None
    buy_filter: Filter | None = None
    name_limit: float = NAME_LIMIT

    def __post_init__(self) -> None:
        for name in ("sale_par", "buy_par", "name_limit"):
            if not (math.isfinite(value := getattr(self, name)) and value >= 0):
                raise ValueError(f"{name.replace('_', ' ')} must be a number >= 0, found {value}")
        if not (math.isfinite(self.increment) and self.increment > 0):
            raise ValueError(f"increment must be a number above zero, found {self.increment}")


def rebalance_greedily(desk: Desk, position: Position, terms: RebalancingTerms) -> Proposal:
    """Sales first, the lowest score first and no test asked; then purchases, the highest score first, taken where no test
    blocks the pool after it, until the par to buy is reached, the cash is spent or no candidate is left.

    Source: clo-compliance 5.6, Q2, Q32.
    """
    run = Run.start(desk, position)
    walk = _Walk(run, position)
    _sell(walk, terms)
    _buy(walk, terms)
    (outcome,) = outcomes(run, [(walk.position, tuple(step.fill for step in walk.steps if not step.remark))])
    return Proposal(walk.position, outcome, "greedy", tuple(walk.steps), notes=(*run.notes, *dict.fromkeys(walk.notes)))


class _Walk:
    """The position on the way, what was done to it, and the notes made."""

    def __init__(self, run: Run, position: Position) -> None:
        self.run, self.position = run, position
        self.steps: list[Step] = []
        self.notes: list[str] = []

    def trade(self, place: int, side: str, par: float) -> tuple[Position, Fill]:
        asset_id = str(self.run.desk.universe.asset_id[place])
        return fill(self.position, Order(asset_id, side, par), self.run.desk.market)

    def accept(self, after: Position, done: Fill, objective: float | None) -> None:
        self.position = after
        self.steps.append(Step(done, objective))


def _sell(walk: _Walk, terms: RebalancingTerms) -> None:
    run, target = walk.run, terms.sale_par
    if target <= 0:
        return
    passing = candidates(run.desk, walk.position, "SELL", terms.sale_filter).places
    available = float(walk.position.par[passing].sum())
    if target > available * (1 + _DUST):
        walk.notes.append(f"par to sell is cut from {target:,.2f} to the {available:,.2f} that may be sold")
        target = available
    sold = 0.0
    while target - sold > _DUST * target:
        found = candidates(run.desk, walk.position, "SELL", terms.sale_filter).places
        ranking = rank_by_score(run, run.evaluate(walk.position.par, walk.position.cash), "SELL", found)
        walk.notes.extend(ranking.notes)
        if not ranking.places.size:
            walk.notes.append(f"nothing is left to sell after {sold:,.2f} of par")
            return
        after, done = walk.trade(int(ranking.places[0]), "SELL", min(terms.increment, target - sold))
        walk.accept(after, done, run.weigh(after.par, after.cash).of(0))
        sold += done.par


def _buy(walk: _Walk, terms: RebalancingTerms) -> None:
    run, limit = walk.run, terms.name_limit * terms.buy_par
    if terms.increment > limit * (1 + _DUST) and terms.buy_par > 0:
        walk.notes.append(
            f"an increment of {terms.increment:,.2f} is above the {limit:,.2f} that one asset may take of the purchases: "
            "only a trade that cash cuts down to that is made"
        )
    bought = 0.0
    by_place: dict[int, float] = {}
    barred: set[int] = set()
    while bought < terms.buy_par * (1 - _DUST) and walk.position.cash > LEAST_CASH:
        found = candidates(
            run.desk, walk.position, "BUY", terms.buy_filter, allow_increases=terms.allow_increases
        ).places
        ranking = rank_by_score(run, run.evaluate(walk.position.par, walk.position.cash), "BUY", found)
        walk.notes.extend(ranking.notes)
        places = np.array([place for place in ranking.places if place not in barred], dtype=np.int64)
        accepted = _first_feasible(walk, terms, places, by_place, barred, limit)
        if accepted is None:
            walk.notes.append(f"no candidate is left to buy after {bought:,.2f} of par")
            return
        place, par = accepted
        by_place[place] = by_place.get(place, 0.0) + par
        bought += par


def _first_feasible(
    walk: _Walk,
    terms: RebalancingTerms,
    places: Ints,
    by_place: dict[int, float],
    barred: set[int],
    limit: float,
) -> tuple[int, float] | None:
    """Buys the first of `places` that neither its own limit nor a test forbids; what its limit forbids is barred for good."""
    run, start, size = walk.run, 0, 8
    while start < places.size:
        part = places[start : start + size]
        pools = each_alone(walk.position, "BUY", part, terms.increment, run.desk.market)
        objective = run.weigh(pools.par, pools.cash)
        for pool, place in enumerate(part.tolist()):
            after, done = walk.trade(place, "BUY", terms.increment)
            if by_place.get(place, 0.0) + done.par > limit * (1 + _DUST):
                barred.add(place)
                walk.steps.append(Step(done, None, f"above {terms.name_limit:.0%} of the par to buy"))
            elif not objective.is_feasible[pool]:
                numbers = ", ".join(str(number) for number in objective.blocked_by(pool))
                walk.steps.append(Step(done, 0.0, f"blocked by test {numbers}"))
            else:
                walk.accept(after, done, objective.of(pool))
                return place, done.par
        # Most often one of the first few is taken; where none is, the rest is weighed in ever larger batches.
        start, size = start + size, size * 4
    return None
