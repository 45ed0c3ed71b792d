"""Reads a feed that came as a sheet of a workbook instead of delimited text: the same columns, the same rules. Workbook kinds do not belong here.

Source: input-contracts 1.2, 5.7, 5.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ingestion.contracts import DelimitedContract, Layout
from ingestion.delimited import normal_form
from ingestion.extract import Extract, FileRejected, Finding, Scope
from ingestion.feeds import FEED_SHEET
from ingestion.reasons import advice_for, reason
from ingestion.sheet_grid import BadHeader, find_header, sheet_grid
from ingestion.tabular import read_units
from ingestion.units import Register, Source, Units
from ingestion.workbook import Workbook
from ingestion.workbook_reader import locations_of


def read_sheet_feed(
    workbook: Workbook, contract: DelimitedContract, source: Source, registers: Mapping[str, Register]
) -> Extract:
    """What the sheet of the feed says. Raises FileRejected: DUPLICATE_SHEET, MISSING_COLUMN, DUPLICATE_HEADER."""
    layout = next(layout for layout in contract.layouts if layout.sheet is not None)
    name = _sheet_name(workbook, layout, source)
    rows = workbook.rows(name)
    found = find_header(layout, contract, rows)
    if isinstance(found, BadHeader):
        raise FileRejected(
            found.code,
            f"{source.name}, '{name}' row {found.row}: expected {found.expected}, found {found.found} ({found.code})",
        )
    units = Units(sheet_grid(found, rows, workbook.date_system), found, source, name, registers=registers)
    extract = read_units(units)
    others = [other for other in workbook.sheet_names if other != name and normal_form(other) != FEED_SHEET]
    return replace(
        extract,
        cells=workbook.cells(),
        cells_in_file=workbook.cells_in_file,
        locations=locations_of({name: units}),
        findings=(*extract.findings, *(_extra(source, layout, other) for other in others)),
    )


def _sheet_name(workbook: Workbook, layout: Layout, source: Source) -> str:
    form = normal_form(str(layout.sheet))
    # A sheet also answers to its name without a final s. Source: input-contracts 1.2.
    names = [name for name in workbook.sheet_names if normal_form(name) in (form, form.removesuffix("s"))]
    if len(names) > 1:
        found = " and ".join(f"'{name}'" for name in names)
        raise FileRejected(
            "DUPLICATE_SHEET", f"{source.name}: expected one sheet {layout.sheet}, found {found} (DUPLICATE_SHEET)"
        )
    return names[0]


def _extra(source: Source, layout: Layout, name: str) -> Finding:
    expected, found = f"the sheet {layout.sheet} alone", f"{name!r}, which is kept and not read"
    return Finding(
        "EXTRA_SHEET",
        reason("EXTRA_SHEET").severity,
        Scope.FEED,
        f"{source.name}, '{name}': expected {expected}, found {found} (EXTRA_SHEET)",
        sheet=name,
        expected=expected,
        found=found,
        advice=advice_for("EXTRA_SHEET"),
    )
