"""Rules on share classes: shares, currency, NAV per share, its move, and classes against one another. No benchmarks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from calculations.nav.classes import implied_class
from calculations.nav.rates import MINOR_QUOTES
from calculations.nav.results import ClassNav
from calculations.nav.terms import ShareClass
from calculations.nav.validation.action_effects import effective_day, units_after
from calculations.nav.validation.case import Case, Opening, PreviousNav
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult, Severity

NO_SHARES = "NO_SHARES_REPORTED"
UNPUBLISHED = Decimal("0.5e-12")  # net assets are stored at 12 decimals: half a unit beside that of the published NAV


def shares_are_positive(case: Case, rule: Rule) -> Iterable[RuleResult]:
    for nav in case.strike.classes:
        if case.product.is_unitless:
            yield rule.not_applicable(nav.share_class_id, NO_SHARES)
        elif nav.shares_outstanding is None:
            yield rule.not_evaluated(nav.share_class_id, "shares outstanding not known", threshold=rule.threshold)
        else:
            shares = nav.shares_outstanding
            detail = f"{shares} shares"
            yield rule.verdict(
                shares > rule.threshold, nav.share_class_id, shares, threshold=rule.threshold, detail=detail
            )


def currency_is_given(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """A NAV is of a currency with a code, and never of pence."""
    for nav in case.strike.classes:
        currency = nav.currency or ""
        is_code = len(currency) == 3 and currency.isascii() and currency.isupper() and currency not in MINOR_QUOTES
        yield rule.verdict(is_code, nav.share_class_id, detail=f"expected a currency code, found {nav.currency!r}")


def nav_times_shares_is_net_assets(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """To 0.01 unrounded, and to half a unit of the last decimal a share as published."""
    by_id = _terms_by_id(case)
    for nav in case.strike.classes:
        if case.product.is_unitless:
            yield rule.not_applicable(nav.share_class_id, NO_SHARES)
            continue
        terms = by_id.get(nav.share_class_id)
        known = (nav.net_assets_class, nav.shares_outstanding, nav.nav_per_share, nav.nav_per_share_unrounded)
        net, shares, published, unrounded = known
        if net is None or shares is None or published is None or unrounded is None:
            yield rule.not_evaluated(nav.share_class_id, f"NAV per share not known ({nav.reason})")
        elif terms is None or terms.nav_dp is None:
            yield rule.not_evaluated(nav.share_class_id, "decimals of the published NAV not known")
        else:
            gap = abs(published * shares - net)
            allowed = abs(shares) * Decimal("0.5").scaleb(-terms.nav_dp) + UNPUBLISHED
            passed = abs(unrounded * shares - net) <= rule.threshold and gap <= allowed
            detail = f"{shares} shares at {published} against net assets {net}"
            yield rule.verdict(passed, nav.share_class_id, gap, threshold=allowed, detail=detail)


def nav_moves_within_limit(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """A warning beyond the limit, critical beyond twice the limit, net of distributions and splits since."""
    limit = rule.product_limit(case.product)
    critical_above = limit * rule.parameters["critical_at_times"]
    for nav in case.strike.classes:
        before = previous_nav(case, nav.share_class_id)
        if case.product.is_unitless:
            yield rule.not_applicable(nav.share_class_id, NO_SHARES)
        elif nav.nav_per_share is None:
            detail = f"NAV per share not known ({nav.reason})"
            yield rule.not_evaluated(nav.share_class_id, detail, severity="critical", threshold=limit)
        elif before is None or before.nav_per_share is None:
            yield rule.not_applicable(nav.share_class_id, "no earlier strike")
        else:
            base, adjustments = adjusted(case, nav.share_class_id, before)
            if base <= 0:
                detail = f"no change can be measured from a NAV of {base}{adjustments}"
                yield rule.not_evaluated(nav.share_class_id, detail, severity="critical", threshold=limit)
                continue
            change = abs(nav.nav_per_share / base - 1)
            severity: Severity = "critical" if change > critical_above else "warning"
            detail = f"{before.nav_per_share} of {before.date}{adjustments} to {nav.nav_per_share}"
            yield rule.verdict(
                change <= limit, nav.share_class_id, change, threshold=limit, severity=severity, detail=detail,
                evidence=(f"NAV {nav.share_class_id} {before.date} {before.source}".rstrip(),),
            )  # fmt: skip


def previous_nav(case: Case, class_id: str) -> PreviousNav | None:
    """The last NAV before: that of the case, else the one in the class's terms, whose day is not known."""
    if case.previous is not None:
        return case.previous.get(class_id)
    terms = _terms_by_id(case).get(class_id)
    if terms is None or terms.previous_nav_per_share is None:
        return None
    return PreviousNav(dt.date.min, terms.previous_nav_per_share)


