"""Column lineage of calculated tables for the graph, made from lineage.yaml; walking it is the trace's."""

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
    "calc.clo_tranche_losses": "marts.fact_tranche_loss_distribution",
    "calc.fund_carry_movements": "marts.fact_carry_movements",
    "calc.fund_clawback_shares": "marts.fact_clawback_shares",
    "calc.fund_performance": "marts.fact_fund_performance",
    "calc.fund_waterfall": "marts.fact_fund_waterfall",
}


def column_lineage(relation: str) -> dg.TableColumnLineage:
    """Raw columns that each column of a calculated table is made from, through the columns of its own row."""
    columns = lineage().get(MART_OF.get(relation, ""), {}).get("columns", {})

    def raw_columns(name: str) -> set[tuple[str, str]]:
        described = columns[name]
        found = {(s["table"], field) for s in described.get("sources", ()) for field in s["fields"]}
        return found.union(*(raw_columns(other) for other in described.get("from", ())))

    return dg.TableColumnLineage(
        {
            name: [
                dg.TableColumnDep(asset_key=dg.AssetKey(["raw", table]), column_name=field)
                for table, field in sorted(raw_columns(name))
            ]
            for name in columns
            if name in own_tables()[relation]
        }
    )
