"""The check that the log of approvals of strikes came by its write path: rows, seals, head, and every transition decided again. What is
allowed is calculations.nav's.

Whatever is written to the table, or to approved strikes, by another way shows here. Source: nav 6; input-contracts 2.3.
"""

# No `from __future__ import annotations`: Dagster reads the annotations of checks.

import dagster as dg

from calculations.nav.approval_audit import violations
from orchestration.nav_approval_rows import LOG, event_of
from orchestration.nav_subjects import struck_with_instants
from orchestration.quality import as_check_result, breach_verdict, record
from orchestration.resources import WarehouseResource
from orchestration.sealed_log import STRIKE_APPROVALS, published_head
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

NAME = "approvals_came_by_the_write_path"
DESCRIPTION = "Every approval of a strike, and every strike that has one, is as the write path left it"


def breaches(warehouse: Warehouse, settings: Settings) -> tuple[list[str], int]:
    """A sentence for each breach, and how many events were looked at.

    A home of the past has a log that ends earlier and no key: there the order of events alone is looked at.
    """
    with warehouse.connect() as connection:
        rows = STRIKE_APPROVALS.rows(connection)
        if settings.as_known_at is None:
            heads = STRIKE_APPROVALS.head_rows(connection)
            broken = STRIKE_APPROVALS.breaches(
                rows, heads, settings.log_key, published_head(settings, STRIKE_APPROVALS)
            )
        else:
            broken = list(STRIKE_APPROVALS.in_order(rows))
        found = [breach.what for breach in broken]
        try:
            events = [event_of(row) for row in rows]
        except (ValueError, AttributeError) as error:
            return [*found, f"the log holds what no event can: {error}"], len(rows)
        struck, instants = struck_with_instants(connection)
    return [*found, *violations(events, struck, instants)], len(rows)


def build_nav_approval_check(settings: Settings) -> dg.AssetChecksDefinition:
    key = dg.AssetKey(LOG.split("."))

    @dg.asset_check(asset=key, name=NAME, description=DESCRIPTION, blocking=True)
    def check(context: dg.AssetCheckExecutionContext, weir: WarehouseResource) -> dg.AssetCheckResult:
        found, looked_at = breaches(weir.warehouse, weir.settings)
        verdict = breach_verdict(LOG, NAME, DESCRIPTION, found, f"{looked_at} events")
        record(weir.warehouse, context.run.run_id, [verdict])
        return as_check_result([verdict], asset_key=key, check_name=NAME)

    return check
