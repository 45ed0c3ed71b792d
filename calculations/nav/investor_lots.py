"""Which shares of a class an investor holds of which order: lots come in by order and go out the oldest first.

What a lot was bought at and what it owes is in equalised_lots and income_equalisation. Source: input-contracts 4.2 (Capital
Activity).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.numbers import precise
from calculations.nav.stated import ORDERED_CASH, SHARES_IN, SHARES_OUT


@dataclass(frozen=True)
class Move:
    """Shares that leave a lot (or, positive, are added to it) by an order priced on `day`."""

    order_id: str
    day: dt.date
    shares: Decimal


@dataclass(frozen=True)
class Lot:
    """Shares of one order, priced on `day`. `redemptions` took shares out of it; `equalising` orders settled its equalisation.

    From `unknown_from` on, more shares have been redeemed than orders brought in, so that nobody can say of which.
    """

    order: Row
    day: dt.date
    shares: Decimal
    redemptions: tuple[Move, ...] = ()
    equalising: tuple[Move, ...] = ()
    unknown_from: dt.date | None = None

    @property
    def order_id(self) -> str:
        order_id: str = self.order["order_id"]
        return order_id

    def held_at(self, day: dt.date) -> Decimal | None:
        """Shares in the strike of `day`, which does not hold its own orders yet; None where that is not known."""
        if day <= self.day:
            return Decimal(0)
        if self.unknown_from is not None and self.unknown_from < day:
            return None
        with precise():
            moves = (move.shares for move in (*self.redemptions, *self.equalising) if move.day < day)
            return self.shares + sum(moves, Decimal(0))


def lots_of(orders: Iterable[Row], class_id: str) -> tuple[Lot, ...]:
    """Lots of a class by investor, in the order of their days.

    An order without an investor is a lot of its own; from the first redemption of nobody known on, no such lot is known
    to be held. An order whose shares are not told, and one that settles the equalisation of another, makes no lot.
    """
    by_investor: dict[str | None, list[Row]] = defaultdict(list)
    equalising: dict[str, list[Move]] = defaultdict(list)
    for order in sorted(orders, key=_place):
        if (order["share_class_id"] or order["product_id"]) != class_id or _signed(order) is None:
            continue
        if order["equalises_order_id"] is None:
            by_investor[order["investor_id"]].append(order)
        else:
            move = Move(order["order_id"], order["nav_date"], _signed(order) or Decimal(0))
            equalising[order["equalises_order_id"]].append(move)
    found = [lot for investor, theirs in by_investor.items() for lot in _of_investor(investor, theirs, equalising)]
    return tuple(sorted(found, key=lambda lot: (lot.day, lot.order_id)))


def redeemed_shares(orders: Iterable[Row], class_id: str) -> Mapping[dt.date, Decimal]:
    """Shares of a class that leave it by the day whose strike prices them, without those given up to equalise."""
    found: dict[dt.date, Decimal] = defaultdict(Decimal)
    for order in orders:
        signed = _signed(order)
        is_of_class = (order["share_class_id"] or order["product_id"]) == class_id
        if is_of_class and order["equalises_order_id"] is None and signed is not None and signed < 0:
            found[order["nav_date"]] -= signed
    return dict(sorted(found.items()))


def _of_investor(investor: str | None, orders: Sequence[Row], equalising: Mapping[str, list[Move]]) -> list[Lot]:
    lots: list[Lot] = []
    for order in orders:
        signed, day = _signed(order) or Decimal(0), order["nav_date"]
        if signed >= 0:
            lots.append(Lot(order, day, signed, equalising=tuple(equalising.get(order["order_id"], ()))))
        elif investor is None:
            lots = [replace(lot, unknown_from=lot.unknown_from or day) for lot in lots]
        else:
            lots = _redeemed(lots, order["order_id"], day, -signed)
    return lots


def _redeemed(lots: Sequence[Lot], order_id: str, day: dt.date, shares: Decimal) -> list[Lot]:
    """The lots after a redemption, the oldest used up first. Shares bought on the same day are not there yet."""
    left, found = shares, []
    for lot in lots:
        held = lot.held_at(day)
        taken = min(left, held) if held else Decimal(0)
        left -= taken
        if taken:
            lot = replace(lot, redemptions=(*lot.redemptions, Move(order_id, day, -taken)))
        found.append(lot)
    if left > 0:
        # what he held before his first order is used up first, and nothing says how much that was
        return [replace(lot, unknown_from=lot.unknown_from or day) if lot.day < day else lot for lot in lots]
    return found


def _place(order: Row) -> tuple[dt.date, bool, str]:
    return (order["nav_date"] or dt.date.max, order["activity"] in SHARES_IN, order["order_id"])


def _signed(order: Row) -> Decimal | None:
    """Shares that a priced order moves; None where it moves none or does not tell."""
    if order["status"] not in ORDERED_CASH or order["nav_date"] is None:
        return None
    shares: Decimal | None = order["shares"]
    if shares is None and order["amount"] is not None and order["price"]:
        with precise():
            shares = order["amount"] / order["price"]
    if shares is None:
        return None
    if order["activity"] in SHARES_IN:
        return shares
    return -shares if order["activity"] in SHARES_OUT and order["activity"] != "DISTRIBUTION" else None
