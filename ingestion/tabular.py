"""Reads one delimited text by its contract: typed rows, quarantined rows, notes and counts. Finding the layout is layouts'.

One pass serves all kinds: a layout with one column per key becomes one unit per cell and is then read like the others.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import Fault
from ingestion.contracts import arrow_schema
from ingestion.delimited import normal_form, read_grid
from ingestion.derivations import derive
from ingestion.documents import check_documents, shape_checks
from ingestion.extract import Extract, FileRejected
from ingestion.fields import LayoutField
from ingestion.identifiers import CHECKS, Identifier
from ingestion.layouts import FoundLayout
from ingestion.limits import limits
from ingestion.registers import check_known
from ingestion.row_rules import check_duplicates, check_organization, check_plausible, set_official, settle_known_at
from ingestion.units import MASK, Register, Source, Units
from ingestion.values import clean, read_column

_PIVOTED = LayoutField(type="ccy", is_required=True)
_ACTION = LayoutField(type="code", codes=("UPSERT", "DELETE"))
NOTHING_KNOWN: Mapping[str, Register] = {}


def read_delimited(
    text: str, found: FoundLayout, source: Source, registers: Mapping[str, Register] = NOTHING_KNOWN
) -> Extract:
    """Read `text` by the layout found in it. Raises FileRejected when the whole file is wrong.

    Tables have the contract's columns, `_row` = line in the file, `_column` = column of the cell where the layout has
    one column per key, else null. Rows are counted in lines, or in cells of such a layout. Source: input-contracts 1, 5.
    """
    grid = read_grid(text, found.layout.delimiter, found.header_line, source.name)
    shapes = shape_checks(found.contract.shapes)
    return read_units(Units(grid, found, source, shapes=shapes, registers=registers))


def read_units(units: Units) -> Extract:
    """Type the units of a file and apply the rules of its contract; the rest of `read_delimited`."""
    type_units(units)
    check_documents(units)
    table = staged(units)
    return Extract(
        kind=units.found.contract.kind,
        as_of=_as_of(units),
        tables={units.table.name: table},
        findings=tuple(units.findings),
        rejected=units.rejected(),
        row_counts=(units.row_count(table.num_rows),),
    )


def type_units(units: Units) -> None:
    """Type every field and mark what is wrong inside the table, its tenant and its keys included."""
    found = units.found
    _note_extra_columns(units)
    is_delete = _read_actions(units)
    for name, layout_field in found.layout.fields.items():
        _read_field(units, name, layout_field, is_delete)
        _check_faults(units, 0)
    _fill_forms(units)
    units.mark_cells()
    _fill_constants(units)
    if "organization_id" not in units.table.key:  # there it names whom the row is about
        check_organization(units, _texts(units, "organization_id"))
    check_known(units)
    settle_known_at(units)
    check_plausible(units)
    check_duplicates(units)
    derive(units)
    set_official(units)


def _texts(units: Units, name: str) -> pa.Array:
    """(n,) texts of a field as they stand; nulls where the file has no such column."""
    found, grid = units.found, units.grid
    if found.layout.pivot and name == found.layout.pivot.value:
        stacked = pa.concat_arrays([grid.columns[place] for place in found.pivot_positions])
        by_column = np.arange(units.count).reshape(units.per_line, len(grid.lines))
        return stacked.take(pa.array(by_column.T.ravel()))
    if name not in found.positions:
        return pa.nulls(units.count, pa.string())
    texts = grid.columns[found.positions[name]]
    return texts.take(pa.array(units.row)) if units.place is not None else texts


def _read_field(units: Units, name: str, layout_field: LayoutField, is_delete: npt.NDArray[np.bool_]) -> None:
    """Type one field, marking what does not fit, what is missing and which units say nothing at all."""
    texts, place = _texts(units, name), units.found.positions.get(name)
    if layout_field.no_row:
        is_silent = pc.is_in(pc.utf8_trim_whitespace(texts), value_set=pa.array(layout_field.no_row))
        units.says_nothing |= is_silent.to_numpy(zero_copy_only=False)
        texts = pc.if_else(is_silent, pa.scalar(None, pa.string()), texts)
    cleaned, trimmed = clean(texts, layout_field)
    if trimmed:
        units.note("TRIMMED", "values without white space around them", f"{trimmed} with it", place)
    is_empty = pc.is_null(cleaned).to_numpy(zero_copy_only=False)
    if units.found.layout.pivot and name == units.found.layout.pivot.value:
        units.says_nothing |= is_empty
    if layout_field.default_from == "feed_name":
        cleaned = pc.fill_null(cleaned, units.source.feed_name)
        if place is not None and is_empty.any():
            found = f"{int(is_empty.sum())} empty, filled with the feed's name {units.source.feed_name!r}"
            units.note("DEFAULT_APPLIED", "a source", found, place)
    elif layout_field.default:
        cleaned = pc.fill_null(cleaned, layout_field.default)
        is_data = is_empty & ~units.says_nothing & ~is_delete
        if is_data.any():
            found = f"{int(is_data.sum())} empty, filled with {layout_field.default}"
            units.note("DEFAULT_APPLIED", "a value", found, place)
    elif (layout_field.is_required or layout_field.is_key) and not _may_be_empty(layout_field):
        # To delete a row its key is enough.
        is_needed = ~units.says_nothing if name in units.key else ~units.says_nothing & ~is_delete
        _check_faults(units, int((is_empty & is_needed).sum()))
        for unit in np.flatnonzero(is_empty & is_needed).tolist():
            units.faults[unit, name] = Fault("MISSING_VALUE", "filled", "nothing", is_quote=False)
    column = read_column(cleaned, layout_field, units.lists)
    if (rule := layout_field.bounds_rule) is not None:
        column = replace(column, faults={unit: _named(fault, rule) for unit, fault in column.faults.items()})
    # A part of a key that may be empty is then the value '', which is no default worth a note.
    units.columns[name] = pc.fill_null(column.values, "") if layout_field.default == "" else column.values
    units.faults |= {(unit, name): fault for unit, fault in column.faults.items()}
    for code, count in column.notes.items():
        units.note(code, "instants with their zone", f"{count} without, read as UTC", place)
    if layout_field.identifier is not None:
        _check_identifiers(units, name, layout_field.identifier)


def _check_faults(units: Units, more: int) -> None:
    """Refuse a file of which nearly nothing is right: every fault is kept with its row, and nobody reads a million."""
    found, most = len(units.faults) + more, limits().text.faults
    if found > most:
        raise FileRejected(
            "TOO_LARGE",
            f"{units.where(None, None)}: expected at most {most:,} faults in its rows, found {found:,} and more (TOO_LARGE)",
        )


def _named(fault: Fault, rule: str) -> Fault:
    """A breach of a field's bounds under the code of the rule that they are."""
    if fault.code != "OUT_OF_RANGE":
        return fault
    return replace(fault, code="RULE_VIOLATION", expected=f"{fault.expected} ({rule})")


