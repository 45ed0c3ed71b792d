"""Writes pages and tables as an Excel workbook: formats, frozen headers, totals as formulas. What stands in them is not here.

XlsxWriter, not openpyxl, because it stores what a formula comes to beside the formula: a viewer that does not recalculate,
or a program that reads the file, would find every total blank otherwise.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from orchestration.pack.charts import CHART_WIDTH, drawn
from orchestration.pack.layout import (
    ALIGNED,
    FIRST,
    FORMATS,
    HEADER,
    SECTIONS,
    TOTALS,
    Block,
    BlockSheet,
    Column,
    Kind,
    Page,
    Table,
)

INK = "#1b2733"
FROZEN_COLUMNS = 2
PASS, FAIL = "Pass", "Fail"  # as the old model says it
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet may take for the start of a formula


class Book:
    """A workbook being written; `close` makes the file."""

    def __init__(self, path: Path, title: str, created: dt.datetime) -> None:
        self.book = xlsxwriter.Workbook(str(path))
        # The instant of the publication: one publication makes one file, byte for byte.
        self.book.set_properties({"title": title, "created": created})
        self.kinds: dict[tuple[Kind, bool], Any] = {}
        self.title = self.book.add_format({"bold": True, "font_size": 14, "font_color": INK})
        self.note = self.book.add_format({"italic": True, "font_color": "#5b6770"})
        self.label = self.book.add_format({"bold": True, "font_color": INK})
        header = {"bold": True, "font_color": "white", "bg_color": INK, "text_wrap": True, "valign": "vcenter"}
        self.header = self.book.add_format(header)
        self.header_right = self.book.add_format({**header, "align": "right"})
        self.section = self.book.add_format({"bold": True, "align": "center", "bottom": 1, "font_color": INK})
        # Text that begins like a formula stays text even when somebody edits the cell.
        self.verbatim = self.book.add_format({"quote_prefix": True})
        self.failed = self.book.add_format({"bold": True, "font_color": "#b3261e"})
        self.outcomes = {
            FAIL: self.book.add_format({"bold": True, "font_color": "#9c0006", "bg_color": "#ffc7ce"}),
            PASS: self.book.add_format({"font_color": "#006100", "bg_color": "#e2f0d9"}),
        }

    def close(self) -> None:
        self.book.close()

    def add_table(self, table: Table) -> None:
        """A table: title, note, totals, sections, header, rows; header and first columns stay in view."""
        sheet = self.book.add_worksheet(table.name)
        columns = list(table.columns.values())
        names = list(table.columns)
        last = FIRST + len(table.rows) - 1
        sheet.write_string(0, 0, table.name, self.title)
        sheet.write_string(1, 0, table.note, self.note)
        self._write_sections(sheet, columns)
        for at, column in enumerate(columns):
            style = self.header if column.kind in ("text", "value") else self.header_right
            sheet.write_string(HEADER, at, column.title, style)
            sheet.set_column(at, at, column.shown_width)
            if column.total:
                values = [row[at] for row in table.rows if row[at] is not None]
                formula = f"=SUM({xl_range(FIRST, at, last, at)})" if table.rows else "=0"
                sheet.write_formula(TOTALS, at, formula, self._format(column.kind, bold=True), math.fsum(values))
            if column.kind == "flag" and table.rows:
                rule = {"type": "cell", "criteria": "==", "value": "FALSE", "format": self.failed}
                sheet.conditional_format(FIRST, at, last, at, rule)
        if any(column.total for column in columns):
            sheet.write_string(TOTALS, 0, "Total", self.label)
        for number, row in enumerate(table.rows, FIRST):
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                if column.formula is None or value is None:
                    self._write(sheet, number, at, value, column.kind)
                    continue
                cells = {name: xl_rowcol_to_cell(number, other) for other, name in enumerate(names)}
                formula = "=" + column.formula.format_map(cells)
                sheet.write_formula(number, at, formula, self._format(column.kind), value)
        sheet.set_row(HEADER, 30)
        sheet.freeze_panes(FIRST, FROZEN_COLUMNS)
        sheet.autofilter(HEADER, 0, max(last, FIRST), len(columns) - 1)
        _print_on_one_width(sheet, repeat=HEADER)

    def add_page(self, page: Page) -> None:
        """A page: lines as they come, charts side by side below them."""
        sheet = self.book.add_worksheet(page.name)
        for at, width in enumerate(page.widths):
            sheet.set_column(at, at, width)
        looks = {"title": self.title, "note": self.note, "label": self.label, "header": self.header}
        for number, line in enumerate(page.lines):
            for at, cell in enumerate(line):
                if cell.role == "value":
                    self._write(sheet, number, at, cell.value, cell.kind)
                elif cell.value is not None:
                    right = cell.role == "header" and cell.kind not in ("text", "value")
                    sheet.write_string(number, at, str(cell.value), self.header_right if right else looks[cell.role])
        for number, chart in enumerate(page.charts):
            offsets = {"x_offset": (CHART_WIDTH + 20) * number, "y_offset": 8}
            sheet.insert_chart(len(page.lines) + 1, 0, drawn(self.book, chart), offsets)
        sheet.freeze_panes(1, 0)
        _print_on_one_width(sheet)

    def add_blocks(self, made: BlockSheet) -> None:
        """Blocks side by side under titles and headers; what fails is coloured."""
        sheet = self.book.add_worksheet(made.name)
        header = max(block.header_row for block in made.blocks)
        sheet.set_column(0, 0, 2)
        sheet.set_row(header, 30)
        for block in made.blocks:
            self._write_block(sheet, block)
        sheet.freeze_panes(header + 1, 3)
        _print_on_one_width(sheet, repeat=header)

    def _write_block(self, sheet: Any, block: Block) -> None:
        names, first = list(block.headers), block.header_row + 1
        last = first + len(block.rows) - 1
        if block.title is not None:
            sheet.write_string(0, block.at, block.title, self.title)
        kinds = [cell.kind for cell in block.rows[0]] if block.rows else ["text"] * len(names)
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True), start=block.at):
            title, width = block.headers[name]
            style = self.header if kind in ("text", "outcome", "remark") else self.header_right
            sheet.write_string(block.header_row, at, title, style)
            sheet.set_column(at, at, width)
            if not block.rows:
                continue
            if kind == "outcome":
                for said, look in self.outcomes.items():
                    rule = {"type": "cell", "criteria": "==", "value": f'"{said}"', "format": look}
                    sheet.conditional_format(first, at, last, at, rule)
        for number, row in enumerate(block.rows, first):
            cells = {name: xl_rowcol_to_cell(number, at) for at, name in enumerate(names, start=block.at)}
            for at, cell in enumerate(row, start=block.at):
                if cell.formula is None or cell.value is None:
                    self._write(sheet, number, at, cell.value, cell.kind)
                else:
                    formula = "=" + cell.formula.format_map(cells)
                    sheet.write_formula(number, at, formula, self._format(cell.kind), cell.value)

    def _write_sections(self, sheet: Any, columns: Sequence[Column]) -> None:
        start = 0
        for at in range(1, len(columns) + 1):
            if at < len(columns) and columns[at].section == columns[start].section:
                continue
            name = columns[start].section
            if name and at - start > 1:
                sheet.merge_range(SECTIONS, start, SECTIONS, at - 1, name, self.section)
            elif name:
                sheet.write_string(SECTIONS, start, name, self.section)
            start = at

    def _write(self, sheet: Any, row: int, column: int, value: Any, kind: Kind) -> None:
        if value is None:
            return
        style = self._format(kind)
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value, style)
        elif isinstance(value, dt.date):  # an instant too
            sheet.write_datetime(row, column, value, style)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, self.verbatim if value.startswith(FORMULA_STARTS) else style)
        else:
            sheet.write_number(row, column, value, style)

    def _format(self, kind: Kind, bold: bool = False) -> Any:
        if (kind, bold) not in self.kinds:
            look: dict[str, Any] = {"num_format": FORMATS.get(kind, "General"), **ALIGNED.get(kind, {})}
            if bold:
                look |= {"bold": True, "top": 1}
            self.kinds[kind, bold] = self.book.add_format(look)
        return self.kinds[kind, bold]


def _print_on_one_width(sheet: Any, repeat: int | None = None) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    if repeat is not None:
        sheet.repeat_rows(repeat)
