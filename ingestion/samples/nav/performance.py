"""The performance fee of a demo class and what each of its investors bears of it, kept by a plain book of lots.

It is reckoned here apart from the calculations, so that the two can be compared: fee = rate x what lies above the mark, owed
at the end of a quarter and by shares that leave before. Source: nav 2 (M-QNT), 3 (Performance-fee equalisation).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion.samples.nav.days import OPENING
from ingestion.samples.nav.money import ZERO, cents, rounded, rounded_down
from ingestion.samples.nav.orders import Order
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import ClassTerms

HOLDERS = 5
STATED_DP, PRICE_DP = 12, 4


@dataclass
class HeldLot:
    """Shares of one order; `gross` is what was paid a share, `mark` that of the class then; open until its fee is settled."""

    order_id: str
    bought: dt.date
    shares: Decimal
    gross: Decimal
    mark: Decimal
    is_open: bool = True


class Register:
    """Who holds which shares of a class, by the order that brought them; they leave the oldest first."""

    def __init__(self, terms: ClassTerms, shares: Decimal, opened: dt.date) -> None:
        self.lots: dict[str, list[HeldLot]] = defaultdict(list)
        self.taken_over: list[Order] = []
        part = rounded_down(shares / HOLDERS)
        for number in range(1, HOLDERS + 1):
            held = part if number < HOLDERS else shares - part * (HOLDERS - 1)
            basis = terms.high_water_mark or terms.nav
            name, investor = f"{terms.id}-held-{number}", f"CED-INV-{number:03d}"
            self.lots[investor].append(HeldLot(name, opened, held, basis, basis))
            self.taken_over.append(
                Order(
                    name,
                    terms.id,
                    "TRANSFER_IN",
                    opened,
                    opened,
                    held,
                    cents(held * terms.nav),
                    terms.nav,
                    investor,
                    investor_nav_basis=terms.high_water_mark,
                )
            )

    def seller(self, order: Order) -> tuple[str, Decimal]:
        """Who redeems and how much: whoever asks as far as he holds, a holder of old in the place of one who has nothing.

        What was bought on the same day is not on the register yet.
        """
        investor, shares = order.investor_id or "", order.shares
        held = sum((lot.shares for lot in self.lots[investor] if lot.bought < order.nav_date), ZERO)
        if held:
            return investor, min(shares, held)
        return f"CED-INV-{int(investor[-3:]) % HOLDERS + 1:03d}", shares

    def dealt(self, order: Order, mark: Decimal | None = None) -> Order:
        """A priced order as it enters the register; shares bought below, at or above the mark."""
        if order.activity == "SUBSCRIPTION":
            basis = order.investor_nav_basis or order.price
            held = HeldLot(order.order_id, order.nav_date, order.shares, basis, basis if mark is None else mark)
            self.lots[order.investor_id or ""].append(held)
            return order
        investor, shares = self.seller(order)
        left = shares
        for lot in self.lots[investor]:
            gone = min(left, lot.shares)
            lot.shares -= gone
            left -= gone
        return replace(order, investor_id=investor, shares=shares, amount=cents(shares * order.price))


class PerformanceBook:
    """The mark of a class and the fee above it; the lots are those of its register. All in the currency of the class."""

    def __init__(self, terms: ClassTerms, register: Register) -> None:
        assert terms.performance is not None
        assert terms.high_water_mark is not None
        self.terms, self.register = terms, register
        self.rate, self.mark = terms.performance, terms.high_water_mark
        self.per_share = ZERO

    def accrue(self, gross: Decimal, shares: Decimal) -> Decimal:
        """The fee on the class's net assets before it, a total."""
        fee = self.rate * max(gross - self.mark * shares, ZERO)
        self.per_share = fee / shares
        return fee

    def dealt(self, order: Order) -> Order:
        """A priced order in the register: a subscriber pays the NAV, and above the mark the fee accrued in it as his credit."""
        if order.activity == "SUBSCRIPTION":
            gross = rounded(order.price + self.per_share, PRICE_DP)
            shares = rounded_down(order.amount / gross)
            order = replace(order, shares=shares, amount=cents(shares * gross), investor_nav_basis=gross)
        return self.register.dealt(order, self.mark)

    def row(self, product_id: str) -> Row:
        """The fee above the mark in sheet Accruals & Fees."""
        return {
            "product_id": product_id,
            "share_class_id": self.terms.id,
            "accrual_id": "performance",
            "kind": "PERFORMANCE_FEE",
            "side": "LIABILITY",
            "method": "PERFORMANCE",
            "currency": self.terms.currency,
            "accrued_from": OPENING,
            "start_date": OPENING + dt.timedelta(days=1),
            "day_count": "ACT_365F",
        }

    def crystallise(self, nav: Decimal, published: Decimal, day: dt.date, settles: dt.date) -> Iterator[Order]:
        """Owe the fee for good, move the mark, and settle open lots in shares at the published NAV."""
        gross, fee = nav + self.per_share, self.per_share
        for investor, lots in self.register.lots.items():
            for lot in lots:
                if not lot.is_open or not lot.shares:
                    continue
                credit = self.rate * max(lot.gross - lot.mark, ZERO)
                returned = min(credit, self.rate * max(gross - lot.mark, ZERO)) if fee else ZERO
                owed = self.rate * max(min(gross, lot.mark) - lot.gross, ZERO) if lot.gross < lot.mark else ZERO
                amount = (returned or owed) * lot.shares
                shares = rounded_down(amount / published)
                if shares:
                    activity = "SUBSCRIPTION" if returned else "REDEMPTION"
                    yield Order(
                        f"{lot.order_id}-eq-{day:%m%d}", self.terms.id, activity, day, settles, shares,
                        cents(shares * published), published, investor, equalises=lot.order_id,
                    )  # fmt: skip
                    lot.shares += shares if returned else -shares
                lot.is_open = not fee
                if lot.gross < lot.mark:
                    lot.gross = min(max(lot.gross, gross), lot.mark)
        if fee:
            self.mark, self.per_share = rounded(nav, STATED_DP), ZERO
