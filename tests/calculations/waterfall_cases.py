"""Terms and short lives of funds for the tests of the waterfall. No expected values are here."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.reading import read_terms
from calculations.funds.waterfall.state import State, open_state
from calculations.funds.waterfall.terms import WaterfallTerms
from calculations.funds.waterfall.tiers import Tier

START, YEAR_1, YEAR_2 = dt.date(2021, 1, 1), dt.date(2022, 1, 1), dt.date(2023, 1, 1)  # 365 days each

EIGHT_SIMPLE = {"kind": "RATE", "rate": "0.08", "convention": "SIMPLE_365"}


def terms(style: str = "EUROPEAN", *hurdles: dict[str, Any], **changes: Any) -> WaterfallTerms:
    structure = {
        "style": style,
        "order": "CAPITAL_FIRST",
        "carry": "0.2",
        "hurdles": list(hurdles),
        "start": "DUE_DATE",
        "hurdle_floor": "ZERO",
    }
    return read_terms(structure | changes)


def units(*amounts: int) -> Ints:
    return np.array(amounts, dtype=np.int64)


def invested(agreed: WaterfallTerms, **cost: int) -> State:
    """One partner who paid all in on the first day; `expenses` are those of the fund."""
    state = open_state(agreed, 1)
    for investment, amount in cost.items():
        state = deals.contribute(state, units(amount), START, "" if investment == "expenses" else investment)
    return state


def paid(tiers: tuple[Tier, ...]) -> list[tuple[str, int, int]]:
    """Name and amounts of the tiers that paid something to the only partner."""
    rows = [(tier.name.value, int(tier.amount_lp[0]), int(tier.amount_gp[0])) for tier in tiers]
    return [row for row in rows if row[1] or row[2]]
