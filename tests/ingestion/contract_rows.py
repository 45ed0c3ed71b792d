"""One good row for every sheet of a workbook contract, made from the contract alone, and cells that are wrong in one known way."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ingestion.contracts import Sheet, WorkbookContract
from ingestion.fields import LayoutField

PLAIN: Mapping[str, str] = {
    **dict.fromkeys(("s", "txt", "id"), "x1"),
    **dict.fromkeys(("money", "amt", "qty", "px", "fx", "rate", "ratio", "num", "int", "units"), "1"),
    "ccy": "USD",
    "ctry": "US",
    "day": "2024-03-28",
    "instant": "2024-03-28T16:00:00Z",
    "month_day": "12-31",
    "clock": "17:00 UTC",
    "yn": "TRUE",
}

Row = dict[str, Any]


def good_rows(contract: WorkbookContract, documents: Mapping[str, Any]) -> dict[str, Row]:
    """A row for every sheet, every field filled that may be. `documents`: an example for each JSON shape in use."""
    keys = {sheet.name: f"{sheet.table}-1" for sheet in contract.sheets}
    return {sheet.name: _row(contract, sheet, keys, documents) for sheet in contract.sheets}


def _row(contract: WorkbookContract, sheet: Sheet, keys: Mapping[str, str], documents: Mapping[str, Any]) -> Row:
    row: Row = {}
    for name, field in sheet.fields.items():
        if name == "organization_id" and not field.is_key:
            continue
        if field.refers_to or field.points_to:
            row[name] = keys[contract.sheets_meant(str(field.refers_to or field.points_to))[0]]
        elif field.is_key and field.type == "id":
            row[name] = keys[sheet.name]
        elif field.type == "code":
            row[name] = field.codes[0]
        elif field.type == "json":
            shape = sheet.fields[field.shape_by].codes[0] if field.shape_by else field.shape
            row[name] = json.dumps(documents[shape] if shape else {"note": "x"})
        else:
            row[name] = "0.1" if field.type == "rate" and field.ceiling is not None else PLAIN[field.type]
    for exclusive in sheet.exclusive:
        for other in exclusive.fields[1:]:
            row[other] = None
    if sheet.transitions is not None:
        machine = sheet.transitions.machines[str(row[sheet.transitions.machine_by])]
        before, following = next(iter(machine.legal.items()))
        row |= {sheet.transitions.before: before, sheet.transitions.after: following[0]}
    for rule in sheet.rules:
        if rule.total:
            whole, parts = rule.total
            row |= dict.fromkeys(parts, "0") | {whole: "1", parts[0]: "1"}
        if rule.sums_to_zero:
            row[rule.sums_to_zero[1]] = "0"
        if rule.differ:
            row[rule.differ[1]] = {"ccy": "EUR"}.get(sheet.fields[rule.differ[1]].type, "x2")
        if rule.unless_filled:
            row[rule.unless_filled] = None
    return row


def wrong_cells(name: str, field: LayoutField) -> Iterator[tuple[Any, str]]:
    """Cells that are no value of the field, each with the reason code of input-contracts 1.3 and 1.4."""
    if (field.is_required or field.is_key) and field.default is None and field.default_form is None:
        yield None, "MISSING_VALUE"
    if field.refers_to:
        yield "GHOST", "ORPHAN_KEY"
    if field.type in ("money", "amt", "qty", "px", "fx", "rate", "ratio", "units"):
        yield "1,000", "BAD_TYPE"
        yield "NaN", "NOT_FINITE"
        if field.floor != "none" or field.must_be_positive:
            yield "-1", "OUT_OF_RANGE"
        if field.ceiling is not None:
            yield "8", "OUT_OF_RANGE"
    bad: Mapping[str, tuple[tuple[Any, str], ...]] = {
        "day": (("31/03/2024", "BAD_DATE"), ("2024-02-30", "BAD_DATE"), ("1899-12-31", "BAD_DATE")),
        "instant": (("2024-03-28T16:00:00", "BAD_DATE"),),
        "month_day": (("31-12", "BAD_DATE"),),
        "clock": (("25:00 UTC", "BAD_TYPE"),),
        "code": (("NO_SUCH_CODE", "BAD_ENUM"),),
        "ccy": (("ZZZ", "CURRENCY_UNKNOWN"),),
        "ctry": (("ZZ", "BAD_ENUM"),),
        "int": (("1.5", "BAD_TYPE"),),
        "yn": (("perhaps", "BAD_TYPE"),),
        "id": (("a b", "BAD_TYPE"), ("x" * 65, "TOO_LONG")),
        "s": (("x" * 256, "TOO_LONG"), ("a\x07b", "CONTROL_CHARACTER")),
        "txt": (("x" * 32_768, "TOO_LONG"),),
        "json": (("{", "BAD_JSON"), ('{"a":1,"a":2}', "BAD_JSON")),
    }
    if not (field.refers_to and field.type == "id"):
        yield from bad.get(field.type, ())
    if field.type == "json" and (field.shape or field.shape_by):
        yield '["no such shape", 1]', "BAD_JSON_SHAPE"
