"""Times the capital activity of many funds: calls shared out, paid, and rolled forward. Nothing is read or written."""

from __future__ import annotations

from functools import partial

import numpy as np

from calculations.calendars import as_days
from calculations.exact.minor_units import ONE
from calculations.exact.sharing import allocate_many, pro_rata_capped
from calculations.funds.capital.commitments import KINDS, Events, roll
from calculations.funds.capital.portions import NO_CAP, CallLegs, share_portions
from calculations.funds.capital.settlement import Moves, settle
from calculations.funds.capital.terms import Overpayment
from tests.benchmarks.clo import Timed, repeated

CALLS, PARTNERS = 10_000, 100
LEGS = CALLS * PARTNERS
FUNDS, EVENTS = 1_000, 80  # the size that a run of a whole house must master within two minutes


def capital_activity() -> list[Timed]:
    """A million notices, and the commitments of a thousand funds with eighty events each."""
    random = np.random.default_rng(7)
    offsets = np.arange(CALLS + 1) * PARTNERS
    weights = random.integers(10**8, 10**11, LEGS)
    totals = random.integers(10**9, 10**12, CALLS)
    plain = allocate_many(totals, offsets, weights)
    caps = np.where(random.random(LEGS) < 0.3, plain // 2, plain * 3)
    legs = CallLegs(
        offsets=offsets,
        weights=weights,
        share_excused=np.where(random.random(LEGS) < 0.05, ONE, 0),
        excused_from=np.ones(LEGS, dtype=np.int64),
        unfunded=plain * 3,
        call_cap=np.full(LEGS, NO_CAP),
    )
    portions = np.zeros((CALLS, 7), dtype=np.int64)
    portions[:, 0], portions[:, 1] = totals - totals // 10, totals // 10
    moves = Moves(np.arange(LEGS), np.full(LEGS, np.datetime64("2024-01-31")), plain, np.full(LEGS, -1))
    what = f"{LEGS:,} notices of {CALLS:,} calls"
    return [
        repeated(f"{what}, largest remainder", partial(allocate_many, totals, offsets, weights), "1"),
        repeated(
            f"{what}, with caps of which three in ten bind",
            partial(pro_rata_capped, totals, offsets, weights, caps),
            "1",
        ),
        repeated(
            f"{what}, investment and fee, one partner in twenty excused",
            partial(share_portions, portions, legs, np.full(CALLS, 2 * ONE)),
        ),
        repeated(f"{what}, paid", partial(settle, plain, moves, Overpayment.REFUSE)),
        rolled(random),
    ]


def rolled(random: np.random.Generator) -> Timed:
    """The commitments of all funds rolled from their events, which come in no order."""
    commitments, count = FUNDS * PARTNERS, FUNDS * PARTNERS * EVENTS
    events = Events(
        commitment=random.integers(0, commitments, count),
        day=as_days(random.integers(14_000, 20_000, count).astype("datetime64[D]")),
        kind=random.integers(0, len(KINDS), count),
        amount=random.integers(0, 10**9, count),
    )
    return repeated(f"{commitments:,} commitments rolled from {count:,} events", partial(roll, events), "120")
