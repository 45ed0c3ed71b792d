"""Rules that look at whole rows or the whole file: tenant, plausibility, knowledge, duplicates, proxies. Reading cells does not belong here.

Each rule takes the units of a file and marks what is wrong with them, or refuses the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.contracts import currency_decimals
from ingestion.duplicates import find_duplicates
from ingestion.extract import FileRejected
from ingestion.fields import LayoutField
from ingestion.reasons import advice_for
from ingestion.units import MASK, WHOLE_ROW, Units
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
    key = [name for name in units.key if name in units.columns]
    has_key = ~units.says_nothing
    fields = units.found.layout.fields
    # A row that names its instrument wrongly has no key that another row could share.
    naming = {
        "organization_id",
        WHOLE_ROW,
        *key,
        *(other for name in key if name in fields for other in fields[name].or_by),
    }
    has_key[[unit for unit, name in units.faults if name in naming]] = False
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
            stated = ", ".join(_shown(units, name, chosen[name][place].as_py()) for name in key)
            fault = Fault(
                "DUPLICATE_KEY",
                "the only one with its key",
                f"several for ({stated}) from {counted_in} {first_line} on",
                is_quote=False,
            )
        units.faults[unit, WHOLE_ROW] = fault


def _shown(units: Units, name: str, value: object) -> str:
    field = units.found.layout.fields.get(name)
    return MASK if field is not None and field.is_restricted else str(value)


def check_minor_units(units: Units, names: Sequence[str], currencies: Sequence[str | None]) -> None:
    """Quarantine booked money, the fields `names`, off the minor unit of its row's currency. Source: input-contracts 1.3.

    `currencies` (n,); a row whose currency is not known is left alone.
    """
    by_code = currency_decimals()
    places = np.array([by_code.get(currency or "", -1) for currency in currencies])
    for name in names:
        values = units.columns[name]
        for digits in np.unique(places[places >= 0]).tolist():
            is_off = pc.fill_null(pc.not_equal(pc.round(values, ndigits=digits), values), False)
            for unit in np.flatnonzero(is_off.to_numpy(zero_copy_only=False) & (places == digits)).tolist():
                expected = f"on the minor unit of {currencies[unit]}, {digits} decimals"
                found = f"{values[unit].as_py().normalize():f}"
                units.faults[unit, name] = Fault("PRECISION_EXCEEDED", expected, found)


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


def settle_known_at(units: Units) -> None:
    """Fill `known_at` with the load's where a row states none. What a row states counts in a back-load only.

    There it may not lie after the load itself; elsewhere it is noted. Source: input-contracts 1.1, 5.9.
    """
    for name, layout_field in units.found.layout.fields.items():
        if layout_field.default_from != "known_at":
            continue
        of_load = pa.scalar(units.source.known_at, pa.timestamp("us"))
        stated, place = units.columns[name], units.found.positions.get(name)
        if not units.source.is_backload:
            differs = pc.sum(pc.not_equal(stated, of_load)).as_py()
            if differs:
                found = f"{differs} rows with another, which count in files of backload only"
                units.note("KNOWN_AT_NOT_COUNTED", "the load's own known_at", found, place)
            units.columns[name] = pa.repeat(of_load, units.count)
            continue
        is_late = pc.fill_null(pc.greater(stated, pa.scalar(units.source.loaded_at, pa.timestamp("us"))), False)
        for unit in np.flatnonzero(is_late.to_numpy(zero_copy_only=False)).tolist():
            expected = f"an instant not after the load, {units.source.loaded_at:%Y-%m-%dT%H:%M:%SZ}"
            units.faults[unit, name] = Fault("OUT_OF_RANGE", expected, f"{stated[unit].as_py():%Y-%m-%dT%H:%M:%SZ}")
        units.columns[name] = pc.fill_null(stated, of_load)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
