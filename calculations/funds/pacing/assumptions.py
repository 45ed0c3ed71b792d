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


class Scenario(Terms):
    """How a scenario differs from the assumptions of a fund's type from a day on: growth by a difference, the rest by factors."""

    scenario: str
    effective_date: dt.date
    contribution_factor: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    bow_factor: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    growth_change: Decimal = Decimal(0)
    source: str

    def applied(self, terms: PacingTerms) -> PacingTerms:
        """The assumptions as the scenario has them; no rate of contribution exceeds 1. Raises ValueError where growth cannot be so low."""
        rates = tuple(min(rate * self.contribution_factor, Decimal(1)) for rate in terms.contribution_rates)
        changed = {"contribution_rates": rates, "bow": terms.bow * self.bow_factor}
        return PacingTerms.model_validate(
            {**terms.model_dump(by_alias=True), **changed, "growth": terms.growth + self.growth_change}
        )


class _PacingFile(Terms):
    sets: tuple[PacingTerms, ...]
    scenarios: Annotated[tuple[Scenario, ...], Field(min_length=1)]
    credibility_calls: Annotated[Decimal, Field(gt=0)]
    collection_horizons: Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(min_length=1)]

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
        keys = [(scenario.scenario, scenario.effective_date) for scenario in self.scenarios]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"a scenario has one meaning a day, found several of {twice[0][0]} from {twice[0][1]}")
        return self


def in_force(fund_type: str, day: dt.date, path: Path = FILE) -> PacingTerms:
    """The assumptions for a type of fund that were in force on a day.

    Raises ValueError where there were none: what is not assumed is never filled in.
    """
    found = find_in_force(fund_type, day, path)
    if found is None:
        raise ValueError(
            f"{path.name}: expected assumptions for funds of type {fund_type} in force on {day}, found none"
        )
    return found


def find_in_force(fund_type: str, day: dt.date, path: Path = FILE) -> PacingTerms | None:
    """The assumptions for a type of fund that were in force on a day, None where there were none."""
    found = [t for t in read_policy(path, _PacingFile).sets if t.fund_type == fund_type and t.effective_date <= day]
    return max(found, key=lambda terms: terms.effective_date, default=None)


def scenarios(day: dt.date, path: Path = FILE) -> tuple[Scenario, ...]:
    """The scenarios in force on a day, each as it last became, in the order of the file."""
    newest: dict[str, Scenario] = {}
    for scenario in read_policy(path, _PacingFile).scenarios:
        known = newest.get(scenario.scenario)
        if scenario.effective_date <= day and (known is None or scenario.effective_date > known.effective_date):
            newest[scenario.scenario] = scenario
    return tuple(newest.values())


def credibility_calls(path: Path = FILE) -> float:
    """The constant K of the credibility n / (n + K) of an investor's own payment history."""
    return float(read_policy(path, _PacingFile).credibility_calls)


def collection_horizons(path: Path = FILE) -> tuple[int, ...]:
    """Days from today by which collections are expected, rising."""
    return tuple(sorted(set(read_policy(path, _PacingFile).collection_horizons)))


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
