"""Reads the input sheet of one deal, block by block, and judges whether the deal can be used. Assets are read elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.clo_workbook.assets import Assets
from ingestion.clo_workbook.grid import Grid, Names
from ingestion.clo_workbook.holds import DealHolds
from ingestion.clo_workbook.key_values import Parameters, parameter_columns, read_block
from ingestion.clo_workbook.labels import label_key, plain
from ingestion.clo_workbook.layout import Layout
from ingestion.clo_workbook.liabilities import read_classes
from ingestion.clo_workbook.lists import Rows, read_list
from ingestion.clo_workbook.locate import Located, locate, report_extra_columns
from ingestion.clo_workbook.report import Report
from ingestion.clo_workbook.tables import Tables
from ingestion.extract import Scope, Severity

PARAMETERS = "clo_deal_parameters"
# Column A lists the blocks in alphabetical order of two generations of the template.
LINK_ROWS = slice(2, 6)
NEWER_LINKS = frozenset(map(label_key, ("CLO Collateral", "CLO Fees")))
OLDER_LINKS = frozenset(map(label_key, ("Cashflow Inputs", "CLO Inputs")))
OLDER, NEWER = 1, 2


@dataclass(frozen=True)
class Deal:
    """What the reader needs of a deal beyond its tables."""

    deal_id: str
    sheet: str
    analysis_date: dt.date | None


def read_deal(
    deal: str, grid: Grid, layout: Layout, names: Names, assets: Assets, tables: Tables, report: Report
) -> Deal:
    """Stage all tables of one deal sheet. Source: clo-workbook 1.4, value rules marked [H]."""
    holds = DealHolds(deal, grid.sheet, report)
    located = locate(grid, layout.deal_blocks, names, report)
    for name, block in layout.deal_blocks.items():
        if name not in located:
            _report_missing(name, block.holds, holds, report, deal, grid.sheet)
    parameters: dict[str, Parameters] = {}
    rows: dict[str, Rows] = {}
    for name, location in located.items():
        if location.block.shape == "key_value":
            parameters[name] = read_block(grid, location, PARAMETERS, report, deal=deal)
            _stage_parameters(deal, grid, parameters[name], tables)
        elif location.block.shape == "transposed":
            rows[name] = read_classes(grid, location, report, deal=deal)
            found = rows[name]
            top = [found.columns["tranche_name"] + 1] * len(found)
            tables.add(location.block.table or "", found.values | {"deal_id": deal}, grid.sheet, top, found.rows)
        else:
            rows[name] = read_list(grid, location, report, deal=deal)
            _stage_list(deal, grid, location, rows[name], tables)
    report_extra_columns(grid, located.values(), _used_columns(located, rows), report)
    _judge(holds, rows, assets, layout)
    _report_counts(deal, grid.sheet, rows, layout, report)
    _check_fee_names(deal, grid.sheet, rows, layout, report)
    _check_current_libor(deal, grid.sheet, parameters, report)
    analysis_date = _first_value(parameters, (("period_dates", "analysis_date"), ("clo_inputs", "analysis_date")))
    name = _first_value(parameters, (("clo_inputs", "deal_name"),)) or f"Mag {deal.removeprefix('MAG')}"
    tables.add(
        "clo_deals",
        {
            "deal_id": deal,
            "deal_name": name,
            "template_generation": _generation(grid),
            "analysis_date": analysis_date,
        },
        grid.sheet,
        [1],
    )
    return Deal(deal, grid.sheet, analysis_date)


def _report_missing(name: str, is_held: bool, holds: DealHolds, report: Report, deal: str, sheet: str) -> None:
    if is_held:
        holds.missing_block(name)
        return
    report.find(
        "MISSING_BLOCK",
        Severity.WARNING,
        f"expected a block {plain(name)}, found none by defined name, title or headers",
        sheet=sheet,
        scope=Scope.FEED,
        deal=deal,
        advice="Restore the block's title in row 2 or its defined name.",
    )


def _stage_parameters(deal: str, grid: Grid, found: Parameters, tables: Tables) -> None:
    if found.items:
        columns = parameter_columns(found) | {"deal_id": deal}
        tables.add(PARAMETERS, columns, grid.sheet, [i.row for i in found.items], [i.column for i in found.items])


def _stage_list(deal: str, grid: Grid, location: Located, found: Rows, tables: Tables) -> None:
    values: dict[str, Any] = found.values | {"deal_id": deal}
    if location.block.number:
        values[location.block.number] = list(range(1, len(found) + 1))
    tables.add(location.block.table or "", values, grid.sheet, found.rows)


def _used_columns(located: Mapping[str, Located], rows: Mapping[str, Rows]) -> list[int]:
    """Columns that a block reads: those of a list's fields, a label column and its values, the classes."""
    used: list[int] = []
    for name, location in located.items():
        if location.block.shape == "key_value":
            used += [location.column, location.column + 1]
        elif location.block.shape == "transposed":
            used += [location.column, *(column - 1 for column in (*rows[name].rows, *rows[name].quarantined))]
        else:
            used += rows[name].columns.values()
    return used


