"""Writes the demo's bank statements with their sidecars into the inbox. What is booked and how a format looks does not belong here.

Source: input-contracts 6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from ingestion.samples.banks.booked import AccountBook, books
from ingestion.samples.banks.formats import bai2_text, camt_text, csv_text
from ingestion.samples.banks.terms import BankTerms, Format, StatementPlan, load_bank_terms
from ingestion.samples.feeds import FeedNote
from ingestion.samples.funds.state import state
from ingestion.samples.funds.story import load_fund_story

SENT_AT = dt.time(6, 0)
FORMATS: dict[Format, tuple[str, Callable[[BankTerms, StatementPlan, Sequence[AccountBook]], str]]] = {
    "CAMT_053": ("camt053_{last}.xml", camt_text),
    "BAI2": ("bai2_{last}.txt", bai2_text),
    "CSV": ("bank_{last}.csv", csv_text),
}


def write_bank_statements(inbox: Path, seed: int) -> list[Path]:
    """Write every statement file and its sidecar, and return them. The same seed gives the same bytes."""
    terms, story = load_bank_terms(), load_fund_story()
    workbooks = [plan for plan in story.workbooks if plan.organization_id == terms.organization]
    newest = max(workbooks, key=lambda plan: plan.as_of)
    known = state(terms.organization, newest.as_of, story, seed)
    folder = inbox / terms.organization / terms.feed_name
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for plan in terms.statements:
        name, text_of = FORMATS[plan.format]
        path = folder / name.format(last=plan.last)
        path.write_text(text_of(terms, plan, books(known, terms, plan)), encoding="utf-8", newline="")
        note = FeedNote(
            organization_id=terms.organization,
            organization_name=newest.organization_name,
            kind="bank_statement",
            feed_name=terms.feed_name,
            as_of=plan.last,
            mode="delta",
            sent_at=dt.datetime.combine(plan.sent_on, SENT_AT),
        )
        written += [path, note.write_beside(path)]
    return written
