"""Double entry of a demo fund's events: which accounts each call, payment, purchase, sale, cost and valuation moves. Reports do not belong here.

Amounts are cents, positive for a debit. Events are booked on the day on which the capital accounts state them, so that assets less
liabilities are the fund's net assets. Source: fund-admin 1.10 G-2, 4.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.samples.funds.days import add_months, period_ends, weekday_from
from ingestion.samples.funds.distributions import Distribution
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.payments import EFFECTIVE
from ingestion.samples.funds.state import State

ENTRY, RECEIPT, SPENDING = "Journal Entry", "Deposit", "Expense"
REVERSED = "REVERSED"
TAX_DAY = 15


@dataclass(frozen=True)
class Leg:
    """One side of a journal on the account of a role."""

    role: str
    amount: int
    name: str = ""


@dataclass(frozen=True)
class Journal:
    """One transaction; kind, day and number identify it. ValueError unless debits equal credits."""

    day: dt.date
    kind: str
    number: str
    memo: str
    legs: tuple[Leg, ...]

    def __post_init__(self) -> None:
        difference = sum(leg.amount for leg in self.legs)
        if difference:
            raise ValueError(f"journal {self.number}: expected debits equal to credits, found {difference} cents more")


def journals(state: State, ledger: Ledger, last: dt.date) -> list[Journal]:
    """Every journal of a fund until `last` by day, kind and number, without legs of zero."""
    found = [
        *_calls(state, ledger),
        *_received(state, ledger),
        *_distributions(state, ledger),
        *_costs(ledger),
        *_facility(ledger),
        *_investments(ledger),
        *_valuations(ledger, last),
        *_carry(state, ledger, last),
    ]
    kept = []
    for item in found:
        legs = tuple(leg for leg in item.legs if leg.amount)
        if legs and item.day <= last:
            kept.append(Journal(item.day, item.kind, item.number, item.memo, legs))
    return sorted(kept, key=lambda item: (item.day, item.kind, item.number))


def _names(state: State, ledger: Ledger) -> dict[str, str]:
    return {item.commitment_id: state.parties[item.investor_id].name for item in ledger.register.commitments}


def _calls(state: State, ledger: Ledger) -> Iterator[Journal]:
    """Called capital is owed from the due date; interest of later partners is handed on to the earlier ones."""
    names = _names(state, ledger)
    for call in ledger.calls:
        legs = []
        for notice in call.notices:
            name = names[notice.commitment_id]
            sign = -1 if call.hands_on else 1
            legs += [
                Leg("calls_receivable", sign * notice.amount, name),
                Leg("contributions", -sign * notice.inside, name),
                Leg("partner_interest", sign * (notice.inside - notice.amount), name),
            ]
        yield Journal(call.due, ENTRY, call.call_id, f"Capital call {call.number}", tuple(legs))
    for moved in ledger.reallocations:
        legs = [Leg("contributions", -line.amount, names[line.commitment_id]) for line in moved.lines]
        yield Journal(moved.date, ENTRY, moved.reallocation_id, "Reallocation of a call", tuple(legs))


def _received(state: State, ledger: Ledger) -> Iterator[Journal]:
    """Payments of calls when they come; one that is reversed goes in and out, one that failed moves nothing."""
    names = _names(state, ledger)
    for call in ledger.calls:
        for notice in call.notices:
            name = names[notice.commitment_id]
            for paid in state.paid.get(notice.notice_id, ()):
                if paid.status not in (*EFFECTIVE, REVERSED):
                    continue
                is_receipt = paid.direction == "RECEIVED"
                amount = paid.amount if is_receipt else -paid.amount
                kind, memo = (RECEIPT, "Payment of a call") if is_receipt else (SPENDING, "Reversal of a payment")
                memo = "Interest of later partners handed on" if call.hands_on else memo
                legs = (Leg("cash", amount, name), Leg("calls_receivable", -amount, name))
                yield Journal(paid.date, kind, paid.payment_id, memo, legs)
    for number, item in enumerate(ledger.income, 1):
        legs = (Leg("cash", item.amount), Leg("partner_interest", -item.amount))
        yield Journal(item.date, RECEIPT, f"{ledger.plan.fund_id}-LATE{number:02d}", "Interest on a late payment", legs)


def _distributions(state: State, ledger: Ledger) -> Iterator[Journal]:
    for paid in ledger.distributions:
        if paid.status == "PAID":
            yield from _distribution(state, ledger, paid)


def _distribution(state: State, ledger: Ledger, paid: Distribution) -> Iterator[Journal]:
    """Owed and paid on one day; carry goes to the general partner, tax withheld to its office in the next month."""
    names = _names(state, ledger)
    general_partner = state.parties[ledger.plan.gp].name
    code, what = paid.distribution_id, f"Distribution {paid.number}"
    owed = [Leg("distributions", item.gross - item.carry, names[item.commitment_id]) for item in paid.notices]
    owed += [Leg("distributions", paid.carry, general_partner), Leg("distributions_payable", -paid.total)]
    yield Journal(paid.date, ENTRY, code, what, tuple(owed))
    settled = [Leg("distributions_payable", paid.total)]
    for item in paid.notices:
        name = names[item.commitment_id]
        settled += [Leg("cash", -item.net, name), Leg("withholding_payable", -item.withholding, name)]
    settled.append(Leg("cash", -paid.carry, general_partner))
    yield Journal(paid.date, SPENDING, code, f"{what} paid", tuple(settled))
    withheld = sum(item.withholding for item in paid.notices)
    legs = (Leg("withholding_payable", withheld), Leg("cash", -withheld))
    tax_day = weekday_from(add_months(paid.date, 1).replace(day=TAX_DAY))
    yield Journal(tax_day, SPENDING, f"{code}-TAX", f"Tax withheld from {what.lower()}", legs)


def _costs(ledger: Ledger) -> Iterator[Journal]:
    """Fees and expenses; those of the facility are booked from its own entries."""
    for cost in ledger.costs:
        if cost.kind != "FACILITY_INTEREST_FEES":
            legs = (Leg(cost.kind, cost.amount), Leg("cash", -cost.amount))
            memo = f"{cost.start:%m/%d/%Y} to {cost.end:%m/%d/%Y}"
            yield Journal(cost.date, SPENDING, cost.cost_id, memo, legs)


def _facility(ledger: Ledger) -> Iterator[Journal]:
    """Repayments with interest, and fees; what is drawn pays for a purchase and is booked with it."""
    for entry in ledger.facility_entries:
        if entry.kind != "DRAW":
            legs = (
                Leg("facility", entry.principal),
                Leg("facility_interest", entry.interest),
                Leg("facility_fee", entry.fee),
                Leg("cash", -entry.amount),
            )
            memo = "Repayment of the facility" if entry.principal else "Commitment fee"
            yield Journal(entry.date, SPENDING, entry.entry_id, memo, legs)


def _investments(ledger: Ledger) -> Iterator[Journal]:
    drawn = {(item.investment_id, item.date) for item in ledger.facility_entries if item.kind == "DRAW"}
    for position in ledger.positions:
        name = position.plan.company
        for move in position.movements:
            kind, memo = RECEIPT, move.kind.replace("_", " ").capitalize()
            if move.kind in ("PURCHASE", "FOLLOW_ON"):
                source = "facility" if (position.investment_id, move.date) in drawn else "cash"
                kind = ENTRY if source == "facility" else SPENDING
                legs = [Leg("investments", move.amount, name), Leg(source, -move.amount, name)]
            elif move.kind == "INCOME":
                legs = [Leg("cash", move.amount, name), Leg("investment_income", -move.amount, name)]
            else:
                proceeds = move.amount if move.kind == "PROCEEDS" else 0
                kind = RECEIPT if proceeds else ENTRY
                legs = [
                    Leg("cash", proceeds, name),
                    Leg("investments", -move.relieved, name),
                    Leg("realised", move.relieved - proceeds, name),
                ]
            yield Journal(move.date, kind, move.transaction_id, memo, tuple(legs))


def _valuations(ledger: Ledger, last: dt.date) -> Iterator[Journal]:
    """The change of fair value over remaining cost at each end of a period, investment by investment."""
    ends = period_ends(ledger.calls[0].due, last, is_monthly=ledger.plan.periods == "MONTHLY")
    before = {position.investment_id: 0 for position in ledger.positions}
    for end in ends:
        legs = []
        for position in ledger.positions:
            gain = position.fair_value(end) - position.remaining_cost(end)
            change = gain - before[position.investment_id]
            before[position.investment_id] = gain
            name = position.plan.company
            legs += [Leg("unrealised", change, name), Leg("change_in_unrealised", -change, name)]
        yield Journal(end, ENTRY, f"{ledger.plan.fund_id}-VALUE-{end:%Y%m%d}", "Fair values", tuple(legs))


def _carry(state: State, ledger: Ledger, last: dt.date) -> Iterator[Journal]:
    """Carry earned moves capital from the limited partners to the general partner; the fund's own line stays zero."""
    names = _names(state, ledger)
    general_partner = next(c.commitment_id for c in ledger.register.commitments if c.investor_id == ledger.plan.gp)
    before: dict[str, int] = {}
    for end, earned in sorted(ledger.carry_earned.items()):
        shares = {code: earned.get(code, 0) - before.get(code, 0) for code in sorted({*before, *earned})}
        if end > last or not any(shares.values()):
            continue
        legs = [Leg("carry", amount, names[code]) for code, amount in shares.items()]
        legs.append(Leg("carry", -sum(shares.values()), names[general_partner]))
        yield Journal(end, ENTRY, f"{ledger.plan.fund_id}-CARRY-{end:%Y%m%d}", "Carried interest", tuple(legs))
        before = earned
