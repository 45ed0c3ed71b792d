"""Orders against a deal's position, par and cash: what each one does, in order or one by one, and why one did less than it asked.

What a single trade does to par and cash is in mechanics; nothing here asks whether a trade is good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.clo.columns import Floats, Ints, Texts
from calculations.clo.trading.mechanics import purchase, sale

Side = Literal["BUY", "SELL"]

DONE = "done"
CUT_TO_CASH = "cut to cash"
CUT_TO_HOLDING = "cut to holding"
NO_CASH = "no principal cash"
NOT_HELD = "not held"
NO_PRICE = "no price"
UNKNOWN_ASSET = "unknown asset"
NOT_AN_AMOUNT = "par must be above zero"
NOT_A_SIDE = "side must be BUY or SELL"

_SIDES = {"BUY": "BUY", "PURCHASE": "BUY", "SELL": "SELL", "SALE": "SELL"}


@dataclass(frozen=True, eq=False)
class Position:
    """A deal's par of every asset of the universe, shape (n,), and its principal cash, both in the deal's currency."""

    par: Floats
    cash: float


@dataclass(frozen=True, eq=False)
class Market:
    """What assets trade at: ids, market value in percent of par (nan unknown), accrued interest per unit of par; (n,).

    `accrued` is None where accrued interest does not change hands, which is the default of the sources (Q31).
    """

    asset_id: Texts
    market_value: Floats
    accrued: Floats | None = None

    def place(self, asset_id: str) -> int | None:
        """Where an asset stands in the arrays; None where it is not there."""
        found = np.flatnonzero(self.asset_id == asset_id.strip())
        return int(found[0]) if found.size else None

    def accrued_of(self, place: int | Ints) -> Floats | float:
        return 0.0 if self.accrued is None else self.accrued[place]


@dataclass(frozen=True)
class Order:
    """Par of an asset to buy or sell, at a price in percent of par; None or 0 for the market value."""

    asset_id: str
    side: str
    par: float
    price: float | None = None


@dataclass(frozen=True)
class Fill:
    """What became of an order: the par that changed hands, its price in percent, the change of cash, and the outcome."""

    order: Order
    par: float
    price: float | None
    cash_change: float
    outcome: str

    @property
    def is_purchase(self) -> bool:
        return _SIDES.get(self.order.side.strip().upper()) == "BUY"


def fill(position: Position, order: Order, market: Market) -> tuple[Position, Fill]:
    """The position after one order, and what became of it; a trade that cannot be done leaves the position as it is.

    Source: clo-compliance 5.1, Q30.
    """
    side, place = _SIDES.get(order.side.strip().upper()), market.place(order.asset_id)
    price = order.price or (None if place is None else float(market.market_value[place]))
    if outcome := _refusal(side, place, order.par, price, position):
        return position, Fill(order, 0.0, None, 0.0, outcome)
    assert place is not None
    held, accrued = position.par[place], market.accrued_of(place)
    if side == "BUY":
        done, cut = purchase(order.par, price, None, held, position.cash, accrued), CUT_TO_CASH
    else:
        done, cut = sale(order.par, price, None, held, position.cash, accrued), CUT_TO_HOLDING
    par = position.par.copy()
    par[place] = done.held
    traded, cash = float(done.par), float(done.cash)
    outcome = DONE if traded == order.par else cut
    return Position(par, cash), Fill(order, traded, price, cash - position.cash, outcome)


def fill_in_order(position: Position, orders: Iterable[Order], market: Market) -> tuple[Position, tuple[Fill, ...]]:
    """The position after all orders, each one trading with the cash that those before it left. Source: 5.4, pool mode."""
    fills = []
    for order in orders:
        position, done = fill(position, order, market)
        fills.append(done)
    return position, tuple(fills)


def _refusal(side: str | None, place: int | None, par: float, price: float | None, position: Position) -> str | None:
    if side is None:
        return NOT_A_SIDE
    if place is None:
        return UNKNOWN_ASSET
    if not (np.isfinite(par) and par > 0):
        return NOT_AN_AMOUNT
    if side == "SELL" and position.par[place] <= 0:
        return NOT_HELD
    if price is None or not (np.isfinite(price) and price > 0):
        return NO_PRICE
    return NO_CASH if side == "BUY" and position.cash <= 0 else None


@dataclass(frozen=True, eq=False)
class Singles:
    """Pools that are one trade away from a pool: `par` (trades, n), `cash` (trades,), and the par `traded` (trades,)."""

    par: Floats
    cash: Floats
    traded: Floats


def each_alone(position: Position, side: Side, places: Ints, par: float, market: Market) -> Singles:
    """The pool after buying or selling up to `par` of each asset alone, at market value.

    Raises ValueError for an asset without a market value above zero, where it is to be bought. Source: 5.3, 5.5.
    """
    trade = purchase if side == "BUY" else sale
    price, accrued = market.market_value[places], market.accrued_of(places)
    done = trade(par, price, None, position.par[places], position.cash, accrued)
    pools = np.repeat(position.par[None, :], places.size, axis=0)
    pools[np.arange(places.size), places] = done.held
    return Singles(pools, done.cash, done.par)
