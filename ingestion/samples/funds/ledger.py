"""What has happened in one demo fund: calls, costs, income, distributions, and what is left of them. Making it happen does not belong here.

Amounts are cents.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ingestion.samples.funds.distributions import Distribution
from ingestion.samples.funds.facility import FacilityEntry
from ingestion.samples.funds.fees import FeePart
from ingestion.samples.funds.notices import CallNotice
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.partners import Register
from ingestion.samples.funds.portfolio import Position
from ingestion.samples.funds.story import DefaultPlan

CATCH_UP = "CATCH_UP"


@dataclass(frozen=True)
class Call:
    """A call; one that `hands_on` what another has brought pays its notices out instead of calling for them."""

    call_id: str
    number: int
    notice_date: dt.date
    due: dt.date
    purpose: str
    basis: str
    notices: tuple[CallNotice, ...]
    investment_id: str | None = None
    draw_id: str | None = None
    draw_date: dt.date | None = None
    hands_on: str | None = None

    @property
    def total(self) -> int:
        return sum(notice.amount for notice in self.notices)

    @property
    def cash(self) -> int:
        """What the fund has of it: nothing is left of what is handed on."""
        return -self.total if self.hands_on else self.total


@dataclass(frozen=True)
class Cost:
    """A fee or an expense; a fee also keeps what each class is charged. `payers` are the commitments that bear it."""

    cost_id: str
    kind: str
    date: dt.date
    start: dt.date
    end: dt.date
    amount: int
    payers: dict[str, int] = field(repr=False)
    basis: str | None = None
    parts: tuple[FeePart, ...] = ()
    true_up_of: str | None = None


@dataclass(frozen=True)
class Income:
    """Interest that the fund earns from partners who paid late, and the commitments that it belongs to."""

    date: dt.date
    amount: int
    owners: dict[str, int] = field(repr=False)


@dataclass(frozen=True)
class ReallocatedLine:
    """What more, or less, is called of a commitment under an earlier notice."""

    notice_id: str
    commitment_id: str
    amount: int


@dataclass(frozen=True)
class Reallocation:
    """A call shared otherwise than by its notices; that of a closing leaves management fees alone. Lines add up to zero."""

    reallocation_id: str
    date: dt.date
    lines: tuple[ReallocatedLine, ...]
    reason: str
    is_closing: bool = False

    @property
    def by_commitment(self) -> dict[str, int]:
        """What each commitment is called for more, or less."""
        found: dict[str, int] = {}
        for line in self.lines:
            found[line.commitment_id] = found.get(line.commitment_id, 0) + line.amount
        return found


@dataclass(frozen=True)
class CarryEntry:
    """One entry of the carry ledger; `source` is the distribution, fee or year that it comes from."""

    date: dt.date
    source: str
    kind: str
    amount: int
    paid: Distribution | None = None


@dataclass
class Ledger:
    """A fund with all its events."""

    plan: FundPlan
    register: Register
    positions: tuple[Position, ...]
    calls: list[Call] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    income: list[Income] = field(default_factory=list)
    distributions: list[Distribution] = field(default_factory=list)
    facility_entries: list[FacilityEntry] = field(default_factory=list)
    carry_earned: dict[dt.date, dict[str, int]] = field(default_factory=dict)
    carry_entries: list[CarryEntry] = field(default_factory=list)
    reallocations: list[Reallocation] = field(default_factory=list)
    defaults: dict[str, DefaultPlan] = field(default_factory=dict)
    cash: int = 0

    @property
    def next_call(self) -> int:
        """The number of the next call for money."""
        return sum(call.hands_on is None for call in self.calls) + 1

    def notice_of(self, investor_id: str, due: dt.date) -> CallNotice:
        """The notice to an investor's first commitment of the call that falls due on `due`."""
        code = self.register.of_investor(investor_id, due)
        for call in self.calls:
            for notice in call.notices:
                if call.due == due and notice.commitment_id == code:
                    return notice
        raise ValueError(
            f"fund_story.yaml, {self.plan.fund_id}: expected a call due {due} to {investor_id}, found none"
        )

    def net_assets(self, day: dt.date) -> int:
        """Fair values and cash less what the facility is owed at the end of `day`, from the fund's own events."""
        cash = sum(call.cash for call in self.calls if call.due <= day)
        cash -= sum(paid.total for paid in self.distributions if paid.date <= day and paid.status == "PAID")
        cash -= sum(cost.amount for cost in self.costs if cost.date <= day)
        cash += sum(item.amount for item in self.income if item.date <= day)
        value = 0
        for position in self.positions:
            value += position.fair_value(day)
            for move in position.movements:
                if move.date <= day and move.kind != "WRITE_OFF":
                    cash += -move.amount if move.kind in ("PURCHASE", "FOLLOW_ON") else move.amount
        # A purchase on the line takes no cash until the call, so counting it as paid is counting the debt.
        return value + cash


def late_interest(item: DefaultPlan, notice: CallNotice) -> int:
    """Simple interest, actual/365, on what was missing from the due date until it came. Source: fund-admin CC-7."""
    assert item.cured is not None
    missing = notice.amount - paid_in_time(item, notice)
    return round(missing * item.rate * (item.cured - item.due).days / 365)


def paid_in_time(item: DefaultPlan, notice: CallNotice) -> int:
    """What a defaulting partner paid on the due date."""
    return round(notice.amount * item.paid_share)
