"""Writes a fund's performance template as an Excel workbook: metrics, cash flows in both forms, portfolio, methodology.

What stands in it is `performance`; how its tables look is `performance_tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from orchestration.fund_reports.looks import CAPTION_WIDTH, HEADER_HEIGHT, MONEY_WIDTH, Looks, page, write_header
from orchestration.fund_reports.performance import BASES, Performance
from orchestration.fund_reports.performance_tables import Table, write_table
from orchestration.fund_reports.performance_template import PerformanceTemplate, Sheet

_RATIOS = ("dpi", "rvpi", "tvpi")
_STATEMENT_WIDTH, _STATEMENT_LINE = 105, 15  # characters of a line of the methodology, and its height in points


def write_performance(path: Path, template: PerformanceTemplate, told: Performance) -> None:
    """The workbook of a fund; the same figures make the same bytes. Source: fund-admin 4.2."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": f"{template.title} {told.quarter.fund_id}", "created": told.known_at})
    looks = Looks(book, template.money_format, template.check_format)
    sheets = {name: book.add_worksheet(caption) for name, caption in template.sheets.items()}
    tables: dict[Sheet, Table] = {
        "granular": granular_table(template, told),
        "gross_up": gross_up_table(template, told),
        "portfolio": portfolio_table(template, told),
    }
    cells = {name: write_table(sheets[name], looks, table, told.quarter) for name, table in tables.items()}
    _write_metrics(sheets["metrics"], looks, template, told, cells)
    _write_methodology(sheets["methodology"], looks, template, told)
    sheets["metrics"].activate()
    book.close()


def granular_table(template: PerformanceTemplate, told: Performance) -> Table:
    """Flows between the fund and its partners by type; what is in net and in gross stands in columns of its own."""
    captions = template.columns
    names = (
        "date",
        "event",
        "type",
        "amount",
        "in_net",
        "in_gross",
        "in_without_facility",
        "net_amount",
        "gross_amount",
    )
    return Table(
        template.sheets["granular"],
        [captions[name] for name in names],
        [
            (
                flow.day, flow.event_id, flow.granular_type, flow.amount,
                *(_yes(is_in) for is_in in (flow.in_net, flow.in_gross, flow.in_without_facility)),
                flow.amount if flow.in_net else None, flow.amount if flow.in_gross else None,
            )
            for flow in told.flows
        ],
        total=(3, 7, 8),
        total_caption=captions["total"],
    )  # fmt: skip


def gross_up_table(template: PerformanceTemplate, told: Performance) -> Table:
    """Flows between the fund and its investments, with the net flows of each day that are grossed up beside them."""
    captions = template.columns
    net: dict[Any, Decimal] = {}
    for flow in told.flows:
        if flow.in_net:
            key = (flow.day, captions["partners"], flow.gross_up_type)
            net[key] = net.get(key, Decimal(0)) + flow.amount
    rows: list[tuple[Any, ...]] = [(*key, told.quarter.currency, None, amount) for key, amount in net.items()]
    rows += [
        (flow.day, flow.company, _words(flow.transaction_type), flow.currency, flow.amount, None)
        for flow in told.investment_flows
    ]
    names = ("date", "counterparty", "gross_type", "investment_currency", "investment_amount", "amount")
    return Table(
        template.sheets["gross_up"],
        [captions[name] for name in names],
        sorted(rows, key=lambda row: (row[0], row[1] != captions["partners"], row[1], row[2])),
        total=(4, 5) if told.is_all_added_up else (5,),
        total_caption=captions["total"],
    )


def portfolio_table(template: PerformanceTemplate, told: Performance) -> Table:
    """Investments since their purchase, added up to the fund where all are in its currency. Source: fund-admin 4.2."""
    captions = template.columns
    names = (
        "company", "investment_date", "exit_date", "investment_status", "investment_currency", "invested", "realized",
        "unrealized", "total_value", "gross_moic", "gross_irr",
    )  # fmt: skip
    rows = [
        (
            holding.company, holding.investment_date, holding.exit_date, _words(holding.status or ""), holding.currency,
            holding.invested, holding.realized, holding.unrealized,
            None if holding.unrealized is None else holding.realized + holding.unrealized,
            holding.moic.value if holding.moic.value is not None else holding.moic.reason,
            holding.irr.value if holding.irr.value is not None else holding.irr.reason,
        )
        for holding in told.portfolio
    ]  # fmt: skip
    return Table(
        template.sheets["portfolio"],
        [captions[name] for name in names],
        rows,
        total=(5, 6, 7, 8) if told.is_all_added_up else (),
        total_caption=captions["total"],
        sums={8: (6, 7)},
        multiples=(9,),
        shares=(10,),
    )


