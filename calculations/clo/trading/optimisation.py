"""Spending the cash step by step: each time the best of a random sample, as long as it betters the pool objective. The
programme that looks at all trades at once is elsewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.clo.trading.baskets import Order, Position, Side, fill
from calculations.clo.trading.desk import Desk, Run
from calculations.clo.trading.filters import Filter
from calculations.clo.trading.hypothetical import outcomes
from calculations.clo.trading.proposal import Proposal, Step
from calculations.clo.trading.ranking import candidates, rank_by_objective

LEAST_CASH = 1.0  # currency units below which cash is spent
MAX_TRADES = 1000
_BETTER = 1e-12

Sides = Literal["BUY", "SELL", "ALL"]


@dataclass(frozen=True)
class OptimisationTerms:
    """What may be traded: `increment` is the par of one trade, `sample` how many candidates are weighed for each."""

    increment: float
    side: Sides = "BUY"
    sample: int | None = None
    allow_increases: bool = True
    sale_filter: Filter | None = None
    buy_filter: Filter | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.increment) and self.increment > 0):
            raise ValueError(f"increment must be a number above zero, found {self.increment}")
        if self.sample is not None and self.sample < 1:
            raise ValueError(f"sample must be 1 or more, or None for all candidates, found {self.sample}")
        if self.side not in ("BUY", "SELL", "ALL"):
            raise ValueError(f"side must be BUY, SELL or ALL, found {self.side!r}")


def optimise_greedily(desk: Desk, position: Position, terms: OptimisationTerms, seed: int = 0) -> Proposal:
    """Trades of one increment each, at market value, while cash is left and the best candidate betters the objective.

    ALL takes either side by the toss of a coin. The same seed gives the same trades. Without `sample` every candidate is
    weighed. Source: clo-compliance 5.5, Q30.
    """
    run = Run.start(desk, position)
    generator = np.random.default_rng(seed)
    steps: list[Step] = []
    notes: list[str] = []
    empty: Counter[str] = Counter()
    # Only after half of the trades that the cash allows twice over does a side without candidates end the search.
    patience = position.cash / terms.increment
    current = run.base_objective.of(0)
    if current is None:
        notes.append("the objective of the pool is not stated, so no trade can better it")
    for turn in range(MAX_TRADES):
        if current is None or position.cash < LEAST_CASH:
            break
        side: Side = ("BUY", "SELL")[int(generator.integers(2))] if terms.side == "ALL" else terms.side
        wanted = terms.buy_filter if side == "BUY" else terms.sale_filter
        places = candidates(desk, position, side, wanted, allow_increases=terms.allow_increases).places
        if terms.sample is not None and places.size > terms.sample:
            places = np.sort(generator.choice(places, size=terms.sample, replace=False))
        ranking = rank_by_objective(run, position, side, places, terms.increment)
        notes.extend(ranking.notes)
        if not ranking.places.size:
            empty[side] += 1
            if terms.side != "ALL" or (empty[side] >= 2 and turn >= patience):
                notes.append(f"no candidate to {side.lower()} is left")
                break
            continue
        if not ranking.is_feasible[0] or ranking.score[0] <= current * (1 + _BETTER):
            notes.append(f"the best {side.lower()} would not better the objective of {current:.6f}")
            break
        order = Order(str(desk.universe.asset_id[ranking.places[0]]), side, terms.increment)
        position, done = fill(position, order, desk.market)
        current = float(ranking.score[0])
        steps.append(Step(done, current))
    (outcome,) = outcomes(run, [(position, tuple(step.fill for step in steps))])
    return Proposal(position, outcome, "greedy", tuple(steps), notes=(*run.notes, *dict.fromkeys(notes)))
