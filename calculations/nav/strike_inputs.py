"""From what a NAV workbook states of a product to the inputs of its strike on a day. Reading and valuing do not belong here.

Source: input-contracts 4.1 and 4.2, nav 3.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.lines_stated import (
    accruals_in_force,
    dividends_owed,
    listed_prices,
    orders_dealt,
    stated_position,
)
from calculations.nav.market import Market, Row, valuation_point
from calculations.nav.openings import share_class
from calculations.nav.prices import PricesOf
from calculations.nav.stated import StatedProduct, shares_at, unswung_nav
from calculations.nav.terms import Accrual, DealtOrder, Position, ProductTerms, Rate, ShareClass
from calculations.nav.valuation_point import ValuationPoint
from calculations.nav.worth import previous_net_assets


@dataclass(frozen=True)
class StrikeInputs:
    """Everything that `strike` takes for one product and day, in its order."""

    product: ProductTerms
    point: ValuationPoint
    positions: tuple[Position, ...]
    prices: PricesOf
    rates: tuple[Rate, ...]
    accruals: tuple[Accrual, ...]
    classes: tuple[ShareClass, ...]
    dealt: tuple[DealtOrder, ...] = ()


def strike_inputs(stated: StatedProduct, market: Market, day: dt.date) -> StrikeInputs:
    """The inputs of a strike on `day`, from positions, accruals, orders, dividends and shares as stated by then.

    Shares: the transfer agent's register of the day, else the last stated NAV rolled forward by the orders priced
    since, else what the class states. Opening net assets of a class are its last stated ones after that day's orders.
    Source: nav 3, input-contracts 4.2.
    """
    point = valuation_point(stated.row, day, market)
    rates = market.rates_at(point)
    class_rows = [row for row in stated.classes if _is_open(row, day)]
    classes = tuple(share_class(stated, market, row, day) for row in class_rows)
    previous = previous_net_assets(stated, market, [row["share_class_id"] for row in class_rows], day)
    held = stated.held_on(day)
    return StrikeInputs(
        product=_product(stated, day, previous),
        point=point,
        positions=tuple(stated_position(row, stated.row, market) for row in held),
        prices=market.prices_at(point).beside(listed_prices(held, market.policy)),
        rates=rates,
        accruals=(*accruals_in_force(stated.accruals, day), *dividends_owed(stated, market, day), *stated.owed_on(day)),
        classes=classes,
        # a strike whose classes do not swing is the same one whatever is ordered at it
        dealt=tuple(orders_dealt(stated.orders, day)) if any(each.swing for each in classes) else (),
    )


def _is_open(row: Row, day: dt.date) -> bool:
    return row["inception_date"] is None or row["inception_date"] <= day


def _product(stated: StatedProduct, day: dt.date, previous: Decimal | None) -> ProductTerms:
    row = stated.row
    own = stated.stated_before(row["product_id"], day)
    return ProductTerms(
        product_id=row["product_id"],
        currency=row["currency"],
        product_type=stated.product_type,
        subtype=row["subtype"],
        is_unitless=bool(row["unitless"]),
        nav_dp=row["nav_dp"],
        shares_outstanding=shares_at(stated, row["product_id"], row, day),
        previous_net_assets=previous,
        previous_nav_per_share=unswung_nav(own) if own else None,
    )
