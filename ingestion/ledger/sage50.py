"""Reads the audit trail of Sage 50 (UK) into the canonical journal. What each type of transaction books is data, contracts/ledger_sage50.yaml.

The file has no header. Amounts are unsigned and the net leaves out the tax; a row states the nominal account alone, so that its
other legs follow from its type. Source: fund-admin 5.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

import yaml

from ingestion.contracts import CONTRACTS, currency_decimals
from ingestion.extract import Extract, Finding, Scope
from ingestion.fields import Frozen
from ingestion.ledger.canonical import Account, JournalLine
from ingestion.ledger.days import DayForm, form_of
from ingestion.ledger.intacct_detail import GL_SYSTEM, SAGE
from ingestion.ledger.journal import Journal, journal_extract
from ingestion.ledger.layout import LedgerLayout, LedgerSource
from ingestion.ledger.records import is_blank, read_records
from ingestion.ledger.table import LedgerRow, LedgerTable
from ingestion.reasons import advice_for, reason

TERMS = CONTRACTS / "ledger_sage50.yaml"
_JOURNAL = Journal(SAGE, GL_SYSTEM, "Sage 50 audit trail")
_COLUMNS = (
    *(
        "type",
        "account_reference",
        "nominal_code",
        "department",
        "date",
        "reference",
        "details",
        "net",
        "tax_code",
        "tax",
    ),
    *("exchange_rate", "extra_reference", "user", "project", "cost_code"),
)
_NEEDED = _COLUMNS.index("tax") + 1
_PLACES = {name: place for place, name in enumerate(_COLUMNS)}
_DECIMALS = 2


class ControlAccount(Frozen):
    code: str
    name: str
    account_type: str


class TransactionType(Frozen):
    """What a type books: the nominal's side, the account that takes the gross on the other, the control account of tax."""

    title: str
    nominal: Literal["debit", "credit"]
    against: Literal["account_reference", "debtors", "creditors"] | None = None
    tax: Literal["sales_tax", "purchase_tax"] | None = None


class Terms(Frozen):
    nominal_digits: int
    control_accounts: Mapping[str, ControlAccount]
    types: Mapping[str, TransactionType]


