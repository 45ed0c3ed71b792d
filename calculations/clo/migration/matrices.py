"""One-year rating transition matrices: read, checked and named. Shorter periods and draws do not belong here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.columns import Floats
from calculations.clo.migration.universe import STATES
from calculations.clo.reference import read_table

ROW_SUM_TOLERANCE = 1e-6  # what rounding to printed decimals leaves


@dataclass(frozen=True, eq=False)
class TransitionMatrix:
    """Probabilities (states, states) to be in the column's state a year after the row's; the last state is default.

    Rows are scaled to sum to 1 exactly, which changes them by rounding at most. Raises ValueError with STATES,
    NOT_A_PROBABILITY, ROW_SUM or D_NOT_ABSORBING, naming row and column. Source: clo-compliance 4.1.
    """

    states: tuple[str, ...]
    probabilities: Floats
    source: str

    def __post_init__(self) -> None:
        size = len(self.states)
        if size < 2 or len(set(self.states)) != size or self.probabilities.shape != (size, size):
            raise ValueError(
                f"STATES: a matrix must have two states or more, each once, and a row and a column for each, "
                f"found {size} states and {self.probabilities.shape}"
            )
        with np.errstate(invalid="ignore"):
            is_wrong = ~((self.probabilities >= 0) & (self.probabilities <= 1))
        if is_wrong.any():
            row, column = np.argwhere(is_wrong)[0]
            raise ValueError(
                f"NOT_A_PROBABILITY: from {self.states[row]} to {self.states[column]} must be from 0 to 1, "
                f"found {float(self.probabilities[row, column])!r}"
            )
        sums = self.probabilities.sum(axis=1)
        if (is_off := np.abs(sums - 1.0) > ROW_SUM_TOLERANCE).any():
            row = int(np.flatnonzero(is_off)[0])
            raise ValueError(f"ROW_SUM: row {self.states[row]} must sum to 1, found {float(sums[row])!r}")
        if self.probabilities[-1, -1] != 1.0:
            raise ValueError(
                f"D_NOT_ABSORBING: from {self.states[-1]} to itself must be 1, "
                f"found {float(self.probabilities[-1, -1])!r}"
            )
        object.__setattr__(self, "probabilities", self.probabilities / sums[:, None])


def read_transition_matrix(
    rows: Iterable[Mapping[str, Any]], source: str, states: Sequence[str] = STATES
) -> TransitionMatrix:
    """The matrix from rows of `from_rating`, `to_rating`, `value`, as `stg_clo__transition_matrix` has them.

    Of a workbook's three copies only `probability` counts; rows without `matrix` are all of one. Raises ValueError with
    UNKNOWN_STATE, DUPLICATE_CELL or MISSING_CELL, and as `TransitionMatrix` does.
    """
    number = {state: place for place, state in enumerate(states)}
    cells = np.full((len(states), len(states)), np.nan)
    seen: set[tuple[int, int]] = set()
    for row in rows:
        if row.get("matrix", "probability") != "probability":
            continue
        names = tuple(str(row[side]).strip().upper() for side in ("from_rating", "to_rating"))
        if unknown := [name for name in names if name not in number]:
            raise ValueError(f"UNKNOWN_STATE: a rating must be one of {', '.join(states)}, found {unknown[0]!r}")
        cell = (number[names[0]], number[names[1]])
        if cell in seen:
            raise ValueError(f"DUPLICATE_CELL: from {names[0]} to {names[1]} must stand once, found again")
        seen.add(cell)
        cells[cell] = np.nan if row["value"] is None else float(row["value"])
    if (is_missing := np.isnan(cells)).any():
        row_at, column_at = np.argwhere(is_missing)[0]
        raise ValueError(
            f"MISSING_CELL: every pair of states needs a probability, found none from {states[row_at]} "
            f"to {states[column_at]} and {int(is_missing.sum())} missing in all"
        )
    return TransitionMatrix(tuple(states), cells, source)


def illustrative_matrix() -> TransitionMatrix:
    """The matrix that ships with the package: invented for demonstration, no agency's figures, for want of a deal's own."""
    rows = read_table("illustrative_rating_transitions")
    cells = [
        {"from_rating": row["from_rating"], "to_rating": state, "value": row[state]} for row in rows for state in STATES
    ]
    return read_transition_matrix(cells, rows[0]["source"])
