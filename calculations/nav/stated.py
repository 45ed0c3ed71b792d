"""From what a NAV workbook states of a product to the inputs of a strike on a day. Reading and valuing do not belong here.

Rows are mappings by the field names of the input contracts. Source: input-contracts 4.1 and 4.2, nav 3.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from calculations.nav.accruals import Bases, accrual_lines
from calculations.nav.classes import sum_of_lines
from calculations.nav.numbers import precise
from calculations.nav.positions import position_lines
from calculations.nav.rates import exchange_rate, in_force
from calculations.nav.receivables import SIDES, CapitalOrder, CashDividend, dividend_receivable, order_outstanding
from calculations.nav.results import NavLine
from calculations.nav.series import Series
from calculations.nav.terms import (
    Accrual,
    BondTerms,
    Policy,
    Position,
    Price,
    ProductTerms,
    Rate,
    ShareClass,
)
from calculations.nav.valuation_point import ValuationPoint

Row = Mapping[str, Any]

DEFAULT_CUTOFF = "17:00 UTC"
AT_COST = ("AMORTISED_COST", "PENNY_ROUNDED")
SHARES_IN = ("SUBSCRIPTION", "CONTRIBUTION", "REINVESTMENT", "SWITCH_IN", "TRANSFER_IN", "MINT")
SHARES_OUT = ("REDEMPTION", "DISTRIBUTION", "SWITCH_OUT", "TRANSFER_OUT", "BURN")
STANDING = ("VALIDATED", "APPROVED", "PUBLISHED")  # a stated NAV in another status supplies nothing
ORDERED_CASH = ("PRICED", "SETTLED")


@dataclass(frozen=True)
class Market:
    """What all products of an organisation share: instruments and dividends by instrument, prices, rates, holidays."""

    instruments: Mapping[str, Row]
    dividends: Mapping[str, Sequence[CashDividend]]
    prices: Series[Price]
    rates: Series[Rate]
    holidays: Mapping[str, frozenset[dt.date]]
    policy: Policy

    def prices_at(self, instruments: Iterable[str], point: ValuationPoint) -> list[Price]:
        """Prices of the instruments that can matter at the point."""
        wanted = set(instruments)
        names = [name for name in self.prices.series if isinstance(name, tuple) and name[0] in wanted]
        return list(self.prices.until(names, point.cutoff))

    def rates_at(self, point: ValuationPoint) -> list[Rate]:
        """Exchange rates that can matter at the point."""
        return list(self.rates.until(list(self.rates.series), point.cutoff))


def price_series(prices: Iterable[Price]) -> Series[Price]:
    """Prices by instrument, type and source; one that may expire or be thin leaves the one before it in play."""
    return Series(
        prices,
        lambda price: (price.instrument_id, price.price_type, price.source),
        lambda price: _instant(price.as_of),
        lambda price: price.valid_until is None and price.price_type not in ("BROKER", "OVERRIDE"),
    )


def rate_series(rates: Iterable[Rate]) -> Series[Rate]:
    """Rates by pair and source."""
    return Series(
        rates, lambda rate: (rate.base_currency, rate.quote_currency, rate.source), lambda rate: _instant(rate.as_of)
    )


@dataclass(frozen=True)
class StrikeInputs:
    """Everything that `strike` takes for one product and day, in its order."""

    product: ProductTerms
    point: ValuationPoint
    positions: tuple[Position, ...]
    prices: tuple[Price, ...]
    rates: tuple[Rate, ...]
    accruals: tuple[Accrual, ...]
    classes: tuple[ShareClass, ...]


@dataclass(frozen=True)
class StatedProduct:
    """A product with all rows that name it. `register` are the rows of the transfer agent."""

    product_type: str
    row: Row
    classes: Sequence[Row]
    holdings: Sequence[Row]
    accruals: Sequence[Row]
    orders: Sequence[Row]
    history: Sequence[Row]
    register: Sequence[Row]

    @cached_property
    def lists(self) -> Mapping[dt.date, Sequence[Row]]:
        """Complete lists of positions by their day, days rising."""
        by_day: dict[dt.date, list[Row]] = defaultdict(list)
        for holding in self.holdings:
            by_day[holding["as_of_date"]].append(holding)
        return dict(sorted(by_day.items()))

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Days that can be struck: those whose positions are stated, but not the one on which the books were opened, and none
        of a suspended product.

        Several classes share out what was gained since their last stated NAV, so the first one is given, not struck.
        """
        if self.row["status"] == "SUSPENDED":
            return ()
        opened = {
            row["valuation_date"]
            for row in self.history
            if self.stated_before(row["share_class_id"], row["valuation_date"]) is None
        }
        return tuple(day for day in self.lists if len(self.classes) < 2 or day not in opened)

    def held_on(self, day: dt.date, *, before: bool = False) -> Sequence[Row]:
        """The latest list on or before a day; `before`: only lists of earlier days."""
        days = [listed for listed in self.lists if (listed < day if before else listed <= day)]
        return self.lists[days[-1]] if days else ()

    def stated_before(self, class_id: str, day: dt.date) -> Row | None:
        """The standing NAV of the class on its last day before `day`, its last version."""
        rows = self._history_by_class.get(class_id, [])
        earlier = [row for row in rows if row["valuation_date"] < day]
        return earlier[-1] if earlier else None

    @cached_property
    def _history_by_class(self) -> Mapping[str, list[Row]]:
        by_class: dict[str, list[Row]] = defaultdict(list)
        for row in self.history:
            if row["status"] in STANDING:
                by_class[row["share_class_id"]].append(row)
        for rows in by_class.values():
            rows.sort(key=lambda row: (row["valuation_date"], row["version"]))
        return by_class


