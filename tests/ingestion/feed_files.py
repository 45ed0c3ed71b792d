"""Feed files as text or sheets, read with a register of what other kinds have stated. Expectations do not belong here."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.extract import Extract
from ingestion.feeds import Feed
from ingestion.inbox import scan
from ingestion.read import FeedDefaults, read_file
from ingestion.references import Knowledge
from ingestion.units import Register

LOADED_AT = dt.datetime(2026, 3, 2, 12, 0)


def read_feed(
    folder: Path,
    content: str | bytes,
    registers: Mapping[str, Register],
    *,
    place: str = "f.dat",
    sidecar: str | None = None,
) -> tuple[Feed, Extract]:
    """The feed and the extract of one file, put at `place` below the inbox `folder`."""
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    if sidecar is not None:
        path.with_name(f"{path.name}.feed.yaml").write_text(sidecar)
    (file,) = scan(folder, settle_seconds=0, now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).files
    return read_file(
        file, loaded_at=LOADED_AT, defaults=FeedDefaults(), knowledge_of=lambda _: Knowledge(registers=registers)
    )


def rows(extract: Extract) -> list[dict[str, Any]]:
    (table,) = extract.tables.values()
    return table.to_pylist()


def breaches(extract: Extract) -> list[tuple[int, str | None, str]]:
    """(row, column letters, code) of every quarantined row, by row and column."""
    return sorted((b.row, b.column, b.reason_code) for b in extract.rejected)


def notes(extract: Extract) -> list[str]:
    return [finding.code for finding in extract.findings]


def workbook(sheet: str, table: Sequence[Sequence[object]]) -> bytes:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in table:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
