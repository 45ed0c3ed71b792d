"""Columns in and out of the warehouse for capital activity: whole numbers, days and ids as arrays, exact decimals back. No rule is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from calculations.calendars import Flags
from calculations.daycount import Days, Ints

MONEY = pa.decimal128(38, 4)
RATE = pa.decimal128(38, 12)
_TEN_THOUSANDTHS = 10**4  # money is stored with four decimals, input-contracts 2.1


@dataclass(frozen=True, eq=False)
class Frame:
    """Rows of a query. Amounts are whole minor units, rates whole 1e-12, and numbers of other frames are -1 for none."""

    table: pa.Table

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, sql: str) -> Frame:
        return cls(connection.execute(sql).to_arrow_table().combine_chunks())

    @property
    def size(self) -> int:
        return int(self.table.num_rows)

    def ints(self, name: str, missing: int = -1) -> Ints:
        return np.asarray(pc.fill_null(self.table[name].cast(pa.int64()), missing).to_numpy())

    def days(self, name: str) -> Days:
        """Days, NaT for none."""
        return np.asarray(self.table[name].cast(pa.date32()).to_numpy(zero_copy_only=False)).astype("datetime64[D]")

    def flags(self, name: str) -> Flags:
        return np.asarray(pc.fill_null(self.table[name], False).to_numpy(zero_copy_only=False), dtype=np.bool_)

    def given(self, name: str) -> Flags:
        """Where something is stated at all."""
        return np.asarray(pc.is_valid(self.table[name]).to_numpy(zero_copy_only=False), dtype=np.bool_)

    def texts(self, name: str) -> list[str | None]:
        found: list[str | None] = self.table[name].to_pylist()
        return found

    def column(self, name: str, at: Ints | None = None) -> pa.Array:
        """A column as it is, or its values at the places `at`, where -1 gives NULL."""
        values = self.table[name].combine_chunks()
        return values if at is None else values.take(pa.array(at, mask=at < 0))

    def columns(self, names: Sequence[str], at: Ints | None = None) -> dict[str, pa.Array]:
        return {name: self.column(name, at) for name in names}


def money(amounts: Ints, scale: Ints, known: Flags | None = None) -> pa.Array:
    """Minor units as decimal(38,4), where `scale` is how many of them make one unit; NULL where not `known`."""
    return _decimals(amounts * (_TEN_THOUSANDTHS // scale), MONEY, known)


def rates(values: Ints, known: Flags | None = None) -> pa.Array:
    """Whole 1e-12 as decimal(38,12)."""
    return _decimals(values, RATE, known)


def days(values: Days) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"), pa.date32(), mask=np.isnat(values))


def codes(values: Ints, names: Sequence[str]) -> pa.Array:
    """Texts by their number, NULL for -1."""
    return pa.array(list(names), pa.string()).take(pa.array(values, mask=values < 0))


def table(columns: Mapping[str, Any]) -> pa.Table:
    return pa.table(dict(columns))


def _decimals(values: NDArray[np.int64], kind: pa.DataType, known: Flags | None) -> pa.Array:
    """128-bit decimals from 64-bit counts of their last digit: the low half, and its sign as the high half."""
    halves = np.empty((values.size, 2), dtype=np.int64)
    halves[:, 0], halves[:, 1] = values, values >> 63
    validity = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little").tobytes())
    return pa.Array.from_buffers(kind, values.size, [validity, pa.py_buffer(halves.tobytes())])
