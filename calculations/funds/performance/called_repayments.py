"""Which part of a call repaid which draw of a credit line: what calls say per partner, and paydowns per draw, brought together.

What flows would be without the line is in `facility`. Money is int64 minor units. Source: fund-admin 3.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import divided
from calculations.funds.performance.facility import CalledRepayments
from calculations.ragged import by_name


@dataclass(frozen=True, eq=False)
class LegPortions:
    """Legs of calls that repaid a line, (legs,): the number of the leg, of its call, and the principal and costs in it."""

    leg: Ints
    call: Ints
    principal: Ints
    costs: Ints


@dataclass(frozen=True, eq=False)
class Paydowns:
    """Principal repaid out of calls, (paydowns,): the number of the call, that of the draw, and the amount."""

    call: Ints
    draw: Ints
    principal: Ints


def called_repayments(portions: LegPortions, paydowns: Paydowns) -> CalledRepayments:
    """Every leg of a call takes its part of every draw that the call repaid: rows sum to the legs, columns to the draws.

    Where a call brought in more than was repaid, or less, the smaller total is spread over the larger. The costs of a leg
    stand beside the first draw. Calls that repaid no draw have no rows. Source: fund-admin 3.4, M-3.
    """
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    repaid = dict(by_name(paydowns.call.tolist(), np.arange(paydowns.call.size)))
    for call, rows in by_name(portions.call.tolist(), np.arange(portions.call.size)):
        if call not in repaid:
            continue
        of_draw = repaid[call]
        parts = _spread(portions.principal[rows], paydowns.principal[of_draw])
        costs = np.zeros_like(parts)
        costs[:, 0] = portions.costs[rows]
        found.append(
            (
                np.repeat(portions.leg[rows], of_draw.size),
                np.tile(paydowns.draw[of_draw], rows.size),
                parts.ravel(),
                costs.ravel(),
            )
        )
    if not found:
        return CalledRepayments(*(np.empty(0, dtype=np.int64) for _ in range(4)))
    return CalledRepayments(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _spread(rows: Ints, columns: Ints) -> Ints:
    """Whole numbers (rows, columns) in proportion to both, whose sums are theirs where the totals agree.

    Differences of the floors of running products.
    """
    total = max(int(rows.sum()), int(columns.sum()))
    if total == 0:
        return np.zeros((rows.size, columns.size), dtype=np.int64)
    down = np.concatenate([[0], np.cumsum(rows)])
    across = np.concatenate([[0], np.cumsum(columns)])
    running, _ = divided(down[:, None], across[None, :], total)
    return np.diff(np.diff(running, axis=0), axis=1)
