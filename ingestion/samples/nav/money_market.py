"""The year of one money market fund: a ladder of discount paper and an overnight repo, listed every day. Other funds do not belong here.

Income is paid out: each day's goes to the shares of the evening before and is paid in cash at the start of the next month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from ingestion.samples.nav.class_book import ClassBook
from ingestion.samples.nav.days import OPENING, after, middles, month_ends, valuation_days
from ingestion.samples.nav.instruments import Instrument
from ingestion.samples.nav.market import Market
from ingestion.samples.nav.money import ZERO, cents, decimal
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import MoneyFundTerms, Year

MONEY_STREAM = 320
RUNGS = 8
LOT = Decimal(100_000)
CASH_KEPT = Decimal(1_000_000)
DAYS_360 = 360
WEEK = 5  # business days
LONGEST_AT_COST = 75  # days left of paper that a low volatility fund may value at amortised cost. Source: nav 4.2
WEEKLY_PUBLIC_DEBT = 190  # days left of public debt that EU rules may count as weekly liquid. Source: nav 4.2


class Ladder:
    """The paper, the repo and the cash of one fund. `bought` is by instrument: face, cost, day of purchase."""

    def __init__(self, terms: MoneyFundTerms, market: Market) -> None:
        self.terms = terms
        self.market = market
        self.cash, self.repo = terms.assets, ZERO
        self.bought: dict[str, tuple[Decimal, Decimal, dt.date]] = {}
        self._paper = sorted(
            (each for name, each in market.instruments.items() if name.startswith(terms.ladder)),
            key=lambda each: each.maturity_date or OPENING,
        )

    def open_day(self, day: dt.date) -> None:
        """The repo comes back with its interest and matured paper with its face."""
        self.cash += self.repo
        if self.repo:
            before = valuation_days()[valuation_days().index(day) - 1]
            rate = decimal(self.market.instruments[self.terms.repo].discount_yield, 6)
            self.cash += cents(self.repo * rate * (day - before).days / DAYS_360)
        self.repo = ZERO
        for name in [name for name in self.bought if self._maturity(name) <= day]:
            self.cash += self.bought.pop(name)[0]

    def invest(self, day: dt.date) -> None:
        """Fill the ladder up to its rungs, and lend what is left overnight."""
        alive = [each for each in self._paper if each.maturity_date is not None and each.maturity_date > after(day)]
        for each in alive[:RUNGS]:
            if each.instrument_id not in self.bought:
                self._buy(each, day)
        lent = self.cash - CASH_KEPT
        if self.terms.most_lent is not None:
            lent = min(lent, self.terms.most_lent * self._at_cost())
        self.repo = max(lent // LOT * LOT, ZERO)
        self.cash -= self.repo

    def _at_cost(self) -> Decimal:
        """Cash and paper, before anything is lent overnight."""
        return self.cash + sum((cost for _, cost, _ in self.bought.values()), ZERO)

    def _buy(self, each: Instrument, day: dt.date) -> None:
        face = (self._at_cost() * self.terms.paper_share / RUNGS) // LOT * LOT
        cost = cents(face * self.market.price(each.instrument_id, day) / 100)
        if cost < self.cash:
            self.bought[each.instrument_id] = (face, cost, day)
            self.cash -= cost

    def _maturity(self, name: str) -> dt.date:
        maturity = self.market.instruments[name].maturity_date
        assert maturity is not None
        return maturity

    def amortised(self, name: str, day: dt.date) -> Decimal:
        """Cost plus the discount earned so far, in a straight line, on cents."""
        face, cost, since = self.bought[name]
        maturity = self._maturity(name)
        return cents(cost + (face - cost) * (day - since).days / (maturity - since).days)

    def at_market(self, name: str, day: dt.date) -> Decimal:
        """Face at the day's price."""
        return self.bought[name][0] * self.market.price(name, day) / 100

    def whole(self, day: dt.date) -> tuple[Decimal, Decimal]:
        """The fund's assets by its own basis, and the part of them that is market value above amortised cost."""
        amortised = sum((self.amortised(name, day) for name in self.bought), ZERO) + self.repo + self.cash
        marked = [name for name in self.bought if not self._is_at_cost(name, day)]
        above = sum((self.at_market(name, day) - self.amortised(name, day) for name in marked), ZERO)
        return amortised + above, above

    def _is_at_cost(self, name: str, day: dt.date) -> bool:
        is_short = (self._maturity(name) - day).days <= LONGEST_AT_COST
        return self.terms.is_amortised and (is_short or self.terms.type != "LVNAV")

    def rows(self, day: dt.date) -> Iterator[Row]:
        """All positions of the day in sheet Holdings."""
        for name in sorted(self.bought):
            face, cost, since = self.bought[name]
            maturity = self._maturity(name)
            is_government = self.market.instruments[name].is_government
            yield {
                **self._key(name, face, day),
                "holding_type": "GOVERNMENT_SECURITIES" if is_government else "COMMERCIAL_PAPER",
                "price": self.market.price(name, day),
                "price_type": "CLEAN",
                "base_value": cents(self.at_market(name, day)),
                "cost_basis": cost,
                # without it, the strike takes the price
                "amortised_cost": self._cost_stated(name, day),
                "purchase_date": since,
                **self._liquidity(maturity, day, is_public=is_government),
            }
        if self.repo:
            yield {
                **self._key(self.terms.repo, self.repo, day),
                "holding_type": "REPO",
                "price": Decimal(100),
                "price_type": "CLEAN",
                "base_value": self.repo,
                "cost_basis": self.repo,
                "amortised_cost": self.repo,
                "accrued_income": Decimal(0),
                "purchase_date": day,
                "repo_collateral": "GOVERNMENT",
                **self._liquidity(after(day), day),
            }
        yield {
            **self._key(f"CASH-{self.terms.currency}", self.cash, day),
            "holding_type": "CASH",
            "base_value": self.cash,
            "amortised_cost": self.cash if self.cash > 0 else None,
        }

    def _key(self, name: str, quantity: Decimal, day: dt.date) -> Row:
        return {
            "product_id": self.terms.product_id,
            "instrument_id": name,
            "leg": "SHORT" if quantity < 0 else "LONG",
            "as_of_date": day,
            "quantity": quantity,
            "currency": self.terms.currency,
            "source": "ADMINISTRATOR",
        }

    def _cost_stated(self, name: str, day: dt.date) -> Decimal | None:
        is_marked = self.terms.is_amortised and not self._is_at_cost(name, day)
        return None if is_marked else self.amortised(name, day)

    def _liquidity(self, maturity: dt.date, day: dt.date, *, is_public: bool = False) -> Row:
        left = (maturity - day).days
        # Only the dollar rule counts every Treasury as daily liquid. Source: nav 4.1, 4.2.
        treasury = is_public and self.terms.regime == "US_2A7"
        in_a_week = is_public and left <= WEEKLY_PUBLIC_DEBT
        return {
            "final_maturity_date": maturity,
            "effective_maturity_date": maturity,
            "fair_value_level": "2",
            "is_daily_liquid": treasury or maturity <= after(day),
            "is_weekly_liquid": treasury or in_a_week or maturity <= after(day, WEEK),
            "wam_days": left,
            "wal_days": left,
        }


def live_money_fund(terms: MoneyFundTerms, market: Market, seed: int, place: int) -> Year:
    """A money market fund's year; the same seed gives the same rows."""
    rng = np.random.default_rng([seed, MONEY_STREAM, place])
    year = Year()
    ladder = Ladder(terms, market)
    ladder.invest(OPENING)
    # At par from the first day: shares are what the assets are worth, the bid and ask of the purchase aside.
    book = ClassBook(terms, market, ladder.whole(OPENING)[0])
    for day in valuation_days():
        if day > OPENING:
            ladder.open_day(day)
            ladder.cash += book.settle_orders(day)
            if day in middles():
                ladder.cash += book.pay_fees(day)
            ladder.invest(day)
        year.holdings += ladder.rows(day)
        whole, above = ladder.whole(day)
        year.history += book.strike(whole, day, above)
        year.shares |= {(each.id, day): book.shares_of(each.id) for each in terms.classes}
        if day < valuation_days()[-1]:
            book.take_orders(day, after(day), rng)
        if day in month_ends():
            book.open_fee_month(day)
    year.accruals += book.fee_rows()
    year.orders += book.order_rows()
    return year
