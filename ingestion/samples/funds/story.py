"""What happens in the demo funds and what their workbooks tell of it, validated when read. Terms of the funds do not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from ingestion.samples.parameters import Parameters, load_yaml, refused


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


class MisstatedCarry(Parameters):
    """Carry stated otherwise than the terms give it: of a notice, of an accrual at a quarter end, of an entry into escrow."""

    what: Literal["NOTICE", "ACCRUAL", "ESCROW_IN"]
    fund: str
    source: str
    commitment: str = ""
    amount: float


class FundStory(Parameters):
    """What happens besides investing, and how the workbooks differ; fund_story.yaml explains the fields."""

    # one story is one object, so that what follows from it can be kept
    __hash__ = object.__hash__

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
    misstated_carry: tuple[MisstatedCarry, ...]
    payments: PaymentShares
    defaults: tuple[DefaultPlan, ...]
    reallocation: ReallocationPlan
    waivers: tuple[WaiverPlan, ...]
    pipeline: tuple[PipelineDeal, ...]
    reports: tuple[ReportPlan, ...]
    side_letters: tuple[SideLetter, ...]
    exchange_rates: ExchangeRates
    shocks: dict[dt.date, float]


def known_by(story: FundStory, day: dt.date) -> dt.date:
    """The last day up to `day` on which something became known that was stated otherwise before."""
    days = (story.corrected_call.known_on, *(item.known_on for item in story.restated_valuations))
    return max((each for each in days if each <= day), default=dt.date.min)


@cache
def load_fund_story() -> FundStory:
    """The story of fund_story.yaml, validated."""
    try:
        return FundStory.model_validate(load_yaml("fund_story.yaml"))
    except ValidationError as error:
        raise refused("fund_story.yaml", "story", error) from error
