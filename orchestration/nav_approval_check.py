"""The check that the log of approvals of strikes came by its write path: rows, seals, head, and every transition decided again. What is
allowed is calculations.nav's.

Whatever is written to the table, or to approved strikes, by another way shows here. Source: nav 6; input-contracts 2.3.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of checks.
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb

from calculations.approvals.chain import FIRST, seal
from calculations.nav.approval_audit import violations
from orchestration.nav_approval_rows import HEAD, LOG, event_of, head_seal, log_rows, sealed_fields
from orchestration.nav_subjects import struck_with_instants
from orchestration.quality import Verdict, as_check_result, record
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

NAME = "approvals_came_by_the_write_path"
DESCRIPTION = "Every approval of a strike, and every strike that has one, is as the write path left it"


def breaches(warehouse: Warehouse, settings: Settings) -> tuple[list[str], int]:
    """A sentence for each breach, and how many events were looked at.

    A home of the past has a log that ends earlier and no key: there the order of events alone is looked at.
    """
    with warehouse.connect() as connection:
        rows = log_rows(connection)
        found = list(_in_order(rows))
        if settings.as_known_at is None:
            found += _sealed(connection, rows, settings)
            found += _since_published(rows, settings)
        try:
            events = [event_of(row) for row in rows]
        except (ValueError, AttributeError) as error:
            return [*found, f"the log holds what no event can: {error}"], len(rows)
        struck, instants = struck_with_instants(connection)
    return [*found, *violations(events, struck, instants)], len(rows)


def _in_order(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    previous = FIRST
    for number, row in enumerate(rows, start=1):
        if row["event_number"] != number:
            yield f"expected event {number}, found {row['event_number']}"
            return
        if row["previous_hash"] != previous:
            yield f"event {number} does not follow on the event before"
        previous = row["event_hash"]


def _sealed(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Mapping[str, Any]], settings: Settings
) -> Iterator[str]:
    heads = connection.execute(f"select event_count, event_hash, head_hash from {HEAD}").fetchall()
    if not rows and not heads:
        return
    if not settings.nav_approval_key.exists():
        yield f"the key of the log is missing: {settings.nav_approval_key.name}"
        return
    key = settings.nav_approval_key.read_bytes().strip()
    for number, row in enumerate(rows, start=1):
        if row["recorded_at"] is None or row["event_hash"] != seal(
            key, row["previous_hash"] or "", LOG, number, sealed_fields(row)
        ):
            yield f"event {number} is not as it was written"
    last = rows[-1]["event_hash"] if rows else FIRST
    if heads != [(len(rows), last, head_seal(key, len(rows), last or ""))]:
        yield f"the log ends otherwise than its head says: {len(rows)} events found"


def _since_published(rows: Sequence[Mapping[str, Any]], settings: Settings) -> Iterator[str]:
    """An older log put back with its own head still lacks what was there when the publication was made."""
    manifest = settings.published_link / "manifest.json"
    head = json.loads(manifest.read_text()).get("audit_head") if manifest.exists() else None
    if head is None:
        return
    if [row["event_hash"] for row in rows[head["events"] - 1 : head["events"]]] != [head["event_hash"]]:
        yield f"event {head['events']} is not the one that {settings.published_link.resolve().name} was published with"


def build_nav_approval_check(settings: Settings) -> dg.AssetChecksDefinition:
    key = dg.AssetKey(LOG.split("."))

    @dg.asset_check(asset=key, name=NAME, description=DESCRIPTION, blocking=True)
    def check(context: dg.AssetCheckExecutionContext, weir: WarehouseResource) -> dg.AssetCheckResult:
        found, looked_at = breaches(weir.warehouse, weir.settings)
        verdict = Verdict(
            stage="ops",
            asset=LOG,
            check_name=NAME,
            severity="critical",
            scope="run",
            status="failed" if found else "passed",
            observed=f"{len(found)} breaches in {looked_at} events",
            expected=DESCRIPTION,
            message="; ".join(found[:5]),
        )
        record(weir.warehouse, context.run.run_id, [verdict])
        return as_check_result([verdict], asset_key=key, check_name=NAME)

    return check
