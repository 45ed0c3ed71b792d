"""Right half of a deal sheet: sub-note history, deal dates, payment schedule, classes and fees. Other blocks do not belong here.

Source: clo-workbook 1.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingestion.samples.grid import Grid, Value
from ingestion.samples.history import DealState, Snapshot
from ingestion.samples.parameters import Deal
from ingestion.samples.schedule import SCHEDULE_ROWS

Z, AD, AF, AJ = 26, 30, 32, 36
TRANCHE_LABELS = (
    "Tranche Number",
    "Tranche Name",
    "Original Balance",
    "Price",
    "Current Balance",
    "Defaulted/Deferred Balance",
    "Spread",
    "Discount Margin",
    "PIKable",
    "OC Test",
    "IC Test",
    "Day Count",
    "Equity Tranche",
    "Coupon Type",
)
FEE_HEADERS = (
    "Fee Name",
    "Fee Type",
    "Unpaid Fee",
    "Fixed Amount",
    "Day Count",
    "Fee Percent",
    "Interest on Fee",
    "Interest Spread",
)


def as_dates(days: npt.NDArray[np.datetime64]) -> list[Value]:
    """Days as Python dates, as cells want them."""
    return list(days.astype("datetime64[D]").tolist())


def sub_note_payments(deal: Deal, seed: int) -> list[float]:
    """What the sub notes are paid on each payment date of their history, in USD; whether it is paid yet is not said."""
    notes = next(item for item in deal.classes if item.is_equity)
    # Drawn per deal and not per date, so that a paid amount reads the same in every later workbook.
    noise = np.random.default_rng([seed, 5, deal.number]).uniform(0.85, 1.15, size=deal.sub_note_rows - 1)
    return [round(notes.original * deal.sub_notes.quarterly_yield * float(part), 2) for part in noise]


def put_sub_note_history(grid: Grid, state: DealState, snapshot: Snapshot) -> None:
    """Dated flows of the sub notes: purchase at closing, then what was paid up to the analysis date, 0 later."""
    deal = state.deal
    notes = next(item for item in deal.classes if item.is_equity)
    days = as_dates(state.schedule.payment[: deal.sub_note_rows - 1])
    paid = sub_note_payments(deal, snapshot.seed)
    amounts = [amount if day <= snapshot.as_of else 0.0 for day, amount in zip(days, paid, strict=True)]  # type: ignore[operator]
    grid.across(3, Z, ("Date", "Amount"))
    grid.down(4, Z, [deal.dates.closing, *days])
    grid.down(4, Z + 1, [-round(notes.original * notes.price, 2), *amounts], "money")
    grid.define("PaySubNotes", (4, Z), (3 + deal.sub_note_rows, Z + 1))


def put_deal_dates_and_schedule(grid: Grid, state: DealState) -> None:
    """Key dates of the deal and its 182 payment dates."""
    deal, dates = state.deal, state.deal.dates
    stated: tuple[tuple[str, Value], ...] = (
        ("Pricing Date", dates.pricing),
        ("Closing Date", dates.closing),
        ("Effective Date", dates.effective),
        ("First Payment Date", dates.first_payment),
        ("No Call Date", dates.no_call),
        ("Reinvestment End Date", dates.reinvestment_end),
        ("Stated Maturity Date", dates.maturity),
        ("Payment Day", deal.payment_day),
        ("Months Between Payments", deal.months_between_payments),
        ("Interest Determination Offset", deal.interest_determination_offset),
        ("Determination Date Offset", deal.determination_offset),
        ("Business Day Convention", deal.business_day_convention),
    )
    grid.table(3, AD, stated)
    grid.define("DateInputs", (3, AD + 1), (14, AD + 1))
    grid.define("Close_Date", (4, AD + 1), (4, AD + 1))
    last = 3 + SCHEDULE_ROWS
    columns = (
        ("Payment Date", state.schedule.payment),
        ("Interest Determination Date", state.schedule.determination),
        ("Collection Begin", state.schedule.collection_begin),
        ("Collection End", state.schedule.collection_end),
    )
    for offset, (header, days) in enumerate(columns):
        grid.put(3, AF + offset, header)
        grid.down(4, AF + offset, as_dates(days))
    grid.define("PMT_Dates", (4, AF), (last, AF + 1))
    grid.define("CollBegDate", (4, AF + 2), (last, AF + 2))
    grid.define("CollEndDate", (4, AF + 3), (last, AF + 3))


def put_liabilities(grid: Grid, state: DealState) -> None:
    """The transposed block of classes, one column each."""
    grid.down(3, AJ, TRANCHE_LABELS)
    for number, item in enumerate(state.deal.classes, start=1):
        stated: tuple[Value, ...] = (item.pikable, item.oc_trigger, item.ic_trigger)
        pik, oc, ic = ("NA" if value is None else value for value in stated)
        terms = (number, item.name, item.original, item.price, item.current, 0, item.spread, item.discount_margin)
        grid.down(3, AJ + number, (*terms, pik, oc, ic, "Actual/360", item.is_equity, item.coupon_type))
    grid.define("Liability", (4, AJ + 1), (16, AJ + len(state.deal.classes)))


def put_fees(grid: Grid, state: DealState, column: int) -> None:
    """One row per fee, in the eight columns from `column` on."""
    grid.across(3, column, FEE_HEADERS)
    grid.table(4, column, state.deal.fees)
    grid.define("Fees", (4, column), (3 + len(state.deal.fees), column + len(FEE_HEADERS) - 1))
    if state.deal.number == 6:
        # The legacy sheet of this deal carries two stray columns, of which only a title is known.
        grid.put(2, column + len(FEE_HEADERS), "Notes")
        grid.blanks.append((2, column + len(FEE_HEADERS) + 1, 2, column + len(FEE_HEADERS) + 1))
