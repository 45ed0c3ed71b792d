"""Corrections that a product states of its published NAVs, judged: how far each was off, and who lost by it.

Thresholds and losses are in errors. Source: nav 3 (Errors), input-contracts 4.2 (NAV History, corrects_version).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.errors import Loss, NavError, judge, losses
from calculations.nav.market import Row
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.stated import ORDERED_CASH, StatedProduct

# Orders dealt at a NAV. A transfer changes hands outside the fund, a distribution takes no shares.
BUYS = ("SUBSCRIPTION", "CONTRIBUTION", "REINVESTMENT", "SWITCH_IN", "MINT")
SELLS = ("REDEMPTION", "SWITCH_OUT", "BURN")


@dataclass(frozen=True)
class StatedError:
    """A correction: `version` of a day and class took the place of `corrects_version`.

    `error` is None beside the reason where the two cannot be compared; `losses` is None where the shares dealt are not
    known, and empty where nothing was dealt.
    """

    share_class_id: str
    valuation_date: dt.date
    version: int
    corrects_version: int
    currency: str
    error_class: str | None
    published: Decimal | None
    correct: Decimal | None
    error: NavError | None
    subscribed: Decimal | None
    redeemed: Decimal | None
    losses: tuple[Loss, ...] | None
    reason: str | None


def stated_errors(stated: StatedProduct) -> tuple[StatedError, ...]:
    """The corrections of a product by class, day and version. One that names a version not stated is no correction of
    a published NAV that could be compared: its error is None, reason MISSING_VALUE.
    """
    classes = {row["share_class_id"]: row["error_class"] for row in stated.classes}
    by_version = {(row["share_class_id"], row["valuation_date"], row["version"]): row for row in stated.history}
    return tuple(
        _judged(row, by_version.get((*key[:2], row["corrects_version"])), classes.get(key[0]), stated.orders)
        for key, row in sorted(by_version.items())
        if row["corrects_version"] is not None
    )


def _judged(row: Row, wrong: Row | None, error_class: str | None, orders: Iterable[Row]) -> StatedError:
    published = None if wrong is None else wrong["nav_per_share"]
    correct: Decimal | None = row["nav_per_share"]
    error, reason = None, None
    try:
        if published is None or correct is None:
            raise Unavailable("MISSING_VALUE", "both the published and the correct NAV per share must be stated")
        if error_class is None:
            raise Unavailable("MISSING_TERMS", "error_class of the share class must be given, found none")
        error = judge(published, correct, error_class)
        reason = error.reason
    except Unavailable as unknown:
        reason = unknown.reason
    dealt = [order for order in orders if _was_dealt_wrong(order, row)]
    subscribed, redeemed = (_shares(dealt, activities) for activities in (BUYS, SELLS))
    lost = None
    if error is not None and subscribed is not None and redeemed is not None:
        lost = losses(error, subscribed, redeemed)
    return StatedError(
        share_class_id=row["share_class_id"],
        valuation_date=row["valuation_date"],
        version=row["version"],
        corrects_version=row["corrects_version"],
        currency=row["currency"],
        error_class=error_class,
        published=published,
        correct=correct,
        error=error,
        subscribed=subscribed,
        redeemed=redeemed,
        losses=lost,
        reason=reason,
    )


def _was_dealt_wrong(order: Row, row: Row) -> bool:
    """Whether the day and class of an order are those of the correction, and its price is not the correct one already."""
    return (
        (order["share_class_id"] or order["product_id"]) == row["share_class_id"]
        and order["nav_date"] == row["valuation_date"]
        and order["status"] in ORDERED_CASH
        and (order["price"] is None or order["price"] != row["nav_per_share"])
    )


def _shares(orders: Iterable[Row], activities: tuple[str, ...]) -> Decimal | None:
    total = Decimal(0)
    with precise():
        for order in orders:
            if order["activity"] in activities:
                if order["shares"] is None:
                    return None
                total += order["shares"]
    return total
