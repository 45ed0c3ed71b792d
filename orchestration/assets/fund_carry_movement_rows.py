"""What moved the balances of a fund's carry, as rows by partner: advances, escrow, clawback, giveback. Totals beside the stated ledger are in `fund_carry_payment_rows`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.funds.waterfall.carry_ledger import BALANCE_OF, EntryType
from calculations.funds.waterfall.replay import Replay
from orchestration.assets.fund_waterfall_life import FundLife

Row = dict[str, Any]
Key = tuple[dt.date, str, EntryType, int]


def movement_rows(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
    """Each entry of the carry ledger by the commitment whose carry it is, with the balance that it leaves.

    Entries of one day, type and distribution are one row, such as those of several investments sold together.
    Source: fund-admin 2.1, 2.6, D-6.
    """
    partners = life.stated.rows["partners"]
    amounts: dict[Key, int] = {}
    balances: dict[Key, int] = {}
    for group in replayed.groups:
        for entry in group.ledger:
            distribution_id = life.paid_by.get(entry.event_id, "")
            for i in np.flatnonzero(entry.amounts).tolist():
                key = (entry.date, distribution_id, entry.entry_type, int(group.partners[i]))
                amounts[key] = amounts.get(key, 0) + int(entry.amounts[i])
                balances[key] = int(entry.balance[i])
    for key, amount in sorted(amounts.items()):
        day, distribution_id, entry_type, place = key
        yield {
            "commitment_id": partners[place]["commitment_id"],
            "investor_id": partners[place]["investor_id"],
            "event_date": day,
            "entry_type": entry_type.value,
            "distribution_id": distribution_id or None,
            "balance_code": BALANCE_OF[entry_type].value,
            "amount": amount * unit,
            "balance": balances[key] * unit,
        }