def _check_identifiers(units: Units, name: str, identifier: Identifier) -> None:
    """Note the identifiers of a column whose check digit is wrong; their rows are kept. Source: input-contracts 1.3."""
    texts, place = units.columns[name], units.found.positions.get(name)
    is_right = CHECKS[identifier]
    wrong = [text for text in pc.unique(texts).to_pylist() if text is not None and not is_right(text.upper())]
    if not wrong:
        return
    at = np.flatnonzero(pc.is_in(texts, value_set=pa.array(wrong, pa.string())).to_numpy(zero_copy_only=False)).tolist()
    first = MASK if place in units.restricted else repr(texts[at[0]].as_py())
    expected = f"each {identifier.upper()} with its right check digit"
    units.note("BAD_IDENTIFIER", expected, f"{len(at)} with a wrong one, the first {first}", place, units.line(at[0]))


def _may_be_empty(layout_field: LayoutField) -> bool:
    if layout_field.default_from == "known_at" or layout_field.or_by:
        return True
    return layout_field.default == "" or layout_field.default_form is not None


def _fill_forms(units: Units) -> None:
    """Fill what is empty and made of other fields of the row; it names no row of another sheet."""
    for name, layout_field in units.found.layout.fields.items():
        if layout_field.default_form is None or not units.columns[name].null_count:
            continue
        parts = {part: units.columns[part] for part in re.findall(r"{(\w+)}", layout_field.default_form)}
        values = units.columns[name].to_pylist()
        for unit in np.flatnonzero(pc.is_null(units.columns[name]).to_numpy(zero_copy_only=False)).tolist():
            row = {part: column[unit].as_py() for part, column in parts.items()}
            values[unit] = layout_field.default_form.format(**row) if None not in row.values() else None
        units.columns[name] = pa.array(values, pa.string())


