"""Orders that were dealt at a wrong NAV: which ones they are, the shares that they moved, who lost what by them. What
an error is, and what follows from it, do not belong here.

Source: nav 3 (Errors).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.errors import Loss, NavError, Party, losses
from calculations.nav.market import Row
from calculations.nav.numbers import precise
from calculations.nav.stated import ORDERED_CASH

# Orders dealt at a NAV. A transfer changes hands outside the fund, a distribution takes no shares.
BUYS = ("SUBSCRIPTION", "CONTRIBUTION", "REINVESTMENT", "SWITCH_IN", "MINT")
SELLS = ("REDEMPTION", "SWITCH_OUT", "BURN")


@dataclass(frozen=True)
class WrongDeals:
    """Orders of one class and day. `subscribed` and `redeemed` are shares, None where an order does not state its own.

    `losses` is None where these or the error are not known, and empty where nothing was dealt.
    """

    orders: tuple[Row, ...]
    subscribed: Decimal | None
    redeemed: Decimal | None
    losses: tuple[Loss, ...] | None


def wrong_deals(
    orders: Iterable[Row], class_id: str, day: dt.date, correct: Decimal | None, error: NavError | None
) -> WrongDeals:
    """The orders of a product that the wrong NAV of a class and day priced; one dealt at `correct` is right by now."""
    dealt = tuple(order for order in orders if _was_dealt_wrong(order, class_id, day, correct))
    subscribed, redeemed = (_shares(dealt, activities) for activities in (BUYS, SELLS))
    lost = None
    if error is not None and subscribed is not None and redeemed is not None:
        lost = losses(error, subscribed, redeemed)
    return WrongDeals(dealt, subscribed, redeemed, lost)


def loss_with(lost: Sequence[Loss] | None, party: Party) -> tuple[Party | None, Decimal | None]:
    """Who of the fund and `party` lost to the other, and how much: 0 where nothing was dealt, None where `lost` is."""
    found = next((loss for loss in lost or () if party in (loss.loser, loss.gainer)), None)
    if found is not None:
        return found.loser, found.amount
    return None, None if lost is None else Decimal(0)


def _was_dealt_wrong(order: Row, class_id: str, day: dt.date, correct: Decimal | None) -> bool:
    return (
        (order["share_class_id"] or order["product_id"]) == class_id
        and order["nav_date"] == day
        and order["status"] in ORDERED_CASH
        and (order["price"] is None or order["price"] != correct)
    )


def _shares(orders: Sequence[Row], activities: tuple[str, ...]) -> Decimal | None:
    total = Decimal(0)
    with precise():
        for order in orders:
            if order["activity"] in activities:
                if order["shares"] is None:
                    return None
                total += order["shares"]
    return total
