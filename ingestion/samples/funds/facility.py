"""The credit line that bridges the purchases of a demo fund until the next call. Who is called does not belong here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from ingestion.samples.funds.cents import from_millions
from ingestion.samples.funds.parameters import FundPlan


@dataclass(frozen=True)
class FacilityEntry:
    entry_id: str
    kind: str
    date: dt.date
    principal: int = 0
    interest: int = 0
    fee: int = 0
    draw_id: str | None = None
    investment_id: str | None = None
    call_id: str | None = None

    @property
    def amount(self) -> int:
        return self.principal + self.interest + self.fee


@dataclass(frozen=True)
class Repayment:
    """The draws that fall due together; `draw_id` and `draw_date` are those of the first."""

    draws: tuple[FacilityEntry, ...]
    interest_of: tuple[int, ...]

    @property
    def principal(self) -> int:
        return sum(draw.principal for draw in self.draws)

    @property
    def interest(self) -> int:
        return sum(self.interest_of)

    @property
    def draw_id(self) -> str:
        return self.draws[0].entry_id

    @property
    def draw_date(self) -> dt.date:
        return self.draws[0].date


@dataclass
class Facility:
    """The line of one fund and what has been drawn; a fund without one never draws."""

    plan: FundPlan
    entries: list[FacilityEntry] = field(default_factory=list)
    open_draws: list[FacilityEntry] = field(default_factory=list)

    @property
    def facility_id(self) -> str:
        return f"{self.plan.fund_id}-LINE"

    def is_open(self, day: dt.date) -> bool:
        line = self.plan.facility
        return line is not None and line.start <= day < line.maturity

    def drawn_on(self, draw_id: str | None) -> dt.date | None:
        return next((entry.date for entry in self.entries if entry.entry_id == draw_id), None)

    def draw(self, day: dt.date, amount: int, investment_id: str) -> None:
        """Borrow the price of a purchase."""
        assert self.plan.facility is not None
        if amount + sum(item.principal for item in self.open_draws) > from_millions(self.plan.facility.limit):
            raise ValueError(
                f"funds.yaml, {self.plan.fund_id}: expected draws within the limit of the facility, found {amount / 100:,.2f}"
            )
        entry = FacilityEntry(self._next_id(), "DRAW", day, principal=amount, investment_id=investment_id)
        self.entries.append(entry)
        self.open_draws.append(entry)

    def repayment(self, day: dt.date) -> Repayment | None:
        """What must be repaid on `day`: all that is drawn, with ACT/360 interest."""
        line = self.plan.facility
        if line is None or not self.open_draws:
            return None
        owed = [round(item.principal * line.fixed * (day - item.date).days / 360) for item in self.open_draws]
        return Repayment(tuple(self.open_draws), tuple(owed))

    def repay(self, repayment: Repayment, day: dt.date, call_id: str) -> None:
        """Pay down the draws with the money of a call."""
        for draw, interest in zip(repayment.draws, repayment.interest_of, strict=True):
            paid = FacilityEntry(
                self._next_id(), "PAYDOWN", day, draw.principal, interest, 0, draw.entry_id, draw.investment_id, call_id
            )
            self.entries.append(paid)
        self.open_draws = []

    def upkeep(self, quarter_end: dt.date) -> int:
        """The commitment fee of a quarter on the whole limit."""
        line = self.plan.facility
        if line is None or not line.start < quarter_end <= line.maturity:
            return 0
        return round(from_millions(line.limit) * line.commitment_fee / 4)

    def pay_upkeep(self, day: dt.date, amount: int) -> None:
        self.entries.append(FacilityEntry(self._next_id(), "FEE", day, fee=amount))

    def outstanding(self, day: dt.date) -> int:
        """Principal owed at the end of `day`."""
        signs = {"DRAW": 1, "PAYDOWN": -1}
        return sum(signs.get(entry.kind, 0) * entry.principal for entry in self.entries if entry.date <= day)

    def _next_id(self) -> str:
        return f"{self.facility_id}-{len(self.entries) + 1:03d}"
