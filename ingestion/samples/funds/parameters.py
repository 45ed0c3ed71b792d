"""The parameter files of the demo funds, validated when read: parties, funds and story. Making anything of them does not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

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


class WorkbookPlan(Parameters):
    organization_id: str
    organization_name: str
    feed_name: str
    as_of: dt.date
    sent_on: dt.date
    is_history: bool = False


class Rename(Parameters):
    known_on: dt.date
    investor: str
    name: str
    city: str
    region: str


class RemovedCommitment(Parameters):
    until: dt.date
    fund: str
    investor: str
    amount: float
    date: dt.date


class RestatedValuation(Parameters):
    known_on: dt.date
    investment: str
    date: dt.date
    factor: float
    note: str


class CorrectedCall(Parameters):
    known_on: dt.date
    fund: str
    due_year: int
    from_investor: str = Field(alias="from")
    to_investor: str = Field(alias="to")
    amount: float


class ModificationPlan(Parameters):
    fund: str
    investor: str
    type: str
    amount: float
    date: dt.date
    reason: str


class TransferPlan(Parameters):
    fund: str
    from_investor: str = Field(alias="from")
    to_investor: str = Field(alias="to")
    type: Literal["FULL", "PARTIAL"]
    fraction: float = 1.0
    date: dt.date
    price: float | None = None
    status: str
    reason: str


class Excuse(Parameters):
    investment: str
    investor: str
    type: str
    reason: str


class Marks(Parameters):
    recallable: dict[str, tuple[int, ...]]
    in_kind: dict[str, int]


class DatedAmount(Parameters):
    fund: str
    date: dt.date
    amount: float


class PaymentShares(Parameters):
    until: dt.date
    split: float
    late: float
    failed: float
    reversed: float


class DefaultPlan(Parameters):
    """A notice of which `paid_share` came on the due date and the rest, if ever, on the day `cured`, with interest."""

    fund: str
    investor: str
    due: dt.date
    paid_share: float
    remedy: str
    rate: float
    declared: dt.date
    cured: dt.date | None = None


class ReallocationPlan(Parameters):
    fund: str
    due: dt.date
    from_commitment: str = Field(alias="from")
    to_commitment: str = Field(alias="to")
    amount: float
    date: dt.date
    reason: str


class WaiverPlan(Parameters):
    """What the manager gives up of the fees of a fund from `start` until the day before `end`."""

    fund: str
    type: Literal["FULL", "PARTIAL", "PERCENTAGE", "REBATE", "DEEMED_CONTRIBUTION"]
    share: float | None = None
    amount: float | None = None
    start: dt.date
    end: dt.date

    @model_validator(mode="after")
    def _is_share_or_amount(self) -> WaiverPlan:
        if (self.share is None) == (self.amount is None):
            raise ValueError(f"expected either share or amount, found share {self.share}, amount {self.amount}")
        return self


class PipelineDeal(Parameters):
    fund: str
    deal: str
    security: str
    stage: str
    amount: float
    date: dt.date
    first_call: dt.date
    dropped: dt.date | None = None


class ReportPlan(Parameters):
    title: str
    type: str
    template: str | None = None
    of: Literal["FUND", "INVESTOR"]
    days: int
    period_ends: tuple[dt.date, ...]


class SideLetter(Parameters):
    fund: str
    investor: str
    provision: str
    text: str
    rate: float | None = None
    mfn: bool | None = None


class ExchangeRates(Parameters):
    organization: str
    first: dt.date = Field(alias="from")
    source: str
    currencies: tuple[str, ...]
    before_market: dict[str, tuple[float, float]]


class Resent(Parameters):
    organization: str
    of: dt.date
    sent_on: dt.date


class Delta(Parameters):
    organization: str
    fund: str
    as_of: dt.date
    sent_on: dt.date


class FundStory(Parameters):
    """What happens besides investing, and how the workbooks differ; fund_story.yaml explains the fields."""

    workbooks: tuple[WorkbookPlan, ...]
    resent: Resent
    delta: Delta
    rename: Rename
    removed_commitment: RemovedCommitment
    restated_valuations: tuple[RestatedValuation, ...]
    corrected_call: CorrectedCall
    modifications: tuple[ModificationPlan, ...]
    transfers: tuple[TransferPlan, ...]
    excuses: tuple[Excuse, ...]
    distribution_marks: Marks
    cancelled_distribution: DatedAmount
    tax_advances: tuple[DatedAmount, ...]
    payments: PaymentShares
    defaults: tuple[DefaultPlan, ...]
    reallocation: ReallocationPlan
    waivers: tuple[WaiverPlan, ...]
    pipeline: tuple[PipelineDeal, ...]
    reports: tuple[ReportPlan, ...]
    side_letters: tuple[SideLetter, ...]
    exchange_rates: ExchangeRates
    shocks: dict[dt.date, float]


@cache
def load_parties() -> tuple[Party, ...]:
    """The partners of fund_parties.yaml, validated."""
    return _read(Party, "fund_parties.yaml", "parties")


@cache
def load_funds() -> tuple[FundPlan, ...]:
    """The funds of funds.yaml, validated."""
    return _read(FundPlan, "funds.yaml", "funds")


@cache
def load_fund_story() -> FundStory:
    """The story of fund_story.yaml, validated."""
    try:
        return FundStory.model_validate(load_yaml("fund_story.yaml"))
    except ValidationError as error:
        raise refused("fund_story.yaml", "story", error) from error


def _read(model: type[Model], file_name: str, name: str) -> tuple[Model, ...]:
    found = []
    for number, item in enumerate(load_yaml(file_name)[name], 1):
        try:
            found.append(model.model_validate(item))
        except ValidationError as error:
            raise refused(file_name, f"{name} {number}", error) from error
    return tuple(found)
