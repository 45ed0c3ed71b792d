"""The rule on a day that has been published before: a material error stops here. Putting it right is a workflow.

What Weir itself published is replaced by a restatement alone, which the approval of strikes sees to: there the rule
warns, so that the strike it takes is there. What only an administrator states to be published has no such workflow
here: there it blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calculations.nav.errors import judge
from calculations.nav.validation.case import Case, Published
from calculations.nav.validation.rules import Rule, register
from calculations.nav.validation.verdicts import RuleResult


def error_is_immaterial(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """What orders dealt at is off by less than the class tolerates from what they deal at by this strike."""
    published: Mapping[str, Published] = case.needed("published")
    for nav in case.strike.classes:
        before = published.get(nav.share_class_id)
        if before is None:
            yield rule.not_applicable(nav.share_class_id, f"no NAV of {case.day} is published")
            continue
        severity = rule.severities.get(before.publisher, rule.severity)
        correct = nav.dealing_nav_per_share
        if not correct or correct < 0:
            lacking = f"NAV per share {correct} ({nav.reason})"
            yield rule.not_evaluated(nav.share_class_id, lacking, severity=severity)
            continue
        error_class = before.error_class or error_class_of(case.product.product_type, case.product.subtype)
        error = judge(before.nav_per_share, correct, error_class)
        evidence = (f"NAV {nav.share_class_id} {case.day} version {before.version} of {before.publisher}",)
        if error.is_material is None:
            more = {"actual": error.deviation, "evidence": evidence, "severity": severity}
            yield rule.not_evaluated(nav.share_class_id, str(error.detail), **more)
            continue
        detail = f"published {error.published}, now {error.correct}, class {error.error_class}"
        yield rule.verdict(
            not error.is_material,
            nav.share_class_id,
            error.deviation,
            threshold=error.threshold,
            detail=detail,
            evidence=evidence,
            severity=severity,
        )


def error_class_of(product_type: str, subtype: str | None) -> str:
    """The error class of a product that states none, by its subtype, then its type."""
    for key in (f"{product_type}/{subtype}", product_type):
        for error_class, products in register()["RESTATEMENT_MATERIAL"].codes.items():
            if key in products:
                return error_class
    return "OTHER"


PREDICATES = {"RESTATEMENT_MATERIAL": error_is_immaterial}
