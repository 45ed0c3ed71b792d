"""Performance fees that are owed for good and what of them each investor bears, as rows.

The finance is in calculations.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from calculations.nav.crystallisations import FeeClass, StruckClass
from calculations.nav.equalised_lots import (
    EQUALISED_BY_LOT,
    EqualisedLot,
    LotCourse,
    LotEvent,
    course,
    enter,
    left_to_pay,
)
from calculations.nav.investor_lots import Lot, lots_of, redeemed_shares
from calculations.nav.market import valuation_point
from calculations.nav.numbers import precise, stored
from calculations.nav.results import Unavailable
from orchestration.assets.nav_shown import Row, ShownOrganization, ShownProduct

DEFAULT_SHARE_DP = 3


class EqualisedClass:
    """A class that charges a performance fee, its investors' lots and what became of them."""

    def __init__(self, shown: ShownOrganization, product: ShownProduct, row: Row) -> None:
        self.product, self.row = product, row
        self.terms = FeeClass(product.stated, row, _struck(product, row), _next_dealing_day(shown, product))
        self.lots: Sequence[Lot] = ()
        if row["equalisation"] in EQUALISED_BY_LOT:
            self.lots = lots_of(product.stated.orders, row["share_class_id"])
        self.found: dict[str, tuple[EqualisedLot, LotCourse]] = {}
        self.unknown: dict[str, Unavailable] = {}
        for lot in self.lots:
            try:
                entered = enter(self.terms, lot)
                self.found[lot.order_id] = (entered, course(self.terms, entered, self.share_dp))
            except Unavailable as unknown:
                self.unknown[lot.order_id] = unknown

    @property
    def share_dp(self) -> int:
        return DEFAULT_SHARE_DP if self.row["share_dp"] is None else int(self.row["share_dp"])

    @property
    def keys(self) -> dict[str, Any]:
        """What every row of the class has."""
        row = self.product.stated.row
        return {
            "product_id": self.product.product_id,
            "share_class_id": self.row["share_class_id"],
            "currency": self.row["currency"],
            "state_id": row["state_id"],
        }

    def known_at(self, *days: dt.date) -> dt.datetime:
        """When the newest input of figures of these days became known."""
        strikes = [self.product.strikes[day].run["known_at"] for day in days if day in self.product.strikes]
        return max([self.product.stated.row["known_at"], *strikes])


def equalised_classes(shown: ShownOrganization) -> tuple[EqualisedClass, ...]:
    """The classes with a performance fee, in the order of products."""
    return tuple(
        EqualisedClass(shown, product, row)
        for product in shown.products
        for row in product.stated.classes
        if row["performance_fee_rate"] is not None
    )


def lot_rows(classes: Sequence[EqualisedClass]) -> Iterator[dict[str, Any]]:
    """One row per lot of a class that equalises by lot, in the order of their days."""
    for each in classes:
        for lot in each.lots:
            yield {**each.keys, **lot_keys(lot), **_entered(each, lot)}


def lot_keys(lot: Lot) -> dict[str, Any]:
    """What every row of a lot has."""
    return {
        "order_id": lot.order_id,
        "investor_id": lot.order["investor_id"],
        "nav_date": lot.day,
        "shares": lot.shares,
    }


def _entered(each: EqualisedClass, lot: Lot) -> dict[str, Any]:
    plain = {"equalisation": each.row["equalisation"], "known_at": each.known_at(lot.day)}
    if lot.order_id not in each.found:
        unknown = each.unknown[lot.order_id]
        return {**plain, **dict.fromkeys(_LOT_FIGURES), "reason": unknown.reason, "detail": unknown.detail}
    entered, after = each.found[lot.order_id]
    entry, events, why = entered.entry, after.events, after.reason
    with precise():
        credit = stored(entry.credit * lot.shares)
    return {
        **plain,
        "known_at": each.known_at(lot.day, *(event.value.day for event in events)),
        "kind": entered.kind,
        "gross_nav_per_share": stored(entry.gross),
        "is_gross_stated": entered.is_gross_stated,
        "high_water_mark": stored(entry.mark),
        "fee_rate": entered.rate,
        "price_paid": stored(entry.price),
        "nav_per_share": stored(entry.nav),
        "credit_per_share": stored(entry.credit),
        "credit_amount": credit,
        **{name: _sum(events, field) for name, field in _SUMS.items()},
        "credit_open_amount": after.credit_open,
        "shares_held": after.held,
        "reason": None if why is None else why.reason,
        "detail": None if why is None else why.detail,
    }


