"""The rule on the age of appraisals and marks. Choosing and indexing them belongs to the methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.validation.case import Case
from calculations.nav.validation.reasons import lines_are_known
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult


def appraisals_are_young(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The last appraisal of each property, object or company is younger than its method allows, and not expired."""
    valuations: Sequence[Row] = case.needed("valuations")
    broken = [result for result in lines_are_known(case, rule) if result.outcome == "FAILED"]
    last: dict[str, Row] = {}
    for row in valuations:
        known = last.get(row["subject_id"])
        if row["valuation_date"] <= case.day and (known is None or known["valuation_date"] <= row["valuation_date"]):
            last[row["subject_id"]] = row
    if not last and not broken:
        lacking = f"no appraisal or mark by {case.day}"
        return [rule.not_evaluated(case.product_id, lacking, scope="product")]
    for subject, row in sorted(last.items()):
        limit = rule.limit(row["method"])
        if row["method"] == "REPORTED_NAV" and case.terms is not None:
            stated = case.terms.get("reported_nav_max_age_days")
            limit = limit if stated is None else Decimal(int(stated))
        assert limit is not None
        age = Decimal((case.day - row["valuation_date"]).days)
        valid_until = row.get("valid_until")
        has_expired = valid_until is not None and valid_until < case.day
        if age > limit or has_expired:
            expiry = f", valid until {valid_until}" if has_expired else ""
            detail = f"{subject}: {row['method']} of {row['valuation_date']}{expiry}"
            evidence = (f"valuation {row['valuation_id']}",)
            broken.append(rule.verdict(False, subject, age, threshold=limit, detail=detail, evidence=evidence))
    return rule.on_lines(case.product_id, broken, len(last), "appraisals")


PREDICATES = {"VAL_APPRAISAL_AGE": appraisals_are_young}
