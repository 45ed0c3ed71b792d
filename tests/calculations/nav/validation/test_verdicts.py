"""What follows from verdicts: what blocks, who must approve, how good the data was; and how the register is read."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from calculations.exact_yaml import parse, read_policy
from calculations.nav import RuleResult, validate
from calculations.nav.money_market import Holding, check
from calculations.nav.validation import Case, Finding, blocks, judge, quality_score, two_approvers_are_needed
from calculations.nav.validation.money_market import findings
from calculations.nav.validation.rules import FILE, Register, register
from tests.calculations.nav.money_market.books import DAY, after, agency, fund
from tests.calculations.nav.money_market.books import cash as cash_of
from tests.calculations.nav.validation.cases import BEFORE, CLOSE, case, custodian, previous, verdicts
from tests.calculations.nav.validation.scenarios_evidence import MONEY_FUND, compliance, overridden
from tests.calculations.nav.validation.scenarios_strike import UNKNOWN, moved
from tests.calculations.nav_inputs import POINT, POLICY, RATES, D, cash, equity, price, product, struck


def outcomes(results: tuple[RuleResult, ...]) -> set[str]:
    return {result.outcome for result in results}


def test_a_sound_strike_passes_every_rule_that_applies() -> None:
    results = judge(case())
    assert outcomes(results) == {"PASSED", "NOT_APPLICABLE"}
    assert not blocks(results)
    assert not two_approvers_are_needed(results)
    # rules of other product types are not listed, every other rule is
    assert {r.rule_code for r in results} == {
        r.rule_code for r in register().rules if not r.applies_to or "fund" in r.applies_to
    }


def test_a_strike_alone_is_judged_by_the_rules_that_need_nothing_else() -> None:
    terms = product(previous_nav_per_share=D("1"))
    results = validate(struck(terms, [equity("EQ", "10")], [CLOSE]), terms, POINT, RATES, POLICY)
    assert {r.rule_code for r in results} == {r.rule_code for r in register().rules if not r.needs and not r.applies_to}
    assert outcomes(results) == {"PASSED", "NOT_APPLICABLE"}  # no foreign currency, so no triangle


def test_a_failed_warning_does_not_block_and_a_failed_critical_rule_does() -> None:
    assert not blocks(judge(moved("0.94")))  # +6.4 %: a warning
    assert blocks(judge(moved("0.90")))  # +11.1 %: beyond twice the limit
    assert blocks(judge(case(custodian_positions=[custodian("9")])))
    assert blocks(judge(UNKNOWN))


@pytest.mark.parametrize(
    ("before", "kind", "wanted"),
    [
        ("1", {}, False),
        ("0.96", {}, False),  # +4.2 %
        ("0.94", {}, True),  # +6.4 %
        ("0.94", {"product_type": "private_equity", "subtype": None}, True),  # within its limit of 10 %, and above 5 %
        ("0.994", {"subtype": "MMF"}, False),  # beyond its limit of 0.5 %, and not above 5 %
        ("0", {}, True),
    ],
)
def test_a_move_of_more_than_5_per_cent_needs_two_approvers(before: str, kind: dict[str, Any], wanted: bool) -> None:
    assert two_approvers_are_needed(judge(moved(before, **kind))) is wanted


def test_an_override_needs_two_approvers_even_where_it_is_in_order() -> None:
    override = overridden(valid_until=POINT.cutoff)
    (verdict,) = verdicts(override, "PRICE_OVERRIDE_OPEN")
    assert (verdict.outcome, verdict.scope) == ("PASSED", "line")
    assert two_approvers_are_needed(judge(override))


def test_lines_that_pass_are_counted_and_those_that_fail_are_listed() -> None:
    names = [f"E{at}" for at in range(20)]
    now = [price(name, "100") for name in names]
    earlier = [price(name, "80" if name in ("E3", "E7") else "99", as_of=BEFORE) for name in names]
    judged = case(
        positions=[equity(name, "1") for name in names],
        prices=now,
        prices_known=[*now, *earlier],
        instruments={name: {"instrument_type": "EQUITY"} for name in names},
    )
    (passed,) = verdicts(judged, "PRICE_UNIT")
    assert (passed.scope, passed.detail) == ("product", "20 comparisons of prices judged")
    failed = verdicts(judged, "PRICE_TOLERANCE")
    assert [result.scope_id for result in failed] == ["position//E3/LONG", "position//E7/LONG"]
    assert failed[0].evidence == (
        "price E3 CLOSE 2026-03-10 EXCHANGE",
        "price E3 CLOSE 2026-03-09T17:00:00+00:00 EXCHANGE 80",
    )


def test_tests_that_only_a_regulation_names_keep_their_code_and_severity() -> None:
    other = Finding("MMF_RESET", False, D(400), D(397), "lot 7", ("lot 7",), "warning")
    results = judge(compliance(other))
    (found,) = [result for result in results if result.rule_code == "MMF_RESET"]
    assert (found.outcome, found.severity, found.actual, found.evidence) == ("FAILED", "warning", D(400), ("lot 7",))


def test_a_test_that_the_regime_does_not_have_is_not_missed() -> None:
    european = replace(case(MONEY_FUND, money_market=[]), terms={"mmf_regime": "EU_MMFR"})
    (guarantor,) = verdicts(european, "MMF_GUARANTOR")
    (maturity,) = verdicts(european, "MMF_WAM")
    assert (guarantor.outcome, maturity.outcome, maturity.is_evaluated) == ("NOT_APPLICABLE", "FAILED", False)


def held_to(*holdings: Holding) -> Case:
    """A money market fund whose agency paper (or what is given) is beside 100 of cash, as its regulation judges it."""
    rows = check(fund(shares_outstanding=D(1100)), [*holdings, cash_of(100)], DAY)
    return case(MONEY_FUND, money_market=findings(rows))


@pytest.mark.parametrize(
    ("since", "outcome", "is_blocked", "detail"),
    [
        (0, "FAILED", True, "bought beyond the limit: AGENCY"),  # 100 of 1,100 are daily liquid, the limit is a quarter
        (-30, "PASSED", False, "beyond the limit, nothing bought"),
    ],
)
def test_what_was_bought_beyond_a_limit_blocks_and_a_passive_fall_does_not(
    since: int, outcome: str, is_blocked: bool, detail: str
) -> None:
    judged = held_to(agency(value=1000, days=60, purchase_date=after(since)))
    (found,) = verdicts(judged, "MMF_DLA")
    assert (found.outcome, found.detail, found.severity) == (outcome, detail, "critical")
    assert found.threshold == D("0.25")
    assert "2a-7" in found.evidence[0]
    assert blocks(judge(judged)) is is_blocked


def test_a_test_without_a_verdict_blocks_and_says_what_it_lacks() -> None:
    judged = held_to(agency(value=1000, days=None))
    (found,) = verdicts(judged, "MMF_WAM")
    assert (found.outcome, found.is_evaluated) == ("FAILED", False)
    assert found.detail.startswith("NOT_EVALUATED: MISSING_TERMS: AGENCY: expected the final maturity date")
    assert blocks(judge(judged))


def test_a_test_that_the_register_does_not_name_has_the_severity_of_its_regulation() -> None:
    rows = check(fund("INSTITUTIONAL_PRIME", net_redemptions=D(60)), [cash_of(1000)], DAY)
    results = judge(case(MONEY_FUND, money_market=findings(rows)))
    # a large redemption owes a fee, and is no breach
    (fee,) = [result for result in results if result.rule_code == "MMF_FEE_MANDATORY"]
    assert (fee.outcome, fee.severity, fee.actual) == ("FAILED", "warning", D("0.06"))
    assert not blocks([fee])


def test_the_score_weighs_the_share_of_rules_passed_by_dimension() -> None:
    def result(code: str, outcome: Any, is_evaluated: bool = True) -> RuleResult:
        return RuleResult(code, "warning", "product", "p", outcome, is_evaluated=is_evaluated)

    # completeness 1 of 1, timeliness 1 of 1, accuracy 1 of 2, consistency 1 of 1: 30 + 25 + 12.5 + 20
    results = [
        result("PRICE_MISSING", "PASSED"),
        result("PRICE_STALE", "PASSED"),
        result("PRICE_UNIT", "PASSED"),
        result("NAV_NON_NEGATIVE", "FAILED"),
        result("NAV_NON_NEGATIVE", "PASSED"),  # one of its results failed: so has the rule
        result("HOLDINGS_SUM", "PASSED"),
        result("FX_TRIANGLE", "NOT_APPLICABLE"),
    ]
    score = quality_score(results)
    assert (score.score, score.grade, score.reason) == (D("87.5"), "GOOD", None)
    assert score.by_dimension == {"completeness": D(1), "timeliness": D(1), "accuracy": D("0.5"), "consistency": D(1)}
    # what could not be evaluated is incomplete: completeness 1 of 2, accuracy 1 of 1
    unevaluated = result("NAV_NON_NEGATIVE", "FAILED", is_evaluated=False)
    assert quality_score([*results[:3], unevaluated, *results[5:]]).score == 15 + 25 + 25 + 20


def test_a_dimension_that_no_rule_judged_leaves_no_score() -> None:
    def result(code: str, outcome: Any = "PASSED") -> RuleResult:
        return RuleResult(code, "warning", "product", "p", outcome)

    some = quality_score([result("PRICE_MISSING"), result("PRICE_STALE"), result("FX_TRIANGLE", "NOT_APPLICABLE")])
    assert (some.score, some.grade, some.reason) == (None, None, "NOT_JUDGED: accuracy, consistency")
    assert some.by_dimension == {"completeness": D(1), "timeliness": D(1)}
    assert quality_score([]).reason == "NOT_JUDGED: completeness, timeliness, accuracy, consistency"


def test_a_sound_strike_scores_a_hundred() -> None:
    score = quality_score(judge(case()))
    assert (score.score, score.grade) == (100, "EXCELLENT")


@pytest.mark.parametrize(("score", "grade"), [("90", "EXCELLENT"), ("89.9", "GOOD"), ("50", "FAIR"), ("49.9", "POOR")])
def test_grades_begin_at_90_70_and_50(score: str, grade: str) -> None:
    floors = register().grades
    assert next(name for name, floor in sorted(floors.items(), key=lambda g: -g[1]) if D(score) >= floor) == grade


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"severity": "fatal"}, "severity"),
        ({"needs": ["crystal_ball"]}, "expected evidence"),
        ({"applies_to": ["funds"]}, "expected a product type"),
        ({"limits": {"EQUITY": 1}}, "needs `by`"),
        ({"by": "instrument", "limits": {"SHARES": 1}}, "expected a key by instrument"),
        ({"limits": {"default": -1}}, "greater than or equal to 0"),
        ({"codes": {"reasons": ["BAD_LUCK"]}}, "expected a reason"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_register_that_is_wrong_is_refused_by_name(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    stated = parse(FILE.read_text())
    stated["rules"][1] |= change
    with pytest.raises(ValueError, match=said):
        Register.model_validate(stated)


def test_a_rule_stands_once(tmp_path: Path) -> None:
    stated = parse(FILE.read_text())
    stated["rules"].append(stated["rules"][0])
    with pytest.raises(ValueError, match="stand once"):
        Register.model_validate(stated)
    assert read_policy(FILE, Register) is register()


def test_judging_200_lines_costs_a_fraction_of_striking_them() -> None:
    """Both are linear in the lines, so the ratio holds on any machine; measured at a third."""
    names = [f"E{at}" for at in range(200)]
    now = [price(name, "100") for name in names]
    known = [*now, *(price(name, "99", as_of=BEFORE) for name in names), *(replace(p, source="VENDOR") for p in now)]
    lots = [cash("5"), *(equity(name, "1") for name in names)]
    kinds = {name: {"instrument_type": "EQUITY"} for name in names}
    judged = case(positions=lots, prices=now, prices_known=known, instruments=kinds, previous=previous("20"))

    def best(work: Any) -> float:
        spent = []
        for _ in range(5):
            started = time.perf_counter()
            work()
            spent.append(time.perf_counter() - started)
        return min(spent)

    # a new case each time, because a case remembers what it looked up
    assert best(lambda: judge(replace(judged))) < best(lambda: struck(product(), lots, now))
