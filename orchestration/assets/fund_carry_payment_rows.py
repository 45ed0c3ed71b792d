"""Carry that moved, as rows beside what notices and the carry ledger state of it. Balances at quarter ends are in `fund_carry_rows`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from calculations.funds.waterfall.carry_ledger import EntryType
from calculations.funds.waterfall.replay import Replay
from orchestration.assets.fund_waterfall_life import FundLife

NOT_IN_THE_LEDGER = "the carry ledger has no such entries"
NOT_COMPUTED = "follows from fees, not from the waterfall"

Row = dict[str, Any]


def payment_rows(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
    """Carry out of each partner's part of each distribution beside what its notice states."""
    stated: dict[tuple[str, int], tuple[int, int]] = {}
    paid = life.stated.columns["distributions"]
    for code, place, amount, carry in zip(
        paid["distribution_id"], paid["place"], paid["amount"], paid["carry_stated"], strict=True
    ):
        before = stated.get((code, int(place)), (0, 0))
        stated[code, int(place)] = before[0] + int(amount), before[1] + int(carry)
    computed: dict[tuple[str, int], list[int]] = {}
    dates: dict[str, dt.date] = {}
    for group in replayed.groups:
        for event_id, made in group.distributions:
            dates[life.paid_by[event_id]] = made.date
            parts = (made.to_gp, made.advance_deducted, made.escrowed, made.carry_paid)
            for i, place in enumerate(group.partners):
                row = computed.setdefault((life.paid_by[event_id], int(place)), [0] * len(parts))
                for n, part in enumerate(parts):
                    row[n] += int(part[i])
    for (code, place), (gross, told) in sorted(stated.items()):
        if (code, place) not in computed:
            continue
        allocated, deducted, escrowed, at_once = (part * unit for part in computed[code, place])
        partner = life.stated.rows["partners"][place]
        withheld = allocated - deducted
        yield {
            "distribution_id": code,
            "commitment_id": partner["commitment_id"],
            "investor_id": partner["investor_id"],
            "event_date": dates[code],
            "gross_distribution": gross * unit,
            "carry_allocated": allocated,
            "tax_advance_deducted": deducted,
            "escrowed": escrowed,
            "carry_paid": at_once,
            "carried_interest": withheld,
            "carried_interest_stated": told * unit,
            "difference": withheld - told * unit,
        }


def entry_rows(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
    """The carry ledger as computed beside that of the sheet, by day, type and distribution."""
    computed: dict[tuple[dt.date, str, str], int] = defaultdict(int)
    for group in replayed.groups:
        for entry in group.ledger:
            key = (entry.date, entry.entry_type.value, life.paid_by.get(entry.event_id, ""))
            computed[key] += int(entry.amounts.sum())
    stated: dict[tuple[dt.date, str, str], int] = defaultdict(int)
    for row in life.stated.rows["ledger"]:
        stated[row["event_date"], row["entry_type"], row["distribution_id"] or ""] += row["amount"]
    for key in sorted({*computed, *stated}):
        day, kind, distribution_id = key
        is_ours = kind == EntryType.TAX_ADVANCE_DEDUCTED
        is_computed = kind in EntryType.__members__
        amount = computed[key] * unit if is_computed else None
        told = None if is_ours else stated[key] * unit
        yield {
            "event_date": day,
            "entry_type": kind,
            "distribution_id": distribution_id or None,
            "amount": amount,
            "amount_stated": told,
            "difference": None if amount is None or told is None else amount - told,
            "reason": NOT_IN_THE_LEDGER if is_ours else None if is_computed else NOT_COMPUTED,
        }
