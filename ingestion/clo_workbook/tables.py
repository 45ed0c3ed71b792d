"""Gathers staged rows and turns them into the contract's Arrow tables. Reading and judging rows does not belong here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

_ARROW_TYPES = {
    "text": pa.string(),
    "double": pa.float64(),
    "integer": pa.int32(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
PROVENANCE = (("_sheet", pa.string()), ("_row", pa.int32()), ("_column", pa.int32()))


def schema_of(columns: Mapping[str, str]) -> pa.Schema:
    """Arrow schema of a raw table: the contract's columns, then `_sheet`, `_row`, `_column`."""
    return pa.schema([*((name, _ARROW_TYPES[type_]) for name, type_ in columns.items()), *PROVENANCE])


class Tables:
    """The raw tables of one workbook while they fill."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._schemas = {name: schema_of(columns) for name, columns in tables.items()}
        self._parts: dict[str, list[pa.Table]] = {name: [] for name in tables}

    def add(
        self,
        table: str,
        values: Mapping[str, Any],
        sheet: str,
        rows: Sequence[int] | np.ndarray,
        columns: Sequence[int] | np.ndarray | None = None,
    ) -> None:
        """Append rows; `values` maps a column to its values or to one value for all. Rows and columns are 1-based."""
        count = len(rows)
        unknown = set(values) - set(self._schemas[table].names)
        if unknown:
            raise ValueError(f"{table} has no columns {sorted(unknown)}")
        given: dict[str, Any] = {**values, "_sheet": sheet, "_row": rows, "_column": columns}
        arrays = [_array(given.get(field.name), field.type, count) for field in self._schemas[table]]
        self._parts[table].append(pa.Table.from_arrays(arrays, schema=self._schemas[table]))

    def finish(self) -> dict[str, pa.Table]:
        return {
            name: pa.concat_tables(parts) if parts else self._schemas[name].empty_table()
            for name, parts in self._parts.items()
        }


def _array(value: Any, type_: pa.DataType, count: int) -> pa.Array | pa.ChunkedArray:
    if isinstance(value, pa.Array | pa.ChunkedArray):
        return value
    if isinstance(value, np.ndarray):
        return pa.array(value).cast(type_)
    if isinstance(value, list | tuple | range):
        return pa.array(value, type_)
    return pa.nulls(count, type_) if value is None else pa.repeat(pa.scalar(value, type_), count)
