"""What a strike returns: lines, classes, totals, and the reasons for what is unknown. No arithmetic.

A number that is not known is None beside the reason; it is never zero and never a guess.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from calculations.nav.terms import Accrual, Position, Rate, Side
from calculations.nav.valuation_point import AsOf

Reason = Literal[
    "MISSING_PRICE",
    "STALE_PRICE",
    "NON_POSITIVE_PRICE",
    "MISSING_FX",
    "STALE_FX",
    "MISSING_HOLDINGS",
    "MISSING_VALUE",
    "MISSING_ACCRUED_INCOME",
    "MISSING_BASIS",
    "MISSING_OPENING_NET_ASSETS",
    "MISSING_TERMS",
    "NO_SHARES",
    "NO_SHARES_REPORTED",
    "UNKNOWN_SUBTYPE",
    "UNKNOWN_SHARE_CLASS",
    "UNIT_MISMATCH",
    "UNSUPPORTED_CONVENTION",
    "BAD_SCHEDULE",
    "DUPLICATE_INPUT",
    "DOMAIN",
    "MISSING_ASSUMPTION",
    "MISSING_EVIDENCE",
    "NO_APPRAISAL",
    "STALE_APPRAISAL",
    "STALE_VALUATION",
    "STALE_ATTESTATION",
    "CONTRACT_EXPIRED",
    "CORP_ACTION",
]


class Unavailable(Exception):
    """A number that cannot be had, with its reason code and what was expected and found."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class NavLine(NamedTuple):
    """One component of a strike. `amount` in `currency` and `base_amount` are signed by what they do to net assets.

    Kinds: POSITION, CASH, DERIVATIVE, the kind of the accrual, and what a method of nav 2 names beside them. `price` is
    as quoted (a clean price without accrued interest, pence as pence); `accrued_amount` is the accrued interest inside `amount`. `fx_rate` is units of
    the product's currency for one unit of `currency`, and `fx_quotes` the quotes it was made of; both are empty where
    the amount is in the product's currency or was stated in it. `basis_amount`, `rate` and `year_fraction` explain an
    accrual. With a `reason`, the amounts are None and the evidence found is kept.

    A tuple, because a strike has hundreds of lines and a frozen dataclass takes three times as long to make.
    """

    line_id: str
    kind: str
    side: Side | None
    currency: str | None
    amount: Decimal | None
    base_amount: Decimal | None
    share_class_id: str | None = None
    instrument_id: str | None = None
    accrual_id: str | None = None
    leg: str | None = None
    lot_ids: tuple[str, ...] = ()
    method: str | None = None
    quantity: Decimal | None = None
    contract_size: Decimal | None = None
    quote_basis: str | None = None
    price: Decimal | None = None
    price_type: str | None = None
    price_currency: str | None = None
    price_source: str | None = None
    price_as_of: AsOf | None = None
    price_approval_id: str | None = None
    accrued_amount: Decimal | None = None
    fx_rate: Decimal | None = None
    fx_as_of: AsOf | None = None
    fx_quotes: tuple[Rate, ...] = ()
    basis_amount: Decimal | None = None
    rate: Decimal | None = None
    year_fraction: Decimal | None = None
    fair_value_level: int | None = None
    reason: Reason | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Assumption:
    """An assumption as it was stated. `value` is None for one in words, which is in `text`."""

    scope_type: str
    scope_id: str
    name: str
    as_of: dt.date
    tenor: str
    source: str
    value: Decimal | None
    text: str | None
    unit: str
    currency: str | None = None
    compounding: str | None = None
    valid_until: dt.date | None = None


@dataclass(frozen=True)
class Measure:
    """A figure that explains a value and is not a part of it: NOI, loan to value, DSCR, TVPI, reserve ratio.

    `unit` is that of an assumption; `subject_id` says which company, property or vault it is of. `reason` explains None.
    """

    name: str
    value: Decimal | None
    unit: str
    subject_id: str = ""
    currency: str | None = None
    reason: Reason | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Valuation:
    """What a method of nav 2 makes of a product's evidence; the strike adds accruals, classes and totals.

    `method` is its code and version. `lines` are the components that it valued itself, converted into the product's
    currency; `positions` and `accruals` those that it leaves to the strike. `claims` makes the lines that depend on
    what all other lines come to, given their sum (carried interest, a peg); `class_claims` those of a class alone that
    depend on what it comes to, given its id and that (performance fees); `outcomes` the measures of the net assets
    that come out (multiples of paid-in capital). `shares_outstanding` is the register that the method trusts, where
    that is not the one stated. `failures` hold the product.
    """

    method: str
    measurement_basis: str
    lines: tuple[NavLine, ...] = ()
    positions: tuple[Position, ...] = ()
    accruals: tuple[Accrual, ...] = ()
    claims: Callable[[Decimal], tuple[NavLine, ...]] | None = None
    class_claims: Callable[[str, Decimal], tuple[NavLine, ...]] | None = None
    outcomes: Callable[[Decimal], tuple[Measure, ...]] | None = None
    shares_outstanding: Decimal | None = None
    measures: tuple[Measure, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class ClassNav:
    """A share class at the strike. `net_assets` in the product's currency, `net_assets_class` in `currency`.

    `nav_per_share` is published: rounded half up and written with exactly `nav_dp` decimals.
    `nav_per_share_unrounded` is kept for fees and orders; `rounding_residual` = net assets of the class in its
    currency less shares x published NAV. Orders deal at `swung_nav_per_share`, `nav_per_share` moved by the signed
    `swing_rate`; a class that never swings has neither. `reason` explains every other None.
    """

    share_class_id: str
    currency: str
    net_assets: Decimal | None
    net_assets_class: Decimal | None
    shares_outstanding: Decimal | None
    nav_per_share: Decimal | None
    nav_per_share_unrounded: Decimal | None
    rounding_residual: Decimal | None
    swing_rate: Decimal | None = None
    swung_nav_per_share: Decimal | None = None
    fx_rate: Decimal | None = None
    fx_as_of: AsOf | None = None
    fx_quotes: tuple[Rate, ...] = ()
    reason: Reason | None = None
    detail: str | None = None

    @property
    def dealing_nav_per_share(self) -> Decimal | None:
        """What orders deal at: the swung NAV of a class that swings, else the NAV."""
        return self.nav_per_share if self.swung_nav_per_share is None else self.swung_nav_per_share


@dataclass(frozen=True)
class Failure:
    """Why a strike is not one: the reason, and the line, class or product it was found at."""

    reason: Reason
    scope: Literal["product", "line", "class"]
    scope_id: str
    detail: str


@dataclass(frozen=True)
class Strike:
    """STRUCK: every number is known. FAILED: at least one is not; hold the product, `failures` say why.

    Totals are sums of stored lines, so the signed base amounts of the lines add up to `net_assets` exactly; where a
    line is unknown the totals are None with the `reason` of the first failure.
    """

    product_id: str
    valuation_date: dt.date
    cutoff: dt.datetime
    currency: str
    method: str
    status: Literal["STRUCK", "FAILED"]
    lines: tuple[NavLine, ...]
    classes: tuple[ClassNav, ...]
    failures: tuple[Failure, ...]
    total_assets: Decimal | None
    total_liabilities: Decimal | None
    net_assets: Decimal | None
    reason: Reason | None
    fair_value_level: int | None
    inputs_hash: str
    measurement_basis: str | None = None
    measures: tuple[Measure, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
