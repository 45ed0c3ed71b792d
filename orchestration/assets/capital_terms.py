"""Terms of capital activity read from the texts of Fund Terms, each text once. What they mean is in calculations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

import numpy as np

from calculations.daycount import Ints

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class TermsRead(Generic[T]):
    """Different terms, and the number among them for each row. `errors` says by number what could not be read."""

    different: list[T]
    of_row: Ints
    errors: Mapping[int, str]


def read_terms(
    kind: str, texts: Sequence[str | None], read: Callable[[Mapping[str, Any]], T], absent: T
) -> TermsRead[T]:
    """Every different text of one kind of terms read once, numbers as decimals; `absent` where there is none, or none readable."""
    number: dict[str | None, int] = {}
    of_row = np.array([number.setdefault(text, len(number)) for text in texts], dtype=np.int64)
    different, errors = [], {}
    for text, place in number.items():
        terms = absent
        if text is not None:
            try:
                terms = read(json.loads(text, parse_float=Decimal))
            except ValueError as error:
                errors[place] = f"Fund Terms, {kind}: {error}"
        different.append(terms)
    return TermsRead(different, of_row, errors)
