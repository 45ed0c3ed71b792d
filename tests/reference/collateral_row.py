"""The columns of one asset on one date, in plain Python. What fills them is in `collateral`.

Source: clo-collateral-engine 1.11; clo-extensions 3.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass
class Row:
    """What happens on one date; money in the deal's currency, balances at its end unless they say otherwise."""

    paid: dt.date
    accrual_begin: dt.date
    is_event: bool = False
    begin_balance: float = 0.0
    begin_pik: float = 0.0
    coupon: float | None = None  # None where no time passes
    default: float = 0.0
    default_value: float = 0.0
    interest: float = 0.0
    scheduled: float = 0.0
    unscheduled: float = 0.0  # with what is called or sold
    recovery: float = 0.0
    net_loss: float = 0.0
    end_balance: float = 0.0
    defaulted: float = 0.0
    defaulted_value: float = 0.0
    pik_interest: float = 0.0
    pik_balance: float = 0.0
    pik_scheduled: float = 0.0  # capitalised interest within what is repaid
    pik_unscheduled: float = 0.0
    draw: float = 0.0
    not_drawn: float = 0.0  # asked for and not paid
    refill: float = 0.0  # repaid, and may be drawn again
    redrawn: float = 0.0  # repaid in the row that draws it, and may not be drawn again
    unfunded_balance: float = 0.0
    fees: float = 0.0
    premium: float = 0.0
    restructuring_loss: float = 0.0
    written_off: float = 0.0
    deferring_haircut: float = 0.0