def strike_inputs(stated: StatedProduct, market: Market, day: dt.date) -> StrikeInputs:
    """The inputs of a strike on `day`, from positions, accruals, orders, dividends and shares as stated by then.

    Shares: the transfer agent's register of the day, else the last stated NAV rolled forward by the orders priced
    since, else what the class states. Opening net assets of a class are its last stated ones after that day's orders.
    Source: nav 3, input-contracts 4.2.
    """
    point = valuation_point(stated.row, day, market)
    rates = tuple(market.rates_at(point))
    class_rows = [row for row in stated.classes if _is_open(row, day)]
    classes = tuple(_share_class(stated, market, row, day) for row in class_rows)
    previous = _previous_net_assets(stated, market, [row["share_class_id"] for row in class_rows], day)
    held = stated.held_on(day)
    return StrikeInputs(
        product=_product(stated, day, previous),
        point=point,
        positions=tuple(_position(row, stated.row, market) for row in held),
        prices=(*market.prices_at({r["instrument_id"] for r in held}, point), *_listed_prices(held, market.policy)),
        rates=rates,
        accruals=(*_accruals(stated.accruals, day), *_dividends(stated, market, day), *_orders(stated.orders, day)),
        classes=classes,
    )


def valuation_point(product: Row, day: dt.date, market: Market) -> ValuationPoint:
    """The product's cut-off and calendar on a day."""
    clock, zone = (product["valuation_cutoff"] or DEFAULT_CUTOFF).split(" ", 1)
    cutoff = dt.datetime.combine(day, dt.time.fromisoformat(clock), ZoneInfo(zone))
    return ValuationPoint(day, cutoff, market.holidays.get(product["valuation_calendar"] or "US", frozenset()))


def _instant(as_of: dt.date | dt.datetime) -> dt.datetime:
    assert isinstance(as_of, dt.datetime)
    return as_of


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
        shares_outstanding=_shares(stated, row["product_id"], row, day),
        previous_net_assets=previous,
        previous_nav_per_share=own["nav_per_share"] if own else None,
    )


def _shares(stated: StatedProduct, class_id: str, row: Row, day: dt.date) -> Decimal | None:
    on_day = [
        r["shares"]
        for r in stated.register
        if (r["register"], r["share_class_id"], r["as_of_date"]) == ("TRANSFER_AGENT", class_id, day)
    ]
    if on_day:
        shares: Decimal = on_day[0]
        return shares
    before = stated.stated_before(class_id, day)
    if before is not None and before["shares_outstanding"] is not None:
        with precise():
            return before["shares_outstanding"] + sum(
                (_shares_moved(order) for order in stated.orders if _is_booked(order, class_id, before, day)),
                Decimal(0),
            )
    stated_shares: Decimal | None = row["shares_outstanding"]
    return stated_shares if row["shares_as_of"] is None or row["shares_as_of"] <= day else None


def _is_booked(order: Row, class_id: str, before: Row, day: dt.date) -> bool:
    """Whether an order was priced by the stated strike or one after it, so that it has entered by `day`."""
    return (
        order["share_class_id"] == class_id
        and order["status"] in ORDERED_CASH
        and order["nav_date"] is not None
        and before["valuation_date"] <= order["nav_date"] < day
    )


def _shares_moved(order: Row) -> Decimal:
    shares: Decimal = order["shares"] or Decimal(0)
    if order["activity"] in SHARES_IN:
        return shares
    return -shares if order["activity"] in SHARES_OUT else Decimal(0)


def _share_class(stated: StatedProduct, market: Market, row: Row, day: dt.date) -> ShareClass:
    before = stated.stated_before(row["share_class_id"], day)
    opening, own = (None, Decimal(0)) if before is None else _opening(stated, market, row, before, day)
    return ShareClass(
        share_class_id=row["share_class_id"],
        currency=row["currency"],
        nav_dp=row["nav_dp"],
        shares_outstanding=_shares(stated, row["share_class_id"], row, day),
        opening_net_assets=opening,
        opening_own_lines=own,
        previous_nav_per_share=before["nav_per_share"] if before else None,
    )


