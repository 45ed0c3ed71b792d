"""Writes the demo's reports of CLO payment dates, one file for each pair of workbooks. What was paid is payment_figures'.

Source: input-contracts 5.9, 6; clo-extensions 5.1.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingestion.samples.feeds import FeedNote
from ingestion.samples.history import Snapshot
from ingestion.samples.parameters import load_yaml
from ingestion.samples.payment_figures import CENT, PaymentDate, payment_between
from ingestion.samples.story import Story

HEADER = (
    *("deal_id", "payment_date", "role", "item", "key", "measure", "value", "unit", "currency", "printed_decimals"),
    *("source_file", "source_page"),
)
SENT_AT = dt.time(11, 0)  # two hours after the workbook with the balances after the date
ZERO = Decimal("0.00")
Row = tuple[object, ...]


def write_payment_reports(inbox: Path, story: Story, snapshots: list[Snapshot]) -> list[Path]:
    """The newest report into the organisation's folder, the others into its backload."""
    stated = load_yaml("clo_feeds.yaml")["payments"]
    written: list[Path] = []
    for before, after in pairwise(snapshots):
        dates = [
            found
            for number in stated["interest_lists"]
            if (found := payment_between(number, before, after)) is not None
        ]
        folder = inbox / story.organization_id
        if after is not snapshots[-1]:
            folder = inbox / "backload" / story.organization_id
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"payment_report_{after.as_of}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            for date in dates:
                writer.writerows(_rows(date, stated))
        note = FeedNote(
            organization_id=story.organization_id,
            organization_name=story.organization_name,
            kind="clo_payment_report",
            feed_name=story.feed_name,
            as_of=max(date.date for date in dates),
            mode="delta",
            sent_at=dt.datetime.combine(after.as_of + dt.timedelta(days=story.days_until_sent), SENT_AT),
        )
        written += [path, note.write_beside(path)]
    return written


def _rows(date: PaymentDate, stated: dict[str, Any]) -> Iterator[Row]:
    report = f"{date.deal_id}_{date.date}.pdf"

    def row(role: str, item: str, key: str, measure: str, value: object, page: int) -> Row:
        unit, decimals = _UNITS[type(value)]
        if measure in ("coupon", "level"):
            unit, decimals = "fraction", 7
        currency = "USD" if unit == "money" else ""
        return (date.deal_id, date.date, role, item, key, measure, value, unit, currency, decimals, report, page)

    for measure, day in date.days.items():
        yield row("input", "period", "", measure, day, 1)
    paid = [date.paid(payees) for payees in stated["interest_lists"][date.number]]
    before, after = date.cash
    yield row("input", "proceeds", "interest", "collected", sum(paid, ZERO), 2)
    yield row("input", "proceeds", "principal", "collected", after - before, 2)
    for account in stated["accounts"]:
        held = before if account == "collection" else ZERO
        yield row("input", "account", account, "opening_interest", ZERO, 2)
        yield row("input", "account", account, "opening_principal", held, 2)
    yield row("reported", "account", "collection", "closing_principal", after, 2)
    yield row("input", "index", stated["index"], "level", date.index_level, 1)
    for fee in date.fees:
        for measure, amount in (("basis", fee.basis), ("opening_unpaid", ZERO), ("accrued", fee.accrued)):
            yield row("input", "fee", fee.name, measure, amount, 4)
    pool = {"performing": date.performing, "defaulted_value": date.defaulted_value}
    # The demo holds nothing of these; what is not stated would be missing, not zero.
    pool |= dict.fromkeys(("discount_adjustment", "ccc_haircut", "purchased_accrued", "unfunded_reserved"), ZERO)
    for key, amount in pool.items():
        yield row("input", "par", key, "amount", amount, 3)
    for note in date.notes:
        for measure, value in (
            *(("opening_balance", note.balance), ("opening_deferred", ZERO)),
            *(("opening_unpaid", ZERO), ("coupon", note.coupon)),
        ):
            yield row("input", "note", note.name, measure, value, 5)
        for measure, value in (
            *(("interest_due", note.interest), ("interest_paid", note.interest), ("deferred_paid", ZERO)),
            *(("principal_paid", ZERO), ("closing_balance", note.balance), ("closing_deferred", ZERO)),
        ):
            yield row("reported", "note", note.name, measure, value, 5)
    for number, amount in enumerate(paid, start=1):
        key = f"interest:{number}"
        if number < len(paid):  # nothing is due to the residual
            yield row("reported", "step", key, "due", amount.quantize(CENT), 6)
        yield row("reported", "step", key, "paid", amount.quantize(CENT) + _planted(date, key, stated), 6)


# How a value of each Python type is stated: its unit and the decimals printed.
_UNITS: dict[type, tuple[str, object]] = {Decimal: ("money", 2), dt.date: ("date", "")}


def _planted(date: PaymentDate, step: str, stated: dict[str, Any]) -> Decimal:
    planted = stated["planted"]
    is_there = (date.number, date.date, step) == (planted["deal"], planted["date"], planted["step"])
    return Decimal(str(planted["paid"])).quantize(CENT) if is_there else ZERO
