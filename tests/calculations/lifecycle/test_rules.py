"""Limits on allocations, calls and funds. Values: fund-admin 1.9, table of limits, with the choices that limits.yaml states."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from calculations.funds.lifecycle.allocations import Allocations, Funds
from calculations.funds.lifecycle.findings import Finding
from calculations.funds.lifecycle.fund_rules import fund_findings
from calculations.funds.lifecycle.limits import FILE, Limits, limits
from calculations.funds.lifecycle.rules import allocation_findings, call_findings
from tests.calculations.lifecycle.rows import TODAY, allocations, calls

DEVELOPMENT, PRODUCTION = limits("development"), limits("production")
MILLION = 1_000_000_00  # dollars, in cents


def codes(rows: Allocations, of: Limits = DEVELOPMENT) -> list[tuple[str, str, str]]:
    return [(f.rule_code, f.severity.value, f.entity_id) for f in allocation_findings(rows, of, TODAY)]


def one(of: Limits = DEVELOPMENT, **row: Any) -> set[tuple[str, str]]:
    return {(code, severity) for code, severity, _ in codes(allocations(row), of)}


@pytest.mark.parametrize(
    ("environment", "minimum", "threshold"),
    [("development", 1_000, 1_000_000), ("staging", 1_000, 100_000), ("production", 10_000, 500_000)],
)
def test_each_environment_has_its_minimum_and_its_approval_threshold(
    environment: str, minimum: int, threshold: int
) -> None:
    of = limits(environment)
    short = ("ALLOCATION_BELOW_MINIMUM", "critical")
    assert short in one(of, amount=minimum * 100 - 1)
    assert short not in one(of, amount=minimum * 100)
    missing = ("APPROVAL_MISSING", "critical")
    assert missing in one(of, amount=threshold * 100, is_approved=False)
    assert missing not in one(of, amount=threshold * 100 - 1, is_approved=False)
    assert missing not in one(of, amount=threshold * 100)


def test_above_the_maximum_is_refused_and_above_the_other_sources_limit_is_warned_of() -> None:
    large, refused = ("ALLOCATION_LARGE_FOR_FUND", "warning"), ("ALLOCATION_ABOVE_MAXIMUM", "critical")
    assert one(amount=50 * MILLION) & {large, refused} == set()
    assert one(amount=50 * MILLION + 1) & {large, refused} == {large}
    assert one(amount=100 * MILLION) & {large, refused} == {large}
    assert one(amount=100 * MILLION + 1) & {large, refused} == {refused}


def test_high_values_and_round_numbers_are_warned_of_from_their_limits() -> None:
    assert one(amount=MILLION) == {("HIGH_VALUE", "warning"), ("ROUND_NUMBER", "warning")}
    assert one(amount=MILLION - 1) == set()
    assert one(amount=500_000_00) == {("ROUND_NUMBER", "warning")}
    assert one(amount=400_000_00) == set()
    assert one(amount=550_000_00) == set()


def test_limits_are_whole_units_of_the_rows_own_currency() -> None:
    # 1,000 yen is 1,000 minor units, 1,000 dinars are 1,000,000
    assert one(amount=1_000, scale=1, currency="JPY") == set()
    assert one(amount=999_999, scale=1000, currency="KWD") == {("ALLOCATION_BELOW_MINIMUM", "critical")}


def test_a_deal_above_ten_million_is_warned_of_per_currency() -> None:
    six = {"amount": 6 * MILLION + 1}
    assert ("LARGE_DEAL", "warning", "D") in codes(allocations(six, {**six, "fund_id": "G"}))
    in_two_currencies = allocations(six, {**six, "fund_id": "G", "currency": "EUR"})
    assert "LARGE_DEAL" not in {code for code, _, _ in codes(in_two_currencies)}
    assert ("LARGE_DEAL", "warning") not in one(amount=10 * MILLION)


def test_a_fund_has_one_allocation_of_a_deal() -> None:
    found = codes(allocations({}, {"fund_id": "G"}, {}, {"deal_id": "E"}))
    assert found == [("DUPLICATE_ALLOCATION", "critical", "A1"), ("DUPLICATE_ALLOCATION", "critical", "A3")]


def test_a_deal_has_ten_allocations_at_most() -> None:
    assert codes(allocations(*({"fund_id": f"F{n}"} for n in range(10)))) == []
    assert codes(allocations(*({"fund_id": f"F{n}"} for n in range(11)))) == [("TOO_MANY_ALLOCATIONS", "critical", "D")]


def test_an_allocation_is_dated_a_year_ahead_at_most() -> None:
    assert one(allocation_date=dt.date(2025, 6, 30)) == set()
    assert one(allocation_date=dt.date(2025, 7, 1)) == {("ALLOCATION_DATE_TOO_FAR", "critical")}


def test_security_types_are_those_of_validator_and_constants() -> None:
    # fund-admin 1.9: the validator's five, then the constants' eight
    known = "equity debt convertible warrant option preferred common real_estate venture buyout energy infrastructure credit"
    for name in known.upper().split():
        assert one(security_type=name) == set()
    assert one(security_type="CRYPTO") == {("UNKNOWN_SECURITY_TYPE", "critical")}


def test_negative_amounts_and_paid_above_110_percent_are_critical() -> None:
    assert one(paid=-1) == {("NEGATIVE_AMOUNT", "critical")}
    assert one(amount=10_000_00, paid=11_000_00) == set()
    assert one(amount=10_000_00, paid=11_000_01) == {("PAID_ABOVE_COMMITMENT", "critical")}


def test_stated_weights_sum_to_100_within_a_tenth() -> None:
    def of(*weights: float) -> set[str]:
        rows = [{"deal_id": f"D{n}", "stated_weight_pct": w} for n, w in enumerate(weights)]
        return {code for code, _, _ in codes(allocations(*rows))}

    assert of(33.3, 33.3, 33.3) == set()  # 99.9
    assert of(33.3, 33.3, 33.2) == {"WEIGHTS_NOT_WHOLE"}
    assert of(np.nan, np.nan) == set()


def call_codes(*rows: dict[str, Any], amount: int = 100_00) -> list[tuple[str, str, str]]:
    found: tuple[Finding, ...] = call_findings(allocations({"amount": amount}), calls(*rows), DEVELOPMENT)
    return [(f.rule_code, f.severity.value, f.entity_id) for f in found]


def test_calls_together_never_exceed_their_allocation() -> None:
    assert call_codes({"amount": 60_00}, {"amount": 40_00, "status": "SCHEDULED"}) == []
    assert call_codes({"amount": 60_00}, {"amount": 60_00, "status": "CANCELLED"}) == []
    assert call_codes({"amount": 60_00}, {"amount": 40_01, "status": "SCHEDULED"}) == [
        ("CALLS_ABOVE_ALLOCATION", "critical", "A1")
    ]


def test_a_call_is_0_to_100_percent_of_its_allocation() -> None:
    assert call_codes({"call_pct": 100.0, "amount": 0}, {"call_pct": 0.0, "amount": 0}) == []
    wrong = call_codes({"call_pct": 100.5, "amount": 0}, {"call_pct": -1.0, "amount": 0})
    assert wrong == [("CALL_PCT_OUT_OF_RANGE", "critical", "C1"), ("CALL_PCT_OUT_OF_RANGE", "critical", "C2")]


def test_a_call_is_due_7_to_180_days_after_it() -> None:
    def due_after(days: int) -> list[tuple[str, str, str]]:
        return call_codes({"due_date": dt.date(2024, 5, 16) + dt.timedelta(days=days)})

    assert [bool(due_after(days)) for days in (6, 7, 180, 181)] == [True, False, False, True]


def test_no_more_than_95_percent_of_commitments_is_allocated() -> None:
    def of(allocated: int) -> list[tuple[str, str]]:
        funds = Funds(np.array(["F"]), np.array([100]), np.array([10_000_00]), np.array([1_000_000]))
        rows = allocations({"amount": allocated - 1}, {"amount": 1, "deal_id": "E", "status": "WRITTEN_OFF"})
        return [(f.rule_code, f.severity.value) for f in fund_findings(funds, rows, DEVELOPMENT)]

    assert of(900_000) == []
    assert of(900_001) == of(950_000) == [("FUND_UTILISATION_HIGH", "warning")]
    assert of(950_001) == [("FUND_UTILISATION", "critical")]


def test_a_fund_is_a_thousand_to_ten_billion_large() -> None:
    names = np.array(["F", "F1", "F2", "F3"])
    sizes = np.array([1_000, 999, 10_000_000_000, 10_000_000_001])
    funds = Funds(names, np.ones(4, dtype=np.int64), sizes, sizes)
    found = fund_findings(funds, allocations({"amount": 1}), DEVELOPMENT)
    assert [(f.rule_code, f.entity_id) for f in found] == [("FUND_COMMITMENT", "F1"), ("FUND_COMMITMENT", "F3")]
    with pytest.raises(ValueError, match="its fund among the funds, found none for LOST"):
        fund_findings(funds, allocations({"fund_id": "LOST"}), DEVELOPMENT)


def test_a_changed_limit_counts_from_its_next_use(tmp_path: Path) -> None:
    path = tmp_path / "limits.yaml"
    text = FILE.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert limits("staging", path).approval_threshold == 100_000
    path.write_text(text.replace("approval_threshold: 100000\n", "approval_threshold: 900000\n"), encoding="utf-8")
    assert limits("staging", path).approval_threshold == 900_000
    assert limits("production", path).approval_threshold == 500_000


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("allocation_minimum: 1000 ", "allocation_minimum: -5 ", "environments.development.allocation_minimum"),
        (
            "utilisation_warning: 0.90",
            "utilisation_warning: 0.99",
            "utilisation_warning must be at most utilisation_limit, 0.95",
        ),
        ("months_ahead: 12", "months_ahead: 12\n  months_ahed: 12", "months_ahed"),
        ("months_ahead: 12", "months_ahead: 12\n  months_ahead: 13", "key 'months_ahead' stands twice"),
        ("  staging:", "  test:", "environments must be development, staging, production"),
        ("[0.25, 0.50, 1]", "[0.50, 0.25, 1]", "must be steps that rise"),
    ],
)
def test_a_wrong_policy_is_refused_by_file_and_key(tmp_path: Path, before: str, after: str, message: str) -> None:
    path = tmp_path / "limits.yaml"
    text = FILE.read_text(encoding="utf-8").replace("allocation_minimum: 1000\n", "allocation_minimum: 1000 \n", 1)
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=r"limits\.yaml: ") as error:
        limits("staging", path)
    assert message in str(error.value)
