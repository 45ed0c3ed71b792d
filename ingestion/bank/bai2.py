"""Takes BAI2 files apart into statements and entries. Records and their control totals are bai2_records'; types do not belong here.

Source: input-contracts 5.5.
"""

from __future__ import annotations

import re

from ingestion.bank.bai2_records import (
    Record,
    after_availability,
    amounts_of_account,
    in_units,
    read_records,
)
from ingestion.bank.stated import StatedEntry, StatedStatement
from ingestion.contracts import currency_decimals

OPENING_LEDGER, CLOSING_LEDGER = "010", "015"
DEFAULT_CURRENCY = "USD"  # of a group that names none
DELETION = "2"  # group status; 1 is an update, 3 a correction
TEST = "4"

_DAY = re.compile(r"(\d{2})(\d{2})(\d{2})", re.ASCII)
_CREDITS, _DEBITS = range(100, 400), range(400, 700)


def read_bai2(text: str, name: str) -> list[StatedStatement]:
    """One statement per account of a group. Raises FileRejected CONTROL_TOTAL where trailers are not borne out.

    An entry's id is the bank's reference, else its day and the place of its record in the account: the place alone would name
    another entry on every day. A group that deletes what was reported before takes its entries back. Test groups say nothing.
    """
    statements = []
    for group in read_records(text, name).children:
        if group.value(2) != TEST:
            statements += [_statement(group, account) for account in group.children]
    return statements


def _day(text: str) -> str:
    match = _DAY.fullmatch(text)
    return f"20{match[1]}-{match[2]}-{match[3]}" if match else text


def _statement(group: Record, account: Record) -> StatedStatement:
    day = _day(group.value(3))
    currency = (account.value(1) or group.value(5) or DEFAULT_CURRENCY).upper()
    decimals = currency_decimals().get(currency)
    summaries = dict(reversed(list(amounts_of_account(account))))
    shared = {
        "account_id": account.value(0),
        # One account has one statement a day in a group; an intraday group of the day has a time beside it.
        "statement_id": day,
        "currency": currency,
        "row_action": "DELETE" if group.value(2) == DELETION else "",
    }
    values = {
        **shared,
        "bank_format": "BAI2",
        "statement_date": day,
        "opening_balance": in_units(summaries.get(OPENING_LEDGER, ""), decimals),
        "closing_balance": in_units(summaries.get(CLOSING_LEDGER, ""), decimals),
    }
    entries = tuple(
        _entry(record, shared, day, decimals, number) for number, record in enumerate(account.children, start=1)
    )
    return StatedStatement(account.line, values, entries)


def _entry(record: Record, shared: dict[str, str], day: str, decimals: int | None, number: int) -> StatedEntry:
    fields = record.fields
    behind = after_availability(fields, 2)
    is_valued = record.value(2).upper() == "V"
    bank_reference, customer_reference = record.value(behind), record.value(behind + 1)
    values = {
        **shared,
        "entry_id": bank_reference or f"{day}/{number}",
        "entry_status": "BOOKED",
        "booked_date": day,
        "value_date": (_day(record.value(3)) if is_valued else "") or day,
        "amount": _signed(record.value(0), in_units(record.value(1), decimals)),
        "reference": customer_reference,
        "bank_reference": bank_reference,
        "remittance": record.text_from(behind + 2),
        "is_reversal": "FALSE",
    }
    return StatedEntry(record.line, values)


def _signed(kind: str, amount: str) -> str:
    """The amount with the sign of its type; a type that is neither a credit nor a debit leaves no number."""
    number = int(kind) if kind.isascii() and kind.isdigit() else 0
    if number in _CREDITS:
        return amount
    if number in _DEBITS:
        return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
    return f"type {kind} {amount}"
