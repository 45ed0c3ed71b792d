"""Lays a list of JSON objects out as a grid, so that the delimited reader's rules read it too. The rules do not belong here.

`_row` of such a file is the place of the object in its list, counted from 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ingestion.contracts import delimited_contracts
from ingestion.delimited import Grid, normal_form
from ingestion.extract import FileRejected
from ingestion.layouts import COMMON_COLUMNS, FoundLayout


def find_json_layouts(document: Any) -> list[FoundLayout]:
    """Every open layout whose required fields are keys of the first object of the list. Source: input-contracts 5.2."""
    header = _header(document)
    places = {normal_form(key): place for place, key in enumerate(header)}
    found: list[FoundLayout] = []
    for contract in delimited_contracts().values():
        for layout in contract.layouts:
            forms = {name: normal_form(field.header or name) for name, field in layout.fields.items()}
            required = {forms[name] for name, field in layout.fields.items() if field.is_required}
            if not layout.is_open or not header or not required <= places.keys():
                continue
            forms |= {name: normal_form(name) for name in COMMON_COLUMNS}
            positions = {name: places[form] for name, form in forms.items() if form in places}
            found.append(FoundLayout(contract, layout, 0, header, positions))
    return found


def grid_of_records(document: Any, name: str) -> Grid:
    """The objects of the list as rows; a value stated beside the list holds for every object that does not state it."""
    shared, records = _split(document)
    header = _header(document)
    columns: list[list[str]] = [[] for _ in header]
    for place, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise _bad_shape(name, place, f"an object, found {type(record).__name__}")
        for column, key in zip(columns, header, strict=True):
            column.append(_text(record.get(key, shared.get(key)), name, place, key))
    return Grid(
        header=header,
        header_line=0,
        lines=pa.array(range(1, len(records) + 1), pa.int32()),
        columns=tuple(pa.array(column, pa.string()) for column in columns),
        long_lines=(),
        lines_in_range=len(records),
        lines_comment=0,
        lines_blank=0,
        counted_in="object",
    )


def _split(document: Any) -> tuple[Mapping[str, Any], list[Any]]:
    """The values beside the list, and the list: the document itself, or its only array."""
    if isinstance(document, list):
        return {}, document
    lists = [value for value in document.values() if isinstance(value, list)] if isinstance(document, dict) else []
    if len(lists) != 1:
        return {}, []
    return {key: value for key, value in document.items() if not isinstance(value, list)}, lists[0]


def _header(document: Any) -> tuple[str, ...]:
    shared, records = _split(document)
    keys = [*shared, *(key for record in records if isinstance(record, dict) for key in record)]
    return tuple(dict.fromkeys(keys))


def _text(value: Any, name: str, place: int, key: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    raise _bad_shape(name, place, f"a single value under {key!r}, found {type(value).__name__}")


def _bad_shape(name: str, place: int, what: str) -> FileRejected:
    return FileRejected("BAD_JSON_SHAPE", f"{name}, object {place}: expected {what} (BAD_JSON_SHAPE)")
