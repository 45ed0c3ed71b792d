"""The note valuation report of one payment date: what each class is owed, paid and left with, and how the cash was applied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from orchestration.pack.layout import Cell, Kind, Page
from orchestration.pack.published import PackError, PublishedDeal

NAME = "Note Valuation Report"
LISTS = {
    "interest": "Application of interest proceeds",
    "principal": "Application of principal proceeds",
    "notes": "Application of cash for the notes",
    "default": "Application after an event of default",
    "acceleration": "Application after acceleration",
}

_MINE = "{mine} and scenario_id = $scenario_id"
_DATES = f"""
    select period, max(payment_date) as payment_date, min(accrual_start_date) as accrual_start
    from marts.fact_liability_cash_flows where {_MINE} group by period order by period
"""
_NOTES = f"""
    select flows.period, flows.tranche_name, tranches.original_balance, flows.beginning_balance, flows.coupon_rate,
        flows.interest_due, flows.interest_paid, flows.interest_deferred, flows.deferred_ending_balance,
        flows.principal_paid, flows.ending_balance,
        flows.ending_balance / nullif(tranches.original_balance, 0) as pool_factor
    from (select * from marts.fact_liability_cash_flows where {_MINE}) as flows
    left join marts.dim_tranche as tranches using (tranche_key)
    order by tranches.tranche_number, flows.tranche_name
"""
_TESTS = f"""
    select period, 'OC' as test_kind, tranche_name, trigger_name, numerator, denominator, ratio, threshold, passed
    from marts.fact_oc_tests where {_MINE}
    union all
    select period, 'IC', tranche_name, trigger_name, numerator, denominator, ratio, threshold, passed
    from marts.fact_ic_tests where {_MINE}
    order by test_kind desc, threshold desc, trigger_name
"""
_STEPS = f"""
    select period, list_name, step_number, step_kind, payee, amount_due, amount_paid, cash_after
    from marts.fact_waterfall_payments where {_MINE} order by list_name, step_number, leg_number
"""
_ACCOUNTS = f"""
    select period, account_name, opening, inflow, outflow, closing
    from marts.fact_account_balances where {_MINE} order by account_name
"""

Columns = tuple[tuple[str, str, Kind], ...]
_NOTE_COLUMNS: Columns = (
    ("tranche_name", "Class", "text"),
    ("original_balance", "Original balance", "money"),
    ("beginning_balance", "Balance before payment", "money"),
    ("coupon_rate", "Coupon", "rate"),
    ("interest_due", "Interest due", "money"),
    ("interest_paid", "Interest paid", "money"),
    ("interest_deferred", "Interest deferred", "money"),
    ("deferred_ending_balance", "Deferred after payment", "money"),
    ("principal_paid", "Principal paid", "money"),
    ("ending_balance", "Balance after payment", "money"),
    ("pool_factor", "Factor", "ratio"),
)
_TEST_COLUMNS: Columns = (
    ("trigger_name", "Test", "text"),
    ("tranche_name", "Class", "text"),
    ("numerator", "Numerator", "money"),
    ("denominator", "Denominator", "money"),
    ("ratio", "Ratio", "ratio"),
    ("threshold", "Trigger", "ratio"),
    ("passed", "Passed", "flag"),
)
_STEP_COLUMNS: Columns = (
    ("step_number", "Step", "count"),
    ("step_kind", "Kind", "text"),
    ("payee", "Payee", "text"),
    ("amount_due", "Due", "money"),
    ("amount_paid", "Paid", "money"),
    ("cash_after", "Cash after", "money"),
)
_ACCOUNT_COLUMNS: Columns = (
    ("account_name", "Account", "text"),
    ("opening", "Opening", "money"),
    ("inflow", "In", "money"),
    ("outflow", "Out", "money"),
    ("closing", "Closing", "money"),
)

Record = dict[str, Any]


def note_valuation_page(deal: PublishedDeal, payment_date: dt.date | None = None) -> Page:
    """The report of a payment date, by default the next one. Raises `PackError` for a day that is none."""
    dates = deal.records(_DATES)
    chosen = next((row for row in dates if payment_date in (None, row["payment_date"])), None)
    if chosen is None:
        there = f"{dates[0]['payment_date']} to {dates[-1]['payment_date']}, {len(dates)} of them" if dates else "none"
        raise PackError(f"{payment_date} is no payment date of {deal.deal_id} in {deal.scenario_id}; they are: {there}")
    period = chosen["period"]

    def of_date(sql: str) -> list[Record]:
        return [row for row in deal.records(sql) if row["period"] == period]

    steps: dict[str, list[Record]] = {}
    for row in of_date(_STEPS):
        steps.setdefault(row["list_name"], []).append(row)
    walked = {
        name: rows for name, rows in steps.items() if any(row["amount_due"] or row["amount_paid"] for row in rows)
    }
    lines: list[Sequence[Cell]] = [
        (Cell(f"{deal.deal_id}: payment date {chosen['payment_date']}", role="title"),),
        (Cell("Payment date", role="label"), Cell(chosen["payment_date"], "date")),
        (Cell("Interest accrues from", role="label"), Cell(chosen["accrual_start"], "date")),
        (Cell("Scenario", role="label"), Cell(deal.scenario_id)),
        *_section("Notes", _NOTE_COLUMNS, of_date(_NOTES)),
        *_section("Coverage tests, before any payment", _TEST_COLUMNS, of_date(_TESTS)),
    ]
    for name in sorted(walked, key=lambda name: (list(LISTS).index(name) if name in LISTS else len(LISTS), name)):
        lines += _section(LISTS.get(name, f"Application of list {name}"), _STEP_COLUMNS, walked[name])
    if deal.has("fact_account_balances"):
        lines += _section("Accounts", _ACCOUNT_COLUMNS, of_date(_ACCOUNTS))
    return Page(NAME, lines, (24, 17, 22, 17, 17, 17, 17, 22, 17, 22, 10))


def _section(title: str, columns: Columns, rows: Iterable[Record]) -> list[Sequence[Cell]]:
    return [
        (),
        (Cell(title, role="title"),),
        tuple(Cell(heading, kind, "header") for _, heading, kind in columns),
        *(tuple(Cell(row[name], kind) for name, _, kind in columns) for row in rows),
    ]
