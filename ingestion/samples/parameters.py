"""Reads and validates the parameter files of the demo: deals and tests, and the rest as plain content. Generation does not belong here.

A file that does not fit is refused with its name and the field in question; nothing is defaulted silently.
"""

from __future__ import annotations

import csv
import datetime as dt
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Switch = bool | int | str


class Parameters(BaseModel):
    """Base of all parameter models: unknown fields are errors, values are frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class DealDates(Parameters):
    pricing: dt.date
    closing: dt.date
    effective: dt.date
    first_payment: dt.date
    no_call: dt.date
    reinvestment_end: dt.date
    maturity: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> DealDates:
        if not self.pricing <= self.closing < self.first_payment < self.reinvestment_end < self.maturity:
            raise ValueError("expected pricing <= closing < first_payment < reinvestment_end < maturity")
        return self


class DealClass(Parameters):
    """One class: balances in USD, rates as fractions, price per 1; `None` triggers and deferral stand for the sheet's NA."""

    name: str
    original: float = Field(ge=0)
    current: float = Field(ge=0)
    price: float = Field(ge=0)
    spread: float
    discount_margin: float
    pikable: int | None
    oc_trigger: float | None
    ic_trigger: float | None
    coupon_type: Literal["Floating", "Fixed", "NA"]

    @property
    def is_equity(self) -> bool:
        return self.name == "Sub Notes"


class Quality(Parameters):
    was: float
    warf_factor: int
    warf_threshold: int
    was_factor: float
    warr_threshold: float


class Triggers(Parameters):
    diversion: float
    event_of_default: float


class SubNotes(Parameters):
    quarterly_yield: float = Field(alias="yield")


class Deal(Parameters):
    """One deal as its sheet states it in the first workbook."""

    number: int
    generation: Literal[1, 2]
    name: str
    dates: DealDates
    payment_day: int = Field(ge=1, le=28)
    determination_offset: int
    next_payment_is_strictly_after: bool = False
    months_between_payments: int
    interest_determination_offset: int
    business_day_convention: str
    account_header: str
    result_header: str
    states_overwrites: bool
    holdings: int
    split_lines: int
    target: float
    principal_cash: float
    quality: Quality
    tests: tuple[int, ...]
    thresholds: dict[int, float]
    objectives: tuple[tuple[int, float], ...]
    triggers: Triggers
    sub_notes: SubNotes
    sub_note_rows: int
    classes: tuple[DealClass, ...]
    fees: tuple[tuple[str, str, float, float, str, float, bool, float], ...]
    cash_flow_inputs: dict[str, float | str]

    @property
    def sheet_name(self) -> str:
        return f"Mag {self.number} Inputs"

    @property
    def label(self) -> str:
        return f"Mag {self.number}"


class LimitDefinition(Parameters):
    number: int
    name: str
    direction: Literal["Min", "Max"]
    threshold: float | None  # None: computed when the test runs


@cache
def _text(file_name: str) -> str:
    return resources.files(__package__).joinpath(file_name).read_text(encoding="utf-8")


@cache
def load_yaml(file_name: str) -> Any:
    """The parsed content of a parameter file; callers must not change it."""
    return yaml.safe_load(_text(file_name))


def load_rows(file_name: str) -> list[dict[str, str]]:
    """Rows of a CSV parameter file as text."""
    return list(csv.DictReader(_text(file_name).splitlines()))


def refused(file_name: str, where: str, error: ValidationError) -> ValueError:
    """The error that names file, place, field and the value found."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return ValueError(f"{file_name}, {where}, {field}: {first['msg']}, found {first.get('input')!r}")


def _deal_class(row: list[Any]) -> dict[str, Any]:
    names = list(DealClass.model_fields)
    values = dict(zip(names, row, strict=True))
    nullable = ("pikable", "oc_trigger", "ic_trigger")
    return {name: None if name in nullable and value == "NA" else value for name, value in values.items()}


@cache
def load_deals() -> tuple[Deal, ...]:
    """The deals of clo_deals.yaml with its defaults applied, in sheet order."""
    content = load_yaml("clo_deals.yaml")
    tests = load_tests()
    deals = []
    for raw in content["deals"]:
        where = f"deal {raw.get('number')}"
        merged = content["defaults"] | raw | {"classes": [_deal_class(row) for row in raw["classes"]]}
        try:
            deal = Deal.model_validate(merged)
        except ValidationError as error:
            raise refused("clo_deals.yaml", where, error) from error
        unknown = [number for number in deal.tests if number not in tests]
        if unknown:
            raise ValueError(f"clo_deals.yaml, {where}, tests: expected numbers of clo_tests.csv, found {unknown}")
        weights = sum(weight for _, weight in deal.objectives)
        if weights > 1 + 1e-9:
            raise ValueError(
                f"clo_deals.yaml, {where}, objectives: weights must not exceed 1 together, found {weights}"
            )
        deals.append(deal)
    return tuple(deals)


@cache
def load_tests() -> dict[int, LimitDefinition]:
    """Test definitions of clo_tests.csv by number."""
    found = {}
    for row in load_rows("clo_tests.csv"):
        try:
            test = LimitDefinition(
                number=int(row["test_number"]),
                name=row["test_name"],
                direction=row["direction"],  # type: ignore[arg-type]
                threshold=float(row["threshold"]) if row["threshold"] else None,
            )
        except ValidationError as error:
            raise refused("clo_tests.csv", f"test {row['test_number']}", error) from error
        found[test.number] = test
    return found
