"""The waterfall between one partner of a demo fund and its general partner, in plain decimals. Events of the fund do not belong here.

Written from fund-admin 2 alone, so that carry which a workbook states can be compared with what is computed of it. Cents.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from ingestion.samples.funds.fees import half_up as half_up_of
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.preferred import ZERO, Lot, Lots, half_up
from ingestion.samples.funds.terms import ESCROW_COVERAGE, ESCROW_SHARE, IS_DEAL_BY_DEAL

EXPENSES = ""  # what fees and expenses are contributed for, and the deal of money that belongs to none
WHOLE = ""
UNREALISED = "not realised"
BALANCES = ("contributed", "expenses", "ahead", "escrow", "advances", "clawback_accrued")
BY_KEY = ("cost", "realised", "written", "permanent", "value", "borne", "profit", "carry")
PER_DEAL = ("AMERICAN_STRICT", "HYBRID_CAPITAL_THEN_DEAL")


@dataclass(frozen=True)
class Carried:
    """What the general partner has of one distribution: `earned` = `deducted` from advances + `escrowed` + `paid`."""

    earned: int
    deducted: int = 0
    escrowed: int = 0

    @property
    def paid(self) -> int:
        return self.earned - self.deducted - self.escrowed

    @property
    def withheld(self) -> int:
        """What is kept back from the partner: an advance has been paid before."""
        return self.earned - self.deducted

    def __add__(self, other: Carried) -> Carried:
        return Carried(self.earned + other.earned, self.deducted + other.deducted, self.escrowed + other.escrowed)


def _amounts() -> defaultdict[str, int]:
    return defaultdict(int)


@dataclass
class Partner:
    """Balances of one commitment. Per investment: cost contributed, realised and written down of it, last fair value."""

    plan: FundPlan
    lots: Lots
    whole: Lots  # all capital of the fund as one set, which clawback tests
    contributed: int = 0
    expenses: int = 0
    ahead: int = 0  # capital returned for a write-down that was taken back
    escrow: int = 0
    advances: int = 0
    clawback_accrued: int = 0
    cost: defaultdict[str, int] = field(default_factory=_amounts)
    realised: defaultdict[str, int] = field(default_factory=_amounts)
    written: defaultdict[str, int] = field(default_factory=_amounts)
    permanent: defaultdict[str, int] = field(default_factory=_amounts)
    value: dict[str, int] = field(default_factory=dict)
    borne: defaultdict[str, int] = field(default_factory=_amounts)
    profit: defaultdict[str, int] = field(default_factory=_amounts)
    carry: defaultdict[str, int] = field(default_factory=_amounts)

    @classmethod
    def joining(cls, plan: FundPlan) -> Partner:
        """A partner that has paid in nothing yet."""
        rate = Decimal(str(plan.hurdle))
        return cls(plan, Lots(rate, plan.convention), Lots(rate, plan.convention))

    def copy(self) -> Partner:
        by_key = {name: copy.copy(getattr(self, name)) for name in BY_KEY}
        return replace(self, lots=self.lots.copy(), whole=self.whole.copy(), **by_key)

    def hand_over(self, day: dt.date, share: Fraction) -> Partner:
        """The part of every balance that a transfer takes along; lots as running totals, so that they add up to it."""
        self.accrue(day)
        taker = Partner.joining(self.plan)
        for name in BALANCES:
            part = half_up_of(getattr(self, name) * share)
            setattr(taker, name, part)
            setattr(self, name, getattr(self, name) - part)
        for name in BY_KEY:
            held, taken = getattr(self, name), getattr(taker, name)
            for key, amount in held.items():
                taken[key] = half_up_of(amount * share)
                held[key] = amount - taken[key]
        taker.lots, taker.whole = self.lots.split(share), self.whole.split(share)
        return taker

    def accrue(self, day: dt.date) -> None:
        self.lots.accrue(day)
        self.whole.accrue(day)

    def remaining(self, investment: str) -> int:
        return self.cost[investment] - self.realised[investment]

    def contribute(self, day: dt.date, investment: str, amount: int) -> None:
        """Money paid in for an investment, or for fees and expenses, which earns from `day` on."""
        if not amount:
            return
        self.accrue(day)
        self.contributed += amount
        if investment == EXPENSES:
            self.expenses += amount
        else:
            self.cost[investment] += amount
        style = self.plan.style
        pool = UNREALISED if style == "AMERICAN_REALISED" else investment if style in PER_DEAL else WHOLE
        self.lots.add(Lot(day, "" if style == "EUROPEAN" else investment, pool, amount))
        self.whole.add(Lot(day, "", WHOLE, amount))

    def revalue(self, day: dt.date, investment: str, on_cost: Fraction) -> None:
        """A fair value, given on each unit of cost; below cost it counts as a write-down where realised capital comes back."""
        self.accrue(day)
        self.value[investment] = half_up_of(self.remaining(investment) * on_cost)
        self._impair(day, investment)

    def write_off(self, day: dt.date, investment: str) -> None:
        """All that is left of an investment is lost for good."""
        self.accrue(day)
        self.permanent[investment] = self.remaining(investment)
        self.value[investment] = 0
        self._impair(day, investment)

    def _impair(self, day: dt.date, investment: str) -> None:
        if self.plan.style != "AMERICAN_REALISED":
            return
        remaining = self.remaining(investment)
        below = remaining - self.value.get(investment, remaining)
        change = max(self.permanent[investment], below, 0) - self.written[investment]
        self.written[investment] += change
        if change >= 0:
            self._enter(investment, change)
            return
        counted = [lot for lot in self.lots.of(WHOLE) if lot.investment == investment]
        missing = -change - self.lots.move(-change, counted, UNREALISED)
        if missing:
            self.lots.add(Lot(day, investment, UNREALISED, missing))
            self.ahead += missing

    def _enter(self, investment: str, amount: int) -> None:
        """Capital comes into the set whose return carry waits for; what was returned ahead counts for it."""
        waiting = [lot for lot in self.lots.of(UNREALISED) if lot.investment == investment]
        used = min(self.ahead, self.lots.move(amount, waiting, WHOLE))
        self.lots.return_capital(used, self.lots.of(WHOLE))
        self.ahead -= used

    def _sell(self, investment: str, amount: int) -> None:
        """`amount` of the cost of an investment leaves; what a write-down has counted before does not count again."""
        remaining = self.remaining(investment)
        amount = min(amount, remaining)
        if not remaining:
            return
        left = Fraction(amount, remaining)
        counted = half_up_of(self.written[investment] * left)
        self.realised[investment] += amount
        self.written[investment] -= counted
        self.permanent[investment] -= min(self.permanent[investment], counted)
        self.value[investment] = self.value.get(investment, 0) - half_up_of(self.value.get(investment, 0) * left)
        if self.plan.style == "AMERICAN_REALISED":
            self._enter(investment, amount - counted)

    def _bear_expenses(self, investment: str) -> None:
        """Expenses in the ratio of the cost that proceeds return to all cost so far. Source: fund-admin 2.5."""
        style, all_cost = self.plan.style, sum(self.cost.values())
        if style == "EUROPEAN" or (style in PER_DEAL and investment == EXPENSES) or not all_cost:
            return
        pool = investment if style in PER_DEAL else WHOLE
        counted = (
            self.cost[investment] if style in PER_DEAL else sum(self.realised.values()) + sum(self.written.values())
        )
        due = half_up_of(self.expenses * Fraction(counted, all_cost)) - self.borne[pool]
        source = EXPENSES if style in PER_DEAL else UNREALISED
        waiting = [lot for lot in self.lots.of(source) if lot.investment == EXPENSES]
        moved = self.lots.move(max(due, 0), waiting, pool)
        self.borne[pool] += moved
        if style == "AMERICAN_REALISED":
            used = min(self.ahead, moved)
            self.lots.return_capital(used, self.lots.of(WHOLE))
            self.ahead -= used

    def distribute(self, day: dt.date, investment: str, amount: int, sold: Fraction | None = None) -> Carried:
        """Pay this partner's part of a distribution; `sold` is the part of the remaining cost that left, None for income."""
        self.accrue(day)
        if sold is not None:
            self._sell(investment, half_up_of(self.remaining(investment) * sold))
        self._bear_expenses(investment)
        earned = self._tiers(investment, amount)
        self.lots.close_empty()
        self._receive(amount - earned)
        deducted = min(earned, self.advances)
        self.advances -= deducted
        escrowed = self._held(earned - deducted)
        self.escrow += escrowed
        return Carried(earned, deducted, escrowed)

    def _tiers(self, investment: str, amount: int) -> int:
        """Capital, preferred return, catch-up and split; returns the general partner's part. Source: fund-admin 2.3."""
        carry, catch_up = Decimal(str(self.plan.carry)), Decimal(str(self.plan.catch_up))
        pool = investment if self.plan.style in PER_DEAL else WHOLE
        own = self.lots.of(pool)
        first = list(own)
        if self.plan.style == "HYBRID_CAPITAL_THEN_DEAL":
            first += [lot for lot in self.lots.open if lot.pool != pool]
        left = amount
        returned = min(left, self.lots.capital(first))
        self.lots.return_capital(returned, first)
        left -= returned
        preferred = min(left, half_up(max(self.lots.preferred(own), ZERO)))
        self.lots.pay_preferred(preferred, own)
        left -= preferred
        self.profit[pool] += preferred
        missing = max(carry * (self.profit[pool] + self.carry[pool]) - self.carry[pool], ZERO)
        # Half a cent that is missing is dust of rounding, not a carry that lags behind.
        need = half_up(missing / (catch_up - carry)) if half_up(missing) else 0
        caught = min(left, need)
        split = left - caught
        kept = half_up((1 - catch_up) * caught) + half_up((1 - carry) * split)
        self.profit[pool] += kept
        self.carry[pool] += left - kept
        return left - kept

    def _receive(self, amount: int) -> None:
        """Whatever tier it comes from, the partner's money returns capital of the whole fund, then its preferred return."""
        capital = min(amount, self.whole.capital(self.whole.open))
        self.whole.return_capital(capital, self.whole.open)
        self.whole.pay_preferred(amount - capital, self.whole.open)
        self.whole.close_empty()

    def _held(self, carry: int) -> int:
        """All carry goes into escrow while what is held does not cover the capital still out; else its agreed share."""
        if self.plan.style not in IS_DEAL_BY_DEAL:
            return 0
        return half_up(Decimal(str(ESCROW_SHARE)) * carry) if self.is_covered else carry

    @property
    def is_covered(self) -> bool:
        out = self.lots.capital(self.lots.open) - self.ahead
        return sum(self.value.values()) >= Decimal(str(ESCROW_COVERAGE)) * out

    def clawback(self, day: dt.date, *, interim: bool) -> int:
        """Carry that would have to come back: too large a share of profit, or a partner short of its hurdle. Source: 2.6."""
        self.accrue(day)
        value = 0
        if interim:
            for investment in self.cost:
                held = self.remaining(investment) - self.permanent[investment]
                value += min(held, self.value.get(investment, held))
        carry = sum(self.carry.values())
        profit = sum(self.profit.values()) - (self.lots.capital(self.lots.open) - self.ahead) + value
        excess = half_up(max(carry - Decimal(str(self.plan.carry)) * (profit + carry), ZERO))
        owed = self.whole.capital(self.whole.open) + self.whole.preferred(self.whole.open) - value
        return min(carry, max(excess, half_up(max(owed, ZERO))))

    def accrued(self, day: dt.date, values: Mapping[str, int]) -> int:
        """Carry if all were sold at its value on `day`, less what would have to come back; nothing moves on."""
        end = self.copy()
        deals = sorted({*values, *self.cost} - {EXPENSES})
        if self.plan.style in PER_DEAL:
            parts = [end.distribute(day, deal, values.get(deal, 0), Fraction(1)).earned for deal in deals]
            carry = sum(parts) + end.distribute(day, EXPENSES, values.get(EXPENSES, 0)).earned
        else:
            end.accrue(day)
            for deal in deals:
                end._sell(deal, end.remaining(deal))
            carry = end.distribute(day, EXPENSES, sum(values.values())).earned
        return carry - end.clawback(day, interim=False)
