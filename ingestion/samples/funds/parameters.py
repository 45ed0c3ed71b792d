"""The parties and the funds of the demo, validated when read. What happens to them does not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator

from ingestion.samples.parameters import Parameters, load_yaml, refused

Model = TypeVar("Model", bound=Parameters)


class Party(Parameters):
    name: str
    type: str
    category: str
    industry: str
    geography: str
    country: str
    city: str
    aum: str
    ticket: float
    withholding: float = 0.0
    second_currency: str | None = None
    ids: dict[str, str]


class Closing(Parameters):
    number: int
    type: str
    date: dt.date
    joins: tuple[str, ...] = ()
    rate: float | None = None
    index: str | None = None
    spread: float | None = None


class Tranche(Parameters):
    investor: str
    closing: int
    amount: float


class Pending(Parameters):
    investor: str
    class_code: str = Field(alias="class")
    currency: str
    amount: float
    date: dt.date


class FacilityPlan(Parameters):
    bank: str
    limit: float
    margin: float
    fixed: float
    commitment_fee: float
    start: dt.date
    maturity: dt.date


class InvestmentPlan(Parameters):
    """What a fund buys and sells; funds.yaml explains the fields."""

    company: str
    sector: str
    country: str
    date: dt.date
    cost: float = Field(gt=0)
    type: str
    exit: dt.date | None
    multiple: float = Field(ge=0)
    parts: int = 1
    step: int = 2
    exits: int = 1
    income_yield: float = Field(default=0.0, alias="yield")


class PortfolioFee(Parameters):
    investment: int
    type: str
    date: dt.date
    gross: float
    fund_share: float


class FundPlan(Parameters):
    fund_id: str
    organization: str
    fund_name: str
    fund_type: str
    fund_code: str
    fund_family: str
    currency: str
    vintage: int
    style: Literal["EUROPEAN", "AMERICAN_STRICT", "AMERICAN_REALISED", "HYBRID_CAPITAL_THEN_DEAL"]
    convention: str
    hurdle: float
    carry: float
    catch_up: float
    fee_rate: float
    expense_rate: float
    fund_size: float
    factor: float
    due_day: int
    calendar: str
    strategy: str
    geography: str
    status: str
    gp: str
    periods: Literal["QUARTERLY", "MONTHLY"] = "QUARTERLY"
    classes: dict[str, str]
    class_of: dict[str, str] = Field(default_factory=dict)
    closings: tuple[Closing, ...]
    tranches: tuple[Tranche, ...]
    pending: tuple[Pending, ...] = ()
    facility: FacilityPlan | None = None
    portfolio_fees: tuple[PortfolioFee, ...] = ()
    investments: tuple[InvestmentPlan, ...]

    @field_validator("investments", mode="before")
    @classmethod
    def _rows_are_plans(cls, rows: list[list[Any]]) -> list[dict[str, Any]]:
        names = ("company", "sector", "country", "date", "cost", "type", "exit", "multiple")
        return [dict(zip(names, row[:-1], strict=True)) | row[-1] for row in rows]

    @field_validator("portfolio_fees", mode="before")
    @classmethod
    def _rows_are_fees(cls, rows: list[list[Any]]) -> list[dict[str, Any]]:
        return [dict(zip(PortfolioFee.model_fields, row, strict=True)) for row in rows]

    @property
    def first_close(self) -> dt.date:
        return self.closings[0].date

    @property
    def investment_period_end(self) -> dt.date:
        return self.first_close.replace(year=self.first_close.year + 5)


@cache
def load_parties() -> tuple[Party, ...]:
    """The partners of fund_parties.yaml, validated."""
    return _read(Party, "fund_parties.yaml", "parties")


@cache
def load_funds() -> tuple[FundPlan, ...]:
    """The funds of funds.yaml, validated."""
    return _read(FundPlan, "funds.yaml", "funds")


def _read(model: type[Model], file_name: str, name: str) -> tuple[Model, ...]:
    found = []
    for number, item in enumerate(load_yaml(file_name)[name], 1):
        try:
            found.append(model.model_validate(item))
        except ValidationError as error:
            raise refused(file_name, f"{name} {number}", error) from error
    return tuple(found)
