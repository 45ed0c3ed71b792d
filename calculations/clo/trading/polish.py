"""Neighbours of a plan, weighed in truth all at once: one trade more, one less, one in place of another. The large moves are
those of programmes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats, Ints
from calculations.clo.trading.desk import Run
from calculations.clo.trading.plans import CENT, Plan, Room
from calculations.clo.trading.successive import Progress

MOST_MOVES = 500
_BLOCK = 4_000  # plans weighed at once, so that memory stays small


def polish(run: Run, room: Room, progress: Progress, increment: float) -> None:
    """Moves to the best neighbour as long as that betters the true objective, keeps the tests and fits the room."""
    for _ in range(MOST_MOVES):
        if progress.plan is None or progress.seconds_left <= 0:
            return
        moves = _moves(room, progress.plan, increment)
        best, plan = -np.inf, progress.plan
        for start in range(0, moves.out.size, _BLOCK):
            bought, sold = moves.applied(progress.plan, slice(start, start + _BLOCK))
            fits = room.fits(bought, sold)
            if not fits.any():
                continue
            bought, sold = bought[fits], sold[fits]
            objective = run.weigh(room.par(bought, sold), room.cash(bought, sold))
            value = np.where(objective.is_feasible, np.nan_to_num(objective.value, nan=-np.inf), -np.inf)
            first = int(np.argmax(value))
            if value[first] > best:
                best, plan = float(value[first]), Plan(bought[first], sold[first])
        if best == -np.inf or not progress.offer(plan, best):
            return


@dataclass(frozen=True, eq=False)
class _Moves:
    """Each move takes `less` of the asset `out` and adds `more` of the asset `into`, on the side of purchases where
    `is_bought`, else of sales; all of shape (moves,).
    """

    out: Ints
    less: Floats
    into: Ints
    more: Floats
    is_bought: Ints

    def applied(self, plan: Plan, part: slice) -> tuple[Floats, Floats]:
        """Plans after the moves of a part, (moves, n) each."""
        sides = np.repeat(np.stack([plan.sold, plan.bought])[None, :, :], self.out[part].size, axis=0)
        rows = np.arange(sides.shape[0])
        sides[rows, self.is_bought[part], self.out[part]] -= self.less[part]
        sides[rows, self.is_bought[part], self.into[part]] += self.more[part]
        return np.maximum(sides[:, 1], 0.0), np.maximum(sides[:, 0], 0.0)


def _moves(room: Room, plan: Plan, increment: float) -> _Moves:
    cash = max(0.0, float(room.cash(plan.bought, plan.sold)))
    more_bought = np.where(plan.sold > 0, 0.0, np.minimum(increment, room.most_bought - plan.bought))
    more_sold = np.where(plan.bought > 0, 0.0, np.minimum(increment, room.most_sold - plan.sold))
    sides = [
        _of_side(room, np.minimum(increment, plan.sold), more_sold, np.inf),
        _of_side(room, np.minimum(increment, plan.bought), more_bought, cash),
    ]
    columns = [np.concatenate(column) for column in zip(*sides, strict=True)]
    is_bought = np.repeat([0, 1], [sides[0][0].size, sides[1][0].size])
    return _Moves(columns[0].astype(np.int64), columns[1], columns[2].astype(np.int64), columns[3], is_bought)


def _of_side(room: Room, less: Floats, more: Floats, cash: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Places and amounts of the moves on one side: more of one, less of one, one for another as far as the cash goes."""
    givers, takers = np.flatnonzero(less > CENT), np.flatnonzero(more > CENT)
    out = np.concatenate([takers, givers, np.repeat(givers, takers.size)])
    into = np.concatenate([takers, givers, np.tile(takers, givers.size)])
    is_swap = np.arange(out.size) >= takers.size + givers.size
    is_less = is_swap | (np.arange(out.size) >= takers.size)
    given = np.where(is_less, less[out], 0.0)
    unit = np.where(room.unit > 0, room.unit, np.inf)
    affordable = (cash + given * room.unit[out]) / unit[into]
    wanted = np.where(is_swap, np.minimum(given, more[into]), np.where(is_less, 0.0, more[into]))
    keeps = ~is_swap | (out != into)
    taken = np.minimum(wanted, affordable)
    return (
        out[keeps].astype(np.float64),
        given[keeps],
        into[keeps].astype(np.float64),
        taken[keeps],
    )
