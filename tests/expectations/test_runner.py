"""What the runner makes of the answers of Great Expectations."""

from __future__ import annotations

import pandas as pd

from expectations.rules import Rule, RuleResult, Suite
from expectations.runner import run_suite

FRAME = pd.DataFrame({"asset_id": ["p", "q", "r"], "price": [99.0, None, -3.0]})


def run_rule(expectation: str, **arguments: object) -> RuleResult:
    rule = Rule("the_rule", "what it means", expectation, arguments, "critical")
    (result,) = run_suite(Suite("s", "raw", "raw.t", "", (rule,), ("asset_id",)), FRAME)
    return result


def test_a_rule_that_holds_passes() -> None:
    assert run_rule("ExpectColumnValuesToBeUnique", column="asset_id").status == "passed"


def test_a_breach_names_the_rows_by_their_keys() -> None:
    result = run_rule("ExpectColumnValuesToBeBetween", column="price", min_value=0)
    assert (result.status, result.failing_count, result.failing_keys) == ("failed", 1, ({"asset_id": "r"},))


def test_a_missing_value_is_named_too() -> None:
    assert run_rule("ExpectColumnValuesToNotBeNull", column="price").failing_keys == ({"asset_id": "q"},)


def test_a_rule_on_the_whole_table_fails_without_keys() -> None:
    result = run_rule("ExpectTableRowCountToBeBetween", min_value=5)
    assert (result.status, result.observed, result.failing_keys) == ("failed", "3", ())


def test_a_rule_that_crashed_is_broken_and_says_nothing_about_the_data() -> None:
    result = run_rule("ExpectColumnValuesToBeBetween", column="no_such_column", min_value=0)
    assert result.status == "broken"
    assert "no_such_column" in result.message
