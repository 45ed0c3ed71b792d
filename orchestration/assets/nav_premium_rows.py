"""What share classes trade at against their NAVs, day by day, as rows. The finance is in calculations."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from calculations.nav.market import valuation_point
from calculations.nav.numbers import stored
from calculations.nav.premiums import (
    Listing,
    MarketPrice,
    Premium,
    is_expected_to_trade,
    premium,
    premium_rules,
    stated_price,
    traded_price,
)
from calculations.nav.rates import Conversion
from calculations.nav.results import Reason
from calculations.nav.stated import STANDING
from calculations.nav.valuation_point import ValuationPoint
from orchestration.assets.nav_rows import utc
from orchestration.assets.nav_shown import Row, ShownOrganization, ShownProduct, ShownStrike

UNLISTED = MarketPrice(None, reason="MISSING_PRICE", detail="no instrument that the class trades as is stated")


def premium_rows(shown: ShownOrganization) -> Iterator[dict[str, Any]]:
    """A row per class and day with a NAV or a stated market price, days rising.

    Of products that are expected to trade, all days; of others, those on which a market price was there.
    """
    by_isin = {row["isin"]: name for name, row in shown.market.instruments.items() if row["isin"] is not None}
    for product in shown.products:
        listings, stated = _listings(shown, product, by_isin), _stated_prices(product)
        is_expected = is_expected_to_trade(product.stated.product_type, product.stated.row["subtype"])
        if not (is_expected or listings or stated):
            continue
        for day in sorted({*product.strikes, *stated}):
            point = valuation_point(product.stated.row, day, shown.market)
            strike = product.strikes.get(day)
            struck: Mapping[str, Row] = strike.classes if strike else {}
            for class_id in sorted({*struck, *stated.get(day, {})}):
                row = stated.get(day, {}).get(class_id)
                # without a strike the class is there because of its stated price
                currency = struck[class_id]["currency"] if class_id in struck else stated[day][class_id]["currency"]
                price = _price(shown, listings.get(class_id), row, currency, point)
                if is_expected or price.quoted is not None:
                    yield _row(product, strike, class_id, day, currency, price)


def _listings(shown: ShownOrganization, product: ShownProduct, by_isin: Mapping[str, str]) -> Mapping[str, Listing]:
    """What each class trades as: the product's own instrument where it has one class, else that with the class's ISIN."""
    classes = product.stated.classes
    if len(classes) > 1:
        named = {row["share_class_id"]: by_isin.get(row["isin"]) for row in classes}
    else:
        named = {classes[0]["share_class_id"] if classes else product.product_id: product.unit}
    found = {}
    for class_id, instrument_id in named.items():
        if instrument_id is not None and not product.holds(instrument_id):
            terms: Row = shown.market.instruments.get(instrument_id, {})
            found[class_id] = Listing(
                instrument_id, terms.get("instrument_type") or "OTHER", terms.get("quote_basis") or "PER_UNIT"
            )
    return found


def _stated_prices(product: ShownProduct) -> Mapping[dt.date, Mapping[str, Row]]:
    """Rows of NAV History with a market price by day and class, the last standing version of each."""
    found: dict[dt.date, dict[str, Row]] = defaultdict(dict)
    for row in sorted(product.stated.history, key=lambda each: each["version"]):
        if row["status"] in STANDING and row["market_price"] is not None:
            found[row["valuation_date"]][row["share_class_id"] or product.product_id] = row
    return found


def _price(
    shown: ShownOrganization, listing: Listing | None, stated: Row | None, currency: str, point: ValuationPoint
) -> MarketPrice:
    """The price of the listing; what is stated beside the NAV where there is none that may be used."""

    def convert(held: str, wanted: str) -> Conversion:
        return shown.conversion(held, wanted, point)

    found = UNLISTED
    if listing is not None:
        prices = shown.market.prices_until(listing.instrument_id, point)
        found = traded_price(listing, currency, prices, point, shown.market.policy, convert)
    if found.price is None and stated is not None:
        return stated_price(stated["market_price"], stated["currency"], stated["source"], currency, point, convert)
    return found


def _row(
    product: ShownProduct, strike: ShownStrike | None, class_id: str, day: dt.date, currency: str, price: MarketPrice
) -> dict[str, Any]:
    row = product.stated.row
    struck: Row = (strike.classes if strike else {}).get(class_id, {})
    nav: Decimal | None = struck.get("nav_per_share")
    reason: Reason | None = struck.get("reason")
    found: Premium = premium(nav, price, reason)
    return {
        "product_id": product.product_id,
        "share_class_id": class_id,
        "valuation_date": day,
        "currency": currency,
        "nav_per_share": nav,
        "instrument_id": price.instrument_id,
        "price_type": price.price_type,
        "price_source": price.source,
        "price_as_of": utc(price.as_of),
        "quoted_price": price.quoted,
        "quoted_currency": price.quoted_currency,
        "fx_rate": price.fx_rate,
        "market_price": None if price.price is None else stored(price.price),
        "premium_rate": found.rate,
        "alarm_rate": premium_rules().alarm_rate,
        "is_alarm": found.is_alarm,
        "reason": found.reason,
        "detail": found.detail,
        "known_at": row["known_at"] if strike is None else max(row["known_at"], strike.run["known_at"]),
        "state_id": row["state_id"],
    }
