"""Asset filters: the tree of a filter, how it is written, and which assets pass it. Reading one is in filter_parser.

A comparison with a value that an asset does not state is false, whatever the operator, so its `not` is true; how many
assets that touched is told beside the mask. Source: clo-compliance 5.7, Q19; clo-workbook 4 (value rules).
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from calculations.clo.columns import Flags, Texts, fold
from calculations.clo.compliance.universe import Universe
from calculations.clo.ratings import Agency, rating_rank
from calculations.clo.reference import country_aliases
from calculations.clo.trading.filter_fields import HOLD, UNRATED, Field, Value, folded, read_value, value_text

Operator = Literal["=", "!=", "<", ">", "<=", ">="]

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class FilterError(ValueError):
    """A filter that cannot be read: where it went wrong, what was expected there and what was found."""

    def __init__(self, where: str, expected: str, found: str) -> None:
        super().__init__(f"{where}: expected {expected}, found {found}")
        self.where, self.expected, self.found = where, expected, found


@dataclass(frozen=True)
class Comparison:
    """`field operator value`. Raises ValueError where the value is not one of the field, or its order means nothing."""

    field: Field
    operator: Operator
    value: Value

    def __post_init__(self) -> None:
        if self.operator not in _COMPARE:
            raise ValueError(f"operator must be one of {' '.join(_COMPARE)}, found {self.operator!r}")
        if not (self.field.is_ordered and self.value != UNRATED) and self.operator not in ("=", "!="):
            raise ValueError(f"{self.field.name} {value_text(self.value)} takes = or !=, found {self.operator}")
        if self.value != read_value(self.field, _plain(self.value)):
            raise ValueError(f"{self.field.name} must be {self.field.expected}, found {self.value!r}")

    def __str__(self) -> str:
        return f"{self.field.name} {self.operator} {value_text(self.value)}"


@dataclass(frozen=True)
class Not:
    """What does not pass `part`."""

    part: Filter

    def __str__(self) -> str:
        return f"not {_bracketed(self.part, And, Or)}"


@dataclass(frozen=True)
class And:
    """What passes all `parts`, two or more."""

    parts: tuple[Filter, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts)

    def __str__(self) -> str:
        return " and ".join(_bracketed(part, And, Or) for part in self.parts)


@dataclass(frozen=True)
class Or:
    """What passes any of `parts`, two or more."""

    parts: tuple[Filter, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts)

    def __str__(self) -> str:
        return " or ".join(_bracketed(part, Or) for part in self.parts)


Filter = Comparison | Not | And | Or


@dataclass(frozen=True, eq=False)
class Selection:
    """Which assets pass, shape (n,), and for each comparison that met unknown values how many assets lack one."""

    mask: Flags
    unknown: Mapping[str, int]


def select(wanted: Filter | None, universe: Universe) -> Selection:
    """The assets of a universe that pass a filter; without one all pass. Source: clo-compliance 5.7."""
    unknown: dict[str, int] = {}
    passing = np.ones(universe.size, dtype=np.bool_) if wanted is None else _mask(wanted, universe, unknown)
    return Selection(passing, unknown)


def mask(wanted: Filter | None, universe: Universe) -> Flags:
    """As `select`, the mask alone."""
    return select(wanted, universe).mask


def _mask(node: Filter, universe: Universe, unknown: dict[str, int]) -> Flags:
    match node:
        case Comparison():
            passes, is_known = _compare(node, universe)
            if not is_known.all():
                unknown[str(node)] = int((~is_known).sum())
            return passes & is_known
        case Not(part):
            return ~_mask(part, universe, unknown)
        case And(parts):
            return np.logical_and.reduce([_mask(part, universe, unknown) for part in parts])
        case Or(parts):
            return np.logical_or.reduce([_mask(part, universe, unknown) for part in parts])


def _compare(node: Comparison, universe: Universe) -> tuple[Flags, Flags]:
    """Whether each asset passes, and whether it states a value at all."""
    field, wanted, compare = node.field, node.value, _COMPARE[node.operator]
    column = getattr(universe, field.column)
    match field.kind:
        case "moodys" | "sp":
            return _compare_ratings(column, field.kind, node)
        case "text" | "country":
            found = _texts(column, field.kind)
            return compare(found, _texts(np.array([wanted]), field.kind)[0]), found != ""
        case "opinion":
            found = np.array([read_value(field, text) or text or HOLD for text in column.tolist()], dtype=np.str_)
            return compare(found, wanted), np.ones(universe.size, dtype=np.bool_)
        case "flag":
            return compare(column, wanted), np.ones(universe.size, dtype=np.bool_)
        case "day":
            return compare(column, np.datetime64(str(wanted), "D")), ~np.isnat(column)
        case _:
            return compare(column, wanted), ~np.isnan(column)


def _compare_ratings(ratings: Texts, agency: Agency, node: Comparison) -> tuple[Flags, Flags]:
    """By rank, so that ">= B3" is B3 or worse. Whether an asset is rated at all is always known."""
    ranks = rating_rank(ratings, agency)
    if node.value == UNRATED:
        return _COMPARE[node.operator](ranks, 0), np.ones(ranks.size, dtype=np.bool_)
    rank = rating_rank(np.array([node.value]), agency)[0]
    return _COMPARE[node.operator](ranks, rank), ranks > 0


def _texts(texts: Texts, kind: str) -> Texts:
    spaced = np.array([" ".join(text.split()) for text in fold(texts).tolist()], dtype=np.str_)
    if kind != "country" or not spaced.size:
        return spaced
    aliases = {folded(alias): folded(country) for alias, country in country_aliases().items()}
    return np.array([aliases.get(text, text) for text in spaced.tolist()], dtype=np.str_)


def _bracketed(part: Filter, *kinds: type) -> str:
    return f"({part})" if isinstance(part, kinds) else str(part)


def _check_parts(parts: tuple[Filter, ...]) -> None:
    if len(parts) < 2:
        raise ValueError(f"`and` and `or` join two filters or more, found {len(parts)}")


def _plain(value: Value) -> str:
    match value:
        case bool() | float():
            return value_text(value)
        case dt.date():
            return value.isoformat()
        case _:
            return value
