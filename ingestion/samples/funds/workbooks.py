"""Writes the fund workbooks of the demo with their sidecars: full ones, one sent again, one delta. What they state does not belong here.

Source: input-contracts 6.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from ingestion.samples.feeds import FeedNote
from ingestion.samples.funds import (
    agreement_rows,
    asset_rows,
    carry_rows,
    cash_rows,
    deal_rows,
    document_rows,
    fee_rows,
    gl_rows,
    partner_rows,
)
from ingestion.samples.funds.state import State, state
from ingestion.samples.funds.story import WorkbookPlan, load_fund_story
from ingestion.samples.funds.table import Row, sheet
from ingestion.samples.grid import write_workbook

SENT_AT = dt.time(9, 0)
TITLE = "Fund workbook"
SHEETS: dict[str, Callable[[State], Iterable[Row]]] = {
    "Funds": partner_rows.funds,
    "Fund Terms": partner_rows.terms,
    "Investor Classes": partner_rows.classes,
    "Investors": partner_rows.investors,
    "Investor Banking": partner_rows.banking,
    "Commitments": partner_rows.commitments,
    "Commitment Modifications": partner_rows.modifications,
    "Side Letters": agreement_rows.side_letters,
    "Closings": partner_rows.closings,
    "Capital Calls": cash_rows.calls,
    "Capital Call Notices": cash_rows.call_notices,
    "Payments": cash_rows.payments,
    "Distributions": cash_rows.distributions,
    "Distribution Notices": cash_rows.distribution_notices,
    "Investments": asset_rows.investments,
    "Investment Transactions": asset_rows.transactions,
    "Valuations": asset_rows.valuations,
    "Waterfall Configs": partner_rows.waterfall_configs,
    "Recycling Terms": agreement_rows.recycling,
    "Excuses": agreement_rows.excuses,
    "Transfers": agreement_rows.transfers,
    "Defaults": agreement_rows.defaults,
    "Reallocations": agreement_rows.reallocations,
    "Allocations": deal_rows.allocation_rows,
    "Allocation Calls": deal_rows.allocation_calls,
    "Status Events": deal_rows.status_events,
    "Credit Facilities": agreement_rows.facilities,
    "Facility Transactions": agreement_rows.facility_transactions,
    "Fund Expenses": fee_rows.expenses,
    "Fee Charges": fee_rows.fee_charges,
    "Fee Waivers & Rebates": fee_rows.waivers,
    "Portfolio Fees & Offsets": fee_rows.portfolio_fees,
    "Carry Ledger": carry_rows.carry_ledger,
    "Capital Accounts": asset_rows.accounts,
    "Chart of Accounts": gl_rows.chart_of_accounts,
    "GL Account Mappings": gl_rows.account_mappings,
    "GL Mapping Rules": gl_rows.mapping_rules,
    "GL Periods": gl_rows.periods,
    "Exchange Rates": agreement_rows.exchange_rates,
    "Documents": document_rows.documents,
}
# What changes within a month, and the column that names the fund or leads to it by its beginning.
DELTA_SHEETS = {"Capital Calls": "call_id", "Capital Call Notices": "call_id", "Payments": "payment_id"}


def write_fund_workbooks(inbox: Path, seed: int) -> list[Path]:
    """Write every fund workbook under `inbox` and return the files written, sidecars included. The same seed gives the same bytes."""
    story = load_fund_story()
    written: list[Path] = []
    newest: dict[str, tuple[WorkbookPlan, State]] = {}
    for plan in story.workbooks:
        known = state(plan.organization_id, plan.as_of, story, seed)
        path = _folder(inbox, plan, is_history=plan.is_history) / f"fund_workbook_{plan.as_of}.xlsx"
        _write(path, {name: rows(known) for name, rows in SHEETS.items()})
        written += [path, _note(plan, plan.sent_on).write_beside(path)]
        newest[plan.organization_id] = (plan, known)
        if (plan.organization_id, plan.as_of) == (story.resent.organization, story.resent.of):
            again = path.with_name(f"{path.stem}_sent_again.xlsx")
            shutil.copyfile(path, again)
            written += [again, _note(plan, story.resent.sent_on).write_beside(again)]
    return [*written, *_write_delta(inbox, *newest[story.delta.organization])]


def _folder(inbox: Path, plan: WorkbookPlan, *, is_history: bool) -> Path:
    folder = inbox / "backload" if is_history else inbox
    folder = folder / plan.organization_id
    return folder if plan.feed_name == "main" else folder / plan.feed_name


def _write(path: Path, tables: dict[str, Iterable[Row]]) -> None:
    listed = {name: list(rows) for name, rows in tables.items()}
    write_workbook(path, [sheet(name, rows) for name, rows in listed.items() if rows], TITLE)


def _note(plan: WorkbookPlan, sent_on: dt.date, as_of: dt.date | None = None, mode: str = "full") -> FeedNote:
    sent_at = dt.datetime.combine(sent_on, SENT_AT)
    return FeedNote(
        plan.organization_id,
        plan.organization_name,
        "fund_workbook",
        plan.feed_name,
        as_of or plan.as_of,
        mode,
        sent_at,
    )


def _write_delta(inbox: Path, plan: WorkbookPlan, before: State) -> list[Path]:
    """The rows of one fund that are new or changed a month after the newest workbook, and the month's exchange rates."""
    delta = before.story.delta
    after = state(plan.organization_id, delta.as_of, before.story, before.seed)
    tables: dict[str, Iterable[Row]] = {
        "Funds": [row for row in partner_rows.funds(after) if row["fund_id"] == delta.fund]
    }
    for name, column in DELTA_SHEETS.items():
        changed = _changed(SHEETS[name](before), SHEETS[name](after))
        tables[name] = [row for row in changed if str(row[column]).startswith(delta.fund)]
    tables["Exchange Rates"] = _changed(agreement_rows.exchange_rates(before), agreement_rows.exchange_rates(after))
    path = _folder(inbox, plan, is_history=False) / f"fund_workbook_{delta.as_of}_delta.xlsx"
    _write(path, tables)
    return [path, _note(plan, delta.sent_on, delta.as_of, "delta").write_beside(path)]


def _changed(before: Iterable[Row], after: Iterable[Row]) -> list[Row]:
    known = {tuple(row.values()) for row in before}
    return [row for row in after if tuple(row.values()) not in known]
