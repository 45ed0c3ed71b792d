"""Makes a home that knows what was known at an instant of the past, and nothing since. Computing it is an ordinary run.

Source: input-contracts 2.4.
"""

from __future__ import annotations

import datetime as dt
import shutil

from orchestration.errors import WrongRequest
from orchestration.events.store import TABLES as EVENT_TABLES
from orchestration.holds import STATUS_TABLES
from orchestration.retention.archived_tables import forget_loads
from orchestration.run_lock import hold_warehouse
from orchestration.settings import Settings, shown
from orchestration.warehouse import Warehouse, own_tables


class NothingKnown(WrongRequest):
    """No load was known at the instant asked for; the message says when the first one was."""


def home_as_known_at(settings: Settings, instant: dt.datetime) -> Settings:
    """Copy the warehouse below `<home>/as_known_at/` and forget what was learned after `instant` (UTC, without a zone).

    The home's own warehouse and publications are not touched. Raises `NothingKnown`, `WarehouseBusy`.
    """
    folder = settings.home / "as_known_at" / f"{instant:%Y%m%dT%H%M%SZ}"
    # Made anew: a copy of a settings object would carry the paths that it has worked out already.
    past = Settings(
        **{**settings.model_dump(), "home": folder, "inbox": folder / "inbox", "as_known_at": instant, "alert_urls": ()}
    )
    with hold_warehouse(settings.lock_path, "weir run --as-known-at", settings.lock_timeout_seconds):
        _refuse_unknown(settings, instant)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copyfile(settings.warehouse_path, past.warehouse_path)
        past.archive_path.symlink_to(settings.archive_path)
    _forget(Warehouse(past.warehouse_path), instant)
    return past


def _refuse_unknown(settings: Settings, instant: dt.datetime) -> None:
    if not settings.warehouse_path.exists():
        raise NothingKnown(f"{shown(settings.home)} holds no warehouse yet: `weir run` makes one")
    # Opening and closing it also writes what stands in its log into the file that is copied.
    ((first,),) = Warehouse(settings.warehouse_path).rows("select min(known_at) from raw.loads where status = 'loaded'")
    if first is None or first > instant:
        found = "nothing is loaded" if first is None else f"the first load was known at {first:%Y-%m-%dT%H:%M:%SZ}"
        raise NothingKnown(f"nothing was known at {instant:%Y-%m-%dT%H:%M:%SZ}: {found}")


def _forget(warehouse: Warehouse, instant: dt.datetime) -> None:
    by_load = [t for t, columns in own_tables().items() if t.startswith("raw.") and "_load_id" in columns]
    with warehouse.transaction() as connection:
        connection.execute("create temp table later as select load_id from raw.loads where known_at > ?", [instant])
        for table in by_load:
            forget_loads(connection, table, own_tables()[table], "select load_id from later")
        connection.execute("delete from raw.loads where load_id in (select load_id from later)")
        connection.execute("delete from ops.withdrawals where withdrawn_at > ?", [instant])
        for table in STATUS_TABLES.values():
            connection.execute(f"delete from {table} where recorded_at > ?", [instant])
        connection.execute("delete from ops.approvals where recorded_at > ?", [instant])
        connection.execute("delete from ops.nav_approval_events where recorded_at > ?", [instant])
        connection.execute("delete from ops.audit_trail where recorded_at > ?", [instant])
        connection.execute("delete from ops.trade_requests where asked_at > ?", [instant])
        connection.execute("delete from ops.quality_results where checked_at > ?", [instant])
        connection.execute("delete from ops.publications")
        # What was learned later may have restated the past under later versions: the events are derived again.
        for table in EVENT_TABLES:
            connection.execute(f"delete from {table}")
