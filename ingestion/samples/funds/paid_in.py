"""What partners of a demo fund paid in and what for: investments, fees and expenses, call by call. Carry does not belong here."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

from ingestion.samples.funds.days import add_months
from ingestion.samples.funds.ledger import CATCH_UP, Call, Ledger
from ingestion.samples.funds.portfolio import Movement

EXPENSES = ""
BOUGHT = ("PURCHASE", "FOLLOW_ON")
PaidIn = tuple[dt.date, str, Mapping[str, int]]


def contributions(ledger: Ledger) -> Iterator[PaidIn]:
    """Due date, investment (empty: fees and expenses) and amounts by commitment, what calls were moved for included.

    Interest of late partners is no contribution. Money that repays the line is for what the line had bought.
    """
    bought = bought_by(ledger)
    drawn = {entry.entry_id: entry.investment_id for entry in ledger.facility_entries if entry.kind == "DRAW"}
    for call in ledger.calls:
        costs = bought.get(call.call_id, {})
        found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for code, inside, invested, repaid in _legs(ledger, call):
            reached = given = 0
            shared = {item: cost for item, cost in costs.items() if not _is_excused(ledger, item, code)}
            whole = sum(shared.values())
            for item, cost in shared.items():
                reached += cost
                part = round(Fraction(invested * reached, whole)) - given
                given += part
                found[item][code] += part
            line = drawn.get(call.draw_id or "")
            on_line = repaid if line is not None else 0
            if line is not None:
                found[line][code] += repaid
            found[EXPENSES][code] += inside - given - on_line
        for investment, amounts in found.items():
            yield call.due, investment, amounts


def _legs(ledger: Ledger, call: Call) -> Iterator[tuple[str, int, int, int]]:
    """Commitment, what is inside it, invested and repaid of it: of notices, and of what was moved between commitments."""
    notices = {notice.notice_id: notice for notice in call.notices}
    for notice in call.notices:
        portions = notice.portions
        yield notice.commitment_id, notice.inside, portions.get("investment", 0), portions.get("line_repayment", 0)
    for moved in ledger.reallocations:
        for line in moved.lines:
            if line.notice_id in notices:
                origin = notices[line.notice_id]
                # A closing moves everything but the fee, which newcomers make up for apart.
                fee = origin.portions.get("management_fee", 0) if moved.is_closing else 0
                share = Fraction(line.amount, origin.inside - fee)
                invested = round(origin.portions.get("investment", 0) * share)
                repaid = round(origin.portions.get("line_repayment", 0) * share)
                yield line.commitment_id, line.amount, invested, repaid


def _is_excused(ledger: Ledger, investment_id: str, commitment_id: str) -> bool:
    investor = ledger.register.find(commitment_id).investor_id
    return any(item.investment_id == investment_id and investor in item.excused for item in ledger.positions)


def bought_by(ledger: Ledger) -> dict[str, dict[str, int]]:
    """Cost by investment of what the money of each call bought, by call."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    on_line = {(entry.investment_id, entry.date) for entry in ledger.facility_entries if entry.kind == "DRAW"}
    for position in ledger.positions:
        for move in position.movements:
            if move.kind in BOUGHT and (position.investment_id, move.date) not in on_line:
                call_id = call_before(ledger, move)
                if call_id is not None:
                    found[call_id][position.investment_id] += move.amount
    return found


def call_before(ledger: Ledger, move: Movement) -> str | None:
    """The call of the same quarter that paid for a purchase."""
    due = [call for call in ledger.calls if add_months(call.due, 3) > move.date >= call.due and call.basis != CATCH_UP]
    return due[-1].call_id if due else None
