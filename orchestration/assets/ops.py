"""Tables of ops that assets of other stages fill as they go; they stand in the graph so that lineage is whole.

Nothing here is computed: a row in them cannot be recomputed, only kept.
"""

from __future__ import annotations

import dagster as dg

from orchestration.approving import LOG as APPROVALS
from orchestration.assets.nav_rows import RESTRIKES
from orchestration.assets.nav_rows import TABLES as NAV_TABLES
from orchestration.assets.raw import table_schema
from orchestration.events.store import WATERMARKS
from orchestration.holds import STATUS_TABLES
from orchestration.nav_approval_rows import TABLES as NAV_APPROVAL_TABLES
from orchestration.response_times import TABLE as RESPONSE_TIMES
from orchestration.settings import Settings
from orchestration.warehouse import own_tables, table_descriptions

COMPUTED = {
    *STATUS_TABLES.values(),
    *NAV_TABLES,
    RESTRIKES,
    *NAV_APPROVAL_TABLES,
    APPROVALS,
    WATERMARKS,
    RESPONSE_TIMES,
}


def build_ops_assets(settings: Settings) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            key=relation.split("."),
            group_name="ops",
            owners=[settings.owner],
            kinds={"duckdb", "table"},
            description=table_descriptions()[relation],
            metadata={"dagster/column_schema": table_schema(relation), "dagster/relation_identifier": relation},
        )
        for relation in own_tables()
        if relation.startswith("ops.") and relation not in COMPUTED
    ]
