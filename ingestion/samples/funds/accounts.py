"""Capital accounts of a demo fund: the roll-forward of every partner and period, which adds up to the fund. Sheets do not belong here.

Lines are signed by their effect on net assets. Accrued carry moves from the limited partners to the general partner, so the fund's
own line is zero and its net assets are fair values and cash less what the facility is owed.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.samples.funds.cents import share_out
from ingestion.samples.funds.days import period_ends
from ingestion.samples.funds.distributions import Distribution
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.partners import Transfer

LINES = (
    "contributions",
    "distributions",
    "management_fee",
    "expenses",
    "income",
    "realized_gain",
    "unrealized_gain",
    "accrued_carry",
)
TOTAL = "_FUND_"
Posting = tuple[dt.date, str, dict[str, int]]


@dataclass(frozen=True)
class Account:
    """One partner, or the whole fund, at the end of one period."""

    investor_id: str
    period_end: dt.date
    beginning: int
    lines: dict[str, int]
    unfunded: int

    @property
    def nav(self) -> int:
        return self.beginning + sum(self.lines.values())


def capital_accounts(ledger: Ledger, last: dt.date) -> list[Account]:
    """The accounts of every period that ends by `last`, partners first and the fund after them."""
    ends = period_ends(ledger.calls[0].due, last, is_monthly=ledger.plan.periods == "MONTHLY")
    moved: dict[tuple[dt.date, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(LINES, 0))
    for day, line, shares in _postings(ledger, ends):
        place = bisect.bisect_left(ends, day)
        if place < len(ends):
            for code, amount in shares.items():
                moved[ends[place], code][line] += amount
    used = _used(ledger, ends)
    transfers = [item for item in ledger.register.transfers if item.new_commitment_id is not None]
    balances: dict[str, int] = {}
    accounts: list[Account] = []
    for place, end in enumerate(ends):
        previous = ends[place - 1] if place else dt.date.min
        for item in transfers:
            if previous < item.plan.date <= end:
                _move_balances(balances, item)
        by_investor: dict[str, Account] = {}
        for commitment in ledger.register.commitments:
            code = commitment.commitment_id
            if commitment.status != "ACTIVE" or commitment.date > end:
                continue
            beginning = balances.get(code, 0)
            lines = moved[end, code]
            is_over = commitment.ended_on is not None and commitment.ended_on <= end
            unfunded = 0 if is_over else ledger.register.amount_on(commitment, end) - used[code][place]
            if not (is_over and not beginning and not any(lines.values())):
                account = Account(commitment.investor_id, end, beginning, lines, unfunded)
                by_investor[commitment.investor_id] = _sum(by_investor.get(commitment.investor_id), account)
            balances[code] = beginning + sum(lines.values())
        accounts += by_investor.values()
        whole = None
        for account in by_investor.values():
            whole = _sum(whole, Account(TOTAL, end, account.beginning, account.lines, account.unfunded))
        assert whole is not None
        accounts.append(whole)
    return accounts


def _postings(ledger: Ledger, ends: list[dt.date]) -> Iterator[Posting]:
    """Every amount by commitment, as the line of the account it belongs to."""
    register = ledger.register
    general_partner = next(c.commitment_id for c in register.commitments if c.investor_id == ledger.plan.gp)
    for call in ledger.calls:
        # Interest of later partners is no contribution of theirs, and handed on to those who came before them.
        yield call.due, "contributions", {notice.commitment_id: notice.inside for notice in call.notices}
    for paid in ledger.distributions:
        if paid.status == "PAID":
            shares = {notice.commitment_id: notice.carry - notice.gross for notice in paid.notices}
            shares[general_partner] = shares.get(general_partner, 0) - paid.carry
            yield paid.date, "distributions", shares
    for moved in ledger.reallocations:
        yield moved.date, "contributions", moved.by_commitment
    for cost in ledger.costs:
        if not cost.parts:
            yield cost.date, "expenses", share_out(-cost.amount, cost.payers)
        for part in cost.parts:
            # Partners of a class bear its fee, whatever other classes are charged.
            of_class = {code: n for code, n in cost.payers.items() if register.find(code).class_code == part.class_code}
            yield cost.date, "management_fee", share_out(-part.net, of_class)
    for item in ledger.income:
        yield item.date, "income", share_out(item.amount, item.owners)
    for position in ledger.positions:
        for move in position.movements:
            owners = register.in_force(move.date, without=position.excused)
            if move.kind == "INCOME":
                yield move.date, "income", share_out(move.amount, owners)
            if move.kind in ("PROCEEDS", "WRITE_OFF"):
                proceeds = move.amount if move.kind == "PROCEEDS" else 0
                yield move.date, "realized_gain", share_out(proceeds - move.relieved, owners)
        before = 0
        for end in ends:
            gain = position.fair_value(end) - position.remaining_cost(end)
            if gain != before:
                yield end, "unrealized_gain", share_out(gain - before, register.in_force(end, without=position.excused))
            before = gain
    yield from _carry(ledger, ends, general_partner)


def _carry(ledger: Ledger, ends: list[dt.date], general_partner: str) -> Iterator[Posting]:
    """Carry earned to date, paid or not, goes from each limited partner to the general partner as it changes."""
    before: dict[str, int] = {}
    for end in ends:
        struck = ledger.carry_earned.get(end, before)  # at quarter ends
        # A later closing restates history; accounts of the time before it know nothing of whom it brought.
        earned = {code: amount for code, amount in struck.items() if ledger.register.find(code).date <= end}
        charged = {code: before.get(code, 0) - earned.get(code, 0) for code in {*before, *earned}}
        if any(charged.values()):
            yield end, "accrued_carry", charged | {general_partner: -sum(charged.values())}
        before = earned


def _used(ledger: Ledger, ends: list[dt.date]) -> dict[str, list[int]]:
    """Commitment used up by the end of each period: called inside less recallable, with what transfers moved."""
    used: dict[str, list[int]] = {c.commitment_id: [0] * len(ends) for c in ledger.register.commitments}
    flows: list[tuple[dt.date, int, str, int]] = []
    for call in ledger.calls:
        flows += [(call.due, 1, notice.commitment_id, notice.inside) for notice in call.notices]
    for paid in ledger.distributions:
        if paid.status == "PAID":
            flows += [(paid.date, 1, notice.commitment_id, -notice.recallable) for notice in paid.notices]
            flows += _expired(ledger, paid)
    for moved in ledger.reallocations:
        flows += [(moved.date, 1, code, amount) for code, amount in moved.by_commitment.items()]
    transfers = {item.plan.date: item for item in ledger.register.transfers if item.new_commitment_id is not None}
    # Calls that were out when a commitment was transferred whole use up the transferee's.
    heirs = {item.commitment_id: item for item in transfers.values() if item.plan.fraction == 1}
    flows = [
        (day, place, heirs[code].new_commitment_id or code, amount)
        if code in heirs and day > heirs[code].plan.date
        else (day, place, code, amount)
        for day, place, code, amount in flows
    ]
    flows += [(day, 0, item.commitment_id, 0) for day, item in transfers.items()]
    flows.sort()
    state: dict[str, int] = dict.fromkeys(used, 0)
    pending = iter([*flows, (dt.date.max, 1, "", 0)])
    flow = next(pending)
    for place, end in enumerate(ends):
        while flow[0] <= end:
            day, is_flow, code, amount = flow
            state[code] += amount
            if not is_flow:
                _move_balances(state, transfers[day])
            flow = next(pending)
        for code, amount in state.items():
            used[code][place] = amount
    return used


def _expired(ledger: Ledger, paid: Distribution) -> Iterator[tuple[dt.date, int, str, int]]:
    """What of a recallable distribution was not called again in time: it uses up commitment after all."""
    until = paid.recallable_until
    if until is None:
        return
    recalled: dict[str, int] = defaultdict(int)
    for call in ledger.calls:
        if paid.date < call.due < until:
            for notice in call.notices:
                recalled[notice.commitment_id] += notice.inside
    for back in paid.notices:
        yield until, 1, back.commitment_id, max(back.recallable - recalled[back.commitment_id], 0)


def _move_balances(balances: dict[str, int], item: Transfer) -> None:
    """Move the transferred fraction of a balance to the commitment of the transferee."""
    assert item.new_commitment_id is not None
    whole = balances.get(item.commitment_id, 0)
    moved = round(whole * item.plan.fraction)
    balances[item.commitment_id] = whole - moved
    balances[item.new_commitment_id] = balances.get(item.new_commitment_id, 0) + moved


def _sum(first: Account | None, second: Account) -> Account:
    if first is None:
        return second
    lines = {name: first.lines[name] + second.lines[name] for name in LINES}
    return Account(
        first.investor_id, first.period_end, first.beginning + second.beginning, lines, first.unfunded + second.unfunded
    )
