"""A bond marked to market: clean, accrued and dirty price and the amount of a face. Which price to use is not here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.accrued_interest import accrued_per_100
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable
from calculations.nav.terms import BondTerms


@dataclass(frozen=True)
class MarketValue:
    """Prices per 100 of face; `amount` is the dirty price of the whole face and `accrued_amount` the interest in it.

    All unrounded. Of a bond that does not accrue the three prices are one, as it trades flat.
    """

    clean_price: Decimal
    accrued_per_100: Decimal
    dirty_price: Decimal
    amount: Decimal
    accrued_amount: Decimal


def market_value(
    face: Decimal,
    price: Decimal,
    price_type: str,
    terms: BondTerms,
    date: dt.date,
    *,
    is_non_accrual: bool = False,
) -> MarketValue:
    """Face x (clean price + accrued interest) / 100 at `date`; `face` is signed, negative where sold short.

    Raises Unavailable UNIT_MISMATCH for a price that is neither CLEAN nor DIRTY, and as `accrued_per_100`.
    Source: nav 2, M-BOND; E-3.
    """
    if price_type not in ("CLEAN", "DIRTY"):
        raise Unavailable("UNIT_MISMATCH", f"the price of a bond must be CLEAN or DIRTY, found {price_type}")
    accrued = accrued_per_100(terms, date)  # a bond that has matured is an error, accruing or not
    with precise():
        accrued = Decimal(0) if is_non_accrual else accrued
        clean, dirty = (price, price + accrued) if price_type == "CLEAN" else (price - accrued, price)
        return MarketValue(clean, accrued, dirty, face * dirty / 100, face * accrued / 100)
