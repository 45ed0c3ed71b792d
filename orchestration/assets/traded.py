"""Trades as assets: one op that answers the control panels, the baskets and, once each, what the launchpad asks."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from orchestration.assets.calculated import calculated_spec, table_results
from orchestration.assets.clo_trade_rows import TABLES
from orchestration.assets.clo_trades import ANSWERED_ONCE, OF_BASKETS, OF_LAUNCHPAD, OF_PANELS
from orchestration.assets.trade_requests import EXAMPLE, TradeRequest, keep_request
from orchestration.calculation_cache import refresh
from orchestration.fingerprints import code_fingerprint
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

NAME = "clo_trades"


def build_trade_assets(settings: Settings) -> dg.AssetsDefinition:
    deps = list(dict.fromkeys((*OF_PANELS.deps, *OF_BASKETS.deps, *OF_LAUNCHPAD.deps)))

    @dg.multi_asset(
        specs=[calculated_spec(settings, relation, deps, EXAMPLE.format(op=NAME)) for relation in TABLES],
        name=NAME,
        description="Hypothetical trades, rankings and proposals: of control panels, of trades files, and as the launchpad asks.",
    )
    def traded(
        context: dg.AssetExecutionContext, config: TradeRequest, weir: WarehouseResource
    ) -> Iterator[dg.MaterializeResult]:
        warehouse = weir.warehouse
        with retried_when_busy():
            asked = keep_request(warehouse, config, settings.organization_id, context.run.run_id)
            done = refresh(warehouse, OF_PANELS, code_fingerprint()) + refresh(
                warehouse, OF_BASKETS, code_fingerprint()
            )
            done += refresh(warehouse, OF_LAUNCHPAD, ANSWERED_ONCE)
        for result in table_results(warehouse, TABLES, done):
            if asked:
                found = dg.MetadataValue.md(_answers(warehouse, asked))
                yield result._replace(metadata={**(result.metadata or {}), "answers": found})
            else:
                yield result

    return traded


def _answers(warehouse: Warehouse, request_ids: Sequence[str]) -> str:
    """What was asked now and what it came to, as a table for the person who asked."""
    rows: list[tuple[Any, ...]] = warehouse.rows(
        "select deal_id, request, method, status, objective_before, objective_greedy, objective_programme, objective_after, "
        "purchase_par, sale_par, coalesce(reason, notes) from calc.clo_trade_runs where source_id in (select unnest(?)) "
        "order by deal_id, trade_set",
        [list(request_ids)],
    )
    heads = ("deal", "request", "method", "status", "before", "greedy", "programme", "after", "bought", "sold", "said")
    lines = [heads, tuple("---" for _ in heads), *(tuple(_shown(value) for value in row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.4f}" if isinstance(value, float) else str(value).replace("|", "/")
