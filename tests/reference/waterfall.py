"""A plain waterfall of one scenario in Python floats, written to be read beside clo-liabilities-waterfall 1 to 7.

It walks a deal's lists step by step with no arrays and shares no arithmetic with the engine: cures are found from the
list of cure payments made so far, and balances from what was paid. Only what a fast engine may get wrong is here: no
overlays, reserves or caps.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from calculations.clo.deal.conditions import Condition, Controlling, Every, Failing, Not, Some, State
from calculations.clo.deal.steps import (
    CoverStep,
    DeferredStep,
    DivertStep,
    FeeStep,
    InterestStep,
    MoveStep,
    PrincipalStep,
    ReinvestStep,
    ResidualStep,
    Step,
)
from calculations.clo.deal.terms import Deal


@dataclass
class Class:
    """Balances of a class, and what it is owed and was paid this period."""

    balance: float
    deferred: float = 0.0
    unpaid: float = 0.0
    current: float = 0.0  # accrued on the balance, with unpaid interest and interest on that
    on_deferred: float = 0.0
    interest_paid: float = 0.0
    deferred_paid: float = 0.0
    principal_paid: float = 0.0
    on_deferred_paid: float = 0.0


@dataclass
class Test:
    kind: str
    trigger: float
    numerator: float
    denominator: float
    liability: float

    @property
    def failed(self) -> bool:
        target = self.trigger * self.denominator
        return self.denominator > 0 and self.numerator - target <= 1e-12 * abs(target)


@dataclass
class Period:
    """What one payment date paid."""

    interest: dict[str, float]
    deferred: dict[str, float]
    principal: dict[str, float]
    fees: dict[str, float]
    sub_interest: float
    sub_principal: float
    incentive_fee: float
    reinvested: float
    balances: dict[str, tuple[float, float, float]]


@dataclass
class Waterfall:
    """One scenario of a deal; `pay` walks one payment date."""

    deal: Deal
    classes: dict[str, Class] = field(init=False)
    fee_unpaid: dict[str, float] = field(init=False)
    value: float = 0.0
    reached: bool = False

    def __post_init__(self) -> None:
        self.classes = {
            name: Class(float(note.opening_balance or 0), float(note.deferred), float(note.unpaid))
            for name, note in self.deal.rated.items()
        }
        self.fee_unpaid = {name: float(fee.unpaid) for name, fee in self.deal.fees.items()}
        incentive = self.deal.incentive
        if incentive is not None:
            for flow in incentive.history:
                self.value += float(flow.amount) / self._growth(flow.date)
                self.reached = self.reached or self.value > 0

    def _growth(self, day: dt.date) -> float:
        assert self.deal.incentive is not None
        assert self.deal.dates.closing is not None
        return float((1 + float(self.deal.incentive.hurdle or 0)) ** ((day - self.deal.dates.closing).days / 365))

    def pay(
        self,
        day: dt.date,
        days: int,
        index: float,
        interest: float,
        principal: float,
        unscheduled: float,
        beginning: float,
        ending: float,
        par: float,
        sale: float,
        liquidating: bool,
    ) -> Period:
        """One payment date: `par` is the OC numerator, `sale` what liquidation adds after the tests; days over 360."""
        self._accrue(days / 360, index, beginning, ending)
        self.liquidating = liquidating
        self.reinvesting = self.deal.dates.reinvestment_end is not None and day <= self.deal.dates.reinvestment_end
        growth = self._growth(day) if self.deal.incentive is not None else 1.0
        self.threshold = 0.0 if self.reached else -self.value * growth
        self.sub = {"interest": 0.0, "principal": 0.0}
        self.incentive_fee = 0.0
        self.cures: list[tuple[str, str, float]] = []  # test, kind of money, amount
        self._measure(par, interest)
        principal += sale
        self.pool = {"principal": principal, "notes": 0.0, "reinvestment": 0.0}
        ratio = None if self.deal.event_of_default is None else self.deal.event_of_default.ratio
        in_default = False
        if ratio is not None:
            owed = sum(self._test_balance(name) for name in ratio.denominator)
            in_default = Test("oc", float(ratio.trigger or 0), par, owed, owed).failed
        if in_default:
            self._walk("default", interest + principal)
        else:
            self._walk("interest", interest)
            self.limit = self._reinvestment_limit(day, unscheduled)
            self._walk("principal", self.pool["principal"])
            self._walk("notes", self.pool["notes"])
        if self.deal.incentive is not None:
            self.value += sum(self.sub.values()) / growth
        return self._close()

    def _accrue(self, fraction: float, index: float, beginning: float, ending: float) -> None:
        for name, item in self.classes.items():
            terms = self.deal.notes[name]
            coupon = float(terms.fixed) if terms.fixed is not None else index + float(terms.spread or 0)
            item.current = item.balance * coupon * fraction + item.unpaid * (1 + coupon * fraction)
            item.on_deferred = item.deferred * coupon * fraction if terms.is_deferrable else 0.0
            item.interest_paid = item.deferred_paid = item.principal_paid = item.on_deferred_paid = 0.0
        self.fee_due, self.fee_paid, self.fee_accrued = {}, {}, {}
        for name, fee in self.deal.fees.items():
            basis = beginning if fee.kind == "beginning" else (beginning + ending) / 2
            accrued = (basis * float(fee.rate or 0) + float(fee.fixed)) * fraction
            if fee.interest_spread is not None:
                accrued += self.fee_unpaid[name] * (index + float(fee.interest_spread)) * fraction
            self.fee_accrued[name] = accrued if ending > 0 else 0.0
            self.fee_due[name] = self.fee_unpaid[name] + self.fee_accrued[name]
            self.fee_paid[name] = 0.0

    def _test_balance(self, name: str) -> float:
        item = self.classes[name]
        return item.balance + (item.deferred if self.deal.notes[name].is_deferrable else 0.0)

    def _interest_due(self, name: str) -> float:
        item = self.classes[name]
        return item.current + item.on_deferred - item.interest_paid

    def _deferred_due(self, name: str) -> float:
        item = self.classes[name]
        return item.deferred + item.on_deferred - item.on_deferred_paid - item.deferred_paid

    def _measure(self, par: float, interest: float) -> None:
        self.tests: dict[str, Test] = {}
        for name, test in self.deal.tests.items():
            owed = sum(self._test_balance(item) for item in test.denominator)
            if test.kind == "oc":
                self.tests[name] = Test("oc", float(test.trigger or 0), par, owed, owed)
            else:
                left = interest - sum(self.fee_accrued[fee] for fee in test.less_fees or ())
                dues = sum(self._interest_due(item) for item in test.denominator)
                self.tests[name] = Test("ic", float(test.trigger or 0), left, dues, owed)
        order: list[str] = []
        for step in self.deal.lists["interest"].steps:
            if isinstance(step, CoverStep):
                order += [name for name in (step.cover.oc, step.cover.ic) if name]
            elif isinstance(step, DivertStep):
                order.append(step.divert.test)
        self.order = order

    def _paid_above(self, name: str, money: str) -> float:
        """Cure money of a kind that was paid for this pair of tests or one above it."""
        place = self.order.index(name)
        return sum(amount for test, kind, amount in self.cures if kind == money and self.order.index(test) <= place)

    def _unmet(self, name: str, money: str) -> float:
        test = self.tests[name]
        if not test.failed:
            return 0.0
        from_interest, from_principal = self._paid_above(name, "interest"), self._paid_above(name, "principal")
        n, d, t = test.numerator, test.denominator, test.trigger
        if test.kind == "ic":
            return max(0.0, (1 - n / d / t) * test.liability - from_interest - from_principal)
        still = d - n / t - from_interest
        if money == "interest":
            return max(0.0, still)
        if t <= 1 or still <= 0:
            return 0.0
        return max(0.0, (t * (d - from_interest) - n) / (t - 1) - from_principal)

    def _reinvestment_limit(self, day: dt.date, unscheduled: float) -> float:
        if self.liquidating:
            return 0.0
        terms, maturity = self.deal.reinvestment, self.deal.dates.stated_maturity
        if not self.reinvesting and maturity is not None and day >= maturity:
            return 0.0
        policy = terms.during if self.reinvesting else terms.after
        base = {"all_principal": self.pool["principal"], "unscheduled_principal": unscheduled, "none": 0.0}
        return base[policy.type] * float(policy.share)

    def _holds(self, condition: Condition | None) -> bool:
        if condition is None:
            return True
        match condition:
            case State("reinvesting"):
                return self.reinvesting
            case State("liquidating"):
                return self.liquidating
            case Controlling(note):
                return self._controlling() == note or note in self._group(self._controlling())
            case Failing(test):
                return self.tests[test].failed
            case Not(part):
                return not self._holds(part)
            case Every(parts):
                return all(self._holds(part) for part in parts)
            case Some(parts):
                return any(self._holds(part) for part in parts)
        raise AssertionError(condition)

    def _group(self, note: str | None) -> tuple[str, ...]:
        groups = [step.interest for step in self.deal.lists["interest"].steps if isinstance(step, InterestStep)]
        return next((group for group in groups if note in group), ())

    def _controlling(self) -> str | None:
        """A note of the most senior group with something outstanding when the list began."""
        return self.control

    def _walk(self, name: str, cash: float) -> None:
        groups = [step.interest for step in self.deal.lists["interest"].steps if isinstance(step, InterestStep)]
        self.control = None
        for group in groups:
            if any(self._owed(note) > 0 for note in group):
                self.control = group[0]
                break
        for step in self.deal.lists[name].steps:
            if self._holds(step.when):
                cash = max(0.0, cash - self._take(step, name, cash))  # no dust below zero

    def _owed(self, note: str) -> float:
        item = self.classes[note]
        deferred = self._deferred_due(note) if self.deal.notes[note].is_deferrable else 0.0
        return item.balance - item.principal_paid + deferred

    def _share(self, cash: float, dues: dict[str, float]) -> dict[str, float]:
        total = sum(dues.values())
        return dict(dues) if total <= cash else {name: cash * due / total for name, due in dues.items()}

    def _take(self, step: Step, name: str, cash: float) -> float:
        match step:
            case FeeStep():
                paid = min(cash, self.fee_due[step.fee] - self.fee_paid[step.fee])
                self.fee_paid[step.fee] += paid
                return paid
            case InterestStep():
                shares = self._share(cash, {note: self._interest_due(note) for note in step.interest})
                for note, paid in shares.items():
                    item = self.classes[note]
                    before = max(0.0, item.interest_paid - item.current)
                    item.interest_paid += paid
                    item.on_deferred_paid += max(0.0, item.interest_paid - item.current) - before
                return sum(shares.values())
            case DeferredStep():
                shares = self._share(cash, {note: self._deferred_due(note) for note in step.deferred})
                for note, paid in shares.items():
                    self.classes[note].deferred_paid += paid
                return sum(shares.values())
            case PrincipalStep():
                left = {note: self.classes[note].balance - self.classes[note].principal_paid for note in step.principal}
                shares = self._share(cash, left)
                for note, paid in shares.items():
                    self.classes[note].principal_paid += paid
                return sum(shares.values())
            case CoverStep():
                money = "principal" if name == "principal" and step.cover.cure == "principal" else "interest"
                wanted = [self._unmet(test, money) for test in (step.cover.oc, step.cover.ic) if test]
                paid = min(cash, max(wanted))
                self.cures.append((step.cover.oc, money, paid))
                self.pool["notes"] += paid
                return paid
            case DivertStep():
                paid = min(cash * float(step.divert.share), self._unmet(step.divert.test, "interest"))
                self.pool["principal"] += paid
                return paid
            case ReinvestStep():
                paid = cash if step.reinvest.limit == "all" else min(cash, self.limit)
                self.pool["reinvestment"] += paid
                return paid
            case MoveStep():
                paid = cash * float(step.move.share)
                self.pool[step.move.to] += paid
                return paid
            case ResidualStep():
                self._residual(cash, step.residual.book)
                return cash
        raise AssertionError(step)

    def _residual(self, cash: float, book: str) -> None:
        fee = 0.0
        if self.deal.incentive is not None and cash > 0:
            left = 0.0 if self.reached else max(0.0, self.threshold - sum(self.sub.values()))
            if cash >= left:
                self.reached = True
            fee = max(0.0, cash - left) * float(self.deal.incentive.share or 0)
        self.sub[book] += cash - fee
        self.incentive_fee += fee

    def _close(self) -> Period:
        found = Period(
            interest={name: item.interest_paid for name, item in self.classes.items()},
            deferred={name: item.deferred_paid for name, item in self.classes.items()},
            principal={name: item.principal_paid for name, item in self.classes.items()},
            fees=dict(self.fee_paid),
            sub_interest=self.sub["interest"],
            sub_principal=self.sub["principal"],
            incentive_fee=self.incentive_fee,
            reinvested=self.pool["reinvestment"],
            balances={},
        )
        for name, item in self.classes.items():
            current_left = item.current - min(item.current, item.interest_paid)
            if self.deal.notes[name].is_deferrable:
                item.deferred, item.unpaid = self._deferred_due(name) + current_left, 0.0
            else:
                item.unpaid = current_left
            item.balance -= item.principal_paid
            found.balances[name] = (item.balance, item.deferred, item.unpaid)
        for name in self.fee_unpaid:
            self.fee_unpaid[name] = self.fee_due[name] - self.fee_paid[name]
        return found
