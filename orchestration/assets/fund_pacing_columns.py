"""Columns of the pacing tables in Arrow: booked money from its units, days, numbers and what is unknown. What a row says is the row
modules'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.calendars import Flags
from calculations.daycount import Days, Floats, Ints
from orchestration.assets.fund_pacing_inputs import Funds

_MONEY = pa.decimal128(38, 4)


def money(units: Ints, is_known: Flags | None = None) -> pa.Array:
    """Amounts stored with four decimals from int64 units of 0.0001, NULL where not known."""
    whole = pa.array(units, mask=None if is_known is None else ~is_known).cast(pa.decimal128(38, 0))
    # The same digits with the point four places to the left: nothing is divided, so nothing is rounded.
    return pa.Array.from_buffers(_MONEY, len(whole), whole.buffers(), offset=whole.offset)


def numbers(values: Floats) -> pa.Array:
    """Projections as double, NULL where not a number."""
    return pa.array(values, mask=np.isnan(values))


def days(values: Days) -> pa.Array:
    return pa.array(values.astype("datetime64[D]"))


def fund_columns(funds: Funds, owner: Ints) -> dict[str, Any]:
    """Keys of rows, (rows,), of funds by number."""
    names = ("measured_id", "organization_id", "fund_id", "known_at")
    return {name: _taken(getattr(funds, name), owner) for name in names}


def currencies(funds: Funds, owner: Ints) -> pa.Array:
    return _taken(funds.currency, owner)


def _taken(values: Sequence[Any], owner: Ints) -> pa.Array:
    return pa.array(values).take(pa.array(owner))
