"""What a demo fund pays out and to whom: proceeds, income, tax advances, with carry and withholding. Calls do not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ingestion.samples.funds.cents import from_millions, share_out
from ingestion.samples.funds.days import add_months, weekday_from
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.partners import Register
from ingestion.samples.funds.portfolio import Movement, Position
from ingestion.samples.funds.story import FundStory
from ingestion.samples.funds.tiers import COMPOUNDING, Tiers

if TYPE_CHECKING:
    from ingestion.samples.funds.ledger import Call

AFTER_SALE = dt.timedelta(days=21)
AFTER_INCOME = dt.timedelta(days=8)
RECORD = dt.timedelta(days=10)
RECALL_MONTHS = 12
# Deal-by-deal carry returns with a deal's cost the fees and expenses of so many years.
YEARS_OF_COSTS = 5.5


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
    """Pays out what a fund receives and keeps the balances that carry follows from."""

    plan: FundPlan
    story: FundStory
    register: Register
    positions: Sequence[Position]
    count: int = 0
    advanced: int = 0
    pools: dict[str, Tiers] = field(default_factory=dict)
    calls_seen: int = 0

    def in_quarter(self, start: dt.date, end: dt.date, calls: Sequence[Call]) -> list[Distribution]:
        """The distributions of a quarter in order of days."""
        self._take_in(calls)
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
                if move.kind == "WRITE_OFF":
                    self._realise(position, move)
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

    def earned(self, day: dt.date, net_assets: int) -> int:
        """Carry paid and carry that a sale of everything at its value on `day` would pay. Cents."""
        partners = self._partners_share(day)
        paid = sum(pool.paid for pool in self.pools.values())
        owed = 0.0
        if self.plan.style == "AMERICAN_STRICT":
            for position in self.positions:
                pool = self.pools.get(position.investment_id)
                if pool is not None:
                    owed += pool.copy().distribute(day, position.fair_value(day) * partners)
        elif self.plan.style == "AMERICAN_REALISED":
            pool = self._pool("").copy()
            for position in self.positions:
                remaining = position.remaining_cost(day)
                if remaining:
                    self._pay_in(pool, position, day, remaining, partners)
            owed = pool.distribute(day, max(net_assets, 0) * partners)
        else:
            owed = self._pool("").copy().distribute(day, max(net_assets, 0) * partners)
        return round(paid + owed)

    @property
    def _cost_load(self) -> float:
        return YEARS_OF_COSTS * (self.plan.fee_rate + self.plan.expense_rate)

    def _take_in(self, calls: Sequence[Call]) -> None:
        if self.plan.style in ("EUROPEAN", "HYBRID_CAPITAL_THEN_DEAL"):
            for call in calls[self.calls_seen :]:
                inside = sum(n.inside for n in call.notices if not self.register.is_gp(n.commitment_id))
                self._pool("").contribute(call.due, inside)
        self.calls_seen = len(calls)

    def _pool(self, name: str) -> Tiers:
        plan = self.plan
        fresh = Tiers(plan.hurdle, plan.carry, plan.catch_up, plan.convention in COMPOUNDING)
        return self.pools.setdefault(name, fresh)

    def _partners_share(self, day: dt.date) -> float:
        force = self.register.in_force(day)
        return sum(amount for code, amount in force.items() if not self.register.is_gp(code)) / sum(force.values())

    def _pay_in(self, pool: Tiers, position: Position, day: dt.date, relieved: int, partners: float) -> None:
        bought = position.purchases(day)
        whole = sum(item.amount for item in bought)
        for item in bought:
            pool.contribute(item.date, item.amount * relieved / whole * (1.0 + self._cost_load) * partners)

    def _realise(self, position: Position, move: Movement) -> None:
        """Bring the cost of a sale into the pool that its proceeds run through."""
        partners = self._partners_share(move.date)
        if self.plan.style == "AMERICAN_REALISED":
            self._pool("").contribute(move.date, 0.0)
            self._pay_in(self._pool(""), position, move.date, move.relieved, partners)
        if self.plan.style == "AMERICAN_STRICT":
            self._open_deal(position, move.date)

    def _open_deal(self, position: Position, day: dt.date) -> Tiers:
        pool, partners = self._pool(position.investment_id), self._partners_share(day)
        for item in position.purchases(day):
            if pool.day is None or item.date > pool.day:
                pool.contribute(item.date, item.amount * (1.0 + self._cost_load) * partners)
        return pool

    def _carry_of(self, day: dt.date, amounts: dict[str, int]) -> int:
        """Carry in the partners' part of a payment, given by investment; what was advanced to the general partner comes off."""
        partners = self._partners_share(day)
        if self.plan.style == "AMERICAN_STRICT":
            by_id = {position.investment_id: position for position in self.positions}
            owed = sum(
                self._open_deal(by_id[code], day).distribute(day, amount * partners) for code, amount in amounts.items()
            )
        else:
            owed = self._pool("").distribute(day, sum(amounts.values()) * partners)
        carry = int(owed)
        used = min(carry, self.advanced)
        self.advanced -= used
        return carry - used

    def _proceeds(self, day: dt.date, position: Position, move: Movement, kept: int) -> Distribution:
        self._realise(position, move)
        gross = move.amount - kept
        capital = min(move.relieved, gross)
        carry = self._carry_of(day, {position.investment_id: gross})
        marks = self.story.distribution_marks
        number = self.count + 1
        recallable = number in marks.recallable.get(self.plan.fund_id, ())
        kind = "CAPITAL_GAIN" if gross > capital else "RETURN_OF_CAPITAL"
        distribution = self._share(
            day, kind, gross, carry, capital=capital, recallable=recallable, left_out=position.excused
        )
        is_in_kind = marks.in_kind.get(self.plan.fund_id) == number
        until = min(add_months(day, RECALL_MONTHS), self.plan.investment_period_end) if recallable else None
        return replace(distribution, investment_id=position.investment_id, sources=(move.transaction_id,), is_in_kind=is_in_kind, is_recallable=recallable, recallable_until=until)  # fmt: skip

    def _income(self, day: dt.date, income: dict[str, Movement]) -> Distribution:
        amounts = {code: move.amount for code, move in income.items()}
        distribution = self._share(day, "INCOME", sum(amounts.values()), self._carry_of(day, amounts), capital=0)
        only = next(iter(income)) if len(income) == 1 else None
        return replace(distribution, investment_id=only, sources=tuple(move.transaction_id for move in income.values()))

    def _tax_advance(self, day: dt.date, amount: int) -> Distribution:
        self.advanced += amount
        general_partner = [c for c in self.register.in_force(day) if self.register.is_gp(c)]
        return self._share(day, "TAX_ADVANCE", amount, 0, capital=0, only=general_partner)

    def _cancelled(self, day: dt.date, amount: int) -> Distribution:
        return replace(self._share(day, "INCOME", amount, 0, capital=0), status="CANCELLED")

    def _share(
        self, day: dt.date, kind: str, gross: int, carry: int, *, capital: int, recallable: bool = False,
        left_out: frozenset[str] = frozenset(), only: Sequence[str] = (),
    ) -> Distribution:  # fmt: skip
        """Share a payment among those in force on the record date; carry comes from the limited partners alone."""
        self.count += 1
        code = f"{self.plan.fund_id}-D{self.count:03d}"
        record = day - RECORD
        force = self.register.in_force(record, without=left_out)
        force = {party: amount for party, amount in force.items() if not only or party in only}
        # each part of the payment is shared on its own, as the books of the partners show it
        is_earned = kind == "INCOME"
        parts = {"capital": capital, "gain": 0 if is_earned else gross - capital, "earned": gross if is_earned else 0}
        shared = {name: share_out(amount, force) for name, amount in parts.items() if amount}
        partners = {
            party: amount for party, amount in share_out(gross, force).items() if not self.register.is_gp(party)
        }
        carried = share_out(carry, partners) if carry else {}
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
                    carried.get(party, 0),
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
