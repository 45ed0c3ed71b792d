"""Writes the notices of a call or distribution as one Excel workbook: a summary, then a sheet for each partner.

What stands in them is `notices`. A partner's sheet refers to no other sheet, so that it can be sent alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from orchestration.fund_reports.looks import (
    CAPTION_WIDTH,
    HEADER_HEIGHT,
    MONEY_WIDTH,
    Looks,
    page,
    write_header,
    write_text,
)
from orchestration.fund_reports.notice_template import NoticeLine, NoticeTemplate, NoticeTemplates
from orchestration.fund_reports.notices import Notice, NoticeRun, figures
from orchestration.fund_reports.template import sign, unsigned

SUMMARY = "Summary"
_NAME_LENGTH = 31  # Excel's longest name of a sheet
_NOT_IN_NAMES = str.maketrans(dict.fromkeys(r"[]:*?/\'", "_"))
_ID_WIDTH = 24


@dataclass(frozen=True)
class Notified:
    """A call or distribution with the names that its notices show."""

    run: NoticeRun
    fund_name: str
    fund_manager: str
    investor_names: Mapping[str, str]

    def name(self, investor_id: str) -> str:
        return self.investor_names.get(investor_id, investor_id)


def write_notices(path: Path, templates: NoticeTemplates, notified: Notified, only: str | None = None) -> None:
    """The workbook of all partners, or of `only` one without the summary; the same figures make the same bytes.

    Source: fund-admin 1.4, 1.5, 4.2.
    """
    run = notified.run
    template = templates.notices[run.kind]
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": f"{template.title} {run.event_id}", "created": run.known_at})
    looks = Looks(book, templates.money_format, templates.check_format)
    whole = figures(template, run.notices)
    names = _sheet_names(run.investors)
    if only is None:
        _write_summary(book.add_worksheet(SUMMARY), looks, templates, notified, whole)
    for investor_id in run.investors if only is None else [only]:
        _write_partner(book.add_worksheet(names[investor_id]), looks, templates, notified, investor_id, whole)
    book.close()


def _sheet_names(investors: Sequence[str]) -> dict[str, str]:
    """A name for each partner's sheet that Excel takes: short, unlike the others whatever the case."""
    names: dict[str, str] = {}
    taken = {SUMMARY.casefold(), "history"}  # a name that Excel keeps for itself
    for investor_id in investors:
        safe = investor_id.translate(_NOT_IN_NAMES)
        name, number = safe[:_NAME_LENGTH], 2
        while name.casefold() in taken:
            name = f"{safe[: _NAME_LENGTH - len(str(number)) - 1]}~{number}"
            number += 1
        taken.add(name.casefold())
        names[investor_id] = name
    return names


def _told(templates: NoticeTemplates, notified: Notified, investor_id: str | None) -> dict[str, str]:
    run = notified.run
    until = "due_date" if run.kind == "CAPITAL_CALL" else "payment_date"
    days = {
        "notice_date": run.notice_date,
        "record_date": run.record_date,
        until: run.due_date,
        "recallable_until": run.recallable_until,
    }
    return {
        "fund": notified.fund_name,
        "general_partner": notified.fund_manager,
        "investor": "" if investor_id is None else notified.name(investor_id),
        "number": str(run.number),
        "type": run.type or "",
        **{name: "" if day is None else str(day) for name, day in days.items()},
        "currency": run.currency,
        "version": templates.version,
        "known_at": f"{run.known_at:%Y-%m-%d %H:%M}",
    }


def _write_partner(
    sheet: Any,
    looks: Looks,
    templates: NoticeTemplates,
    notified: Notified,
    investor_id: str,
    whole: Mapping[str, Decimal],
) -> None:
    run, own = notified.run, notified.run.of(investor_id)
    template = templates.notices[run.kind]
    told = _told(templates, notified, investor_id)
    top = write_header(sheet, looks, template.title, dict(templates.header), told) + 1
    of_columns = [*(figures(template, [notice], whole) for notice in own), figures(template, own, whole), whole]
    investor, everybody = len(own) + 1, len(own) + 2
    sheet.write_string(top, 0, f"Amounts in {run.currency}", looks.header)
    for column, notice in enumerate(own, 1):
        sheet.write_string(top, column, notice.commitment_id, looks.header_right)
    sheet.write_string(top, investor, templates.columns["investor"], looks.header_right)
    sheet.write_string(top, everybody, templates.columns["whole"], looks.header_right)
    row, at = top + 1, {}
    for section in template.sections:
        sheet.write_string(row, 0, section.title, looks.section)
        row += 1
        for line in section.lines:
            at[line.code] = row
            sheet.write_string(row, 0, line.caption, looks.sum_label if line.is_total else None)
            for column, found in enumerate(of_columns, 1):
                formula = _formula(line, at, column, everybody)
                if formula is None and column == investor:
                    formula = f"=SUM({xl_rowcol_to_cell(row, 1)}:{xl_rowcol_to_cell(row, len(own))})"
                _write_figure(sheet, row, column, formula, found[line.code], _look(looks, line))
            row += 1
        row += 1
    sheet.set_column(0, 0, CAPTION_WIDTH)
    sheet.set_column(1, everybody, MONEY_WIDTH)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
    sheet.print_area(0, 0, row - 2, everybody)
    _page(sheet, template, notified, notified.name(investor_id))
    # One partner, one page: what it is to pay and what must be zero stand on the same sheet of paper.
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)


