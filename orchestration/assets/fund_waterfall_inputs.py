"""What one state says of one fund, read from the warehouse for the waterfall. The queries are in `fund_waterfall_queries`, events in `fund_waterfall_events`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from calculations.daycount import Ints
from orchestration.assets.fund_waterfall_queries import LARGE, QUERIES
from orchestration.warehouse import Warehouse

Row = Mapping[str, Any]
FundOfState = tuple[str, str]


@dataclass(frozen=True)
class Columns:
    """Rows as arrays of equal length, for the sheets whose rows are many; dates are datetime64[D]."""

    by_name: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.by_name[name]

    def __len__(self) -> int:
        return len(next(iter(self.by_name.values())))

    def part(self, start: int, end: int) -> Columns:
        return Columns({name: values[start:end] for name, values in self.by_name.items()})

    def runs(self, *names: str) -> list[tuple[int, int]]:
        """Where neighbouring rows are equal in the columns `names`: (first, behind the last) of each run."""
        if not len(self):
            return []
        changes = np.zeros(len(self) - 1, dtype=np.bool_)
        for name in names:
            changes |= self[name][1:] != self[name][:-1]
        bounds: Ints = np.flatnonzero(changes) + 1
        return list(zip([0, *bounds.tolist()], [*bounds.tolist(), len(self)], strict=True))


@dataclass(frozen=True)
class StatedFund:
    """The rows of one fund in one state by name of query; `columns` those of `LARGE`."""

    rows: Mapping[str, Sequence[Row]]
    columns: Mapping[str, Columns]

    @property
    def has_foreign_amounts(self) -> bool:
        """Whether something is stated in a currency other than the fund's; amounts here are in the fund's alone."""
        return any(bool(self.columns[name]["is_foreign"].any()) for name in LARGE) or any(
            row["is_foreign"] for name in ("transactions", "values") for row in self.rows[name]
        )


def read_funds(warehouse: Warehouse, states: Sequence[str]) -> Mapping[FundOfState, StatedFund]:
    """Everything that the waterfall reads, by state and fund: one query for each sheet."""
    rows: dict[FundOfState, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    columns: dict[FundOfState, dict[str, Columns]] = defaultdict(dict)
    none: dict[str, Columns] = {}
    for name, query in QUERIES.items():
        table = warehouse.table(query, {"states": list(states)})
        if name in LARGE:
            whole = _columns(table)
            none[name] = whole.part(0, 0)
            for start, end in whole.runs("state_id", "fund_id"):
                columns[whole["state_id"][start], whole["fund_id"][start]][name] = whole.part(start, end)
        else:
            for row in table.to_pylist():
                rows[row["state_id"], row["fund_id"]][name].append(row)
    found = {}
    for key, of_fund in rows.items():
        listed = {name: of_fund[name] for name in QUERIES if name not in LARGE}
        found[key] = StatedFund(listed, none | columns[key])
    return found


def _columns(table: pa.Table) -> Columns:
    def values(column: pa.ChunkedArray) -> Any:
        found = column.to_numpy()
        return found.astype("datetime64[D]") if found.dtype.kind == "M" else found

    return Columns({name: values(table.column(name)) for name in table.column_names})
