"""Deals allocated to the demo funds and the instalments called for them, with their statuses on a day. Sheets do not belong here.

The latest investments of every fund were such deals; the others are still being worked on. Amounts are cents.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.samples.funds.cents import from_millions, share_out
from ingestion.samples.funds.days import add_months, weekday_from
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.portfolio import Position
from ingestion.samples.funds.state import State
from ingestion.samples.funds.story import PipelineDeal

DEALS_OF_FUND = 4
SIGNED = dt.timedelta(days=75)
# Shares of the price and days before the purchase on which an instalment is scheduled and due.
INSTALMENTS = {1: (20, 60, 40), 2: (30, 35, 14), 3: (50, 14, 0)}
PIPELINE_SHARES = {1: 40, 2: 30, 3: 30}
DUE_AFTER = dt.timedelta(days=14)
SECURITIES = {"EQUITY": "BUYOUT", "DEBT": "CREDIT", "REAL_ASSET": "INFRASTRUCTURE", "FUND": "COMMON"}
Step = tuple[dt.date, str]


@dataclass(frozen=True)
class Instalment:
    """One call of an allocation; what is not paid on its due date is overdue from the next day."""

    call_id: str
    number: int
    amount: int
    scheduled: dt.date
    due: dt.date
    is_paid: bool
    cancelled: dt.date | None = None

    def history(self) -> list[Step]:
        """Days and the statuses taken on, the first being that of its creation."""
        if self.cancelled is not None:
            return [(dt.date.min, "SCHEDULED"), (self.cancelled, "CANCELLED")]
        last = (self.due, "PAID") if self.is_paid else (self.due + dt.timedelta(days=1), "OVERDUE")
        return [(dt.date.min, "SCHEDULED"), (self.scheduled, "CALLED"), last]


@dataclass(frozen=True)
class Allocation:
    allocation_id: str
    ledger: Ledger
    deal_name: str
    security: str
    stage: str
    date: dt.date
    amount: int
    instalments: tuple[Instalment, ...]
    position: Position | None = None
    dropped: dt.date | None = None

    def paid(self, day: dt.date) -> int:
        return sum(item.amount for item in self.instalments if status_on(item.history(), day) == "PAID")

    def called(self, day: dt.date) -> int:
        uncalled = ("SCHEDULED", "CANCELLED")
        return sum(item.amount for item in self.instalments if status_on(item.history(), day) not in uncalled)

    def history(self) -> list[Step]:
        """Committed until paid, funded with the last instalment; a loss is written off. Source: fund-admin 1.9."""
        steps = [(dt.date.min, "COMMITTED")]
        paid = [item.due for item in self.instalments if item.is_paid]
        if paid:
            steps += [(paid[0], "PARTIALLY_PAID"), (paid[-1], "FUNDED")]
        lost = [move.date for move in self.position.movements if move.kind == "WRITE_OFF"] if self.position else []
        steps += [(day, "WRITTEN_OFF") for day in (self.dropped, *lost) if day is not None]
        return steps


def status_on(history: list[Step], day: dt.date) -> str:
    """The last status taken on by `day`."""
    return [status for since, status in history if since <= day][-1]


def allocations(state: State) -> Iterator[Allocation]:
    """The allocations made by the day of the state, by fund."""
    for ledger in state.ledgers:
        made = [_invested(ledger, position) for position in ledger.positions[-DEALS_OF_FUND:]]
        open_deals = [deal for deal in state.story.pipeline if deal.fund == ledger.plan.fund_id]
        made += [_open(ledger, number, deal) for number, deal in enumerate(open_deals, 1)]
        yield from (item for item in made if item.date <= state.as_of)


def _invested(ledger: Ledger, position: Position) -> Allocation:
    bought = position.movements[0]
    amounts = share_out(bought.amount, {str(number): terms[0] for number, terms in INSTALMENTS.items()})
    code = f"{position.investment_id}-ALLOCATION"
    instalments = tuple(
        Instalment(
            f"{code}-{number}",
            number,
            amounts[str(number)],
            bought.date - dt.timedelta(days=ahead),
            bought.date - dt.timedelta(days=due),
            is_paid=True,
        )
        for number, (_, ahead, due) in INSTALMENTS.items()
    )
    security = SECURITIES.get(position.plan.type, position.plan.type)
    signed = bought.date - SIGNED
    return Allocation(
        code, ledger, position.plan.company, security, "INVESTED", signed, bought.amount, instalments, position
    )


def _open(ledger: Ledger, place: int, deal: PipelineDeal) -> Allocation:
    amount = from_millions(deal.amount)
    amounts = share_out(amount, {str(number): share for number, share in PIPELINE_SHARES.items()})
    code = f"{ledger.plan.fund_id}-DEAL{place:02d}"
    instalments = []
    for number in PIPELINE_SHARES:
        scheduled = weekday_from(add_months(deal.first_call, 2 * (number - 1)))
        due = weekday_from(scheduled + DUE_AFTER)
        instalments.append(
            Instalment(
                f"{code}-{number}", number, amounts[str(number)], scheduled, due, is_paid=False, cancelled=deal.dropped
            )
        )
    return Allocation(
        code, ledger, deal.deal, deal.security, deal.stage, deal.date, amount, tuple(instalments), None, deal.dropped
    )
