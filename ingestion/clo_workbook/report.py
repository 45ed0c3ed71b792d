"""Collects what a reader has to say about one workbook: findings, quarantined rows, counts, places. Reading does not belong here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from ingestion.cells import NoValue
from ingestion.clo_workbook.labels import plain
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.clo_workbook.values import Remark, read_text
from ingestion.extract import LOCATIONS_SCHEMA, Finding, RejectedRow, RowCount, Scope, Severity
from ingestion.sheet_xml import column_letters

# One finding a cell up to here; further cells of the same column and code are named together.
SINGLE_FINDINGS = 5
NAMED_CELLS = 10
_FILE_PATH = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\|/(?:home|users|mnt|var|tmp)/|file:)", re.IGNORECASE)

ADVICE = {
    "MISSING_VALUE": "Fill the cell in the workbook and send it again.",
    "BAD_TYPE": "Correct the cell; text such as 'n/a' stands for no value only where a value is optional.",
    "BAD_DATE": "Write the day as a date cell or as YYYY-MM-DD.",
    "OUT_OF_RANGE": "Check the cell's scale: rates are fractions (0.0375, not 3.75).",
    "CELL_ERROR": "Repair the formula behind the cell, recalculate and save.",
    "FORMULA_NO_VALUE": "Open the workbook in a spreadsheet program, let it recalculate, save, and send it again.",
    "SUSPECT_SCALE": "The value is taken as it stands; correct it if it is a slip of scale.",
    "DUPLICATE_KEY": "Keep one of the rows; none of them is used as long as they contradict each other.",
    "BAD_ENUM": "Use one of the values of the list.",
}
NOTES = {
    "TEXT_AS_NUMBER": "text read as a number",
    "TEXT_AS_DATE": "text read as a day",
    "SERIAL_AS_DATE": "a number read as a day",
    "ZERO_AS_NO_DATE": "0 read as no day",
    "ZERO_AS_NULL": "0 read as no value",
    "ID_IN_LOWER_CASE": "an id read in upper case",
    "SUSPECT_SCALE": "a value kept whose scale is suspect",
    "NOT_NUMERIC_AS_ZERO": "a cell that is no number read as 0",
}
_NOTE_SEVERITY = {"SUSPECT_SCALE": Severity.WARNING}


def address(row: int, column: int) -> str:
    """A cell's address from 1-based numbers: (18, 4) is D18."""
    return f"{column_letters(column)}{row}"


def withheld(text: str) -> str:
    """The text, unless it is an absolute path: those name people and machines and stay in the cells alone."""
    return "(a file path, withheld)" if _FILE_PATH.match(text.strip()) else text


def shown(value: Any) -> str:
    """A cell's value as messages quote it; absolute paths are withheld."""
    if isinstance(value, NoValue):
        return "a formula without a value"
    text = read_text(value).value if not isinstance(value, str) else value.strip()
    if not text:
        return "nothing"
    if withheld(text) != text:
        return withheld(text)
    return f"'{text}'" if len(text) <= 80 else f"'{text[:77]}...'"


@dataclass
class Report:
    """Everything said about one file so far. Rows and columns are 1-based."""

    file: str
    findings: list[Finding] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    counts: list[RowCount] = field(default_factory=list)
    _places: list[tuple[str, str, str, str, int]] = field(default_factory=list)

    def find(
        self,
        code: str,
        severity: Severity,
        text: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: int | None = None,
        scope: Scope = Scope.ROW,
        expected: str | None = None,
        found: str | None = None,
        advice: str | None = None,
        deal: str | None = None,
    ) -> None:
        """One finding; `text` follows the file and the place. A `deal` makes it one of entity scope."""
        self.findings.append(
            Finding(
                code,
                severity,
                Scope.ENTITY if deal and severity is Severity.CRITICAL else scope,
                f"{self.where(sheet, row, column)}: {text} ({code})",
                sheet=sheet,
                row=row,
                column=column_letters(column) if column else None,
                expected=expected,
                found=found,
                advice=advice or ADVICE.get(code),
                entity_type="deal" if deal else None,
                entity_id=deal,
            )
        )

    def where(self, sheet: str | None, row: int | None, column: int | None) -> str:
        if sheet is None:
            return self.file
        if row is None:
            return f"{self.file}, '{sheet}'" + (f" column {column_letters(column)}" if column else "")
        return f"{self.file}, '{sheet}'!{address(row, column or 1)}"

    def column(
        self,
        sheet: str,
        spec: FieldSpec,
        remarks: Sequence[Remark],
        cells: Sequence[tuple[int, int]],
        *,
        is_note: bool,
        deal: str | None = None,
    ) -> None:
        """Problems or notes of one field; `cells` gives the (row, column) that a remark's place stands for."""
        by_code: dict[str, list[Remark]] = defaultdict(list)
        for remark in remarks:
            by_code[remark.code].append(remark)
        for code, group in by_code.items():
            singles = 1 if is_note else SINGLE_FINDINGS
            rest = group[singles:]
            for number, remark in enumerate(group[:singles], start=1):
                more = _further([cells[r.place] for r in rest]) if number == singles else ""
                row, column = cells[remark.place]
                found = shown(remark.found)
                text = f"{plain(spec.name)} must be {spec.must_be()}, found {found}"
                if is_note:
                    text = f"{plain(spec.name)}: {NOTES[code]}, found {found}"
                self.find(
                    code,
                    _NOTE_SEVERITY.get(code, Severity.INFO) if is_note else Severity.WARNING,
                    text + more,
                    sheet=sheet,
                    row=row,
                    column=column,
                    expected=spec.must_be(),
                    found=found,
                    deal=deal,
                )

    def reject(
        self, table: str, sheet: str, row: int, column: int | None, code: str, text: str, payload: Mapping[str, str]
    ) -> None:
        """One breach of a quarantined row; a row with several breaches is rejected once for each."""
        message = f"{self.where(sheet, row, column)}: {text} ({code})"
        letters = column_letters(column) if column else None
        self.rejected.append(RejectedRow(table, sheet, row, letters, code, message, payload))

    def place(self, table: str, sheet: str, name: str, axis: str, position: int) -> None:
        """Where a field of a table stands on a sheet."""
        self._places.append((table, sheet, name, axis, position))

    def locations(self) -> pa.Table:
        columns = list(zip(*dict.fromkeys(self._places), strict=True)) or [[] for _ in LOCATIONS_SCHEMA]
        return pa.table(
            [pa.array(values, type_.type) for values, type_ in zip(columns, LOCATIONS_SCHEMA, strict=True)],
            schema=LOCATIONS_SCHEMA,
        )


def _further(cells: Sequence[tuple[int, int]]) -> str:
    if not cells:
        return ""
    named = ", ".join(address(row, column) for row, column in cells[:NAMED_CELLS])
    return f"; and {len(cells)} more: {named}{' ...' if len(cells) > NAMED_CELLS else ''}"


def payload(values: Sequence[Any], first_column: int) -> dict[str, str]:
    """A quarantined row as it stood: column letters -> text; empty cells are left out, absolute paths withheld."""
    row = {}
    for column, value in enumerate(values, start=first_column):
        text = value if isinstance(value, str) else "" if isinstance(value, NoValue) else read_text(value).value or ""
        if text:
            row[column_letters(column)] = withheld(text)
    return row
