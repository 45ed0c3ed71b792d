"""What stated amounts, accruals and positions are worth at one valuation point, in a product's currency. No classes, no strikes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from calculations.nav.accruals import Bases, accrual_lines
from calculations.nav.classes import sum_of_lines
from calculations.nav.market import Market, valuation_point
from calculations.nav.numbers import precise
from calculations.nav.positions import position_lines
from calculations.nav.prices import prices_of
from calculations.nav.rates import exchange_rate, in_force
from calculations.nav.results import NavLine
from calculations.nav.stated import StatedProduct
from calculations.nav.terms import Accrual, Position
from calculations.nav.valuation_point import ValuationPoint


class Worth:
    """What lines are worth at a point, in the product's currency; None where something of it is not known."""

    def __init__(self, market: Market, point: ValuationPoint, currency: str, bases: Bases | None = None) -> None:
        self.market, self.point, self.currency = market, point, currency
        self.rates = in_force(market.rates_at(point), point, market.policy)
        self.bases = bases or Bases(currency, None, None, {})

    def converted(self, amount: Decimal | None, currency: str) -> Decimal | None:
        rate = exchange_rate(currency, self.currency, self.rates, self.point, self.market.policy)
        if amount is None or rate.rate is None or rate.reason is not None:
            return None
        with precise():
            return amount * rate.rate

    def lines(self, accruals: Iterable[Accrual]) -> tuple[NavLine, ...]:
        return accrual_lines(accruals, self.bases, self.rates, self.point, self.market.policy)

    def of_accruals(self, accruals: Iterable[Accrual]) -> Decimal | None:
        return sum_of_lines(self.lines(accruals)).amount

    def of_positions(self, positions: Iterable[Position]) -> Decimal | None:
        lines = position_lines(positions, self.currency, prices_of(()), self.rates, self.point, self.market.policy)
        return sum_of_lines(lines).amount


def previous_net_assets(
    stated: StatedProduct, market: Market, class_ids: Sequence[str], day: dt.date
) -> Decimal | None:
    """Net assets of the whole product when it was last stated, in its currency; None where a class has none."""
    total = Decimal(0)
    for class_id in class_ids or [stated.row["product_id"]]:
        before = stated.stated_before(class_id, day)
        if before is None:
            return None
        point = valuation_point(stated.row, before["valuation_date"], market)
        worth = Worth(market, point, stated.row["currency"]).converted(before["net_assets"], before["currency"])
        if worth is None:
            return None
        with precise():
            total += worth
    return total