def _opening(
    stated: StatedProduct, market: Market, row: Row, before: Row, day: dt.date
) -> tuple[Decimal | None, Decimal]:
    """Net assets of a class after the capital of the day it was last stated, and the part of them that is in its own
    lines again on `day`: what has been paid or settled since has moved, at the rate of `day`, into what all share.
    """
    last, class_id, currency = before["valuation_date"], row["share_class_id"], stated.row["currency"]
    then, now = (_Worth(market, valuation_point(stated.row, each, market), currency) for each in (last, day))
    net_assets = then.converted(before["net_assets"], before["currency"])
    orders = [order for order in stated.orders if order["share_class_id"] == class_id and _moves_cash(order)]
    capital = [_order_accrual(order) for order in orders if order["nav_date"] == last]
    # what the class owed and was owed when it was stated; of what has an amount only from that day on, nothing
    fees = [a for a in _own(_accruals(stated.accruals, last), class_id) if not a.accrued_from or a.accrued_from < last]
    owed = [*fees, *_orders([order for order in orders if order["nav_date"] < last], last), *capital]
    again = {
        accrual.accrual_id for accrual in (*_own(_accruals(stated.accruals, day), class_id), *_orders(orders, day))
    }
    gone = [accrual for accrual in owed if accrual.accrual_id not in again]
    own_today = [r for r in stated.held_on(day) if r["share_class_id"] == class_id]
    # what a class's own line is settled into is its own cash, where it has any
    has_cash = any(r["holding_type"] == "CASH" for r in own_today)
    listed_today = {r["instrument_id"] for r in own_today}
    held = [
        _position(r, stated.row, market)
        for r in stated.held_on(last)
        if r["share_class_id"] == class_id and (has_cash or r["instrument_id"] in listed_today)
    ]
    parts = (
        net_assets,
        then.of_accruals(capital),
        then.of_accruals(gone),
        now.of_accruals(_as_stated(gone, then)),
        then.of_accruals([accrual for accrual in owed if accrual.accrual_id in again]),
        then.of_positions(held),
    )
    if any(part is None for part in parts):
        return None, Decimal(0)
    stated_net, brought, left_then, left_now, own, hedges = (part or Decimal(0) for part in parts)
    with precise():
        return stated_net + brought + left_now - left_then, own + hedges


class _Worth:
    """What lines are worth at a point, in the product's currency; None where something of it is not known."""

    def __init__(self, market: Market, point: ValuationPoint, currency: str) -> None:
        self.market, self.point, self.currency = market, point, currency
        self.rates = in_force(market.rates_at(point), point, market.policy)
        self.bases = Bases(currency, None, None, {})

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
        lines = position_lines(positions, self.currency, {}, self.rates, self.point, self.market.policy)
        return sum_of_lines(lines).amount


def _as_stated(accruals: Iterable[Accrual], worth: _Worth) -> list[Accrual]:
    """The accruals as the amounts they had come to, which no longer grow."""
    amounts = {line.accrual_id: line.amount for line in worth.lines(accruals) if line.amount is not None}
    return [
        replace(accrual, method="STATED", kind="OTHER", amount=abs(amounts[accrual.accrual_id]))
        for accrual in accruals
        if accrual.accrual_id in amounts
    ]


def _own(accruals: Iterable[Accrual], class_id: str) -> list[Accrual]:
    return [accrual for accrual in accruals if accrual.share_class_id == class_id]


def _previous_net_assets(
    stated: StatedProduct, market: Market, class_ids: Sequence[str], day: dt.date
) -> Decimal | None:
    """Net assets of the whole product when it was last stated, in its currency; None where a class has none."""
    total = Decimal(0)
    for class_id in class_ids or [stated.row["product_id"]]:
        before = stated.stated_before(class_id, day)
        if before is None:
            return None
        point = valuation_point(stated.row, before["valuation_date"], market)
        worth = _Worth(market, point, stated.row["currency"]).converted(before["net_assets"], before["currency"])
        if worth is None:
            return None
        with precise():
            total += worth
    return total


