"""What a product states of its redemptions, laid out by day: net assets, opening shares, value and shares redeemed.

Measuring them is in redemptions. Source: nav 7, input-contracts 4.2 (Capital Activity, NAV History).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.numbers import precise
from calculations.nav.redemptions import REDEEMS, RedemptionDay, ValidatedNav
from calculations.nav.stated import ORDERED_CASH, STANDING, StatedProduct, shares_at

Convert = Callable[[Decimal, str, dt.date], Decimal | None]


@dataclass(frozen=True)
class StruckDay:
    """The current strike of a day: net assets in the product's currency, shares and NAV per share of each class."""

    net_assets: Decimal
    shares: Mapping[str, Decimal | None]
    nav_per_share: Mapping[str, Decimal | None]


def redemption_days(
    stated: StatedProduct, struck: Mapping[dt.date, StruckDay], convert: Convert
) -> tuple[RedemptionDay, ...]:
    """Every day with a NAV, struck or else stated, and every day that prices a redemption, in their order.

    Opening shares are those of the strike, which prices the day's orders and does not hold them yet. `convert` turns
    an amount of a currency into the product's on a day, None where it has no rate. Empty where nothing was redeemed.
    """
    orders: dict[dt.date, list[Row]] = defaultdict(list)
    for order in stated.orders:
        if order["activity"] in REDEEMS and order["status"] in ORDERED_CASH and order["nav_date"] is not None:
            orders[order["nav_date"]].append(order)
    if not orders:
        return ()
    navs = _stated_navs(stated)
    return tuple(
        RedemptionDay(
            day=day,
            net_assets=struck[day].net_assets
            if day in struck
            else _net_assets(stated, navs.get(day, {}), day, convert),
            opening_shares=_shares(stated, struck.get(day), day),
            value_redeemed=_sum(
                _value(order, navs.get(day, {}), struck.get(day), day, convert) for order in orders[day]
            ),
            shares_redeemed=_sum(_shares_of(order, navs.get(day, {}), struck.get(day)) for order in orders[day]),
        )
        for day in sorted({*orders, *navs, *struck})
    )


def validated_navs(stated: StatedProduct, struck: Mapping[dt.date, StruckDay]) -> tuple[ValidatedNav, ...] | None:
    """The NAVs per share at which a product of one class redeems, struck or else stated; None where it has several."""
    class_ids = _class_ids(stated)
    if len(class_ids) > 1:
        return None
    found = {
        day: rows[class_ids[0]]["nav_per_share"] for day, rows in _stated_navs(stated).items() if class_ids[0] in rows
    }
    found |= {day: strike.nav_per_share.get(class_ids[0]) for day, strike in struck.items()}
    return tuple(ValidatedNav(day, nav) for day, nav in sorted(found.items()) if nav is not None)


def _class_ids(stated: StatedProduct) -> list[str]:
    return [row["share_class_id"] for row in stated.classes] or [stated.row["product_id"]]


def _stated_navs(stated: StatedProduct) -> Mapping[dt.date, Mapping[str, Row]]:
    """Standing stated NAVs by day and class, the last version of each."""
    found: dict[dt.date, dict[str, Row]] = defaultdict(dict)
    for row in sorted(stated.history, key=lambda each: each["version"]):
        if row["status"] in STANDING:
            found[row["valuation_date"]][row["share_class_id"]] = row
    return found


def _net_assets(stated: StatedProduct, navs: Mapping[str, Row], day: dt.date, convert: Convert) -> Decimal | None:
    """The classes that were open added up; None where one of them states nothing."""
    opened = {
        row["share_class_id"] for row in stated.classes if row["inception_date"] is None or row["inception_date"] <= day
    }
    rows = [navs.get(class_id) for class_id in sorted(opened) or _class_ids(stated)]
    return _sum(
        None if row is None or row["net_assets"] is None else convert(row["net_assets"], row["currency"], day)
        for row in rows
    )


def _shares(stated: StatedProduct, struck: StruckDay | None, day: dt.date) -> Decimal | None:
    if struck is not None:
        return _sum(struck.shares.values())
    rows: Sequence[Row] = stated.classes or [stated.row]
    names = _class_ids(stated)
    return _sum(shares_at(stated, class_id, row, day) for class_id, row in zip(names, rows, strict=True))


def _price(order: Row, navs: Mapping[str, Row], struck: StruckDay | None) -> Decimal | None:
    class_id = order["share_class_id"] or order["product_id"]
    if order["price"] is not None:
        price: Decimal = order["price"]
        return price
    if struck is not None and struck.nav_per_share.get(class_id) is not None:
        return struck.nav_per_share[class_id]
    return navs[class_id]["nav_per_share"] if class_id in navs else None


def _value(
    order: Row, navs: Mapping[str, Row], struck: StruckDay | None, day: dt.date, convert: Convert
) -> Decimal | None:
    amount = order["amount"]
    if amount is None:
        price = _price(order, navs, struck)
        if price is None or order["shares"] is None:
            return None
        with precise():
            amount = order["shares"] * price
    return convert(amount, order["currency"], day)


def _shares_of(order: Row, navs: Mapping[str, Row], struck: StruckDay | None) -> Decimal | None:
    if order["shares"] is not None:
        shares: Decimal = order["shares"]
        return shares
    price = _price(order, navs, struck)
    if not price or price < 0 or order["amount"] is None:
        return None
    with precise():
        amount: Decimal = order["amount"]
        return amount / price


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    with precise():
        for part in parts:
            if part is None:
                return None
            total += part
    return total
