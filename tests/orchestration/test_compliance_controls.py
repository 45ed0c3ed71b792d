"""Controls and suites on compliance results hold for calculated deals, and each complains of the row that breaks its rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations.runner import run_suite
from expectations.suites.compliance import COMPLIANCE
from orchestration.assets.clo_compliance import TABLE, calculate_load
from orchestration.calculation_cache import as_table
from orchestration.checks import control_verdicts
from orchestration.compliance_controls import COMPLIANCE_CONTROLS
from orchestration.settings import DBT_PROJECT
from orchestration.warehouse import Warehouse, append
from tests.orchestration.test_clo_compliance import POOLS, holdings, listed, terms

LISTS = {
    "d1": [listed(36, 1), listed(14, 2), listed(35, 3, threshold=9.0)],
    "d2": [listed(999, 1), listed(33, 2, "MIN", threshold=0.4)],
}
POOL = {"d1": (90.0, 10.0), "d2": (40.0, 10.0)}  # performing par and cash: C is in default
STAND_INS = """
    create table intermediate.int_clo__deal_terms as select 'l' as load_id, unnest(['d1', 'd2']) as deal_id;
    create table intermediate.int_clo__deal_loads_in_force as
    select 'l' as load_id, deal_id, date '2016-03-23' as as_of from intermediate.int_clo__deal_terms;
    create table staging.stg_clo__deal_tests as
    select organization_id, _load_id as load_id, deal_id, test_number from raw.clo_deal_tests;
    create table seeds.compliance_tests as select * from read_csv('{seed}', header = true);
    create table marts.dim_compliance_test as select * from seeds.compliance_tests;
    create table marts.fact_compliance_results as
    select 'k' as compliance_result_key, *, as_of_date as event_date, true as is_current from calc.clo_compliance_results;
    create table marts.fact_pool_metrics as
    select 'birch' as organization_id, date '2016-03-23' as event_date, * from (values {pools})
        as t(deal_id, performing_par, principal_cash, collateral_principal_amount);
"""
CALCULATED, PUBLISHED = "update calc.clo_compliance_results set", "update marts.fact_compliance_results set"
# what breaks each rule, by control and by rule
SPOILED = {
    "every_listed_test_is_accounted_for": "delete from calc.clo_compliance_results where deal_id = 'd1' and test_number = 14",
    "every_result_reaches_the_mart": f"{PUBLISHED} result = result + 1e-9 where test_number = 14",
}
SPOILED_RULES = {
    "every_deal_has_its_listed_tests": f"{CALCULATED} is_listed = false where deal_id = 'd1' and test_number = 14",
    "results_are_known_or_explained": f"{CALCULATED} result = null where deal_id = 'd1' and test_number = 14",
    "tests_are_decided_or_explained": f"{CALCULATED} passed = null where deal_id = 'd1' and test_number = 14",
    "results_are_numerator_over_denominator": f"{CALCULATED} numerator = numerator + 1 where test_number = 14",
    "results_lie_in_the_bounds_of_their_unit": f"{CALCULATED} result = 10001 where test_number = 36",
    "denominators_are_those_of_the_pool": f"{PUBLISHED} denominator = denominator + 1 where test_number = 33",
    "listed_tests_pass": f"{PUBLISHED} passed = false where is_listed and test_number = 14",
}
RULES = {rule.rule_id: (suite, rule) for suite in COMPLIANCE for rule in suite.rules}
CONTROLS = {control.name: control for control in COMPLIANCE_CONTROLS}


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the results of two deals, and stand-ins for the models that checks read beside them."""
    path = tmp_path_factory.mktemp("calculated") / "warehouse.duckdb"
    warehouse = Warehouse(path)
    warehouse.create_tables()
    rows = calculate_load([terms("d1"), terms("d2")], LISTS, holdings(POOLS))
    stated = [
        {"organization_id": "birch", "_load_id": "l", "deal_id": deal_id, "test_number": row["test_number"]}
        for deal_id, tests in LISTS.items()
        for row in tests
    ]
    pools = ", ".join(f"('{deal}', {par}, {cash}, {par + cash})" for deal, (par, cash) in POOL.items())
    with warehouse.transaction() as connection:
        append(connection, TABLE, as_table(TABLE, rows))
        for row in stated:
            names = ", ".join(row)
            connection.execute(f"insert into raw.clo_deal_tests ({names}) values (?, ?, ?, ?)", list(row.values()))
        connection.execute(STAND_INS.format(seed=DBT_PROJECT / "seeds" / "compliance_tests.csv", pools=pools))
    return path


@pytest.fixture
def spoiled(calculated: Path, tmp_path: Path) -> Callable[[str], Warehouse]:
    def spoil(statement: str) -> Warehouse:
        path = tmp_path / "warehouse.duckdb"
        path.write_bytes(calculated.read_bytes())
        warehouse = Warehouse(path)
        with warehouse.transaction() as connection:
            connection.execute(statement)
        return warehouse

    return spoil


def test_every_rule_holds_for_calculated_deals(calculated: Path) -> None:
    warehouse = Warehouse(calculated)
    for control in COMPLIANCE_CONTROLS:
        assert [verdict.status for verdict in control_verdicts(warehouse, control)] == ["passed"], control.name
    failed = {
        result.rule.rule_id
        for suite in COMPLIANCE
        for result in run_suite(suite, warehouse.frame(suite.sql))
        if result.status != "passed"
    }
    assert failed == set()


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_a_control_names_what_breaks_it(spoiled: Callable[[str], Warehouse], name: str) -> None:
    ((verdict),) = control_verdicts(spoiled(SPOILED[name]), CONTROLS[name])
    assert (verdict.status, verdict.blocks) == ("failed", True)
    assert "d1" in verdict.message


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_fails_for_the_row_that_breaks_it(spoiled: Callable[[str], Warehouse], name: str) -> None:
    suite, rule = RULES[name]
    warehouse = spoiled(SPOILED_RULES[name])
    (result,) = (r for r in run_suite(suite, warehouse.frame(suite.sql)) if r.rule == rule)
    assert result.status == "failed"
    (number,) = {keys["test_number"] for keys in result.failing_keys}
    assert f"test_number = {number}" in SPOILED_RULES[name]
