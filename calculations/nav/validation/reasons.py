"""Rules that a strike breaks by what it could not know: each names its reasons in rules.yaml. Numbers are judged elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from calculations.nav.results import Failure, NavLine
from calculations.nav.validation.case import Case
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult

Concerns = Callable[[NavLine | None], bool]


def _is_accrual(line: NavLine | None) -> bool:
    return line is not None and line.accrual_id is not None


def _is_repeated_holding(line: NavLine | None) -> bool:
    # a line that was priced or converted is one holding: what stands twice is its price or its rate
    return line is not None and line.accrual_id is None and line.price is None and not line.fx_quotes


def _broken(case: Case, rule: Rule, concerns: Concerns) -> list[RuleResult]:
    found = []
    for reason in sorted(rule.reasons & case.failures_by_reason.keys()):
        for failure in case.failures_by_reason[reason]:
            line = case.lines_by_id.get(failure.scope_id) if failure.scope == "line" else None
            if concerns(line):
                found.append(_of(case, rule, failure, line))
    return found


def _of(case: Case, rule: Rule, failure: Failure, line: NavLine | None) -> RuleResult:
    more = {"actual": line.price} if line is not None and rule.rule_code.startswith("PRICE_") else {}
    if rule.by == "level" and line is not None:
        # a level that is not known is judged as the strictest
        level = str(line.fair_value_level or 1)
        return rule.verdict(
            False, failure.scope_id, scope="line", detail=failure.detail, evidence=evidence_of(line), **more,
            severity=rule.severities.get(level, rule.severity),
        )  # fmt: skip
    return rule.verdict(
        False,
        failure.scope_id,
        scope=failure.scope,
        detail=failure.detail or failure.reason,
        evidence=() if line is None else evidence_of(line),
        **more,
    )


def evidence_of(line: NavLine) -> tuple[str, ...]:
    """The price and the quotes that a line was made of, as they are named everywhere."""
    found = []
    if line.price is not None and line.price_as_of is not None:
        found.append(f"price {line.instrument_id} {line.price_type} {line.price_as_of.isoformat()} {line.price_source}")
    found += [
        f"rate {quote.base_currency}/{quote.quote_currency} {quote.as_of.isoformat()} {quote.source}"
        for quote in line.fx_quotes
    ]
    return tuple(found)


def _judge(case: Case, rule: Rule, concerns: Concerns = lambda line: True) -> Iterable[RuleResult]:
    broken = _broken(case, rule, concerns)
    return broken or [
        rule.verdict(True, case.product_id, scope="product", detail=f"{len(case.strike.lines)} lines judged")
    ]


def strike_complete(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """Nothing that a method, an accrual or a class needs is missing; what has a rule of its own is judged there."""
    return _judge(case, rule)


def lines_are_known(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """No position, and no line that a method made, has one of the rule's reasons."""
    return _judge(case, rule, lambda line: not _is_accrual(line))


def rates_are_known(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """No line and no class has one of the rule's reasons: accruals and class currencies need rates too."""
    return _judge(case, rule)


def holdings_are_unique(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """No lot of a position is listed twice."""
    return _judge(case, rule, _is_repeated_holding)


def inputs_are_unique(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """No price, rate, assumption or accrual is given twice with different contents."""
    return _judge(case, rule, lambda line: not _is_repeated_holding(line))


PREDICATES = {
    "STRIKE_COMPLETE": strike_complete,
    "PRICE_MISSING": lines_are_known,
    "PRICE_STALE": lines_are_known,
    "PRICE_ZERO_NEG": lines_are_known,
    "UNIT_MATCH": rates_are_known,
    "FX_RATE_PRESENT_WHEN_NEEDED": rates_are_known,
    "FX_STALE": rates_are_known,
    "HOLDINGS_DUP": holdings_are_unique,
    "INPUT_UNIQUE": inputs_are_unique,
}
