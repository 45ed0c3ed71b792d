"""Takes the inbox into raw: one transaction per file, every outcome recorded. Reading files is ingestion's."""

from __future__ import annotations

import datetime as dt
import json
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.content import starts_like_workbook
from ingestion.contracts import WorkbookContract, load_contracts
from ingestion.extract import Extract, FileRejected, Finding, RejectedRow, RowCount, Scope, Severity, brief
from ingestion.feeds import Feed
from ingestion.inbox import InboxFile, Scan
from ingestion.read import FeedDefaults, read_file
from ingestion.reasons import advice_for
from orchestration import audit
from orchestration.audit import AuditEntry, Outcome
from orchestration.knowledge import keys_in_state, knowledge_of
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append, append_rows, whole

# A full load that drops more than this of what its predecessor stated is held. Source: input-contracts 1.1.
GUARD_ROWS = 5
GUARD_SHARE = 0.20


AUDITED = {
    "loaded": Outcome.DONE,
    "duplicate": Outcome.DONE,
    "held": Outcome.REFUSED,
    "rejected": Outcome.REFUSED,
}


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file of the inbox."""

    file_name: str
    outcome: str  # loaded, duplicate, rejected, held, waiting
    kind: str | None = None
    load_id: str | None = None
    reason_code: str | None = None
    message: str | None = None
    advice: str | None = None
    rows_staged: int = 0
    rows_quarantined: int = 0
    tables: tuple[str, ...] = ()


@dataclass(frozen=True)
class InboxOutcome:
    files: tuple[FileOutcome, ...]

    def of(self, outcome: str) -> list[FileOutcome]:
        return [file for file in self.files if file.outcome == outcome]


def unseen(warehouse: Warehouse, scan: Scan, code: str) -> list[InboxFile]:
    """Files whose content or sidecar is not the one last looked at under this name; refused ones again by newer code."""
    # Only the last look counts: an older content put back under its name is news, and its sender must hear of it.
    seen = {
        (name, sha, sidecar)
        for name, sha, sidecar, outcome, by in warehouse.rows(
            "select file_name, file_sha256, sidecar_sha256, outcome, code_fingerprint from ops.inbox_files "
            "qualify row_number() over (partition by file_name order by seen_at desc) = 1"
        )
        if outcome != "rejected" or by == code
    }
    return [file for file in scan.files if (file.name, file.sha256, file.sidecar_sha256) not in seen]


def load_inbox(
    warehouse: Warehouse,
    scan: Scan,
    *,
    settings: Settings,
    run_id: str,
    code: str,
    progress: Callable[[FileOutcome], None] = lambda outcome: None,
) -> InboxOutcome:
    """Load every unseen file of `scan`; a bad file never stops the others.

    Files are taken in the order they were sent, then workbooks before feeds, then by name: a predecessor is known before
    its successor, and what a workbook states before the prices and trades that refer to it.
    """
    outcomes = [
        FileOutcome(
            waiting.name,
            "waiting",
            reason_code="FILE_GROWING",
            message=waiting.message,
            advice=advice_for("FILE_GROWING"),
        )
        for waiting in scan.waiting
    ]
    arrived = sorted(
        unseen(warehouse, scan, code),
        key=lambda f: (str(f.sidecar.get("sent_at", "9999")), not starts_like_workbook(f.path), f.name),
    )
    # One connection for all: closing one writes a checkpoint, which costs more than reading a file.
    with warehouse.loading() as connection:
        for file in arrived:
            outcome = _load_file(connection, file, settings=settings, run_id=run_id, code=code)
            progress(outcome)
            outcomes.append(outcome)
    return InboxOutcome(tuple(outcomes))


def _load_file(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, *, settings: Settings, run_id: str, code: str
) -> FileOutcome:
    loaded_at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    load_id = f"{loaded_at:%Y%m%dT%H%M%S%f}-{file.sha256[:12]}"
    feed: Feed | None = None
    extract: Extract | None = None
    rejection: FileRejected | None = None
    try:
        feed, extract = read_file(
            file,
            loaded_at=loaded_at,
            defaults=FeedDefaults(organization_id=settings.organization_id),
            knowledge_of=lambda of: knowledge_of(connection, of),
        )
    except FileRejected as refused:
        rejection = refused
    except duckdb.Error:
        # The warehouse was asked while the file was read: its failure is none of the file's.
        raise
    except Exception as defect:  # noqa: BLE001  whatever is wrong with a reader, its file is told of and stops no other
        rejection = _reader_defect(file, defect)
    with whole(connection):
        if rejection is not None:
            outcome = _record_rejection(connection, file, rejection, load_id, loaded_at)
        else:
            assert feed is not None
            assert extract is not None
            outcome = _record_extract(connection, file, feed, extract, load_id, loaded_at)
        record = {
            "file_name": file.name,
            "file_sha256": file.sha256,
            "sidecar_sha256": file.sidecar_sha256,
            "outcome": outcome.outcome,
            "load_id": outcome.load_id,
            "reason_code": outcome.reason_code,
            "message": outcome.message,
            "code_fingerprint": code,
            "seen_at": loaded_at,
            "run_id": run_id,
        }
        append_rows(connection, "ops.inbox_files", [record])
        audit.record(connection, settings, [_audited(file, feed, outcome, run_id)])
    return outcome


def _audited(file: InboxFile, feed: Feed | None, outcome: FileOutcome, run_id: str) -> AuditEntry:
    """What became of a file, as the audit trail keeps it."""
    return AuditEntry(
        "LOAD",
        "file",
        file.name,
        source=audit.FEED,
        organization_id=feed.organization_id if feed else file.organization_id,
        outcome=AUDITED[outcome.outcome],
        changes={
            "load_id": (None, outcome.load_id),
            "sha256": (None, file.sha256),
            "rows_staged": (None, outcome.rows_staged),
            "rows_quarantined": (None, outcome.rows_quarantined),
        },
        reason=outcome.reason_code,
        correlation_id=run_id,
    )


def _reader_defect(file: InboxFile, defect: Exception) -> FileRejected:
    """The refusal of a file that its reader neither read nor refused: nothing of it is taken in, and newer code tries again."""
    at = traceback.extract_tb(defect.__traceback__)[-1]
    # Not what it says: that may quote a value that nobody is to see.
    found = f"{type(defect).__name__} in {Path(at.filename).name}, line {at.lineno}"
    return FileRejected(
        "READER_DEFECT", f"{file.name}: expected its reader to read or to refuse it, found {found} (READER_DEFECT)"
    )


def _load_row(
    file: InboxFile, feed: Feed | None, load_id: str, loaded_at: dt.datetime, **values: Any
) -> dict[str, Any]:
    known_at = feed.sent_at if feed is not None and feed.is_backload and feed.sent_at else loaded_at
    row: dict[str, Any] = {
        "load_id": load_id,
        "file_sha256": file.sha256,
        "organization_id": feed.organization_id if feed else file.organization_id,
        "organization_name": feed.organization_name if feed else None,
        "kind": feed.kind if feed else None,
        "feed_name": feed.feed_name if feed else None,
        "file_name": file.name,
        "as_of": feed.as_of if feed else None,
        "mode": feed.mode if feed else None,
        "sent_at": feed.sent_at if feed else None,
        "loaded_at": loaded_at,
        "known_at": known_at,
        "known_at_basis": "declared" if known_at is not loaded_at else "loaded",
        "contract_version": feed.contract_version if feed else None,
        "status": "loaded",
        "reason_code": None,
        "message": None,
        "advice": None,
        "cells_in_file": None,
    }
    return row | values


def _record_source_file(connection: duckdb.DuckDBPyConnection, file: InboxFile, loaded_at: dt.datetime) -> None:
    connection.execute(
        "insert into raw.source_files select ?, ?, 'present', ? "
        "where not exists (select 1 from raw.source_files where file_sha256 = ?)",
        [file.sha256, file.size, loaded_at, file.sha256],
    )


def _record_rejection(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    rejection: FileRejected,
    load_id: str,
    loaded_at: dt.datetime,
) -> FileOutcome:
    advice = rejection.advice or advice_for(rejection.code)
    row = _load_row(
        file,
        getattr(rejection, "feed", None),
        load_id,
        loaded_at,
        status="rejected",
        reason_code=rejection.code,
        message=rejection.message,
        advice=advice,
    )
    _record_source_file(connection, file, loaded_at)
    append_rows(connection, "raw.loads", [row])
    return FileOutcome(file.name, "rejected", row["kind"], load_id, rejection.code, rejection.message, advice)


def _record_extract(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    feed: Feed,
    extract: Extract,
    load_id: str,
    loaded_at: dt.datetime,
) -> FileOutcome:
    erased = connection.execute(
        "select 1 from raw.source_files where file_sha256 = ? and status = 'expunged'", [file.sha256]
    ).fetchone()
    if erased:
        message = f"{file.name}: this content was erased on request and is not taken in again (ERASED_CONTENT)"
        advice = advice_for("ERASED_CONTENT")
        refused = _load_row(file, feed, load_id, loaded_at, status="rejected", reason_code="ERASED_CONTENT")
        append_rows(connection, "raw.loads", [refused | {"message": message, "advice": advice}])
        return FileOutcome(file.name, "rejected", feed.kind, load_id, "ERASED_CONTENT", message, advice)
    known = _earlier_load(connection, file, feed)
    if known is not None:
        return known
    _record_source_file(connection, file, loaded_at)
    extract = _quarantine_contested(connection, file, feed, extract)
    guard = _mass_deletion(connection, file, feed, extract)
    status = "held" if guard and not feed.confirm_deletions else "loaded"
    row = _load_row(
        file,
        feed,
        load_id,
        loaded_at,
        status=status,
        reason_code="MASS_DELETION" if status == "held" else None,
        message=guard if status == "held" else None,
        advice=advice_for("MASS_DELETION") if status == "held" else None,
        cells_in_file=extract.cells_in_file if extract.cells.num_rows or extract.cells_in_file else None,
    )
    append_rows(connection, "raw.loads", [row])
    _write_extract(connection, file, feed, extract, load_id, loaded_at)
    return FileOutcome(
        file.name,
        status,
        feed.kind,
        load_id,
        row["reason_code"],
        row["message"],
        row["advice"],
        rows_staged=sum(table.num_rows for table in extract.tables.values()),
        rows_quarantined=sum(count.rows_quarantined for count in extract.row_counts),
        tables=tuple(name for name, table in extract.tables.items() if table.num_rows),
    )


def _earlier_load(connection: duckdb.DuckDBPyConnection, file: InboxFile, feed: Feed) -> FileOutcome | None:
    """The same bytes in the same feed are no new load; they are worth a warning when a newer state stands.

    Bytes that the mass-deletion guard holds are a new load once the sender confirms them.
    """
    found = connection.execute(
        "select load_id, as_of, status from raw.loads where file_sha256 = ? and organization_id = ? and kind = ? "
        "and feed_name = ? and (status = 'loaded' or status = 'held' and not ?) "
        "and load_id not in (select load_id from ops.withdrawals) order by load_id desc limit 1",
        [file.sha256, feed.organization_id, feed.kind, feed.feed_name, feed.confirm_deletions],
    ).fetchone()
    if found is None:
        return None
    newest = connection.execute(
        "select load_id from raw.loads where organization_id = ? and kind = ? and feed_name = ? and status = 'loaded' "
        "order by as_of desc, known_at desc, load_id desc limit 1",
        [feed.organization_id, feed.kind, feed.feed_name],
    ).fetchone()
    code = "DUPLICATE_CONTENT"
    message = (
        f"{file.name}: the same content was loaded before into this feed (load {found[0]}); nothing to do ({code})"
    )
    if found[2] == "held":
        message = (
            f"{file.name}: the same content is held already (load {found[0]}): it leaves out too much to be taken without "
            f"confirm_deletions; nothing changes ({code})"
        )
    elif newest is not None and newest[0] != found[0]:
        code = "OLD_FILE_RESENT"
        message = (
            f"{file.name}: this content was loaded before into this feed (load {found[0]}, as of {found[1]}) and is not "
            f"its newest state; nothing changes ({code})"
        )
    return FileOutcome(file.name, "duplicate", feed.kind, found[0], code, message, advice_for(code))


def _quarantine_contested(
    connection: duckdb.DuckDBPyConnection, file: InboxFile, feed: Feed, extract: Extract
) -> Extract:
    """Rows of an entity that another feed of the same organisation stated first are quarantined, table by table."""
    owned = load_contracts()[extract.kind].owned
    if owned is None or owned.table not in extract.tables or extract.tables[owned.table].num_rows == 0:
        return extract
    owners = dict(
        connection.execute(
            f"select t.{owned.field}, min_by(l.feed_name, l.load_id) from raw.{owned.table} t join raw.loads l "
            f"on l.load_id = t._load_id where l.organization_id = ? and l.kind = ? and l.status = 'loaded' "
            f"and l.load_id not in (select load_id from ops.withdrawals) group by 1",
            [feed.organization_id, feed.kind],
        ).fetchall()
    )
    stated = set(extract.tables[owned.table].column(owned.field).to_pylist())
    contested = sorted(key for key in stated if owners.get(key, feed.feed_name) != feed.feed_name)
    if not contested:
        return extract
    tables: dict[str, pa.Table] = {}
    rejected: list[RejectedRow] = list(extract.rejected)
    counts = list(extract.row_counts)
    for name, table in extract.tables.items():
        if owned.field not in table.column_names:
            tables[name] = table
            continue
        mask = pc.is_in(table.column(owned.field), value_set=pa.array(contested))
        tables[name] = table.filter(pc.invert(mask))
        for record in table.filter(mask).to_pylist():
            rejected.append(_contested_row(file, name, record, record[owned.field], owners, owned.entity_type))
        counts = _move_to_quarantine(counts, name, table.filter(mask))
    findings = [
        Finding(
            "OWNED_BY_OTHER_FEED",
            Severity.WARNING,
            Scope.FEED,
            f"{file.name}: {owned.entity_type} {key} belongs to feed '{owners[key]}', which stated it first; "
            f"its rows in this file are quarantined (OWNED_BY_OTHER_FEED)",
            advice=advice_for("OWNED_BY_OTHER_FEED"),
        )
        for key in contested
    ]
    return replace(
        extract,
        tables=tables,
        rejected=tuple(rejected),
        row_counts=tuple(counts),
        findings=(*extract.findings, *findings),
    )


def _contested_row(
    file: InboxFile, table: str, record: Mapping[str, Any], key: str, owners: Mapping[str, str], entity_type: str
) -> RejectedRow:
    where = f"'{record['_sheet']}' row {record['_row']}"
    return RejectedRow(
        table,
        record["_sheet"],
        record["_row"],
        None,
        "OWNED_BY_OTHER_FEED",
        f"{file.name}, {where}: {entity_type} {key} belongs to feed '{owners[key]}' (OWNED_BY_OTHER_FEED)",
        {name: str(value) for name, value in record.items() if value is not None and not name.startswith("_")},
    )


def _move_to_quarantine(counts: Sequence[RowCount], table_name: str, moved: pa.Table) -> list[RowCount]:
    """The counts after rows of one table went from staged to quarantined.

    Several blocks of a sheet may fill one table, so that rows are taken off its blocks in turn until all are placed.
    """
    left = Counter(moved.column("_sheet").to_pylist())
    after = []
    for count in counts:
        here = min(left[count.sheet], count.rows_staged) if count.table_name == table_name else 0
        left[count.sheet] -= here
        after.append(
            replace(count, rows_staged=count.rows_staged - here, rows_quarantined=count.rows_quarantined + here)
        )
    return after


def _mass_deletion(connection: duckdb.DuckDBPyConnection, file: InboxFile, feed: Feed, extract: Extract) -> str | None:
    """Why a full load looks like an accident, or None. Compared with the state it follows or, as a correction, replaces."""
    if feed.mode != "full":
        return None
    for table, key in _guarded(extract):
        before = keys_in_state(connection, feed, table, key, feed.as_of)
        stated = extract.tables[table]
        gone = before - set(zip(*(stated.column(column).to_pylist() for column in key), strict=True))
        if len(gone) > max(GUARD_ROWS, GUARD_SHARE * len(before)):
            example = ", ".join(str(part) for part in min(gone, key=str))
            return (
                f"{file.name}: {len(gone)} of {len(before)} keys of {table} that the state before it lists are "
                f"missing, for example {example!r}; at most {max(GUARD_ROWS, int(GUARD_SHARE * len(before)))} may "
                f"vanish at once (MASS_DELETION)"
            )
    return None


def _guarded(extract: Extract) -> list[tuple[str, tuple[str, ...]]]:
    """Tables and their keys that may not vanish in numbers; a sheet that is not there states nothing."""
    contract = load_contracts()[extract.kind]
    if isinstance(contract, WorkbookContract):
        return [(s.table, s.key) for s in contract.sheets if s.owns_table and s.table in extract.tables]
    return [(guarded.table, (guarded.field,)) for guarded in contract.guarded]


def _write_extract(
    connection: duckdb.DuckDBPyConnection,
    file: InboxFile,
    feed: Feed,
    extract: Extract,
    load_id: str,
    loaded_at: dt.datetime,
) -> None:
    constants = {
        "_load_id": load_id,
        "_file_sha256": file.sha256,
        "_loaded_at": loaded_at,
        "organization_id": feed.organization_id,
    }
    cells = extract.cells.rename_columns(["_sheet", "_row", "_column", "cell_type", "number_value", "text_value"])
    append(connection, "raw.cells", cells, constants)
    for name, table in extract.tables.items():
        append(connection, f"raw.{name}", table, constants)
    append(connection, "raw.field_locations", extract.locations.rename_columns(_renamed(extract.locations)), constants)
    append(connection, "raw.findings", _records([_finding(f) for f in extract.findings]), constants)
    append(connection, "raw.rejected_rows", _records([_rejected(r) for r in extract.rejected]), constants)
    append(connection, "raw.row_counts", _records([_row_count(c) for c in extract.row_counts]), constants)


def _renamed(table: pa.Table) -> list[str]:
    return ["_sheet" if name == "sheet" else name for name in table.column_names]


def _records(records: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([dict(r) for r in records]) if records else pa.table({})


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "_sheet": finding.sheet,
        "_row": finding.row,
        "_column": finding.column,
        "code": finding.code,
        "severity": str(finding.severity),
        "scope": str(finding.scope),
        "entity_type": finding.entity_type,
        "entity_id": finding.entity_id,
        "expected": finding.expected,
        "found": finding.found,
        "message": brief(finding.message),
        "advice": finding.advice,
    }


def _rejected(row: RejectedRow) -> dict[str, Any]:
    return {
        "_sheet": row.sheet,
        "_row": row.row,
        "_column": row.column,
        "table_name": row.table_name,
        "reason_code": row.reason_code,
        "message": brief(row.message),
        "payload": json.dumps(dict(row.payload), ensure_ascii=False, sort_keys=True),
    }


def _row_count(count: RowCount) -> dict[str, Any]:
    return {
        "_sheet": count.sheet,
        "block": count.block,
        "table_name": count.table_name,
        "rows_in_range": count.rows_in_range,
        "rows_staged": count.rows_staged,
        "rows_quarantined": count.rows_quarantined,
        "rows_comment": count.rows_comment,
        "rows_blank": count.rows_blank,
    }
