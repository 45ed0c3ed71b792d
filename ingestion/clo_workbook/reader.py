"""Reads the whole legacy CLO workbook into raw tables, findings and counts. How single sheets are read stands beside it.

Source: clo-workbook, all of it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from ingestion.clo_workbook.assets import NO_ASSETS, Assets, read_assets
from ingestion.clo_workbook.control_panel import ACTIVE, OLD, ControlPanel
from ingestion.clo_workbook.correlations import read_correlations, report_coverage
from ingestion.clo_workbook.counts import (
    TABLE as COUNTS,
)
from ingestion.clo_workbook.counts import (
    DomainCount,
    count_cells,
    count_columns,
    count_configuration,
    count_reference,
)
from ingestion.clo_workbook.deals import Deal, expect_count, read_deal
from ingestion.clo_workbook.filter_lists import read_filter_lists
from ingestion.clo_workbook.grid import Grid, Names
from ingestion.clo_workbook.holds import DealHolds
from ingestion.clo_workbook.labels import deal_of_sheet, same_sheet
from ingestion.clo_workbook.layout import Layout, load_layout
from ingestion.clo_workbook.outputs import output_kind, read_output
from ingestion.clo_workbook.reference import read_reference
from ingestion.clo_workbook.report import Report
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import read_date
from ingestion.extract import Extract, FileRejected, Scope, Severity
from ingestion.workbook import Workbook

KIND = "clo_workbook"


def is_clo_workbook(workbook: Workbook) -> bool:
    """Whether the workbook has sheet All Assets and at least one deal sheet, in any of their spellings."""
    return all(_anchors(workbook.sheet_names).values())


def missing_sheet(workbook: Workbook) -> FileRejected | None:
    """The refusal of a workbook that has one of the two sheets that mark a CLO workbook and lacks the other, else None."""
    anchors = _anchors(workbook.sheet_names)
    return _missing_sheet(workbook, anchors) if len(set(anchors.values())) > 1 else None


def _anchors(sheet_names: Sequence[str]) -> dict[str, bool]:
    """Whether each of the two sheets that every CLO workbook has is there, by the sheet's name in messages."""
    titles = load_layout().sheets["all_assets"]
    return {
        "All Assets": any(same_sheet(name, title) for name in sheet_names for title in titles),
        "Mag N Inputs": any(deal_of_sheet(name) is not None for name in sheet_names),
    }


def _missing_sheet(workbook: Workbook, anchors: Mapping[str, bool]) -> FileRejected:
    lacking = " and ".join(f"'{name}'" for name, is_there in anchors.items() if not is_there)
    return FileRejected(
        "MISSING_SHEET",
        f"{workbook.name}: expected a sheet {lacking}, found {', '.join(workbook.sheet_names) or 'no sheets'} (MISSING_SHEET)",
        "Send the whole workbook, with the asset list and the input sheet of every deal.",
    )


def read_clo_workbook(workbook: Workbook) -> Extract:
    """Everything the workbook says. Raises FileRejected MISSING_SHEET without All Assets or any deal sheet."""
    layout = load_layout()
    report = Report(workbook.name)
    tables = Tables(layout.tables)
    sheets, deal_sheets = _sort_sheets(workbook, layout, report)
    names = Names(workbook, report)
    grids = {key: Grid.of(workbook, sheet) for key, sheet in sheets.items()}
    assets = read_assets(grids["all_assets"], layout.assets, names, tables, report)
    expect_count("assets", len(assets.usable), layout, report, sheet=sheets["all_assets"])
    if "correlations" in grids:
        ids = read_correlations(grids["correlations"], tables, report)
        expect_count("correlation_ids", len(ids), layout, report, sheet=sheets["correlations"])
        report_coverage(grids["correlations"], ids, assets.usable, report)
    deal_grids = {deal: Grid.of(workbook, sheet) for deal, sheet in deal_sheets.items()}
    deals = [read_deal(deal, grid, layout, names, assets, tables, report) for deal, grid in deal_grids.items()]
    expect_count("deals", len(deals), layout, report)
    if "reference" in grids:
        read_reference(grids["reference"], layout, names, tables, report)
    panel_date = _read_panels(grids, names, layout, tables, report)
    if "filters" in grids:
        read_filter_lists(grids["filters"], layout, tables, report)
    outputs = {sheet: kind for sheet in workbook.sheet_names if (kind := output_kind(sheet, layout))}
    for sheet, kind in outputs.items():
        read_output(Grid.of(workbook, sheet), kind, tables, report)
    _report_other_sheets(workbook, {*sheets.values(), *deal_sheets.values(), *outputs}, report)
    _stage_counts(workbook, grids, list(deal_grids.values()), assets, layout, tables)
    return Extract(
        kind=KIND,
        as_of=_as_of(panel_date, deals, report),
        tables=tables.finish(),
        cells=workbook.cells(),
        cells_in_file=workbook.cells_in_file,
        locations=report.locations(),
        findings=tuple(report.findings),
        rejected=tuple(report.rejected),
        row_counts=tuple(report.counts),
    )