def _write_metrics(
    sheet: Any, looks: Looks, template: PerformanceTemplate, told: Performance, cells: Mapping[Sheet, dict[int, str]]
) -> None:
    captions, quarter = template.columns, told.quarter
    header = {
        "fund": quarter.fund_name,
        "general_partner": quarter.fund_manager,
        "period": f"Inception to {quarter.quarter_end}",
        "currency": quarter.currency,
        "version": template.version,
        "known_at": f"{told.known_at:%Y-%m-%d %H:%M}",
    }
    row = write_header(sheet, looks, template.title, dict(template.header), header) + 1
    sheet.set_row(row, HEADER_HEIGHT)
    sheet.write_string(row, 0, captions["metrics"], looks.header)
    for column, basis in enumerate(template.bases, 1):
        sheet.write_string(row, column, template.bases[basis], looks.header_right)
    measures: dict[str, int] = {}
    for measure, caption in template.measures.items():
        row += 1
        measures[measure] = row
        sheet.write_string(row, 0, caption)
        for column, basis in enumerate(template.bases, 1):
            figure = told.metrics.get((basis, measure))
            if figure is not None and figure.value is not None:
                look = looks.share if measure == "irr" else looks.multiple
                sheet.write_number(row, column, float(figure.value), look)
            elif figure is not None:
                sheet.write_string(row, column, figure.reason or "", looks.right)
            elif BASES[basis][2] == "WITHOUT" and measure != "moic":
                sheet.write_string(row, column, captions["no_facility"], looks.right)
    row += 2
    sheet.write_string(row, 0, captions["totals"], looks.section)
    at: dict[str, int] = {}
    for name, value in (("paid_in", told.paid_in), ("distributed", told.distributed), ("residual", told.nav)):
        row += 1
        at[name] = row + 1
        sheet.write_string(row, 0, captions[name])
        if value is not None:
            sheet.write_number(row, 1, float(value), looks.money)
    row += 1
    at["total_value"] = row + 1
    sheet.write_string(row, 0, captions["total_value"], looks.sum_label)
    if told.nav is not None:
        total = float(told.distributed + told.nav)
        sheet.write_formula(row, 1, f"=ROUND(B{at['distributed']}+B{at['residual']},2)", looks.sum, total)
    row += 2
    sheet.write_string(row, 0, captions["reconciliation"], looks.section)
    formulas = _check_formulas(template, told, cells, at, {name: place + 1 for name, place in measures.items()})
    for name, amount in told.checks.items():
        row += 1
        sheet.write_string(row, 0, captions[name])
        sheet.write_formula(row, 1, formulas[name], looks.check, float(amount))
    sheet.set_column(0, 0, CAPTION_WIDTH + 24)
    sheet.set_column(1, len(template.bases), MONEY_WIDTH + 4)
    sheet.print_area(0, 0, row, len(template.bases))
    _page(sheet, template, told)


def _check_formulas(
    template: PerformanceTemplate,
    told: Performance,
    cells: Mapping[Sheet, dict[int, str]],
    at: dict[str, int],
    measures: dict[str, int],
) -> dict[str, str]:
    """How Excel comes to each check from the cells of the workbook."""
    column = {basis: chr(ord("B") + place) for place, basis in enumerate(template.bases)}
    tables: tuple[Sheet, ...] = ("granular", "gross_up", "portfolio")
    granular, gross_up, portfolio = (
        {number: f"'{template.sheets[name]}'!{cell}" for number, cell in cells[name].items()} for name in tables
    )
    call, paid = "Capital call*", "Distribution*"  # how types of dim_ilpa_transaction_type begin
    own = f'"{told.quarter.currency}"'
    added_up = f"SUMIFS({portfolio[5]},{portfolio[4]},{own})", f"SUMIFS({portfolio[6]},{portfolio[4]},{own})"
    return {
        "check_paid_in": f'=ROUND(-SUMIFS({granular[3]},{granular[2]},"{call}")-B{at["paid_in"]},2)',
        "check_distributed": f'=ROUND(SUMIFS({granular[3]},{granular[2]},"{paid}")-B{at["distributed"]},2)',
        "check_invested": f'=ROUND({added_up[0]}+SUMIFS({gross_up[4]},{gross_up[4]},"<0",{gross_up[3]},{own}),2)',
        "check_realized": f'=ROUND({added_up[1]}-SUMIFS({gross_up[4]},{gross_up[4]},">0",{gross_up[3]},{own}),2)',
        "check_dpi": f"=ROUND(B{at['distributed']}/B{at['paid_in']},8)-ROUND({column['net']}{measures['dpi']},8)",
        "check_tvpi": f"=ROUND(B{at['total_value']}/B{at['paid_in']},8)-ROUND({column['net']}{measures['tvpi']},8)",
        "check_moic": f"=ROUND(SUM({portfolio[8]})/SUM({portfolio[5]}),8)-ROUND({column['gross']}{measures['moic']},8)",
    }


def _write_methodology(sheet: Any, looks: Looks, template: PerformanceTemplate, told: Performance) -> None:
    sheet.write_string(0, 0, template.sheets["methodology"], looks.title)
    for row, statement in enumerate(template.statements.values(), 2):
        text = statement.format_map(told.said)
        sheet.write_string(row, 0, text, looks.text)
        sheet.set_row(row, _STATEMENT_LINE * (1 + len(text) // _STATEMENT_WIDTH) + 4)
    sheet.set_column(0, 0, _STATEMENT_WIDTH)
    sheet.print_area(0, 0, len(template.statements) + 1, 0)
    _page(sheet, template, told)


def _page(sheet: Any, template: PerformanceTemplate, told: Performance) -> None:
    quarter = told.quarter
    page(sheet, quarter.fund_name, template.title, quarter.currency, f"Inception to {quarter.quarter_end}")


def _yes(is_in: bool) -> str:
    return "yes" if is_in else "no"


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()