def _position(row: Row, product: Row, market: Market) -> Position:
    instrument: Row = market.instruments.get(row["instrument_id"], {})
    is_cash = row["holding_type"] == "CASH"
    coupon = instrument.get("coupon_rate")
    bears_nothing = instrument.get("coupon_kind") == "ZERO" or coupon == 0
    position = Position(
        instrument_id=row["instrument_id"],
        method="CASH" if is_cash else "PRICED",
        quantity=row["quantity"],
        currency=row["currency"],
        leg=row["leg"],
        lot_id=row["lot_id"] or "",
        share_class_id=row["share_class_id"] or None,
        instrument_type="CASH" if is_cash else instrument.get("instrument_type", "OTHER"),
        quote_basis=instrument.get("quote_basis") or "PER_UNIT",
        contract_size=instrument.get("contract_size") or Decimal(1),
        is_non_accrual=bool(row["is_non_accrual"]),
        accrued_income=Decimal(0) if bears_nothing else row["accrued_income"],
        unrealised_value=row["unrealised_value"],
        local_value=row["local_value"],
        base_value=row["base_value"],
        amortised_cost=row["amortised_cost"],
        fair_value_level=None if row["fair_value_level"] is None else int(row["fair_value_level"]),
    )
    if is_cash:
        return position
    if row["unrealised_value"] is not None:
        return replace(position, method="UNREALISED")
    if row["is_stated_value"]:
        return replace(position, method="STATED")
    if product["measurement_basis"] in AT_COST and row["amortised_cost"] is not None:
        return replace(position, method="AMORTISED_COST")
    if coupon and instrument.get("maturity_date") and not bears_nothing:
        return replace(position, bond=_bond(instrument))
    return position


def _bond(instrument: Row) -> BondTerms:
    return BondTerms(
        coupon_rate=instrument["coupon_rate"],
        coupon_frequency=int(instrument["coupon_frequency"] or 0),
        day_count=instrument["day_count"] or "",
        maturity_date=instrument["maturity_date"],
        issue_date=instrument["issue_date"],
        first_coupon_date=instrument["first_coupon_date"],
        ex_dividend_days=instrument["ex_dividend_days"] or 0,
    )


def _listed_prices(held: Iterable[Row], policy: Policy) -> Iterable[Price]:
    """Prices that stand on the list of positions itself."""
    seen: set[tuple[Any, ...]] = set()
    for row in held:
        key = (row["instrument_id"], row["price_type"], row["as_of_date"], row["source"], row["price"], row["currency"])
        if row["price"] is not None and row["price_type"] and row["source"] in policy.sources and key not in seen:
            seen.add(key)
            yield Price(*key)


def _accruals(rows: Iterable[Row], day: dt.date) -> list[Accrual]:
    """Accruals in force on a day, its last one included; what is reckoned stops at the day."""
    return [
        Accrual(
            accrual_id=row["accrual_id"],
            kind=row["kind"],
            side=row["side"],
            method=row["method"],
            currency=row["currency"],
            share_class_id=row["share_class_id"] or None,
            rate=row["rate"],
            basis=row["basis"],
            basis_amount=row["basis_amount"],
            annual_amount=row["annual_amount"],
            amount=row["amount"],
            accrued_from=row["accrued_from"],
            accrued_to=None if row["accrued_to"] is None else min(row["accrued_to"], day),
            paid_through=row["paid_through"],
            day_count=row["day_count"],
        )
        for row in rows
        if row["start_date"] <= day and (row["end_date"] is None or day <= row["end_date"])
    ]


def _dividends(stated: StatedProduct, market: Market, day: dt.date) -> Iterable[Accrual]:
    """Dividends of what was held when it went ex, until they are paid."""
    instruments = {row["instrument_id"] for row in stated.holdings}
    for instrument in sorted(instruments & set(market.dividends)):
        for dividend in market.dividends[instrument]:
            held = [r for r in stated.held_on(dividend.ex_date, before=True) if r["instrument_id"] == instrument]
            quantity = sum((row["quantity"] for row in held), Decimal(0))
            owed = dividend_receivable(dividend, quantity, day) if quantity else None
            if owed is not None:
                yield owed


def _orders(rows: Iterable[Row], day: dt.date) -> list[Accrual]:
    """What priced orders owe on a day."""
    owed = (order_outstanding(_order(row), day) for row in rows if _moves_cash(row))
    return [accrual for accrual in owed if accrual is not None]


def _moves_cash(row: Row) -> bool:
    return (
        row["activity"] in SIDES
        and row["status"] in ORDERED_CASH
        and row["nav_date"] is not None
        and row["amount"] is not None
    )


def _order(row: Row) -> CapitalOrder:
    return CapitalOrder(
        order_id=row["order_id"],
        activity=row["activity"],
        status=row["status"],
        nav_date=row["nav_date"],
        settle_date=row["settle_date"],
        amount=row["amount"],
        currency=row["currency"],
        share_class_id=row["share_class_id"] or None,
    )


def _order_accrual(row: Row) -> Accrual:
    """The order as if it were owed, whatever has been settled: the capital that it brought or took."""
    owed = order_outstanding(replace(_order(row), status="PRICED"), row["nav_date"] + dt.timedelta(days=1))
    assert owed is not None
    return owed
