"""How the notices of the demo funds are paid: mostly in one piece on the due date, some split, late, failed or reversed first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ingestion.samples.funds.days import weekday_from
from ingestion.samples.funds.ledger import Call, Ledger, paid_in_time
from ingestion.samples.funds.notices import CallNotice
from ingestion.samples.funds.story import FundStory

STREAM = 304
EFFECTIVE = ("PAID", "PROCESSED")


@dataclass(frozen=True)
class Payment:
    """One payment row. A payment that failed or was reversed moved nothing; the row that reverses it names it."""

    payment_id: str
    notice_id: str
    direction: str
    amount: int
    date: dt.date
    status: str = "PAID"
    method: str = "WIRE"
    reverses: str | None = None


def call_payments(ledger: Ledger, story: FundStory, seed: int, place: int) -> dict[str, list[Payment]]:
    """Every payment of call notices by notice."""
    found = {}
    for call in ledger.calls:
        rng = np.random.default_rng([seed, STREAM, place, call.number])
        draws = rng.random((len(call.notices), 2))
        for notice, (what, how) in zip(call.notices, draws.tolist(), strict=True):
            if notice.amount:
                rows = list(_payments(ledger, story, call, notice, what, how))
                found[notice.notice_id] = rows
    return found


def _payments(
    ledger: Ledger, story: FundStory, call: Call, notice: CallNotice, what: float, how: float
) -> Iterator[Payment]:
    shares = story.payments
    method = "SEPA" if ledger.plan.currency == "EUR" else "WIRE"

    def row(number: int, amount: int, day: dt.date, status: str = "PAID", **more: str) -> Payment:
        direction = more.get("direction", "RECEIVED")
        return Payment(
            f"{notice.notice_id}-P{number}",
            notice.notice_id,
            direction,
            amount,
            day,
            status,
            method,
            more.get("reverses"),
        )

    if call.hands_on is not None:
        yield row(1, notice.amount, call.due, direction="PAID")
        return
    default = ledger.defaults.get(notice.notice_id)
    if default is not None:
        in_time = paid_in_time(default, notice)
        if in_time:
            yield row(1, in_time, call.due)
        if default.cured is not None:
            yield row(2, notice.amount - in_time, default.cured)
        return
    if call.due > shares.until:
        yield row(1, notice.amount, call.due)
        return
    later = weekday_from(call.due + dt.timedelta(days=3 + int(9 * how)))
    bounds = np.cumsum([shares.split, shares.late, shares.failed, shares.reversed]).tolist()
    if what < bounds[0]:
        first = round(notice.amount * (0.3 + 0.4 * how))
        yield row(1, first, call.due)
        yield row(2, notice.amount - first, weekday_from(call.due + dt.timedelta(days=1)))
    elif what < bounds[1]:
        yield row(1, notice.amount, later)
    elif what < bounds[2]:
        yield row(1, notice.amount, call.due, "FAILED")
        yield row(2, notice.amount, later)
    elif what < bounds[3]:
        yield row(1, notice.amount, call.due, "REVERSED")
        yield row(
            2,
            notice.amount,
            weekday_from(call.due + dt.timedelta(days=2)),
            "REVERSED",
            direction="PAID",
            reverses=f"{notice.notice_id}-P1",
        )
        yield row(3, notice.amount, later)
    else:
        yield row(1, notice.amount, call.due)


def distribution_payments(ledger: Ledger) -> dict[str, list[Payment]]:
    """One payment of the net amount for each notice of a distribution that was paid."""
    method = "SEPA" if ledger.plan.currency == "EUR" else "WIRE"
    found = {}
    for paid in ledger.distributions:
        for notice in paid.notices:
            if paid.status == "PAID" and notice.net:
                how = "IN_KIND" if paid.is_in_kind else method
                found[notice.notice_id] = [
                    Payment(f"{notice.notice_id}-P1", notice.notice_id, "PAID", notice.net, paid.date, "PAID", how)
                ]
    return found
