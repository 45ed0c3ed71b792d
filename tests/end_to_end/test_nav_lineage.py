"""NAVs of the demo traced to cells: what each method valued, line by line, and what is measured of strikes.

Expected cells are those that the worked examples state; a value is reckoned from its cells again where its formula is short.
Source: nav 2, 7 and 8; input-contracts 4.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from rich.console import Console

from orchestration.trace import Cell, Step, trace
from orchestration.trace_printing import print_trace
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow


def steps(step: Step) -> Iterator[Step]:
    yield step
    for inner in step.inputs:
        yield from steps(inner)


def cells(step: Step, table: str) -> dict[str, list[Cell]]:
    """Cells of a raw table that a step comes down to, by field; a cell that is reached twice counts once."""
    found: dict[str, dict[Cell, None]] = {}
    for each in steps(step):
        for source in each.sources:
            for cell in source.cells if source.table == table else ():
                found.setdefault(cell.field, {})[cell] = None
    return {field: list(each) for field, each in found.items()}


def numbers(step: Step, table: str) -> dict[str, list[Decimal]]:
    return {
        field: sorted(Decimal(cell.value) for cell in found)
        for field, found in cells(step, table).items()
        if all(cell.value.replace(".", "", 1).replace("-", "", 1).isdigit() for cell in found)
    }


def traced(home: Home, column: str, **keys: str) -> Step:
    return trace(home.settings, column, keys, rows=1000)


def test_a_propertys_nav_comes_down_to_the_cells_of_its_appraisal(demo: Home) -> None:
    """E-13: NOI over the capitalisation rate, working capital, debt and its interest."""
    step = traced(demo, "fact_nav.nav_per_share", product_id="example-e-13")
    found = {field: value for field, (value,) in numbers(step, "nav_valuations").items()}
    noi = (
        found["gross_potential_rent"] * (1 - found["vacancy_rate"])
        + found["other_income"]
        - found["operating_expenses"]
    )
    (line,) = [each for each in steps(step) if each.keys.get("line_id") == "valuation/OFFICES"]
    assert abs(line.value - noi / found["cap_rate"]) < Decimal("1e-12")
    assert {cell.sheet for each in cells(step, "nav_valuations").values() for cell in each} == {
        "Valuations & Appraisals"
    }
    owed = numbers(step, "nav_accruals")
    assert (owed["amount"], owed["rate"]) == ([Decimal(812400), Decimal(24300000)], [Decimal("0.0485")])
    assert numbers(step, "nav_real_estate_products")["shares_outstanding"] == [Decimal(2150000)]


def test_a_property_valued_by_two_methods_comes_down_to_both_and_to_its_forecast(demo: Home) -> None:
    """Only the valuations in force on the day, of five dates; its leases are no part of what it is valued by."""
    step = traced(demo, "fact_nav.net_assets", product_id="property-harbour", event_date="2025-06-30")
    in_force = demo.warehouse.rows(
        "select _row from raw.nav_valuations where product_id = 'property-harbour' and valuation_date = '2025-06-30'"
    )
    found = {
        cell.address.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for cell in cells(step, "nav_valuations")["discount_rate"]
    }
    assert found == {str(row) for (row,) in in_force}
    ((rows,),) = demo.warehouse.rows(
        "select count(*) from raw.nav_schedules where product_id = 'property-harbour' and kind = 'NOI'"
    )
    assert len(cells(step, "nav_schedules")["amount"]) == rows


def test_a_pool_comes_down_to_its_row_and_its_assumptions(demo: Home) -> None:
    """E-17: one row of the tape, and what is assumed of it, each with its cell."""
    step = traced(demo, "fact_nav.net_assets", product_id="example-e-17")
    tape = numbers(step, "nav_pools")
    assert (tape["balance"], tape["interest_rate"], tape["remaining_months"]) == (
        [Decimal(10_000_000)], [Decimal("0.084")], [Decimal(12)],
    )  # fmt: skip
    assumed = {Decimal("0.1"), Decimal("0.03"), Decimal("0.55"), Decimal("0.005"), Decimal("0.096")}
    assert assumed <= set(numbers(step, "nav_assumptions")["value"])
    ((used,),) = demo.published("select count(*) from marts.fact_nav_assumptions where product_id = 'example-e-17'")
    assert (
        len({(cell.sheet, cell.address) for each in cells(step, "nav_assumptions").values() for cell in each}) == used
    )


def test_a_tape_of_the_day_is_traced_and_none_of_another_item(demo: Home) -> None:
    keys = {"product_id": "abs-invoices", "line_id": "receivable/INV-0001"}
    found = numbers(traced(demo, "fact_nav_components.base_amount", **keys), "nav_pools")
    ((balance,),) = demo.warehouse.rows(
        "select balance from raw.nav_pools where product_id = 'abs-invoices' and pool_item_id = 'INV-0001'"
    )
    assert found["balance"] == [balance]


def test_a_stablecoin_comes_down_to_its_reserves_and_its_supply(demo: Home) -> None:
    """E-19: cash, bills and repo with their haircuts, what is owed, and the tokens that are out."""
    step = traced(demo, "fact_nav.nav_per_share", product_id="example-e-19-fiat")
    reserves = numbers(step, "nav_reserves")
    assert reserves["value"] == [Decimal(each) for each in ("400000", "5250000", "210000000", "598400000")]
    assert [rate for rate in reserves["haircut_rate"] if rate] == [Decimal("0.001"), Decimal("0.003")]
    units, decimals = (numbers(step, "nav_token_supply")[name][0] for name in ("total_supply_units", "token_decimals"))
    assert units / 10**decimals >= Decimal(812_500_000)


def test_a_stablecoin_of_a_day_is_not_traced_to_the_lists_of_others(demo: Home) -> None:
    step = traced(demo, "fact_nav.net_assets", product_id="coin-dollar", event_date="2025-06-30")
    ((value, rows),) = demo.warehouse.rows(
        "select sum(value), count(*) from raw.nav_reserves where product_id = 'coin-dollar' and as_of::date = '2025-06-30'"
    )
    found = numbers(step, "nav_reserves")["value"]
    assert (sum(found), len(found)) == (value, rows)


def test_a_position_comes_down_to_its_holding_its_price_and_its_rate(demo: Home) -> None:
    """E-1: 40,000 shares at 1,245.5 pence and 1.2675 dollars a pound."""
    keys = {"product_id": "example-e-01", "line_id": "position//E-EQ-PENCE/LONG"}
    step = traced(demo, "fact_nav_components.base_amount", **keys)
    assert numbers(step, "nav_holdings")["quantity"] == [Decimal(40_000)]
    assert numbers(step, "prices")["price"] == [Decimal("1245.5")]
    assert numbers(step, "fx_rates")["rate"] == [Decimal("1.2675")]
    assert step.value == Decimal("631468.5")


def test_a_dividend_comes_down_to_its_action_and_what_was_held(demo: Home) -> None:
    """E-1: 12,000 shares went ex of 0.70 euros, 15 % withheld."""
    keys = {"product_id": "example-e-01", "line_id": "accrual//CA-E-01/E-EQ-EURO/LONG"}
    step = traced(demo, "fact_nav_components.base_amount", **keys)
    action = numbers(step, "nav_corporate_actions")
    assert (action["amount_per_unit"], action["withholding_rate"]) == ([Decimal("0.7")], [Decimal("0.15")])
    assert numbers(step, "nav_holdings")["quantity"] == [Decimal(12_000)]


def test_every_line_that_a_method_valued_comes_down_to_cells(demo: Home) -> None:
    """One of each kind of line of every product on its last day; the schedule, list or sheet differs by type."""
    lines = demo.published(
        "select distinct on (product_id, kind, method) product_id, line_id, event_date, version "
        "from marts.fact_nav_components where accrual_id is null and line_id not like 'position/%' "
        "order by product_id, kind, method, event_date desc"
    )
    assert len(lines) > 40
    bare = []
    for product_id, line_id, day, version in lines:
        keys = {"product_id": product_id, "line_id": line_id, "event_date": str(day), "version": str(version)}
        step = trace(demo.settings, "fact_nav_components.base_amount", keys, rows=1)
        if not any(source.cells for each in steps(step) for source in each.sources):
            bare.append((product_id, line_id))
    assert bare == []


def test_a_measure_and_an_assumption_come_down_to_their_rows(demo: Home) -> None:
    """Production of twelve months beside the forecast; CPR as the sheet has it."""
    produced = traced(demo, "fact_nav_measures.measure_value", product_id="energy-solar", measure_name="OUTPUT")
    assert len(cells(produced, "nav_production")["output"]) == 12
    noi = traced(demo, "fact_nav_measures.measure_value", product_id="example-e-13", measure_name="NOI")
    assert numbers(noi, "nav_valuations")["gross_potential_rent"] == [Decimal(4_850_000)]
    assumed = traced(demo, "fact_nav_assumptions.assumption_value", product_id="example-e-17", assumption="CPR")
    assert numbers(assumed, "nav_assumptions") == {"value": [Decimal("0.1")]}


def test_a_projects_nav_leads_to_the_strikes_of_its_products(demo: Home) -> None:
    ((project, day, products),) = demo.published(
        "select project_id, event_date, product_count from marts.fact_project_nav where net_assets is not null "
        "and project_id = 'PRJ-LIQUID-USD' order by event_date desc limit 1"
    )
    step = trace(demo.settings, "fact_project_nav.net_assets", {"project_id": project, "event_date": str(day)})
    assert {part.relation for part in step.inputs} == {"marts.fact_project_nav_products"}
    assert len(step.inputs) == products > 1
    assert sum(part.value for part in step.inputs) == step.value
    for part in step.inputs:
        strikes = [each for each in part.inputs if each.relation == "marts.fact_nav"]
        assert {each.keys["product_id"] for each in strikes} == {part.keys["product_id"]}
        assert all(cells(each, "nav_holdings") for each in strikes)


def test_a_project_shows_so_many_products_and_counts_the_others(demo: Home) -> None:
    console = Console(record=True, width=400)
    ((products,),) = demo.published(
        "select count(*) from marts.fact_project_nav_products where project_id = 'PRJ-EXAMPLES' and net_assets is not null "
        "and event_date = '2026-03-10'"
    )
    keys = ["project_id=PRJ-EXAMPLES", "event_date=2026-03-10"]
    print_trace(console, demo.settings, "fact_project_nav.known_net_assets", keys, 1)
    text = console.export_text()
    assert "fact_project_nav_products.net_assets project_id=PRJ-EXAMPLES product_id=example-e-01" in text
    assert f"... {products - 1} more rows" in text


def test_an_error_comes_down_to_both_versions_that_were_stated(demo: Home) -> None:
    """E-22: 102.37 published, 101.58 correct, 9,100 shares redeemed in between."""
    step = traced(demo, "fact_nav_errors.deviation_rate", product_id="example-e-22")
    published, correct = step.inputs
    for side, nav in ((published, "102.37"), (correct, "101.58")):
        ((cell,),) = cells(side, "nav_history").values()
        assert (cell.sheet, Decimal(cell.value)) == ("NAV History", Decimal(nav))
    treated = traced(demo, "fact_nav_errors.treatment", product_id="example-e-22")
    assert treated.value == "RESTATE"  # +0.777712 %, and half a percent is material for a bond fund
    assert numbers(treated, "nav_history")["nav_per_share"] == [Decimal("101.58"), Decimal("102.37")]
    lost = traced(demo, "fact_nav_errors.redemption_loss_amount", product_id="example-e-22")
    assert numbers(lost, "nav_capital_activity")["shares"] == [Decimal(9_100)]


def test_a_credit_comes_down_to_what_was_paid_and_to_the_mark(demo: Home) -> None:
    """E-22: gross NAV 112.50 paid, mark 100, 20 %."""
    step = traced(demo, "fact_equalisation.credit_per_share", order_id="E-22-EQUAL")
    assert step.value == Decimal("2.5")
    assert numbers(step, "nav_capital_activity")["investor_nav_basis"] == [Decimal("112.5")]
    assert numbers(step, "nav_history")["high_water_mark"] == [Decimal(100)]
    assert numbers(step, "nav_share_classes")["performance_fee_rate"] == [Decimal("0.2")]
    bought = traced(demo, "fact_income_equalisation.income_bought_amount", order_id="E-22-INCOME")
    assert numbers(bought, "nav_history")["accrued_income_per_share"] == [Decimal("0.4137")]
    assert numbers(bought, "nav_capital_activity")["shares"] == [Decimal(1200)]


def test_a_fee_owed_for_good_comes_down_to_the_line_of_its_strike(demo: Home) -> None:
    keys = {"share_class_id": "cedar-macro-p", "event_kind": "PERIOD_END", "event_date": "2025-03-31"}
    step = traced(demo, "fact_fee_crystallisations.accrued_fee_amount", **keys)
    assert -step.value in [each.value for each in steps(step) if each is not step]
    owed = traced(demo, "fact_fee_crystallisations.crystallised_fee_amount", **keys)
    assert numbers(owed, "nav_history")["high_water_mark"] == [Decimal("118.331")]


def test_a_daily_dividend_comes_down_to_net_assets_and_the_factor_declared(demo: Home) -> None:
    keys = {"share_class_id": "cedar-government-money-i", "event_date": "2025-06-30"}
    step = traced(demo, "fact_daily_dividends.dividend_per_share", **keys)
    assert [each.value for each in steps(step) if each.column == "shares_outstanding"]
    declared = traced(demo, "fact_daily_dividends.dividend_per_share_stated", **keys)
    assert numbers(declared, "nav_history")["income_factor"] == [declared.value]


def test_a_redemption_rate_comes_down_to_orders_and_the_net_assets_of_its_days(demo: Home) -> None:
    ((product, day, redeemed, orders),) = demo.published(
        "select product_id, event_date, value_redeemed, shares_redeemed from marts.fact_redemptions "
        "where value_redeemed > 0 and redemption_rate_value is not null order by product_id, event_date desc limit 1"
    )
    keys = {"product_id": product, "event_date": str(day)}
    step = traced(demo, "fact_redemptions.redemption_rate_value", **keys)
    found = numbers(step.inputs[0], "nav_capital_activity")
    assert (sum(found["amount"]), sum(found["shares"])) == (redeemed, orders)
    assert step.inputs[1].inputs or cells(step.inputs[1], "nav_history")
    week = traced(demo, "fact_redemptions.redemption_rate_value_7d", **keys)
    assert str(day) in {str(each.keys["event_date"]) for each in week.inputs}


def test_what_a_rule_measured_leads_to_the_strike(demo: Home) -> None:
    step = traced(demo, "fact_nav_validations.actual", product_id="example-e-13", rule_code="NAV_NON_NEGATIVE")
    (strike,) = step.inputs
    assert (strike.relation, strike.keys["product_id"]) == ("marts.fact_nav", "example-e-13")
    assert strike.value == step.value
    assert numbers(strike, "nav_valuations")["cap_rate"] == [Decimal("0.0575")]
