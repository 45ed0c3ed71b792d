"""Swing pricing: the dealing price of a class moved against the investors whose flow costs the others. No flows are made here.

The NAV that was struck stays as it is, for performance and for fees; what swings is a second number beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.money import minor_unit, round_half_up
from calculations.nav.numbers import precise
from calculations.nav.results import ClassNav, Reason, Unavailable

FILE = Path(__file__).with_name("tables") / "swing.yaml"

SwingPolicy = Literal["NONE", "PARTIAL", "FULL"]


class SwingLimits(Terms):
    """Caps on a swing factor by jurisdiction, fractions, and the subtypes of funds that never swing."""

    statutory_cap_rates: Mapping[str, Annotated[Decimal, Field(gt=0, lt=1)]]
    never_swung: tuple[str, ...]


@cache
def swing_limits() -> SwingLimits:
    """The packaged table. Raises ValueError where it is not valid."""
    return read_policy(FILE, SwingLimits)


@dataclass(frozen=True)
class SwingTerms:
    """Rates are fractions of the NAV. PARTIAL swings above `threshold_rate` of net assets, FULL with every flow.

    `cap_rate` is that of the prospectus; `jurisdiction` names a statutory cap where there is one. The lower one holds.
    """

    policy: SwingPolicy
    threshold_rate: Decimal | None = None
    up_rate: Decimal | None = None
    down_rate: Decimal | None = None
    cap_rate: Decimal | None = None
    jurisdiction: str | None = None
    subtype: str | None = None


@dataclass(frozen=True)
class SwungNav:
    """`swing_rate` is signed: above zero for money coming in, zero where nothing swings.

    `swung_nav_per_share` is published, rounded to the decimals of the class; `swung_nav_unrounded` the product before.
    `nav_per_share` is the unswung one. `is_capped`: the factor would have been larger. `reason` explains every None.
    """

    share_class_id: str
    nav_per_share: Decimal | None
    swing_rate: Decimal | None
    swung_nav_per_share: Decimal | None
    swung_nav_unrounded: Decimal | None
    is_capped: bool = False
    reason: Reason | None = None
    detail: str | None = None


def swing(
    nav: ClassNav, nav_dp: int | None, terms: SwingTerms, net_flow: Decimal | None, net_assets: Decimal | None
) -> SwungNav:
    """The published NAV of a class swung by the sign of the fund's flow, in the currency of the class.

    `net_flow` (subscriptions less redemptions of the dealing day) and `net_assets` are of the whole product and in one
    currency; the class only gives the NAV and the factor. A threshold is passed when it is exceeded, not when it is
    met, and no flow swings nothing. Reasons: that of the NAV, MISSING_TERMS, DOMAIN (factor or threshold outside 0..1, net assets not
    above zero). Source: nav 3 (Swing; swung after rounding).
    """
    published = nav.nav_per_share
    if published is None:
        return _unknown(nav, Unavailable(nav.reason or "MISSING_TERMS", nav.detail or "no NAV per share to swing"))
    try:
        if nav_dp is None:
            raise Unavailable("MISSING_TERMS", f"{nav.share_class_id}: nav_dp must be given")
        rate, is_capped = swing_rate(terms, net_flow, net_assets)
    except Unavailable as unknown:
        return _unknown(nav, unknown)
    with precise():
        unrounded = published * (1 + rate)
    return SwungNav(
        share_class_id=nav.share_class_id,
        nav_per_share=published,
        swing_rate=rate,
        swung_nav_per_share=round_half_up(unrounded, minor_unit(nav_dp)),
        swung_nav_unrounded=unrounded,
        is_capped=is_capped,
    )


def swing_rate(terms: SwingTerms, net_flow: Decimal | None, net_assets: Decimal | None) -> tuple[Decimal, bool]:
    """The signed factor, a fraction, and whether a cap lowered it. Raises Unavailable as `swing` says."""
    still = Decimal(0), False
    if terms.policy == "NONE" or terms.subtype in swing_limits().never_swung:
        return still
    if net_flow is None:
        raise Unavailable("MISSING_TERMS", "net flow of the dealing day must be given to swing, found none")
    if net_flow == 0 or (terms.policy == "PARTIAL" and not _exceeds(terms, net_flow, net_assets)):
        return still
    name, factor = ("swing_up_rate", terms.up_rate) if net_flow > 0 else ("swing_down_rate", terms.down_rate)
    factor = _fraction(name, factor)
    caps = [] if terms.cap_rate is None else [_fraction("swing_cap_rate", terms.cap_rate)]
    statutory = swing_limits().statutory_cap_rates.get(terms.jurisdiction or "")
    caps += [] if statutory is None else [statutory]
    allowed = min([factor, *caps])
    return (allowed if net_flow > 0 else allowed.copy_negate()), allowed < factor


def _exceeds(terms: SwingTerms, net_flow: Decimal, net_assets: Decimal | None) -> bool:
    threshold = _fraction("swing_threshold_rate", terms.threshold_rate)
    if net_assets is None:
        raise Unavailable("MISSING_TERMS", "net assets must be given to compare the net flow with, found none")
    if net_assets <= 0:
        raise Unavailable("DOMAIN", f"net assets must be above zero to compare the net flow with, found {net_assets}")
    with precise():
        return abs(net_flow) > threshold * net_assets


def _fraction(name: str, value: Decimal | None) -> Decimal:
    if value is None:
        raise Unavailable("MISSING_TERMS", f"{name} must be given, found none")
    if not 0 <= value < 1:
        raise Unavailable("DOMAIN", f"{name} must be a fraction from 0 to below 1, found {value}")
    return value


def _unknown(nav: ClassNav, why: Unavailable) -> SwungNav:
    return SwungNav(nav.share_class_id, nav.nav_per_share, None, None, None, reason=why.reason, detail=why.detail)
