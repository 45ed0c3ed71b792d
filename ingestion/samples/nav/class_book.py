"""The share classes of one demo fund through the year: their part of the fund, their fees, orders and NAV. Positions do not belong here.

A class keeps what it had and takes its part, by opening net assets after capital, of what the fund gained since. Source: nav 3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import numpy as np

from ingestion.samples.nav.days import AS_OF, OPENING, after, middles, month_ends, valuation_days
from ingestion.samples.nav.fees import Fee, FeeBook
from ingestion.samples.nav.market import Market
from ingestion.samples.nav.money import ZERO, cents, rounded, rounded_down
from ingestion.samples.nav.orders import LARGEST, Order, distribution, priced, requests
from ingestion.samples.nav.performance import PerformanceBook, Register
from ingestion.samples.nav.portfolio import HEDGE_ID
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import ClassTerms, FundTerms, MoneyFundTerms, investor_count

NAV_DP, INCOME_DP, ACCRUED_DP = 4, 9, 6
QUARTER, QUARTER_DAYS, NEXT_MIDDLE = 3, 91, 10
ORDERS_A_DAY = 2
PAR = Decimal(1)
# Investors of a swinging class come and go in larger steps, or its fund would never swing.
LARGEST_SWINGING = 0.02


class ClassBook:
    """Per class: shares, its part of the fund's positions and cash, and its net assets at the last strike, in the fund's currency."""

    def __init__(self, terms: FundTerms | MoneyFundTerms, market: Market, opening: Decimal) -> None:
        self.terms = terms
        self.market = market
        self.fees = FeeBook()
        self._orders: list[Order] = []
        self._part = {each.id: opening * each.share for each in terms.classes}
        self._net: dict[str, Decimal] = dict(self._part)
        self._nav = {each.id: each.nav for each in terms.classes}
        self._shares = {
            each.id: rounded_down(self._part[each.id] * self._rate(each, OPENING) / each.nav) for each in terms.classes
        }
        self._registers = {
            each.id: Register(each, self._shares[each.id], after(OPENING, -1))
            for each in terms.classes
            if each.equalisation != "NONE"
        }
        self._performance = {
            each.id: PerformanceBook(each, self._registers[each.id]) for each in terms.classes if each.performance
        }
        self._whole, self._settled, self._before = opening, ZERO, OPENING
        self._hedge: dict[str, tuple[Decimal, Decimal, Decimal]] = {}
        self._hedge_cash: dict[str, Decimal] = {}
        self._latest: dict[str, dict[str, object]] = {}

    def _rate(self, each: ClassTerms, day: dt.date) -> Decimal:
        return self.market.rate(self.terms.currency, each.currency, day)

    def _to_base(self, each: ClassTerms, amount: Decimal, day: dt.date) -> Decimal:
        return amount * self.market.rate(each.currency, self.terms.currency, day)

    def _of(self, each: ClassTerms) -> Iterator[Order]:
        return (order for order in self._orders if order.class_id == each.id)

    def shares_of(self, class_id: str) -> Decimal:
        """Shares on the register, orders priced before the last strike included."""
        return self._shares[class_id]

    def strike(self, whole: Decimal, day: dt.date, unrealised: Decimal = ZERO) -> list[Row]:
        """The NAV history of `day`. `whole`: the fund's positions, cash and dividends receivable, in its currency.

        `unrealised` is the part of `whole` that is no income, of a fund that pays out its income every day.
        """
        weights = {}
        for each in self.terms.classes:
            taken = [order for order in self._of(each) if order.nav_date == self._before and day > OPENING]
            self._shares[each.id] += sum((order.shares_moved for order in taken), ZERO)
            capital = sum((order.sign * order.amount for order in taken), ZERO)
            weights[each.id] = self._net[each.id] + self._to_base(each, capital, day)
        gained, weight = whole - self._whole - self._settled, sum(weights.values())
        rows = []
        for each in self.terms.classes:
            share = weights[each.id] / weight
            self._part[each.id] += gained * share
            self._net[each.id] = self._part[each.id] + self._own_lines(each, day)
            if each.id in self._performance:
                gross = self._net[each.id] * self._rate(each, day)
                fee = self._performance[each.id].accrue(gross, self._shares[each.id])
                self._net[each.id] -= self._to_base(each, fee, day)
            if each.income_policy == "DAILY_ACCRUAL" and day > OPENING:
                self._pay_out(each, self._net[each.id] - unrealised * share, day)
            rows.append(self._row(each, day))
        self._whole, self._settled, self._before = whole, ZERO, day
        return rows

    def _own_lines(self, each: ClassTerms, day: dt.date) -> Decimal:
        orders = sum((order.owed(day) for order in self._of(each)), ZERO)
        hedge = self._hedge[each.id][2] if each.id in self._hedge else ZERO
        hedge += self._hedge_cash.get(each.id, ZERO)
        return self._to_base(each, orders - self.fees.owed(each.id, day), day) + hedge

    def _pay_out(self, each: ClassTerms, distributable: Decimal, day: dt.date) -> None:
        shares = self._shares[each.id]
        rate = max(rounded_down((distributable - shares * PAR) / shares, INCOME_DP), ZERO)
        next_year = dt.date(AS_OF.year + 1, 1, 2)
        paid_on = next((later for later in valuation_days() if later > day and later.month > day.month), next_year)
        number = len(self._orders) + 1
        order = distribution(f"{self.terms.product_id}-{number:04d}", each.id, self._before, paid_on, shares, rate)
        # what is booked day by day is not paid before the month is over, so that no day is put on cents
        order = replace(order, amount=shares * rate)
        self._orders.append(order)
        self._net[each.id] += order.owed(day)

    def _row(self, each: ClassTerms, day: dt.date) -> Row:
        net = self._net[each.id] * self._rate(each, day)
        self._nav[each.id] = rounded(net / self._shares[each.id], NAV_DP)
        income = [order.rate_per_share for order in self._of(each) if order.rate_per_share and order.ex_date == day]
        row: dict[str, object] = {
            "product_id": self.terms.product_id,
            "share_class_id": each.id,
            "valuation_date": day,
            "version": 1,
            "nav_per_share": self._nav[each.id],
            "net_assets": cents(net),
            "shares_outstanding": self._shares[each.id],
            "currency": each.currency,
            "source": "ADMINISTRATOR",
            "status": "PUBLISHED" if day < AS_OF else "VALIDATED",
            "income_factor": income[0] if income else None,
        }
        if each.id in self._performance:
            self._crystallise(each, net / self._shares[each.id], day)
            row["high_water_mark"] = self._performance[each.id].mark
        if each.income is not None:
            row["accrued_income_per_share"] = self._accrued_income(each, day)
        self._latest[each.id] = row
        return row  # type: ignore[return-value]

    def _crystallise(self, each: ClassTerms, nav: Decimal, day: dt.date) -> None:
        """At the end of a quarter: the fee accrued is due from the next day, and what equalises it is dealt at the NAV."""
        if day not in month_ends()[QUARTER::QUARTER]:
            return
        book, paid_on = self._performance[each.id], next((later for later in middles() if later > day), None)
        due = cents(book.per_share * self._shares[each.id])
        self._orders += book.crystallise(nav, self._nav[each.id], day, paid_on or after(AS_OF, NEXT_MIDDLE))
        if due and day < AS_OF:
            start = day + dt.timedelta(days=1)
            self.fees.add(Fee(f"performance-{day:%Y-%m}", each, start, accrued_to=start, amount=due))

    def _accrued_income(self, each: ClassTerms, day: dt.date) -> Decimal:
        """The part of the quarter's income that has come in since the shares last went ex."""
        assert each.income is not None
        ex = [order.ex_date for order in self._of(each) if order.ex_date is not None and order.ex_date <= day]
        days = min((day - max(ex, default=OPENING)).days, QUARTER_DAYS)
        return rounded(each.income * days / QUARTER_DAYS, ACCRUED_DP)

    def take_orders(self, day: dt.date, settles: dt.date, rng: np.random.Generator) -> None:
        """Price the orders of `day` at its NAV, which swings where the net flow of the fund is large. Source: nav 3 (Swing)."""
        unit = self.terms.creation_unit
        asked = {}
        for each in self.terms.classes:
            largest = LARGEST_SWINGING if each.swing == "PARTIAL" else LARGEST
            asked[each.id] = requests(rng, 1 if unit else ORDERS_A_DAY, investor_count(), largest)
        flow = sum((request.part * self._net[name] for name, found in asked.items() for request in found), ZERO)
        for each in self.terms.classes:
            net = self._net[each.id] * self._rate(each, day)
            self._swing(each, flow / sum(self._net.values()))
            for request in asked[each.id]:
                number = f"{self.terms.product_id}-{len(self._orders) + 1:04d}"
                order = priced(request, number, each.id, self._nav, net, (day, settles), unit)
                self._orders.append(self._of_lots(each, order) if each.id in self._registers else order)
            if each.income is not None and settles in month_ends()[QUARTER::QUARTER]:
                number = f"{self.terms.product_id}-{len(self._orders) + 1:04d}"
                self._orders.append(distribution(number, each.id, day, settles, self._shares[each.id], each.income))

    def _of_lots(self, each: ClassTerms, order: Order) -> Order:
        """The order as the register and the class's equalisation make it; the fee of shares that leave is due at once."""
        register, book = self._registers[each.id], self._performance.get(each.id)
        dealt = register.dealt(order) if book is None else book.dealt(order)
        if book is not None and dealt.activity == "REDEMPTION" and book.per_share:
            start = order.nav_date + dt.timedelta(days=1)
            due = cents(book.per_share * dealt.shares)
            self.fees.add(Fee(f"performance-{order.order_id}", each, start, accrued_to=start, amount=due))
        return dealt

    def _swing(self, each: ClassTerms, flow: Decimal) -> None:
        if each.swing == "NONE":
            return
        assert each.threshold is not None
        assert each.up is not None
        assert each.down is not None
        if abs(flow) > each.threshold:
            row = self._latest[each.id]
            row["unswung_nav"] = self._nav[each.id]
            self._nav[each.id] = rounded(self._nav[each.id] * (1 + (each.up if flow > 0 else -each.down)), NAV_DP)
            row["nav_per_share"] = self._nav[each.id]

    def settle_orders(self, day: dt.date) -> Decimal:
        """Cash that orders and distributions settled on `day` bring to the fund, or take from it, on cents."""
        return self._settle(
            day,
            (
                (each, order.sign * order.amount)
                for each in self.terms.classes
                for order in self._of(each)
                if order.settle_date == day
            ),
        )

    def pay_fees(self, day: dt.date) -> Decimal:
        """Cash that the fees of the months over cost the fund, negative, on cents."""
        return self._settle(day, ((each, -amount) for each, amount in self.fees.pay(day)))

    def _settle(self, day: dt.date, amounts: Iterable[tuple[ClassTerms, Decimal]]) -> Decimal:
        total = ZERO
        for each, amount in amounts:
            moved = cents(self._to_base(each, amount, day))
            self._part[each.id] += moved
            total += moved
        self._settled += total
        return total

    def open_fee_month(self, day: dt.date) -> None:
        """Begin the month's fees at a month end, on the net assets just struck."""
        if day == AS_OF:
            return
        ends = month_ends()
        following = ends[ends.index(day) + 1]
        for each in self.terms.classes:
            basis = cents(self._net[each.id] * self._rate(each, day))
            accrued_to = following if following < AS_OF else None
            self.fees.add(Fee(f"management-{following:%Y-%m}", each, day, basis, accrued_to))

    def realise_hedge(self, day: dt.date) -> None:
        """Turn the forwards of hedged classes into cash at a month end, on cents; it stays with their classes alone."""
        for name in self._hedge_cash:
            each = next(each for each in self.terms.classes if each.id == name)
            self._hedge_cash[name] += cents(self._hedge_gain(each, day))

    def _hedge_gain(self, each: ClassTerms, day: dt.date) -> Decimal:
        notional, entry, _ = self._hedge[each.id]
        return notional * (self.market.rate(each.currency, self.terms.currency, day) - entry)

    def hedge_rows(self, day: dt.date) -> Iterator[Row]:
        """Forwards and cash of hedged classes in sheet Holdings: begun anew at month ends on the class's net assets."""
        for each in self.terms.classes:
            if not each.is_hedged:
                continue
            rate = self.market.rate(each.currency, self.terms.currency, day)
            if day in month_ends():
                notional = rounded(self._net[each.id] / rate, -3)
                self._hedge[each.id] = (notional, rate, ZERO)
            else:
                notional, entry, _ = self._hedge[each.id]
                self._hedge[each.id] = (notional, entry, cents(self._hedge_gain(each, day)))
            notional, entry, unrealised = self._hedge[each.id]
            cash = self._hedge_cash.setdefault(each.id, ZERO)
            of_class: Row = {
                "product_id": self.terms.product_id,
                "share_class_id": each.id,
                "as_of_date": day,
                "currency": self.terms.currency,
                "source": "ADMINISTRATOR",
            }
            yield {
                **of_class,
                "instrument_id": HEDGE_ID,
                "leg": "LONG",
                "holding_type": "DERIVATIVE",
                "quantity": notional,
                "entry_price": entry,
                "unrealised_value": unrealised,
                "fair_value_level": "2",
            }
            yield {
                **of_class,
                "instrument_id": f"CASH-{self.terms.currency}",
                "leg": "SHORT" if cash < 0 else "LONG",
                "holding_type": "CASH",
                "quantity": cash,
            }

    def fee_rows(self) -> list[Row]:
        """Sheet Accruals & Fees."""
        above_marks = [book.row(self.terms.product_id) for book in self._performance.values()]
        return [*self.fees.rows(self.terms.product_id), *above_marks]

    def order_rows(self) -> list[Row]:
        """Sheet Capital Activity."""
        currencies = {each.id: each.currency for each in self.terms.classes}
        taken_over = [order for register in self._registers.values() for order in register.taken_over]
        return [order.row(self.terms.product_id, currencies[order.class_id]) for order in (*taken_over, *self._orders)]
