"""Sorts the rows of one block into staged, quarantined, comment and blank, and counts them. Typing cells is for lists.

Source: input-contracts 1.2, 1.4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ingestion.cells import CellError
from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.labels import plain
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.clo_workbook.report import Report, address, payload, shown
from ingestion.clo_workbook.values import is_blank
from ingestion.extract import RowCount, Scope, Severity


class RowSorter:
    """Sorts the rows of one block and keeps the count of each kind."""

    def __init__(
        self,
        grid: Grid,
        first: int,
        last: int,
        used: Sequence[int],
        columns: Mapping[str, int],
        table: str,
        report: Report,
    ) -> None:
        self.grid, self.first, self.last, self.used = grid, first, last, list(used)
        self.columns, self.table, self.report = columns, table, report
        self.quarantined: set[int] = set()
        self.comments = 0
        self.blanks = 0

    def content_rows(self) -> list[int]:
        """Rows that are neither blank nor comments; rows after a gap are read and reported."""
        kept: list[int] = []
        gap_at: int | None = None
        after_gap = 0
        for row in range(self.first, self.last + 1):
            cells = [self.grid.at(row, column) for column in self.used]
            filled = [cell for cell in cells if not is_blank(cell)]
            if not filled:
                self.blanks += 1
                gap_at = row if gap_at is None else gap_at
            elif isinstance(filled[0], str) and _is_comment(filled[0]):
                self.comments += 1
            else:
                kept.append(row)
                after_gap += gap_at is not None
        if after_gap and gap_at is not None:
            self.report.find(
                "ROWS_AFTER_GAP",
                Severity.WARNING,
                f"expected rows without a gap, found {after_gap} rows after the blank row {gap_at + 1}; they are read",
                sheet=self.grid.sheet,
                row=gap_at + 1,
                column=self.used[0] + 1,
                scope=Scope.FEED,
                advice="Remove the blank row, or the rows below it if they are left-overs.",
            )
        return kept

    def quarantine(self, row: int, spec: FieldSpec, code: str) -> None:
        column = self.columns[spec.name]
        cell = self.grid.at(row, column)
        self.reject(row, column, code, f"{plain(spec.name)} must be {spec.must_be()}, found {shown(cell)}")

    def reject(self, row: int, column: int | None, code: str, text: str) -> None:
        self.quarantined.add(row)
        cells = [self.grid.at(row, c) for c in range(self.used[0], self.used[-1] + 1)]
        self.report.reject(
            self.table,
            self.grid.sheet,
            row + 1,
            None if column is None else column + 1,
            code,
            text,
            payload(cells, self.used[0] + 1),
        )

    def quarantine_duplicates(
        self, kept: Sequence[int], values: Mapping[str, Sequence[Any]], key: Sequence[str]
    ) -> frozenset[int]:
        """Identical duplicates: the first stays. Rows that share a key and differ: none stays.

        Returns the 1-based rows of identical copies.
        """
        if not key:
            return frozenset()
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for index, row in enumerate(kept):
            if row not in self.quarantined:
                groups[tuple(_folded(values[name][index]) for name in key)].append(index)
        copies = set()
        for group_key, indices in groups.items():
            if len(indices) < 2:
                continue
            # The key itself compares ignoring case, everything else as it stands.
            others = [column for name, column in values.items() if name not in key]
            same = all(column[index] == column[indices[0]] for column in others for index in indices[1:])
            rows = [kept[index] for index in indices]
            column = self.columns[key[0]]
            cells = ", ".join(address(row + 1, column + 1) for row in rows)
            shown_key = " ".join(str(part) for part in group_key)
            what = " and ".join(plain(name) for name in key)
            for row in rows[1:] if same else rows:
                code = "DUPLICATE_ROW" if same else "DUPLICATE_KEY"
                self.reject(row, column, code, f"{what} must stand once, found '{shown_key}' in {cells}")
            if same:
                copies |= {row + 1 for row in rows[1:]}
        return frozenset(copies)

    def count(self, block: str, staged: int) -> None:
        self.report.counts.append(
            RowCount(
                sheet=self.grid.sheet,
                block=block,
                table_name=self.table,
                rows_in_range=self.last - self.first + 1,
                rows_staged=staged,
                rows_quarantined=len(self.quarantined),
                rows_comment=self.comments,
                rows_blank=self.blanks,
            )
        )


def _is_comment(text: str) -> bool:
    # An error value begins with # too and is not a remark.
    return not isinstance(text, CellError) and text.lstrip().startswith("#") and not _looks_like_error(text)


def _looks_like_error(text: str) -> bool:
    errors = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!")
    return text.strip().upper().startswith(errors)


def _folded(value: Any) -> Any:
    """Keys compare ignoring case."""
    return value.casefold() if isinstance(value, str) else value
