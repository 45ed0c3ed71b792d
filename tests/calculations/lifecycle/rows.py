"""Allocations, calls and payments for tests, each with only what its test is about. No expected values here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np

from calculations.funds.lifecycle.allocations import Allocations, Calls
from calculations.funds.lifecycle.payments import Payments, Receipts, receipts

TODAY = dt.date(2024, 6, 30)
PLAIN: dict[str, Any] = {
    "deal_id": "D",
    "fund_id": "F",
    "currency": "USD",
    "scale": 100,
    "allocation_date": dt.date(2024, 1, 15),
    "security_type": "EQUITY",
    "status": "COMMITTED",
    "is_approved": True,
    "amount": 123_456_78,
    "called": 0,
    "paid": 0,
    "market_value": 0,
    "has_market_value": False,
    "distributions": 0,
    "stated_weight_pct": np.nan,
}
KINDS = {int: np.int64, bool: np.bool_, float: np.float64, str: np.str_, dt.date: "datetime64[D]"}


def columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {name: np.array([row[name] for row in rows], dtype=KINDS[type(rows[0][name])]) for name in rows[0]}


def allocations(*rows: dict[str, Any]) -> Allocations:
    """One allocation per row, A1, A2 and so on; amounts in minor units."""
    return Allocations(**columns([{"allocation_id": f"A{n}", **PLAIN, **row} for n, row in enumerate(rows, 1)]))


def calls(*rows: dict[str, Any]) -> Calls:
    """One call per row, C1, C2 and so on, of the first allocation, due on 15 June 2024."""
    plain = {
        "owner": 0,
        "scheduled_date": dt.date(2024, 5, 16),
        "due_date": dt.date(2024, 6, 15),
        "status": "CALLED",
        "amount": 100_00,
        "call_pct": np.nan,
    }
    return Calls(**columns([{"call_id": f"C{n}", **plain, **row} for n, row in enumerate(rows, 1)]))


def payments(*rows: dict[str, Any]) -> Payments:
    """One payment per row, P1, P2 and so on, of the first call, on 10 June 2024."""
    plain = {"owner": 0, "amount": 100_00, "value_date": dt.date(2024, 6, 10), "status": "PAID", "reverses": ""}
    return Payments(**columns([{"payment_id": f"P{n}", **plain, **row} for n, row in enumerate(rows, 1)]))


def received(*rows: dict[str, Any], today: dt.date = TODAY) -> Receipts:
    found = payments(*(rows or ({"status": "PENDING"},)))
    return receipts(found, today)
