"""Writes the General Ledger reports of the demo funds, as QuickBooks Online exports them, with their sidecars. What is booked does not belong here.

Source: fund-admin 5; input-contracts 6.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

from ingestion.samples.feeds import FeedNote
from ingestion.samples.funds.ledger import Ledger
from ingestion.samples.funds.state import state
from ingestion.samples.funds.story import load_fund_story
from ingestion.samples.ledgers.journals import Journal, Leg, journals
from ingestion.samples.ledgers.terms import LedgerTerms, load_ledger_terms

HEADER = ("", "Date", "Transaction Type", "Num", "Name", "Memo/Description", "Split", "Amount", "Balance")
SENT_AT = dt.time(9, 0)
Row = tuple[str, ...]


def write_ledger_reports(inbox: Path, seed: int) -> list[Path]:
    """Write one report for each fund of each organisation's newest workbook, as the feed `ledger-<fund>`, and return the files
    written, sidecars included. The same seed gives the same bytes. Source: input-contracts 6."""
    terms, story = load_ledger_terms(), load_fund_story()
    newest = {plan.organization_id: plan for plan in sorted(story.workbooks, key=lambda plan: plan.as_of)}
    written: list[Path] = []
    for plan in newest.values():
        known = state(plan.organization_id, plan.as_of, story, seed)
        for ledger in known.ledgers:
            feed_name = f"ledger-{ledger.plan.fund_id.lower()}"
            folder = inbox / plan.organization_id / feed_name
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"general_ledger_{terms.period.last}.csv"
            booked = journals(known, ledger, terms.period.last)
            path.write_text(_report(terms, ledger, booked), encoding="utf-8-sig", newline="")
            note = FeedNote(
                organization_id=plan.organization_id,
                organization_name=plan.organization_name,
                kind="ledger_quickbooks",
                feed_name=feed_name,
                as_of=max(item.day for item in booked),
                mode="full",
                sent_at=dt.datetime.combine(terms.period.sent_on, SENT_AT),
            )
            written += [path, note.write_beside(path)]
    return written


def _report(terms: LedgerTerms, ledger: Ledger, booked: Sequence[Journal]) -> str:
    first, last = terms.period.first, terms.period.last
    rows: list[Row] = [
        (ledger.plan.fund_name,),
        ("General Ledger",),
        (f"{first:%B} {first.day}, {first.year} - {last:%B} {last.day}, {last.year}",),
        (),
        HEADER,
    ]
    for role in terms.accounts:
        legs = [(item, leg) for item in booked for leg in item.legs if leg.role == role]
        if legs:
            rows += _section(terms, role, legs)
    rows += [("TOTAL",), (), ("Accrual Basis",)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _section(terms: LedgerTerms, role: str, legs: Sequence[tuple[Journal, Leg]]) -> list[Row]:
    """An account's heading, what it began with, its lines with their running balance, and their total, in its natural sign."""
    label, side = terms.label(role), terms.side(role)
    balance = side * sum(leg.amount for item, leg in legs if item.day < terms.period.first)
    rows: list[Row] = [(label,), ("", "Beginning Balance", "", "", "", "", "", "", _money(balance))]
    activity = 0
    for item, leg in legs:
        if item.day < terms.period.first:
            continue
        activity += side * leg.amount
        day, amount = item.day.strftime("%m/%d/%Y"), _money(side * leg.amount)
        split = _split(terms, item, role)
        running = _money(balance + activity)
        rows.append(("", day, item.kind, item.number, leg.name, item.memo, split, amount, running))
    rows.append((f"Total for {label}", "", "", "", "", "", "", _money(activity), ""))
    return rows


def _split(terms: LedgerTerms, journal: Journal, role: str) -> str:
    """The account on the other side, or the mark of several."""
    others = {leg.role for leg in journal.legs} - {role}
    return terms.label(others.pop()) if len(others) == 1 else "-Split-"


def _money(cents: int) -> str:
    """An amount with thousands separators and two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
