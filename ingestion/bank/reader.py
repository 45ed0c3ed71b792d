"""Reads one bank statement file of any format into raw tables and proves its balances. What a format says is its own module's.

Source: input-contracts 1.1, 5.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.bank.bai2 import read_bai2
from ingestion.bank.camt import read_camt
from ingestion.bank.csv_statement import find_csv, read_csv_statement
from ingestion.bank.stated import StatedStatement, control_total, masked
from ingestion.contracts import arrow_schema, laid_out_contract
from ingestion.delimited import grid_of_columns
from ingestion.extract import Extract, FileRejected
from ingestion.layouts import FoundLayout
from ingestion.reasons import advice_for
from ingestion.row_rules import check_minor_units
from ingestion.tabular import staged, type_units
from ingestion.units import Source, Units

BANK_STATEMENT = "bank_statement"
ROW_ACTION = "row_action"
Key = tuple[str, str]  # account and statement


@dataclass(frozen=True)
class _Booked:
    """The booked rows of one statement, quarantined ones included: `amounts` and `is_reversal` by place in the units."""

    units: tuple[int, ...]
    amounts: tuple[Decimal, ...]
    is_reversal: tuple[bool, ...]
    pending_count: int
    unreadable: tuple[int, ...]  # lines whose amount is no number

    def total(self, sign_of_reversals: int) -> Decimal:
        amounts = zip(self.amounts, self.is_reversal, strict=True)
        return sum((sign_of_reversals * a if r else a for a, r in amounts), Decimal(0))


def read_bank_statement(xml: bytes, text: str | None, source: Source) -> Extract:
    """Read a statement file: `xml` of camt.053, else `text` of BAI2 or CSV.

    Raises FileRejected: CONTROL_TOTAL with the figures where opening balance and booked entries are not the closing balance,
    or a format's own totals are not borne out; and as reading XML or delimited text does. `as_of` is the greatest statement
    date. Rows with a fault are quarantined one by one; their amounts count in the totals all the same.
    """
    if text is None:
        statements = read_camt(xml, source.name)
        entries = _entries(statements, source)
    elif (found := find_csv(text, BANK_STATEMENT)) is not None:
        entries, statements = read_csv_statement(text, found, source)
    elif text.startswith("01,"):
        statements = read_bai2(text, source.name)
        entries = _entries(statements, source)
    else:
        raise FileRejected(
            "MISSING_COLUMN",
            f"{source.name}: expected the columns of a bank statement in one of the first ten rows, found none with amount, "
            f"or with debit or credit, beside the others (MISSING_COLUMN)",
            advice_for("MISSING_COLUMN"),
        )
    headers = _statements(statements, source)
    check_minor_units(entries, ("amount",), entries.columns["currency"].to_pylist())
    check_minor_units(headers, ("opening_balance", "closing_balance"), headers.columns["currency"].to_pylist())
    _prove(headers, entries)
    tables = {units.table.name: staged(units) for units in (headers, entries)}
    counts = tuple(units.row_count(tables[units.table.name].num_rows) for units in (headers, entries))
    balances = int((entries.says_nothing & entries.without_fault()).sum())
    return Extract(
        kind=BANK_STATEMENT,
        as_of=pc.max(headers.columns["statement_date"]).as_py(),
        tables=tables,
        findings=(*headers.findings, *entries.findings),
        rejected=(*headers.rejected(), *entries.rejected()),
        # Balances prove the entries and are none themselves.
        row_counts=(
            counts[0],
            replace(
                counts[1],
                rows_comment=counts[1].rows_comment + balances,
                rows_blank=counts[1].rows_blank - balances,
            ),
        ),
    )


def _laid_out(layout_name: str, rows: Sequence[tuple[int, Mapping[str, str]]], source: Source) -> Units:
    contract = laid_out_contract(BANK_STATEMENT)
    layout = contract.layout(layout_name)
    header = (*layout.fields, ROW_ACTION)
    columns = [[values.get(name, "") for _, values in rows] for name in header]
    grid = grid_of_columns(header, columns, [line for line, _ in rows])
    positions = {name: place for place, name in enumerate(header)}
    units = Units(grid, FoundLayout(contract, layout, 0, header, positions), source)
    type_units(units)
    return units


def _entries(statements: Sequence[StatedStatement], source: Source) -> Units:
    rows = [(entry.line, entry.values) for statement in statements for entry in statement.entries]
    return _laid_out("entry", rows, source)


def _statements(statements: Sequence[StatedStatement], source: Source) -> Units:
    return _laid_out("statement", [(statement.line, statement.values) for statement in statements], source)


def _booked(entries: Units) -> dict[Key, _Booked]:
    """The booked rows by statement."""
    names = ("account_id", "statement_id", "amount", "entry_status", "is_reversal", ROW_ACTION)
    columns = [entries.columns[n].to_pylist() if n in entries.columns else [None] * entries.count for n in names]
    collected: dict[Key, list[tuple[int, Decimal | None, bool, bool]]] = {}
    for unit, (account, statement, amount, status, is_reversal, action) in enumerate(zip(*columns, strict=True)):
        if not entries.says_nothing[unit] and action != "delete":
            row = (unit, amount, bool(is_reversal), status == "PENDING")
            collected.setdefault((account, statement), []).append(row)
    found = {}
    for key, rows in collected.items():
        booked = [row for row in rows if not row[3]]
        found[key] = _Booked(
            units=tuple(row[0] for row in booked),
            amounts=tuple(row[1] or Decimal(0) for row in booked),
            is_reversal=tuple(row[2] for row in booked),
            pending_count=len(rows) - len(booked),
            unreadable=tuple(entries.line(row[0]) for row in booked if row[1] is None),
        )
    return found


def _prove(headers: Units, entries: Units) -> None:
    """Compare each statement's balances with its booked rows, and fill the figures that the statements carry.

    Banks disagree on what a reversal's direction says: the sign that the contract gives it, flipped, stands unless the
    balances bear out the one stated alone.
    """
    by_statement = _booked(entries)
    names = ("account_id", "statement_id", "opening_balance", "closing_balance", ROW_ACTION)
    rows = list(zip(*(headers.columns[name].to_pylist() for name in names), strict=True))
    nothing = _Booked((), (), (), 0, ())
    signs = np.ones(entries.count, dtype=np.int64)
    readings: list[str | None] = []
    for unit, (account, statement, opening, closing, action) in enumerate(rows):
        booked = by_statement.get((account, statement), nothing)
        sign = 1
        if opening is not None and closing is not None and action != "delete":
            expected = closing - opening
            if booked.total(1) != expected and booked.total(-1) == expected:
                sign = -1
            elif booked.total(1) != expected:
                raise _breach(headers, unit, (opening, closing), booked)
        if sign == -1:
            signs[[at for at, is_reversal in zip(booked.units, booked.is_reversal, strict=True) if is_reversal]] = -1
        readings.append(("FLIPPED" if sign == 1 else "AS_STATED") if any(booked.is_reversal) else None)
    amounts = entries.columns["amount"].to_pylist()
    entries.columns["amount"] = pa.array(
        [None if amount is None else amount * int(sign) for amount, sign in zip(amounts, signs, strict=True)],
        entries.columns["amount"].type,
    )
    found = _booked(entries)
    figures = [found.get((account, statement), nothing) for account, statement, *_ in rows]
    schema = arrow_schema(headers.table)
    headers.columns["entry_count"] = pa.array([len(booked.units) for booked in figures], pa.int64())
    headers.columns["pending_count"] = pa.array([booked.pending_count for booked in figures], pa.int64())
    headers.columns["entries_total"] = pa.array(
        [booked.total(1) for booked in figures], schema.field("entries_total").type
    )
    headers.columns["reversals"] = pa.array(readings, pa.string())


def _breach(headers: Units, unit: int, balances: tuple[Decimal, Decimal], booked: _Booked) -> FileRejected:
    opening, closing = balances
    account = headers.columns["account_id"][unit].as_py() or ""
    found = (
        f"{opening + booked.total(1):,f} = {opening:,f} + {booked.total(1):,f} in {len(booked.units)} booked entries"
    )
    if booked.unreadable:
        found += f", of which the amount in line {booked.unreadable[0]} is no number"
    place = f"{headers.source.name}, line {headers.line(unit)}"
    return control_total(place, f"the closing balance of {masked(account)}", closing, found)
