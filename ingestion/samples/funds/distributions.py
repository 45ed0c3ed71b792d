"""What a demo fund pays out and to whom, before carry: proceeds, income, tax advances, with withholding. Calls do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingestion.samples.funds.cents import from_millions, share_out
from ingestion.samples.funds.days import add_months, weekday_from
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.partners import Register
from ingestion.samples.funds.portfolio import Movement, Position
from ingestion.samples.funds.story import FundStory

AFTER_SALE = dt.timedelta(days=21)
AFTER_INCOME = dt.timedelta(days=8)
RECORD = dt.timedelta(days=10)
RECALL_MONTHS = 12


@dataclass(frozen=True)
class PaidNotice:
    """What one commitment receives: gross = net + carry + withholding, and gross = capital + gain + income."""

    notice_id: str
    commitment_id: str
    gross: int
    carry: int
    withholding: int
    capital: int
    gain: int
    income: int
    recallable: int

    @property
    def net(self) -> int:
        return self.gross - self.carry - self.withholding


@dataclass(frozen=True)
class Distribution:
    distribution_id: str
    number: int
    date: dt.date
    record_date: dt.date
    kind: str
    notices: tuple[PaidNotice, ...] = field(repr=False)
    investment_id: str | None = None
    status: str = "PAID"
    is_in_kind: bool = False
    is_recallable: bool = False
    recallable_until: dt.date | None = None
    sources: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        return sum(notice.gross for notice in self.notices)

    @property
    def carry(self) -> int:
        return sum(notice.carry for notice in self.notices)


@dataclass
class Paying:
    """Pays out what a fund receives; what of it is carry is known once all events are."""

    plan: FundPlan
    story: FundStory
    register: Register
    positions: Sequence[Position]
    count: int = 0

    def in_quarter(self, start: dt.date, end: dt.date) -> list[Distribution]:
        """The distributions of a quarter in order of days."""
        fund_id = self.plan.fund_id
        advance = next((a for a in self.story.tax_advances if a.fund == fund_id and start <= a.date <= end), None)
        kept = from_millions(advance.amount) if advance else 0
        planned = []
        income: dict[str, Movement] = {}
        for position in self.positions:
            for move in position.movements:
                if not start <= move.date <= end:
                    continue
                if move.kind == "INCOME":
                    income[position.investment_id] = move
                if move.kind == "PROCEEDS":
                    planned.append((weekday_from(move.date + AFTER_SALE), position, move))
        found = []
        for day, position, move in sorted(planned, key=lambda item: item[0]):
            found.append(self._proceeds(day, position, move, kept))
            kept = 0
        if advance:
            found.append(self._tax_advance(advance.date, from_millions(advance.amount)))
        stopped = self.story.cancelled_distribution
        if stopped.fund == fund_id and start <= stopped.date <= end:
            found.append(self._cancelled(stopped.date, from_millions(stopped.amount)))
        if income:
            found.append(self._income(weekday_from(max(move.date for move in income.values()) + AFTER_INCOME), income))
        return found

    def _proceeds(self, day: dt.date, position: Position, move: Movement, kept: int) -> Distribution:
        gross = move.amount - kept
        capital = min(move.relieved, gross)
        marks = self.story.distribution_marks
        number = self.count + 1
        recallable = number in marks.recallable.get(self.plan.fund_id, ())
        kind = "CAPITAL_GAIN" if gross > capital else "RETURN_OF_CAPITAL"
        distribution = self._share(day, kind, gross, capital=capital, recallable=recallable, left_out=position.excused)
        is_in_kind = marks.in_kind.get(self.plan.fund_id) == number
        until = min(add_months(day, RECALL_MONTHS), self.plan.investment_period_end) if recallable else None
        return replace(distribution, investment_id=position.investment_id, sources=(move.transaction_id,), is_in_kind=is_in_kind, is_recallable=recallable, recallable_until=until)  # fmt: skip

    def _income(self, day: dt.date, income: dict[str, Movement]) -> Distribution:
        distribution = self._share(day, "INCOME", sum(move.amount for move in income.values()), capital=0)
        only = next(iter(income)) if len(income) == 1 else None
        return replace(distribution, investment_id=only, sources=tuple(move.transaction_id for move in income.values()))

    def _tax_advance(self, day: dt.date, amount: int) -> Distribution:
        general_partner = [c for c in self.register.in_force(day) if self.register.is_gp(c)]
        return self._share(day, "TAX_ADVANCE", amount, capital=0, only=general_partner)

    def _cancelled(self, day: dt.date, amount: int) -> Distribution:
        return replace(self._share(day, "INCOME", amount, capital=0), status="CANCELLED")

    def _share(
        self, day: dt.date, kind: str, gross: int, *, capital: int, recallable: bool = False,
        left_out: frozenset[str] = frozenset(), only: Sequence[str] = (),
    ) -> Distribution:  # fmt: skip
        """Share a payment among those in force on the record date."""
        self.count += 1
        code = f"{self.plan.fund_id}-D{self.count:03d}"
        record = day - RECORD
        force = self.register.in_force(record, without=left_out)
        force = {party: amount for party, amount in force.items() if not only or party in only}
        # each part of the payment is shared on its own, as the books of the partners show it
        is_earned = kind == "INCOME"
        parts = {"capital": capital, "gain": 0 if is_earned else gross - capital, "earned": gross if is_earned else 0}
        shared = {name: share_out(amount, force) for name, amount in parts.items() if amount}
        notices = []
        for party in force:
            back, gain, earned = (shared.get(name, {}).get(party, 0) for name in parts)
            is_advance = kind == "TAX_ADVANCE"  # neither capital nor profit of the partner: carry to come
            taxed = 0 if is_advance else self._withheld(party, day, gain, earned)
            notices.append(
                PaidNotice(
                    f"{code}-{party}",
                    party,
                    back + gain + earned,
                    0,
                    taxed,
                    back,
                    0 if is_advance else gain,
                    earned,
                    back if recallable else 0,
                )
            )
        return Distribution(code, self.count, day, record, kind, tuple(notices))

    def _withheld(self, party: str, day: dt.date, gain: int, earned: int) -> int:
        """Tax on income at the partner's rate; a side letter's rate is for gains as well. Source: fund-admin D-3."""
        investor = self.register.find(party).investor_id
        letters = [
            letter.rate
            for letter in self.story.side_letters
            if (letter.fund, letter.investor, letter.provision) == (self.plan.fund_id, investor, "WITHHOLDING")
            and self.plan.closings[-1].date <= day
        ]
        rates = (letters[0], letters[0]) if letters else (0.0, self.register.parties[investor].withholding)
        return sum(_tax(amount, rate or 0.0) for amount, rate in zip((gain, earned), rates, strict=True))


def _tax(amount: int, rate: float) -> int:
    """Half up, on the rate's decimals as they are written. Source: fund-admin M-3."""
    return (max(amount, 0) * round(rate * 10_000) + 5_000) // 10_000
