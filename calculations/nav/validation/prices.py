"""Rules on the price of each line against other prices: move, unit, second source, spread, age of the number, override.

Missing, stale and non-positive prices fail the strike itself and are judged in reasons. One result for each line that
breaks a rule; lines that pass are counted, not listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from calculations.nav.results import NavLine
from calculations.nav.terms import Price
from calculations.nav.validation.case import Case
from calculations.nav.validation.reasons import evidence_of
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult
from calculations.nav.valuation_point import AsOf


def inputs_are_of_the_past(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Nothing that values a line is dated after the cut-off, nor after the moment at which it became known."""
    known_at = case.needed("known_at")
    last = min(case.point.cutoff, known_at)
    broken = []
    checked: set[AsOf | None] = {None}  # the same day or instant stands on most lines
    for line in case.strike.lines:
        for name, as_of in (("price", line.price_as_of), ("rate", line.fx_as_of)):
            if as_of in checked:
                continue
            assert as_of is not None
            instant = case.point.instant_of(as_of)
            # a day without time means the cut-off, whenever it became known
            ahead = instant > last if isinstance(as_of, dt.datetime) else as_of > min(case.day, known_at.date())
            if ahead:
                detail = f"{name} of {as_of.isoformat()}, expected by {last.isoformat()}"
                broken.append(rule.verdict(False, line.line_id, detail=detail, evidence=evidence_of(line)))
            else:
                checked.add(as_of)
    for row in case.held or ():
        if row["as_of_date"] > case.day:
            detail = f"list of positions of {row['as_of_date']}, expected by {case.day}"
            broken.append(rule.verdict(False, f"list/{row['instrument_id']}", detail=detail))
    return rule.on_lines(case.product_id, broken, len(case.strike.lines) or 1)


