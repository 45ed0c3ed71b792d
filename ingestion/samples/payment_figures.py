"""What one payment date of a demo deal took in and paid, exact to the cent. Files and the dates reported do not belong here.

Balances are those of the workbooks before and after the date; the sub notes are paid what the workbook's history states.
Interest collected is then what was paid, principal collected what the account rose by, purchases deducted: the demo states no
collections by asset. Names are those of the deal files. Source: clo-extensions 5.1.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from ingestion.samples.deal_terms import sub_note_payments
from ingestion.samples.history import DealState, Snapshot
from ingestion.samples.parameters import DealClass

CENT = Decimal("0.01")
YEAR = Decimal(360)
FEES = {
    "Trustee Fee": "trustee",
    "Admin Fee": "admin",
    "Base Manager Fee": "base",
    "Junior Manager Fee": "junior",
}


@dataclass(frozen=True)
class NotePayment:
    """One class on one payment date, of which no principal is paid; `coupon` is a fraction a year."""

    name: str
    coupon: Decimal
    balance: Decimal
    interest: Decimal


@dataclass(frozen=True)
class FeePayment:
    name: str
    basis: Decimal
    accrued: Decimal


@dataclass(frozen=True)
class PaymentDate:
    """One payment date. `days`: the period by measure; `performing` is the par held afterwards without defaults,
    `defaulted_value` the market value of those, `cash` the principal account before and after, in USD."""

    number: int
    date: dt.date
    days: dict[str, dt.date]
    index_level: Decimal
    notes: tuple[NotePayment, ...]
    fees: tuple[FeePayment, ...]
    residual: Decimal
    performing: Decimal
    defaulted_value: Decimal
    cash: tuple[Decimal, Decimal]

    @property
    def deal_id(self) -> str:
        return f"MAG{self.number}"

    def paid(self, payees: str) -> Decimal:
        """What a step pays to a fee, to classes or to the sub notes, by their names."""
        to = {"nothing": Decimal(0), "sub": self.residual}
        to |= {note.name: note.interest for note in self.notes} | {fee.name: fee.accrued for fee in self.fees}
        return sum((to[name] for name in payees.split()), Decimal(0))


def money(value: float) -> Decimal:
    """An amount of the demo's history, which is kept to the cent in floats."""
    return Decimal(f"{value:.2f}")


def payment_between(number: int, before: Snapshot, after: Snapshot) -> PaymentDate | None:
    """The payment date of a deal between two workbooks, or None.

    Raises ValueError for a deal of which a class is repaid: by which step it would be is not said here.
    """
    old, new = (next(s for s in snapshot.deals if s.deal.number == number) for snapshot in (before, after))
    payments = new.schedule.payment
    places = np.flatnonzero((payments > np.datetime64(before.as_of)) & (payments <= np.datetime64(after.as_of)))
    if places.size == 0:
        return None
    at = int(places[0])
    period = _period(new, at)
    level = Decimal(f"{float(after.libor.latest(new.schedule.determination[at : at + 1])[0]):.5f}").scaleb(-2)
    days = Decimal((period["accrual_end"] - period["accrual_start"]).days)
    closing = {item.name: item.current for item in new.deal.classes}
    if repaid := [item.name for item in old.deal.classes if item.current != closing[item.name]]:
        raise ValueError(
            f"deal {number}: expected balances that stay between workbooks, found {', '.join(repaid)} repaid"
        )
    notes = tuple(_note(item, level, days) for item in old.deal.classes if not item.is_equity)
    held = after.assets.loc[new.held]
    live = ~held["is_default_obligation"].to_numpy(dtype=bool)
    values = new.par * held["market_value"].to_numpy(dtype=float) / 100.0
    return PaymentDate(
        number=number,
        date=period["accrual_end"],
        days=period,
        index_level=level,
        notes=notes,
        fees=_fees(old, period, days),
        residual=money(sub_note_payments(new.deal, after.seed)[at]),
        performing=money(float(new.par[live].sum())),
        defaulted_value=money(float(values[~live].sum())),
        cash=(money(old.principal_cash), money(new.principal_cash)),
    )


def _period(state: DealState, at: int) -> dict[str, dt.date]:
    schedule = state.schedule
    start = schedule.payment[at - 1] if at else np.datetime64(state.deal.dates.closing)
    days = {
        "accrual_start": start,
        "accrual_end": schedule.payment[at],
        "collection_begin": schedule.collection_begin[at],
        "collection_end": schedule.collection_end[at],
        "determination": schedule.determination[at],
    }
    return {name: day.astype("datetime64[D]").tolist() for name, day in days.items()}


def _note(item: DealClass, level: Decimal, days: Decimal) -> NotePayment:
    balance = money(item.current)
    coupon = Decimal(str(item.spread)) + (level if item.coupon_type == "Floating" else 0)
    return NotePayment(item.name.removeprefix("Class "), coupon, balance, _cents(balance * coupon * days / YEAR))


def _fees(state: DealState, period: dict[str, dt.date], days: Decimal) -> tuple[FeePayment, ...]:
    """Fees on the collateral at the beginning: a rate over actual days, and a yearly amount over days of 30/360."""
    basis = money(float(state.par.sum()) + state.principal_cash)
    start, end = period["accrual_start"], period["accrual_end"]
    months = 12 * (end.year - start.year) + end.month - start.month
    even_days = Decimal(30 * months + min(end.day, 30) - min(start.day, 30))
    found = []
    for name, _, _, fixed, _, rate, *_ in state.deal.fees:
        accrued = basis * Decimal(str(rate)) * days / YEAR + Decimal(str(fixed)) * even_days / YEAR
        found.append(FeePayment(FEES[name], basis, _cents(accrued)))
    return tuple(found)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
