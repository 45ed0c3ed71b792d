"""The validation rules that a holdings-based strike can be judged by on its own. They judge; they change nothing.

Rules that need history, custodian records, registers, a liquidity ladder or a clock do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.classes import implied_class
from calculations.nav.numbers import precise
from calculations.nav.rates import conversions, in_force
from calculations.nav.results import ClassNav, NavLine, Reason, Strike
from calculations.nav.terms import Policy, ProductTerms, Rate, ShareClass
from calculations.nav.valuation_point import ValuationPoint

Severity = Literal["critical", "warning"]
Outcome = Literal["PASSED", "FAILED", "NOT_APPLICABLE"]

TOLERANCE = Decimal("0.01")
TRIANGLE_LIMIT = Decimal("0.0005")

# Largest unremarkable move between two strikes, by product type or type/subtype. Source: nav 5, NAV_JUMP_MAX_PCT.
NAV_JUMP_LIMITS: Mapping[str, Decimal] = {
    "fund/MMF": Decimal("0.005"),
    "stablecoin/FIAT": Decimal("0.001"),
    "bond": Decimal("0.02"),
    "equity": Decimal("0.05"),
    "real_estate": Decimal("0.05"),
    "private_equity": Decimal("0.10"),
}
NAV_JUMP_DEFAULT = Decimal("0.05")


@dataclass(frozen=True)
class RuleResult:
    """A rule's verdict at its scope. A rule that had no number to look at is FAILED, never passed."""

    rule_code: str
    severity: Severity
    scope: Literal["product", "class", "line"]
    scope_id: str
    outcome: Outcome
    actual: Decimal | None = None
    threshold: Decimal | None = None
    detail: str = ""


# Each rule on lines, and the reasons of a line that break it. Source: nav 5.
_LINE_RULES: Mapping[str, tuple[Reason, ...]] = {
    "HOLDINGS_DUP": ("DUPLICATE_INPUT",),
    "PRICE_MISSING": ("MISSING_PRICE", "UNIT_MISMATCH", "UNKNOWN_SUBTYPE", "UNSUPPORTED_CONVENTION", "MISSING_VALUE"),
    "PRICE_STALE": ("STALE_PRICE",),
    "PRICE_ZERO_NEG": ("NON_POSITIVE_PRICE",),
    "FX_RATE_PRESENT_WHEN_NEEDED": ("MISSING_FX",),
    "FX_STALE": ("STALE_FX",),
}


def validate(
    strike: Strike,
    product: ProductTerms,
    point: ValuationPoint,
    rates: Iterable[Rate],
    policy: Policy,
    classes: Sequence[ShareClass] = (),
) -> tuple[RuleResult, ...]:
    """Every rule of this module on `strike`, made from the same product, point, rates, policy and classes.

    A failed critical rule blocks the product; a failed warning wants a comment. Line rules give one result for each
    line that breaks them, else one for the product. Thresholds are money or fractions. Source: nav 5.
    """
    terms = {each.share_class_id: each for each in (list(classes) or [implied_class(product)])}
    with precise():
        return (
            *_on_lines(strike),
            *_on_totals(strike),
            *(result for nav in strike.classes for result in _on_class(product, terms[nav.share_class_id], nav)),
            *_on_triangles(strike, rates, point, policy),
        )


def blocks(results: Iterable[RuleResult]) -> bool:
    """Whether a critical rule failed, so that the product keeps its last good strike."""
    return any(result.severity == "critical" and result.outcome == "FAILED" for result in results)


def _on_lines(strike: Strike) -> Iterator[RuleResult]:
    for rule_code, reasons in _LINE_RULES.items():
        broken = [line for line in strike.lines if line.reason in reasons and _concerns(rule_code, line)]
        for line in broken:
            yield RuleResult(rule_code, "critical", "line", line.line_id, "FAILED", detail=line.detail or "")
        if not broken:
            yield RuleResult(rule_code, "critical", "product", strike.product_id, "PASSED")
    for line in strike.lines:
        if line.price_type == "OVERRIDE":
            detail = f"priced by override {line.price_approval_id}"
            yield RuleResult("PRICE_OVERRIDE_OPEN", "warning", "line", line.line_id, "FAILED", detail=detail)


def _concerns(rule_code: str, line: NavLine) -> bool:
    return line.accrual_id is None or not rule_code.startswith(("PRICE", "HOLDINGS"))


def _on_totals(strike: Strike) -> Iterator[RuleResult]:
    held = sum(line.accrual_id is None for line in strike.lines)
    yield _verdict("HOLDINGS_PRESENT", strike, Decimal(held), Decimal(1), at_least=True)
    zero = Decimal(0)
    yield _verdict("NAV_NON_NEGATIVE", strike, strike.net_assets, zero, at_least=True)
    excess = _difference(strike.total_assets, strike.total_liabilities)
    yield _verdict("NAV_ASSETS_GE_LIABS", strike, excess, zero, at_least=True)
    yield _verdict("LIABILITIES_NON_NEGATIVE", strike, strike.total_liabilities, zero, at_least=True)
    components = [line.base_amount for line in strike.lines]
    yield _verdict("HOLDINGS_SUM", strike, _gap(components, strike.net_assets), TOLERANCE, at_least=False)


