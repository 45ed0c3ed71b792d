"""A figure that no choice of trades can exceed, where one can be proved. Finding trades does not belong here.

Each weighted ratio alone is made as large as the cash and the linear tests allow, in any par; their weighted sum is a bound.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from calculations.clo.columns import Floats
from calculations.clo.trading.desk import Run
from calculations.clo.trading.linear_limits import Form, Linearised, LinearTest, every_group
from calculations.clo.trading.plans import Room
from calculations.clo.trading.programme import Columns


def objective_bound(run: Run, room: Room, increment: float) -> float | None:
    """An upper bound of the pool objective over all plans that fit the room; None where a weighted test is not linear.

    A test whose limit moves with a rate of another denominator takes its ratio and its limit at their best apart.
    """
    linear, columns = Linearised.of(run), Columns.of(room, increment, "any")
    relaxed = _Relaxed(run, room, linear, columns)
    total = 0.0
    for number, weight in run.weighed.by_test().items():
        if weight <= 0 or number not in {test.number for test in run.desk.prepared.tests}:
            continue
        best = relaxed.best_ratio(linear.tests[number]) if number in linear.tests else None
        if best is None:
            return None
        total += 100.0 * weight * best
    return total


class _Relaxed:
    """The plans that the cash, the bands, the tests with fixed linear limits and those of the largest group allow, in any par."""

    def __init__(self, run: Run, room: Room, linear: Linearised, columns: Columns) -> None:
        self.room, self.linear, self.columns = room, linear, columns
        start = room.position
        cash = columns.sign * columns.size * room.unit[columns.place]
        bought, sold = np.maximum(columns.sign, 0) * columns.size, np.maximum(-columns.sign, 0) * columns.size
        rows: list[tuple[Floats, float]] = [(cash, start.cash)]
        for slopes, band in ((bought, room.buy_par), (sold, room.sale_par)):
            rows.append((-slopes, -band[0]))
            if np.isfinite(band[1]):
                rows.append((slopes, band[1]))
        for number in linear.tests:
            if linear.is_fixed(number) and number not in run.weighed.exempt:
                form = linear.limit_row(number, start.par, start.cash)
                rows.append((columns.slopes(form, room), -form.at(start.par, start.cash)))
        for number, measure in linear.others.items():
            limit = linear.group_limit(number)
            if limit is None or number in run.weighed.exempt:
                continue
            for form in every_group(measure, limit):
                rows.append((columns.slopes(form, room), -form.at(start.par, start.cash)))
        self.matrix = np.array([row for row, _ in rows])
        self.most = np.array([most for _, most in rows])

    def best_ratio(self, item: LinearTest) -> float | None:
        """The most that a test's ratio to its limit can be; None where there is no bound."""
        limit = item.denominator.times(item.fixed)
        if self.linear.is_fixed(item.test.number):
            fixed = self.linear.limit_at(item.test.number, self.room.position.par, self.room.position.cash)
            if item.places is not None and not item.test.is_minimum:
                most = self._largest(item.denominator, item.numerator)
                return None if most is None else fixed / (1.0 / most - 0.5 * 10.0**-item.places)
            limit = item.denominator.times(fixed)
        elif self.linear.recovery is not None:
            top, bottom = self.linear.recovery
            if not bottom.equals(item.denominator):
                return self._apart(item, top, bottom)
            limit = limit.plus(top, item.slope)
        if item.test.is_minimum:
            return self._largest(item.numerator, limit)
        return self._largest(limit, item.numerator)

    def _apart(self, item: LinearTest, top: Form, bottom: Form) -> float | None:
        sign = -1.0 if item.test.is_minimum else 1.0
        rate = self._largest(top.times(sign * np.sign(item.slope)), bottom)
        pair = (item.numerator, item.denominator) if item.test.is_minimum else (item.denominator, item.numerator)
        most = self._largest(*pair)
        if rate is None or most is None:
            return None
        limit = item.fixed + sign * abs(item.slope) * rate
        return most / limit if item.test.is_minimum else most * limit

    def _largest(self, top: Form, bottom: Form) -> float | None:
        """The most of top over bottom, by the linear programme in plan x scale and scale (Charnes and Cooper)."""
        start, columns = self.room.position, self.columns
        above, below = columns.slopes(top, self.room), columns.slopes(bottom, self.room)
        unit = bottom.at(start.par, start.cash)
        if not unit > 0:
            return None
        scale = np.maximum(1.0, np.abs(self.matrix).max(axis=1, initial=0.0))
        upper = np.hstack([self.matrix, -self.most[:, None]]) / scale[:, None]
        box = np.hstack([np.eye(columns.place.size), -columns.most[:, None]])
        found = linprog(
            -np.append(above, top.at(start.par, start.cash)) / unit,
            A_ub=np.vstack([upper, box]),
            b_ub=np.zeros(upper.shape[0] + box.shape[0]),
            A_eq=np.append(below, unit)[None, :] / unit,
            b_eq=[1.0],
            method="highs",
        )
        return -float(found.fun) if found.status == 0 else None
