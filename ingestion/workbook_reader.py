"""Reads a workbook of a kind that a contract describes: every sheet typed, every bad row quarantined. Legacy layouts do not belong here.

Source: input-contracts 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ingestion.contracts import Sheet, WorkbookContract
from ingestion.delimited import normal_form
from ingestion.documents import shape_checks
from ingestion.extract import LOCATIONS_SCHEMA, Extract, FileRejected, Finding, RejectedRow, RowCount, Scope, Severity
from ingestion.feeds import FEED_SHEET
from ingestion.reasons import advice_for, reason
from ingestion.references import Knowledge, Sheets, check_owners, check_references, entities, fill_currencies
from ingestion.sheet_grid import BadHeader, find_header, sheet_grid
from ingestion.sheet_rules import check_sheet_rules
from ingestion.sheet_xml import column_letters
from ingestion.tabular import staged, type_units
from ingestion.transitions import check_transitions
from ingestion.units import Source, Units
from ingestion.workbook import Workbook

NOTHING_KNOWN = Knowledge()


def read_contract_workbook(
    workbook: Workbook,
    contract: WorkbookContract,
    source: Source,
    knowledge: Knowledge = NOTHING_KNOWN,
) -> Extract:
    """Everything that the sheets of the contract say, in the light of what is known of the feed.

    Raises FileRejected: MISSING_SHEET, or what is wrong with the header of a required sheet.
    """
    return _Reading(workbook, contract, source, knowledge).extract()


class _Reading:
    """One workbook while it is read."""

    def __init__(self, workbook: Workbook, contract: WorkbookContract, source: Source, knowledge: Knowledge) -> None:
        self.workbook, self.contract, self.source, self.knowledge = workbook, contract, source, knowledge
        self.findings: list[Finding] = []
        self.rejected: list[RejectedRow] = []
        self.counts: list[RowCount] = []
        self.rejected_sheets: list[tuple[Sheet, str]] = []

    def extract(self) -> Extract:
        units = {sheet.name: units for sheet, units in self._units()}
        for read in units.values():
            type_units(read)
        sheets = Sheets(self.contract, units, self.knowledge)
        for name, read in units.items():
            fill_currencies(sheets, name)
            check_sheet_rules(read, sheets.sheet(name))
            check_transitions(read, sheets.sheet(name), self.contract)
        check_owners(sheets)
        check_references(sheets)
        tables: dict[str, list[pa.Table]] = {}
        for read in units.values():
            table = staged(read)
            tables.setdefault(read.table.name, []).append(table)
            self.findings += read.findings
            self.rejected += read.rejected()
            self.counts.append(read.row_count(table.num_rows))
        self._hold(sheets)
        return Extract(
            kind=self.contract.kind,
            as_of=None,
            tables={name: pa.concat_tables(parts) for name, parts in tables.items()},
            cells=self.workbook.cells(),
            cells_in_file=self.workbook.cells_in_file,
            locations=locations_of(units),
            findings=tuple(self.findings),
            rejected=tuple(self.rejected),
            row_counts=tuple(self.counts),
        )

    def _units(self) -> list[tuple[Sheet, Units]]:
        by_form = self._sheets_by_form()
        shapes = shape_checks(self.contract.shapes)
        found_sheets: list[tuple[Sheet, Units]] = []
        for sheet in self.contract.sheets:
            names = sorted({name for form in forms_of(sheet) for name in by_form.pop(form, [])})
            if not names:
                self._missing(sheet)
                continue
            rows = self.workbook.rows(names[0])
            found = find_header(sheet, self.contract, rows)
            if len(names) > 1:
                both = " and ".join(f"'{name}'" for name in names)
                found = BadHeader("DUPLICATE_SHEET", 1, f"one sheet {sheet.name}", both)
            if isinstance(found, BadHeader):
                for name in names:
                    self._reject_sheet(sheet, name, found)
                continue
            grid = sheet_grid(found, rows, self.workbook.date_system)
            found_sheets.append((sheet, Units(grid, found, self.source, names[0], shapes)))
        self._report_others(by_form)
        return found_sheets

    def _sheets_by_form(self) -> dict[str, list[str]]:
        by_form: dict[str, list[str]] = {}
        for name in self.workbook.sheet_names:
            by_form.setdefault(normal_form(name), []).append(name)
        return by_form

    def _missing(self, sheet: Sheet) -> None:
        if sheet.is_required:
            found = ", ".join(self.workbook.sheet_names)
            raise FileRejected(
                "MISSING_SHEET", f"{self.source.name}: expected a sheet '{sheet.name}', found {found} (MISSING_SHEET)"
            )

    def _report_others(self, by_form: Mapping[str, Sequence[str]]) -> None:
        for name in (name for form, names in by_form.items() if form != FEED_SHEET for name in names):
            self._find("EXTRA_SHEET", name, None, "a sheet of the contract", f"{name!r}, which is kept and not read")

    def _find(self, code: str, sheet: str, row: int | None, expected: str, found: str, **values: Any) -> None:
        at = f"!{row}:{row}" if row else ""
        finding = {
            "severity": reason(code).severity,
            "scope": Scope.FEED,
            "message": f"{self.source.name}, '{sheet}'{at}: expected {expected}, found {found} ({code})",
            "advice": advice_for(code),
        } | values
        self.findings.append(Finding(code=code, sheet=sheet, row=row, expected=expected, found=found, **finding))

    def _reject_sheet(self, sheet: Sheet, name: str, bad: BadHeader) -> None:
        """Quarantine every row of a sheet that cannot be read; nothing of it is guessed."""
        message = f"{self.source.name}, '{name}' row {bad.row}: expected {bad.expected}, found {bad.found} ({bad.code})"
        if sheet.is_required:
            raise FileRejected(bad.code, message)
        self._find(bad.code, name, bad.row, bad.expected, bad.found, severity=Severity.CRITICAL)
        self.rejected_sheets.append((sheet, bad.code))
        rows = self.workbook.rows(name)
        filled = self.workbook.filled(name)
        quarantined = 0
        for place, row in enumerate(rows):
            if filled[place].any():
                quarantined += 1
                payload = {column_letters(at + 1): str(cell) for at, cell in enumerate(row) if filled[place][at]}
                self.rejected.append(RejectedRow(sheet.table, name, place + 1, None, bad.code, message, payload))
        self.counts.append(
            RowCount(name, sheet.name, sheet.table, len(rows), 0, quarantined, 0, len(rows) - quarantined)
        )

    def _hold(self, sheets: Sheets) -> None:
        """An entity of which a row of a holding sheet is quarantined is held: a total without the row would be wrong.

        An entity that another feed stated first is that feed's alone: nothing of this file enters its totals.
        """
        foreign = self._of_other_feeds(sheets)
        held: dict[tuple[str, str], tuple[str, int, str]] = {}
        for name, units in sheets.units.items():
            if not sheets.sheet(name).holds:
                continue
            faulty = {unit: fault for (unit, _), fault in sorted(units.faults.items(), key=lambda item: item[0][0])}
            for unit, entity_type, entity_id in entities(sheets, name) if faulty else ():
                if unit in faulty and not _is_harmless(faulty[unit].code) and (entity_type, entity_id) not in foreign:
                    held.setdefault((entity_type, entity_id), (name, units.line(unit), faulty[unit].code))
        for sheet, code in self.rejected_sheets:
            for field_name, entity_type in self.contract.entities.items() if sheet.holds else ():
                for entity_id in self._all(sheets, field_name):
                    held.setdefault((entity_type, entity_id), (sheet.name, 1, code))
        for (entity_type, entity_id), (name, row, code) in held.items():
            self._find(
                code,
                name,
                row,
                f"every row about {entity_type} {entity_id} to be sound",
                "a quarantined one, so that it keeps its last good figures",
                severity=Severity.CRITICAL,
                scope=Scope.ENTITY,
                entity_type=entity_type,
                entity_id=entity_id,
            )

    def _of_other_feeds(self, sheets: Sheets) -> set[tuple[str, str]]:
        """(entity type, entity id) of every entity that belongs to another feed of the organisation."""
        return {
            (entity_type, key)
            for field_name, entity_type in self.contract.entities.items()
            for sheet in self.contract.sheets
            if sheet.key == (field_name,)
            for key in sheets.knowledge.owners.get(sheet.name, ())
        }

    def _all(self, sheets: Sheets, field_name: str) -> list[str]:
        """Every entity that the workbook names."""
        for sheet in self.contract.sheets:
            if sheet.key == (field_name,) and sheet.name in sheets.units:
                return [value for value in sheets.column(sheet.name, field_name) if value is not None]
        return []


def _is_harmless(code: str) -> bool:
    # The row that a copy repeats is staged, so that no total lacks it.
    return code == "DUPLICATE_ROW"


def forms_of(sheet: Sheet) -> tuple[str, ...]:
    """Names under which a sheet is found, in normal form: its own and its aliases, with and without a final s."""
    forms = [normal_form(name) for name in (sheet.name, *sheet.other_names)]
    return tuple(
        dict.fromkeys(f for form in forms for f in (form, form.removesuffix("s"), f"{form.removesuffix('s')}s"))
    )


def locations_of(units: Mapping[str, Units]) -> pa.Table:
    """In which column each field of each table stands."""
    records = [
        {"table_name": read.table.name, "sheet": read.sheet, "field": name, "axis": "column", "position": place + 1}
        for read in units.values()
        for name, place in read.found.positions.items()
        if name in read.table.columns
    ]
    return pa.Table.from_pylist(records, LOCATIONS_SCHEMA)