def _verdict(
    rule_code: str, strike: Strike, actual: Decimal | None, threshold: Decimal, *, at_least: bool
) -> RuleResult:
    passed = actual is not None and (actual >= threshold if at_least else actual <= threshold)
    detail = "" if actual is not None else f"not known: {strike.reason}"
    outcome: Outcome = "PASSED" if passed else "FAILED"
    return RuleResult(rule_code, "critical", "product", strike.product_id, outcome, actual, threshold, detail)


def _difference(minuend: Decimal | None, subtrahend: Decimal | None) -> Decimal | None:
    return None if minuend is None or subtrahend is None else minuend - subtrahend


def _gap(parts: Sequence[Decimal | None], whole: Decimal | None) -> Decimal | None:
    known = [part for part in parts if part is not None]
    if whole is None or len(known) < len(parts):
        return None
    return abs(sum(known, Decimal(0)) - whole)


def _on_class(product: ProductTerms, terms: ShareClass, nav: ClassNav) -> Iterator[RuleResult]:
    codes = ("SHARES_POSITIVE", "NAV_PER_SHARE_CONSISTENT", "NAV_JUMP_MAX_PCT")
    if product.is_unitless:
        for code in codes:
            yield _of_class(code, nav, "NOT_APPLICABLE", detail="NO_SHARES_REPORTED")
        return
    shares = nav.shares_outstanding
    positive: Outcome = "PASSED" if shares is not None and shares > 0 else "FAILED"
    yield _of_class("SHARES_POSITIVE", nav, positive, shares, Decimal(0))
    known = (nav.net_assets_class, shares, nav.nav_per_share, nav.nav_per_share_unrounded)
    if any(number is None for number in known):
        for code in codes[1:]:
            yield _of_class(code, nav, "FAILED", detail=f"not known: {nav.reason}")
        return
    yield _consistency(terms, nav)
    yield _jump(product, terms, nav)


def _of_class(
    code: str,
    nav: ClassNav,
    outcome: Outcome,
    actual: Decimal | None = None,
    threshold: Decimal | None = None,
    *,
    severity: Severity = "critical",
    detail: str = "",
) -> RuleResult:
    return RuleResult(code, severity, "class", nav.share_class_id, outcome, actual, threshold, detail)


def _consistency(terms: ShareClass, nav: ClassNav) -> RuleResult:
    """NAV x shares against net assets: to 0.01 unrounded, to half a unit of the last decimal a share as published."""
    assert nav.net_assets_class is not None
    assert nav.shares_outstanding is not None
    assert nav.nav_per_share is not None
    assert nav.nav_per_share_unrounded is not None
    assert terms.nav_dp is not None
    exact = abs(nav.nav_per_share_unrounded * nav.shares_outstanding - nav.net_assets_class)
    rounded = abs(nav.nav_per_share * nav.shares_outstanding - nav.net_assets_class)
    # net assets are stored at 12 decimals, half a unit of which the published NAV may be off beside its own half unit
    allowed = nav.shares_outstanding * Decimal("0.5").scaleb(-terms.nav_dp) + Decimal("0.5e-12")
    outcome: Outcome = "PASSED" if exact <= TOLERANCE and rounded <= allowed else "FAILED"
    return _of_class("NAV_PER_SHARE_CONSISTENT", nav, outcome, rounded, allowed)


def _jump(product: ProductTerms, terms: ShareClass, nav: ClassNav) -> RuleResult:
    """A warning beyond the limit, critical beyond twice the limit; `previous_nav_per_share` is already adjusted."""
    code, previous = "NAV_JUMP_MAX_PCT", terms.previous_nav_per_share
    if previous is None:
        return _of_class(code, nav, "NOT_APPLICABLE", severity="warning", detail="no earlier strike")
    limit = NAV_JUMP_LIMITS.get(f"{product.product_type}/{product.subtype}") or NAV_JUMP_LIMITS.get(
        product.product_type, NAV_JUMP_DEFAULT
    )
    if previous <= 0 or nav.nav_per_share is None:
        return _of_class(code, nav, "FAILED", detail=f"no change from a NAV of {previous}")
    change = abs(nav.nav_per_share / previous - 1)
    severity: Severity = "critical" if change > 2 * limit else "warning"
    return _of_class(code, nav, "PASSED" if change <= limit else "FAILED", change, limit, severity=severity)


def _on_triangles(strike: Strike, rates: Iterable[Rate], point: ValuationPoint, policy: Policy) -> Iterator[RuleResult]:
    """Every way to a currency in use gives the same rate within 5 bp."""
    quotes = in_force(rates, point, policy)
    for held in sorted({line.currency for line in strike.lines if line.currency} - {strike.currency}):
        ways = [each.rate for each in conversions(held, strike.currency, quotes, point, policy) if each.reason is None]
        known = [rate for rate in ways if rate is not None]
        if len(known) > 1:
            gap = max(known) / min(known) - 1
            outcome: Outcome = "PASSED" if gap <= TRIANGLE_LIMIT else "FAILED"
            yield RuleResult(
                "FX_TRIANGLE", "warning", "product", strike.product_id, outcome, gap, TRIANGLE_LIMIT, f"{held} rates"
            )
