"""Writes the demo's report of HARBOUR-1's payment date of 20 February 2025. What the ten deals of the workbooks paid is payment_figures'.

The figures are those of the worked date, with four reported otherwise than they are due. Source: clo-extensions 4.16, 5.2.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from ingestion.samples.feeds import FeedNote
from ingestion.samples.payment_reports import HEADER
from ingestion.samples.story import Story

FIGURES = Path(__file__).parent / "harbour_1.csv"
DEAL_ID, PAYMENT_DATE = "HARBOUR-1", dt.date(2025, 2, 20)
FILE_NAME = f"payment_report_{DEAL_ID.lower()}_{PAYMENT_DATE}.csv"
SENT_AT = dt.datetime(2025, 2, 24, 11, 0)


def write_worked_report(inbox: Path, story: Story) -> list[Path]:
    """The report with its sidecar, in the backload of the organisation that manages the ten deals."""
    folder = inbox / "backload" / story.organization_id
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    with FIGURES.open(encoding="utf-8", newline="") as stated, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER, lineterminator="\n")
        writer.writeheader()
        for row in csv.DictReader(stated):
            of_date = {"deal_id": DEAL_ID, "payment_date": PAYMENT_DATE, "source_file": path.stem + ".pdf"}
            writer.writerow(row | of_date)
    note = FeedNote(
        organization_id=story.organization_id,
        organization_name=story.organization_name,
        kind="clo_payment_report",
        feed_name="harbour",
        as_of=PAYMENT_DATE,
        mode="delta",
        sent_at=SENT_AT,
    )
    return [path, note.write_beside(path)]
