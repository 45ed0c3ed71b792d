"""Compares loads with their files and counts, and records both, appended and never changed. Judging them is the marts'."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.content import starts_like_workbook
from ingestion.contracts import raw_tables
from orchestration.clock import utc_now
from orchestration.errors import WrongRequest
from orchestration.reconciliation.cells import Compared, UnreadBySecond, compare_workbook
from orchestration.reconciliation.delimited import compare_delimited
from orchestration.reconciliation.records import count_records
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows

CELLS, RECORDS = "ops.cell_fidelity", "ops.record_fidelity"
# What a run compares by itself: a workbook costs about a second per 100,000 cells. Larger files wait for the command.
CELLS_IN_A_RUN = 500_000
BYTES_IN_A_RUN = 1_000_000


class UnknownLoad(WrongRequest):
    """No load has this identifier, and no load came from a file of this name."""


@dataclass(frozen=True)
class Load:
    """What of a load its comparison needs."""

    load_id: str
    organization_id: str
    file_name: str
    file_sha256: str
    cells_in_file: int | None


def loads_named(warehouse: Warehouse, name: str | None) -> list[Load]:
    """The load of this identifier, the loads of the file of this name, or all for none. Raises `UnknownLoad`."""
    rows = warehouse.rows(
        "select load_id, organization_id, file_name, file_sha256, cells_in_file from raw.loads "
        "where status in ('loaded', 'held') and (?1 is null or load_id = ?1 or file_name = ?1 "
        "or file_name like '%/' || replace(?1, '%', '')) order by load_id",
        [name],
    )
    if name is not None and not rows:
        raise UnknownLoad(
            f"expected a load or a file of the inbox, found {name!r}: raw.loads and `weir status` name the loads"
        )
    return [Load(*row) for row in rows]


def compare_new(warehouse: Warehouse, settings: Settings, load_ids: Sequence[str]) -> None:
    """Compare the loads of a run, cells where that is cheap; the rest stays to be compared on request."""
    chosen = [load for load in loads_named(warehouse, None) if load.load_id in set(load_ids)]
    compare(warehouse, settings, chosen, is_in_run=True)


def compare(warehouse: Warehouse, settings: Settings, loads: Sequence[Load], *, is_in_run: bool = False) -> None:
    """Compare cells and count records of `loads`, and append what was found."""
    for load in loads:
        now = utc_now()
        with warehouse.transaction() as connection:
            if not is_in_run or _is_cheap(settings, load):
                cells = _compared(connection, settings, load)
                append_rows(connection, CELLS, [_cell_row(load, each) | {"compared_at": now} for each in cells])
            counted = [
                {
                    "load_id": load.load_id,
                    "organization_id": load.organization_id,
                    "item": each.item,
                    "expected": each.expected,
                    "found": each.found,
                    "reason": each.reason,
                    "recorded_at": now,
                }
                for each in count_records(connection, [load.load_id])
            ]
            append_rows(connection, RECORDS, counted)


def _is_cheap(settings: Settings, load: Load) -> bool:
    if load.cells_in_file is not None:
        return load.cells_in_file <= CELLS_IN_A_RUN
    path = settings.inbox_path / load.file_name
    return path.exists() and path.stat().st_size <= BYTES_IN_A_RUN


def _compared(connection: duckdb.DuckDBPyConnection, settings: Settings, load: Load) -> list[Compared | str]:
    """What came of each sheet, or the one reason why nothing can be compared."""
    path = settings.inbox_path / load.file_name
    if not path.is_file():
        return [f"{load.file_name} is no longer in the inbox"]
    if hashlib.sha256(path.read_bytes()).hexdigest() != load.file_sha256:
        return [f"{load.file_name} in the inbox has other content than what was loaded"]
    erased = connection.execute("select 1 from raw.tombstones where load_id = ?", [load.load_id]).fetchone()
    if erased is not None:
        return ["rows of this load were deleted under a logged decision"]
    if load.cells_in_file is not None and starts_like_workbook(path):
        try:
            return [*compare_workbook(connection, load.load_id, path)]
        except UnreadBySecond as unread:
            return [str(unread)]
    return [_compared_text(connection, load, path)]


def _compared_text(connection: duckdb.DuckDBPyConnection, load: Load, path: Path) -> Compared | str:
    without_cells = "raw keeps typed rows of this file, not its cells, and none of its columns is named as a field"
    tables = connection.execute(
        "select distinct table_name from raw.row_counts where _load_id = ? order by 1", [load.load_id]
    ).fetchall()
    head = path.read_bytes()[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[:1] in (b"{", b"[", b"<"):
        return f"raw keeps typed rows of {'an XML' if head[:1] == b'<' else 'a JSON'} file, not its cells"
    try:
        found = compare_delimited(
            connection, load.load_id, path, load.file_name, [name for (name,) in tables if name in raw_tables()]
        )
    except UnicodeDecodeError:
        return "the file is not UTF-8, and the second reader knows no other encoding"
    except (csv.Error, ArithmeticError) as error:  # a field beyond the reader's limit, a number beyond any
        return f"the second reader cannot read the file ({type(error).__name__})"
    return found or without_cells


def _cell_row(load: Load, found: Compared | str) -> dict[str, Any]:
    row: dict[str, Any] = {"load_id": load.load_id, "organization_id": load.organization_id}
    if isinstance(found, str):
        nothing = dict.fromkeys(("cells_in_file", "cells_in_raw", "cells_equal", "cells_different"))
        return row | {"sheet": None} | nothing | {"first_differences": None, "reason": found}
    return row | {
        "sheet": found.sheet,
        "cells_in_file": found.cells_in_file,
        "cells_in_raw": found.cells_in_raw,
        "cells_equal": found.cells_equal,
        "cells_different": found.cells_different,
        "first_differences": json.dumps(found.differences, ensure_ascii=False) if found.differences else None,
        "reason": "; ".join(found.differences) or found.note,
    }
