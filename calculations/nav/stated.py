"""A product and all rows of a NAV workbook that name it: its lists of positions, its stated NAVs, its orders. No arithmetic on values.

Rows are mappings by the field names of the input contracts. Source: input-contracts 4.1 and 4.2.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from calculations.nav.distributions import distributed
from calculations.nav.market import Row
from calculations.nav.numbers import precise
from calculations.nav.receivables import SIDES, CapitalOrder, order_outstanding
from calculations.nav.terms import Accrual

SHARES_IN = ("SUBSCRIPTION", "CONTRIBUTION", "REINVESTMENT", "SWITCH_IN", "TRANSFER_IN", "MINT")
SHARES_OUT = ("REDEMPTION", "DISTRIBUTION", "SWITCH_OUT", "TRANSFER_OUT", "BURN")
STANDING = ("VALIDATED", "APPROVED", "PUBLISHED")  # a stated NAV in another status supplies nothing
ORDERED_CASH = ("PRICED", "SETTLED")


@dataclass(frozen=True)
class PlacedOrder:
    """What an order owes from the day it is `booked` until it is settled; `settled` None: not yet, even if late.

    An order is booked after the strike that prices it, a distribution when its shares go ex. Source: nav 3 (Shares,
    Distribution).
    """

    booked: dt.date
    settled: dt.date | None
    accrual: Accrual

    def is_owed(self, day: dt.date) -> bool:
        """Whether the strike of `day` counts it."""
        return self.booked <= day and (self.settled is None or day < self.settled)


@dataclass(frozen=True)
class StatedProduct:
    """A product with all rows that name it. `register` are the rows of the transfer agent.

    `assumptions` are all of the organisation, because a scope may be wider than the product; `actions` are the
    corporate actions of all instruments.
    """

    product_type: str
    row: Row
    classes: Sequence[Row]
    holdings: Sequence[Row]
    accruals: Sequence[Row]
    orders: Sequence[Row]
    history: Sequence[Row]
    register: Sequence[Row]
    assumptions: Sequence[Row] = ()
    valuations: Sequence[Row] = ()
    schedules: Sequence[Row] = ()
    pools: Sequence[Row] = ()
    reserves: Sequence[Row] = ()
    token_supply: Sequence[Row] = ()
    production: Sequence[Row] = ()
    actions: Sequence[Row] = ()

    @cached_property
    def lists(self) -> Mapping[dt.date, Sequence[Row]]:
        """Complete lists of positions by their day, days rising."""
        by_day: dict[dt.date, list[Row]] = defaultdict(list)
        for holding in self.holdings:
            by_day[holding["as_of_date"]].append(holding)
        return dict(sorted(by_day.items()))

    @cached_property
    def _listed_days(self) -> Sequence[dt.date]:
        return tuple(self.lists)

    @cached_property
    def instruments(self) -> frozenset[str]:
        """Everything that was ever held."""
        return frozenset(row["instrument_id"] for row in self.holdings)

    def held_on(self, day: dt.date, *, before: bool = False) -> Sequence[Row]:
        """The latest list on or before a day; `before`: only lists of earlier days."""
        at = (bisect_left if before else bisect_right)(self._listed_days, day)
        return self.lists[self._listed_days[at - 1]] if at else ()

    def held_when_ex(self, ex_date: dt.date) -> Sequence[Row]:
        """What was held when a share went ex: the latest list before that day, else the first list of all, without what it
        says was bought since.
        """
        before = self.held_on(ex_date, before=True)
        if before or not self.lists:
            return before
        first = next(iter(self.lists.values()))
        return [row for row in first if row["purchase_date"] is None or row["purchase_date"] < ex_date]

    @cached_property
    def orders_by_class(self) -> Mapping[str, Sequence[PlacedOrder]]:
        """Orders that move cash by share class ('' for those of the whole product), as what they owe and from when to when."""
        by_class: dict[str, list[PlacedOrder]] = defaultdict(list)
        for row in self.orders:
            if _moves_cash(row):
                settled = row["settle_date"] if row["status"] == "SETTLED" else None
                placed = PlacedOrder(_booked(row), settled, _order_accrual(row))
                by_class[row["share_class_id"] or ""].append(placed)
        return by_class

    def owed_on(self, day: dt.date) -> list[Accrual]:
        """What priced orders of all classes owe on a day."""
        return [order.accrual for orders in self.orders_by_class.values() for order in orders if order.is_owed(day)]

    def stated_before(self, class_id: str, day: dt.date) -> Row | None:
        """The standing NAV of the class on its last day before `day`, its last version."""
        rows = self._history_by_class.get(class_id, [])
        earlier = [row for row in rows if row["valuation_date"] < day]
        return earlier[-1] if earlier else None

    def stated_since(self, class_id: str, start: dt.date, day: dt.date) -> Sequence[Row]:
        """The standing NAVs of the class that hold from `start` until the eve of `day`: the last one by `start` and all since."""
        by_day = self.stated_by_day(class_id)
        days = [each for each in by_day if each < day]
        first = max((each for each in days if each <= start), default=start)
        return [by_day[each] for each in days if each >= first]

    def stated_by_day(self, class_id: str) -> Mapping[dt.date, Row]:
        """The standing NAVs of the class by day, days rising, the last version of each."""
        return {row["valuation_date"]: row for row in self._history_by_class.get(class_id, ())}

    @cached_property
    def _history_by_class(self) -> Mapping[str, list[Row]]:
        by_class: dict[str, list[Row]] = defaultdict(list)
        for row in self.history:
            if row["status"] in STANDING:
                by_class[row["share_class_id"]].append(row)
        for rows in by_class.values():
            rows.sort(key=lambda row: (row["valuation_date"], row["version"]))
        return by_class


def unswung_nav(row: Row) -> Decimal | None:
    """The NAV per share of a row of sheet NAV History before it swung, which performance and fees go by."""
    nav: Decimal | None = row["nav_per_share"] if row["unswung_nav"] is None else row["unswung_nav"]
    return nav


def shares_at(stated: StatedProduct, class_id: str, row: Row, day: dt.date) -> Decimal | None:
    """Shares of a class at the strike of a day: the register, else the last stated ones rolled forward, else its own."""
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


def _moves_cash(row: Row) -> bool:
    return (
        row["activity"] in SIDES
        and row["status"] in ORDERED_CASH
        and (row["nav_date"] is not None or _is_ex(row))
        and _amount(row) is not None
    )


def _is_ex(row: Row) -> bool:
    return row["activity"] == "INCOME_DISTRIBUTION" and row["ex_date"] is not None


def _booked(row: Row) -> dt.date:
    day: dt.date = row["ex_date"] if _is_ex(row) else row["nav_date"] + dt.timedelta(days=1)
    return day


def _amount(row: Row) -> Decimal | None:
    """What an order moves: its amount, or what a distribution at its rate comes to for its shares."""
    amount: Decimal | None = row["amount"]
    if amount is None and row["activity"] == "INCOME_DISTRIBUTION" and row["rate_per_share"] is not None:
        return None if row["shares"] is None else distributed(row["rate_per_share"], row["shares"])
    return amount


def _order_accrual(row: Row) -> Accrual:
    """The order as if it were owed, whatever has been settled: the capital that it brought or took."""
    eve = _booked(row) - dt.timedelta(days=1)
    order = CapitalOrder(
        order_id=row["order_id"],
        activity=row["activity"],
        status="PRICED",
        nav_date=eve,
        settle_date=None,
        amount=_amount(row) or Decimal(0),
        currency=row["currency"],
        share_class_id=row["share_class_id"] or None,
    )
    owed = order_outstanding(order, _booked(row))
    assert owed is not None
    return owed
