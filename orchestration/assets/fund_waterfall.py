"""The waterfall of every fund, its whole life replayed on each state of what was known. Rules and finance are in calculations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pyarrow as pa

from orchestration.assets.fund_waterfall_inputs import read_funds
from orchestration.assets.fund_waterfall_life import live
from orchestration.assets.fund_waterfall_rows import TABLES, tables, with_measured
from orchestration.calculation_cache import Calculation, Tables
from orchestration.warehouse import Warehouse

MODELS = (
    *("measured_states", "funds", "commitments", "commitment_modifications", "investor_classes", "terms"),
    *("waterfall_configs", "side_letters", "capital_calls", "capital_call_notices", "distributions"),
    *("distribution_notices", "investments", "investment_transactions", "fair_values", "capital_accounts"),
    *("carry_ledger", "closings", "excuses", "transfers", "reallocations", "facility_transactions"),
)


def calculate_waterfalls(warehouse: Warehouse, measured_ids: Sequence[str]) -> Tables:
    """Rows of the tables for every measured state of `measured_ids`; states that differ in exchange rates have the same."""
    wanted = warehouse.rows(
        "select state_id, fund_id, list(measured_id order by measured_id) "
        "from intermediate.int_fund__measured_states where measured_id in (select unnest(?)) group by all order by all",
        [list(measured_ids)],
    )
    funds = read_funds(warehouse, sorted({state_id for state_id, _, _ in wanted}))
    found: dict[str, list[pa.Table]] = defaultdict(list)
    for state_id, fund_id, ids in wanted:
        life = live(funds[state_id, fund_id])
        for relation, table in tables(life).items():
            for measured_id in ids:
                found[relation].append(with_measured(table, measured_id))
    # a column that has nothing but NULL in one fund takes its type from the others
    return {relation: pa.concat_tables(parts, promote_options="default") for relation, parts in found.items()}


FUND_WATERFALL = Calculation(
    name="fund_waterfall",
    description="Tiers of every distribution, carry and what may have to be returned of it, fund by fund and partner by partner.",
    tables=TABLES,
    key="measured_id",
    inputs="select measured_id from intermediate.int_fund__measured_states",
    deps=tuple(f"intermediate.int_fund__{model}" for model in MODELS),
    compute=calculate_waterfalls,
)
