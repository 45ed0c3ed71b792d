"""The checks of the event store: what its events rebuild is what the marts show, and no event is lost or doubled.

Source: fund-admin 1.10 (G-5); input-contracts 2.3 (run scope).
"""

# No `from __future__ import annotations`: Dagster reads the annotations of checks.
from collections.abc import Callable

import dagster as dg

from calculations.events.definitions import EventPolicy, event_policy
from orchestration.events.replaying import parts_sql
from orchestration.events.stated import relation_columns, stated_of
from orchestration.events.store import EVENTS, HEAD, WATERMARKS
from orchestration.quality import as_check_result, breach_verdict, record
from orchestration.resources import WarehouseResource
from orchestration.warehouse import Warehouse

REPLAYED, NUMBERED = "replayed_events_are_the_marts", "events_are_neither_lost_nor_doubled"
DESCRIPTIONS = {
    REPLAYED: "Every aggregate rebuilt from its events, snapshots used, is what the marts show of it",
    NUMBERED: "Versions of an aggregate run from 1 without a gap, events from 1 to the number that the head says",
}
Breaches = tuple[list[str], int]


def differences(warehouse: Warehouse, policy: EventPolicy) -> Breaches:
    """A sentence for each row of which events and mart tell different states (five of a source), and how many were looked at."""
    told: list[str] = []
    looked_at = 0
    with warehouse.connect() as connection:
        columns = relation_columns(connection)
        connection.execute(
            f"create or replace temp table _replayed as select * from ({parts_sql()}) where state is not null"
        )
        for source in policy.sources:
            stated = stated_of(columns, source)
            found = connection.execute(
                f"""
                with replayed as (
                    select organization_id, aggregate_id, part_id, state from _replayed
                    where event_source = ? and aggregate_type = ?
                ),
                shown as ({stated.shown})
                select organization_id, aggregate_id, part_id, r.state is null as is_missing, s.state is null as is_gone
                from replayed as r full join shown as s using (organization_id, aggregate_id, part_id)
                where r.state is distinct from s.state
                order by 1, 2, 3
                """,
                [source.name, source.aggregate_type],
            ).fetchall()
            ((shown,),) = connection.execute(f"select count(*) from ({stated.shown}) as s").fetchall()
            looked_at += shown
            for house, aggregate, part, is_missing, is_gone in found[:5]:
                what = "has no event" if is_missing else "is gone" if is_gone else "differs from its events"
                row = f"{source.aggregate_type}:{aggregate}{f' {part}' if part else ''} of {house}"
                told.append(f"{row} {what} in {source.mart or source.relation} ({len(found)} of {source.name})")
    return told, looked_at


def misnumbered(warehouse: Warehouse) -> Breaches:
    """A sentence for each aggregate whose versions, and for the store if its numbers, are not 1, 2, 3 ..., and how many events there are."""
    aggregates = warehouse.rows(
        f"""
        select aggregate_type || ':' || aggregate_id || ' of ' || organization_id, count(*), max(event_version)
        from {EVENTS} group by organization_id, aggregate_type, aggregate_id
        having min(event_version) <> 1 or max(event_version) <> count(*) or count(distinct event_version) <> count(*)
        order by 1
        """
    )
    ((count, numbers, first, last, ids),) = warehouse.rows(
        f"select count(*), count(distinct event_number), coalesce(min(event_number), 1), coalesce(max(event_number), 0), "
        f"count(distinct event_id) from {EVENTS}"
    )
    ((heads, counted),) = warehouse.rows(f"select count(*), coalesce(max(event_count), 0) from {HEAD}")
    told = [f"{name}: expected versions 1 to {n}, found up to {last_version}" for name, n, last_version in aggregates]
    if not (count == numbers == last == counted == ids and first == 1 and heads <= 1):
        told.append(
            f"expected {counted} events as the head says, found {count} numbered {first} to {last} with {ids} different ids"
        )
    return told, count


def build_event_checks() -> list[dg.AssetChecksDefinition]:
    """Both checks, of run scope: what breaches them is not published."""
    return [
        _check(REPLAYED, lambda warehouse: differences(warehouse, event_policy())),
        _check(NUMBERED, misnumbered),
    ]


def _check(name: str, breaches: Callable[[Warehouse], Breaches]) -> dg.AssetChecksDefinition:
    key = dg.AssetKey(WATERMARKS.split("."))

    @dg.asset_check(asset=key, name=name, description=DESCRIPTIONS[name], blocking=True)
    def check(context: dg.AssetCheckExecutionContext, weir: WarehouseResource) -> dg.AssetCheckResult:
        found, looked_at = breaches(weir.warehouse)
        looked = f"{looked_at} {'rows' if name == REPLAYED else 'events'}"
        verdict = breach_verdict(WATERMARKS, name, DESCRIPTIONS[name], found, looked)
        record(weir.warehouse, context.run.run_id, [verdict])
        return as_check_result([verdict], asset_key=key, check_name=name)

    return check
