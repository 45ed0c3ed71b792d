"""The story of the demo as clo_story.yaml tells it, validated when read. Making it happen does not belong here."""

from __future__ import annotations

import datetime as dt
from functools import cache

from pydantic import Field, ValidationError, model_validator

from ingestion.samples.parameters import Parameters, load_yaml, refused


class Default(Parameters):
    asset: int
    date: dt.date
    price: float
    holdings: dict[int, float]


class Cure(Parameters):
    asset: int
    date: dt.date
    price: float
    moodys_issuer_rating: str


class ClassPayment(Parameters):
    deal: int
    date: dt.date
    class_name: str = Field(alias="class")
    amount: float = Field(gt=0)


class AmortisingClass(Parameters):
    deal: int
    class_name: str = Field(alias="class")
    amount: float = Field(gt=0)


class DealChange(Parameters):
    deal: int
    date: dt.date
    name: str | None = None
    reinvestment_end: dt.date | None = None


class ClassChange(Parameters):
    deal: int
    date: dt.date
    class_name: str = Field(alias="class")
    spread: float
    discount_margin: float


class Restatement(Parameters):
    date: dt.date
    sent_on: dt.date
    principal_cash: dict[str, float]
    collateral: dict[str, float]


class Story(Parameters):
    """What happens between the dates of the demo; file clo_story.yaml explains the fields."""

    organization_id: str
    organization_name: str
    feed_name: str
    dates: tuple[dt.date, ...]
    days_until_sent: int
    correlation_on: tuple[dt.date, ...]
    assets_in_workbook: int
    reserve_assets: int
    prepaid_loans: int
    upgrades: int
    downgrades: int
    amortisation_rate: float
    sales: int
    ticket_share: float
    defaults: tuple[Default, ...]
    cures: tuple[Cure, ...]
    class_payments: tuple[ClassPayment, ...]
    amortising_classes: tuple[AmortisingClass, ...]
    deal_changes: tuple[DealChange, ...]
    class_changes: tuple[ClassChange, ...]
    restatement: Restatement

    @model_validator(mode="after")
    def _dates_known(self) -> Story:
        if list(self.dates) != sorted(set(self.dates)):
            raise ValueError("expected dates in ascending order without repeats")
        events = (self.defaults, self.cures, self.class_payments, self.deal_changes, self.class_changes)
        stray = [event.date for kind in events for event in kind if event.date not in self.dates[1:]]
        if stray or self.restatement.date not in self.dates:
            raise ValueError(f"expected every event on one of the dates after the first, found {stray}")
        return self

    @property
    def special_assets(self) -> frozenset[int]:
        """Assets that must neither be sold nor prepaid, because an event names them."""
        return frozenset(event.asset for event in self.defaults)


@cache
def load_story() -> Story:
    """The story of clo_story.yaml, validated."""
    try:
        return Story.model_validate(load_yaml("clo_story.yaml"))
    except ValidationError as error:
        raise refused("clo_story.yaml", "story", error) from error
