"""The positions and the cash of one demo fund, their value and their rows. Shares and fees do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from ingestion.samples.nav.days import month_ends, valuation_days
from ingestion.samples.nav.market import PENCE, Market
from ingestion.samples.nav.money import ZERO, cents
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import FundTerms

HOLDING_TYPE = {"EQUITY": "EQUITY", "BOND": "CORPORATE_DEBT", "COMMODITY": "COMMODITY", "FUTURE": "DERIVATIVE"}
LOTS = {"NOTE": Decimal(1000), "BOND": Decimal(1000), "COMMODITY": Decimal("0.001")}
HEDGE_ID = "FWD-EUR-USD"


class Portfolio:
    """Quantities by instrument, signed; cash in the fund's currency; derivatives with the price they were last settled at."""

    def __init__(self, terms: FundTerms, market: Market, cash: Decimal) -> None:
        self.terms = terms
        self.market = market
        self.cash = cash
        self._quantities: dict[str, Decimal] = {}
        self._costs: dict[str, Decimal] = {}
        self._futures: dict[str, tuple[Decimal, Decimal]] = {}
        self._unrealised: dict[str, Decimal] = {}

    def quantity(self, instrument_id: str) -> Decimal:
        """Units held, negative where short, zero where none."""
        return self._quantities.get(instrument_id, ZERO)

    def long_positions(self) -> list[str]:
        """The instruments held long, in the order in which they were bought."""
        return [name for name, quantity in self._quantities.items() if quantity > 0]

    def pay_in(self, amount: Decimal) -> None:
        """Add to the cash, or take from it where `amount` is negative; on cents, in the fund's currency."""
        self.cash += amount

    def trade_towards(self, instrument_id: str, amount: Decimal, day: dt.date) -> None:
        """Buy for about `amount` of the fund's currency, or sell where it is negative, in whole lots at the day's price.

        A sale never turns a long position short.
        """
        unit = self._base_unit(instrument_id, day)
        lot = LOTS.get(self.market.instruments[instrument_id].instrument_type, Decimal(1))
        quantity = (amount / unit / lot).quantize(Decimal(1), ROUND_HALF_UP) * lot
        held = self.quantity(instrument_id)
        if held > 0:
            quantity = max(quantity, -held + lot)
        paid = cents(quantity * unit)
        self._quantities[instrument_id] = held + quantity
        self._costs[instrument_id] = self._costs.get(instrument_id, ZERO) + paid
        self.cash -= paid

    def split(self, instrument_id: str, ratio: int) -> None:
        """Multiply what is held by `ratio` new shares for each old one."""
        if instrument_id in self._quantities:
            self._quantities[instrument_id] *= ratio

    def open_future(self, instrument_id: str, contracts: Decimal, day: dt.date) -> None:
        """Enter a future at the day's settlement price, without cash."""
        self._futures[instrument_id] = (contracts, self.market.price(instrument_id, day))
        self._unrealised[instrument_id] = ZERO

    def _gain(self, instrument_id: str, day: dt.date) -> Decimal:
        contracts, entry = self._futures[instrument_id]
        size = self.market.instruments[instrument_id].contract_size
        return contracts * size * (self.market.price(instrument_id, day) - entry)

    def realise_derivatives(self, day: dt.date) -> None:
        """Settle the futures in cash and start them again at the day's settlement price."""
        for name, (contracts, _) in self._futures.items():
            self.cash += cents(self._gain(name, day))
            self._futures[name] = (contracts, self.market.price(name, day))

    def coupons(self, day: dt.date) -> Decimal:
        """Coupons that fell due after the valuation day before `day`, up to `day`, in the fund's currency."""
        before = valuation_days()[valuation_days().index(day) - 1]
        due = ZERO
        for name, quantity in self._quantities.items():
            instrument = self.market.instruments[name]
            if instrument.coupon_rate and instrument.coupon_frequency:
                last, _ = instrument.coupon_period(day)
                if before < last <= day:
                    coupon = quantity * instrument.coupon_rate / int(instrument.coupon_frequency)
                    due += cents(coupon * self.market.rate(instrument.currency, self.terms.currency, day))
        return due

    def _base_unit(self, instrument_id: str, day: dt.date) -> Decimal:
        currency = self.market.instruments[instrument_id].currency
        return self.market.unit_value(instrument_id, day) * self.market.rate(currency, self.terms.currency, day)

    def value(self, day: dt.date) -> Decimal:
        """Positions, derivatives as last stated, and cash, in the fund's currency, unrounded."""
        positions = sum((held * self._base_unit(name, day) for name, held in self._quantities.items()), ZERO)
        return positions + sum(self._unrealised.values(), ZERO) + self.cash

    def rows(self, day: dt.date) -> Iterator[Row]:
        """The whole portfolio in sheet Holdings. The results of derivatives are stated anew, and count until the next time."""
        for name in self._futures:
            self._unrealised[name] = ZERO if day in month_ends() else cents(self._gain(name, day))
        for name, quantity in self._quantities.items():
            if quantity:
                yield self._row(name, quantity, day)
        for name, (contracts, entry) in self._futures.items():
            yield {
                **self._key(name, contracts, day),
                "holding_type": "DERIVATIVE",
                "price": self.market.price(name, day),
                "price_type": "SETTLEMENT",
                "entry_price": entry,
                "unrealised_value": self._unrealised[name],
                "variation_to_date": self._unrealised[name],
                "fair_value_level": "1",
            }
        currency = self.terms.currency
        yield {
            **self._key(f"CASH-{currency}", self.cash, day),
            "currency": currency,
            "holding_type": "CASH",
            "base_value": self.cash,
        }

    def _key(self, name: str, quantity: Decimal, day: dt.date) -> Row:
        instrument = self.market.instruments.get(name)
        return {
            "product_id": self.terms.product_id,
            "share_class_id": None,
            "instrument_id": name,
            "leg": "SHORT" if quantity < 0 else "LONG",
            "as_of_date": day,
            "quantity": quantity,
            "currency": instrument.currency if instrument else self.terms.currency,
            "source": "ADMINISTRATOR",
        }

    def _row(self, name: str, quantity: Decimal, day: dt.date) -> Row:
        instrument = self.market.instruments[name]
        kind = "GOVERNMENT_SECURITIES" if instrument.is_government else HOLDING_TYPE[instrument.instrument_type]
        local = quantity * self.market.unit_value(name, day)
        accrued = quantity * instrument.accrued_per_100(day) / 100 if instrument.coupon_rate else None
        return {
            **self._key(name, quantity, day),
            "holding_type": kind,
            "price": self.market.price(name, day) * (PENCE if instrument.is_in_pence else 1),
            "price_type": instrument.price_type,
            "local_value": cents(local),
            "base_value": cents(local * self.market.rate(instrument.currency, self.terms.currency, day)),
            "cost_basis": abs(self._costs[name]),
            "accrued_income": None if accrued is None else cents(accrued),
            "fair_value_level": "2" if instrument.is_per_100 else "1",
        }
