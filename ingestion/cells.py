"""Turns the rows of a sheet into the cells table, column by column. Reading files does not belong here.

A plain loop over cells costs more than reading the whole workbook, so everything here works on whole sheets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, compress, repeat
from operator import ne
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.extract import CELLS_SCHEMA


class CellError(str):
    """An Excel error value such as `#N/A`; never null, never text."""

    __slots__ = ()


class NoValue:
    """A formula that was saved without its result; never null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "a formula without a value"


NO_VALUE = NoValue()

EMPTY, NUMBER, TEXT, BOOLEAN, DATE, DATETIME, TIME, DURATION, ERROR = range(9)
CELL_TYPES = pa.array(["", "number", "text", "boolean", "date", "datetime", "time", "duration", "error"])
_CODE_OF: dict[type, int] = {
    float: NUMBER,
    int: NUMBER,
    str: TEXT,
    bool: BOOLEAN,
    dt.date: DATE,
    dt.datetime: DATETIME,
    dt.time: TIME,
    dt.timedelta: DURATION,
    CellError: ERROR,
    NoValue: EMPTY,
}


@dataclass(frozen=True)
class CellBlock:
    """The cells of one sheet: `codes` (rows, columns) with 0 for an empty cell, `table` in CELLS_SCHEMA."""

    codes: npt.NDArray[np.int8]
    table: pa.Table


def cells_of(sheet: str, rows: Sequence[Sequence[Any]]) -> CellBlock:
    """Every non-empty cell of a sheet whose `rows` start at A1 and have one width."""
    width = len(rows[0]) if rows else 0
    if width == 0:
        return CellBlock(np.zeros((0, 0), np.int8), CELLS_SCHEMA.empty_table())
    everything = list(chain.from_iterable(rows))
    # Most cells of side-by-side blocks are empty: they are struck out first and cheaply. Bytes serve `compress` as flags
    # and numpy as an array without making a Python object of each.
    filled = bytes(map(ne, everything, repeat("")))
    flat = list(compress(everything, filled))
    codes = np.frombuffer(bytes(map(_CODE_OF.__getitem__, map(type, flat))), np.int8)
    grid = np.zeros(len(everything), np.int8)
    grid[np.frombuffer(filled, np.bool_)] = codes
    at = np.flatnonzero(grid)
    if len(at) < len(flat):  # formulas without a value are no cells
        flat, codes = list(compress(flat, codes.tobytes())), codes[codes != EMPTY]
    table = pa.Table.from_arrays(
        [
            pa.repeat(pa.scalar(sheet, pa.string()), len(at)),
            pa.array((at // width + 1).astype(np.int32)),
            pa.array((at % width + 1).astype(np.int32)),
            CELL_TYPES.take(pa.array(codes)),
            _numbers(flat, codes),
            _texts(flat, codes),
        ],
        schema=CELLS_SCHEMA,
    )
    return CellBlock(grid.reshape(len(rows), width), table)


def _numbers(flat: list[Any], codes: npt.NDArray[np.int8]) -> pa.Array:
    is_number = (codes == NUMBER) | (codes == BOOLEAN)
    if is_number.all():
        return pa.array(np.array(flat, np.float64))
    values = np.zeros(len(flat))
    values[is_number] = np.fromiter(compress(flat, is_number.tobytes()), np.float64, int(is_number.sum()))
    return pa.array(values, mask=~is_number)


def _texts(flat: list[Any], codes: npt.NDArray[np.int8]) -> pa.Array:
    """Text form of all cells that are neither numbers nor booleans; null elsewhere.

    The string buffers are laid out directly: a general `take` with mostly nulls costs several times as much.
    """
    has_text = (codes != NUMBER) & (codes != BOOLEAN)
    at = np.flatnonzero(has_text)
    texts = list(map(flat.__getitem__, at.tolist()))
    kinds = codes[at]
    for code, form in _FORMS.items():
        for place in np.flatnonzero(kinds == code).tolist():
            texts[place] = form(texts[place])
    content = pa.array(texts, pa.string())
    offsets = np.zeros(len(flat) + 1, np.int32)
    offsets[1:][has_text] = pc.binary_length(content).to_numpy(zero_copy_only=False)
    np.cumsum(offsets, out=offsets)
    validity = np.packbits(has_text, bitorder="little")
    return pa.StringArray.from_buffers(len(flat), pa.py_buffer(offsets), content.buffers()[2], pa.py_buffer(validity))


def iso_duration(value: dt.timedelta) -> str:
    """ISO 8601 form of a duration: 36 hours are P1DT12H0M0S."""
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
    return f"P{value.days}DT{hours}H{minutes}M{seconds}{fraction}S"


_FORMS: dict[int, Callable[[Any], str]] = {
    DATE: dt.date.isoformat,
    DATETIME: dt.datetime.isoformat,
    TIME: dt.time.isoformat,
    DURATION: iso_duration,
}
