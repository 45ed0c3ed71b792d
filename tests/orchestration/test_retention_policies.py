"""How long data is kept. Source: fund-admin 1.12."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.retention.policies import Rule, retention_policy
from orchestration.retention.terms import row_tables
from orchestration.warehouse import own_tables

D = dt.date
POLICY = retention_policy()
# The table of fund-admin 1.12.
STATED = {
    "financial_transactions": ("REGULATED", 2555),
    "investor_statements": ("REGULATED", 2555),
    "tax_documents": ("REGULATED", 2555),
    "audit_reports": ("REGULATED", 2555),
    "capital_calls": ("BUSINESS_CRITICAL", 1825),
    "distributions": ("BUSINESS_CRITICAL", 1825),
    "valuations": ("BUSINESS_CRITICAL", 1825),
    "audit_logs": ("INTERNAL", 1095),
    "performance_metrics": ("INTERNAL", 730),
    "system_logs": ("INTERNAL", 365),
    "historical": ("ARCHIVED", 3650),
}


def test_the_rules_are_those_of_the_requirements() -> None:
    assert {name: (rule.class_, rule.days) for name, rule in POLICY.rules.items()} == STATED


def test_every_relation_of_a_rule_is_one_that_weir_keeps() -> None:
    named = {relation for rule in POLICY.rules.values() for relation in rule.relations}
    assert sorted(named - set(own_tables())) == []


@pytest.mark.parametrize(
    ("start", "until"),
    [
        (D(2019, 1, 1), D(2026, 1, 1)),  # leap days 2020 and 2024: 2,555 days end on 30 December 2025
        (D(2023, 3, 1), D(2030, 3, 1)),  # leap days 2024 and 2028
        (D(2024, 2, 29), D(2031, 3, 1)),  # no such day in 2031
        (D(2100, 3, 1), D(2107, 3, 1)),  # one leap day, 2104
    ],
)
def test_seven_years_are_calendar_years_and_not_2555_days(start: D, until: D) -> None:
    assert POLICY.rules["financial_transactions"].kept_until(start) == until


@given(st.dates(D(1900, 1, 1), D(2900, 1, 1)), st.sampled_from(sorted(POLICY.rules)))
def test_nothing_ends_before_its_days_or_before_its_calendar_years(start: D, name: str) -> None:
    until = POLICY.rules[name].kept_until(start)
    days = STATED[name][1]
    assert (until - start).days >= days
    assert (until.year - start.year, until.month, until.day) >= (days // 365, start.month, start.day) or (
        until.year - start.year > days // 365
    )


@given(st.dates(D(1950, 1, 1), D(2100, 1, 1)))
def test_a_capital_call_is_a_financial_transaction_too_and_the_longer_rule_counts(start: D) -> None:
    assert {"capital_calls", "financial_transactions"} <= set(POLICY.rules_of("raw.fund_capital_calls"))
    assert POLICY.governing(["raw.fund_capital_calls"], start) == "financial_transactions"
    assert POLICY.governing(["raw.fund_capital_calls"], start, is_backload=True) == "historical"


def test_what_no_rule_covers_is_kept_with_all_that_came_with_it() -> None:
    assert POLICY.governing(["raw.prices"], D(2010, 1, 1)) is None
    assert POLICY.governing(["raw.fund_capital_calls", "raw.prices"], D(2010, 1, 1)) is None
    assert POLICY.governing([], D(2010, 1, 1)) is None


def test_data_may_be_archived_at_half_of_its_retention_unless_the_rule_says_when() -> None:
    rule = POLICY.rules["capital_calls"]
    assert rule.archived_from(D(2021, 1, 1)) == D(2021, 1, 1) + dt.timedelta(days=912)
    early = Rule.model_validate({**rule.model_dump(by_alias=True), "archive_after_days": 30})
    assert early.archived_from(D(2021, 1, 1)) == D(2021, 1, 31)


def test_a_rule_that_archives_after_its_end_is_refused() -> None:
    with pytest.raises(ValueError, match="at most days, 365"):
        Rule.model_validate({"class": "INTERNAL", "days": 365, "years": 1, "archive_after_days": 366, "relations": []})


def test_every_table_of_fund_workbooks_ledgers_and_banks_has_a_rule() -> None:
    kept = [
        name
        for name in row_tables()
        if name.startswith(("raw.fund_", "raw.gl_", "raw.bank_")) and not POLICY.rules_of(name)
    ]
    assert kept == []
