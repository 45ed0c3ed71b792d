"""From net assets to share classes: the split, each class's own lines, NAV per share. Lines are made elsewhere.

The parts add up to the whole to the last of 12 decimals. Swing, equalisation and income are steps after this one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from calculations.money import allocate, minor_unit, round_half_up
from calculations.nav.numbers import STORED_UNIT, precise, stored
from calculations.nav.rates import Quotes, exchange_rate
from calculations.nav.results import ClassNav, NavLine, Unavailable
from calculations.nav.terms import Policy, ProductTerms, ShareClass
from calculations.nav.valuation_point import ValuationPoint


@dataclass(frozen=True)
class Known:
    """A sum of lines, or why there is none."""

    amount: Decimal | None
    unknown: NavLine | None = None


def sum_of_lines(lines: Sequence[NavLine]) -> Known:
    """The signed base amounts added up; where a line has none, no sum and the first such line."""
    total = Decimal(0)
    with precise():
        for line in lines:
            if line.base_amount is None:
                return Known(None, line)
            total += line.base_amount
    return Known(total)


def implied_class(product: ProductTerms) -> ShareClass:
    """The one class of a product without class rows. Source: input-contracts 4.1 (Share Classes)."""
    return ShareClass(
        share_class_id=product.product_id,
        currency=product.currency,
        nav_dp=product.nav_dp,
        shares_outstanding=product.shares_outstanding,
        previous_nav_per_share=product.previous_nav_per_share,
    )


def class_navs(
    product: ProductTerms,
    classes: Sequence[ShareClass],
    lines: Sequence[NavLine],
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
    hold: Unavailable | None = None,
) -> tuple[ClassNav, ...]:
    """Net assets and NAV per share of each class, in the order of their ids.

    `hold` is a reason why the lines are not all there, so that no class has a value. Lines of the whole product are shared out: each class keeps its opening net assets and takes its share, by them,
    of what was gained or lost since; its own lines go to it alone. One class takes everything and needs no opening.
    Reasons: those of the lines, MISSING_OPENING_NET_ASSETS, DOMAIN (negative opening, or all zero), MISSING_FX,
    STALE_FX, NO_SHARES, MISSING_TERMS (no nav_dp) and, where the product is unit-less, NO_SHARES_REPORTED.
    Source: nav 3 (Classes, Rounding), input-contracts 2.1 and 5.5.
    """
    ordered = sorted(classes, key=lambda each: each.share_class_id)
    whole = sum_of_lines([line for line in lines if line.share_class_id is None])
    parts, failure = ({}, hold) if hold is not None else _split(ordered, whole)
    return tuple(
        _class_nav(product, each, parts.get(each.share_class_id), failure, lines, quotes, point, policy)
        for each in ordered
    )


def class_amounts(classes: Sequence[ShareClass], lines: Sequence[NavLine]) -> Mapping[str, Decimal]:
    """Net assets of each class by the lines so far, in the product's currency; empty where they cannot all be told."""
    ordered = sorted(classes, key=lambda each: each.share_class_id)
    parts, failure = _split(ordered, sum_of_lines([line for line in lines if line.share_class_id is None]))
    own = {
        each.share_class_id: sum_of_lines([line for line in lines if line.share_class_id == each.share_class_id]).amount
        for each in ordered
    }
    if failure is not None or None in own.values():
        return {}
    with precise():
        return {name: part + (own[name] or Decimal(0)) for name, part in parts.items()}


def _split(classes: Sequence[ShareClass], whole: Known) -> tuple[Mapping[str, Decimal], Unavailable | None]:
    """Each class's part of the lines of the whole product, opening included."""
    if whole.amount is None:
        return {}, _unknown(whole)
    ids = [each.share_class_id for each in classes]
    if len(set(ids)) < len(ids):
        return {}, Unavailable("DUPLICATE_INPUT", f"share classes must be given once each, found {ids}")
    if len(classes) == 1:
        return {ids[0]: whole.amount}, None
    missing = [each.share_class_id for each in classes if each.opening_net_assets is None]
    if missing:
        return {}, Unavailable(
            "MISSING_OPENING_NET_ASSETS", f"opening net assets of every class are needed, none for {', '.join(missing)}"
        )
    weights = [each.opening_net_assets or Decimal(0) for each in classes]
    if min(weights) < 0 or sum(weights) == 0:
        found = ", ".join(f"{each.share_class_id} {each.opening_net_assets}" for each in classes)
        return {}, Unavailable("DOMAIN", f"opening net assets must be >= 0 and not all zero, found {found}")
    with precise():
        carried = [
            stored(weight) - stored(each.opening_own_lines) for each, weight in zip(classes, weights, strict=True)
        ]
        parts = allocate(whole.amount - sum(carried, Decimal(0)), weights, STORED_UNIT, ids=ids)
        return {each: kept + part for each, kept, part in zip(ids, carried, parts, strict=True)}, None


def _class_nav(
    product: ProductTerms,
    terms: ShareClass,
    part: Decimal | None,
    failure: Unavailable | None,
    lines: Sequence[NavLine],
    quotes: Quotes,
    point: ValuationPoint,
    policy: Policy,
) -> ClassNav:
    nav = ClassNav(
        share_class_id=terms.share_class_id,
        currency=terms.currency,
        net_assets=None,
        net_assets_class=None,
        shares_outstanding=None if product.is_unitless else terms.shares_outstanding,
        nav_per_share=None,
        nav_per_share_unrounded=None,
        rounding_residual=None,
    )
    own = sum_of_lines([line for line in lines if line.share_class_id == terms.share_class_id])
    if part is None or own.amount is None:
        reason = failure or _unknown(own)
        return replace(nav, reason=reason.reason, detail=reason.detail)
    rate = exchange_rate(product.currency, terms.currency, quotes, point, policy)
    with precise():
        nav = replace(nav, net_assets=part + own.amount)
        nav = replace(nav, fx_rate=rate.rate, fx_as_of=rate.as_of, fx_quotes=rate.quotes) if rate.quotes else nav
        if rate.reason is not None or rate.rate is None:
            return replace(nav, reason=rate.reason, detail=rate.detail)
        return _per_share(product, terms, nav, (part + own.amount) * rate.rate)


def _per_share(product: ProductTerms, terms: ShareClass, nav: ClassNav, net_assets: Decimal) -> ClassNav:
    """`net_assets` in the class's currency, unrounded."""
    nav = replace(nav, net_assets_class=stored(net_assets))
    if product.is_unitless:
        return replace(nav, reason="NO_SHARES_REPORTED", detail=f"{product.product_id} reports no shares")
    shares = terms.shares_outstanding
    if shares is None or shares <= 0:
        found = "none" if shares is None else str(shares)
        return replace(
            nav, reason="NO_SHARES", detail=f"{terms.share_class_id}: shares must be above zero, found {found}"
        )
    if terms.nav_dp is None:
        return replace(nav, reason="MISSING_TERMS", detail=f"{terms.share_class_id}: nav_dp must be given")
    unrounded = net_assets / shares
    published = round_half_up(unrounded, minor_unit(terms.nav_dp))
    return replace(
        nav,
        nav_per_share=published,
        nav_per_share_unrounded=unrounded,
        rounding_residual=stored(net_assets - shares * published),
    )


def _unknown(known: Known) -> Unavailable:
    line = known.unknown
    assert line is not None
    assert line.reason is not None
    return Unavailable(line.reason, f"{line.line_id}: {line.detail}")
