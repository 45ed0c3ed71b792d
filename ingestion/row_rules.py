"""Rules that look at whole rows or the whole file: tenant, plausibility, duplicates, proxies, derived levels. Reading cells does not belong here.

Each rule takes the units of a file and marks what is wrong with them, or refuses the file.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.contracts import arrow_schema
from ingestion.duplicates import find_duplicates
from ingestion.extract import FileRejected
from ingestion.fields import LayoutField
from ingestion.reasons import advice_for
from ingestion.total_return import total_return_levels
from ingestion.units import WHOLE_ROW, Units
from ingestion.values import clean

_ORGANIZATION = LayoutField(type="s")


def check_organization(units: Units, texts: pa.Array) -> None:
    """A row that names another organisation than the feed's is quarantined. Source: input-contracts 1.2."""
    stated, _ = clean(texts, _ORGANIZATION)
    differs = pc.fill_null(pc.not_equal(stated, units.source.organization_id), False)
    for unit in np.flatnonzero(differs.to_numpy(zero_copy_only=False)).tolist():
        expected = f"the feed's, {units.source.organization_id!r}"
        units.faults[unit, "organization_id"] = Fault("TENANT_MISMATCH", expected, stated[unit].as_py())


def check_plausible(units: Units) -> None:
    """Refuse the file when too much of it lies outside the bounds; else quarantine what does.

    Source: input-contracts 5.3.
    """
    rule = units.found.contract.plausible
    if rule is None:
        return
    values = units.columns[rule.field]
    low, high = (pa.scalar(bound, values.type) for bound in (rule.minimum, rule.maximum))
    is_outside = pc.fill_null(pc.or_(pc.less(values, low), pc.greater(values, high)), False)
    sound = units.is_sound()
    outside = np.flatnonzero(is_outside.to_numpy(zero_copy_only=False) & sound).tolist()
    if not outside:
        return
    judged = int((pc.is_valid(values).to_numpy(zero_copy_only=False) & sound).sum())
    bounds = f"{rule.minimum} to {rule.maximum} as a fraction"
    if len(outside) == judged or (len(outside) > 1 and len(outside) > rule.tolerated_share * judged):
        raise FileRejected(
            "OUT_OF_RANGE",
            f"{units.source.name}: {rule.field} must be {bounds}, found {len(outside)} of {judged} rows outside, the first "
            f"with {_plain(values[outside[0]].as_py())} in {units.grid.counted_in} {units.line(outside[0])}. {rule.hint} (OUT_OF_RANGE)",
            advice_for("OUT_OF_RANGE"),
        )
    for unit in outside:
        units.faults[unit, rule.field] = Fault("OUT_OF_RANGE", bounds, _plain(values[unit].as_py()))


def check_duplicates(units: Units) -> None:
    """A row said twice is kept once; rows that contradict each other under one key are all quarantined.

    Source: input-contracts 1.4.
    """
    key = [name for name in units.table.key if name in units.columns]
    has_key = ~units.says_nothing
    has_key[[unit for unit, name in units.faults if name in (*key, "organization_id")]] = False
    at = np.flatnonzero(has_key)
    chosen = {name: column.take(pa.array(at)) for name, column in units.columns.items()}
    content = [column for name, column in chosen.items() if name not in key]
    counted_in = units.grid.counted_in
    same = find_duplicates([chosen[name] for name in key], content, units.is_sound()[at])
    for place in np.flatnonzero(same.is_repeated | same.is_contradicted).tolist():
        unit, first_line = int(at[place]), units.line(int(at[same.first[place]]))
        if same.is_repeated[place]:
            fault = Fault("DUPLICATE_ROW", "stated once", f"the row of {counted_in} {first_line} again", is_quote=False)
        else:
            stated = ", ".join(str(chosen[name][place].as_py()) for name in key)
            fault = Fault(
                "DUPLICATE_KEY",
                "the only one with its key",
                f"several for ({stated}) from {counted_in} {first_line} on",
                is_quote=False,
            )
        units.faults[unit, WHOLE_ROW] = fault


def set_official(units: Units) -> None:
    """Rows before an index's first official day are proxy history, whatever they say. Source: input-contracts 5.3."""
    if "is_official" not in units.table.columns:
        return
    official = units.columns.get("is_official", pa.nulls(units.count, pa.bool_()))
    for index_id, first_day in units.found.contract.official_from.items():
        is_index = pc.fill_null(pc.equal(pc.utf8_upper(units.columns["index_id"]), index_id), False)
        is_early = pc.fill_null(pc.less(units.columns["rate_date"], pa.scalar(first_day)), False)
        known = pc.if_else(is_early, False, pc.fill_null(official, True))
        official = pc.if_else(is_index, known, official)
    units.columns["is_official"] = official


def derive_levels(units: Units) -> None:
    """Fill `level` where the layout states prices and dividends instead. Source: input-contracts 5.4."""
    if units.found.layout.derive != "total_return":
        return
    sound = np.flatnonzero(units.is_sound())
    days, prices, dividends = (
        units.columns[name].take(pa.array(sound)).to_pylist() for name in ("level_date", "price", "dividend")
    )
    series = total_return_levels(days, prices, dividends)
    levels: list[Any] = [None] * units.count
    for unit, level in zip(sound.tolist(), series.levels, strict=True):
        levels[unit] = level
        units.says_nothing[unit] = level is None
    units.columns["level"] = pa.array(levels, arrow_schema(units.table).field("level").type)
    if series.broken_at:
        without = sum(level is None for level in series.levels)
        found = f"{without} months that yield no level, from {series.broken_at} on: {series.reason}"
        units.note("SERIES_GAP", "a price and a dividend for every month", found, units.found.positions["dividend"])


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
