"""What one payment date of a demo deal took in and paid, exact to the cent. Files and the dates reported do not belong here.

Balances are those of the workbooks before and after the date; the sub notes are paid what the workbook's history states.
Interest collected is then what was paid: the demo states no collections by asset. Source: clo-extensions 5.1.
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
JUNIOR_FEE = "Junior Manager Fee"


@dataclass(frozen=True)
class NotePayment:
    """One class on one payment date; `coupon` is a fraction a year."""

    name: str
    coupon: Decimal
    opening: Decimal
    interest: Decimal
    principal: Decimal
    from_interest: Decimal  # part of `principal` that interest proceeds paid

    @property
    def closing(self) -> Decimal:
        return self.opening - self.principal


@dataclass(frozen=True)
class FeePayment:
    name: str
    basis: Decimal
    accrued: Decimal


@dataclass(frozen=True)
class PaymentDate:
    """One payment date. `days`: the period by measure; `performing` is the par held afterwards without defaults,
    `defaulted_value` the market value of those, in USD."""

    deal_id: str
    date: dt.date
    days: dict[str, dt.date]
    index_level: Decimal
    notes: tuple[NotePayment, ...]
    fees: tuple[FeePayment, ...]
    residual: Decimal
    performing: Decimal
    defaulted_value: Decimal

    @property
    def interest_steps(self) -> list[Decimal]:
        """Paid by step, in order: senior fees, interest of each class, principal out of interest, junior fee, sub notes."""
        fees = [fee.accrued for fee in self.fees if fee.name != JUNIOR_FEE]
        junior = [fee.accrued for fee in self.fees if fee.name == JUNIOR_FEE]
        diverted = sum((note.from_interest for note in self.notes), Decimal(0))
        return [*fees, *(note.interest for note in self.notes), diverted, *junior, self.residual]

    @property
    def principal_steps(self) -> list[Decimal]:
        return [note.principal - note.from_interest for note in self.notes]


def money(value: float) -> Decimal:
    """An amount of the demo's history, which is kept to the cent in floats."""
    return Decimal(f"{value:.2f}")


def payment_between(number: int, before: Snapshot, after: Snapshot, from_interest: set[str]) -> PaymentDate | None:
    """The payment date of a deal between two workbooks, or None; `from_interest` names classes that interest retires."""
    old, new = (next(s for s in snapshot.deals if s.deal.number == number) for snapshot in (before, after))
    payments = new.schedule.payment
    places = np.flatnonzero((payments > np.datetime64(before.as_of)) & (payments <= np.datetime64(after.as_of)))
    if places.size == 0:
        return None
    at = int(places[0])
    period = _period(new, at)
    level = Decimal(f"{float(after.libor.latest(new.schedule.determination[at : at + 1])[0]):.5f}").scaleb(-2)
    days = Decimal((period["accrual_end"] - period["accrual_start"]).days)
    terms = {item.name: item for item in old.deal.classes}
    closing = {item.name: money(item.current) for item in new.deal.classes}
    notes = tuple(
        _note(terms[name], closing[name], level, days, name in from_interest)
        for name in terms
        if not terms[name].is_equity
    )
    held = after.assets.loc[new.held]
    live = ~held["is_default_obligation"].to_numpy(dtype=bool)
    values = new.par * held["market_value"].to_numpy(dtype=float) / 100.0
    return PaymentDate(
        deal_id=f"MAG{number}",
        date=period["accrual_end"],
        days=period,
        index_level=level,
        notes=notes,
        fees=_fees(old, period, days),
        residual=money(sub_note_payments(new.deal, after.seed)[at]),
        performing=money(float(new.par[live].sum())),
        defaulted_value=money(float(values[~live].sum())),
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


def _note(item: DealClass, closing: Decimal, level: Decimal, days: Decimal, from_interest: bool) -> NotePayment:
    opening = money(item.current)
    coupon = Decimal(str(item.spread)) + (level if item.coupon_type == "Floating" else 0)
    interest = _cents(opening * coupon * days / YEAR)
    principal = opening - closing
    return NotePayment(item.name, coupon, opening, interest, principal, principal if from_interest else Decimal(0))


def _fees(state: DealState, period: dict[str, dt.date], days: Decimal) -> tuple[FeePayment, ...]:
    """Fees on the collateral at the beginning: a rate over actual days, and a yearly amount over days of 30/360."""
    basis = money(float(state.par.sum()) + state.principal_cash)
    start, end = period["accrual_start"], period["accrual_end"]
    months = 12 * (end.year - start.year) + end.month - start.month
    even_days = Decimal(30 * months + min(end.day, 30) - min(start.day, 30))
    found = []
    for name, _, _, fixed, _, rate, *_ in state.deal.fees:
        accrued = basis * Decimal(str(rate)) * days / YEAR + Decimal(str(fixed)) * even_days / YEAR
        found.append(FeePayment(name, basis, _cents(accrued)))
    return tuple(found)


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)
