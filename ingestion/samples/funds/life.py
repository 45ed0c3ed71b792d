"""The life of one demo fund quarter by quarter: calls, draws on its facility, fees, expenses, distributions. Sheets do not belong here.

Everything is in cents. Cash never goes below zero: what a quarter needs and the fund does not have is called at its beginning, what
a sale or income brings is distributed within the quarter. `known` is the day of knowledge: later corrections are left out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ingestion.samples.funds.carry import bear_carry
from ingestion.samples.funds.cents import THOUSAND, from_millions, rounded, share_out
from ingestion.samples.funds.closings import equalise
from ingestion.samples.funds.days import add_months, month_end, quarters, weekday_from
from ingestion.samples.funds.distributions import Paying
from ingestion.samples.funds.facility import Facility
from ingestion.samples.funds.fees import YEAR, FeePart, OffsetBalance, days_from, fee_parts, half_up
from ingestion.samples.funds.ledger import (
    CATCH_UP,
    Call,
    Cost,
    Income,
    Ledger,
    ReallocatedLine,
    Reallocation,
    late_interest,
)
from ingestion.samples.funds.notices import OUTSIDE, CallNotice, call_notices
from ingestion.samples.funds.parameters import FundPlan
from ingestion.samples.funds.partners import register
from ingestion.samples.funds.portfolio import positions
from ingestion.samples.funds.story import FundStory

LAST = dt.date(2025, 6, 30)
NOTICE = dt.timedelta(days=14)
STREAM = 302
HANDED_ON = 900
ORGANISATION_COST = 0.0010
QUARTERLY_COSTS = {1: "LEGAL", 4: "AUDIT_TAX", 7: "BANK", 10: "INSURANCE"}


def live(plan: FundPlan, story: FundStory, seed: int, place: int, known: dt.date) -> Ledger:
    """Every event of a fund until the horizon of the demo, as known on `known`."""
    partners = register(plan, story)
    ledger = Ledger(plan, partners, positions(plan, story, seed, place, known, LAST))
    paying = Paying(plan, story, partners, ledger.positions)
    facility, offsets = Facility(plan), OffsetBalance(plan)
    rng = np.random.default_rng([seed, STREAM, place])
    for start in quarters(add_months(plan.first_close, 3), LAST):
        _Quarter(ledger, story, paying, facility, offsets, start, 1.0 + 0.15 * float(rng.random())).run(known)
    ledger.facility_entries = facility.entries
    moved = story.reallocation
    if moved.fund == plan.fund_id:
        call = next(call for call in ledger.calls if call.due == moved.due)
        parties = (moved.from_commitment, moved.to_commitment)
        code, origin = f"{plan.fund_id}-R01", f"{call.call_id}-{moved.from_commitment}"
        amount = from_millions(moved.amount)
        lines = tuple(
            ReallocatedLine(origin, party, sign * amount) for party, sign in zip(parties, (-1, 1), strict=True)
        )
        ledger.reallocations.append(Reallocation(code, moved.date, lines, moved.reason))
    for item in story.defaults:
        if item.fund == plan.fund_id:
            ledger.defaults[ledger.notice_of(item.investor, item.due).notice_id] = item
    bear_carry(ledger, story, LAST)
    return ledger


@dataclass
class _Quarter:
    ledger: Ledger
    story: FundStory
    paying: Paying
    facility: Facility
    offsets: OffsetBalance
    start: dt.date
    cost_level: float

    def run(self, known: dt.date) -> None:
        """Call, pay fees, buy, pay expenses, distribute, in this order."""
        ledger, plan = self.ledger, self.ledger.plan
        end = month_end(add_months(self.start, 2))
        due = weekday_from(self.start.replace(day=plan.due_day))
        fee, expenses = self._fee(), self._expenses()
        bought = [
            (position, move) for position in ledger.positions for move in position.movements
            if move.kind in ("PURCHASE", "FOLLOW_ON") and self.start <= move.date <= end
        ]  # fmt: skip
        # The line is repaid by all partners, so a purchase that some are excused from is called directly.
        on_line = [pair for pair in bought if self.facility.is_open(pair[1].date) and not pair[0].excused]
        direct = [pair for pair in bought if pair not in on_line]
        repaid = self.facility.repayment(due)
        organisation = 0 if ledger.calls else rounded(sum(self._in_force().values()) * ORGANISATION_COST, THOUSAND)
        upkeep = self.facility.upkeep(end)
        needs = {
            "investment": sum(move.amount for _, move in direct),
            "management_fee": fee.amount if fee else 0,
            "expenses": sum(cost.amount for cost in expenses) + upkeep,
            "organisational": organisation,
            "line_repayment": repaid.principal if repaid else 0,
            "interest": repaid.interest if repaid else 0,
        }
        needed_now = sum(needs.values())
        if self.start >= plan.investment_period_end and self.start.month in (4, 10) and needed_now > ledger.cash:
            needs["management_fee"] *= 2  # calls become half-yearly
            needs["expenses"] *= 2
        if needed_now > ledger.cash:
            single = {position.investment_id for position, _ in direct}
            self._call(
                due, needs, known, next(iter(single)) if len(single) == 1 else None, repaid.draw_id if repaid else None
            )
        if repaid:
            ledger.cash -= repaid.principal + repaid.interest
            self.facility.repay(repaid, due, ledger.calls[-1].call_id)
            self._bear("FACILITY_INTEREST_FEES", due, repaid.draw_date, due, repaid.interest)
        if organisation:
            ledger.cash -= organisation
            self._bear("ORGANISATION", due, plan.first_close, due, organisation)
        if upkeep:
            ledger.cash -= upkeep
            self.facility.pay_upkeep(end, upkeep)
            self._bear("FACILITY_INTEREST_FEES", end, self.start, end, upkeep)
        for cost in [*([fee] if fee else []), *expenses]:
            ledger.cash -= cost.amount
            ledger.costs.append(cost)
        for position, move in on_line:
            self.facility.draw(move.date, move.amount, position.investment_id)
        ledger.cash -= sum(move.amount for _, move in direct)
        ledger.distributions += self.paying.in_quarter(self.start, end)
        self._late_closings(end)
        self._late_payments(end)
        if ledger.cash < 0:
            raise ValueError(
                f"{plan.fund_id}, {self.start}: expected cash from zero up, found {ledger.cash / 100:,.2f}"
            )

    def _in_force(self) -> dict[str, int]:
        return self.ledger.register.in_force(self.start)

    def _call(
        self, due: dt.date, needs: dict[str, int], known: dt.date, investment_id: str | None, draw_id: str | None
    ) -> None:
        """Call what is needed less the cash at hand, on whole thousands."""
        ledger, plan = self.ledger, self.ledger.plan
        portions = dict(needs)
        total = -(-(sum(needs.values()) - ledger.cash) // THOUSAND) * THOUSAND
        spare = sum(needs.values()) - total
        if spare < 0:
            portions["expenses"] -= spare
        for name in ("investment", "expenses", "management_fee", "line_repayment"):
            used = min(portions[name], max(spare, 0))
            portions[name] -= used
            spare -= used
        position = next((item for item in ledger.positions if item.investment_id == investment_id), None)
        notice_date = due - NOTICE
        number = ledger.next_call
        call_id = f"{plan.fund_id}-C{number:03d}"
        force = ledger.register.in_force(notice_date)
        taking = ledger.register.in_force(notice_date, without=position.excused if position else ())
        notices = call_notices(call_id, portions, force, taking)
        notices = self._as_first_sent(notices, due, total, known)
        filled = [name for name, amount in portions.items() if amount]
        purpose = {"investment": "INVESTMENT", "management_fee": "MANAGEMENT_FEE", "expenses": "EXPENSES"}.get(
            filled[0], "MIXED"
        )
        purpose = purpose if len(filled) == 1 else "LINE_REPAYMENT" if portions["line_repayment"] else "MIXED"
        draw_date = self.facility.drawn_on(draw_id)
        ledger.calls.append(
            Call(call_id, number, notice_date, due, purpose, "COMMITMENT", notices, investment_id, draw_id, draw_date)
        )
        ledger.cash += total

    def _as_first_sent(
        self, notices: tuple[CallNotice, ...], due: dt.date, total: int, known: dt.date
    ) -> tuple[CallNotice, ...]:
        """The notices with the error that a later workbook corrects, while it is not known."""
        plan = self.story.corrected_call
        if plan.fund != self.ledger.plan.fund_id or due.year != plan.due_year or known >= plan.known_on:
            return notices
        amount = round(plan.amount * 100)
        sizeable = 40 * amount  # the first call of the year that is large enough for the error to go unnoticed
        if total < sizeable or any(c.due.year == plan.due_year and c.total >= sizeable for c in self.ledger.calls):
            return notices
        shift = {
            self.ledger.register.of_investor(plan.from_investor, due): amount,
            self.ledger.register.of_investor(plan.to_investor, due): -amount,
        }
        return tuple(notice.shifted(shift.get(notice.commitment_id, 0)) for notice in notices)

    def _late_closings(self, end: dt.date) -> None:
        """A closing in the quarter: earlier calls are shared anew, newcomers make up for fees and pay interest."""
        ledger, plan = self.ledger, self.ledger.plan
        for closing in plan.closings[1:]:
            due = weekday_from(closing.date + dt.timedelta(days=21))
            if not self.start <= closing.date <= end:
                continue
            late = {c.commitment_id: c.amount for c in ledger.register.commitments if c.closing == closing.number}
            equalised = equalise(ledger, closing)
            posted = [cost for cost in ledger.costs if cost.kind == "MANAGEMENT_FEE"]
            first = posted[0]
            by_class = ledger.register.by_class(late)
            # The fee of the quarters charged so far, as if committed at first; waivers and offsets were the earlier partners'.
            made_up = (
                days_from(first.start, posted[-1].end + dt.timedelta(days=1)) * Fraction(str(plan.fee_rate)) / YEAR
            )
            fee_by_class = {code: half_up(amount * made_up) for code, amount in by_class.items()}
            fee = sum(fee_by_class.values())
            fees = share_out(fee, late)
            asked = {code: {"management_fee": fees[code], OUTSIDE: equalised.interest.get(code, 0)} for code in late}
            paying = self._closing_call(closing.date, due, asked, late)
            back = {code: {OUTSIDE: -amount} for code, amount in equalised.interest.items() if amount < 0}
            self._closing_call(closing.date, due, back, ledger.register.in_force(closing.date), paying.call_id)
            ledger.reallocations += equalised.reallocations
            ledger.cash += fee
            ledger.costs.append(
                Cost(
                    f"{plan.fund_id}-F{len(posted) + 1:03d}",
                    "MANAGEMENT_FEE",
                    closing.date,
                    first.start,
                    posted[-1].end,
                    fee,
                    late,
                    "COMMITMENTS",
                    tuple(FeePart(code, amount, fee_by_class[code]) for code, amount in by_class.items()),
                    first.cost_id,
                )
            )
            ledger.cash -= fee

    def _closing_call(
        self,
        closing: dt.date,
        due: dt.date,
        asked: dict[str, dict[str, int]],
        base: dict[str, int],
        hands_on: str | None = None,
    ) -> Call:
        """The call of a closing: fees and interest of newcomers, or the interest handed on to those before them."""
        ledger = self.ledger
        # what is handed on is numbered apart, as it calls for nothing
        number = ledger.next_call if hands_on is None else HANDED_ON + len(ledger.calls)
        call_id = f"{ledger.plan.fund_id}-C{number:03d}"
        notices = tuple(
            CallNotice(f"{call_id}-{code}", code, base[code], {name: n for name, n in portions.items() if n})
            for code, portions in asked.items()
        )
        issued = closing + dt.timedelta(days=1)
        call = Call(call_id, number, issued, due, "MIXED", CATCH_UP, notices, hands_on=hands_on)
        ledger.calls.append(call)
        return call

    def _late_payments(self, end: dt.date) -> None:
        """Interest on what a defaulting partner paid in the quarter after all; the fund keeps it."""
        ledger = self.ledger
        for item in self.story.defaults:
            if item.fund == ledger.plan.fund_id and item.cured is not None and self.start <= item.cured <= end:
                amount = late_interest(item, ledger.notice_of(item.investor, item.due))
                owners = ledger.register.in_force(item.cured)
                ledger.income.append(Income(item.cured, amount, owners))
                ledger.cash += amount

    def _fee(self) -> Cost | None:
        """The management fee of the quarter in advance: on commitments, later on the cost still invested."""
        ledger, plan = self.ledger, self.ledger.plan
        end = month_end(add_months(self.start, 2))
        force = self._in_force()
        committed = ledger.register.by_class(force)
        # The last day of the investment period still bears the fee on commitments.
        steps_down = plan.investment_period_end + dt.timedelta(days=1)
        on_commitments = self.start < steps_down
        if steps_down <= self.start:
            stretches = [(self._invested(), YEAR // 4)]
        elif steps_down > end:
            stretches = [(committed, YEAR // 4)]
        else:
            before = days_from(self.start, steps_down)
            stretches = [(committed, before), (self._invested(), YEAR // 4 - before)]
        waivers = [w for w in self.story.waivers if w.fund == plan.fund_id and w.start <= self.start < w.end]
        register = ledger.register
        self.offsets.receive(self.start, lambda day: register.by_class(register.in_force(day)))
        parts = self.offsets.apply(fee_parts(stretches, plan.fee_rate, waivers))
        if not parts:
            return None
        number = sum(cost.kind == "MANAGEMENT_FEE" for cost in ledger.costs) + 1
        due = weekday_from(self.start.replace(day=plan.due_day))
        basis = "COMMITMENTS" if on_commitments else "INVESTED_CAPITAL"
        amount = sum(part.net for part in parts)
        code = f"{plan.fund_id}-F{number:03d}"
        return Cost(code, "MANAGEMENT_FEE", due, self.start, end, amount, force, basis, parts)

    def _invested(self) -> dict[str, int]:
        """The cost still invested by class; those who are excused from an investment have none of it."""
        register = self.ledger.register
        before = self.start - dt.timedelta(days=1)
        found = dict.fromkeys(register.by_class(self._in_force()), 0)
        for position in self.ledger.positions:
            weights = register.by_class(register.in_force(self.start, without=position.excused))
            for code, amount in share_out(position.remaining_cost(before), weights).items():
                found[code] += amount
        return found

    def _expenses(self) -> list[Cost]:
        """Administration, custody and one further kind a quarter."""
        plan = self.ledger.plan
        force = self._in_force()
        end = month_end(add_months(self.start, 2))
        whole = sum(force.values()) * plan.expense_rate / 4 * self.cost_level
        day = weekday_from(add_months(self.start, 1).replace(day=25))
        payers = self.ledger.register.in_force(day)
        kinds = {"ACCOUNTING_ADMIN_IT": 0.45, QUARTERLY_COSTS[self.start.month]: 0.40, "CUSTODY": 0.15}
        place = f"{self.start:%Y%m}"
        return [
            Cost(f"{plan.fund_id}-E{place}-{letter}", kind, day, self.start, end, rounded(whole * share), payers)
            for letter, (kind, share) in zip("ABC", kinds.items(), strict=True)
        ]

    def _bear(self, kind: str, day: dt.date, start: dt.date, end: dt.date, amount: int) -> None:
        plan, place = self.ledger.plan, sum(cost.kind == kind for cost in self.ledger.costs) + 1
        letters = "".join(word[0] for word in kind.split("_"))
        payers = self.ledger.register.in_force(day)
        self.ledger.costs.append(Cost(f"{plan.fund_id}-E{letters}{place:03d}", kind, day, start, end, amount, payers))