def adjusted(case: Case, class_id: str, before: PreviousNav) -> tuple[Decimal, str]:
    """A NAV before as it would be after the splits and distributions since, and a word on them.

    Without a day of the NAV before, it is taken as adjusted already. Source: nav 5 (NAV_JUMP_MAX_PCT), 3 (Distribution).
    """
    assert before.nav_per_share is not None
    base, said = before.nav_per_share, []
    if before.date == dt.date.min:
        return base, ""
    own = (case.terms or {}).get("instrument_id")
    for action in (case.actions or {}).get(own or "", ()):
        units = units_after(action)
        if units is not None and before.date < effective_day(action) <= case.day:
            base /= units
            said.append(f"split {action['action_id']}")
    for order in case.orders or ():
        ex_date, rate = order.get("ex_date"), order.get("rate_per_share")
        is_own = (order["share_class_id"] or class_id) == class_id
        if is_own and ex_date and rate and order["status"] != "CANCELLED" and before.date < ex_date <= case.day:
            base -= rate
            said.append(f"distribution {order['order_id']}")
    return base, f" (less {', '.join(said)})" if said else ""


def classes_differ_by_own_lines_only(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """What is left of each class's return without its own lines is the return of the product, in its currency.

    Own lines are fees, hedges and cash of the class; what it distributed was earned as well. Source: nav 3 (Classes,
    Distribution), 5 (CLASS_SPREAD).
    """
    if len(case.strike.classes) < 2 or case.product.is_unitless:
        yield rule.not_applicable(case.product_id, "one class")
        return
    openings: Mapping[str, Opening] = case.needed("openings")
    returns: dict[str, Decimal] = {}
    by_id = _terms_by_id(case)
    for nav in case.strike.classes:
        gross = _gross_return(case, by_id.get(nav.share_class_id), nav, openings.get(nav.share_class_id))
        if gross is None:
            yield rule.not_evaluated(case.product_id, f"return of class {nav.share_class_id} not known")
            return
        returns[nav.share_class_id] = gross
    spread = max(returns.values()) - min(returns.values())
    detail = "; ".join(f"{class_id} {gross:.6f}" for class_id, gross in sorted(returns.items()))
    yield rule.verdict(spread <= rule.threshold, case.product_id, spread, threshold=rule.threshold, detail=detail)


def _gross_return(case: Case, terms: ShareClass | None, nav: ClassNav, opening: Opening | None) -> Decimal | None:
    if terms is None or terms.opening_net_assets is None or terms.opening_net_assets == 0:
        return None
    stated, after = terms.previous_nav_per_share, nav.nav_per_share_unrounded
    if stated is None or after is None or opening is None or opening.rate <= 0:
        return None
    before, _ = adjusted(case, nav.share_class_id, PreviousNav(opening.date, stated))
    if before <= 0:
        return None
    # a rate is units of the class's currency for one of the product's
    rate = Decimal(1) if nav.currency == case.strike.currency else nav.fx_rate
    own = [line.base_amount for line in case.strike.lines if line.share_class_id == nav.share_class_id]
    if rate is None or rate <= 0 or None in own:
        return None
    own_today = sum((amount for amount in own if amount is not None), Decimal(0))
    total = (after / rate) / (before / opening.rate) - 1
    return total - (own_today - terms.opening_own_lines) / terms.opening_net_assets


def _terms_by_id(case: Case) -> Mapping[str, ShareClass]:
    return {each.share_class_id: each for each in (case.classes or [implied_class(case.product)])}


PREDICATES = {
    "SHARES_POSITIVE": shares_are_positive,
    "CLASS_CURRENCY": currency_is_given,
    "NAV_PER_SHARE_CONSISTENT": nav_times_shares_is_net_assets,
    "NAV_JUMP_MAX_PCT": nav_moves_within_limit,
    "CLASS_SPREAD": classes_differ_by_own_lines_only,
}
