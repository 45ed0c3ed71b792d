"""How SAP stores days, sides, numbers and amounts in its tables. Which column holds what does not belong here.

Source: fund-admin 5, rows of the SAP tables; the decimals of currencies are those of ISO 4217 and the list beside it.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from ingestion.contracts import CURRENCIES, currency_decimals
from ingestion.ledger.table_rows import TableRow

SAP, GL_SYSTEM = "ledger_sap", "SAP"
LEADING_LEDGER = "0L"
OTHER_LEDGER = "OTHER_LEDGER"  # why a line is kept apart from the journal
STORED_DECIMALS = 2  # that tables keep an amount with, whatever the decimals of its currency
WITHDRAWN = CURRENCIES.with_name("withdrawn_currencies.csv")
POSTING_KEYS = Path(__file__).parents[1] / "contracts" / "ledger_sap_posting_keys.csv"
SIDES = {"S": 1, "H": -1}  # Soll, Haben
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # input-contracts 1.3
_DOCUMENT_DIGITS = 10


@cache
def stored_currency_decimals() -> Mapping[str, int]:
    """Decimals by currency, of those in use and of those that old documents are still in."""
    with WITHDRAWN.open(encoding="utf-8", newline="") as lines:
        withdrawn = {row["currency_code"]: int(row["minor_units"]) for row in csv.DictReader(lines)}
    return {**withdrawn, **currency_decimals()}


@cache
def posting_key_sides() -> Mapping[str, str]:
    """S or H by posting key, of the keys as delivered; a company's own keys are not among them."""
    with POSTING_KEYS.open(encoding="utf-8", newline="") as lines:
        return {row["posting_key"]: row["side"] for row in csv.DictReader(lines)}


def stored_day(row: TableRow, column: str) -> dt.date | None:
    """A day as YYYYMMDD; None where the cell is empty or holds nothing but zeros."""
    text = row.text(column)
    if text is None or not text.strip("0"):
        return None
    try:
        if len(text) != 8 or not text.isdecimal() or not _FIRST_YEAR <= int(text[:4]) <= _LAST_YEAR:
            raise ValueError
        return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise row.refusal(column, "a day as YYYYMMDD", text) from error


def needed_day(row: TableRow, column: str) -> dt.date:
    """A day that must be there."""
    day = stored_day(row, column)
    if day is None:
        raise row.refusal(column, "a day as YYYYMMDD", row.text(column))
    return day


def fiscal_year(row: TableRow, column: str) -> int:
    """A fiscal year of four digits, which need not be a calendar year."""
    text = row.needed(column)
    if len(text) != 4 or not text.isdecimal():
        raise row.refusal(column, "a fiscal year of four digits", text)
    return int(text)


def fiscal_period(row: TableRow, column: str) -> str | None:
    """A posting period as three digits, 000 (carried forward) to 016 (013 to 016 adjust the last one); None where empty."""
    text = row.text(column)
    if text is None:
        return None
    if not text.isdecimal() or int(text) > 16:
        raise row.refusal(column, "a posting period of 000 to 016", text)
    return text.zfill(3)


def document_number(row: TableRow, column: str) -> str:
    """A document number in its full ten digits: spreadsheets and connectors lose the zeros in front."""
    text = row.needed(column)
    return text.zfill(_DOCUMENT_DIGITS) if text.isdecimal() else text


def code(row: TableRow, column: str) -> str | None:
    """A code in capitals, as SAP has it; connectors may have lowered it. None where empty."""
    text = row.text(column)
    return text.upper() if text is not None else None


def side(row: TableRow, column: str) -> int:
    """1 for S, debit, and -1 for H, credit."""
    text = row.needed(column).upper()
    if text not in SIDES:
        raise row.refusal(column, "S (debit) or H (credit)", text)
    return SIDES[text]


def amount_in(row: TableRow, column: str, currency_column: str, currency: str | None) -> Decimal | None:
    """An amount in units of `currency`, from the two decimals that it is stored with: 10.00 of JPY are 1,000 yen.

    None where the cell is empty. FileRejected CONTROL_TOTAL where the decimals of the currency are not known.
    """
    stored = row.amount(column)
    if stored is None:
        return None
    decimals = stored_currency_decimals().get(currency or "")
    if decimals is None:
        raise row.refusal(currency_column, "a currency whose decimals are known", currency)
    return stored.scaleb(STORED_DECIMALS - decimals)