def _formula(line: NoticeLine, at: Mapping[str, int], column: int, everybody: int) -> str | None:
    """How Excel comes to a line from those above it; None for a figure of its own."""
    if line.sum is not None:
        terms = ("-+"[sign(t) > 0] + xl_rowcol_to_cell(at[unsigned(t)], column) for t in line.sum)
        # Excel's sums are of binary numbers: cents that are not there would show as a difference.
        return f"=ROUND({''.join(terms).removeprefix('+')},2)"
    if line.share is not None:
        return _quotient(*(xl_rowcol_to_cell(at[code], column) for code in line.share))
    if line.of_whole is not None:
        return _quotient(*(xl_rowcol_to_cell(at[line.of_whole], place) for place in (column, everybody)))
    return None


def _quotient(part: str, whole: str) -> str:
    return f"=IF({whole}=0,0,{part}/{whole})"


def _write_figure(sheet: Any, row: int, column: int, formula: str | None, value: Decimal, look: Any) -> None:
    if formula is None:
        sheet.write_number(row, column, float(value), look)
    else:
        sheet.write_formula(row, column, formula, look, float(value))


def _look(looks: Looks, line: NoticeLine) -> Any:
    if line.is_check:
        return looks.check
    if line.is_share:
        return looks.share
    return looks.sum if line.is_total else looks.money


def _write_summary(
    sheet: Any, looks: Looks, templates: NoticeTemplates, notified: Notified, whole: Mapping[str, Decimal]
) -> None:
    """One row a notice, the total of all, and how far it is from what their terms make of it."""
    run = notified.run
    template = templates.notices[run.kind]
    captions = {line.code: line.caption for line in template.lines}
    told = _told(templates, notified, None)
    top = write_header(sheet, looks, template.title, dict(templates.header), told) + 1
    texts = (templates.header["investor"], templates.columns["commitment"], templates.columns["notice"])
    for column, text in enumerate(texts):
        sheet.write_string(top, column, text, looks.header)
    first_money = len(texts)
    of_notices = [figures(template, [notice]) for notice in run.notices]
    # What no partner has would only make the others too small to read.
    listed = [code for code in template.listed if code == template.amount or any(f[code] for f in of_notices)]
    computed, difference = first_money + len(listed), first_money + len(listed) + 1
    sheet.set_row(top, HEADER_HEIGHT)
    for column, code in enumerate(listed, first_money):
        sheet.write_string(top, column, captions[code], looks.header_right)
    sheet.write_string(top, computed, templates.columns["computed"], looks.header_right)
    sheet.write_string(top, difference, templates.columns["difference"], looks.header_right)
    amount = first_money + listed.index(template.amount)
    first, last = top + 1, top + len(run.notices)
    for row, (notice, found) in enumerate(zip(run.notices, of_notices, strict=True), first):
        _write_notice(sheet, looks, row, notified.name(notice.investor_id), notice)
        for column, code in enumerate(listed, first_money):
            sheet.write_number(row, column, float(found[code]), looks.money)
        if notice.computed is not None:
            sheet.write_number(row, computed, float(notice.computed), looks.money)
            cells = f"{xl_rowcol_to_cell(row, amount)}-{xl_rowcol_to_cell(row, computed)}"
            off = float(found[template.amount] - notice.computed)
            sheet.write_formula(row, difference, f"=ROUND({cells},2)", looks.check, off)
    total = last + 1
    sheet.write_string(total, 0, templates.columns["total"], looks.sum_label)
    for column, code in enumerate(listed, first_money):
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        sheet.write_formula(total, column, f"=ROUND(SUM({cells}),2)", looks.sum, float(whole[code]))
    sheet.set_column(0, 0, CAPTION_WIDTH)
    sheet.set_column(1, first_money - 1, _ID_WIDTH)
    longest = max(len(notice.notice_id) for notice in run.notices)
    sheet.set_column(2, 2, max(_ID_WIDTH, longest + 2))
    sheet.set_column(first_money, difference, MONEY_WIDTH)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
    sheet.print_area(0, 0, total, difference)
    _page(sheet, template, notified, templates.columns["whole"])


def _write_notice(sheet: Any, looks: Looks, row: int, name: str, notice: Notice) -> None:
    for column, text in enumerate((name, notice.commitment_id, notice.notice_id)):
        write_text(sheet, looks, row, column, text)


def _page(sheet: Any, template: NoticeTemplate, notified: Notified, subject: str) -> None:
    run = notified.run
    page(sheet, notified.fund_name, subject, run.currency, f"{template.title} {run.number} of {run.notice_date}")
