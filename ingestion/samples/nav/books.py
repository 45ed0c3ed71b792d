"""What the custodian and the transfer agent say at month ends, each with one planted break. The fund's own books do not belong here.

A break is a day old: it stands on the last day of the year only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ingestion.samples.nav.days import AS_OF, after, month_ends
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import Year

CUSTODIAN = "harbour-custody"
# Income in euros is changed into the fund's currency as it comes; its account is always empty at a month end.
INCOME_CURRENCY = "EUR"
POSITION_BREAK = ("cedar-global-equity", "EQ-US-03", Decimal(-250))
CASH_BREAK = ("cedar-balanced", Decimal("-1842.50"))
SHARES_BREAK = ("cedar-euro-bond-i", Decimal("12.500"))


def custodian_positions(years: Mapping[str, Year]) -> Iterator[Row]:
    """Sheet Custodian Positions: the fund's positions at each month end, but for the planted break."""
    for row in _month_end_holdings(years):
        if row["holding_type"] in ("CASH", "DERIVATIVE"):
            continue
        quantity = row["quantity"]
        assert isinstance(quantity, Decimal)
        if (row["product_id"], row["instrument_id"], row["as_of_date"]) == (*POSITION_BREAK[:2], AS_OF):
            quantity += POSITION_BREAK[2]
        yield {
            "custodian_id": CUSTODIAN,
            "account_id": f"{row['product_id']}-sec",
            "instrument_id": row["instrument_id"],
            "as_of_date": row["as_of_date"],
            "product_id": row["product_id"],
            "quantity": quantity,
            "settled_quantity": quantity,
            "currency": row["currency"],
        }


def custodian_cash(years: Mapping[str, Year]) -> Iterator[Row]:
    """Sheet Custodian Cash: the fund's balances at each month end, but for the planted break."""
    for row in _month_end_holdings(years):
        if row["holding_type"] != "CASH":
            continue
        balance = row["quantity"]
        assert isinstance(balance, Decimal)
        is_break = (row["product_id"], row["as_of_date"]) == (CASH_BREAK[0], AS_OF)
        yield {
            "custodian_id": CUSTODIAN,
            "account_id": f"{row['product_id']}-cash",
            "currency": row["currency"],
            "as_of_date": row["as_of_date"],
            "product_id": row["product_id"],
            "balance": balance + CASH_BREAK[1] if is_break else balance,
            "value_date_balance": balance,
            "oldest_break_date": after(AS_OF, -1) if is_break else None,
        }
        if row["currency"] != INCOME_CURRENCY:
            yield {
                "custodian_id": CUSTODIAN,
                "account_id": f"{row['product_id']}-income",
                "currency": INCOME_CURRENCY,
                "as_of_date": row["as_of_date"],
                "product_id": row["product_id"],
                "balance": Decimal(0),
                "value_date_balance": Decimal(0),
            }


def _month_end_holdings(years: Mapping[str, Year]) -> Iterator[Row]:
    ends = set(month_ends())
    return (row for year in years.values() for row in year.holdings if row["as_of_date"] in ends)


def register_shares(years: Mapping[str, Year]) -> Iterator[Row]:
    """Sheet Transfer Agent Shares: the agent's register and the fund's books at each month end, but for the planted break."""
    for product_id, year in years.items():
        for (class_id, day), shares in _at_month_ends(year):
            extra = SHARES_BREAK[1] if (class_id, day) == (SHARES_BREAK[0], AS_OF) else Decimal(0)
            for register, stated in (("TRANSFER_AGENT", shares + extra), ("BOOKS", shares)):
                yield {
                    "register": register,
                    "product_id": product_id,
                    "share_class_id": class_id,
                    "as_of_date": day,
                    "shares": stated,
                }


def _at_month_ends(year: Year) -> Iterable[tuple[tuple[str, dt.date], Decimal]]:
    ends = set(month_ends())
    return ((key, shares) for key, shares in year.shares.items() if key[1] in ends)
