"""The rule on a day that has been published before: an error that is material stops here. Putting it right is a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calculations.nav.errors import judge
from calculations.nav.terms import ProductTerms
from calculations.nav.validation.case import Case, Published
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def error_is_immaterial(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The published NAV is off by less than its class tolerates; the correct one is this strike."""
    published: Mapping[str, Published] = case.needed("published")
    for nav in case.strike.classes:
        before = published.get(nav.share_class_id)
        if before is None:
            yield rule.not_applicable(nav.share_class_id, f"no NAV of {case.day} is published")
            continue
        if not nav.nav_per_share or nav.nav_per_share < 0:
            yield rule.not_evaluated(nav.share_class_id, f"NAV per share {nav.nav_per_share} ({nav.reason})")
            continue
        error = judge(before.nav_per_share, nav.nav_per_share, before.error_class or _error_class(case.product, rule))
        evidence = (f"NAV {nav.share_class_id} {case.day} version {before.version}",)
        if error.is_material is None:
            yield rule.not_evaluated(nav.share_class_id, str(error.detail), actual=error.deviation, evidence=evidence)
            continue
        detail = f"published {error.published}, now {error.correct}, class {error.error_class}"
        yield rule.verdict(
            not error.is_material,
            nav.share_class_id,
            error.deviation,
            threshold=error.threshold,
            detail=detail,
            evidence=evidence,
        )


def _error_class(product: ProductTerms, rule: Rule) -> str:
    """The class of a product that states none, by its subtype, then its type."""
    for key in (f"{product.product_type}/{product.subtype}", product.product_type):
        for error_class, products in rule.codes.items():
            if key in products:
                return error_class
    return "OTHER"


PREDICATES = {"RESTATEMENT_MATERIAL": error_is_immaterial}
