"""How figures of a projection become rows of a calc table: by period, with the keys beside them. Which figures is not here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.clo.deal import Projection

Keys = Mapping[str, Any]
Names = Mapping[str, str]  # class of a deal file -> name of the tranche on its sheet


def joined(parts: Iterable[pa.Table]) -> pa.Table:
    """Tables end to end; a column in which one of them has nothing but NULL takes the type of the others."""
    return pa.concat_tables(parts, promote_options="permissive")


def unknown(like: Any) -> Any:
    return np.full(like.shape, np.nan)


def by_period(keys: Keys, projected: Projection, columns: Mapping[str, Any], is_kept: Any = None) -> pa.Table:
    """Columns of shape (scenarios, periods), or one value for all, as rows up to each scenario's last period.

    `is_kept`, of that shape or (periods,), leaves out further rows.
    """
    names = np.array(projected.scenarios.names, dtype=object)
    count, periods = names.size, projected.dates.count
    scenario, period = (item.reshape(-1) for item in np.indices((count, periods)))
    is_reached = period < projected.result.last_period[scenario]
    if is_kept is not None:
        is_reached &= np.broadcast_to(is_kept, (count, periods)).reshape(-1)
    scenario, period = scenario[is_reached], period[is_reached]
    found: dict[str, Any] = {
        "scenario_id": names[scenario],
        "period": period + 1,
        "payment_date": projected.dates.payment[period],
        "accrual_start_date": projected.dates.accrual_begin[period],
    }
    for name, values in columns.items():
        is_array = isinstance(values, np.ndarray) and values.ndim == 2
        found[name] = values.reshape(-1)[is_reached] if is_array else _repeated(_plain(values), period.size)
    return table(keys, found)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _repeated(value: Any, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), size)


def table(keys: Keys, columns: Mapping[str, Sequence[Any] | np.ndarray | pa.Array]) -> pa.Table:
    """Columns with the keys beside them on every row; NaN is unknown."""
    arrays = {
        name: values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
        for name, values in columns.items()
    }
    size = len(next(iter(arrays.values())))
    constants = {name: _repeated(value, size) for name, value in keys.items()}
    return pa.table({**constants, **arrays})
