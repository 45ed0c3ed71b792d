"""Fees and expenses of a fund by the partners that bear them. Which fee is due, and how it is shared, is in calculations."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from calculations.funds.fees.partner_shares import share_costs
from calculations.funds.fees.payers import payer_of
from orchestration.assets.fund_fee_inputs import FundBook, Row

SHARES = "calc.fund_cost_shares"
MANAGEMENT_FEE = "MANAGEMENT_FEE"
PARTS = ("net_amount", "waiver_amount", "rebate_amount", "offset_amount")
FEE_PARTS = {"offset_amount": "offset_applied"}  # as charges call it


def cost_shares(book: FundBook, charges: Sequence[Row], keys: Mapping[str, Any]) -> Iterator[pa.Table]:
    """What partners bear of the charges, as stated where they are, and of the expenses; a table or none."""
    costs = [*_fees(charges), *_expenses(book)]
    if not costs or not book.commitments:
        return
    amounts = np.array(
        [[book.units(cost[part], cost["currency"], cost["event_date"]) for part in PARTS] for cost in costs]
    )
    bears = np.array([_bearing(book, cost) for cost in costs], dtype=np.int64)
    days = np.array([cost["event_date"] for cost in costs], dtype="datetime64[D]")
    shared = share_costs(amounts, days, bears, book.committed, book.investor_of, len(book.investors))
    if not shared.charge.size:
        return
    described = {
        name: pa.array([cost[name] for cost in costs]).take(pa.array(shared.charge))
        for name in ("cost_id", "cost_type", "event_date", "is_stated", "is_capitalised", "is_related_party")
    }
    parts = {part: _decimals(shared.amounts[:, place], book.decimals) for place, part in enumerate(PARTS)}
    gross = _decimals(shared.amounts.sum(axis=1), book.decimals)
    investors = pa.array(book.investors).take(pa.array(shared.investor))
    rows = shared.charge.size
    same = {name: pa.repeat(value, rows) for name, value in keys.items()}
    yield pa.table({**same, "investor_id": investors, **described, "gross_amount": gross, **parts})


def _fees(charges: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for row in charges:
        is_stated = row["net_amount_stated"] is not None
        amounts = {
            part: row[FEE_PARTS.get(part, part) + ("_stated" if is_stated else "")] or Decimal(0) for part in PARTS
        }
        yield {
            "cost_id": row["fee_charge_id"] or f"{row['class_code']}/{row['investor_id'] or ''}/{row['period_start']}",
            "cost_type": MANAGEMENT_FEE,
            "is_stated": is_stated,
            "is_capitalised": False,
            "is_related_party": True,
            "currency": None,
            "charge": row,
            **{name: row[name] for name in ("event_date", "class_code", "investor_id")},
            **amounts,
        }


def _expenses(book: FundBook) -> Iterator[dict[str, Any]]:
    for row in book.rows["expenses"]:
        if row["expense_type"] == MANAGEMENT_FEE:
            continue  # charged and stated on its own sheet
        yield {
            "cost_id": row["expense_id"],
            "cost_type": row["expense_type"],
            "is_stated": True,
            "is_capitalised": bool(row["capitalised"]),
            "is_related_party": bool(row["related_party"]),
            **dict.fromkeys(("class_code", "charge")),
            **{name: row[name] for name in ("currency", "event_date", "investor_id")},
            **dict.fromkeys(PARTS, Decimal(0)),
            "net_amount": row["amount"],
        }


def _bearing(book: FundBook, cost: Mapping[str, Any]) -> list[bool]:
    """Which commitments bear a cost: all of them, an investor's, those of the payer, or what a closing added."""
    charge = cost["charge"]
    if charge is None:
        return [cost["investor_id"] in (None, each.investor_id) for each in book.commitments]
    added = _added_by(book, charge) if charge["charge_kind"] == "TRUE_UP" else None
    payer = (cost["class_code"] or "", cost["investor_id"] or "")
    return [
        (found.class_code, found.investor_id) == payer and (added is None or each.commitment_id in added)
        for each in book.commitments
        for found in [payer_of(each, book.alone)]
    ]


def _added_by(book: FundBook, charge: Row) -> set[str]:
    """Commitments that joined in the last period that a true-up makes up for."""
    return {
        row["commitment_id"]
        for row in book.rows["commitments"]
        if row["commitment_type"] != "TRANSFER" and row["commitment_date"] == charge["event_date"]
    }


def _decimals(units: Any, decimals: int) -> pa.Array:
    exact = pa.array(units).cast(pa.decimal128(19, 0))
    unit = pa.scalar(Decimal(1).scaleb(-decimals), pa.decimal128(max(decimals, 0) + 1, decimals))
    return pc.multiply(exact, unit)