@cache
def terms() -> Terms:
    """The types and control accounts of ledger_sage50.yaml."""
    return Terms.model_validate(yaml.safe_load(TERMS.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Leg:
    """One side of a row; `control` names the control account that the row does not state."""

    account: Account
    amount: Decimal
    control: str | None = None


def is_audit_trail(text: str) -> bool:
    """Whether the first filled line has a known type and enough cells."""
    line = next((line for line in text.splitlines() if line.strip(", \t")), "")
    pattern = rf'^"?({"|".join(terms().types)})"?(,[^,]*){{{_NEEDED - 1},}}$'
    return re.match(pattern, line.strip(), re.ASCII) is not None


def read_audit_trail(source: LedgerSource) -> Extract:
    """Legs into gl_entries: the nominal's, that of the tax and that of the account the type books against.

    Debits and credits of a journal share day and reference; any other transaction is its type, account, day and reference.
    Days are day first. Control accounts are noted as DEFAULT_APPLIED. FileRejected as `read_records`, and MISSING_VALUE
    without a declared entity.
    """
    table = _table(source)
    form = form_of(
        ((row.line, row.raw("date")) for row in table.rows),
        ("DMY",),
        file=source.name,
        declared=source.date_order,
        is_compact=True,
    )
    lines: list[JournalLine] = []
    controls: Counter[str] = Counter()
    derived = 0
    for row in table.rows:
        legs = _lines(row, form, source)
        if row.is_sound:
            lines += [line for line, _ in legs]
            derived += len(legs) - 1
            controls.update(control for _, control in legs if control)
    return journal_extract(source, _JOURNAL, table, lines, derived=derived, notes=_notes(source.name, controls))


def _table(source: LedgerSource) -> LedgerTable:
    rows, records, blanks = [], 0, 0
    for line, cells in read_records(source.name, source.text, ","):
        records += 1
        if is_blank(cells):
            blanks += 1
            continue
        row = LedgerRow(source.name, "gl_entries", line, cells, _PLACES)
        if len(cells) < _NEEDED:
            row.fault("BAD_TYPE", None, f"of {_NEEDED} cells at least, up to the tax", str(len(cells)))
        elif any(cell.strip() for cell in cells[len(_COLUMNS) :]):
            row.fault("BAD_TYPE", None, f"of {len(_COLUMNS)} cells at most", str(len(cells)))
        rows.append(row)
    return LedgerTable(1, rows, records, 0, blanks)


def _lines(row: LedgerRow, form: DayForm, source: LedgerSource) -> list[tuple[JournalLine, str | None]]:
    """The lines of a row, its nominal account's first, each with the control account it is on, if any."""
    if not row.is_sound:
        return []
    code = row.code("type", {name: name for name in terms().types})
    day = row.day("date", form)
    nominal = _nominal(row)
    decimals = currency_decimals().get(source.currency or "", _DECIMALS)
    net, tax = _unsigned(row, "net", decimals), _unsigned(row, "tax", decimals)
    if code is None or day is None or net is None or not row.is_sound:
        return []
    kind = terms().types[code]
    legs = _legs(row, kind, nominal, net, tax or Decimal(0))
    if not row.is_sound:
        return []
    return [(_line(row, code, day, leg, source.currency), leg.control) for leg in legs]


def _legs(row: LedgerRow, kind: TransactionType, nominal: str, net: Decimal, tax: Decimal) -> list[Leg]:
    side = 1 if kind.nominal == "debit" else -1
    legs = [Leg(Account(nominal, nominal, nominal, None), side * net)]
    if kind.tax is None and tax:
        row.fault("RULE_VIOLATION", "tax", f"0 in a {kind.title.lower()}, which books no tax", f"{tax:,}")
    elif kind.tax is not None and tax:
        legs.append(_control(kind.tax, side * tax))
    if kind.against == "account_reference":
        bank = row.name("account_reference")
        legs.append(Leg(Account(bank, bank, bank, None), -side * (net + tax)))
    elif kind.against is not None:
        legs.append(_control(kind.against, -side * (net + tax)))
    return legs


def _control(name: str, amount: Decimal) -> Leg:
    account = terms().control_accounts[name]
    return Leg(Account(account.code, account.name, account.code, account.account_type), amount, name)


def _line(row: LedgerRow, code: str, day: dt.date, leg: Leg, currency: str | None) -> JournalLine:
    reference, account_reference = row.text("reference"), row.text("account_reference")
    is_journal = terms().types[code].against is None
    of = f"{day}:{reference or ''}"
    return JournalLine(
        row=row.line,
        journal_id=f"JOURNAL:{of}" if is_journal else f"{code}:{account_reference or ''}:{of}",
        posting_date=day,
        account=leg.account,
        amount=leg.amount,
        stated_amount=abs(leg.amount),
        is_debit_account=terms().types[code].nominal == "debit",
        transaction_type=code,
        document_number=reference,
        counterparty=None if terms().types[code].against == "account_reference" else account_reference,
        memo=row.text("details"),
        currency=currency,
        dimensions=row.dimensions(("department", "project", "cost_code")),
    )


def _nominal(row: LedgerRow) -> str:
    code, digits = row.name("nominal_code"), terms().nominal_digits
    if code.isdigit() and len(code) < digits:
        expected = f"a code of {digits} digits at least, as it is before a spreadsheet takes its leading zeros"
        row.fault("BAD_TYPE", "nominal_code", expected, repr(code))
    return code


def _unsigned(row: LedgerRow, column: str, decimals: int) -> Decimal | None:
    amount = row.amount(column, decimals)
    if amount is None and column == "net" and not row.raw(column):
        row.fault("MISSING_VALUE", column, "a value", "none")
    if amount is not None and amount < 0:
        row.fault("OUT_OF_RANGE", column, "0 or more, its direction being that of its type", f"{amount:,}")
    return amount


def _notes(file: str, controls: Mapping[str, int]) -> list[Finding]:
    return [
        Finding(
            code="DEFAULT_APPLIED",
            severity=reason("DEFAULT_APPLIED").severity,
            scope=Scope.FEED,
            message=f"{file}: {count} legs are on the {terms().control_accounts[name].name}, which the file does not state: "
            f"its default code {terms().control_accounts[name].code} is used (DEFAULT_APPLIED)",
            found=str(count),
            advice=advice_for("DEFAULT_APPLIED"),
        )
        for name, count in sorted(controls.items())
    ]


LAYOUT = LedgerLayout("audit trail of Sage 50", SAGE, is_audit_trail, read_audit_trail, encodings=("cp1252", "utf-16"))
