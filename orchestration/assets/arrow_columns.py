"""Arrays of calculations as Arrow columns: booked money, ratios with their decimals, texts, days. Which columns there are is not here."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from calculations.daycount import Days, Floats, Ints
from calculations.funds.performance import Basis
from calculations.reasons import Reasons, is_given

STORED_SCALE = 4  # of booked money, DECIMAL(24,4), and of its sums
RATIO_SCALE = 12  # of figures made in doubles
LARGEST_RATIO = 9e6  # 63 bits hold it with twelve decimals


def money_column(units: Ints, scale: Ints, reasons: Reasons | None = None) -> pa.Array:
    """Minor units, `scale` of which are one of the currency, as DECIMAL(38,4); NULL where there is a reason. All (rows,)."""
    stored = units * (10**STORED_SCALE // scale)
    return _decimals(stored, STORED_SCALE, None if reasons is None else is_given(reasons))


def ratio_column(values: Floats) -> pa.Array:
    """Multiples and rates (rows,) as DECIMAL(38,12), NULL for NaN."""
    is_null = np.isnan(values)
    if (np.abs(values, where=~is_null, out=np.zeros_like(values)) > LARGEST_RATIO).any():
        listed = [None if null else Decimal(f"{v:.12f}") for v, null in zip(values.tolist(), is_null, strict=True)]
        return pa.array(listed, pa.decimal128(38, RATIO_SCALE))
    units = np.rint(np.where(is_null, 0.0, values) * 10.0**RATIO_SCALE).astype(np.int64)
    return _decimals(units, RATIO_SCALE, is_null)


def convention_columns(basis: Basis, count: int) -> dict[str, pa.Array]:
    """The columns that name the convention of `count` rows measured together, the level apart."""
    named = basis.as_row()
    named["net_or_gross"] = named.pop("measure")
    del named["level"]
    return {name: pa.array([value] * count, pa.string()) for name, value in named.items()}


def text_column(texts: NDArray[np.object_]) -> pa.Array:
    """Texts (rows,), None for NULL."""
    return pa.array(texts, pa.string())


def day_column(days: Days) -> pa.Array:
    """Days (rows,), NULL for NaT."""
    return pa.array(days.astype("datetime64[D]"), pa.date32())


def _decimals(units: Ints, scale: int, is_null: NDArray[np.bool_] | None) -> pa.Array:
    """Whole numbers as decimals: the two words of each are the number and its sign."""
    words = np.stack([units, units >> 63], axis=1).astype("<i8")
    valid = None if is_null is None else pa.array(~is_null).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(38, scale), units.size, [valid, pa.py_buffer(words.tobytes())])
