"""The event store as an asset: what the marts of this run tell that no event told before is appended, before anything is published.

How events are derived and checked is orchestration.events'.
"""

import dagster as dg
import duckdb

from calculations.events.definitions import event_policy
from orchestration import audit
from orchestration.assets.raw import table_schema
from orchestration.clock import utc_now
from orchestration.events.audited import entries_after
from orchestration.events.deriving import derive_events
from orchestration.events.store import WATERMARKS
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.settings import Settings
from orchestration.warehouse import table_descriptions


def build_event_assets(settings: Settings) -> dg.AssetsDefinition:
    """The asset of the watermarks, below everything that is watched.

    ops.events stands in the graph beside the other tables of ops: the mart that shows it is built with the marts that it is
    derived from, and a dependency of that mart on this asset would start dbt once more.
    """
    policy = event_policy()
    watched = {source.relation for source in policy.sources}
    watched |= {source.mart for source in policy.sources if source.mart is not None}
    watched |= {source.shown_by.relation for source in policy.sources if source.shown_by is not None}

    @dg.asset(
        key=dg.AssetKey(WATERMARKS.split(".")),
        deps=[dg.AssetKey(relation.split(".")) for relation in sorted(watched)],
        group_name="marts",
        owners=[settings.owner],
        kinds={"duckdb", "table"},
        automation_condition=dg.AutomationCondition.eager(),
        description=f"{table_descriptions()[WATERMARKS]} Deriving appends domain events to ops.events.",
        metadata={"dagster/column_schema": table_schema(WATERMARKS), "dagster/relation_identifier": WATERMARKS},
    )
    def domain_events(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        here = weir.settings

        def audited(connection: duckdb.DuckDBPyConnection, after: int) -> None:
            audit.record(connection, here, entries_after(connection, after))

        with retried_when_busy():
            done = derive_events(weir.warehouse, event_policy(), utc_now(), context.run.run_id, audited)
        types = "\n".join(f"| {event_type} | {count:,} |" for event_type, count in done.events.items())
        return dg.MaterializeResult(
            metadata={
                "events": sum(done.events.values()),
                "events_by_type": dg.MetadataValue.md(f"| type | events |\n|-|-:|\n{types}"),
                "relations_compared": len(done.compared),
                "relations_as_before": done.unchanged,
                "snapshots": done.snapshots,
            }
        )

    return domain_events
