"""What a strike is made from: the product, its positions, prices, rates, accruals and share classes. No arithmetic.

Every amount is a Decimal. None means unknown; zero means zero. Field names are those of the input contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from calculations.nav.valuation_point import AgeLimit, AsOf

Method = Literal["PRICED", "CASH", "UNREALISED", "STATED", "AMORTISED_COST"]
QuoteBasis = Literal["PER_UNIT", "PER_100", "YIELD", "DISCOUNT"]
Side = Literal["ASSET", "LIABILITY"]
SwingPolicy = Literal["NONE", "PARTIAL", "FULL"]


@dataclass(frozen=True)
class ProductTerms:
    """`shares_outstanding` and `nav_dp` are those of the one implied class, where a product has no class rows.

    `previous_net_assets` is in the product's currency. `product_type` is the canonical code of nav 1.2 and
    `subtype` the code of the sheet; both choose the limit of a NAV jump.
    """

    product_id: str
    currency: str
    product_type: str
    subtype: str | None = None
    is_unitless: bool = False
    nav_dp: int | None = None
    shares_outstanding: Decimal | None = None
    previous_net_assets: Decimal | None = None
    previous_nav_per_share: Decimal | None = None


@dataclass(frozen=True)
class BondTerms:
    """What accrued interest, a price and a yield need. `coupon_rate` is the rate of the current period, a fraction a
    year; `redemption_price` is paid at maturity per 100 of face. The yield of a zero coupon bond is compounded
    `coupon_frequency` times a year too.
    """

    coupon_rate: Decimal
    coupon_frequency: int
    day_count: str
    maturity_date: dt.date
    issue_date: dt.date | None = None
    first_coupon_date: dt.date | None = None
    ex_dividend_days: int = 0
    redemption_price: Decimal = Decimal(100)


@dataclass(frozen=True)
class Position:
    """One lot held. `quantity` is signed: negative if and only if the leg is SHORT; for CASH it is the balance.

    `method` says where the value comes from: PRICED quantity x price; CASH the balance; UNREALISED the derivative's
    `unrealised_value`; STATED `base_value`, else `local_value`; AMORTISED_COST the stated cost, accrued coupon inside.
    `currency` is that of the stated amounts. `accrued_income` is the stated one of the lot, used beside a clean price
    where there are no `bond` terms. `share_class_id` None is a line of the whole product.
    """

    instrument_id: str
    method: Method
    quantity: Decimal
    currency: str
    leg: Literal["LONG", "SHORT"] = "LONG"
    lot_id: str = ""
    share_class_id: str | None = None
    instrument_type: str = "OTHER"
    quote_basis: QuoteBasis = "PER_UNIT"
    contract_size: Decimal = Decimal(1)
    bond: BondTerms | None = None
    is_non_accrual: bool = False
    accrued_income: Decimal | None = None
    unrealised_value: Decimal | None = None
    local_value: Decimal | None = None
    base_value: Decimal | None = None
    amortised_cost: Decimal | None = None
    fair_value_level: int | None = None
    price_age_limit: AgeLimit | None = None


@dataclass(frozen=True)
class Price:
    """`currency` may be GBX, ZAC or ILA. `quote_basis` None is the instrument's. `confidence` is an oracle's, 0 to 1."""

    instrument_id: str
    price_type: str
    as_of: AsOf
    source: str
    price: Decimal
    currency: str
    quote_basis: QuoteBasis | None = None
    sample_count: int | None = None
    allow_non_positive: bool = False
    valid_until: AsOf | None = None
    approval_id: str | None = None
    reason: str | None = None
    confidence: Decimal | None = None


@dataclass(frozen=True)
class Rate:
    """`rate` units of `quote_currency` for one unit of `base_currency`, as it was quoted."""

    base_currency: str
    quote_currency: str
    as_of: AsOf
    source: str
    rate: Decimal


@dataclass(frozen=True)
class Accrual:
    """An accrual, fee, receivable or payable; amounts are positive, `side` gives the sign.

    RATE is basis x rate x days; ANNUAL_AMOUNT is `annual_amount` x days; STATED is `amount`. Days run from
    `accrued_from`, or the day after `paid_through` if that is later, up to but not including `accrued_to` (None: the
    valuation date). BORROWING: `amount` is the principal and `rate` accrues beside it.
    """

    accrual_id: str
    kind: str
    side: Side
    method: Literal["RATE", "ANNUAL_AMOUNT", "STATED", "PERFORMANCE"]
    currency: str
    share_class_id: str | None = None
    rate: Decimal | None = None
    basis: str | None = None
    basis_amount: Decimal | None = None
    annual_amount: Decimal | None = None
    amount: Decimal | None = None
    accrued_from: dt.date | None = None
    accrued_to: dt.date | None = None
    paid_through: dt.date | None = None
    day_count: str | None = None


@dataclass(frozen=True)
class SwingTerms:
    """Rates are fractions of the NAV. PARTIAL swings above `threshold_rate` of net assets, FULL with every flow.

    `cap_rate` is that of the prospectus; the fund's `registration` may bring a statutory cap. The lower one holds.
    """

    policy: SwingPolicy
    threshold_rate: Decimal | None = None
    up_rate: Decimal | None = None
    down_rate: Decimal | None = None
    cap_rate: Decimal | None = None
    registration: str | None = None
    subtype: str | None = None


@dataclass(frozen=True)
class DealtOrder:
    """An order that a strike prices. `amount` of `currency` is above zero; None: `shares` of its class, at their NAV.

    `share_class_id` None is the one class of the product.
    """

    order_id: str
    direction: Literal["IN", "OUT"]
    currency: str
    share_class_id: str | None = None
    amount: Decimal | None = None
    shares: Decimal | None = None


@dataclass(frozen=True)
class ShareClass:
    """`opening_net_assets` are after capital, in the product's currency; the weight of the class in the split.

    `opening_own_lines` is the part of them that came from lines of this class alone (fees accrued and not paid, hedge
    results), signed: such a balance is in the class's own lines again today and must not be shared out twice.
    `swing` None: it never swings.
    """

    share_class_id: str
    currency: str
    nav_dp: int | None
    shares_outstanding: Decimal | None
    opening_net_assets: Decimal | None = None
    opening_own_lines: Decimal = Decimal(0)
    previous_nav_per_share: Decimal | None = None
    swing: SwingTerms | None = None


@dataclass(frozen=True)
class Source:
    """`level` 1 official primary, 2 secondary, 3 evaluated or broker, 4 model, 6 override; `priority` 1 goes first."""

    level: int
    priority: int


_LISTED = AgeLimit(1, "BUSINESS_DAYS")
_DEBT = AgeLimit(2, "BUSINESS_DAYS")
_PRIVATE = AgeLimit(120, "DAYS")

# Nav 3: official close or settlement, evaluated or broker, model, override. BID, ASK and MARKET value nothing.
PRICE_LEVELS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("OFFICIAL", "CLOSE", "SETTLEMENT", "NAV", "MID", "CLEAN", "DIRTY"), 1)
    | {"EVALUATED": 3, "BROKER": 3, "MODEL": 4, "FAIR_VALUE": 4, "OVERRIDE": 6}
)
# Nav 3: listed 1 business day, debt 2 (of the 2 to 5 given), private marks 120 days, tokens an hour, appraisals a year.
PRICE_AGE_LIMITS: Mapping[str, AgeLimit] = MappingProxyType(
    dict.fromkeys(("EQUITY", "ETF", "FUTURE", "OPTION", "COMMODITY", "INDEX", "FORWARD", "FX_FORWARD"), _LISTED)
    | dict.fromkeys(("BOND", "BILL", "NOTE", "DISCOUNT_NOTE", "CP", "CD", "VRDN", "MUNI", "REPO"), _DEBT)
    | dict.fromkeys(("LOAN", "FUND_UNIT", "SWAP", "DEPOSIT", "OTHER"), _PRIVATE)
    | {"TOKEN": AgeLimit(1, "HOURS"), "PROPERTY": AgeLimit(365, "DAYS")}
)
PRICE_TYPES = (
    *("OFFICIAL", "CLOSE", "SETTLEMENT", "NAV", "MID"),
    *("EVALUATED", "BROKER", "MODEL", "FAIR_VALUE", "OVERRIDE"),
)
FIRST_PRICE_TYPE: Mapping[str, str] = MappingProxyType(
    {"FUND_UNIT": "NAV", "FUTURE": "SETTLEMENT", "OPTION": "SETTLEMENT"}
)


@dataclass(frozen=True)
class Policy:
    """Which price and rate a strike takes and how old they may be; the defaults are those of nav 3.

    `price_types` are tried in order, after the instrument type's own `first_price_type`; `price_levels` is the
    hierarchy level of each. `sources` is given by the caller: a source that is not in it is an error.
    """

    sources: Mapping[str, Source]
    price_levels: Mapping[str, int] = field(default_factory=lambda: PRICE_LEVELS)
    price_types: tuple[str, ...] = PRICE_TYPES
    first_price_type: Mapping[str, str] = field(default_factory=lambda: FIRST_PRICE_TYPE)
    price_age_limits: Mapping[str, AgeLimit] = field(default_factory=lambda: PRICE_AGE_LIMITS)
    fx_age_limit: AgeLimit = _LISTED
    pivots: tuple[str, ...] = ("USD", "EUR")
