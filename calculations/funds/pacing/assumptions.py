"""Assumptions of the pacing model by type of fund and date, read from assumptions.yaml. The model itself does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from calculations.daycount import Floats
from calculations.exact_yaml import Terms, read_policy

FILE = Path(__file__).with_name("assumptions.yaml")

Share = Annotated[Decimal, Field(ge=0, le=1)]


class PacingTerms(Terms):
    """One fund type's assumptions from a day on; rates are fractions a year, `life` years."""

    fund_type: str
    effective_date: dt.date
    contribution_rates: Annotated[tuple[Share, ...], Field(min_length=1)]
    bow: Annotated[Decimal, Field(gt=0)]
    life: Annotated[Decimal, Field(gt=0)]
    growth: Annotated[Decimal, Field(gt=-1, lt=5)]
    yield_: Share = Field(alias="yield")
    source: str


class _PacingFile(Terms):
    sets: tuple[PacingTerms, ...]
    credibility_calls: Annotated[Decimal, Field(gt=0)]

    @model_validator(mode="before")
    @classmethod
    def _without_what_sets_repeat(cls, document: Any) -> Any:
        # `published` is there for the sets to name; its values arrive with them.
        return {k: v for k, v in document.items() if k != "published"} if isinstance(document, dict) else document

    @model_validator(mode="after")
    def _one_set_a_day(self) -> _PacingFile:
        keys = [(terms.fund_type, terms.effective_date) for terms in self.sets]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"a fund type has one set a day, found several of {twice[0][0]} from {twice[0][1]}")
        return self


def in_force(fund_type: str, day: dt.date, path: Path = FILE) -> PacingTerms:
    """The assumptions for a type of fund that were in force on a day.

    Raises ValueError where there were none: what is not assumed is never filled in.
    """
    found = [t for t in read_policy(path, _PacingFile).sets if t.fund_type == fund_type and t.effective_date <= day]
    if not found:
        raise ValueError(
            f"{path.name}: expected assumptions for funds of type {fund_type} in force on {day}, found none"
        )
    return max(found, key=lambda terms: terms.effective_date)


def credibility_calls(path: Path = FILE) -> float:
    """The constant K of the credibility n / (n + K) of an investor's own payment history."""
    return float(read_policy(path, _PacingFile).credibility_calls)


@dataclass(frozen=True)
class PacingArrays:
    """Assumptions of many funds: `contribution_rates` (funds, years), the last year's for all later ones; others (funds,)."""

    contribution_rates: Floats
    bow: Floats
    life: Floats
    growth: Floats
    yield_: Floats

    @classmethod
    def of(cls, terms: Sequence[PacingTerms]) -> PacingArrays:
        """One row per fund, in the order given."""
        years = max(len(each.contribution_rates) for each in terms)
        rates = [
            [float(each.contribution_rates[min(year, len(each.contribution_rates) - 1)]) for year in range(years)]
            for each in terms
        ]
        return cls(
            np.array(rates),
            np.array([float(each.bow) for each in terms]),
            np.array([float(each.life) for each in terms]),
            np.array([float(each.growth) for each in terms]),
            np.array([float(each.yield_) for each in terms]),
        )
