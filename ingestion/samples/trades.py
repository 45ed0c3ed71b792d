"""Writes the demo's trades: what deals bought and sold between workbooks, and what one manager thinks of. Where holdings come from does not belong here.

Source: input-contracts 5.7, 6.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

from ingestion.samples.feeds import FeedNote
from ingestion.samples.history import DealState, Snapshot
from ingestion.samples.parameters import load_yaml
from ingestion.samples.schedule import business_days, shift
from ingestion.samples.story import Story

HEADER = (
    *("trade_id", "deal_id", "asset_id", "side", "par", "price", "trade_date", "settle_date", "status", "batch_id"),
    *("sequence", "counterparty", "reason"),
)
SENT_AT = dt.time(10, 0)  # an hour after the workbook that lists the assets
Row = tuple[object, ...]


def write_trades(inbox: Path, story: Story, snapshots: list[Snapshot]) -> list[Path]:
    """One file a batch: those done into the backload, the one thought of into the organisation's folder."""
    stated = load_yaml("clo_feeds.yaml")["trades"]
    written: list[Path] = []
    for batch in stated["done"]:
        place = [snapshot.as_of for snapshot in snapshots].index(batch["until"])
        rows = _done(batch, stated, snapshots[place - 1], snapshots[place])
        written += _write(inbox / "backload" / story.organization_id, batch["batch"], rows, snapshots[place], story)
    batch = stated["thought_of"]
    rows = _thought_of(batch, stated, snapshots[-1])
    return [*written, *_write(inbox / story.organization_id, batch["batch"], rows, snapshots[-1], story)]


def _state(snapshot: Snapshot, number: int) -> DealState:
    return next(state for state in snapshot.deals if state.deal.number == number)


def _done(batch: dict[str, Any], stated: dict[str, Any], before: Snapshot, after: Snapshot) -> list[Row]:
    """Sales first, in the order of the holdings; days are spread over the quarter."""
    old, new = _state(before, batch["deal"]), _state(after, batch["deal"])
    had, has = dict(zip(old.held.tolist(), old.par, strict=True)), dict(zip(new.held.tolist(), new.par, strict=True))
    # A loan that the next workbook no longer lists was prepaid, not sold.
    sold = [(place, par, "SELL") for place, par in had.items() if place not in has and place in after.assets.index]
    bought = [(place, par, "BUY") for place, par in has.items() if place not in had]
    changes = [*sold, *bought][: stated["per_batch"]]
    days = business_days(before.as_of, after.as_of)
    chosen = days[np.linspace(5, days.size - 15, len(changes)).astype(int)]
    settled = shift(chosen, stated["settle_after"])
    return [
        _row(batch, stated, number, change, after, (day, settle), "SETTLED", "portfolio rotation")
        for number, (change, day, settle) in enumerate(
            zip(changes, chosen.tolist(), settled.tolist(), strict=True), start=1
        )
    ]


def _thought_of(batch: dict[str, Any], stated: dict[str, Any], newest: Snapshot) -> list[Row]:
    state = _state(newest, batch["deal"])
    par = dict(zip(state.held.tolist(), state.par, strict=True))
    live = newest.assets[~newest.assets["is_default_obligation"]].sort_values(["market_value", "asset_id"])
    weakest = [place for place in live.index if place in par][: batch["sales"]]
    strongest = [place for place in reversed(live.index) if place not in par][: stated["per_batch"] - batch["sales"]]
    changes = [*((p, par[p], "SELL") for p in weakest), *((p, float(batch["par"]), "BUY") for p in strongest)]
    return [
        _row(batch, stated, number, change, newest, (newest.as_of, ""), "HYPOTHETICAL", "raise quality")
        for number, change in enumerate(changes, start=1)
    ]


def _row(
    batch: dict[str, Any],
    stated: dict[str, Any],
    number: int,
    change: tuple[int, float, str],
    snapshot: Snapshot,
    days: tuple[object, object],
    status: str,
    why: str,
) -> Row:
    place, par, side = change
    asset = snapshot.assets.loc[place]
    is_done = status != "HYPOTHETICAL"
    counterparty = stated["counterparties"][number % len(stated["counterparties"])] if is_done else ""
    return (
        *(f"{batch['batch']}-{number:02}", f"MAG{batch['deal']}", asset["asset_id"], side, f"{par:.2f}"),
        *(f"{asset['market_value']:.4f}", *days, status, batch["batch"], number, counterparty, why),
    )


def _write(folder: Path, batch: str, rows: list[Row], snapshot: Snapshot, story: Story) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"trades_{batch}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)
    note = FeedNote(
        organization_id=story.organization_id,
        organization_name=story.organization_name,
        kind="trades",
        feed_name=story.feed_name,
        as_of=max(day for row in rows if isinstance(day := row[6], dt.date)),
        mode="delta",
        sent_at=dt.datetime.combine(snapshot.as_of + dt.timedelta(days=story.days_until_sent), SENT_AT),
    )
    return [path, note.write_beside(path)]
