"""Reads the control panels Run Model and Run Model_old: settings, filters, trades, weights. Deal sheets do not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.cells import NoValue
from ingestion.clo_workbook.grid import Grid
from ingestion.clo_workbook.key_values import Parameters, cell_text, parameter_columns, read_section
from ingestion.clo_workbook.labels import label_key
from ingestion.clo_workbook.layout import FieldSpec, Layout
from ingestion.clo_workbook.lists import read_rows
from ingestion.clo_workbook.report import Report
from ingestion.clo_workbook.tables import Tables
from ingestion.clo_workbook.values import is_blank
from ingestion.extract import RowCount, Scope, Severity

PARAMETERS = "clo_run_model_parameters"
ACTIVE, OLD = "active", "old"


@dataclass(frozen=True)
class _Anchor:
    row: int
    column: int


class ControlPanel:
    """One control panel; `model` is active or old. Blocks are found by their titles. Source: clo-workbook 1.5."""

    def __init__(self, grid: Grid, model: str, layout: Layout, tables: Tables, report: Report) -> None:
        self.grid, self.model, self.layout, self.tables, self.report = grid, model, layout, tables, report
        self._keys: dict[str, list[_Anchor]] = {}
        for row, values in enumerate(grid.rows):
            for column, value in enumerate(values):
                if column > 0 and isinstance(value, str) and value:  # column A holds the list of links
                    self._keys.setdefault(label_key(value), []).append(_Anchor(row, column))

    def read(self) -> dict[str, Parameters]:
        """Stage all tables of the panel; returns the settings by section."""
        sections: Mapping[str, Mapping[str, Any]] = self.layout.run_model["sections"]
        found = {}
        for section, rule in sections.items():
            anchor = self._find(rule["titles"])
            if anchor is None:
                self._missing(section)
                continue
            found[section] = self._settings(section, rule, anchor)
        for side, titles in self.layout.run_model["filters"]["titles"].items():
            self._filters(side, titles)
        self._trades()
        self._objectives()
        return found

    def _find(self, titles: list[str]) -> _Anchor | None:
        return next((places[0] for title in titles if (places := self._keys.get(label_key(title)))), None)

    def _missing(self, what: str) -> None:
        self.report.find(
            "MISSING_BLOCK",
            Severity.INFO,
            f"expected a block {what.replace('_', ' ')}, found no title of it",
            sheet=self.grid.sheet,
            scope=Scope.FEED,
        )

    def _settings(self, section: str, rule: Mapping[str, Any], anchor: _Anchor) -> Parameters:
        """Labels below the title, values right of them; the trading block has its one setting further right."""
        first, last, column = anchor.row + 1, self._end_of_labels(anchor), anchor.column
        if section == "hypothetical_trading":
            spec = next(key for key in self.layout.run_model_keys if key.name == "hypothetical_pool_mode")
            place = next((self._keys[h][0] for h in spec.headers if h in self._keys), None)
            if place is None:
                return Parameters(section, ())
            first, last, column = place.row, place.row, place.column
        found = read_section(
            self.grid,
            section,
            first,
            last,
            column,
            self.layout.run_model_keys,
            PARAMETERS,
            self.report,
            by_place=rule.get("by_place", {}) if self.model == ACTIVE else {},
            ignored=frozenset(map(label_key, self.layout.run_model["buttons"])),
        )
        if found.items:
            columns = parameter_columns(found) | {"model": self.model}
            self.tables.add(
                PARAMETERS, columns, self.grid.sheet, [i.row for i in found.items], [i.column for i in found.items]
            )
        return found

    def _end_of_labels(self, anchor: _Anchor) -> int:
        """Last row of the section: before the next title in its column, else the last label."""
        titles = [t for names in self.layout.run_model["filters"]["titles"].values() for t in names]
        below = [
            place.row
            for title in titles
            for place in self._keys.get(label_key(title), [])
            if place.column == anchor.column and place.row > anchor.row
        ]
        last = self.grid.last_filled_row(anchor.row + 1, (anchor.column, anchor.column + 1))
        return min([last, *(row - 1 for row in below)])

    def _filters(self, side: str, titles: list[str]) -> None:
        """Six columns by place: two of the headers stand twice."""
        anchor = self._find(titles)
        if anchor is None:
            self._missing(f"{side} filter")
            return
        rule = self.layout.run_model["filters"]
        head = anchor.row + 1 if label_key(self.grid.at(anchor.row + 1, anchor.column)) == "operator" else anchor.row
        columns = {name: anchor.column + place for place, name in enumerate(rule["fields"])}
        end = self._end_of_filter(head, columns)
        rows = range(head + 1, end + 1)
        values: dict[str, list[Any]] = {name: [] for name in columns}
        staged, comments = [], 0
        for row in rows:
            cells = {name: self.grid.at(row, column) for name, column in columns.items()}
            if all(map(is_blank, cells.values())):
                continue
            staged.append(row + 1)
            for name, cell in cells.items():
                values[name].append(_text(cell))
        blanks = len(rows) - len(staged) - comments
        self.report.counts.append(
            RowCount(self.grid.sheet, f"{side}_filter", rule["table"], len(rows), len(staged), 0, comments, blanks)
        )
        self.tables.add(
            rule["table"],
            values | {"model": self.model, "side": side, "sequence": list(range(1, len(staged) + 1))},
            self.grid.sheet,
            staged,
            [columns["value_text"] + 1] * len(staged),
        )

    def _end_of_filter(self, head: int, columns: Mapping[str, int]) -> int:
        """Filters end with their data, before the next title or header in one of their columns."""
        last = self.grid.last_filled_row(head + 1, sorted(columns.values()))
        stops = {label_key(t) for names in self.layout.run_model["filters"]["titles"].values() for t in names}
        stops |= self.layout.run_model_objectives[0].headers
        first_column = columns["logical_operator"]
        for row in range(head + 1, last + 1):
            if label_key(self.grid.at(row, first_column)) in stops:
                return self.grid.last_filled_row(head + 1, sorted(columns.values())) if row > last else row - 1
        return last

    def _header(self, fields: tuple[FieldSpec, ...]) -> tuple[int, dict[str, int]] | None:
        """The row that holds all headers of a table from left to right, and the column of each.

        Other labels of the panel repeat some of the headers, so the columns must follow one another.
        """
        for row, values in enumerate(self.grid.rows):
            keys = [label_key(value) for value in values]
            for start in (column for column, key in enumerate(keys) if key in fields[0].headers):
                columns = {fields[0].name: start}
                for spec in fields[1:]:
                    after = max(columns.values()) + 1
                    column = next((c for c in range(after, len(keys)) if keys[c] in spec.headers), None)
                    if column is None:
                        break
                    columns[spec.name] = column
                if len(columns) == len(fields):
                    return row, columns
        return None

    def _trades(self) -> None:
        rule = self.layout.run_model["trades"]
        found = self._header(self.layout.run_model_trades)
        if found is None:
            self._missing("trades")
            return
        row, columns = found
        read = read_rows(
            self.grid, row + 1, columns, self.layout.run_model_trades, rule["table"], self.report, block_name="trades"
        )
        values = read.values | {"model": self.model, "sequence": list(range(1, len(read) + 1))}
        self.tables.add(rule["table"], values, self.grid.sheet, read.rows)

    def _objectives(self) -> None:
        rule = self.layout.run_model["objectives"]
        found = self._header(self.layout.run_model_objectives)
        if found is None:
            return  # only the active panel mirrors the weights
        row, columns = found
        total = next(
            (
                place.row - 1
                for place in self._keys.get(label_key(rule["ends_with"]), [])
                if place.row > row and place.column in columns.values()
            ),
            None,
        )
        read = read_rows(
            self.grid,
            row + 1,
            columns,
            self.layout.run_model_objectives,
            rule["table"],
            self.report,
            block_name="objectives",
            last=total,
        )
        values = read.values | {"model": self.model, "sequence": list(range(1, len(read) + 1))}
        self.tables.add(rule["table"], values, self.grid.sheet, read.rows)


def _text(cell: Any) -> str | None:
    return None if isinstance(cell, NoValue) else cell_text(cell)
