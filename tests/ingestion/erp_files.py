"""Ledger files put into an inbox and read as a run reads them, for tests. What they must hold stands in the tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from ingestion.extract import Extract, FileRejected
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file

SAVED = Path(__file__).parents[3] / "shared" / "data" / "gl"


def read_bytes(folder: Path, data: bytes, sidecar: str = "") -> Extract:
    """The extract of `data` as the one file of `folder`, with its sidecar if one is given."""
    (folder / "gl.csv").write_bytes(data)
    if sidecar:
        (folder / "gl.csv.feed.yaml").write_text(sidecar)
    (file,) = scan(folder, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
    return read_file(file, loaded_at=dt.datetime(2026, 3, 2), defaults=FeedDefaults())[1]


def refusal(folder: Path, data: bytes, code: str, sidecar: str = "") -> str:
    """The message with which `data` is refused for `code`."""
    with pytest.raises(FileRejected) as caught:
        read_bytes(folder, data, sidecar)
    assert caught.value.code == code, caught.value.message
    assert caught.value.message.endswith(f"({code})")
    return caught.value.message


def saved(name: str) -> bytes:
    """A saved file of another house's ledger; the test is skipped where it is not there."""
    if not (SAVED / name).is_file():
        pytest.skip(f"the saved ledger file {name} is not on this machine")
    return (SAVED / name).read_bytes()


def rows(extract: Extract, table: str = "gl_entries") -> list[dict[str, Any]]:
    """The records of a raw table."""
    records: list[dict[str, Any]] = extract.tables[table].to_pylist()
    return records


def holds(extract: Extract) -> list[tuple[str | None, str | None]]:
    """(entity, imbalance) of every hold."""
    return [(f.entity_id, f.found) for f in extract.findings if f.severity == "critical" and f.scope == "entity"]


def assert_every_line_is_accounted_for(extract: Extract, in_range: int) -> None:
    """Lines in range are staged, quarantined, comments or blank, and the staged ones are in the tables."""
    counts = [count for count in extract.row_counts if count.block == "lines"]
    assert sum(count.rows_in_range for count in counts) == in_range
    for count in counts:
        parts = count.rows_staged + count.rows_quarantined + count.rows_comment + count.rows_blank
        assert count.rows_in_range == parts
        assert extract.tables[count.table_name].num_rows == count.rows_staged
