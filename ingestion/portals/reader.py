"""Reads one export of an investor portal of any shape: types its rows and finds investors that contradict themselves. Shapes are the adapters'.

Source: input-contracts 5.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.contracts import arrow_schema
from ingestion.extract import Extract, RowCount
from ingestion.portals.adapters import ADAPTERS, PORTAL_EXPORT
from ingestion.row_rules import check_minor_units
from ingestion.tabular import staged, type_units
from ingestion.units import WHOLE_ROW, Source, Units

INVESTOR = ("portal", "portal_fund_id", "portal_investor_id")
CONTRADICTED = "INVESTOR_CONTRADICTED"


def read_portal_export(document: Any, text: str | None, source: Source) -> Extract:
    """Read an export, JSON `document` or delimited `text`, by the adapter of its shape.

    An investor of whom the file says two things is quarantined with all that belongs to it: RULE_VIOLATION of rule
    INVESTOR_CONTRADICTED, PARENT_QUARANTINED below it. Lines that repeat an investor say nothing new. `as_of` is the day (UTC)
    of the export. Raises FileRejected: BAD_JSON_SHAPE, MISSING_COLUMN and those of delimited text. Source: input-contracts 5.6.
    """
    adapter = next(adapter for adapter in ADAPTERS if adapter.reads(document, text))
    investors, *belongings = adapter.lay_out(document, text, source)
    for units in (investors, *belongings):
        type_units(units)
        units.columns["export_date"] = units.columns["export_date"].cast(
            arrow_schema(units.table).field("export_date").type
        )
        if "commitment_amount" in units.columns:
            check_minor_units(units, ("commitment_amount",), units.columns["currency"].to_pylist())
    repeated = _settle_investors(investors)
    _quarantine_belongings(investors, belongings)
    everything = (investors, *belongings)
    tables = {units.table.name: staged(units) for units in everything}
    counts = [units.row_count(tables[units.table.name].num_rows) for units in everything]
    return Extract(
        kind=PORTAL_EXPORT,
        as_of=pc.max(investors.columns["export_date"]).as_py(),
        tables=tables,
        findings=tuple(finding for units in everything for finding in units.findings),
        rejected=tuple(row for units in everything for row in units.rejected()),
        row_counts=(_with_repeated(counts[0], repeated), *counts[1:]),
    )


def _settle_investors(investors: Units) -> int:
    """Pass over rows that repeat an investor, and quarantine those that contradict one; returns how many were passed over."""
    repeated = 0
    for (unit, name), fault in list(investors.faults.items()):
        if name != WHOLE_ROW or fault.code not in ("DUPLICATE_ROW", "DUPLICATE_KEY"):
            continue
        if fault.code == "DUPLICATE_ROW":
            del investors.faults[unit, name]
            investors.says_nothing[unit] = True
            repeated += 1
        else:
            expected = f"the same investor wherever the file names it ({CONTRADICTED})"
            found = f"other values in {', '.join(_contradicted(investors, unit))}"
            investors.faults[unit, name] = Fault("RULE_VIOLATION", expected, found, is_quote=False)
    return repeated


def _contradicted(investors: Units, unit: int) -> list[str]:
    """Headers in which rows of the unit's investor differ; their values are not told."""
    same = np.ones(investors.count, dtype=bool)
    for name in INVESTOR:
        column = investors.columns[name]
        same &= pc.fill_null(pc.equal(column, column[unit]), False).to_numpy(zero_copy_only=False)
    found = []
    for name, field in investors.found.layout.fields.items():
        values = investors.columns[name].filter(pa.array(same))
        if len(pc.unique(values)) > 1:
            found.append(field.header or name)
    return found or ["a cell that cannot be read"]


def _quarantine_belongings(investors: Units, belongings: Sequence[Units]) -> None:
    """Quarantine what belongs to an investor none of whose rows is sound."""
    sound, keys = investors.is_sound(), _keys(investors)
    known = {key for key, is_sound in zip(keys, sound.tolist(), strict=True) if is_sound}
    lines = {key: investors.line(unit) for unit, key in reversed(list(enumerate(keys))) if key not in known}
    for units in belongings:
        is_fine = units.without_fault()
        for unit, key in enumerate(_keys(units)):
            if key in lines and is_fine[unit]:
                found = f"an investor quarantined in {units.grid.counted_in} {lines[key]}"
                units.faults[unit, WHOLE_ROW] = Fault(
                    "PARENT_QUARANTINED", "of a sound investor", found, is_quote=False
                )


def _keys(units: Units) -> list[tuple[Any, ...]]:
    return list(zip(*(units.columns[name].to_pylist() for name in INVESTOR), strict=True))


def _with_repeated(count: RowCount, repeated: int) -> RowCount:
    """Lines that repeat an investor are not blank; like comments they add no row."""
    return replace(count, rows_comment=count.rows_comment + repeated, rows_blank=count.rows_blank - repeated)
