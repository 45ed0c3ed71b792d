"""Every cell of a good workbook, made wrong in a known way, quarantines its row with the right code, row and column.

Source: input-contracts 1.3 and 1.4.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contracts import WorkbookContract, workbook_contracts
from ingestion.extract import Extract
from ingestion.sheet_xml import column_letters
from ingestion.template import write_template
from ingestion.units import Source
from ingestion.workbook import Workbook, open_workbook
from ingestion.workbook_reader import read_contract_workbook
from tests.ingestion.contract_rows import good_rows, wrong_cells

FEE = {"basis": "COMMITMENTS", "rate": "0.02", "frequency": "QUARTERLY", "timing": "ADVANCE", "day_count": "ACT_360"}
DOCUMENTS: dict[str, Any] = {
    "WATERFALL": {
        "style": "EUROPEAN",
        "order": "CAPITAL_FIRST",
        "carry": "0.2",
        "start": "DUE_DATE",
        "hurdle_floor": "ZERO",
        "hurdles": [{"kind": "RATE", "rate": "0.08", "convention": "IRR"}],
    },
    "FEE_STRUCTURE": FEE,
    "address": {"line1": "1 High Street", "country": "GB"},
    "side_letter_terms": [],
    "gl_account_selector": {"prefix": "40"},
    "transformation": {"op": "copy", "args": {}},
    "BLEND_WEIGHTS": {"DCF": "1"},
    "CAPITAL_STRUCTURE": [],
    "COMPONENTS": [],
    "UNDERLYING_IDS": ["x1"],
}
CASCADES = {"ORPHAN_KEY", "PARENT_QUARANTINED"}
KINDS = tuple(workbook_contracts())


@cache
def empty(kind: str) -> Workbook:
    with tempfile.TemporaryDirectory() as folder:
        path = write_template(kind.removesuffix("_workbook"), Path(folder) / "template.xlsx")
        return open_workbook(path, "mutated.xlsx")


@cache
def related(kind: str, name: str) -> frozenset[str]:
    """What a wrong cell of a sheet can reach: those that depend on it, and, so that they are sound, those they depend on.

    The sheets that every workbook of the kind has are among them.
    """
    contract = workbook_contracts()[kind]
    named = {
        sheet.name: {contract.sheets_meant(field.refers_to)[0] for field in sheet.fields.values() if field.refers_to}
        for sheet in contract.sheets
    }
    reached = {name}
    while more := {child for child, parents in named.items() if parents & reached} - reached:
        reached |= more
    reached |= {sheet.name for sheet in contract.sheets if sheet.is_required}
    while more := {parent for sheet in reached for parent in named[sheet]} - reached:
        reached |= more
    return frozenset(reached)


def read(
    contract: WorkbookContract, changed: tuple[str, str, Any] | None = None, again: tuple[str, str, Any] | None = None
) -> Extract:
    """The workbook with one cell `changed`, or with one row stated `again` with another cell, each (sheet, field, value).

    Sheets that the change cannot reach are left out.
    """
    rows = good_rows(contract, DOCUMENTS)
    about = changed or again
    if about is not None:
        rows = {name: row for name, row in rows.items() if name in related(contract.kind, about[0])}
    if changed is not None:
        sheet, field, value = changed
        rows[sheet][field] = value
    book = empty(contract.kind)
    filled = {}
    for name, row in rows.items():
        fields = next(sheet for sheet in contract.sheets if sheet.name == name).fields
        cells = ["" if row.get(field) is None else row[field] for field in fields]
        filled[name] = [book._rows[name][0], cells]
        if again is not None and again[0] == name:
            repeated = row | {again[1]: again[2]}
            filled[name].append(["" if repeated.get(field) is None else repeated[field] for field in fields])
    mutated = replace(book, sheet_names=tuple(filled), _rows=filled)
    return read_contract_workbook(mutated, contract, Source("mutated.xlsx", "o", "main", "full"))


def mutations(contract: WorkbookContract) -> list[tuple[str, str, Any, str]]:
    good = good_rows(contract, DOCUMENTS)
    return [
        (sheet.name, name, value, code)
        for sheet in contract.sheets
        for name, field in sheet.fields.items()
        if good[sheet.name].get(name) is not None
        for value, code in wrong_cells(name, field)
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_row_of_every_sheet_is_staged(kind: str) -> None:
    contract = workbook_contracts()[kind]
    extract = read(contract)
    assert [breach.message for breach in extract.rejected] == []
    assert {count.sheet: count.rows_staged for count in extract.row_counts} == {s.name: 1 for s in contract.sheets}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_wrong_cell_is_quarantined_with_its_code_row_and_column(kind: str, data: st.DataObject) -> None:
    contract = workbook_contracts()[kind]
    sheet, name, value, code = data.draw(st.sampled_from(mutations(contract)))
    place = list(next(s for s in contract.sheets if s.name == sheet).fields).index(name)
    breaches = {(b.sheet, b.row, b.column, b.reason_code) for b in read(contract, (sheet, name, value)).rejected}
    expected = (sheet, 2, column_letters(place + 1), code)
    assert expected in breaches
    # Rows that refer to the one quarantined go with it; nothing else does.
    assert {found for *_, found in breaches - {expected}} <= CASCADES


@pytest.mark.parametrize("kind", KINDS)
def test_type_range_key_code_and_reference_are_all_among_the_wrong_cells(kind: str) -> None:
    made = {code for *_, code in mutations(workbook_contracts()[kind])}
    assert {"BAD_TYPE", "OUT_OF_RANGE", "MISSING_VALUE", "BAD_ENUM", "ORPHAN_KEY"} <= made


def repeatable(contract: WorkbookContract) -> list[tuple[str, str]]:
    """A sheet and a text of it that may say anything, for every sheet that has one beside its key."""
    return [
        (sheet.name, name)
        for sheet in contract.sheets
        for name, field in sheet.fields.items()
        if field.type in ("s", "txt") and name not in sheet.key
    ]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_rows_of_one_key_that_differ_are_all_quarantined_and_the_same_row_again_only_once(
    kind: str, data: st.DataObject
) -> None:
    contract = workbook_contracts()[kind]
    sheet, name = data.draw(st.sampled_from(repeatable(contract)))
    stated = good_rows(contract, DOCUMENTS)[sheet].get(name)
    value = data.draw(st.sampled_from([stated, "something else"]))
    found = [(b.sheet, b.row, b.reason_code) for b in read(contract, again=(sheet, name, value)).rejected]
    here = {(row, code) for at, row, code in found if at == sheet}
    if value == stated:
        assert found == [(sheet, 3, "DUPLICATE_ROW")]
    else:
        assert {(2, "DUPLICATE_KEY"), (3, "DUPLICATE_KEY")} <= here
        assert {code for *_, code in found} <= CASCADES | {"DUPLICATE_KEY"}
