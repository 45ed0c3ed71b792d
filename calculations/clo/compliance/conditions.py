"""Conditions on an asset's columns, as data: shown as text, applied to a universe. Reading them is in `parsing`.

A condition is a mapping of columns to comparisons, all of which must hold, or one of `all`, `any` and `not`. What it takes
and is blank leaves it undecided, unless the rest decides it (Kleene's logic); undecided assets are named, never left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from calculations.clo.columns import Flags, Texts, fold
from calculations.clo.compliance.deal import DealInputs
from calculations.clo.compliance.universe import Universe, column_kinds
from calculations.clo.presets import Preset
from calculations.clo.ratings import Agency, rating_rank
from calculations.clo.reference import country_groups, rating_scale

Operator = Literal[
    "is",
    "is_not",
    "in",
    "not_in",
    "in_group",
    "below",
    "above",
    "at_most",
    "at_least",
    "equals",
    "after",
    "rated_at_or_below",
    "rated_below",
    "rated_at_or_above",
]

RATED = frozenset({"rated_at_or_below", "rated_below", "rated_at_or_above"})
_EXACT = frozenset({"asset_id", "issuer_id"})
_DOMAINS = {"coupon_type": ("FLOAT", "FIXED")}  # any other text is as unknown as a blank (clo-compliance Q20)


@dataclass(frozen=True, eq=False)
class Truth:
    """For each asset whether a condition holds, and whether that is unknown; both (n,), never both true."""

    holds: Flags
    is_unknown: Flags


@dataclass(frozen=True)
class Context:
    """What a condition is applied to."""

    universe: Universe
    inputs: DealInputs
    preset: Preset


@dataclass(frozen=True)
class Compare:
    column: str
    operator: Operator
    value: Any

    def __str__(self) -> str:
        value = ", ".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)
        return f"{self.column} {self.operator.replace('_', ' ')} {value}"

    def apply(self, context: Context) -> Truth:
        """Raises ValueError naming the deal input that it takes and the deal does not state."""
        column = getattr(context.universe, self.column)
        if self.operator in RATED:
            return self._compare_ratings(column, context)
        kind = column_kinds()[self.column]
        if kind == "Texts":
            return self._compare_texts(column, context)
        value = _value(self.value, context.inputs)
        if kind == "Days":
            is_unknown = np.isnat(column)
            return Truth(column > np.datetime64(value, "D"), is_unknown)
        numbers = column.astype(np.float64)
        compare = {
            "below": np.less,
            "above": np.greater,
            "at_most": np.less_equal,
            "at_least": np.greater_equal,
            "equals": np.equal,
        }[self.operator]
        return Truth(compare(numbers, float(value)), np.isnan(numbers))

    def _compare_texts(self, column: Texts, context: Context) -> Truth:
        texts = column if self.column in _EXACT or _is_typed_exactly(self.column, context) else fold(column)
        wanted = self.value if isinstance(self.value, tuple) else (str(_value(self.value, context.inputs)).upper(),)
        if self.operator == "in_group":
            groups = country_groups(context.preset)
            wanted = tuple(country for group in wanted for country in groups[group])
        found = np.isin(texts, wanted)
        holds = ~found if self.operator in ("is_not", "not_in") else found
        is_unknown = is_undecided(self.column, column, context)
        return Truth(holds & ~is_unknown, is_unknown)

    def _compare_ratings(self, column: Texts, context: Context) -> Truth:
        agency = agency_of(self.column)
        assert agency is not None
        ranks = rating_rank(column, agency)
        limit = rating_scale().rank_of[agency][str(self.value).upper()]
        holds = {
            "rated_at_or_below": ranks >= limit,
            "rated_below": ranks > limit,
            "rated_at_or_above": (ranks <= limit) & (ranks > 0),
        }[self.operator]
        is_unknown = is_undecided(self.column, column, context)
        return Truth(holds & ~is_unknown, is_unknown)


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(_within(part) for part in self.parts) or "every asset"

    def apply(self, context: Context) -> Truth:
        truth = Truth(*(np.full(context.universe.size, start) for start in (True, False)))
        for part in self.parts:
            other = part.apply(context)
            is_false = ~(truth.holds | truth.is_unknown) | ~(other.holds | other.is_unknown)
            holds = truth.holds & other.holds
            truth = Truth(holds, ~holds & ~is_false)
        return truth


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(_within(part) for part in self.parts)

    def apply(self, context: Context) -> Truth:
        return Not(AllOf(tuple(Not(part) for part in self.parts))).apply(context)


@dataclass(frozen=True)
class Not:
    part: Condition

    def __str__(self) -> str:
        return f"not ({self.part})"

    def apply(self, context: Context) -> Truth:
        truth = self.part.apply(context)
        return Truth(~truth.holds & ~truth.is_unknown, truth.is_unknown)


Condition = Compare | AllOf | AnyOf | Not

EVERY = AllOf(())


def _value(value: Any, inputs: DealInputs) -> Any:
    """A literal, or the deal's own figure; a day moved by whole years where the condition says so."""
    if not isinstance(value, Mapping):
        return value
    found = inputs.required(value["input"])
    years = int(value.get("years", 0))
    return _add_years(found, years) if isinstance(found, dt.date) else found


def _add_years(day: dt.date, years: int) -> dt.date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return dt.date(day.year + years, day.month, 28 if is_leap_day and years % 4 else day.day)


def agency_of(column: str) -> Agency | None:
    """Whose scale a column of ratings is on; S&P and Fitch share one. Source: clo-compliance 3.1."""
    if column in ("moodys_rating", "moodys_dp_rating", "moodys_rating_warf", "country_ceiling_moodys"):
        return "moodys"
    if column == "counterparty_moodys_rating":
        return "moodys"
    if column in ("sp_rating", "fitch_rating", "counterparty_sp_rating", "counterparty_fitch_rating"):
        return "sp"
    return None


def is_undecided(column: str, values: Texts, context: Context) -> Flags:
    """Where a text says nothing: blank, a coupon type that there is not, or no rating.

    Under CMP-11 an unrated asset ranks above all, so it is known to be in no class; under CMP-20 a coupon type that is
    not typed exactly is known to be neither.
    """
    agency = agency_of(column)
    if (agency is not None and "CMP-11" in context.preset) or _is_typed_exactly(column, context):
        return np.zeros(values.shape, dtype=np.bool_)
    if agency is not None:
        return rating_rank(values, agency) == 0
    return ~np.isin(fold(values), _DOMAINS[column]) if column in _DOMAINS else values == ""


def _is_typed_exactly(column: str, context: Context) -> bool:
    return column == "coupon_type" and "CMP-20" in context.preset


def _within(part: Condition) -> str:
    return f"({part})" if isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 else str(part)
