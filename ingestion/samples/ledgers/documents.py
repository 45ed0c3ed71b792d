"""Small invented documents of a ledger with every form that exports trip over: currencies of 0, 2 and 3 decimals, corrections, adjusting periods. How a system writes them is its module's.

Source: fund-admin 5.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

COMPANY, COMPANY_CURRENCY = "1000", "EUR"
LAST_YEAR_END = dt.date(2024, 12, 31)
# Currency of a document, its decimals, and units of it for one EUR, so that both currencies stay exact.
CURRENCIES = (
    ("EUR", 2, Decimal(1)),
    ("JPY", 0, Decimal(160)),
    ("KWD", 3, Decimal("0.125")),
    ("USD", 2, Decimal("1.25")),
)
ACCOUNTS = ("0000113100", "0000210000", "0000310000", "0000400000", "0000610000")
ADJUSTING = ("013", "016")


@dataclass(frozen=True)
class Leg:
    """One line. Amounts are in units of their currency and positive for a debit."""

    account: str
    amount: Decimal
    company_amount: Decimal


@dataclass(frozen=True)
class Document:
    """A balanced document. `foreign_per_company` are units of `currency` for one of the company's."""

    number: str
    posting_date: dt.date
    fiscal_period: str
    currency: str
    decimals: int
    foreign_per_company: Decimal
    legs: tuple[Leg, ...]
    text: str

    @property
    def journal_id(self) -> str:
        return f"{self.posting_date.year}:{self.number}"


def documents(seed: int, count: int = 8) -> tuple[Document, ...]:
    """`count` documents of the year that ends on the last day, at least one in each currency and adjusting period."""
    draw = random.Random(seed)
    return tuple(_document(draw, index) for index in range(count))


def _document(draw: random.Random, index: int) -> Document:
    currency, decimals, rate = CURRENCIES[index % len(CURRENCIES)]
    is_adjusting = index < len(ADJUSTING)
    day = LAST_YEAR_END if is_adjusting else dt.date(2024, 1 + draw.randrange(12), 1 + draw.randrange(28))
    debits = [Decimal(draw.randrange(1, 90_000) * 10) for _ in range(draw.randint(1, 3))]  # of the company
    shares = [*debits, -sum(debits, Decimal(0))]
    accounts = draw.sample(ACCOUNTS, len(shares))
    legs = tuple(
        Leg(account, (share * rate).quantize(Decimal(1).scaleb(-decimals)), share.quantize(Decimal("0.01")))
        for account, share in zip(accounts, shares, strict=True)
    )
    return Document(
        number=f"{100000000 + index:010d}",
        posting_date=day,
        fiscal_period=ADJUSTING[index] if is_adjusting else f"{day.month:03d}",
        currency=currency,
        decimals=decimals,
        foreign_per_company=rate,
        legs=legs,
        text=f"Sample, {currency}",
    )


def delimited(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """Header and rows as text without quotation marks, for systems that write none; cells must not hold the delimiter."""
    lines = [delimiter.join(header), *(delimiter.join(row) for row in rows)]
    return "\n".join(lines) + "\n"
