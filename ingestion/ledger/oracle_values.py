"""What the layouts of Oracle share: two columns for an amount, joined segments, balance types, dates. Which column is where does not belong here.

Source: fund-admin 5, rows of Oracle.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TypedDict

import yaml

from ingestion.contracts import CONTRACTS
from ingestion.ledger.canonical import Account
from ingestion.ledger.table_rows import TableRow

ORACLE, GL_SYSTEM = "ledger_oracle", "ORACLE"
STATISTICAL_CURRENCY = "STAT"
ACTUAL = "A"
# What is no posting of money is kept apart from the journal.
LEFT_OUT = {"B": "BUDGET", "E": "ENCUMBRANCE"}
MONTH_NAMES = CONTRACTS / "ledger_month_names.yaml"
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # input-contracts 1.3
_ISO = re.compile(r"^(\d{4})[/-](\d{2})[/-](\d{2})(?:[T ]00:00:00(?:\.0+)?Z?)?$", re.ASCII)
_NAMED = re.compile(r"^(\d{1,2})-([^\d\s-]{3,5}\.?)-(\d{2}|\d{4})$")
_CENTURY_BREAK = 50  # years of two digits from here on are of the last century, as Oracle's format RR has it


@dataclass(frozen=True)
class Sided:
    """One amount as it stands in a column of debits or of credits. A negative one is a correction and counts on the other side."""

    stated: Decimal
    is_debit_column: bool

    @property
    def amount(self) -> Decimal:
        """Positive for a debit."""
        return self.stated if self.is_debit_column else -self.stated


def sided(row: TableRow, debit: str, credit: str) -> Sided | None:
    """The amount of a row under `debit` or `credit`; None where both are empty. A zero beside an amount says nothing.

    FileRejected CONTROL_TOTAL where both columns hold an amount.
    """
    in_debit, in_credit = row.amount(debit), row.amount(credit)
    if in_debit and in_credit:
        raise row.refusal(credit, f"empty where {debit} holds an amount", row.text(credit))
    if in_credit or in_debit is None:
        return None if in_credit is None else Sided(in_credit, is_debit_column=False)
    return Sided(in_debit, is_debit_column=True)


class Amounts(TypedDict):
    """The amounts of a journal line, by the names that `JournalLine` has for them."""

    amount: Decimal
    stated_amount: Decimal
    is_debit_account: bool
    currency: str | None
    transaction_amount: Decimal | None
    transaction_currency: str | None


def amounts_of(entered: Sided, accounted: Sided | None, currency: str, ledger_currency: str | None) -> Amounts:
    """The accounted amount and beside it the entered one in `currency`; the entered one alone where none is accounted.

    Oracle converts what has no accounted amount when it takes the line in; nothing is converted here.
    """
    own = entered if accounted is None else accounted
    return Amounts(
        amount=own.amount,
        stated_amount=entered.stated,
        is_debit_account=own.is_debit_column,
        currency=currency if accounted is None else ledger_currency,
        transaction_amount=None if accounted is None else entered.amount,
        transaction_currency=None if accounted is None else currency,
    )


def account_of(segments: Sequence[str]) -> Account:
    """The account of a combination of segments: their texts joined as they stand, zeros included, to the last one filled."""
    joined = ".".join(segments).rstrip(".")
    return Account(joined, joined, joined, None)


def left_out_reason(row: TableRow, actual_flag: str, currency: str) -> str | None:
    """Why a line is no part of the journal: budget, encumbrance, statistics; None for an actual posting of money."""
    flag = (row.text(actual_flag) or ACTUAL).upper()
    if flag != ACTUAL and flag not in LEFT_OUT:
        raise row.refusal(actual_flag, "A (actual), B (budget) or E (encumbrance)", flag)
    return LEFT_OUT.get(flag) or ("STATISTICAL" if currency == STATISTICAL_CURRENCY else None)


def currency_of(row: TableRow, column: str) -> str:
    """A code of three capitals, or STAT."""
    text = row.needed(column).upper()
    if not re.fullmatch(r"[A-Z]{3}|STAT", text):
        raise row.refusal(column, "a code of three letters, or STAT", text)
    return text


@cache
def month_numbers() -> Mapping[str, int]:
    """Month by abbreviated name without its dot, in every language listed."""
    languages = yaml.safe_load(MONTH_NAMES.read_text(encoding="utf-8"))
    return {name.casefold(): month for names in languages.values() for month, name in enumerate(names, start=1)}


def day_of(row: TableRow, column: str) -> dt.date:
    """A day as YYYY/MM/DD, YYYY-MM-DD or DD-MON-YY with a month's name of a known language."""
    text = row.needed(column)
    year, month, day = _parts(text) or (0, 0, 0)
    try:
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise ValueError
        return dt.date(year, month, day)
    except ValueError as error:
        raise row.refusal(column, "a day as YYYY/MM/DD, YYYY-MM-DD or DD-MON-YY", text) from error


def _parts(text: str) -> tuple[int, int, int] | None:
    iso = _ISO.match(text)
    if iso:
        return int(iso[1]), int(iso[2]), int(iso[3])
    named = _NAMED.match(text)
    month = month_numbers().get(named[2].rstrip(".").casefold()) if named else None
    if named is None or month is None:
        return None
    year = int(named[3])
    if len(named[3]) == 2:
        year += 1900 if year >= _CENTURY_BREAK else 2000
    return year, month, int(named[1])
