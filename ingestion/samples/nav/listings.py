"""What the demo's ETFs trade as, and their closes around the NAVs. How NAVs come about does not belong here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ingestion.samples.nav.days import stamp
from ingestion.samples.nav.market import CLOSE_HOUR, PENCE, Market
from ingestion.samples.nav.money import decimal
from ingestion.samples.nav.table import Row
from ingestion.samples.nav.terms import FundTerms, ListingTerms, Year, load_funds

LISTING_STREAM = 309
# A premium of one day is still there on the next by this share.
PERSISTENCE = 0.6


def listed_instruments() -> Iterator[Row]:
    """The shares that trade, in sheet Instruments."""
    for fund, listing in _listed():
        yield {
            "instrument_id": listing.instrument_id,
            "name": f"{fund.name}, listed shares",
            "instrument_type": "ETF",
            "currency": "GBP" if listing.quoted_in == "GBX" else listing.quoted_in,
            "exchange": "XTHA" if listing.quoted_in == "GBX" else "XCAR",
            "quote_basis": "PER_UNIT",
        }


def listed_closes(market: Market, years: Mapping[str, Year], seed: int) -> Iterator[Row]:
    """A close of every listed share on each day with a NAV: off it by what was left of the day before and by chance."""
    rng = np.random.default_rng([seed, LISTING_STREAM])
    for fund, listing in _listed():
        premium = 0.0
        navs: dict[Any, Any] = {row["valuation_date"]: row["nav_per_share"] for row in years[fund.product_id].history}
        for day, chance in zip(sorted(navs), rng.normal(0.0, listing.spread, len(navs)).tolist(), strict=True):
            stress = 0.0
            if listing.stressed_from and listing.stressed_to and listing.stressed_from <= day <= listing.stressed_to:
                stress = (1 - PERSISTENCE) * listing.stressed_by
            premium = PERSISTENCE * premium + stress + chance
            quoted = float(navs[day]) * (1 + premium)
            if listing.quoted_in == "GBX":
                quoted *= float(market.rate(fund.currency, "GBP", day) / PENCE)
            yield {
                "instrument_id": listing.instrument_id,
                "price_type": "CLOSE",
                "as_of": stamp(day, CLOSE_HOUR),
                "source": "EXCHANGE",
                "price": decimal(quoted, 2),
                "currency": listing.quoted_in,
            }


def _listed() -> Iterator[tuple[FundTerms, ListingTerms]]:
    for fund in load_funds():
        if fund.listing is not None:
            yield fund, fund.listing