def prices_keep_their_unit(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """No price has moved by about a factor of 100 from the one before it, or from another source's."""
    case.needed("actions")
    factor, band = rule.parameters["factor"], rule.parameters["band"]
    least, most = factor / band, factor * band
    small, large = 1 / least, least
    broken, judged = [], 0
    for line, _, compared in case.priced:
        view = compared.view
        for times, other in ((compared.to_previous, view.previous), (compared.to_second, view.second)):
            if times is None or other is None:
                continue
            judged += 1
            if small < times < large or times <= 0:
                continue
            if least <= (times if times > 1 else 1 / times) <= most:
                detail = f"{line.instrument_id}: {line.price} is about {factor:f} times away from {_said(other)}"
                broken.append(_line(rule, line, times, factor, detail, other))
                break
    return rule.on_lines(case.product_id, broken, judged, "comparisons of prices")


def prices_move_within_limit(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """A larger move than its class allows stands only where another source of the day says the same."""
    case.needed("actions")
    broken, judged = [], 0
    limits, corroborated = _limits(case, rule), rule.parameters["corroborated_within"]
    apart = rule.parameters["days_apart"]
    for line, kind, compared in case.priced:
        limit, change, days = limits[kind], compared.change, compared.days
        if limit is None or change is None or days is None or days > apart:
            continue
        judged += 1
        if change > limit and not (compared.gap is not None and compared.gap <= corroborated):
            previous = compared.view.previous
            assert previous is not None
            detail = f"{line.instrument_id}: {line.price} after {_said(previous)}; no second source says so"
            broken.append(_line(rule, line, change, limit, detail, previous))
    return rule.on_lines(case.product_id, broken, judged, "prices with one of the days before")


def _limits(case: Case, rule: Rule) -> Mapping[str, Decimal | None]:
    return {kind: rule.limit(kind) for kind in {kind for _, kind, _ in case.priced}}


def sources_agree(case: Case, rule: Rule) -> Iterable[RuleResult]:
    broken, judged = [], 0
    limits = _limits(case, rule)
    for line, kind, compared in case.priced:
        limit, gap, second = limits[kind], compared.gap, compared.view.second
        if limit is None or gap is None or second is None:
            continue
        judged += 1
        if gap > limit:
            detail = f"{line.instrument_id}: {line.price} against {_said(second)}"
            broken.append(_line(rule, line, gap, limit, detail, second))
    return rule.on_lines(case.product_id, broken, judged, "prices with a second source")


def spreads_are_narrow(case: Case, rule: Rule) -> Iterable[RuleResult]:
    broken, judged = [], 0
    for line, _, compared in case.priced:
        view = compared.view
        if view.bid is None or view.ask is None or view.bid.price + view.ask.price <= 0:
            continue
        judged += 1
        spread = (view.ask.price - view.bid.price) / ((view.bid.price + view.ask.price) / 2)
        # an ask below the bid is no spread at all
        if not 0 <= spread <= rule.threshold:
            detail = f"{line.instrument_id}: bid {view.bid.price}, ask {view.ask.price}"
            broken.append(_line(rule, line, spread, rule.threshold, detail, view.bid, view.ask))
    return rule.on_lines(case.product_id, broken, judged, "prices with bid and ask")


def prices_do_change(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The same number on new timestamps for as many business days as the class allows is no new price."""
    broken, judged = [], 0
    limits = _limits(case, rule)
    for line, kind, compared in case.priced:
        view, limit = compared.view, limits[kind]
        if limit is None or view.previous is None:
            continue
        judged += 1
        if view.same_since is None:
            continue
        span = (case.day - view.same_since).days
        days = sum(case.point.is_business_day(case.day - dt.timedelta(days=back)) for back in range(span))
        if days >= limit:
            detail = f"{line.instrument_id}: {line.price} on every day since {view.same_since}"
            broken.append(_line(rule, line, Decimal(days), limit, detail, view.previous))
    return rule.on_lines(case.product_id, broken, judged, "prices with one before")


def overrides_are_approved(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """An override needs an approval and an expiry that is not past. Each one in use is a result, passed or not."""
    used = [each for each in case.priced if each.line.price_type == "OVERRIDE"]
    if not used:
        return [rule.verdict(True, case.product_id, scope="product", detail="no override in use")]
    results = []
    for each in used:
        line, own = each.line, each.compared.view.own
        until = None if own is None else own.valid_until
        is_open = until is not None and case.point.instant_of(until) >= case.point.cutoff
        expiry = "no expiry" if until is None else f"valid until {until.isoformat()}"
        detail = f"priced by override {line.price_approval_id or 'without approval'}, {expiry}"
        results.append(
            rule.verdict(
                line.price_approval_id is not None and is_open, line.line_id, detail=detail, evidence=evidence_of(line)
            )
        )
    return results


def oracles_are_confident(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """A price that comes with a confidence comes with enough of it; an oracle must state one."""
    broken, judged = [], 0
    oracles = rule.codes["oracles"]
    for line, _, compared in case.priced:
        own = compared.view.own
        confidence = None if own is None else own.confidence
        if confidence is None and line.price_source not in oracles:
            continue
        judged += 1
        if confidence is None:
            broken.append(rule.not_evaluated(line.line_id, "the oracle states no confidence", threshold=rule.threshold))
        elif confidence < rule.threshold:
            broken.append(
                _line(rule, line, confidence, rule.threshold, f"{line.instrument_id}: confidence {confidence}")
            )
    return rule.on_lines(case.product_id, broken, judged, "prices with a confidence")


def _line(rule: Rule, line: NavLine, actual: Decimal, limit: Decimal, detail: str, *others: Price) -> RuleResult:
    evidence = (*evidence_of(line), *(_said(other) for other in others))
    return rule.verdict(False, line.line_id, actual, threshold=limit, detail=detail, evidence=evidence)


def _said(price: Price) -> str:
    return f"price {price.instrument_id} {price.price_type} {price.as_of.isoformat()} {price.source} {price.price}"


PREDICATES = {
    "INPUT_DATED_AHEAD": inputs_are_of_the_past,
    "PRICE_UNIT": prices_keep_their_unit,
    "PRICE_TOLERANCE": prices_move_within_limit,
    "PRICE_SOURCE_DIFF": sources_agree,
    "PRICE_SPREAD_WIDE": spreads_are_narrow,
    "PRICE_UNCHANGED": prices_do_change,
    "PRICE_OVERRIDE_OPEN": overrides_are_approved,
    "PRICE_CONFIDENCE": oracles_are_confident,
}
