"""Tables of a performance template as sheets: rows under a header, with sums by Excel. What stands in them is not here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from orchestration.fund_reports.figures import FundQuarter
from orchestration.fund_reports.looks import HEADER_HEIGHT, MONEY_WIDTH, Looks, page, write_text

_TOP = 3
_NARROWEST = 10  # characters; longer headers are wrapped
_MARGIN = 2  # characters that a column of texts is wider than its longest one


@dataclass(frozen=True)
class Table:
    """A sheet of rows; columns by number: `total` are added up, `sums` are of others in their row, the rest say formats."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: Sequence[int]
    total_caption: str
    sums: Mapping[int, Sequence[int]] = field(default_factory=dict)
    multiples: Sequence[int] = ()
    shares: Sequence[int] = ()


def write_table(sheet: Any, looks: Looks, table: Table, quarter: FundQuarter) -> dict[int, str]:
    """Writes the rows and the totals; returns the cells of each column, for formulas of other sheets."""
    sheet.write_string(0, 0, f"{table.title}: {quarter.fund_name}", looks.title)
    write_text(sheet, looks, 1, 0, f"Amounts in {quarter.currency}")
    sheet.set_row(_TOP, HEADER_HEIGHT)
    first, last = _TOP + 1, _TOP + max(len(table.rows), 1)
    for column, header in enumerate(table.headers):
        cells = [row[column] for row in table.rows]
        is_number = any(isinstance(cell, Decimal) for cell in cells)
        sheet.write_string(_TOP, column, header, looks.header_right if is_number else looks.header)
        longest = max((len(str(cell or "")) for cell in cells), default=0)
        width = MONEY_WIDTH if is_number else max(longest, _NARROWEST) + _MARGIN
        sheet.set_column(column, column, width)
        for number, cell in enumerate(cells, first):
            _write_cell(sheet, looks, table, number, column, cell)
    if table.rows and table.total:
        sheet.write_string(last + 1, 0, table.total_caption, looks.sum_label)
        for column in table.total:
            total = sum((row[column] for row in table.rows if row[column] is not None), Decimal(0))
            sheet.write_formula(
                last + 1, column, f"=ROUND(SUM({_cells(first, last, column)}),2)", looks.sum, float(total)
            )
    sheet.freeze_panes(_TOP + 1, 0)
    sheet.repeat_rows(0, _TOP)
    sheet.print_area(0, 0, last + 1, len(table.headers) - 1)
    page(sheet, quarter.fund_name, table.title, quarter.currency, f"Inception to {quarter.quarter_end}")
    return {column: _cells(first, last, column, is_absolute=True) for column in range(len(table.headers))}


def _write_cell(sheet: Any, looks: Looks, table: Table, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, Decimal):
        if column in table.sums:
            parts = "+".join(xl_rowcol_to_cell(row, part) for part in table.sums[column])
            sheet.write_formula(row, column, f"=ROUND({parts},2)", looks.money, float(cell))
            return
        look = looks.multiple if column in table.multiples else looks.money
        if column in table.shares:
            look = looks.share
        sheet.write_number(row, column, float(cell), look)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, cell, looks.date)
    elif cell is not None:
        write_text(sheet, looks, row, column, str(cell))


def _cells(first: int, last: int, column: int, *, is_absolute: bool = False) -> str:
    ends = (xl_rowcol_to_cell(row, column, row_abs=is_absolute, col_abs=is_absolute) for row in (first, last))
    return ":".join(ends)