_SUMS = {
    "credit_returned_amount": "credit_returned",
    "credit_lapsed_amount": "credit_lapsed",
    "contingent_amount": "contingent",
    "class_fee_amount": "class_fee",
    "own_fee_amount": "own_fee",
    "shares_issued": "shares_issued",
    "shares_given_up": "shares_given_up",
    "residual_amount": "residual",
}
_LOT_FIGURES = (
    *("kind", "gross_nav_per_share", "is_gross_stated", "high_water_mark", "fee_rate", "price_paid", "nav_per_share"),
    *("credit_per_share", "credit_amount", *_SUMS, "credit_open_amount", "shares_held"),
)


def _sum(events: Sequence[LotEvent], field: str) -> Decimal:
    with precise():
        return sum((getattr(event, field) for event in events), Decimal(0))


def event_rows(classes: Sequence[EqualisedClass]) -> Iterator[dict[str, Any]]:
    """One row per lot and period end or redemption that made its fee owed for good, in their order."""
    for each in classes:
        for entered, after in each.found.values():
            issued = _moved_by_day(entered.lot)
            for number, event in enumerate(after.events, start=1):
                value = event.value
                moved = issued.get(value.day) if event.kind == "PERIOD_END" else None
                yield {
                    **each.keys,
                    **lot_keys(entered.lot),
                    "shares": event.shares,
                    "event_number": number,
                    "valuation_date": value.day,
                    "event_kind": event.kind,
                    "redemption_order_id": event.order_id,
                    "gross_nav_per_share": stored(value.gross),
                    "high_water_mark": stored(value.mark),
                    "nav_per_share": stored(value.nav),
                    **{name: getattr(event, field) for name, field in _SUMS.items()},
                    "shares_issued_stated": None if moved is None else max(moved, Decimal(0)),
                    "shares_given_up_stated": None if moved is None else max(-moved, Decimal(0)),
                    "known_at": each.known_at(entered.lot.day, value.day),
                }


def _moved_by_day(lot: Lot) -> Mapping[dt.date, Decimal]:
    """Shares that stated orders moved to settle the equalisation of a lot, by the day of their strike."""
    found: dict[dt.date, Decimal] = defaultdict(Decimal)
    for move in lot.equalising:
        found[move.day] += move.shares
    return found


def crystallisation_rows(classes: Sequence[EqualisedClass]) -> Iterator[dict[str, Any]]:
    """One row per class and day on which a fee was owed for good: at a period end, and of the shares redeemed on a day."""
    for each in classes:
        for event_kind, days in _fee_days(each).items():
            for day, shares in days.items():
                try:
                    found = _owed(each, event_kind, day, shares)
                except Unavailable as unknown:
                    found = {"shares": shares, "reason": unknown.reason, "detail": unknown.detail}
                yield {
                    **each.keys,
                    "valuation_date": day,
                    "event_kind": event_kind,
                    **dict.fromkeys(_OWED),
                    **found,
                    "known_at": each.known_at(day),
                }


_OWED = (
    *("shares", "gross_nav_per_share", "high_water_mark", "nav_per_share", "gross_amount", "accrued_fee_amount"),
    *("crystallised_fee_amount", "high_water_mark_after", "high_water_mark_stated", "equalised_shares"),
    *("credit_returned_amount", "contingent_amount", "payable_fee_amount", "reason", "detail"),
)


