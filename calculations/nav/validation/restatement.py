"""The rule on a day that has been published before: an error that is material stops here. Putting it right is a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calculations.nav.terms import ProductTerms
from calculations.nav.validation.case import Case, Published
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def error_is_immaterial(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The published NAV is off by less than its class tolerates: (published - correct) / correct, correct being this strike."""
    published: Mapping[str, Published] = case.needed("published")
    for nav in case.strike.classes:
        before = published.get(nav.share_class_id)
        if before is None:
            yield rule.not_applicable(nav.share_class_id, f"no NAV of {case.day} is published")
            continue
        error_class = before.error_class or _error_class(case.product, rule)
        limit = rule.limits[error_class]
        if not nav.nav_per_share:
            yield rule.not_evaluated(nav.share_class_id, f"NAV per share not known ({nav.reason})", threshold=limit)
            continue
        error = before.nav_per_share / nav.nav_per_share - 1
        detail = f"published {before.nav_per_share}, now {nav.nav_per_share}, class {error_class}"
        yield rule.verdict(
            abs(error) < limit, nav.share_class_id, error, threshold=limit, detail=detail,
            evidence=(f"NAV {nav.share_class_id} {case.day} version {before.version}",),
        )  # fmt: skip


def _error_class(product: ProductTerms, rule: Rule) -> str:
    """The class of a product that states none, by its subtype, then its type."""
    for key in (f"{product.product_type}/{product.subtype}", product.product_type):
        for error_class, products in rule.codes.items():
            if key in products:
                return error_class
    return "OTHER"


PREDICATES = {"RESTATEMENT_MATERIAL": error_is_immaterial}
