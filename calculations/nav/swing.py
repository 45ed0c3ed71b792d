"""Swing pricing: the dealing price of a class moved against the investors whose flow costs the others.

The NAV that was struck stays as it is, for performance and for fees; what swings is a second number beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.money import minor_unit, round_half_up
from calculations.nav.numbers import precise
from calculations.nav.rates import Quotes, exchange_rate
from calculations.nav.results import ClassNav, Measure, Reason, Unavailable
from calculations.nav.terms import DealtOrder, Policy, ShareClass, SwingTerms
from calculations.nav.valuation_point import ValuationPoint

FILE = Path(__file__).with_name("tables") / "swing.yaml"


class SwingLimits(Terms):
    """Caps on a swing factor by registration of the fund, fractions, and the subtypes of funds that never swing."""

    statutory_cap_rates: Mapping[str, Annotated[Decimal, Field(gt=0, lt=1)]]
    never_swung: tuple[str, ...]


@cache
def swing_limits() -> SwingLimits:
    """The packaged table. Raises ValueError where it is not valid."""
    return read_policy(FILE, SwingLimits)


@dataclass(frozen=True)
class SwungNav:
    """`swing_rate` is signed: above zero for money coming in, zero where nothing swings.

    `swung_nav_per_share` is published, rounded to the decimals of the class; `swung_nav_unrounded` the product before.
    `nav_per_share` is the unswung one. `asked_rate` is the factor before caps, signed alike; `cap` names the one that
    lowered it. `reason` explains every None.
    """

    share_class_id: str
    nav_per_share: Decimal | None
    swing_rate: Decimal | None
    swung_nav_per_share: Decimal | None
    swung_nav_unrounded: Decimal | None
    asked_rate: Decimal | None = None
    cap: str | None = None
    reason: Reason | None = None
    detail: str | None = None


def swung_classes(
    navs: Sequence[ClassNav],
    classes: Sequence[ShareClass],
    dealt: Sequence[DealtOrder],
    currency: str,
    net_assets: Decimal | None,
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
) -> tuple[tuple[ClassNav, ...], tuple[Measure, ...]]:
    """The classes of a strike with the dealing price of those that swing; all else of them stays as it was.

    `net_assets` of the product in its `currency`. A class whose dealing price cannot be told gets the reason. Of a
    class whose factor was capped, measures say the factor that was asked for and the one that was applied.
    """
    terms = {each.share_class_id: each for each in classes}
    swinging = [nav for nav in navs if terms[nav.share_class_id].swing is not None and nav.nav_per_share is not None]
    if not swinging:
        return tuple(navs), ()
    unknown: Unavailable | None = None
    flow: Decimal | None = None
    try:
        flow = net_flow(dealt, navs, currency, quotes, point, policy)
    except Unavailable as why:
        unknown = why
    found = {}
    capped: list[Measure] = []
    for nav in swinging:
        own = terms[nav.share_class_id]
        assert own.swing is not None
        swung = swing(nav, own.nav_dp, own.swing, flow, net_assets) if unknown is None else _unknown(nav, unknown)
        found[nav.share_class_id] = replace(
            nav,
            swing_rate=swung.swing_rate,
            swung_nav_per_share=swung.swung_nav_per_share,
            reason=swung.reason,
            detail=swung.detail,
        )
        if swung.cap is not None:
            rates = (("SWING_RATE_ASKED", swung.asked_rate), ("SWING_RATE_APPLIED", swung.swing_rate))
            capped += [Measure(name, rate, "FRACTION", nav.share_class_id, detail=swung.cap) for name, rate in rates]
    return tuple(found.get(nav.share_class_id, nav) for nav in navs), tuple(capped)


def net_flow(
    dealt: Sequence[DealtOrder],
    navs: Sequence[ClassNav],
    currency: str,
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
) -> Decimal:
    """What comes in less what goes out by the orders of a dealing day, in `currency`, unrounded.

    An order in shares counts at the unswung NAV of its class. Raises Unavailable MISSING_TERMS for one without amount
    or shares, or of a class without a NAV, MISSING_FX and STALE_FX. Source: nav 3 (Swing).
    """
    by_id = {nav.share_class_id: nav for nav in navs}
    total = Decimal(0)
    for order in dealt:
        held, amount = order.currency, order.amount
        if amount is None:
            nav = navs[0] if order.share_class_id is None and len(navs) == 1 else by_id.get(order.share_class_id or "")
            if order.shares is None or nav is None or nav.nav_per_share is None:
                detail = f"order {order.order_id}: an amount, or shares of a class with a NAV, must be given to swing"
                raise Unavailable("MISSING_TERMS", detail)
            with precise():
                held, amount = nav.currency, order.shares * nav.nav_per_share
        rate = exchange_rate(held, currency, quotes, point, policy)
        if rate.rate is None or rate.reason is not None:
            raise Unavailable(rate.reason or "MISSING_FX", f"order {order.order_id}: {rate.detail}")
        with precise():
            total += amount * rate.rate if order.direction == "IN" else -amount * rate.rate
    return total


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
        rate, asked, cap = swing_rate(terms, net_flow, net_assets)
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
        asked_rate=asked,
        cap=cap,
    )


class SwingRate(NamedTuple):
    """Signed fractions: the one applied and the one asked for, and the cap that lowered it, if one did."""

    applied: Decimal
    asked: Decimal
    cap: str | None = None


def swing_rate(terms: SwingTerms, net_flow: Decimal | None, net_assets: Decimal | None) -> SwingRate:
    """The factor by the flow and the terms, within the lower of the prospectus's cap and that of the fund's
    registration.

    A registration that is not stated matters only to a factor above the lowest cap that there is: then it is not
    known what may be applied. Raises Unavailable as `swing` says. Source: nav 3 (Swing: rule 22c-1).
    """
    still = SwingRate(Decimal(0), Decimal(0))
    if terms.policy == "NONE" or terms.subtype in swing_limits().never_swung:
        return still
    if net_flow is None:
        raise Unavailable("MISSING_TERMS", "net flow of the dealing day must be given to swing, found none")
    if net_flow == 0 or (terms.policy == "PARTIAL" and not _exceeds(terms, net_flow, net_assets)):
        return still
    name, factor = ("swing_up_rate", terms.up_rate) if net_flow > 0 else ("swing_down_rate", terms.down_rate)
    asked = _fraction(name, factor)
    applied, cap = asked, None
    if terms.cap_rate is not None and _fraction("swing_cap_rate", terms.cap_rate) < applied:
        applied, cap = terms.cap_rate, "PROSPECTUS"
    statutory = _statutory(terms.registration, applied)
    if statutory is not None and statutory < applied:
        applied, cap = statutory, terms.registration
    if net_flow < 0:
        applied, asked = applied.copy_negate(), asked.copy_negate()
    return SwingRate(applied, asked, cap)


def _statutory(registration: str | None, factor: Decimal) -> Decimal | None:
    caps = swing_limits().statutory_cap_rates
    if registration is not None:
        return caps.get(registration)
    if factor > (lowest := min(caps.values())):
        raise Unavailable(
            "MISSING_TERMS",
            f"registration of the fund must be given: a factor of {factor} is above the lowest cap, {lowest}",
        )
    return None


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
