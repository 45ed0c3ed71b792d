"""The best plan by successive programmes: solve near the best plan known, weigh in truth, cut off what breaks a test, repeat.

The true pool objective alone decides: a plan is taken only where every test that is held passes and the objective is higher.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.trading.desk import Run
from calculations.clo.trading.linear_limits import Form, Linearised, group_rows
from calculations.clo.trading.objective import PoolObjective, ratios
from calculations.clo.trading.plans import Plan, Room
from calculations.clo.trading.programme import Columns, Lots, solve

MAX_ROUNDS = 40  # programmes from one start
MOST_SECONDS = 10.0  # for one programme
BETTER = 1e-9  # of the objective: less is no improvement
_SHRINK, _GROW = 4.0, 2.0


@dataclass(eq=False)
class Progress:
    """The best plan so far with its objective (None until one keeps every test), and what it took to find."""

    plan: Plan | None
    value: float | None
    deadline: float
    gap: float | None = None
    nodes: int = 0
    rounds: int = 0
    cuts: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def seconds_left(self) -> float:
        return self.deadline - time.monotonic()

    def offer(self, plan: Plan, value: float) -> bool:
        """Takes a plan that is feasible where it betters the one known."""
        if self.value is not None and value <= self.value + BETTER * abs(self.value):
            return False
        self.plan, self.value = plan, value
        return True


def improve(run: Run, room: Room, start: Plan, progress: Progress, increment: float, lots: Lots) -> None:
    """Betters `progress` by programmes that begin around a plan, which need not keep the tests itself.

    The centre moves to what betters it, if only a start of its own; the reach grows where a programme was right and shrinks
    where it was not.
    """
    columns = Columns.of(room, increment, lots)
    if not columns.place.size:
        progress.reasons.append("there is nothing to buy or sell")
        return
    linear = Linearised.of(run)
    centre, value = start, _value(weigh(run, room, start)) if room.fits(start.bought, start.sold) else None
    cuts: list[tuple[Form, bool]] = []
    widest = reach = float(columns.most.max(initial=1.0))
    last = progress.rounds + MAX_ROUNDS
    while progress.rounds < last and progress.seconds_left > 0 and reach >= _least_reach(lots):
        par, cash = room.par(centre.bought, centre.sold), float(room.cash(centre.bought, centre.sold))
        rows = [*_rows(run, linear, par, cash), *(form for form, _ in cuts)]
        gain = _gain(run, room, linear, columns, centre, float(np.clip(reach / 8, 1, 8)))
        found = solve(room, columns, gain, rows, centre, reach, min(progress.seconds_left, MOST_SECONDS))
        progress.rounds, progress.nodes = progress.rounds + 1, progress.nodes + found.nodes
        if found.plan is None:
            progress.reasons.append(f"the programme has no solution: {found.reason}")
            reach /= _SHRINK
            continue
        progress.gap = found.gap
        objective = weigh(run, room, found.plan)
        reached = _value(objective)
        if reached is not None:
            progress.offer(found.plan, reached)
            if value is None or reached > value + BETTER * abs(value):
                centre, value, reach = found.plan, reached, min(widest, reach * _GROW)
                cuts = [(form, is_exact) for form, is_exact in cuts if is_exact]
            else:
                reach /= _SHRINK
            continue
        new = _cuts(run, room, linear, found.plan, objective, par)
        progress.cuts += len(new)
        cuts.extend(new)
        if not new:
            progress.reasons.append(f"a plan was dropped that breaks test {_numbers(objective)}")
            reach /= _SHRINK
        elif value is None:
            centre = found.plan


def _value(objective: PoolObjective) -> float | None:
    """The objective of the one pool weighed; None where a test blocks it or it is not stated."""
    return objective.of(0) if objective.is_feasible[0] else None


def weigh(run: Run, room: Room, plan: Plan) -> PoolObjective:
    """The true objective of the pool that a plan leads to."""
    return run.weigh(room.par(plan.bought, plan.sold), float(room.cash(plan.bought, plan.sold)))


def _least_reach(lots: Lots) -> float:
    return 0.5 if lots == "whole" else 1e-3


def _rows(run: Run, linear: Linearised, par: Floats, cash: float) -> list[Form]:
    """Every linear test that is held, exact or as a tangent at the pool."""
    held = [number for number in linear.tests if number not in run.weighed.exempt]
    return [linear.limit_row(number, par, cash) for number in held]


def _cuts(
    run: Run, room: Room, linear: Linearised, plan: Plan, objective: PoolObjective, kept: Floats
) -> list[tuple[Form, bool]]:
    """Inequalities for the groups that break a test under a plan; those that are not exact serve this centre alone."""
    par, cash = room.par(plan.bought, plan.sold), float(room.cash(plan.bought, plan.sold))
    found: list[tuple[Form, bool]] = []
    for number in objective.blocked_by(0):
        measure = linear.others.get(number)
        limit = None if measure is None else linear.group_limit(number)
        if measure is not None and limit is not None:
            found.extend(group_rows(measure, limit, par, cash, kept))
    return found


def _gain(run: Run, room: Room, linear: Linearised, columns: Columns, centre: Plan, step: float) -> Floats:
    """Change of the objective per unit of each column around a plan: slopes of linear tests; of all others the change over
    `step` units of each column alone, since a score in bands has no slope.
    """
    par, cash = room.par(centre.bought, centre.sold), float(room.cash(centre.bought, centre.sold))
    gain = np.zeros(columns.place.size)
    stepped: list[tuple[int, float]] = []
    for number, weight in run.weighed.by_test().items():
        if weight <= 0:
            continue
        if number in linear.tests:
            gain += 100.0 * weight * columns.slopes(linear.ratio_slope(number, par, cash), room)
        elif number in linear.others:
            stepped.append((number, weight))
    if stepped:
        moved = np.maximum(par + step * _steps(columns, par.size), 0.0)
        paid = cash - step * columns.sign * columns.size * room.unit[columns.place]
        after = ratios(run.evaluate(moved, paid))
        before = ratios(run.evaluate(par, cash))
        for number, weight in stepped:
            place = run.base.column(number)
            gain += 100.0 * weight * np.nan_to_num(after[:, place] - before[0, place]) / step
    return gain


def _steps(columns: Columns, count: int) -> Floats:
    """One unit of each column, shape (columns, n)."""
    steps = np.zeros((columns.place.size, count))
    steps[np.arange(columns.place.size), columns.place] = columns.sign * columns.size
    return steps


def _numbers(objective: PoolObjective) -> str:
    return ", ".join(str(number) for number in objective.blocked_by(0))
