"""Carry and what partners lack at quarter ends, as rows by investor. Carry out of each distribution is in `fund_carry_payment_rows`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.daycount import Ints
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.book import ALL
from calculations.funds.waterfall.carry_ledger import EntryType
from calculations.funds.waterfall.clawback import clawback_due
from calculations.funds.waterfall.distribution import tax_advance_due
from calculations.funds.waterfall.replay import Replay
from calculations.funds.waterfall.state import State
from orchestration.assets.fund_waterfall_life import FundLife

NO_CARRY, NO_HURDLE = "the partner pays no carry", "the terms have no hurdle"
# Carry that the GP has in hand: paid at once, or later out of escrow, less what it returned out of its own pocket.
IN_HAND = {EntryType.CARRY_PAID: 1, EntryType.ESCROW_OUT: 1, EntryType.CLAWBACK_PAID: -1}

Row = dict[str, Any]


def carry_rows(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
    """Carry and what partners lack, by investor at each quarter end; amounts of its commitments added up."""
    stated = _stated_accrued(life, replayed)
    free = {r["investor_id"] for r in life.stated.rows["partners"] if r["is_free_of_carry"]}
    investors = [partner["investor_id"] for partner in life.stated.rows["partners"]]
    for day, accrued in life.carry.items():
        totals: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
        for group in replayed.groups:
            state = deals.accrue(group.states[day], day)
            amounts = _balances(state, day) | {"carry_paid": _in_hand(group.ledger, day, state)}
            amounts["tax_advance_due"] = tax_advance_due(state, np.maximum(accrued[group.partners], 0))
            for i, place in enumerate(group.partners):
                row = totals[investors[place]]
                row["accrued_carry"] += int(accrued[place])
                for name, values in amounts.items():
                    row[name] += int(values[i])
                if state.book.hurdles:
                    lacking = state.whole.preferred(0, ALL, deals.WHOLE_FUND)[i]
                    row["hurdle_balance"] += Decimal(str(lacking)) + int(state.whole.unreturned(ALL)[i])
        for investor_id, row in sorted(totals.items()):
            if not row["contributed"]:
                continue
            is_free = investor_id in free
            told = None if is_free else stated.get((investor_id, day))
            hurdle = row.pop("hurdle_balance", None)
            yield {
                "investor_id": investor_id,
                "event_date": day,
                **{name: amount * unit for name, amount in row.items()},
                "accrued_carry_stated": None if told is None else told * unit,
                "hurdle_balance": None if hurdle is None else hurdle * unit,
                "hurdle_reason": None if hurdle is not None else NO_CARRY if is_free else NO_HURDLE,
            }


def _balances(state: State, day: dt.date) -> dict[str, Ints]:
    return {
        "contributed": state.contributed,
        "unreturned_capital": state.unreturned_capital,
        "lp_profit": state.lp_profit,
        "carry": state.gp_carry,
        "escrow": state.escrow,
        "tax_advances": state.advances,
        "clawback_paid": state.clawback_paid,
        "given_back": state.given_back,
        "clawback_accrued": state.clawback_accrued,
        "clawback_interim": clawback_due(state, day, interim=True).due,
        "clawback_final": clawback_due(state, day, interim=False).due,
    }


def _in_hand(ledger: Sequence[Any], day: dt.date, state: State) -> Ints:
    paid = state.nothing
    for entry in ledger:
        if entry.date <= day and entry.entry_type in IN_HAND:
            paid = paid + IN_HAND[entry.entry_type] * entry.amounts
    return paid


def _stated_accrued(life: FundLife, replayed: Replay) -> Mapping[tuple[str, dt.date], int]:
    """Carry accrued and unpaid as capital accounts and notices state it: charged since inception less what was settled.

    Settled is what notices withhold and what was deducted from advances, which no sheet states by partner.
    """
    deducted: dict[str, list[tuple[dt.date, int]]] = defaultdict(list)
    for group in replayed.groups:
        for _, made in group.distributions:
            for place, amount in zip(group.partners, made.advance_deducted, strict=True):
                if amount:
                    investor = life.stated.rows["partners"][place]["investor_id"]
                    deducted[investor].append((made.date, int(amount)))
    charged: dict[str, int] = defaultdict(int)
    paid = life.stated.columns["distributions"]
    investors = [partner["investor_id"] for partner in life.stated.rows["partners"]]
    days = paid["distribution_date"]
    found: dict[tuple[str, dt.date], int] = {}
    for row in life.stated.rows["accounts"]:
        if row["accrued_carry"] is None:
            continue
        investor, day = row["investor_id"], row["period_end"]
        charged[investor] -= row["accrued_carry"]
        of_investor = [place for place, one in enumerate(investors) if one == investor]
        own = np.isin(paid["place"], of_investor) & (days <= np.datetime64(day))
        advanced = sum(amount for since, amount in deducted[investor] if since <= day)
        found[investor, day] = charged[investor] - int(paid["carry_stated"][own].sum()) - advanced
    return found
