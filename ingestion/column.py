"""What typing a column of text yields: values, faults, notes; and how distinct texts are typed once. The types are elsewhere's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
SHOWN = 80  # characters of a text that a message repeats


@dataclass(frozen=True)
class Fault:
    """Why one text is not a value of its field. `found` is that text, or, with `is_quote` off, words about it."""

    code: str
    expected: str
    found: str
    is_quote: bool = True

    @property
    def shown(self) -> str:
        text = self.found if len(self.found) <= SHOWN else f"{self.found[: SHOWN - 3]}..."
        return repr(text) if self.is_quote else text


@dataclass(frozen=True)
class Column:
    """`values` (n,) typed, null where the text is null or faulty; `faults` by position; `notes` code -> cells concerned."""

    values: pa.Array
    faults: Mapping[int, Fault]
    notes: Mapping[str, int]


@dataclass(frozen=True)
class Lists:
    """What a value may have to be one of: currency codes, and those that prices alone are quoted in; JSON shapes by name,
    each a check that yields path and fault."""

    currencies: frozenset[str] = frozenset()
    price_currencies: frozenset[str] = frozenset()
    shapes: Mapping[str, Callable[[Any], tuple[str, str] | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Noted:
    value: Any
    code: str


def by_distinct_text(texts: pa.Array, parse: Callable[[str], Any], arrow_type: pa.DataType) -> Column:
    """Parse each distinct text once and spread the results. `parse` returns a value, a Fault or a `Noted` value."""
    encoded = texts.dictionary_encode()
    parsed = [parse(text) for text in encoded.dictionary.to_pylist()]
    values = [None if isinstance(p, Fault) else p.value if isinstance(p, Noted) else p for p in parsed]
    at = encoded.indices
    result = pa.array(values, arrow_type).take(at)
    notes: dict[str, int] = {}
    faults: dict[int, Fault] = {}
    special = {i: p for i, p in enumerate(parsed) if isinstance(p, Fault | Noted)}
    if special:
        numbers = at.fill_null(-1).to_numpy(zero_copy_only=False)
        for index in np.flatnonzero(np.isin(numbers, list(special))).tolist():
            outcome = special[int(numbers[index])]
            if isinstance(outcome, Fault):
                faults[index] = outcome
            else:
                notes[outcome.code] = notes.get(outcome.code, 0) + 1
    return Column(result, faults, notes)
