"""What reading one file yields: cells, typed tables, findings, quarantined rows, counts. Reading itself does not belong here.

A reader either returns an `Extract` or raises `FileRejected`; nothing else leaves it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

SHOWN_IN_MESSAGES = 1_200  # characters; a name of a file may be 255 bytes, a list of sheets thousands

CELLS_SCHEMA = pa.schema(
    [
        ("sheet", pa.string()),
        ("row", pa.int32()),  # 1-based
        ("column", pa.int32()),  # 1-based
        ("cell_type", pa.string()),  # number, text, boolean, date, datetime, time, duration, error
        ("number_value", pa.float64()),  # numbers and booleans
        ("text_value", pa.string()),  # text and errors as they stand; dates and times in ISO form
    ]
)

LOCATIONS_SCHEMA = pa.schema(
    [
        ("table_name", pa.string()),
        ("sheet", pa.string()),
        ("field", pa.string()),
        ("axis", pa.string()),  # column: cell is (_row, position); row: cell is (position, _column)
        ("position", pa.int32()),  # 1-based
    ]
)


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Scope(StrEnum):
    RUN = "run"
    FEED = "feed"
    ENTITY = "entity"
    ROW = "row"


@dataclass(frozen=True)
class Finding:
    """Something the reader noticed and a person should know; the data it speaks of is kept.

    `message` follows `file, 'Sheet'!E14: expected ..., found ... (CODE)`; `advice` says what to do about it.
    A critical finding of entity scope holds that entity at its last good version.
    """

    code: str
    severity: Severity
    scope: Scope
    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None  # letters
    expected: str | None = None
    found: str | None = None
    advice: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None


@dataclass(frozen=True)
class RejectedRow:
    """A quarantined row: one line per breach, with the whole row as it stood (`payload`: column letters -> text)."""

    table_name: str
    sheet: str
    row: int
    column: str | None
    reason_code: str
    message: str
    payload: Mapping[str, str]


@dataclass(frozen=True)
class RowCount:
    """Where the rows of one block went: in range = staged + quarantined + comment + blank, checked after loading.

    `rows_in_range` is counted on the source range, never derived from the other four.
    """

    sheet: str
    block: str
    table_name: str
    rows_in_range: int
    rows_staged: int
    rows_quarantined: int
    rows_comment: int
    rows_blank: int


@dataclass(frozen=True)
class Extract:
    """All that one file says. `tables` holds one Arrow table per raw table, with the contract's columns and
    `_sheet` (text), `_row` (int, 1-based), `_column` (int, 1-based or null)."""

    kind: str
    as_of: dt.date | None
    tables: Mapping[str, pa.Table]
    cells: pa.Table = field(default_factory=lambda: CELLS_SCHEMA.empty_table())
    cells_in_file: int = 0  # counted on the sheets' XML, independently of `cells`
    locations: pa.Table = field(default_factory=lambda: LOCATIONS_SCHEMA.empty_table())
    findings: tuple[Finding, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    row_counts: tuple[RowCount, ...] = ()


def brief(message: str) -> str:
    """A message as a person can read it: of what a file quotes into it, the middle is left out beyond 1,200 characters."""
    return message if len(message) <= SHOWN_IN_MESSAGES else f"{message[:800]} ... {message[-300:]}"


class FileRejected(Exception):
    """The whole file is refused. `code` is a reason code of the contracts; `advice` says what to do."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        self.code = code
        self.message = brief(message)
        super().__init__(self.message)
        self.advice = advice
