"""Reads delimited bank statements: entries from their lines, balances from the lines OPENING and CLOSING. Proving balances does not belong here.

Source: input-contracts 5.5.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.bank.stated import StatedStatement, control_total, masked
from ingestion.column import Fault
from ingestion.contracts import arrow_schema, laid_out_contract
from ingestion.delimited import read_grid
from ingestion.layouts import FoundLayout, find_layout
from ingestion.tabular import type_units
from ingestion.units import WHOLE_ROW, Source, Units

OPENING, CLOSING = "OPENING", "CLOSING"
BALANCES = (OPENING, CLOSING)


def find_csv(text: str, kind: str) -> FoundLayout | None:
    """The layout of a delimited statement where its header stands in `text`, else None."""
    contract = laid_out_contract(kind)
    return find_layout(text, contract, contract.layout("csv"))


def read_csv_statement(text: str, found: FoundLayout, source: Source) -> tuple[Units, list[StatedStatement]]:
    """Typed entries, and one statement per account of the file. Raises FileRejected as reading a grid does, and
    CONTROL_TOTAL for an account with two balances of one kind.

    `amount` of an entry is as stated, or credit less debit; one of the two may also be stated as zero. A statement's id is
    the day of its closing balance, else its last booked day.
    """
    grid = read_grid(text, found.layout.delimiter, found.header_line, source.name)
    units = Units(grid, found, source)
    marks = _marks(units)
    units.says_nothing |= np.array([mark != "" for mark in marks], dtype=bool)
    type_units(units)
    _settle_amounts(units)
    statements = _statements(units, marks)
    by_account = {statement.values["account_id"]: statement.values["statement_id"] for statement in statements}
    accounts = units.columns["account_id"].to_pylist()
    units.columns["statement_id"] = pa.array([by_account.get(account) for account in accounts], pa.string())
    return units, statements


def _marks(units: Units) -> list[str]:
    """(n,) OPENING or CLOSING where a line is a balance, else ''."""
    texts = units.grid.columns[units.found.positions["entry_id"]].to_pylist()
    return [mark if (mark := text.strip().upper()) in BALANCES else "" for text in texts]


def _settle_amounts(units: Units) -> None:
    """Fill `amount` where a line states debit and credit instead. Source: input-contracts 1.3, topic one-of."""
    names = ("amount", "debit", "credit")
    columns = [units.columns[name].to_pylist() if name in units.columns else [None] * units.count for name in names]
    is_faulty = ~units.without_fault()
    is_delete = pc.equal(units.columns["row_action"], "delete").to_numpy(zero_copy_only=False)
    settled: list[Decimal | None] = []
    for unit, (amount, debit, credit) in enumerate(zip(*columns, strict=True)):
        sides = [name for name, value in zip(names[1:], (debit, credit), strict=True) if value]
        stated = [*(["amount"] if amount is not None else []), *sides]
        is_stated = any(value is not None for value in (amount, debit, credit))
        if not is_faulty[unit] and len(stated) > 1:
            units.faults[unit, WHOLE_ROW] = Fault(
                "EXCLUSIVE_FIELDS",
                "filled in amount, or in one of debit and credit",
                " and ".join(stated),
                is_quote=False,
            )
        elif not is_faulty[unit] and not is_stated and not is_delete[unit]:
            units.faults[unit, "amount"] = Fault(
                "MISSING_VALUE", "filled, or debit or credit", "nothing", is_quote=False
            )
        value = amount if amount is not None else (credit or Decimal(0)) - (debit or Decimal(0))
        settled.append(value if is_stated else None)
    units.columns["amount"] = pa.array(settled, arrow_schema(units.table).field("amount").type)


def _statements(units: Units, marks: list[str]) -> list[StatedStatement]:
    """One statement per account, with the balances that its lines state. A line is placed by its first."""
    accounts, days, currencies, amounts, actions = (
        units.columns[name].to_pylist() for name in ("account_id", "booked_date", "currency", "amount", "row_action")
    )
    lines: dict[str, list[int]] = defaultdict(list)
    for unit, account in enumerate(accounts):
        if account is not None and actions[unit] != "delete":
            lines[account].append(unit)
    statements = []
    for account, of_account in lines.items():
        balances = {mark: _balance(units, account, of_account, marks, mark) for mark in BALANCES}
        closing = balances[CLOSING]
        day = days[closing] if closing is not None else None
        day = day or max((days[unit] for unit in of_account if days[unit] is not None), default=None)
        values = {
            "account_id": account,
            "statement_id": _text(day),
            "bank_format": "CSV",
            "statement_date": _text(day),
            "currency": next((currencies[unit] for unit in of_account if currencies[unit]), ""),
            "opening_balance": _stated(amounts, balances[OPENING]),
            "closing_balance": _stated(amounts, closing),
        }
        statements.append(StatedStatement(units.line(of_account[0]), values))
    return statements


def _balance(units: Units, account: str, of_account: list[int], marks: list[str], mark: str) -> int | None:
    found = [unit for unit in of_account if marks[unit] == mark]
    if len(found) > 1:
        place = f"{units.source.name}, line {units.line(found[1])}"
        raise control_total(place, f"the {mark} balances of {masked(account)}", 1, len(found))
    return found[0] if found else None


def _text(day: dt.date | None) -> str:
    return "" if day is None else day.isoformat()


def _stated(amounts: list[Decimal | None], unit: int | None) -> str:
    amount = None if unit is None else amounts[unit]
    return "" if amount is None else f"{amount:f}"
