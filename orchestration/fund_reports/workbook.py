"""Writes an investor's report as an Excel workbook: the reporting template, its capital account, its cash flows.

What stands in them is `figures` and the marts. XlsxWriter, as for packs: it keeps what a formula comes to beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from orchestration.fund_reports.figures import Figures, FundQuarter
from orchestration.fund_reports.looks import CAPTION_WIDTH, MONEY_WIDTH, Looks, page, write_header, write_text
from orchestration.fund_reports.template import HOLDERS, HORIZONS, Template, sign, unsigned

MARGIN = 2  # characters that a column of texts is wider than its longest one


@dataclass(frozen=True)
class Listing:
    """A sheet of rows under a header; `money` are the places of amounts, `total` those that are added up."""

    name: str
    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[Any]]
    total: Sequence[int] = ()


@dataclass(frozen=True)
class Report:
    """What one investor of a fund is told of a quarter."""

    quarter: FundQuarter
    investor_id: str
    investor_name: str
    figures: Figures
    listings: Sequence[Listing]


def write_report(path: Path, template: Template, report: Report) -> None:
    """The workbook of an investor; the same figures make the same bytes. Source: fund-admin 4.1."""
    book = xlsxwriter.Workbook(str(path))
    quarter = report.quarter
    # When the figures became known, not when they were written: a report that did not change is the same file.
    book.set_properties({"title": f"{template.title} {quarter.fund_id}", "created": quarter.known_at})
    looks = Looks(book, template.money_format, template.check_format)
    _write_template(book, looks, template, report)
    for listing in report.listings:
        _write_listing(book, looks, report, listing)
    book.close()


def _write_template(book: Any, looks: Looks, template: Template, report: Report) -> None:
    sheet, quarter = book.add_worksheet(template.title), report.quarter
    columns = {
        (holder, horizon): 1 + place * len(HORIZONS) + number
        for place, holder in enumerate(HOLDERS)
        for number, horizon in enumerate(HORIZONS)
    }
    told = {
        "fund": quarter.fund_name,
        "general_partner": quarter.fund_manager,
        "investor": report.investor_name,
        "period": f"Quarter to {quarter.quarter_end}",
        "currency": quarter.currency,
        "version": template.version,
        "known_at": f"{quarter.known_at:%Y-%m-%d %H:%M}",
    }
    top = write_header(sheet, looks, template.title, dict(template.header), told) + 1
    sheet.write_string(top, 0, "", looks.header)
    sheet.write_string(top + 1, 0, f"Amounts in {quarter.currency}", looks.header)
    for holder in HOLDERS:
        sheet.write_string(top, columns[holder, "quarter"], template.holders[holder], looks.header)
        for horizon in HORIZONS[1:]:
            sheet.write_string(top, columns[holder, horizon], "", looks.header)
        for horizon in HORIZONS:
            sheet.write_string(top + 1, columns[holder, horizon], template.horizons[horizon], looks.header_right)
    row, at = top + 2, {}
    for section in template.sections:
        sheet.write_string(row, 0, section.title, looks.section)
        row += 1
        for line in section.lines:
            at[line.code] = row
            is_sum = line.sum is not None and not line.is_check
            sheet.write_string(row, 0, line.caption, looks.sum_label if is_sum else None)
            for holder in line.only:
                for horizon in HORIZONS:
                    column, value = columns[holder, horizon], float(report.figures[line.code, holder, horizon])
                    look = looks.check if line.is_check else looks.sum if is_sum else looks.money
                    if line.sum is None:
                        sheet.write_number(row, column, value, look)
                        continue
                    terms = ("-+"[sign(t) > 0] + xl_rowcol_to_cell(at[unsigned(t)], column) for t in line.sum)
                    # Excel's sums are of binary numbers: cents that are not there would show as a difference.
                    sheet.write_formula(row, column, f"=ROUND({''.join(terms).removeprefix('+')},2)", look, value)
            row += 1
        row += 1
    sheet.set_column(0, 0, CAPTION_WIDTH)
    sheet.set_column(1, len(columns), MONEY_WIDTH)
    sheet.freeze_panes(top + 2, 1)
    sheet.repeat_rows(top, top + 1)
    sheet.print_area(0, 0, row - 1, len(columns))
    page(sheet, quarter.fund_name, report.investor_name, quarter.currency, f"Quarter to {quarter.quarter_end}")


def _write_listing(book: Any, looks: Looks, report: Report, listing: Listing) -> None:
    sheet = book.add_worksheet(listing.name)
    sheet.write_string(0, 0, f"{listing.title}: {report.quarter.fund_name}", looks.title)
    write_text(sheet, looks, 1, 0, f"{report.investor_name}, amounts in {report.quarter.currency}")
    first, last = 4, 3 + len(listing.rows)
    for column, header in enumerate(listing.headers):
        is_money = any(isinstance(row[column], Decimal) for row in listing.rows)
        sheet.write_string(3, column, header, looks.header_right if is_money else looks.header)
        longest = max((len(str(row[column] or "")) for row in listing.rows), default=0)
        sheet.set_column(column, column, MONEY_WIDTH if is_money else max(len(header), longest) + MARGIN)
    for number, row in enumerate(listing.rows, first):
        for column, value in enumerate(row):
            if isinstance(value, Decimal):
                sheet.write_number(number, column, float(value), looks.money)
            elif isinstance(value, dt.date):
                sheet.write_datetime(number, column, value, looks.date)
            elif value is not None:
                write_text(sheet, looks, number, column, str(value))
    if listing.rows and listing.total:
        sheet.write_string(last + 1, 0, "Total", looks.sum_label)
        for column in listing.total:
            total = sum((row[column] for row in listing.rows if row[column] is not None), Decimal(0))
            cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
            sheet.write_formula(last + 1, column, f"=SUM({cells})", looks.sum, float(total))
    sheet.freeze_panes(4, 0)
    sheet.repeat_rows(1, 3)
    sheet.print_area(0, 0, last + 1, max(len(listing.headers) - 1, 0))
    quarter = report.quarter
    page(sheet, quarter.fund_name, report.investor_name, quarter.currency, f"Quarter to {quarter.quarter_end}")
