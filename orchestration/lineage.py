"""Column lineage of calculated tables for the graph, made from the files of lineage; walking it is the trace's."""

from __future__ import annotations

import dagster as dg

from orchestration.trace import lineage
from orchestration.warehouse import own_tables

MART_OF = {
    "calc.clo_pool_metrics": "marts.fact_pool_metrics",
    "calc.clo_asset_cash_flows": "marts.fact_asset_cash_flows",
    "calc.clo_oc_tests": "marts.fact_oc_tests",
    "calc.clo_compliance_results": "marts.fact_compliance_results",
    "calc.clo_payment_date_checks": "marts.fact_payment_date_checks",
    "calc.clo_payment_date_steps": "marts.fact_payment_date_steps",
    "calc.clo_payment_date_tests": "marts.fact_payment_date_tests",
    "calc.clo_trade_orders": "marts.fact_trade_orders",
    "calc.clo_trade_results": "marts.fact_trade_results",
    "calc.clo_trade_runs": "marts.fact_trade_runs",
    "calc.clo_tranche_losses": "marts.fact_tranche_loss_distribution",
    "calc.bank_matches": "marts.fact_bank_matching",
    "calc.capital_call_notices": "marts.fact_capital_call_notices",
    "calc.closing_adjustments": "marts.fact_closing_adjustments",
    "calc.distribution_notices": "marts.fact_distribution_notices",
    "calc.daily_dividends": "marts.fact_daily_dividends",
    "calc.equalisation_events": "marts.fact_equalisation_events",
    "calc.equalisation_lots": "marts.fact_equalisation",
    "calc.fee_crystallisations": "marts.fact_fee_crystallisations",
    "calc.fund_allocation_calls": "marts.fact_allocation_calls",
    "calc.fund_allocation_metrics": "marts.fact_allocation_metrics",
    "calc.fund_allocations": "marts.fact_allocations",
    "calc.fund_cost_shares": "marts.fact_fund_costs",
    "calc.fund_fee_offsets": "marts.fact_fee_offsets",
    "calc.fund_fees": "marts.fact_fund_fees",
    "calc.fund_carry_movements": "marts.fact_carry_movements",
    "calc.fund_clawback_shares": "marts.fact_clawback_shares",
    "calc.fund_performance": "marts.fact_fund_performance",
    "calc.fund_transfers": "marts.fact_transfers",
    "calc.gl_mapped_balances": "marts.fact_mapped_balances",
    "calc.gl_nav_ties": "marts.fact_gl_nav_ties",
    "calc.income_equalisation": "marts.fact_income_equalisation",
    "calc.money_market_compliance": "marts.fact_money_market",
    "calc.money_market_measures": "marts.fact_money_market_measures",
    "calc.money_market_stress": "marts.fact_money_market_stress",
    "calc.nav_errors": "marts.fact_nav_errors",
    "calc.nav_restatement_effects": "marts.fact_nav_restatement_effects",
    "calc.nav_restatements": "marts.fact_nav_restatements",
    "calc.portal_subscriptions": "marts.fact_portal_subscriptions",
    "calc.project_nav_products": "marts.fact_project_nav_products",
    "calc.project_navs": "marts.fact_project_nav",
    "calc.redemption_measures": "marts.fact_redemptions",
    "calc.value_bridge": "marts.fact_value_bridge",
    "calc.fund_waterfall": "marts.fact_fund_waterfall",
    "ops.nav_components": "marts.fact_nav_components",
    "ops.nav_runs": "marts.fact_nav_runs",
    "ops.nav_strikes": "marts.fact_nav",
    "ops.nav_validations": "marts.fact_nav_validations",
}


def column_lineage(relation: str) -> dg.TableColumnLineage:
    """Raw columns that each column of a calculated table is made from, through the columns of its own row and of others."""
    mart = MART_OF.get(relation, "")
    columns = lineage().get(mart, {}).get("columns", {})

    def raw_columns(mart: str, name: str) -> set[tuple[str, str]]:
        described = lineage()[mart]["columns"][name]
        found = {(s["table"], field) for s in described.get("sources", ()) for field in s["fields"]}
        inputs = [(mart, other) for other in described.get("from", ())]
        inputs += [(linked["relation"], linked["column"]) for linked in described.get("rows", ())]
        return found.union(*(raw_columns(*each) for each in inputs))

    return dg.TableColumnLineage(
        {
            name: [
                dg.TableColumnDep(asset_key=dg.AssetKey(["raw", table]), column_name=field)
                for table, field in sorted(raw_columns(mart, name))
            ]
            for name in columns
            if name in own_tables()[relation]
        }
    )
