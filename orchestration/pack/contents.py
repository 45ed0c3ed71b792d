"""Puts a deal's pack together: which sheets, in which order, into which file. Reading, laying out and writing are beside it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter.exceptions import FileCreateError

from orchestration.pack.compliance_sheets import compliance_sheets
from orchestration.pack.deal_cash_flows import deal_cash_flows
from orchestration.pack.layout import Kind, SheetQuery, Table, sheet_queries
from orchestration.pack.note_valuation import note_valuation_page
from orchestration.pack.pages import compliance_notes_page, notes_page, summary_page
from orchestration.pack.published import PackError, PublishedDeal, published_deal
from orchestration.pack.workbook import Book
from orchestration.settings import Settings, shown

_BEFORE = "Note Cash Flows"  # the sheet that the deal's own cash stands before
_NUMBERS: frozenset[Kind] = frozenset({"ratio", "value"})  # kinds whose text may say a number


@dataclass(frozen=True)
class Written:
    """A pack on disk: rows by sheet, and the publication they are from."""

    path: Path
    rows: dict[str, int]
    publication_id: str


def write_pack(
    settings: Settings,
    deal_id: str,
    scenario_id: str = "base",
    *,
    payment_date: dt.date | None = None,
    out: Path | None = None,
    organization_id: str | None = None,
) -> Written:
    """Write the pack of a published deal, by default to <deal>_<analysis date>_<scenario>.xlsx here.

    Its note valuation report is of `payment_date`, by default the next one. Raises `PackError` for a deal, scenario or
    payment date that is not published, a deal that was not projected, and a file that cannot be written.
    """
    with published_deal(settings, deal_id, scenario_id, organization_id) as deal:
        (analysis,) = deal.rows("select distinct event_date from marts.fact_scenario_summary where {mine}")[0]
        path = _writable(out or Path(f"{deal_id}_{analysis}_{scenario_id}.xlsx"))
        cash = deal_cash_flows(deal)
        tables = _tables(deal, cash)
        summary, notes = summary_page(deal, cash), notes_page(deal, tables)
        report = note_valuation_page(deal, payment_date)
    with _book(path, f"{deal_id}, scenario {scenario_id}", deal) as book:
        book.add_page(summary)
        book.add_page(report)
        for table in tables:
            book.add_table(table)
        book.add_page(notes)
    return Written(path, {table.name: len(table.rows) for table in tables}, deal.source.publication_id)


def write_compliance_pack(
    settings: Settings, deal_id: str, *, out: Path | None = None, organization_id: str | None = None
) -> Written:
    """Write a published deal's tests, trades and assets, by default to <deal>_<analysis date>_compliance.xlsx here.

    Trades are those that were asked last of the deal's newest pool. Raises `PackError` for a deal that is not published and
    a file that cannot be written.
    """
    with published_deal(settings, deal_id, None, organization_id) as deal:
        (analysis,) = deal.rows("select distinct event_date from marts.fact_compliance_results where {mine}")[0]
        path = _writable(out or Path(f"{deal_id}_{analysis}_compliance.xlsx"))
        sheets = compliance_sheets(deal)
        notes = compliance_notes_page(deal, analysis, sheets)
    with _book(path, f"{deal_id}, compliance", deal) as book:
        for sheet in sheets:
            book.add_blocks(sheet)
        book.add_page(notes)
    return Written(path, {sheet.name: sheet.row_count for sheet in sheets}, deal.source.publication_id)


def _writable(path: Path) -> Path:
    if not path.absolute().parent.is_dir():
        raise PackError(f"there is no folder {shown(path.absolute().parent)} to write {path.name} to")
    return path


@contextmanager
def _book(path: Path, title: str, deal: PublishedDeal) -> Iterator[Book]:
    """A workbook that stands under its name when it is whole, so that nobody opens half of one."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        book = Book(unfinished, title, deal.source.published_at)
        yield book
        book.close()
        os.replace(unfinished, path)
    except (OSError, FileCreateError) as error:
        raise PackError(f"{shown(path.absolute())} could not be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _tables(deal: PublishedDeal, cash: Table) -> list[Table]:
    tables = []
    for query in sheet_queries():
        if query.name == _BEFORE:
            tables.append(cash)
        if query.optional and not all(deal.has(mart) for mart in query.marts):
            continue
        table = _table(deal, query)
        if table.rows or not query.optional:
            tables.append(table)
    return tables


def _table(deal: PublishedDeal, query: SheetQuery) -> Table:
    records = deal.records(query.sql)
    if records and list(records[0]) != list(query.columns):
        raise ValueError(
            f"pack_sheets.yaml, {query.name!r}: expected columns {', '.join(query.columns)}, found {', '.join(records[0])}"
        )
    kinds = [column.kind for column in query.columns.values()]
    rows = [
        [_number(value) if kind in _NUMBERS else value for kind, value in zip(kinds, record.values(), strict=True)]
        for record in records
    ]
    return Table(query.name, query.note, query.columns, rows, query.marts)


def _number(value: Any) -> Any:
    """A number that is kept as text, as a number; other text as it is."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value
