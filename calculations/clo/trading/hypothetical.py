"""Hypothetical trades: what a deal's tests and objective would be after them. Which trades to make does not belong here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.clo.trading.attributes import TradeAttributes, trade_attributes
from calculations.clo.trading.baskets import Fill, Order, Position, fill, fill_in_order
from calculations.clo.trading.changes import TestChange, changes
from calculations.clo.trading.desk import Desk, Run

Mode = Literal["INDIVIDUAL", "POOL"]


@dataclass(frozen=True)
class PoolFigures:
    """Amounts of a pool in the deal's currency; the collateral principal amount is performing par and principal cash."""

    cash: float
    held_par: float
    collateral_principal_amount: float
    asset_count: int


@dataclass(frozen=True)
class Outcome:
    """A pool before and after some trades.

    `objective_before` and `objective_after` are None where a weighted test is not stated; `blocked_by` are the tests that
    make the objective after the trades 0. `purchases` and `sales` describe what was traded.
    """

    fills: tuple[Fill, ...]
    tests: tuple[TestChange, ...]
    objective_before: float | None
    objective_after: float | None
    blocked_by: tuple[int, ...]
    before: PoolFigures
    after: PoolFigures
    purchases: TradeAttributes
    sales: TradeAttributes
    notes: tuple[str, ...]

    @property
    def objective_difference(self) -> float | None:
        if self.objective_before is None or self.objective_after is None:
            return None
        return self.objective_after - self.objective_before


def hypothetical_run(
    desk: Desk, position: Position, orders: Iterable[Order], mode: Mode = "POOL"
) -> tuple[Outcome, ...]:
    """One outcome per order in INDIVIDUAL mode, each alone against the pool; one for all of them in order in POOL mode.

    The position given is left as it is. A trade that cannot be done, or only in part, says so in its fill, and the
    others run. Every pool after trades is compared with the pool before them. Source: clo-compliance 5.4, Q2, Q31.
    """
    run = Run.start(desk, position)
    if mode == "POOL":
        after, fills = fill_in_order(position, orders, desk.market)
        return outcomes(run, [(after, fills)])
    singles = [fill(position, order, desk.market) for order in orders]
    return outcomes(run, [(after, (done,)) for after, done in singles])


def outcomes(run: Run, traded: list[tuple[Position, tuple[Fill, ...]]]) -> tuple[Outcome, ...]:
    """An outcome for each pool that some trades lead to; all of them are evaluated at once."""
    if not traded:
        return ()
    results = run.evaluate(np.stack([after.par for after, _ in traded]), np.array([after.cash for after, _ in traded]))
    objective = run.objective(results)
    made = []
    for place, (after, fills) in enumerate(traded):
        bought, sold = trade_attributes(fills, run.desk.universe, run.desk.inputs.current_libor)
        made.append(
            Outcome(
                fills=fills,
                tests=changes(run.base, results, place, run.desk.prepared.tests),
                objective_before=run.base_objective.of(0),
                objective_after=objective.of(place),
                blocked_by=objective.blocked_by(place),
                before=_figures(run.desk, run.position),
                after=_figures(run.desk, after),
                purchases=bought,
                sales=sold,
                notes=run.notes,
            )
        )
    return tuple(made)


def _figures(desk: Desk, position: Position) -> PoolFigures:
    performing = float(position.par[desk.universe.is_performing].sum())
    return PoolFigures(
        cash=position.cash,
        held_par=float(position.par.sum()),
        collateral_principal_amount=performing + position.cash,
        asset_count=int((position.par > 0).sum()),
    )
