"""Reads key/value blocks and control-panel settings into parameters. Which blocks a sheet has does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingestion.cells import NoValue
from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.labels import label_key, plain, slug
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.clo_workbook.locate import Located
from ingestion.clo_workbook.report import Report, address, payload, withheld
from ingestion.clo_workbook.values import Reading, Remark, is_blank, read_cell, read_text
from ingestion.extract import RowCount, Scope, Severity
from ingestion.workbook import CellError

_ANY = FieldSpec("value", "any")


@dataclass(frozen=True)
class Parameter:
    """One key and value; `row` and `column` are the 1-based place of the value's cell."""

    name: str
    label: str
    value: Any  # float, bool, date, text or None
    raw: Any
    row: int
    column: int
    is_refused: bool = False  # the cell states something that its key's rule does not take


@dataclass(frozen=True)
class Parameters:
    """All of one section, in sheet order, names distinct."""

    section: str
    items: tuple[Parameter, ...]

    def get(self, name: str) -> Parameter | None:
        return next((item for item in self.items if item.name == name), None)

    def value(self, name: str) -> Any:
        item = self.get(name)
        return None if item is None else item.value


def read_block(grid: Grid, location: Located, table: str, report: Report, *, deal: str | None = None) -> Parameters:
    """A key/value block from its first label to the last row with anything in its two columns."""
    block = location.block
    column = location.column
    if column + 1 >= location.end_column:
        report.find(
            "MISSING_COLUMN",
            Severity.WARNING,
            f"block {plain(block.name)} must have a column of values right of its labels, found the next block there",
            sheet=grid.sheet,
            row=location.head + 1,
            column=column + 1,
        )
        return Parameters(block.name, ())
    first = location.head
    if block.header and label_key(grid.at(first, column)) in block.header:
        first += 1
    by_place = dict(enumerate(block.by_place, start=1))
    last = grid.last_filled_row(first, (column, column + 1))
    found = read_section(grid, block.name, first, last, column, block.keys, table, report, by_place=by_place, deal=deal)
    if location.extent_row is not None and last != location.extent_row:
        report.find(
            "NAME_EXTENT_STALE",
            Severity.INFO,
            f"block {plain(block.name)} ends in row {last + 1} by its data, in row {location.extent_row + 1} by its "
            f"defined name; the data count",
            sheet=grid.sheet,
            row=last + 1,
            column=column + 1,
            scope=Scope.FEED,
        )
    return found


def read_section(
    grid: Grid,
    section: str,
    first: int,
    last: int,
    column: int,
    keys: Sequence[FieldSpec],
    table: str,
    report: Report,
    *,
    by_place: Mapping[int, str] | None = None,
    ignored: frozenset[str] = frozenset(),
    deal: str | None = None,
) -> Parameters:
    """Labels in `column`, values right of it, rows `first` to `last` (0-based, included).

    `by_place`: keys that a row holds by its place (1 is the first) where its label is not known as another key.
    """
    specs = {spec.name: spec for spec in keys}
    names = {header: spec.name for spec in keys for header in spec.headers}
    items: dict[str, Parameter] = {}
    blank = quarantined = comments = 0
    for place, row in enumerate(range(first, last + 1), start=1):
        label, raw = grid.at(row, column), grid.at(row, column + 1)
        if (is_blank(label) and is_blank(raw)) or label_key(label) in ignored:
            blank += is_blank(label)
            comments += not is_blank(label)  # a button's caption states nothing
            continue
        if isinstance(label, str) and label.lstrip().startswith("#") and not isinstance(label, CellError):
            comments += 1
            continue
        name = _name(label, place, names, by_place or {})
        where = address(row + 1, column + 1)
        if name is None or name in items:
            code = "MISSING_VALUE" if name is None else "DUPLICATE_KEY"
            text = (
                "label must be a text, found nothing"
                if name is None
                else f"{name} must stand once, found it again in {where}"
            )
            report.reject(table, grid.sheet, row + 1, column + 1, code, text, payload([label, raw], column + 1))
            quarantined += 1
            continue
        spec = specs.get(name)
        reading = read_cell(raw, spec or _ANY, grid.date_system)
        _remark(grid, spec or FieldSpec(name, "any"), reading, raw, row, column, report, deal)
        items[name] = Parameter(
            name, str(label).strip(), reading.value, raw, row + 1, column + 2, bool(reading.problem)
        )
    report.counts.append(
        RowCount(grid.sheet, section, table, last - first + 1, len(items), quarantined, comments, blank)
    )
    return Parameters(section, tuple(items.values()))


def _name(label: Any, place: int, names: Mapping[str, str], by_place: Mapping[int, str]) -> str | None:
    known = names.get(label_key(label))
    placed = by_place.get(place)
    if placed is None:
        return known or (slug(label) if isinstance(label, str) and slug(label) else None)
    # 'Event of Default' in the trigger's place is the trigger: its label is the start of the trigger's own.
    if known is None or placed.startswith(known):
        return placed
    return known


def _remark(
    grid: Grid,
    spec: FieldSpec,
    reading: Reading,
    raw: Any,
    row: int,
    column: int,
    report: Report,
    deal: str | None,
) -> None:
    cells = [(row + 1, column + 2)]
    if reading.problem:
        report.column(grid.sheet, spec, [Remark(0, reading.problem, raw)], cells, is_note=False, deal=deal)
    if reading.note:
        report.column(grid.sheet, spec, [Remark(0, reading.note, raw)], cells, is_note=True, deal=deal)


def parameter_columns(parameters: Parameters) -> dict[str, list[Any]]:
    """Columns section, name, label and the value by its type; `value_text` always holds the cell's text.

    A value that its key's rule refuses is of type text: the text is kept, the typed value is null.
    """
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "section",
            "name",
            "label",
            "value_type",
            "value_number",
            "value_date",
            "value_boolean",
            "value_text",
        )
    }
    for item in parameters.items:
        value = item.value
        kind = value_type(item)
        columns["section"].append(parameters.section)
        columns["name"].append(item.name)
        columns["label"].append(item.label)
        columns["value_type"].append(kind)
        columns["value_number"].append(float(value) if kind == "number" else None)
        columns["value_date"].append(value if kind == "date" else None)
        columns["value_boolean"].append(value if kind == "boolean" else None)
        columns["value_text"].append(None if kind == "empty" else cell_text(item.raw))
    return columns


def value_type(item: Parameter) -> str:
    """number, date, boolean, text or empty."""
    if item.value is None:
        return "text" if item.is_refused and cell_text(item.raw) is not None else "empty"
    if isinstance(item.value, bool):
        return "boolean"
    if isinstance(item.value, int | float):
        return "number"
    return "date" if type(item.value) is dt.date else "text"


def cell_text(raw: Any) -> str | None:
    """The text of a cell, None where it is empty or states nothing; absolute paths are withheld."""
    if isinstance(raw, NoValue):
        return None
    text: str | None = str(raw) if isinstance(raw, CellError) else read_text(raw).value
    return None if text is None else withheld(text)