def _read_actions(units: Units) -> npt.NDArray[np.bool_]:
    """Fill `row_action`; returns which units delete. Source: input-contracts 1.2."""
    cleaned, _ = clean(_texts(units, "row_action"), _ACTION)
    column = read_column(cleaned, _ACTION)
    units.faults |= {(unit, "row_action"): fault for unit, fault in column.faults.items()}
    units.columns["row_action"] = pc.utf8_lower(pc.fill_null(column.values, "UPSERT"))
    is_delete = pc.equal(units.columns["row_action"], "delete").to_numpy(zero_copy_only=False)
    if units.source.mode == "full":
        fault = Fault("BAD_ENUM", "upsert in a full file, which deletes a row by leaving it out", "delete")
        units.faults |= {(unit, "row_action"): fault for unit in np.flatnonzero(is_delete).tolist()}
    return is_delete


def _fill_constants(units: Units) -> None:
    """Columns that the layout itself states: constants, the key of a pivot, the day of an instant."""
    layout, schema = units.found.layout, arrow_schema(units.table)
    for name, value in layout.constants.items():
        units.columns[name] = pa.repeat(pa.scalar(value, schema.field(name).type), units.count)
    if layout.pivot and units.place is not None:
        headers = pa.array([cell.strip() for cell in units.found.header])
        column = read_column(headers.take(pa.array(units.place)), _PIVOTED, units.lists)
        units.columns[layout.pivot.key] = column.values
        silent = units.says_nothing
        units.faults |= {(u, layout.pivot.value): fault for u, fault in column.faults.items() if not silent[u]}
    for name, instant in layout.day_of.items():
        units.columns[name] = units.columns[instant].cast(pa.date32())


def staged(units: Units) -> pa.Table:
    """The sound units as a raw table."""
    schema, sound = arrow_schema(units.table), units.is_sound()
    at = pa.array(np.flatnonzero(sound))
    arrays = []
    for name in units.table.columns:
        target = schema.field(name).type
        column = units.columns.get(name)
        arrays.append(pa.nulls(len(at), target) if column is None else column.take(at).cast(target))
    lines = units.grid.lines.take(pa.array(units.row[sound]))
    places = pa.nulls(len(at), pa.int32()) if units.place is None else pa.array(units.place[sound] + 1, pa.int32())
    return pa.Table.from_arrays([*arrays, pa.repeat(pa.scalar(units.sheet), len(at)), lines, places], schema=schema)


def _as_of(units: Units) -> dt.date | None:
    """The greatest day of the lines without a fault, those that state nothing included. Source: input-contracts 1.1."""
    if not units.found.contract.has_business_date:
        return None
    day = next(name for name, column_type in units.table.columns.items() if column_type == "date")
    greatest: dt.date | None = pc.max(units.columns[day].filter(pa.array(units.without_fault()))).as_py()
    return greatest


def _note_extra_columns(units: Units) -> None:
    found = units.found
    known = {*found.positions.values(), *found.pivot_positions}
    unused = {normal_form(header) for header in found.layout.unused_headers}
    for place, cell in enumerate(found.header):
        if place in known or normal_form(cell) in unused:
            continue
        texts = pc.utf8_trim_whitespace(units.grid.columns[place])
        if not cell.strip() and not pc.any(pc.not_equal(texts, "")).as_py():
            continue  # a delimiter at the end of every line
        expected = f"the columns of layout {found.layout.name} only"
        units.note("EXTRA_COLUMN", expected, f"{cell.strip()!r} too, which is not read", place, found.header_line)
