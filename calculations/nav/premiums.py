"""What a share or token trades at against the NAV it was struck at: market price, premium or discount, alarm.

No value is made of these prices, and which products and days are asked about is the caller's. Source: nav 2 (M-FUND ETF
extras, M-DTF parity).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.numbers import precise
from calculations.nav.prices import choose_price
from calculations.nav.rates import MINOR_QUOTES, Conversion
from calculations.nav.results import Reason, Unavailable
from calculations.nav.terms import Policy, Position, Price
from calculations.nav.valuation_point import AgeLimit, AsOf, ValuationPoint

FILE = Path(__file__).with_name("tables") / "premiums.yaml"
STATED = "STATED"  # price type of a market price stated beside a NAV, on sheet NAV History

PremiumReason = Reason | Literal["NO_NAV"]
Convert = Callable[[str, str], Conversion]


class Age(Terms):
    count: Annotated[int, Field(ge=0)]
    unit: Literal["BUSINESS_DAYS", "DAYS", "HOURS"]


class PremiumRules(Terms):
    """The packaged table: the alarm, the price types in order, the greatest age of a price by the type of the listed
    instrument, and the subtypes expected to trade by product type, none listed meaning all.
    """

    alarm_rate: Annotated[Decimal, Field(gt=0, lt=1)]
    price_types: Annotated[tuple[str, ...], Field(min_length=1)]
    age_limit: Age
    age_limits: Mapping[str, Age]
    traded: Mapping[str, tuple[str, ...]]


@cache
def premium_rules() -> PremiumRules:
    """The rules in use. Raises ValueError where the table is not valid."""
    return read_policy(FILE, PremiumRules)


@dataclass(frozen=True)
class Listing:
    """The instrument that a share or token trades as."""

    instrument_id: str
    instrument_type: str = "OTHER"
    quote_basis: str = "PER_UNIT"


@dataclass(frozen=True)
class MarketPrice:
    """`price` of one share in the currency asked for, unrounded: `quoted`, in `quoted_currency`, x `fx_rate`.

    `fx_rate` holds the factor of a currency quoted in pence, and is None where nothing had to be converted. With a
    `reason`, `price` is None and the quote that was found is kept.
    """

    price: Decimal | None
    instrument_id: str | None = None
    quoted: Decimal | None = None
    quoted_currency: str | None = None
    price_type: str | None = None
    source: str | None = None
    as_of: AsOf | None = None
    fx_rate: Decimal | None = None
    reason: Reason | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Premium:
    """`rate` is a signed fraction of the NAV, unrounded: a premium above zero, a discount below; `reason` explains None."""

    rate: Decimal | None
    is_alarm: bool | None
    reason: PremiumReason | None = None
    detail: str | None = None


def is_expected_to_trade(product_type: str, subtype: str | None) -> bool:
    """Whether a product of this kind without a market price lacks something."""
    subtypes = premium_rules().traded.get(product_type)
    return subtypes is not None and (not subtypes or subtype in subtypes)


def traded_price(
    listing: Listing, currency: str, prices: Sequence[Price], point: ValuationPoint, policy: Policy, convert: Convert
) -> MarketPrice:
    """What a share traded at by the cut-off, in `currency`; `prices` are those of the instrument.

    The hierarchy of prices is that of `choose_price`, over the price types and ages of premiums. `convert` gives units
    of its second currency for one of its first. Reasons: MISSING_PRICE, STALE_PRICE, NON_POSITIVE_PRICE,
    DUPLICATE_INPUT, UNIT_MISMATCH (quoted per 100 or as a yield), MISSING_FX, STALE_FX.
    """
    rules = premium_rules()
    limit = rules.age_limits.get(listing.instrument_type, rules.age_limit)
    traded = replace(
        policy,
        price_types=rules.price_types,
        price_levels=dict.fromkeys(rules.price_types, 1),
        first_price_type={},
    )
    share = Position(
        listing.instrument_id,
        "PRICED",
        Decimal(1),
        currency,
        instrument_type=listing.instrument_type,
        price_age_limit=AgeLimit(limit.count, limit.unit),
    )
    choice = choose_price(share, prices, point, traded)
    price = choice.price
    if price is None:
        return MarketPrice(None, listing.instrument_id, reason=choice.reason, detail=choice.detail)
    found = MarketPrice(
        None,
        listing.instrument_id,
        price.price,
        price.currency,
        price.price_type,
        price.source,
        price.as_of,
        reason=choice.reason,
        detail=choice.detail,
    )
    basis = price.quote_basis or listing.quote_basis
    if basis != "PER_UNIT":
        wrong = f"{listing.instrument_id}: a share must be quoted PER_UNIT to stand beside its NAV, found {basis}"
        return replace(found, reason="UNIT_MISMATCH", detail=wrong)
    return found if found.reason is not None else _converted(found, price.price, price.currency, currency, convert)


def stated_price(
    quoted: Decimal, quoted_currency: str, source: str, currency: str, point: ValuationPoint, convert: Convert
) -> MarketPrice:
    """A market price stated for the day of a NAV, in `currency`; reasons as for `traded_price`."""
    found = MarketPrice(None, None, quoted, quoted_currency, STATED, source, point.cutoff)
    if quoted <= 0:
        detail = f"the market price stated for {point.date} must be above zero, found {quoted}"
        return replace(found, reason="NON_POSITIVE_PRICE", detail=detail)
    return _converted(found, quoted, quoted_currency, currency, convert)


def _converted(
    found: MarketPrice, quoted: Decimal, quoted_currency: str, currency: str, convert: Convert
) -> MarketPrice:
    if quoted_currency == currency:
        return replace(found, price=quoted)
    held, factor = MINOR_QUOTES.get(quoted_currency, (quoted_currency, Decimal(1)))
    conversion = Conversion(Decimal(1)) if held == currency else convert(held, currency)
    if conversion.rate is None or conversion.reason is not None:
        return replace(found, reason=conversion.reason or "MISSING_FX", detail=conversion.detail)
    with precise():
        rate = factor * conversion.rate
        return replace(found, price=quoted * rate, fx_rate=rate)


def premium_rate(price: Decimal, nav: Decimal) -> Decimal:
    """(price - NAV) / NAV, unrounded. Raises Unavailable DOMAIN for a NAV that is not above zero."""
    if nav <= 0:
        raise Unavailable("DOMAIN", f"a premium needs a NAV above zero, found {nav}")
    with precise():
        return (price - nav) / nav


def premium(nav: Decimal | None, price: MarketPrice, nav_reason: Reason | None = None) -> Premium:
    """The premium of a market price over the NAV per share, both in one currency, and whether it is beyond the alarm.

    Without a NAV the reason is `nav_reason`, else NO_NAV; without a price it is that of the price.
    """
    if nav is None:
        return Premium(None, None, nav_reason or "NO_NAV", "no NAV per share stands beside the market price")
    if price.price is None:
        return Premium(None, None, price.reason, price.detail)
    try:
        rate = premium_rate(price.price, nav)
    except Unavailable as unknown:
        return Premium(None, None, unknown.reason, unknown.detail)
    return Premium(rate, abs(rate) > premium_rules().alarm_rate)
