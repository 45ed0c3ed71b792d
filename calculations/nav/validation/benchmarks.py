"""The rule that holds a class's return against its benchmark's. What a class earned beside the others is in classes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from calculations.nav.assumptions import Assumptions
from calculations.nav.results import Unavailable
from calculations.nav.validation.case import Case, PreviousNav
from calculations.nav.validation.classes import NO_SHARES, adjusted
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def return_follows_benchmark(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The return since the last strike is beta x the benchmark's, within the limit of the product's kind."""
    index = case.term("benchmark_index_id")
    if index is None:
        yield rule.not_applicable(case.product_id, "no benchmark is stated", scope="product")
        return
    previous: Mapping[str, PreviousNav] = case.needed("previous")
    levels: Mapping[dt.date, Decimal] = case.needed("levels").get(index, {})
    assumptions: Assumptions = case.needed("assumptions")
    limit = rule.product_limit(case.product)
    for nav in case.strike.classes:
        before = previous.get(nav.share_class_id)
        if case.product.is_unitless:
            yield rule.not_applicable(nav.share_class_id, NO_SHARES)
        elif before is None or before.nav_per_share is None:
            yield rule.not_applicable(nav.share_class_id, "no earlier strike")
        elif nav.nav_per_share is None:
            yield rule.not_evaluated(nav.share_class_id, f"NAV per share not known ({nav.reason})")
        else:
            start, end = levels.get(before.date), levels.get(case.day)
            try:
                beta = assumptions.value("beta")
            except Unavailable as unknown:
                yield rule.not_evaluated(nav.share_class_id, str(unknown), threshold=limit)
                continue
            base, _ = adjusted(case, nav.share_class_id, before)
            if not start or not end or base <= 0:
                lacking = f"{index} is {start} on {before.date} and {end} on {case.day}"
                yield rule.not_evaluated(nav.share_class_id, lacking, threshold=limit)
                continue
            own, expected = nav.nav_per_share / base - 1, beta * (end / start - 1)
            gap = abs(own - expected)
            detail = f"return {own:.6f} since {before.date}, expected {expected:.6f} by {index} at beta {beta}"
            yield rule.verdict(
                gap <= limit, nav.share_class_id, gap, threshold=limit, detail=detail,
                evidence=(f"index {index} {before.date}", f"index {index} {case.day}", "assumption beta"),
            )  # fmt: skip


PREDICATES = {"NAV_PROXY": return_follows_benchmark}
