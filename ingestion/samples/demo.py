"""Writes the demo inputs into an inbox: CLO workbooks and the feeds beside them, market files, NAV and fund workbooks, ledgers, bank statements, portal exports. How a file is made does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from ingestion.samples.banks import write_bank_statements
from ingestion.samples.feeds import FeedNote
from ingestion.samples.funds import write_fund_workbooks
from ingestion.samples.grid import write_workbook
from ingestion.samples.history import Snapshot, restated, unfold
from ingestion.samples.ledgers import write_ledger_reports
from ingestion.samples.market import write_market_files
from ingestion.samples.nav import write_nav_workbook
from ingestion.samples.parameters import load_deals, load_yaml
from ingestion.samples.payment_reports import write_payment_reports
from ingestion.samples.portals import write_portal_exports
from ingestion.samples.prices import write_price_files
from ingestion.samples.story import Story, load_story
from ingestion.samples.trades import write_trades
from ingestion.samples.workbook import matrix_members, workbook_sheets
from ingestion.samples.worked_report import write_worked_report

SEED = 20160323
PARTS = ("clo", "market", "trades", "payments", "prices", "nav", "funds", "ledger", "bank", "portals")
# Trades and payment reports name deals, prices name instruments: without the workbooks that state them, their rows are orphans.
CORRELATION_IDS = 488
SENT_AT = dt.time(9, 0)


def write_demo(inbox: Path, *, parts: Collection[str] = PARTS, seed: int = SEED) -> list[Path]:
    """Write the chosen parts of the demo under `inbox` and return the files written, sidecars included.

    The same seed gives the same bytes. An unknown part is an error. Source: input-contracts 6.
    """
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise ValueError(f"write_demo, parts: expected some of {', '.join(PARTS)}, found {', '.join(unknown)}")
    written: list[Path] = []
    story = load_story()
    snapshots = list(unfold(story, load_deals(), seed)) if {"clo", "trades", "payments"} & set(parts) else []
    if "clo" in parts:
        written += write_clo_history(inbox, story, snapshots, seed)
    if "trades" in parts:
        written += write_trades(inbox, story, snapshots)
    if "payments" in parts:
        written += write_payment_reports(inbox, story, snapshots)
        written += write_worked_report(inbox, story)
    if "prices" in parts:
        written += write_price_files(inbox / load_yaml("prices.yaml")["organization_id"], seed)
    if "market" in parts:
        written += write_market_files(inbox / "_shared", seed)
    if "nav" in parts:
        written += write_nav_workbook(inbox, seed)
    if "funds" in parts:
        written += write_fund_workbooks(inbox, seed)
    if "ledger" in parts:
        written += write_ledger_reports(inbox, seed)
    if "bank" in parts:
        written += write_bank_statements(inbox, seed)
    if "portals" in parts:
        written += write_portal_exports(inbox, seed)
    return written


def write_clo_history(inbox: Path, story: Story, snapshots: list[Snapshot], seed: int) -> list[Path]:
    """The dated workbooks: the newest into the organisation's folder, the others and the corrected one into its backload."""
    written: list[Path] = []
    for snapshot in snapshots:
        is_newest = snapshot is snapshots[-1]
        folder = inbox / story.organization_id if is_newest else inbox / "backload" / story.organization_id
        sent_on = snapshot.as_of + dt.timedelta(days=story.days_until_sent)
        path = folder / f"clo_workbook_{snapshot.as_of}.xlsx"
        written += _write_dated(path, snapshot, snapshots, story, seed, sent_on)
        if snapshot.as_of == story.restatement.date:
            corrected = folder / f"clo_workbook_{snapshot.as_of}_restated.xlsx"
            written += _write_dated(
                corrected, restated(snapshot, story), snapshots, story, seed, story.restatement.sent_on
            )
    return written


def _write_dated(
    path: Path, snapshot: Snapshot, snapshots: list[Snapshot], story: Story, seed: int, sent_on: dt.date
) -> list[Path]:
    correlations = None
    if snapshot.as_of in story.correlation_on:
        frames = [item.assets for item in snapshots]
        # The first matrix knows loans still to come but not the last ones; each leaves out two loans of its own date.
        is_first = snapshot.as_of == snapshots[0].as_of
        newest = set(frames[-1]["asset_id"]) - set(frames[-4]["asset_id"]) if is_first else set()
        unlisted = [*snapshot.assets["asset_id"].iloc[:2], *sorted(newest)]
        correlations = matrix_members(seed, CORRELATION_IDS, frames, unlisted)
    write_workbook(path, workbook_sheets(snapshot, snapshots[0], correlations))
    note = FeedNote(
        organization_id=story.organization_id,
        organization_name=story.organization_name,
        kind="clo_workbook",
        feed_name=story.feed_name,
        as_of=snapshot.as_of,
        mode="full",
        sent_at=dt.datetime.combine(sent_on, SENT_AT),
    )
    return [path, note.write_beside(path)]
