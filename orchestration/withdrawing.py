"""Withdraws a load of a feed: one row is appended, the load's own rows stay. Recomputing what it touched is an ordinary run's.

Source: input-contracts 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from orchestration import audit
from orchestration.audit import AuditEntry
from orchestration.clock import utc_now
from orchestration.errors import WrongRequest
from orchestration.sealed_log import writing
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse


class NotWithdrawable(WrongRequest):
    """There is no such load in force; the message says what there is."""


@dataclass(frozen=True)
class Withdrawn:
    load_id: str
    file_name: str
    rows: int
    then: str  # what the feed states from now on


def withdraw(warehouse: Warehouse, settings: Settings, load_or_file: str, reason: str) -> Withdrawn:
    """Withdraw a load, or the newest one in force of a file of the inbox, and write it to the audit trail in one transaction.

    Raises NotWithdrawable.
    """
    if not reason.strip():
        raise NotWithdrawable("expected a reason, found none")
    actor = audit.command_actor(settings)
    with writing(warehouse) as connection:
        load_id = _load_named(connection, load_or_file)
        found = connection.execute(
            "select l.organization_id, l.kind, l.feed_name, l.file_name, l.status, w.withdrawn_at, "
            "(select coalesce(sum(rows_staged), 0) from raw.row_counts where _load_id = l.load_id) "
            "from raw.loads as l left join ops.withdrawals as w using (load_id) where l.load_id = ?",
            [load_id],
        ).fetchall()
        ((organization_id, kind, feed_name, file_name, status, withdrawn_at, rows),) = found
        if withdrawn_at is not None:
            raise NotWithdrawable(f"load {load_id} was withdrawn at {withdrawn_at:%Y-%m-%dT%H:%M:%SZ} already")
        if status != "loaded":
            raise NotWithdrawable(f"load {load_id} ({file_name}) was {status}: it states nothing")
        now = utc_now()
        connection.execute("insert into ops.withdrawals values (?, ?, ?, ?)", [load_id, now, actor, reason])
        left = connection.execute(
            "select load_id, as_of from raw.loads where organization_id = ? and kind = ? and feed_name = ? "
            "and status = 'loaded' and load_id not in (select load_id from ops.withdrawals) "
            "order by as_of desc, known_at desc, load_id desc limit 1",
            [organization_id, kind, feed_name],
        ).fetchall()
        then = f"its feed is as load {left[0][0]} left it" if left else "its feed states nothing any more"
        entry = AuditEntry(
            "WITHDRAW",
            "load",
            load_id,
            actor=actor,
            source=audit.COMMAND_LINE,
            organization_id=organization_id,
            changes={"status": ("loaded", "withdrawn"), "newest_load": (load_id, left[0][0] if left else None)},
            reason=reason,
            correlation_id=load_id,
        )
        audit.record(connection, settings, [entry])
    return Withdrawn(load_id, file_name, rows, then)


def _load_named(connection: duckdb.DuckDBPyConnection, load_or_file: str) -> str:
    """The load of this identifier, or the newest in force of the one file that is called so."""
    if connection.execute("select 1 from raw.loads where load_id = ?", [load_or_file]).fetchone():
        return load_or_file
    of_files = connection.execute(
        "select file_name, max(load_id) from raw.loads where status = 'loaded' "
        "and load_id not in (select load_id from ops.withdrawals) "
        "and (file_name = ?1 or suffix(file_name, '/' || ?1)) group by 1 order by 1",
        [load_or_file],
    ).fetchall()
    if len(of_files) > 1:
        names = ", ".join(name for name, _ in of_files)
        raise NotWithdrawable(f"several files are called {load_or_file}: {names}; name one with its folder")
    if of_files:
        return str(of_files[0][1])
    newest = connection.execute(
        "select load_id, file_name from raw.loads where status = 'loaded' order by load_id desc limit 5"
    ).fetchall()
    known = "; ".join(f"{load} ({name})" for load, name in newest) or "none"
    raise NotWithdrawable(f"there is no load and no file in force called {load_or_file}; the newest are: {known}")
