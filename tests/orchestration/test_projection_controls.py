"""Controls and suites on projections hold for a projected deal, and each complains of the row that breaks its rule."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from expectations.runner import run_suite
from expectations.suites.projections import PROJECTIONS
from orchestration.assets.clo_projection import project
from orchestration.checks import control_verdicts
from orchestration.projection_controls import PROJECTION_CONTROLS
from orchestration.warehouse import Warehouse, append
from tests.orchestration.test_clo_projection import KEYS, SCENARIOS, inputs

CONTROLS = {control.name: control for control in PROJECTION_CONTROLS}
MARTS = """
    create table marts.fact_waterfall_payments as select 'o' as organization_id, deal_id, payment_date, config_version
    from calc.clo_waterfall_payments;
    create table marts.dim_waterfall_config as
    select 'o' as organization_id, 'MAG6' as deal_id, 0 as config_version,
        null::date as effective_from, null::date as effective_to
"""
ONE_PAYMENT = "scenario_id = 'base' and period = 2 and list_name = 'interest' and step_number = 2"
COLLECTION = "account_name = 'collection' and period = 2"
# what breaks each rule, by control
SPOILED = {
    "every_deal_is_projected": "update calc.clo_projections set is_projected = false",
    "loan_balances_roll": "update calc.clo_asset_cash_flows set ending_balance = ending_balance + 1 where period = 2",
    "note_balances_roll": "update calc.clo_liability_cash_flows set principal_paid = principal_paid + 1 where period = 2",
    "no_step_is_paid_beyond_its_due": f"update calc.clo_waterfall_payments set amount_paid = amount_due + 1 where {ONE_PAYMENT}",
    "every_list_spends_its_cash": f"update calc.clo_waterfall_payments set cash_after = cash_after + 1 where {ONE_PAYMENT}",
    "no_cure_is_paid_beyond_the_need": "update calc.clo_projected_tests set interest_cure_paid = interest_cure_amount + 1 "
    "where test_kind = 'oc' and period = 2",
    "cures_are_what_covers_pay": "update calc.clo_projected_tests set principal_cure_paid = 1e9 "
    "where test_kind = 'oc' and period = 2",
    "fees_accrue_into_what_is_paid_or_owed": "update calc.clo_projected_fees set fee_paid = fee_paid + 1 where period = 2",
    "every_movement_has_two_ends": "update calc.clo_account_movements set to_account = from_account where period = 2",
    "account_balances_roll": f"update calc.clo_account_balances set interest_closing = 1 where {COLLECTION}",
    "account_balances_follow_movements": "delete from calc.clo_account_movements where reason = 'collection' and period = 2",
    "sources_equal_uses": "update calc.clo_account_movements set amount = amount + 1 where to_account = 'outside:payees'",
    "payments_leave_the_payment_account": "update calc.clo_account_balances set principal_closing = 1 "
    "where account_name = 'payment' and period = 2",
    "every_configuration_is_described": "update marts.fact_waterfall_payments set config_version = 3",
}
SUITES = {rule.rule_id: (suite, rule) for suite in PROJECTIONS for rule in suite.rules}
TESTS, NOTES, RISK = (
    f"update calc.clo_{table} set" for table in ("projected_tests", "liability_cash_flows", "tranche_risk")
)
SUMMARY = "update calc.clo_scenario_summary set"
SPOILED_RULES = {
    "projected_tests_have_every_period": "delete from calc.clo_projected_tests where period = 2",
    "projected_ratio_is_numerator_over_denominator": f"{TESTS} ratio = ratio + 0.01 where period = 2",
    "projected_ratio_is_unknown_only_without_debt": f"{TESTS} ratio = null where period = 2",
    "projected_ratios_are_finite": f"{TESTS} ratio = 'infinity' where period = 2",
    "projected_flag_follows_the_ratio": f"{TESTS} passed = not passed where period = 2",
    "a_passing_projected_test_needs_no_cure": f"{TESTS} passed = true, interest_cure_paid = 1 where test_kind = 'oc'",
    "projected_classes_have_every_period": "delete from calc.clo_liability_cash_flows where period = 1",
    "no_class_owes_less_than_nothing": f"{NOTES} ending_balance = -1 where period = 2",
    "a_period_ends_after_it_begins": f"{NOTES} payment_date = accrual_start_date where period = 2",
    "coupon_rates_are_plausible": f"{NOTES} coupon_rate = 4.5 where period = 2",
    "a_yield_is_known_or_explained": f"{RISK} annual_yield = null, reason = null",
    "risk_is_finite": f"{RISK} annual_yield = 'infinity'",
    "average_life_is_not_negative": f"{RISK} wal = -1",
    "average_life_is_plausible": f"{RISK} wal = 100",
    "an_equity_return_is_known_or_explained": f"{SUMMARY} equity_irr = null, equity_irr_reason = null",
    "equity_loses_no_more_than_it_cost": f"{SUMMARY} equity_irr = -2",
    "a_breach_names_its_test": f"{SUMMARY} first_breach_period = 1, first_breach_test = null",
    "defaults_are_not_negative": f"{SUMMARY} defaults = -1",
    "losses_are_not_negative": f"{SUMMARY} losses = -1",
}


@pytest.fixture(scope="module")
def projected(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("controls") / "warehouse.duckdb")
    warehouse.create_tables()
    with warehouse.transaction() as connection:
        for table, found in project({**KEYS, "projection_id": "p", "currency": None}, inputs(), SCENARIOS).items():
            append(connection, table, found)
        for statement in MARTS.split(";"):
            connection.execute(statement)
    return warehouse


def test_every_control_has_a_row_that_breaks_it() -> None:
    assert set(SPOILED) == set(CONTROLS)


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_holds_for_a_projected_deal(projected: Warehouse, name: str) -> None:
    (verdict,) = control_verdicts(projected, CONTROLS[name])
    assert (verdict.status, verdict.message) == ("passed", "")
    assert not verdict.observed.endswith("of 0 against the rule")


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_complains_of_a_row_that_breaks_its_rule(projected: Warehouse, tmp_path: Path, name: str) -> None:
    copy = Warehouse(tmp_path / "spoiled.duckdb")
    copy.path.write_bytes(projected.path.read_bytes())
    with copy.transaction() as connection:
        connection.execute(SPOILED[name])
    (verdict,) = control_verdicts(copy, CONTROLS[name])
    assert verdict.status == "failed"


def outcomes(warehouse: Warehouse, rule_id: str) -> str:
    suite, rule = SUITES[rule_id]
    (result,) = run_suite(replace(suite, rules=(rule,)), warehouse.frame(suite.sql))
    return result.status


def test_every_rule_of_a_suite_has_a_row_that_breaks_it() -> None:
    assert set(SPOILED_RULES) == set(SUITES)


@pytest.mark.parametrize("rule_id", SUITES)
def test_a_rule_passes_a_projected_deal_and_fails_where_it_is_broken(
    projected: Warehouse, tmp_path: Path, rule_id: str
) -> None:
    assert outcomes(projected, rule_id) == "passed"
    copy = Warehouse(tmp_path / "spoiled.duckdb")
    copy.path.write_bytes(projected.path.read_bytes())
    with copy.transaction() as connection:
        connection.execute(SPOILED_RULES[rule_id])
    assert outcomes(copy, rule_id) == "failed"
