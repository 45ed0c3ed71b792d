"""What single assets count for in a numerator on a reported date: discount obligations and defaulted ones, in exact
decimals. The CCC excess, which is of a whole bucket, is in `deal.collateral`; nothing is projected here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from calculations.clo.deal.collateral_terms import DefaultedCarry, DiscountCure, Haircuts
from calculations.months import add_months, as_date

LONGEST_GAP = 10  # days without a price after which a cure is counted anew
_ZERO = Decimal(0)


@dataclass(frozen=True)
class CarriedAsset:
    """Prices and rates are fractions of `par`; `prices` are market values by day, the newest of them the current one.

    `kind` is loan or bond, as the deal's discount limits name it. `defaulted_on` is None while it performs.
    """

    asset_id: str
    kind: str
    par: Decimal
    purchase_price: Decimal | None = None
    prices: Mapping[dt.date, Decimal] = field(default_factory=dict)
    recovery_rate: Decimal | None = None
    defaulted_on: dt.date | None = None


@dataclass(frozen=True)
class CarriedValue:
    """`category` is par, discount or defaulted; `finding` what a reader must know of the value, '' where nothing."""

    asset_id: str
    category: str
    value: Decimal
    finding: str = ""


def carried(asset: CarriedAsset, terms: Haircuts, as_of: dt.date) -> CarriedValue:
    """What one asset counts for on a day: once, at the lowest of its categories. Source: clo-extensions 4.12, 4.13."""
    found = [CarriedValue(asset.asset_id, "par", asset.par)]
    if (price := _discount_price(asset, terms, as_of)) is not None:
        found.append(CarriedValue(asset.asset_id, "discount", asset.par * price))
    if terms.defaulted is not None and asset.defaulted_on is not None and _in_default(asset, as_of):
        found.append(_defaulted(asset, terms.defaulted, asset.defaulted_on, as_of))
    # of equal values the more telling category, which stands later
    return min(reversed(found), key=lambda item: item.value)


def discount_adjustment(assets: Iterable[CarriedAsset], terms: Haircuts, as_of: dt.date) -> Decimal:
    """What discount obligations that perform take off the numerator, as a figure <= 0. Source: clo-extensions 4.12."""
    rows = [(asset, carried(asset, terms, as_of)) for asset in assets if not _in_default(asset, as_of)]
    return sum((row.value - asset.par for asset, row in rows if row.category == "discount"), _ZERO)


def defaulted_value(assets: Iterable[CarriedAsset], terms: Haircuts, as_of: dt.date) -> Decimal:
    """What defaulted assets add to the numerator. Source: clo-extensions 4.13."""
    rows = [carried(asset, terms, as_of) for asset in assets if _in_default(asset, as_of)]
    return sum((row.value for row in rows), _ZERO)


def _in_default(asset: CarriedAsset, as_of: dt.date) -> bool:
    return asset.defaulted_on is not None and asset.defaulted_on <= as_of


def is_cured(prices: Mapping[dt.date, Decimal], cure: DiscountCure, as_of: dt.date) -> bool:
    """Whether the market value was at least the cure's on each of the last days, the latest price held between prices.

    A gap of more than ten days starts the count again. Source: clo-extensions 4.12.
    """
    since: dt.date | None = None
    last: dt.date | None = None
    for day in sorted(day for day in prices if day <= as_of):
        is_gap = last is not None and (day - last).days > LONGEST_GAP
        if prices[day] < cure.market_value:
            since = None
        elif since is None or is_gap:
            since = day
        last = day
    if since is None or last is None or (as_of - last).days > LONGEST_GAP:
        return False
    return (as_of - since).days + 1 >= cure.days


def _discount_price(asset: CarriedAsset, terms: Haircuts, as_of: dt.date) -> Decimal | None:
    """The purchase price where it still is what the asset is carried at; None where it is no discount obligation."""
    discount, price = terms.discount, asset.purchase_price
    if discount is None or price is None:
        return None
    limit = discount.below.get(asset.kind)
    if limit is None or price >= limit:
        return None
    return None if discount.cure is not None and is_cured(asset.prices, discount.cure, as_of) else price


def _defaulted(asset: CarriedAsset, terms: DefaultedCarry, defaulted_on: dt.date, as_of: dt.date) -> CarriedValue:
    months = terms.zero_after_months
    if months is not None and as_of >= as_date(add_months(defaulted_on, months)):
        return CarriedValue(asset.asset_id, "defaulted", _ZERO)
    known = [day for day in asset.prices if day <= as_of]
    rates = {"market_value": asset.prices[max(known)] if known else None, "recovery_rate": asset.recovery_rate}
    given = [rate for rate in (rates[name] for name in terms.carry.min) if rate is not None]
    if not given:
        finding = f"asset {asset.asset_id}: expected {' or '.join(terms.carry.min)}, found neither: carried at nothing"
        return CarriedValue(asset.asset_id, "defaulted", _ZERO, finding)
    return CarriedValue(asset.asset_id, "defaulted", asset.par * min(given))