def _judge(holds: DealHolds, rows: Mapping[str, Rows], assets: Assets, layout: Layout) -> None:
    if "collateral" in rows:
        holds.check_collateral(rows["collateral"], assets.usable, assets.quarantined)
    if "liabilities" in rows:
        holds.check_classes(rows["liabilities"], layout.day_counts)
    if "fees" in rows:
        holds.check_fees(rows["fees"], layout.day_counts)
    if "payment_schedule" in rows:
        holds.check_payment_dates(rows["payment_schedule"])


def _report_counts(deal: str, sheet: str, rows: Mapping[str, Rows], layout: Layout, report: Report) -> None:
    for what, block in (
        ("tests", "tests"),
        ("objectives", "objectives"),
        ("classes", "liabilities"),
        ("fees", "fees"),
        ("payment_dates", "payment_schedule"),
    ):
        if block in rows:
            expect_count(what, len(rows[block]), layout, report, sheet=sheet, deal=deal)


def expect_count(
    what: str, count: int, layout: Layout, report: Report, *, sheet: str | None = None, deal: str | None = None
) -> None:
    """Report a count outside the span that the full workbook has; counts are never enforced."""
    low, high = layout.expected_counts[what]
    if count < low or (high is not None and count > high):
        expected = f"at least {low}" if high is None else f"{low}" if low == high else f"{low} to {high}"
        report.find(
            "UNEXPECTED_COUNT",
            Severity.INFO,
            f"{plain(what)} usually number {expected}, found {count}",
            sheet=sheet,
            scope=Scope.FEED,
            expected=expected,
            found=str(count),
            deal=deal,
        )


def _check_fee_names(deal: str, sheet: str, rows: Mapping[str, Rows], layout: Layout, report: Report) -> None:
    if "fees" not in rows:
        return
    present = {label_key(name) for name in rows["fees"].values["fee_name"]}
    for name in layout.mandatory_fees:
        if label_key(name) not in present:
            report.find(
                "MISSING_FEE",
                Severity.WARNING,
                f"expected a fee named '{name}', found none",
                sheet=sheet,
                deal=deal,
                advice="Add the fee with a rate of 0 if the deal has none.",
            )


def _check_current_libor(deal: str, sheet: str, parameters: Mapping[str, Parameters], report: Report) -> None:
    """Three blocks state it; the LIBOR block counts, then the quality inputs, then the CLO inputs."""
    sections = [parameters[name] for name in ("libor", "quality_inputs", "clo_inputs") if name in parameters]
    stated = [item for section in sections if (item := section.get("current_libor")) and item.value is not None]
    if not stated:
        return
    used = stated[0]
    for other in stated[1:]:
        if abs(other.value - used.value) > 1e-9:
            report.find(
                "LIBOR_DISAGREES",
                Severity.WARNING,
                f"current LIBOR must be the {used.value!r} of row {used.row}, column {used.column}, found {other.value!r}; "
                f"the former is used",
                sheet=sheet,
                row=other.row,
                column=other.column,
                deal=deal,
            )
    if used is not parameters.get("libor", Parameters("libor", ())).get("current_libor"):
        report.find(
            "LIBOR_FROM_ELSEWHERE",
            Severity.WARNING,
            f"current LIBOR must stand in the LIBOR block, found it only here ({used.value!r})",
            sheet=sheet,
            row=used.row,
            column=used.column,
            deal=deal,
        )


def _first_value(parameters: Mapping[str, Parameters], keys: tuple[tuple[str, str], ...]) -> Any:
    for section, name in keys:
        value = parameters[section].value(name) if section in parameters else None
        if value is not None:
            return value
    return None


def _generation(grid: Grid) -> int | None:
    links = {label_key(row[0]) for row in grid.rows[LINK_ROWS] if row}
    if links & NEWER_LINKS:
        return NEWER
    return OLDER if links & OLDER_LINKS else None
