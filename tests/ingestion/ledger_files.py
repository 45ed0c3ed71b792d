"""Ledger files in an inbox, read as a run reads them, for tests. What they must yield does not belong here."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract, FileRejected, Scope
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file

SAVED = Path(__file__).parents[3] / "shared" / "data" / "gl"
SIDECAR = "entity: Hazel Fund II LP\ncurrency: USD\n"


def read_ledger(folder: Path, content: bytes | str, name: str = "gl.csv", sidecar: str = SIDECAR) -> Extract:
    """The extract of one file with its sidecar; every row of it is accounted for, block by block and table by table."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    if sidecar:
        (folder / f"{name}.feed.yaml").write_text(sidecar)
    (file,) = (f for f in scan(folder, settle_seconds=0, now=_later()).files if f.name == name)
    _, extract = read_file(file, loaded_at=dt.datetime(2026, 3, 2), defaults=FeedDefaults())
    for count in extract.row_counts:
        gone = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == gone, count
    for table, stored in extract.tables.items():
        assert stored.num_rows == sum(c.rows_staged for c in extract.row_counts if c.table_name == table), table
    return extract


def refusal(folder: Path, content: bytes | str, name: str = "gl.csv", sidecar: str = SIDECAR) -> FileRejected:
    with pytest.raises(FileRejected) as caught:
        read_ledger(folder, content, name, sidecar)
    assert caught.value.message.endswith(f"({caught.value.code})")
    return caught.value


def rows(extract: Extract, table: str = "gl_entries") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return found


def signed(row: dict[str, Any]) -> Decimal:
    """Debit positive; a row has exactly one side, and no negative one."""
    assert (row["debit"] is None) != (row["credit"] is None), row
    side = row["debit"] if row["debit"] is not None else row["credit"]
    assert side >= 0
    return Decimal(side if row["debit"] is not None else -side)


def reasons(extract: Extract) -> list[tuple[int, str]]:
    """(line, code) of what is quarantined."""
    return [(row.row, row.reason_code) for row in extract.rejected]


def holds(extract: Extract) -> list[str]:
    """Messages of the findings that hold the ledger."""
    return [f.message for f in extract.findings if f.scope == Scope.ENTITY and f.entity_type == "ledger_entity"]


def saved(name: str) -> bytes:
    path = SAVED / name
    if not path.exists():
        pytest.skip(f"the saved sample {name} is not here")
    return path.read_bytes()


def _later() -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
