"""Which assets a plan touches. Deciding what has changed is planning's, which must not pay for importing Dagster."""

from __future__ import annotations

import dagster as dg

from ingestion.contracts import load_contracts
from orchestration.assets.nav_rows import RESTRIKES
from orchestration.nav_approval_rows import TABLES as NAV_APPROVAL_TABLES
from orchestration.planning import Plan


def selection_of(plan: Plan) -> dg.AssetSelection:
    """The assets below raw that the plan touches, publication included."""
    left_out = dg.AssetSelection.groups("raw") | dg.AssetSelection.assets(RESTRIKES.split("."))
    below_raw = dg.AssetSelection.all() - left_out
    if plan.everything:
        return below_raw
    contracts = load_contracts()
    touched = _below([table for kind in plan.kinds for table in (*contracts[kind].tables, *contracts[kind].fills)])
    # Models of the loads themselves (which load is in force, whose it is) are touched by every new load.
    bookkeeping = _below(["loads"]) - _below([table for contract in contracts.values() for table in contract.tables])
    # Commands write to tables of ops, which no run fills: what is below them is recomputed, not they.
    written = dg.AssetSelection.assets(*(relation.split(".") for relation in sorted(plan.relations))).downstream(
        include_self=False
    )
    # Every run looks whether approvals of strikes, and the strikes, are as their write path left them.
    approvals = dg.AssetSelection.assets(*(relation.split(".") for relation in NAV_APPROVAL_TABLES))
    # Every run judges, so its verdicts are published with it whatever it recomputes.
    verdicts = dg.AssetSelection.assets(dg.AssetKey(["ops", "quality_results"])).downstream(include_self=False)
    return (touched | bookkeeping | written | approvals | verdicts) - left_out


def _below(tables: list[str]) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*(dg.AssetKey(["raw", table]) for table in tables)).downstream()
