"""Limits and thresholds of a house per environment, read from limits.yaml. Comparing anything with them does not belong here.

Source: fund-admin 1.9, limits; 1.4 CC-6, CC-9.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from calculations.exact_yaml import Terms, read_policy

FILE = Path(__file__).with_name("limits.yaml")

# Whole units of a currency, so that a limit is a whole number of minor units in every currency.
Amount = Annotated[int, Field(gt=0)]
Share = Annotated[Decimal, Field(gt=0, le=1)]
Count = Annotated[int, Field(gt=0)]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class Limits(Terms):
    """The limits of one environment: amounts in the currency of what is compared with them, shares as fractions."""

    allocation_minimum: Amount
    allocation_maximum: Amount
    allocation_maximum_warning: Amount
    large_deal_warning: Amount
    high_value_warning: Amount
    round_number_warning: Amount
    round_number_step: Amount
    allocations_per_deal: Count
    approval_threshold: Amount
    fund_commitment_minimum: Amount
    fund_commitment_maximum: Amount
    utilisation_warning: Share
    utilisation_limit: Share
    paid_limit: Annotated[Decimal, Field(ge=1)]
    stated_weights_tolerance_pct: Annotated[Decimal, Field(ge=0)]
    months_ahead: Count
    security_types: tuple[str, ...]
    notice_days_minimum: Count
    notice_days_maximum: Count
    reminder_days: tuple[Count, ...]
    escalation_days: Count
    milestones: tuple[Share, ...]
    ageing_days: tuple[Count, ...]
    overpayment: Literal["REFUSE", "CREDIT"]

    @field_validator("milestones", "ageing_days")
    @classmethod
    def _rise(cls, steps: tuple[Any, ...]) -> tuple[Any, ...]:
        if not steps or list(steps) != sorted(set(steps)):
            raise ValueError("must be steps that rise")
        return steps

    @model_validator(mode="after")
    def _least_below_most(self) -> Limits:
        for low, high in (
            ("allocation_minimum", "allocation_maximum_warning"),
            ("allocation_maximum_warning", "allocation_maximum"),
            ("fund_commitment_minimum", "fund_commitment_maximum"),
            ("utilisation_warning", "utilisation_limit"),
            ("notice_days_minimum", "notice_days_maximum"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"{low} must be at most {high}, {getattr(self, high)}, found {getattr(self, low)}")
        return self


class _LimitsFile(Terms):
    """Common limits and, per environment, those that differ: laid over one another as they are read."""

    environments: Mapping[Environment, Limits]

    @model_validator(mode="before")
    @classmethod
    def _lay_over_common(cls, document: Any) -> Any:
        if not isinstance(document, dict) or set(document) != {"common", "environments"}:
            raise ValueError("expected the keys common and environments")
        named = set(document["environments"])
        if named != {*Environment}:
            raise ValueError(f"environments must be {', '.join(Environment)}, found {', '.join(sorted(named))}")
        common = document["common"]
        return {"environments": {name: {**common, **own} for name, own in document["environments"].items()}}


def limits(environment: Environment | str, path: Path = FILE) -> Limits:
    """The limits of an environment as the file has them now.

    Raises ValueError for an environment that is none, and, naming file and key, for a file that is wrong.
    """
    return read_policy(path, _LimitsFile).environments[Environment(environment)]
