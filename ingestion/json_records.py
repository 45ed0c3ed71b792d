"""Lays a list of JSON objects out as a grid, so that the delimited reader's rules read it too. The rules do not belong here.

`_row` of such a file is the place of the object in its list, counted from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ingestion.contracts import DelimitedContract, Layout, delimited_contracts
from ingestion.delimited import Grid, grid_of_columns, normal_form
from ingestion.extract import FileRejected
from ingestion.layouts import COMMON_COLUMNS, FoundLayout

_PIVOT_KEY = re.compile(r"^[A-Za-z]{3}$", re.ASCII)  # the form of a currency, known or not


def find_json_layouts(document: Any) -> list[FoundLayout]:
    """The layout of each contract that the document has: a JSON shape of its own, else an open layout whose required
    fields are keys of the list's objects. Source: input-contracts 5.1, 5.2."""
    found: list[FoundLayout] = []
    for contract in delimited_contracts().values():
        shaped = [layout for layout in contract.layouts if _has_shape(document, layout)]
        for layout in shaped or contract.layouts:
            if shaped or (not _is_shape(layout) and _has_fields(document, layout)):
                found.append(_found(document, contract, layout))
    return found


def _is_shape(layout: Layout) -> bool:
    return layout.list_under is not None or layout.keyed_by is not None


def _has_shape(document: Any, layout: Layout) -> bool:
    """Whether the document is built as the layout says; what its rows lack is found when they are read."""
    if not isinstance(document, dict) or not document:
        return False
    if layout.list_under is not None:
        return isinstance(document.get(layout.list_under), list) and set(layout.signature) <= document.keys()
    if layout.keyed_by is None or not all(isinstance(value, dict) for value in document.values()):
        return False
    keys = {key for value in document.values() for key in value}
    return set(layout.signature) <= keys and any(_PIVOT_KEY.match(key) for key in keys)


def _has_fields(document: Any, layout: Layout) -> bool:
    header = {normal_form(key) for key in _header(document, layout)}
    required = {normal_form(field.header or name) for name, field in layout.fields.items() if field.is_required}
    one_of = [{normal_form(layout.fields[name].header or name) for name in group} for group in layout.alternatives]
    return layout.is_open and bool(header) and required <= header and all(group & header for group in one_of)


def _found(document: Any, contract: DelimitedContract, layout: Layout) -> FoundLayout:
    header = _header(document, layout)
    places = {normal_form(key): place for place, key in enumerate(header)}
    forms = {name: normal_form(field.header or name) for name, field in layout.fields.items()}
    if layout.is_open:
        forms |= {name: normal_form(name) for name in COMMON_COLUMNS}
    positions = {name: places[form] for name, form in forms.items() if form in places}
    pivot = tuple(place for place, key in enumerate(header) if layout.pivot and _PIVOT_KEY.match(key))
    return FoundLayout(contract, layout, 0, header, positions, pivot)


def grid_of_records(document: Any, name: str, layout: Layout) -> Grid:
    """The objects of the list as rows; a value stated beside the list holds for every object that does not state it."""
    shared, records = _split(document, layout)
    header = _header(document, layout)
    columns: list[list[str]] = [[] for _ in header]
    for place, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise _bad_shape(name, place, f"an object, found {type(record).__name__}")
        for column, key in zip(columns, header, strict=True):
            column.append(_text(record.get(key, shared.get(key)), name, place, key))
    return grid_of_columns(header, columns, range(1, len(records) + 1), counted_in="object")


def _split(document: Any, layout: Layout) -> tuple[Mapping[str, Any], list[Any]]:
    """The values beside the list, and the list: where the layout says, else the document itself or its only array."""
    if layout.keyed_by is not None:
        title = layout.fields[layout.keyed_by].header or layout.keyed_by
        return {}, [{**value, title: key} for key, value in document.items()]
    if layout.list_under is not None:
        return {key: v for key, v in document.items() if key != layout.list_under}, document[layout.list_under]
    if isinstance(document, list):
        return {}, document
    lists = [value for value in document.values() if isinstance(value, list)] if isinstance(document, dict) else []
    if len(lists) != 1:
        return {}, []
    return {key: value for key, value in document.items() if not isinstance(value, list)}, lists[0]


def _header(document: Any, layout: Layout) -> tuple[str, ...]:
    shared, records = _split(document, layout)
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
