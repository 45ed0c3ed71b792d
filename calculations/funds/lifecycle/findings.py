"""What a rule of the fund lifecycle found wrong, and groups of rows that rules look at. The rules do not belong here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Flags, Ints, Texts


class Severity(StrEnum):
    """Source: input-contracts 2.2."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """A breach of a rule by one entity. `message` says what was expected and what was found."""

    rule_code: str
    severity: Severity
    entity_type: str
    entity_id: str
    message: str


@dataclass(frozen=True)
class Groups:
    """Rows alike in some texts: `number` (rows,) is the group of each, `first` (groups,) the first row of each."""

    number: Ints
    first: Ints

    @classmethod
    def of(cls, *columns: Texts) -> Groups:
        """Rows alike in every one of the columns, all (rows,); groups in order of the columns' values."""
        number = np.zeros(columns[0].size, dtype=np.int64)
        for column in columns:
            _, code = np.unique(column, return_inverse=True)
            number = number * (int(code.max(initial=0)) + 1) + code
        _, first, number = np.unique(number, return_index=True, return_inverse=True)
        return cls(number.astype(np.int64), first.astype(np.int64))

    def sums(self, amounts: Ints, where: Flags | None = None) -> Ints:
        """Exact sums per group (groups,) of amounts (rows,) in minor units, of the rows marked alone."""
        total = np.zeros(self.first.size, dtype=np.int64)
        np.add.at(total, self.number, amounts if where is None else np.where(where, amounts, 0))
        return total

    def counts(self) -> Ints:
        """Rows per group (groups,)."""
        return np.bincount(self.number, minlength=self.first.size).astype(np.int64)


def found(
    rule_code: str,
    severity: Severity,
    entity_type: str,
    entity_id: Texts,
    is_breach: NDArray[np.bool_],
    message: Callable[[int], str],
) -> Iterator[Finding]:
    """A finding for each marked row; `is_breach` (rows,), `message` takes the row's number."""
    for row in np.flatnonzero(is_breach).tolist():
        yield Finding(rule_code, severity, entity_type, str(entity_id[row]), message(row))
