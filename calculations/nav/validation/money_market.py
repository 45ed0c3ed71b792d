"""Rules of money market funds: the verdicts of the compliance tests as rules of the strike. No test is made here.

A test that the register names for the fund's regime and that reached no verdict fails. Tests that only the regulation
names keep their own code and severity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from calculations.nav.money_market.compliance import Compliance
from calculations.nav.validation.case import Case, Finding
from calculations.nav.validation.rules import Rule
from calculations.nav.validation.verdicts import RuleResult

CODES = (
    *("MMF_MATURITY", "MMF_WAM", "MMF_WAL", "MMF_DLA", "MMF_WLA", "MMF_ISSUER", "MMF_GUARANTOR", "MMF_ILLIQUID"),
    *("MMF_GOV995", "MMF_SHADOW_25", "MMF_SHADOW_50", "MMF_NOTICE_LIQ"),
)


def compliance_test_has_passed(case: Case, rule: Rule) -> Iterable[RuleResult]:
    regime = case.term("mmf_regime")
    found: Sequence[Finding] = [each for each in case.needed("money_market") if each.rule_code == rule.rule_code]
    if regime is not None and regime not in rule.codes["regimes"] and not found:
        yield rule.not_applicable(case.product_id, f"no test of {regime}")
    elif not found:
        yield rule.not_evaluated(case.product_id, "the test has no result")
    for finding in found:
        yield _of(case, rule, finding)


def other_tests_have_passed(case: Case, rule: Rule) -> Iterable[RuleResult]:
    """The tests of the regulation that the register does not name one by one."""
    findings: Sequence[Finding] = case.needed("money_market")
    if not findings:
        return [rule.not_evaluated(case.product_id, "no test has a result")]
    others = [finding for finding in findings if finding.rule_code not in CODES]
    results = [
        replace(_of(case, rule, each), rule_code=each.rule_code, severity=each.severity or rule.severity)
        for each in others
    ]
    return results or [rule.not_applicable(case.product_id, "the regulation has no other test")]


def _of(case: Case, rule: Rule, finding: Finding) -> RuleResult:
    if finding.passed is None:
        return rule.not_applicable(case.product_id, finding.detail or "the test does not apply")
    if not finding.is_evaluated:
        return rule.not_evaluated(case.product_id, finding.detail, threshold=finding.threshold)
    return rule.verdict(
        finding.passed,
        case.product_id,
        finding.actual,
        threshold=finding.threshold,
        detail=finding.detail,
        evidence=finding.evidence,
    )


def findings(rows: Iterable[Compliance]) -> tuple[Finding, ...]:
    """The tests of a regulation as what the rules of a strike are told of them; a passive fall and an exception hold."""
    return tuple(
        Finding(
            rule_code=row.rule_code,
            passed=row.passed,
            actual=row.actual,
            threshold=row.limit,
            detail=_detail(row),
            evidence=(row.citation, *row.subjects),
            severity=row.severity,
            is_evaluated=row.outcome != "NOT_EVALUATED",
        )
        for row in rows
    )


def _detail(row: Compliance) -> str:
    said = {"PASSIVE": "beyond the limit, nothing bought", "NOT_EVALUATED": row.reason or ""}.get(row.outcome, "")
    return ": ".join(part for part in (said, row.detail) if part)


PREDICATES = {**dict.fromkeys(CODES, compliance_test_has_passed), "MMF_COMPLIANCE": other_tests_have_passed}
