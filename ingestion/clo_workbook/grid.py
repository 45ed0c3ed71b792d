"""One sheet as a grid that starts at A1, with the defined names that point into it. Blocks do not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.clo_workbook.report import Report
from ingestion.extract import Scope, Severity
from ingestion.workbook import Workbook
from ingestion.workbook_parts import Area


@dataclass(frozen=True)
class Grid:
    """Rows and columns are 0-based; outside the sheet's cells everything is ''. `filled` (rows, columns)."""

    sheet: str
    rows: list[list[Any]]
    filled: npt.NDArray[np.bool_]
    date_system: int

    @classmethod
    def of(cls, workbook: Workbook, sheet: str) -> Grid:
        return cls(sheet, workbook.rows(sheet), workbook.filled(sheet), workbook.date_system)

    @property
    def height(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def at(self, row: int, column: int) -> Any:
        if 0 <= row < self.height and 0 <= column < self.width:
            return self.rows[row][column]
        return ""

    def column(self, column: int, first: int, last: int) -> list[Any]:
        """Cells of one column, rows `first` to `last` included."""
        if not 0 <= column < self.width:
            return [""] * max(last - first + 1, 0)
        cells = [row[column] for row in self.rows[first : last + 1]]
        return cells + [""] * (last - first + 1 - len(cells))

    def last_filled_row(self, first: int, columns: Sequence[int]) -> int:
        """Last row from `first` on that holds anything in the columns; `first - 1` when none does."""
        inside = [column for column in columns if 0 <= column < self.width]
        if not inside or first >= self.height:
            return first - 1
        rows = np.flatnonzero(self.filled[first:, inside].any(axis=1))
        return first + int(rows[-1]) if len(rows) else first - 1


class Names:
    """The workbook's defined names, dangling ones reported once and left out."""

    def __init__(self, workbook: Workbook, report: Report) -> None:
        self._areas: dict[tuple[str | None, str], Area] = {}
        for name in workbook.defined_names:
            if name.is_dangling:
                report.find(
                    "DANGLING_NAME",
                    Severity.INFO,
                    f"defined name {name.name} must point to cells, found '{name.refers_to}'; titles are used instead",
                    sheet=name.scope,
                    scope=Scope.FEED,
                    advice="Delete the name or point it to its block again.",
                )
            elif name.area is not None:
                self._areas[(name.scope, name.name.lower())] = name.area

    def on_sheet(self, sheet: str, name: str) -> Area | None:
        """The area of a name (lower case) on this sheet: the sheet's own name first, the workbook's second."""
        for scope in (sheet, None):
            area = self._areas.get((scope, name))
            if area is not None and area.sheet == sheet:
                return area
        return None

    def anywhere(self, name: str) -> Area | None:
        """The area of a workbook-scoped name (lower case)."""
        return self._areas.get((None, name))