def _fee_days(each: EqualisedClass) -> dict[str, dict[dt.date, Decimal | None]]:
    redeemed = redeemed_shares(each.product.stated.orders, each.row["share_class_id"])
    try:
        ends: Sequence[dt.date] = each.terms.period_ends
    except Unavailable:
        # without a period nothing is owed but what redemptions make so
        ends = ()
    accrues = {day: shares for day, shares in redeemed.items() if day in each.terms.days and each.terms.accrual(day)}
    return {"PERIOD_END": dict.fromkeys(ends), "REDEMPTION": dict(accrues)}


def _owed(each: EqualisedClass, kind: str, day: dt.date, shares: Decimal | None) -> dict[str, Any]:
    found: dict[str, Any]
    if kind == "PERIOD_END":
        end = each.terms.crystallised(day)
        value, shares, fee = end.value, end.shares, end.fee
        found = {
            "gross_amount": end.gross_assets,
            "accrued_fee_amount": end.fee_accrued,
            "high_water_mark_after": stored(value.mark_after),
            "high_water_mark_stated": end.mark_stated,
        }
    else:
        value, fee = each.terms.value_on(day), each.terms.owed_by_redemption(day, shares or Decimal(0))
        found = {"high_water_mark_after": stored(value.mark_after)}
    return {
        "shares": shares,
        "gross_nav_per_share": stored(value.gross),
        "high_water_mark": stored(value.mark),
        "nav_per_share": stored(value.nav),
        "crystallised_fee_amount": fee,
        **found,
        **_equalised(each, kind, day, shares or Decimal(0), fee),
    }


def _equalised(each: EqualisedClass, kind: str, day: dt.date, shares: Decimal, fee: Decimal) -> dict[str, Any]:
    """What investors get back of a fee, or owe beside it; what is left to pay is known where the lots are."""
    if each.row["equalisation"] not in EQUALISED_BY_LOT:
        return {"payable_fee_amount": fee}
    events = [
        event
        for _, after in each.found.values()
        for event in after.events
        if (event.kind, event.value.day) == (kind, day)
    ]
    known = _sum(events, "shares")
    found = {
        "equalised_shares": known,
        "credit_returned_amount": _sum(events, "credit_returned"),
        "contingent_amount": _sum(events, "contingent"),
    }
    if known == shares:
        return {**found, "payable_fee_amount": left_to_pay(fee, events)}
    detail = f"lots are known of {known.normalize():f} of {shares.normalize():f} shares"
    return {**found, "payable_fee_amount": None, "reason": "MISSING_VALUE", "detail": detail}


def _struck(product: ShownProduct, row: Row) -> Mapping[dt.date, StruckClass]:
    """Strikes of a class by day; a performance fee of no class is that of the product's only one."""
    class_id = row["share_class_id"]
    names = {class_id} | ({""} if len(product.stated.classes) == 1 else set())
    return {
        day: StruckClass(
            net_assets=strike.classes[class_id]["net_assets_class"],
            shares=strike.classes[class_id]["shares_outstanding"],
            published=strike.classes[class_id]["nav_per_share"],
            fees={accrual: amount for (of_class, accrual), amount in strike.fees.items() if of_class in names},
        )
        for day, strike in product.strikes.items()
        if class_id in strike.classes and strike.classes[class_id]["net_assets_class"] is not None
    }


def _next_dealing_day(shown: ShownOrganization, product: ShownProduct) -> Callable[[dt.date], dt.date]:
    row = product.stated.row

    def following(day: dt.date) -> dt.date:
        if row["nav_frequency"] == "WEEKLY":
            return day + dt.timedelta(days=7)
        later = day + dt.timedelta(days=1)
        while not valuation_point(row, later, shown.market).is_business_day(later):
            later += dt.timedelta(days=1)
        return later

    return following
