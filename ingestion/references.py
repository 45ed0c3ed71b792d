"""What ties the rows of a workbook's sheets together: references, the currency of an amount, the entity a row is about.

Reading single sheets does not belong here. Source: input-contracts 1.3, 1.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.contracts import Sheet, WorkbookContract
from ingestion.row_rules import check_minor_units
from ingestion.units import Register, Units

CURRENCY_FIELDS = ("currency", "base_currency")


@dataclass(frozen=True)
class Knowledge:
    """What is known before a file is read. By sheet: `keys` in the state of its feed, which hold for a delta and for a
    sheet that the file leaves out; `elsewhere`, keys in the states of other feeds, where the contract lets rows name them;
    `owners`, the feed that each key belongs to where it is another one. By raw table of another kind: `registers`."""

    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    elsewhere: Mapping[str, frozenset[str]] = field(default_factory=dict)
    owners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    registers: Mapping[str, Register] = field(default_factory=dict)


@dataclass
class Sheets:
    """The sheets of one workbook while they are read, by name."""

    contract: WorkbookContract
    units: Mapping[str, Units]
    knowledge: Knowledge
    _values: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def sheet(self, name: str) -> Sheet:
        return next(sheet for sheet in self.contract.sheets if sheet.name == name)

    def column(self, name: str, field_name: str) -> list[Any]:
        """(n,) values of a field of a sheet, read once."""
        at = (name, field_name)
        if at not in self._values:
            units = self.units[name]
            column = units.columns.get(field_name)
            self._values[at] = [None] * units.count if column is None else column.to_pylist()
        return self._values[at]

    def forget(self, name: str, field_name: str) -> None:
        self._values.pop((name, field_name), None)

    def references(self) -> Iterator[tuple[str, str, str]]:
        """(sheet, field, sheet or group referred to), of the sheets that are there."""
        for sheet in self.contract.sheets:
            for name, layout_field in sheet.fields.items():
                if layout_field.refers_to is not None and sheet.name in self.units:
                    yield sheet.name, name, layout_field.refers_to


def check_owners(sheets: Sheets) -> None:
    """Quarantine rows whose key another feed of the organisation stated first. Source: input-contracts 1.1."""
    for name, owners in sheets.knowledge.owners.items():
        if name not in sheets.units or not owners:
            continue
        key, units = sheets.sheet(name).key[0], sheets.units[name]
        for unit, value in enumerate(sheets.column(name, key)):
            if value in owners:
                expected = f"a key of this feed; it belongs to feed {owners[value]!r}, which stated it first"
                units.faults[unit, key] = Fault("OWNED_BY_OTHER_FEED", expected, repr(value), is_quote=False)


def check_references(sheets: Sheets) -> None:
    """Quarantine rows that refer to a row that is missing, or to a quarantined one; theirs in turn as well.

    To delete a row it need not refer to anything that is still there. Source: input-contracts 1.4.
    """
    marked = True
    while marked:
        marked = False
        keys = {reference: _keys(sheets, reference) for reference in {named for _, _, named in sheets.references()}}
        for name, field_name, reference in sheets.references():
            sound, quarantined = keys[reference]
            units = sheets.units[name]
            column = units.columns[field_name]
            made = (sheets.sheet(name).fields[field_name].default_form or "").partition("{")[0]
            missing = [
                value
                for value in pc.unique(column).to_pylist()
                if value and value not in sound and not (made and value.startswith(made))
            ]
            if not missing:
                continue
            is_wrong = pc.is_in(column, value_set=pa.array(missing, pa.string())).to_numpy(zero_copy_only=False)
            for unit in np.flatnonzero(is_wrong & units.is_sound() & ~_is_delete(units)).tolist():
                units.faults[unit, field_name] = _broken(sheets, reference, column[unit].as_py(), quarantined)
                marked = True


def _broken(sheets: Sheets, reference: str, value: str, quarantined: Mapping[str, str]) -> Fault:
    named = reference if reference in sheets.contract.groups else f"'{reference}'"
    if value in quarantined:
        found = f"{value!r}, whose {quarantined[value]} is quarantined"
        return Fault("PARENT_QUARANTINED", f"the key of a sound row of {named}", found, is_quote=False)
    return Fault("ORPHAN_KEY", f"the key of a row of {named}", repr(value), is_quote=False)


def _keys(sheets: Sheets, reference: str) -> tuple[set[str], dict[str, str]]:
    """Keys that a reference may name, and the rows of the quarantined ones by key."""
    sound: set[str] = set()
    bad: dict[str, str] = {}
    for parent in sheets.contract.sheets_meant(reference):
        of_parent, bad_of_parent = _keys_of_sheet(sheets, parent)
        sound |= of_parent
        # Of one sheet a row number says enough; of several the sheet must be named.
        place = f" of '{parent}'" if reference != parent else ""
        bad |= {key: f"row {line}{place}" for key, line in bad_of_parent.items()}
    return sound, {key: row for key, row in bad.items() if key not in sound}


def _keys_of_sheet(sheets: Sheets, parent: str) -> tuple[set[str], dict[str, int]]:
    """Keys of the sound rows of a sheet and those known before; the rows of the quarantined ones by key."""
    elsewhere = sheets.knowledge.elsewhere.get(parent, frozenset())
    before = sheets.knowledge.keys.get(parent, frozenset())
    if parent not in sheets.units:  # a sheet that is left out states nothing new
        return {*elsewhere, *before}, {}
    units = sheets.units[parent]
    values, is_sound = sheets.column(parent, sheets.sheet(parent).key[0]), units.is_sound()
    is_stated, is_gone = is_sound & ~_is_delete(units), is_sound & _is_delete(units)
    stated = {values[unit] for unit in np.flatnonzero(is_stated).tolist()}
    deleted = {values[unit] for unit in np.flatnonzero(is_gone).tolist()}
    bad = {
        values[unit]: units.line(unit)
        for unit in np.flatnonzero(~is_sound).tolist()
        if values[unit] is not None and values[unit] not in stated
    }
    kept = before - deleted if units.source.mode == "delta" else frozenset()
    return stated | ({*elsewhere, *kept} - bad.keys()), bad


def _is_delete(units: Units) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.equal(units.columns["row_action"], "delete").to_numpy(zero_copy_only=False))


def resolve(sheets: Sheets, name: str, wanted: tuple[str, ...]) -> list[Any]:
    """(n,) the first of the `wanted` fields that a row, or the row it refers to, fills; None where nothing does."""
    return _resolve(sheets, name, wanted, frozenset())


def _resolve(sheets: Sheets, name: str, wanted: tuple[str, ...], seen: frozenset[str]) -> list[Any]:
    sheet, units = sheets.sheet(name), sheets.units[name]
    result: list[Any] = [None] * units.count
    for field_name in wanted:
        if field_name in sheet.fields:
            result = [
                old if old is not None else new
                for old, new in zip(result, sheets.column(name, field_name), strict=True)
            ]
    for field_name, layout_field in sheet.fields.items():
        reference = layout_field.refers_to or layout_field.points_to
        for parent in sheets.contract.sheets_meant(reference) if reference is not None else ():
            if parent in seen or parent == name or parent not in sheets.units or None not in result:
                continue
            above = _resolve(sheets, parent, wanted, seen | {name})
            by_key = dict(zip(sheets.column(parent, sheets.sheet(parent).key[0]), above, strict=True))
            keys = sheets.column(name, field_name)
            result = [old if old is not None else by_key.get(key) for old, key in zip(result, keys, strict=True)]
    return result


def fill_currencies(sheets: Sheets, name: str) -> None:
    """Fill an empty `currency` with the parent's, noted, and refuse booked money off its currency's minor unit."""
    sheet, units = sheets.sheet(name), sheets.units[name]
    money = [f for f, layout_field in sheet.fields.items() if layout_field.type == "money" and f in units.columns]
    if not money and "currency" not in sheet.fields:
        return
    currencies = resolve(sheets, name, CURRENCY_FIELDS)
    if "currency" in sheet.fields:
        stated = sheets.column(name, "currency")
        filled = sum(old is None and new is not None for old, new in zip(stated, currencies, strict=True))
        if filled:
            units.columns["currency"] = pa.array(currencies, pa.string())
            sheets.forget(name, "currency")
            found = f"{filled} empty, filled with the currency of the row referred to"
            units.note("DEFAULT_APPLIED", "a currency", found, units.found.positions.get("currency"))
    check_minor_units(units, money, currencies)


def entities(sheets: Sheets, name: str) -> Iterator[tuple[int, str, str]]:
    """(unit, entity type, entity id) of every row that names an entity, itself or through the row it refers to."""
    for field_name, entity_type in sheets.contract.entities.items():
        for unit, value in enumerate(resolve(sheets, name, (field_name,))):
            if value is not None:
                yield unit, entity_type, str(value)
