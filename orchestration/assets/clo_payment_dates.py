"""Runs each reported CLO payment date on its inputs and compares it with its report. The finance is in calculations, rows of the tables in clo_payment_date_rows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from calculations.clo.deal import Deal, PaymentDateInputs, compare, load, read_inputs, run_payment_date
from calculations.clo.deal.load import deal_file
from calculations.clo.sheet_deal import DealSheet, deal_inputs
from orchestration.assets import clo_payment_date_rows as rows
from orchestration.assets.clo_projection_inputs import STAGED
from orchestration.calculation_cache import Calculation, Records
from orchestration.warehouse import Warehouse

TABLES = (
    "calc.clo_payment_dates",
    "calc.clo_payment_date_steps",
    "calc.clo_payment_date_tests",
    "calc.clo_payment_date_checks",
    "calc.clo_payment_date_findings",
)
DATE_KEYS = ("organization_id", "deal_id", "payment_date")
_VALUES = {"MONEY": "value_amount", "FRACTION": "value_rate", "DATE": "value_date", "FLAG": "value_flag"}

Row = Mapping[str, Any]
Figures = Mapping[tuple[Any, ...], list[dict[str, Any]]]  # stated rows by DATE_KEYS


def calculate(warehouse: Warehouse, state_ids: Sequence[str]) -> Records:
    """Rows of the calc tables for payment dates as they are stated; one that cannot be run has its reason, and no figures."""
    dates = warehouse.records(
        "select * from intermediate.int_clo__payment_dates where state_id in (select unnest(?)) order by all",
        [list(state_ids)],
    )
    figures: defaultdict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in warehouse.records("select * from intermediate.int_clo__payment_date_inputs order by all"):
        figures[tuple(row[key] for key in DATE_KEYS)].append(row)
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    for date in dates:
        try:
            terms = deal_terms(date, sheet_of(warehouse, date))
            computed = run_reported(date, terms, figures)
        # what is stated may also be nothing that can be divided by
        except (ValueError, ArithmeticError) as error:
            computed = {"calc.clo_payment_dates": [rows.payment_date(date, reason=str(error))]}
        for table, records in computed.items():
            found[table] += records
    return found


def run_reported(date: Row, terms: Deal, figures: Figures) -> dict[str, list[dict[str, Any]]]:
    """Rows by table for one payment date. Raises ValueError where it cannot be run, ArithmeticError on a figure out of range.

    `date` is a row of int_clo__payment_dates; `figures` hold what is stated of it and of the date before.
    """
    stated = figures[tuple(date[key] for key in DATE_KEYS)]
    inputs = read_inputs([input_row(row) for row in stated])
    before, unread = _previous(date, figures)
    result = run_payment_date(terms, inputs, before)
    return {
        "calc.clo_payment_dates": [rows.payment_date(date, terms=terms, result=result)],
        "calc.clo_payment_date_steps": rows.steps(date, terms, result),
        "calc.clo_payment_date_tests": rows.tests(date, terms, result),
        "calc.clo_payment_date_checks": rows.checks(date, terms, compare(terms, inputs, result), stated),
        "calc.clo_payment_date_findings": rows.findings(date, (*unread, *result.findings)),
    }


def _previous(date: Row, figures: Figures) -> tuple[PaymentDateInputs | None, tuple[str, ...]]:
    """What is stated of the date before, and a finding where that cannot be read: it is that date's own reason, not this one's."""
    day: dt.date | None = date["previous_payment_date"]
    if day is None:
        return None, ()
    stated = figures[date["organization_id"], date["deal_id"], day]
    try:
        return read_inputs([input_row(row) for row in stated]), ()
    except ValueError as error:
        return None, (f"OPENING_NOT_COMPARED: the date before, {day}, cannot be read: {error}",)


def input_row(row: Row) -> dict[str, Any]:
    """A stated figure as `read_inputs` takes it, its value by its unit."""
    value = row[_VALUES[row["unit"]]]
    printed = row["printed_decimals"]
    if printed is None and row["unit"] == "FRACTION":
        printed = printed_decimals(row["value"])
    names = ("payment_date", "role", "item", "key", "measure", "unit", "currency", "known_at")
    return {**{name: row[name] for name in names}, "value": value, "printed_decimals": printed}


def printed_decimals(text: str) -> int:
    """Decimals of a fraction as it is printed: 2.1713 has 4, and so has 217.13%."""
    number = text.strip()
    is_percent = number.endswith("%")
    _, _, decimals = number.rstrip("% ").partition(".")
    return len(decimals) + 2 * is_percent


def deal_terms(date: Row, sheet: DealSheet | None) -> Deal:
    """The terms in force on the date: the deal's file, with the figures of its sheet where a workbook states one.

    Raises ValueError where there is no such file, or it and the sheet do not make a deal.
    """
    stated = None if sheet is None else deal_inputs(sheet)[0]
    return load(deal_file(date["deal_id"]), inputs=stated).on(date["payment_date"])


def sheet_of(warehouse: Warehouse, date: Row) -> DealSheet | None:
    """The deal sheet in force on a date, None for a deal that no workbook states."""
    if date["terms_load_id"] is None:
        return None
    parameters, *tables = (
        warehouse.records(
            f"select * from staging.stg_clo__{name} where load_id = ? and deal_id = ? order by source_row, source_column",
            [date["terms_load_id"], date["deal_id"]],
        )
        for name in STAGED
    )
    return DealSheet(date["deal_id"], {(row["section"], row["name"]): _stated(row) for row in parameters}, *tables)


def _stated(row: Row) -> Any:
    column = {"number": "value_number", "date": "value_date", "boolean": "value_boolean"}.get(row["value_type"])
    return row[column or "value_text"]


CLO_PAYMENT_DATES = Calculation(
    name="clo_payment_dates",
    description="Every reported payment date: its lists walked on what the report gives, beside what the report says.",
    tables=TABLES,
    key="state_id",
    inputs="select state_id from intermediate.int_clo__payment_dates",
    deps=(
        "intermediate.int_clo__payment_dates",
        "intermediate.int_clo__payment_date_inputs",
        *(f"staging.stg_clo__{name}" for name in STAGED),
    ),
    compute=calculate,
)
