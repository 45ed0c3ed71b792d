"""Small books for the layouts of other ledger systems: accounts and journals by a seed. How a system writes them does not belong here.

They are examples for one file each and no part of the demo, whose ledgers tie to its funds.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

FIRST_DAY = dt.date(2024, 3, 4)
JOURNALS = 6


@dataclass(frozen=True)
class BookAccount:
    """`code` keeps its leading zeros; `type_name` is what QuickBooks calls the account's type."""

    code: str
    name: str
    type_name: str


@dataclass(frozen=True)
class BookJournal:
    """One journal: `legs` are (account, cents), positive for a debit, at one `location`. A deleted one must not count."""

    number: str
    day: dt.date
    memo: str
    location: str
    legs: tuple[tuple[BookAccount, int], ...]
    is_deleted: bool = False


CASH = BookAccount("0100", "Cash", "Bank")
FEES = BookAccount("6100", "Management fee", "Expense")
LEGAL = BookAccount("6200", "Légal costs", "Expense")  # a letter that Windows-1252 writes in one byte and UTF-8 in two
PAYABLE = BookAccount("2050", "Accrued fees", "Accounts Payable")
CAPITAL = BookAccount("3000", "Partners' capital", "Equity")
ACCOUNTS = (CASH, PAYABLE, CAPITAL, FEES, LEGAL)


def book_journals(seed: int) -> tuple[BookJournal, ...]:
    """Six journals of two or three legs over two months, the last of them deleted. The same seed gives the same books."""
    draw = random.Random(seed)
    found = []
    for number in range(1, JOURNALS + 1):
        first, second = draw.randrange(100, 5_000_000), draw.randrange(100, 90_000)
        legs: tuple[tuple[BookAccount, int], ...] = ((CASH, first), (CAPITAL, -first))
        if number % 2 == 0:
            legs = ((FEES, first), (LEGAL, second), (PAYABLE, -first - second))
        day = FIRST_DAY + dt.timedelta(days=9 * number)
        location = "NORTH" if number % 3 else "SOUTH"
        memo = f"Call {number}, paid" if number % 2 else f"Fees {number}, accrued"
        found.append(BookJournal(f"J-{number:03d}", day, memo, location, legs, is_deleted=number == JOURNALS))
    return tuple(found)


def amount(cents: int) -> str:
    """Cents as a plain number with two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def with_separators(cents: int) -> str:
    """Cents as a report shows them to people: thousands separated."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
