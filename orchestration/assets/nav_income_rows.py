"""Income inside subscription prices, and dividends that are declared daily, reckoned from strikes, as rows.

The finance is in calculations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from calculations.nav.daily_income import ClassAssets, day_incomes
from calculations.nav.distributions import DailyDividend, DayIncome, daily_dividends
from calculations.nav.income_equalisation import income_lot
from calculations.nav.investor_lots import Lot, lots_of
from calculations.nav.results import Unavailable
from orchestration.assets.nav_equalisation_rows import lot_keys
from orchestration.assets.nav_shown import Row, ShownOrganization, ShownProduct


def dividend_rows(shown: ShownOrganization) -> Iterator[dict[str, Any]]:
    """One row per class that declares daily and calendar day since its first NAV, days rising.

    Where no dividend can be reckoned, one row with the reason for each day on which one was declared.
    """
    for product in shown.products:
        for row in product.stated.classes:
            if row["income_policy"] == "DAILY_ACCRUAL":
                yield from _of_class(product, row)


def _of_class(product: ShownProduct, row: Row) -> Iterator[dict[str, Any]]:
    class_id = row["share_class_id"]
    history = product.stated.stated_by_day(class_id)
    declared = {day: each["income_factor"] for day, each in history.items() if each["income_factor"] is not None}
    keys = {"product_id": product.product_id, "share_class_id": class_id, "currency": row["currency"]}
    try:
        if row["income_dp"] is None:
            raise Unavailable("MISSING_TERMS", f"{class_id}: income_dp must be given, found none")
        incomes = day_incomes(product.stated, class_id, row["currency"], _assets(product, class_id, history))
        dividends = daily_dividends(incomes, int(row["income_dp"]))
    except Unavailable as unknown:
        for day in sorted(declared):
            found = {**dict.fromkeys(_FIGURES), "reason": unknown.reason, "detail": unknown.detail}
            yield {**keys, **found, **_dated(product, day), "dividend_per_share_stated": declared[day]}
        return
    carried = Decimal(0)
    for income, dividend in zip(incomes, dividends, strict=True):
        yield {**keys, **_figures(income, dividend, carried), **_dated(product, dividend.day)} | {
            "dividend_per_share_stated": declared.get(dividend.day)
        }
        carried = dividend.carried_forward


_FIGURES = (
    *("net_income", "shares_entitled", "carried_in_amount", "dividend_per_share", "dividend_amount"),
    *("payable_amount", "carried_forward_amount", "reason", "detail"),
)


def _figures(income: DayIncome, dividend: DailyDividend, carried: Decimal) -> dict[str, Any]:
    return {
        "net_income": income.net_income,
        "shares_entitled": income.shares,
        "carried_in_amount": carried,
        "dividend_per_share": dividend.factor,
        "dividend_amount": dividend.amount,
        "payable_amount": dividend.payable,
        "carried_forward_amount": dividend.carried_forward,
        "reason": None,
        "detail": None,
    }


def _dated(product: ShownProduct, day: dt.date) -> dict[str, Any]:
    row, strike = product.stated.row, product.strikes.get(day)
    return {
        "valuation_date": day,
        "known_at": row["known_at"] if strike is None else max(row["known_at"], strike.run["known_at"]),
        "state_id": row["state_id"],
    }


def _assets(product: ShownProduct, class_id: str, history: Mapping[dt.date, Row]) -> Mapping[dt.date, ClassAssets]:
    """Net assets and shares of every day with a NAV, struck or else stated."""
    found = {day: (row["net_assets"], row["shares_outstanding"], False) for day, row in history.items()}
    for day, strike in product.strikes.items():
        if class_id in strike.classes:
            row = strike.classes[class_id]
            found[day] = (row["net_assets_class"], row["shares_outstanding"], strike.is_marked)
    return {
        day: ClassAssets(net_assets, shares, is_marked)
        for day, (net_assets, shares, is_marked) in found.items()
        if net_assets is not None and shares is not None
    }


def income_rows(shown: ShownOrganization) -> Iterator[dict[str, Any]]:
    """One row per lot bought in a class that equalises income, in the order of their days."""
    for product in shown.products:
        for row in product.stated.classes:
            if row["equalisation"] != "INCOME":
                continue
            for lot in lots_of(product.stated.orders, row["share_class_id"]):
                # what was taken over from elsewhere was bought at no NAV of this class
                if lot.order["activity"] != "TRANSFER_IN":
                    yield {
                        "product_id": product.product_id,
                        "share_class_id": row["share_class_id"],
                        "currency": row["currency"],
                        **lot_keys(lot),
                        **_income(product, row["share_class_id"], lot),
                        "known_at": product.stated.row["known_at"],
                        "state_id": product.stated.row["state_id"],
                    }


_INCOME = (
    *("accrued_on", "accrued_income_per_share", "income_bought_amount", "distribution_order_id", "ex_date"),
    *(
        "rate_per_share",
        "shares_entitled",
        "distribution_amount",
        "capital_amount",
        "income_amount",
        "reason",
        "detail",
    ),
)


def _income(product: ShownProduct, class_id: str, lot: Lot) -> dict[str, Any]:
    try:
        found = income_lot(product.stated, class_id, lot)
    except Unavailable as unknown:
        return {**dict.fromkeys(_INCOME), "reason": unknown.reason, "detail": unknown.detail}
    paid, first, why = found.distribution, found.first, found.reason
    return {
        "accrued_on": found.accrued_on,
        "accrued_income_per_share": found.accrued_income,
        "income_bought_amount": found.bought,
        "distribution_order_id": None if paid is None else paid["order_id"],
        "ex_date": None if paid is None else paid["ex_date"],
        "rate_per_share": None if paid is None else paid["rate_per_share"],
        "shares_entitled": found.shares_entitled,
        "distribution_amount": None if first is None else first.amount,
        "capital_amount": None if first is None else first.capital,
        "income_amount": None if first is None else first.income,
        "reason": None if why is None else why.reason,
        "detail": None if why is None else why.detail,
    }
