"""Rows of the tables about the waterfalls of funds, out of a fund's replayed life. Computing them is in calculations."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.funds.waterfall import deals
from calculations.funds.waterfall.audit import VALUES, Columns, audit_rows
from calculations.funds.waterfall.book import ALL
from calculations.funds.waterfall.clawback import clawback_due
from calculations.funds.waterfall.replay import EntryType, Replay
from calculations.funds.waterfall.state import State
from orchestration.assets.fund_waterfall_life import FundLife
from orchestration.calculation_cache import as_table
from orchestration.warehouse import own_tables

TIERS, AUDIT, CARRY = "calc.fund_waterfall", "calc.fund_waterfall_audit", "calc.fund_carry"
PAYMENTS, ENTRIES, FINDINGS = "calc.fund_carry_payments", "calc.fund_carry_entries", "calc.fund_waterfall_findings"
TABLES = (AUDIT, CARRY, ENTRIES, FINDINGS, PAYMENTS, TIERS)
STORED = 4  # decimals of booked money. Source: input-contracts 2.1
NO_CARRY, NO_HURDLE = "the partner pays no carry", "the terms have no hurdle"
NOT_IN_THE_LEDGER = "the carry ledger has no such entries"
NOT_COMPUTED = "follows from fees, not from the waterfall"
# Carry that the GP has in hand: paid at once, or later out of escrow, less what it returned out of its own pocket.
IN_HAND = {EntryType.CARRY_PAID: 1, EntryType.ESCROW_OUT: 1, EntryType.CLAWBACK_PAID: -1}

Row = dict[str, Any]


def tables(life: FundLife) -> dict[str, pa.Table]:
    """Rows of one fund in one state by table, without the measured state that they belong to."""
    fund = life.stated.rows["funds"][0]
    keys = {name: fund[name] for name in ("state_id", "organization_id", "fund_id", "known_at")}
    unit = Decimal(1).scaleb(-fund["minor_units"])
    made: dict[str, pa.Table] = {}
    listed: dict[str, Iterator[Row]] = {FINDINGS: _findings(life)}
    if life.replayed is not None:
        listed |= {
            CARRY: _carry(life, life.replayed, unit),
            ENTRIES: _entries(life, life.replayed, unit),
            PAYMENTS: _payments(life, life.replayed, unit),
        }
        audit = _audit(life, life.replayed)
        if audit:
            made[AUDIT] = _arrow(AUDIT, audit, keys | {"currency": fund["base_currency"]}, fund["minor_units"])
            made[TIERS] = _arrow(TIERS, _tiers(audit), keys | {"currency": fund["base_currency"]}, fund["minor_units"])
    currency = {"currency": fund["base_currency"], "measured_id": ""}
    for relation, rows in listed.items():
        filled = [{**keys, **currency, **row} for row in rows]
        if filled:
            made[relation] = as_table(relation, filled)
    return made


def with_measured(table: pa.Table, measured_id: str) -> pa.Table:
    """The table of a measured state."""
    place = table.schema.get_field_index("measured_id")
    return table.set_column(place, "measured_id", pa.repeat(pa.scalar(measured_id), len(table)))


def _findings(life: FundLife) -> Iterator[Row]:
    for number, finding in enumerate(life.findings, 1):
        yield {
            "finding_number": number,
            "rule_code": str(finding.code),
            "subject": finding.subject or None,
            "message": finding.message,
            "is_blocking": finding.blocks,
        }


def _audit(life: FundLife, replayed: Replay) -> Columns:
    """Tier by tier and partner by partner, for every investment of every distribution."""
    ids = np.array([partner.partner_id for partner in replayed.partners], dtype=object)
    investors = {r["commitment_id"]: r["investor_id"] for r in life.stated.rows["partners"]}
    blocks: list[Columns] = []
    for group in replayed.groups:
        for event_id, paid in group.distributions:
            concerned = np.any([tier.available != 0 for tier in paid.tiers], axis=0) if paid.tiers else np.array([])
            block = audit_rows(life.paid_by[event_id], paid, ids[group.partners].tolist())
            kept = np.tile(concerned, len(paid.tiers))
            count = int(kept.sum())
            more = {
                "event_date": np.full(count, np.datetime64(paid.date), dtype="datetime64[D]"),
                "investment_id": np.full(count, paid.investment or None, dtype=object),
            }
            blocks.append({name: values[kept] for name, values in block.items()} | more)
    if not blocks:
        return {}
    columns: Columns = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    columns["commitment_id"] = columns.pop("partner_id")
    columns["label"] = np.array([label or None for label in columns["label"]], dtype=object)
    columns["investor_id"] = np.array([investors[code] for code in columns["commitment_id"]], dtype=object)
    return columns


def _tiers(audit: Columns) -> Columns:
    """The audit's amounts, those of a distribution of several investments added up."""
    keys = list(zip(audit["distribution_id"], audit["commitment_id"], audit["tier_number"], strict=True))
    place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    at = np.array([place[key] for key in keys])
    _, first = np.unique(at, return_index=True)
    names = ("distribution_id", "commitment_id", "investor_id", "event_date", "tier_number", "tier_name", "label")
    columns: Columns = {name: audit[name][first] for name in names}
    for name in ("amount_lp", "amount_gp", "amount_other"):
        total = np.zeros(len(place), dtype=np.int64)
        np.add.at(total, at, audit[name])
        columns[name] = total
    return columns