def _sort_sheets(workbook: Workbook, layout: Layout, report: Report) -> tuple[dict[str, str], dict[str, str]]:
    """Sheet name by role, and by deal in workbook order."""
    by_role: dict[str, list[str]] = defaultdict(list)
    by_deal: dict[str, list[str]] = defaultdict(list)
    for sheet in workbook.sheet_names:
        role = next((r for r, titles in layout.sheets.items() if any(same_sheet(sheet, t) for t in titles)), None)
        deal = deal_of_sheet(sheet)
        if role is not None:
            by_role[role].append(sheet)
        elif deal is not None:
            by_deal[deal].append(sheet)
    if "all_assets" not in by_role or not by_deal:
        raise _missing_sheet(workbook, _anchors(workbook.sheet_names))
    if len(by_role["all_assets"]) > 1:
        both = " and ".join(f"'{sheet}'" for sheet in by_role["all_assets"])
        raise FileRejected(
            "DUPLICATE_SHEET",
            f"{workbook.name}: expected one sheet 'All Assets', found {both} (DUPLICATE_SHEET)",
            "Rename or remove the copy.",
        )
    roles = {role: names[0] for role, names in by_role.items() if _is_single(names, report)}
    deals = {}
    for deal, names in by_deal.items():
        if len(names) == 1:
            deals[deal] = names[0]
        else:
            both = " and ".join(f"'{name}'" for name in names)
            DealHolds(deal, names[1], report).hold("DUPLICATE_SHEET", f"expected one sheet of it, found {both}")
    return roles, deals


def _is_single(names: list[str], report: Report) -> bool:
    if len(names) > 1:
        both = " and ".join(f"'{name}'" for name in names)
        report.find(
            "DUPLICATE_SHEET",
            Severity.WARNING,
            f"sheet names must differ, found {both}; neither is read",
            sheet=names[1],
            scope=Scope.FEED,
            advice="Rename or remove the copy.",
        )
    return len(names) == 1


def _read_panels(
    grids: Mapping[str, Grid], names: Names, layout: Layout, tables: Tables, report: Report
) -> dt.date | None:
    """Stage both control panels; returns the analysis date of the active one."""
    date: dt.date | None = None
    for role, model in (("run_model", ACTIVE), ("run_model_old", OLD)):
        if role not in grids:
            continue
        sections = ControlPanel(grids[role], model, layout, tables, report).read()
        if model == ACTIVE:
            area = names.anywhere("dealanalysisdate")
            grid = grids[role]
            named = grid.at(area.first_row, area.first_column) if area and area.sheet == grid.sheet else ""
            date = read_date(named, grid.date_system).value if not isinstance(named, str) or named else None
            if date is None and "deal_info" in sections:
                date = sections["deal_info"].value("analysis_date")
    return date


def _as_of(panel_date: dt.date | None, deals: list[Deal], report: Report) -> dt.date | None:
    """The analysis date: the control panel's, else the one most deal sheets state; disagreement is reported."""
    stated = Counter(deal.analysis_date for deal in deals if deal.analysis_date is not None)
    date = panel_date or (min(stated, key=lambda day: (-stated[day], day)) if stated else None)
    if date is None:
        report.find(
            "AS_OF_MISSING",
            Severity.WARNING,
            "expected an analysis date on Run Model or a deal sheet, found none",
            scope=Scope.FEED,
            advice="Declare as_of for the feed, or fill the analysis date.",
        )
    for deal in deals:
        if deal.analysis_date is not None and deal.analysis_date != date:
            report.find(
                "AS_OF_DISAGREES",
                Severity.WARNING,
                f"analysis date must be {date}, found {deal.analysis_date}; the workbook is taken as of {date}",
                sheet=deal.sheet,
                deal=deal.deal_id,
            )
    return date


def _report_other_sheets(workbook: Workbook, known: set[str], report: Report) -> None:
    for sheet in workbook.sheet_names:
        if sheet not in known:
            report.find(
                "EXTRA_SHEET",
                Severity.INFO,
                "the sheet is not known; its cells are kept",
                sheet=sheet,
                scope=Scope.FEED,
            )


def _stage_counts(
    workbook: Workbook,
    grids: Mapping[str, Grid],
    deal_grids: list[Grid],
    assets: Assets,
    layout: Layout,
    tables: Tables,
) -> None:
    asset_sheet = grids["all_assets"].sheet
    matrix = grids.get("correlations")
    side = max(matrix.height - 1, 0) if matrix else 0
    across = max(matrix.width - 1, 0) if matrix else 0
    panels = [grids[role] for role in ("run_model", "run_model_old") if role in grids]
    rows_with_id = assets.rows_with_id if assets is not NO_ASSETS else 0
    counts = [
        DomainCount("assets", rows_with_id, workbook.used_width(asset_sheet), rows_with_id),
        DomainCount("correlations", side, across, side * across),
        DomainCount("scenario_parameters", None, None, count_cells(deal_grids)),
        DomainCount("configuration", None, None, count_configuration(panels, layout)),
        DomainCount(
            "reference", None, None, count_reference(grids["reference"], layout) if "reference" in grids else 0
        ),
    ]
    columns = count_columns(counts, layout)
    tables.add(COUNTS, columns, asset_sheet, [1] * len(columns["domain"]))
