"""Which investments the money of a call is for, partner by partner. What partners then carry is in `replay`."""

from __future__ import annotations

import numpy as np

from calculations.daycount import Ints
from calculations.exact.products import half_up


def spread(amounts: Ints, weights: Ints) -> Ints:
    """Each partner's amount over investments in proportion to weights: (investments, partners), adding up to `amounts`.

    `amounts` (partners,) in minor units of either sign, `weights` (investments, partners) >= 0; an investment from which
    a partner is excused weighs nothing for it. Parts are rounded as running totals. A partner without any weight has
    nothing spread: the caller keeps its amount. Source: fund-admin 1.4 CC-3, 1.5 D-1.
    """
    whole = weights.sum(axis=0)
    reached = np.cumsum(weights, axis=0)
    totals = np.where(whole > 0, half_up(amounts, reached, np.maximum(whole, 1)), 0)
    return np.diff(totals, axis=0, prepend=np.zeros((1, amounts.size), dtype=np.int64))
