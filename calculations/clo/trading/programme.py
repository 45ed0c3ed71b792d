"""One mixed-integer programme: the best plan near a given one where the tests are taken as linear. Whether its plan keeps the
tests in truth, and what to do where it does not, is in successive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from calculations.clo.columns import Floats, Ints
from calculations.clo.trading.linear_limits import Form
from calculations.clo.trading.plans import Plan, Room

RELATIVE_GAP = 1e-4
_INSIDE = 1e-5  # of one lot: how far inside a limit a solution stays, above the solver's own tolerance

Lots = Literal["whole", "any"]


@dataclass(frozen=True, eq=False)
class Columns:
    """The variables: column j trades `size[j]` of par of asset `place[j]` per unit, bought where `sign[j]` is 1, sold where
    it is -1, up to `most[j]` units; whole units where `is_whole[j]`. All of shape (columns,).

    An asset that is sold in lots has a second column for what is left of it after the last whole lot.
    """

    place: Ints
    sign: Floats
    size: Floats
    most: Floats
    is_whole: Floats

    @classmethod
    def of(cls, room: Room, increment: float, lots: Lots) -> Columns:
        buys, sells = np.flatnonzero(room.most_bought > 0), np.flatnonzero(room.most_sold > 0)
        bought, sold = room.most_bought[buys] / increment, room.most_sold[sells] / increment
        is_whole = lots == "whole"
        if is_whole:
            bought, rest = np.floor(bought + 1e-9), room.most_sold[sells] % increment
            parted = sells[rest > 0]
            place = np.concatenate([buys, sells, parted])
            size = np.concatenate([np.full(buys.size + sells.size, increment), rest[rest > 0]])
            most = np.concatenate([bought, np.floor(sold), np.ones(parted.size)])
        else:
            place, most = np.concatenate([buys, sells]), np.concatenate([bought, sold])
            size = np.full(place.size, increment)
        sign = np.where(np.arange(place.size) < buys.size, 1.0, -1.0)
        return cls(place, sign, size, most, np.full(place.size, float(is_whole)))

    def plan(self, units: Floats, room: Room) -> Plan:
        """The plan that a solution states; whole units are made exactly whole."""
        exact = np.clip(np.where(self.is_whole > 0, np.rint(units), units), 0.0, self.most) * self.size
        count = room.unit.size
        bought = np.bincount(self.place, weights=np.where(self.sign > 0, exact, 0.0), minlength=count)
        sold = np.bincount(self.place, weights=np.where(self.sign < 0, exact, 0.0), minlength=count)
        return Plan(np.minimum(bought, room.most_bought), np.minimum(sold, room.most_sold))

    def units(self, plan: Plan) -> Floats:
        """The columns that come nearest to a plan: lots first, then what is left of an asset."""
        left = np.stack([plan.sold, plan.bought])
        found = np.zeros(self.place.size)
        for column, (place, sign, size, most) in enumerate(
            zip(self.place, self.sign, self.size, self.most, strict=True)
        ):
            side = int(sign > 0)
            found[column] = min(most, left[side, place] / size)
            if self.is_whole[column]:
                found[column] = np.floor(found[column] + 1e-9)
            left[side, place] -= found[column] * size
        return found

    def slopes(self, form: Form, room: Room) -> Floats:
        """Change of a form per unit of each column, its cash included; shape (columns,)."""
        return self.sign * self.size * (form.vector[self.place] - form.cash * room.unit[self.place])


@dataclass(frozen=True, eq=False)
class Solution:
    """What the solver found; `plan` is None where it found nothing, and `reason` says why in its own words."""

    plan: Plan | None
    gap: float | None
    nodes: int
    reason: str


def solve(
    room: Room,
    columns: Columns,
    gain: Floats,
    rows: list[Form],
    centre: Plan,
    reach: float,
    seconds: float,
) -> Solution:
    """The plan with most `gain` (columns,) that keeps every row <= 0, the cash and the bands, each column within `reach`
    units of the centre. An asset is not both bought and sold, and what is left of one is sold only after its whole lots.
    """
    near = columns.units(centre)
    limits, most_over = _limit_rows(room, columns, rows, centre)
    choices = _choice_rows(columns)
    cash = (columns.sign * columns.size * room.unit[columns.place])[None, :]
    cash_scale = max(1.0, float(np.abs(cash).max(initial=0.0)))
    par_scale = float(columns.size.max(initial=1.0))
    bands = np.stack([np.where(columns.sign > 0, columns.size, 0.0), np.where(columns.sign < 0, columns.size, 0.0)])
    trades = np.vstack([limits, cash / cash_scale, bands / par_scale, _remainder_rows(columns)])
    remainders = trades.shape[0] - limits.shape[0] - 3
    least = [np.full(most_over.size + 1, -np.inf), np.array([room.buy_par[0], room.sale_par[0]]) / par_scale]
    greatest = [most_over, [room.position.cash / cash_scale], np.array([room.buy_par[1], room.sale_par[1]]) / par_scale]
    body = np.zeros((trades.shape[0] + choices.trades.shape[0], columns.place.size + choices.count))
    body[: trades.shape[0], : columns.place.size] = trades
    body[trades.shape[0] :, : columns.place.size] = choices.trades
    body[trades.shape[0] :, columns.place.size :] = choices.choice
    found = milp(
        -np.concatenate([gain, np.zeros(choices.count)]),
        constraints=LinearConstraint(
            csr_array(body),
            np.concatenate([*least, np.zeros(remainders), np.full(choices.most.size, -np.inf)]),
            np.concatenate([*greatest, np.full(remainders, np.inf), choices.most]),
        ),
        bounds=Bounds(
            np.concatenate([np.maximum(0.0, np.floor(near - reach)), np.zeros(choices.count)]),
            np.concatenate([np.minimum(columns.most, np.ceil(near + reach)), np.ones(choices.count)]),
        ),
        integrality=np.concatenate([columns.is_whole, np.ones(choices.count)]),
        options={"time_limit": max(0.1, seconds), "mip_rel_gap": RELATIVE_GAP},
    )
    nodes = int(found.get("mip_node_count") or 0)
    if found.x is None:
        return Solution(None, None, nodes, str(found.message))
    gap = found.get("mip_gap")
    return Solution(columns.plan(found.x[: columns.place.size], room), None if gap is None else float(gap), nodes, "")


def _limit_rows(room: Room, columns: Columns, rows: list[Form], centre: Plan) -> tuple[Floats, Floats]:
    """Each row as slopes per unit and what they may sum to, both scaled so that the largest slope is 1."""
    start, par = room.position, room.par(centre.bought, centre.sold)
    cash = float(room.cash(centre.bought, centre.sold))
    matrix, most = np.zeros((len(rows), columns.place.size)), np.full(len(rows), np.inf)
    for row, form in enumerate(rows):
        slopes = columns.slopes(form, room)
        scale = float(np.abs(slopes).max(initial=0.0))
        if not scale:
            continue
        # Not beyond the limit by the solver's tolerance, but never so far inside that the centre itself is out.
        over = form.at(par, cash) / scale
        inside = max(-_INSIDE, over) if over <= 0 else -_INSIDE
        matrix[row], most[row] = slopes / scale, inside - form.at(start.par, start.cash) / scale
    return matrix, most


@dataclass(frozen=True, eq=False)
class _Choices:
    """One yes or no for each asset that may go either way: `trades` and `choice` rows, and what they may sum to."""

    trades: Floats
    choice: Floats
    most: Floats
    count: int


def _choice_rows(columns: Columns) -> _Choices:
    either = np.intersect1d(columns.place[columns.sign > 0], columns.place[columns.sign < 0])
    trades, choice, most = [], [], []
    for column, asset in enumerate(either):
        for side in (1.0, -1.0):
            mine = (columns.place == asset) & (columns.sign == side)
            whole = float(columns.most[mine].sum())
            trades.append(mine.astype(np.float64))
            choice.append(np.where(np.arange(either.size) == column, -side * whole, 0.0))
            most.append(0.0 if side > 0 else whole)
    shape = (len(most), columns.place.size)
    return _Choices(
        np.array(trades).reshape(shape), np.array(choice).reshape(len(most), either.size), np.array(most), either.size
    )


def _remainder_rows(columns: Columns) -> Floats:
    """Whole lots sold less all of them where the remainder goes: not below 0; shape (remainders, columns)."""
    lot = float(columns.size.max(initial=0.0))
    found = []
    for column in np.flatnonzero((columns.sign < 0) & (columns.size < lot) & (columns.is_whole > 0)):
        row = ((columns.place == columns.place[column]) & (columns.sign < 0) & (columns.size == lot)).astype(np.float64)
        row[column] = -float(columns.most[row > 0].sum())
        found.append(row)
    return np.array(found).reshape(len(found), columns.place.size)
