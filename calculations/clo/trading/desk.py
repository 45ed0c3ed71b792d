"""A deal as trades are weighed against it: its tests, what assets trade at, and its objective. What to trade is not here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.compliance.deal import DealInputs
from calculations.clo.compliance.results import Prepared, Results
from calculations.clo.compliance.universe import Universe
from calculations.clo.presets import Preset
from calculations.clo.trading.baskets import Market, Position
from calculations.clo.trading.objective import Objective, PoolObjective, objective_notes, pool_objective


@dataclass(frozen=True, eq=False)
class Desk:
    """A deal's tests over a universe, its objective, and optionally accrued interest per unit of par, shape (n,)."""

    prepared: Prepared
    objective: Objective
    accrued: Floats | None = None

    @property
    def universe(self) -> Universe:
        return self.prepared.context.universe

    @property
    def inputs(self) -> DealInputs:
        return self.prepared.context.inputs

    @property
    def preset(self) -> Preset:
        return self.prepared.context.preset

    @cached_property
    def market(self) -> Market:
        return Market(self.universe.asset_id, self.universe.market_value, self.accrued)


@dataclass(frozen=True, eq=False)
class Run:
    """Trades weighed from one starting pool.

    The starting pool is compared with the previous values of the deal's list, and every later pool with the starting pool:
    trials never move what they are compared with. A test that cannot be decided of the starting pool blocks nothing, and
    `notes` says so. Source: clo-compliance 1.2, Q2.
    """

    desk: Desk
    position: Position
    base: Results
    weighed: Objective
    base_objective: PoolObjective
    notes: tuple[str, ...]

    @classmethod
    def start(cls, desk: Desk, position: Position) -> Run:
        """Evaluates the pool that trades start from. Raises ValueError as `Prepared.evaluate` does."""
        base = desk.prepared.evaluate(position.par, position.cash)
        notes = list(objective_notes(desk.objective, [test.number for test in base.tests]))
        open_places = np.flatnonzero(~base.is_decided[0]).tolist()
        for place in open_places:
            why = base.reasons[place] or "no reason stated"
            notes.append(f"test {base.tests[place].number} cannot be decided and blocks nothing: {why}")
        weighed = desk.objective.exempting(base.tests[place].number for place in open_places)
        objective = pool_objective(base, weighed, desk.preset)
        return cls(desk, position, base, weighed, objective, tuple(notes))

    def evaluate(self, par: Floats, cash: Floats | float) -> Results:
        """Every test for pools reached by trades; par (pools, n), cash (pools,)."""
        return self.desk.prepared.evaluate(par, cash, previous=self.base.result[0])

    def objective(self, results: Results) -> PoolObjective:
        return pool_objective(results, self.weighed, self.desk.preset)

    def weigh(self, par: Floats, cash: Floats | float) -> PoolObjective:
        """The objective of pools reached by trades; par (pools, n), cash (pools,)."""
        return self.objective(self.evaluate(par, cash))
