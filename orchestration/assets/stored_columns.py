"""Columns of the warehouse as arrays of calculations: whole numbers, days, booked money as counts. Rows made for it are `arrow_columns`'."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa

from calculations.daycount import Days, Ints


def array(table: pa.Table, name: str) -> Ints:
    """A column of whole numbers or flags without NULLs."""
    found: Ints = table[name].to_numpy().astype(np.int64)
    return found


def days(table: pa.Table, name: str) -> Days:
    found: Days = table[name].to_numpy().astype("datetime64[D]")
    return found


def stored_units(column: pa.ChunkedArray) -> Ints:
    """A column of DECIMAL(24,4) as counts of 0.0001, read from the 16 bytes of each value; NULL is 0."""
    if not len(column):
        return np.empty(0, dtype=np.int64)
    whole = column.cast(pa.decimal128(38, 4)).fill_null(Decimal(0)).combine_chunks()
    words = np.frombuffer(whole.buffers()[1], dtype="<i8").reshape(-1, 2)[whole.offset : whole.offset + len(whole)]
    if ((words[:, 0] >> 63) != words[:, 1]).any():
        raise ValueError("booked money must stay below 2^63 units of 0.0001")
    return words[:, 0].copy()
