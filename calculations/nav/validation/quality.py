"""A score of how good a strike's data was, out of the verdicts. Informative: nothing is decided by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from calculations.nav.numbers import precise
from calculations.nav.validation.rules import Dimension, register
from calculations.nav.validation.verdicts import RuleResult


@dataclass(frozen=True)
class QualityScore:
    """`score` out of 100 with its `grade`; `by_dimension` the share of rules passed, for dimensions that were judged.

    `score` and `grade` are None where a dimension was not judged; `reason` names those that were not.
    """

    score: Decimal | None
    grade: str | None
    by_dimension: Mapping[Dimension, Decimal]
    reason: str | None = None


def quality_score(results: Iterable[RuleResult]) -> QualityScore:
    """The weighted share of rules that passed; a rule passes when all its results do.

    A rule that could not be evaluated counts against completeness, whatever it is about. Where no rule judged one of
    the four dimensions there is no score: a weight left to the others would say of them what nobody looked at.
    Source: nav 5 (data quality score: 30, 25, 25, 20; grades at 90, 70, 50).
    """
    rules = register()
    passed: dict[tuple[Dimension, str], bool] = {}
    for result in results:
        if result.outcome == "NOT_APPLICABLE":
            continue
        dimension = rules.dimension_of(result.rule_code) if result.is_evaluated else "completeness"
        key = (dimension, result.rule_code)
        passed[key] = passed.get(key, True) and result.outcome == "PASSED"
    shares: dict[Dimension, Decimal] = {}
    with precise():
        for dimension in rules.dimensions:
            judged = [outcome for (of, _), outcome in passed.items() if of == dimension]
            if judged:
                shares[dimension] = Decimal(sum(judged)) / len(judged)
        if missing := [dimension for dimension in rules.dimensions if dimension not in shares]:
            return QualityScore(None, None, shares, f"NOT_JUDGED: {', '.join(missing)}")
        score = sum((rules.dimensions[each] * share for each, share in shares.items()), Decimal(0))
    floors = sorted(rules.grades.items(), key=lambda each: -each[1])
    grade = next(name for name, floor in floors if score >= floor)
    return QualityScore(score, grade, shares)
