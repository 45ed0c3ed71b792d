"""Rules on the list of positions and its weights. Single prices and reconciliation with others' records are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.validation.case import Case
from calculations.nav.validation.reasons import lines_are_known
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def something_is_held(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """At least one component that is no accrual; a method that found nothing to value says so."""
    held = Decimal(sum(line.accrual_id is None for line in case.strike.lines))
    said = [result for result in lines_are_known(case, rule) if result.outcome == "FAILED"]
    detail = said[0].detail if said else f"{held} positions"
    yield rule.verdict(
        held >= rule.threshold and not said, case.product_id, held, threshold=rule.threshold, detail=detail
    )


def subtype_is_known(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The product's subtype is one of its type's, and every instrument has a type that a price age is known for."""
    product = case.product
    known = rule.codes.get(product.product_type, ())
    is_required = product.product_type in rule.codes["required"]
    if (product.subtype is None and is_required) or (
        product.subtype is not None and known and product.subtype not in known
    ):
        detail = f"subtype of a {product.product_type} must be one of {', '.join(known)}; found {product.subtype!r}"
        yield rule.verdict(False, case.product_id, detail=detail)
        return
    yield from lines_are_known(case, rule)


def weights_sum_to_one(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The values that the list states, as weights of what the same positions were struck at, add up to one."""
    held: Sequence[Row] = case.needed("held")
    stated = [row for row in held if row["base_value"] is not None]
    if not stated or len(stated) < len(held):
        yield rule.not_applicable(case.product_id, f"{len(stated)} of {len(held)} positions state a value")
        return
    struck = [line.base_amount for line in case.strike.lines if line.accrual_id is None]
    known = [amount for amount in struck if amount is not None]
    whole = sum(known, Decimal(0))
    if len(known) < len(struck) or whole == 0:
        yield rule.not_evaluated(case.product_id, f"value of the positions not known ({case.strike.reason})")
        return
    weights = sum((row["base_value"] for row in stated), Decimal(0)) / whole
    gap = abs(weights - 1)
    detail = f"stated weights add up to {weights:.6f}"
    yield rule.verdict(gap <= rule.threshold, case.product_id, gap, threshold=rule.threshold, detail=detail)


PREDICATES = {
    "HOLDINGS_PRESENT": something_is_held,
    "SUBTYPE_KNOWN": subtype_is_known,
    "WEIGHTS_SUM": weights_sum_to_one,
}
