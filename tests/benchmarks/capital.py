"""Times the capital activity of many funds: notices of calls, and commitments rolled forward. Nothing is read or written."""

from __future__ import annotations

from functools import partial

import numpy as np

from calculations.funds.capital.allocation import allocate_many, pro_rata_capped
from tests.benchmarks.clo import Timed, repeated

CALLS, PARTNERS = 10_000, 100


def capital_activity() -> list[Timed]:
    """A million notices shared out, without caps and with caps of which three in ten bind."""
    random = np.random.default_rng(7)
    offsets = np.arange(CALLS + 1) * PARTNERS
    weights = random.integers(10**8, 10**11, CALLS * PARTNERS)
    totals = random.integers(10**9, 10**12, CALLS)
    plain = allocate_many(totals, offsets, weights)
    caps = np.where(random.random(plain.size) < 0.3, plain // 2, plain * 3)
    what = f"{plain.size:,} notices of {CALLS:,} calls"
    return [
        repeated(f"{what}, largest remainder", partial(allocate_many, totals, offsets, weights), "1"),
        repeated(f"{what}, with caps", partial(pro_rata_capped, totals, offsets, weights, caps), "1"),
    ]
