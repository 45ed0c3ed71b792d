"""Rules on the totals of a strike and what they are sums of. Classes and single lines do not belong here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from calculations.nav.validation.case import Case
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def net_assets_are_not_negative(case: Case, rule: Rule) -> Iterable[RuleResult]:
    return _at_least(case, rule, case.strike.net_assets, "net assets")


def assets_cover_liabilities(case: Case, rule: Rule) -> Iterable[RuleResult]:
    assets, liabilities = case.strike.total_assets, case.strike.total_liabilities
    excess = None if assets is None or liabilities is None else assets - liabilities
    return _at_least(case, rule, excess, "assets less liabilities")


def liabilities_are_not_negative(case: Case, rule: Rule) -> Iterable[RuleResult]:
    return _at_least(case, rule, case.strike.total_liabilities, "liabilities")


def _at_least(case: Case, rule: Rule, actual: Decimal | None, what: str) -> Iterable[RuleResult]:
    if actual is None:
        yield rule.not_evaluated(case.product_id, f"{what} not known ({case.strike.reason})", threshold=rule.threshold)
        return
    yield rule.verdict(
        actual >= rule.threshold, case.product_id, actual, threshold=rule.threshold, detail=f"{what} {actual}"
    )


def components_sum_to_net_assets(case: Case, rule: Rule) -> Iterable[RuleResult]:
    gap = _gap([line.base_amount for line in case.strike.lines], case.strike.net_assets)
    if gap is None:
        yield rule.not_evaluated(case.product_id, f"a component is not known ({case.strike.reason})")
        return
    detail = f"{len(case.strike.lines)} components and net assets {case.strike.net_assets} differ by {gap}"
    yield rule.verdict(gap <= rule.threshold, case.product_id, gap, threshold=rule.threshold, detail=detail)


def _gap(parts: Sequence[Decimal | None], whole: Decimal | None) -> Decimal | None:
    known = [part for part in parts if part is not None]
    if whole is None or len(known) < len(parts):
        return None
    return abs(sum(known, Decimal(0)) - whole)


def net_assets_agree_with_stated_assets(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Assets under management are stated without a date, so they are those of the day that the sheet is of."""
    stated = case.term("assets_under_management")
    if stated is None:
        yield rule.not_applicable(case.product_id, "no assets under management are stated")
    elif case.terms_as_of is not None and case.terms_as_of != case.day:
        yield rule.not_applicable(case.product_id, f"assets under management are those of {case.terms_as_of}")
    elif case.strike.net_assets is None or stated == 0:
        yield rule.not_evaluated(case.product_id, f"net assets {case.strike.net_assets}, stated {stated}")
    else:
        gap = abs(case.strike.net_assets / stated - 1)
        detail = f"net assets {case.strike.net_assets}, stated {stated}"
        yield rule.verdict(gap <= rule.threshold, case.product_id, gap, threshold=rule.threshold, detail=detail)


PREDICATES = {
    "NAV_NON_NEGATIVE": net_assets_are_not_negative,
    "NAV_ASSETS_GE_LIABS": assets_cover_liabilities,
    "LIABILITIES_NON_NEGATIVE": liabilities_are_not_negative,
    "HOLDINGS_SUM": components_sum_to_net_assets,
    "HOLDINGS_AUM": net_assets_agree_with_stated_assets,
}
