"""Tiers as rows, with what each was computed from, for every distribution and partner of a fund. Balances of carry are in `fund_carry_rows`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.funds.waterfall.audit import VALUES, Columns, audit_rows
from calculations.funds.waterfall.replay import Replay
from orchestration.assets.fund_waterfall_life import FundLife
from orchestration.warehouse import own_tables

STORED = 4  # decimals of booked money. Source: input-contracts 2.1


def audit_columns(life: FundLife, replayed: Replay) -> Columns:
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


def tier_columns(audit: Columns) -> Columns:
    """The audit's amounts, those of a distribution of several investments added up."""
    keys = list(zip(audit["distribution_id"], audit["commitment_id"], audit["tier_number"], strict=True))
    place = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    at = np.array([place[key] for key in keys])
    _, first = np.unique(at, return_index=True)
    names = ("distribution_id", "commitment_id", "investor_id", "event_date", "tier_number", "tier_name", "label")
    columns: Columns = {name: audit[name][first] for name in names}
    _, last = np.unique(at[::-1], return_index=True)
    columns["tax_advance_after"] = audit["tax_advance_after"][::-1][last]
    for name in ("amount_lp", "amount_gp", "amount_other", "tax_advance_deducted"):
        total = np.zeros(len(place), dtype=np.int64)
        np.add.at(total, at, audit[name])
        columns[name] = total
    return columns


def as_arrow(relation: str, columns: Columns, same: Mapping[str, Any], decimals: int) -> pa.Table:
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
