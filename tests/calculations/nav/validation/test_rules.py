"""Every rule of nav 5 passing, failing, on its limit and without evidence, and what follows from its verdict."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import get_args

import pytest

from calculations.nav.results import Reason
from calculations.nav.validation.judging import PREDICATES
from calculations.nav.validation.rules import register
from tests.calculations.nav.validation import scenarios_evidence, scenarios_strike
from tests.calculations.nav.validation.cases import Scenario, verdicts, word

SCENARIOS = [*scenarios_strike.SCENARIOS, *scenarios_evidence.SCENARIOS]
PASSING = {each.rule_code: each for each in SCENARIOS if each.kind == "passing"}
NEEDS = [(rule.rule_code, need) for rule in register().rules for need in rule.needs]
WORST = ("FAILED", "NOT_EVALUATED", "PASSED", "NOT_APPLICABLE")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_rule_says_what_nav_5_says(scenario: Scenario) -> None:
    found = verdicts(scenario.case, scenario.rule_code)
    assert min((word(result) for result in found), key=WORST.index) == scenario.expected, found
    worst = next(result for result in found if word(result) == scenario.expected)
    if scenario.severity is not None:
        assert worst.severity == scenario.severity
    if scenario.actual is not None:
        assert worst.actual is not None
        assert abs(worst.actual - scenario.actual) < scenarios_strike.D("1e-12"), worst.actual
    assert worst.rule_version == register()[scenario.rule_code].version
    assert worst.outcome == "PASSED" or worst.detail


@pytest.mark.parametrize(("rule_code", "need"), NEEDS)
def test_a_rule_without_its_evidence_fails(rule_code: str, need: str) -> None:
    lacking = replace(PASSING[rule_code].case, **{need: None})
    found = verdicts(lacking, rule_code)
    assert "NOT_EVALUATED" in {word(result) for result in found}, found


@pytest.mark.parametrize(("rule_code", "need"), NEEDS)
def test_a_rule_whose_evidence_nobody_keeps_does_not_apply(rule_code: str, need: str) -> None:
    excused = replace(PASSING[rule_code].case, **{need: None}, unkept={need: "nobody keeps it"})
    (found,) = verdicts(excused, rule_code)
    assert (found.outcome, found.detail) == ("NOT_APPLICABLE", "nobody keeps it")


def test_every_rule_has_a_predicate_and_every_kind_of_test() -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for each in SCENARIOS:
        kinds[each.rule_code].add(each.kind)
    rules = {rule.rule_code: rule for rule in register().rules}
    assert set(PREDICATES) == set(rules) == set(kinds)
    needed = {"passing", "failing", "boundary", "missing"}
    # what a rule needs beside the strike is taken away from each in turn; MMF_COMPLIANCE carries codes of the regulation
    lacking = {
        code: sorted(needed - found - ({"missing"} if rules[code].needs else set()))
        for code, found in kinds.items()
        if code != "MMF_COMPLIANCE"
    }
    assert {code: each for code, each in lacking.items() if each} == {}


def test_every_reason_of_a_failed_strike_breaks_a_rule() -> None:
    claimed = set().union(*(rule.reasons for rule in register().rules))
    # a class without shares breaks SHARES_POSITIVE by its number; NO_SHARES_REPORTED is no failure
    assert claimed == set(get_args(Reason)) - {"NO_SHARES", "NO_SHARES_REPORTED"}