def _arrow(relation: str, columns: Columns, same: Mapping[str, Any], decimals: int) -> pa.Table:
    """A table of many rows: whole amounts are minor units, unrounded ones likewise."""
    declared = own_tables()[relation]
    count = len(next(iter(columns.values())))
    made = {}
    for name, kind in declared.items():
        if name == "measured_id":
            made[name] = pa.repeat(pa.scalar(""), count)
        elif name in same:
            made[name] = pa.repeat(pa.scalar(same[name]), count)
        elif name == "intermediate_values":
            made[name] = pa.array(_values(columns, decimals))
        elif kind == "decimal(24,4)":
            made[name] = _money(columns[name], decimals)
        elif kind.startswith("decimal"):
            made[name] = _decimals(columns[name], kind, 0 if name == "gp_share" else decimals)
        else:
            made[name] = pa.array(columns[name])
    return pa.table(made)


def _money(units: Ints, decimals: int) -> pa.Array:
    """Minor units as decimal(24,4), exactly and without a Python object for each: two words of 64 bits a value."""
    words = np.empty((units.size, 2), dtype=np.int64)
    words[:, 0] = units * 10 ** (STORED - decimals)
    words[:, 1] = words[:, 0] >> 63
    return pa.Decimal128Array.from_buffers(pa.decimal128(24, STORED), units.size, [None, pa.py_buffer(words.tobytes())])


def _decimals(values: NDArray[Any], kind: str, decimals: int) -> pa.Array:
    precision, scale = (int(part) for part in kind.removeprefix("decimal(").removesuffix(")").split(","))
    stored = [None if value != value else _rounded(value, decimals, scale) for value in values]
    return pa.array(stored, pa.decimal128(precision, scale))


def _rounded(value: Any, decimals: int, scale: int = 12) -> Decimal:
    return Decimal(str(value)).scaleb(-decimals).quantize(Decimal(1).scaleb(-scale))


def _values(columns: Columns, decimals: int) -> list[str]:
    """The values of each row's formula by name; shares as they are, amounts in the currency."""
    shares = ("carry", "share")
    present = {name: columns[name] for name in VALUES}
    return [
        json.dumps(
            {
                name: str(_rounded(value, 0 if name in shares else decimals))
                for name, value in zip(present, row, strict=True)
                if value == value
            }
        )
        for row in zip(*present.values(), strict=True)
    ]


def _carry(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
    """Carry and what partners lack, by investor at each quarter end; amounts of its commitments added up."""
    stated = _stated_accrued(life, replayed)
    free = {r["investor_id"] for r in life.stated.rows["partners"] if r["is_free_of_carry"]}
    investors = [partner["investor_id"] for partner in life.stated.rows["partners"]]
    for day, accrued in life.carry.items():
        totals: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
        for group in replayed.groups:
            state = deals.accrue(group.states[day], day)
            amounts = _balances(state, day) | {"carry_paid": _in_hand(group.ledger, day, state)}
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


def _payments(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
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


def _entries(life: FundLife, replayed: Replay, unit: Decimal) -> Iterator[Row]:
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
