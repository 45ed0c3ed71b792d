"""Rows about management fees: each charge beside what is stated, its steps, and the offset ledger. Nothing is computed here."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from calculations.funds.fees import charges
from calculations.funds.fees.fund_charges import ChargedStretch, FeeRecord, LateFee
from calculations.funds.fees.terms import Timing
from calculations.money import minor_unit
from calculations.months import as_date
from orchestration.assets.fund_fee_inputs import FundBook, Row

FEES, STEPS, OFFSETS = "calc.fund_fees", "calc.fund_fee_steps", "calc.fund_fee_offsets"
CHARGE, TRUE_UP = "CHARGE", "TRUE_UP"
NOT_STATED = "no charge of the period is stated"
NOT_UNDER_TERMS = "the terms charge no such fee"
AMOUNTS = ("gross_amount", "waiver_amount", "rebate_amount", "offset_applied", "net_amount")
STATED = {"offset_applied": "offset_amount"}  # as Fee Charges call it
INTEREST = ("interest_amount", "interest_reason")
LEDGER = ("deemed_amount", "offset_opening", "offset_added", "offset_carried")

ChargeKey = tuple[str, str, str, dt.date, dt.date]


@dataclass(frozen=True)
class ComputedCharge:
    """A charge under the terms; `values` are columns of the table, amounts in the fund's currency."""

    kind: str
    class_code: str
    investor_id: str
    period_start: dt.date
    period_end: dt.date
    event_date: dt.date
    values: Mapping[str, Any]

    @property
    def key(self) -> ChargeKey:
        return self.kind, self.class_code, self.investor_id, self.period_start, self.period_end


def computed_charges(
    book: FundBook, stretches: Sequence[ChargedStretch], late: Sequence[LateFee], no_interest: Mapping[dt.date, str]
) -> list[ComputedCharge]:
    """The charges of the periods and those that newcomers make up for; `no_interest` why a closing's bear none."""
    return [*_periodic(book, stretches), *_made_up(book, late, no_interest)]


def _periodic(book: FundBook, stretches: Sequence[ChargedStretch]) -> Iterator[ComputedCharge]:
    for stretch in stretches:
        rows, steps = charges.fee_rows(stretch.charged), stretch.charged.steps
        periods = stretch.charged.periods.start.size
        # the first step of each partner and period says what it was charged on
        _, first = np.unique(steps.partner * periods + steps.period, return_index=True)
        basis = {(int(steps.partner[at]), int(steps.period[at])): int(at) for at in first}
        is_ahead = stretch.charged.timing == Timing.ADVANCE
        for place in range(rows.partner.size):
            partner, period = int(rows.partner[place]), place % periods
            at = basis.get((partner, period))
            if at is None:
                continue
            start, end = as_date(rows.period_start[place]), as_date(rows.period_end[place])
            money = {name: _money(book, getattr(rows, name)[place]) for name in (*AMOUNTS, *LEDGER)}
            charged_on = {
                "basis": str(steps.basis[at]),
                "basis_amount": _money(book, steps.basis_amount[at]),
                "rate": steps.rate[at],
                "days": int(steps.days[at]),
                "year_days": int(steps.year_days[at]),
            }
            payer = book.payers[partner]
            yield ComputedCharge(
                CHARGE, payer.class_code, payer.investor_id, start, end, start if is_ahead else end, money | charged_on
            )


def _made_up(book: FundBook, late: Sequence[LateFee], no_interest: Mapping[dt.date, str]) -> Iterator[ComputedCharge]:
    for each in late:
        payer, amount = book.payers[each.payer], _money(book, each.amount)
        nothing = _money(book, 0)
        values: dict[str, Any] = dict.fromkeys((*AMOUNTS, *LEDGER), nothing)
        values |= {"gross_amount": amount, "net_amount": amount, "basis": None, "rate": None, "days": None}
        values |= {"year_days": None, "basis_amount": _money(book, each.basis_amount)}
        why = no_interest.get(each.closing_date)
        values |= {"interest_amount": None if why else _money(book, each.interest), "interest_reason": why}
        days = each.first_day, each.last_day, each.closing_date
        yield ComputedCharge(TRUE_UP, payer.class_code, payer.investor_id, *days, values)


def fee_rows(book: FundBook, computed: Sequence[ComputedCharge], reason: str | None) -> Iterator[dict[str, Any]]:
    """Every charge that the terms make or a sheet states, both beside each other; `reason` why none is computed."""
    by_key = {each.key: each for each in computed}
    stated: dict[ChargeKey, Row] = {}
    for row in book.charges:
        kind = CHARGE if row["true_up_of_id"] is None else TRUE_UP
        key = (kind, row["class_code"] or "", row["investor_id"] or "", row["period_start"], row["period_end"])
        if key in stated:  # charged twice for one period: each stands on its own
            yield _row(book, key, None, row, "another charge of the period is compared")
        else:
            stated[key] = row
    for key in sorted({*by_key, *stated}):
        yield _row(book, key, by_key.get(key), stated.get(key), reason or NOT_UNDER_TERMS)


def _row(
    book: FundBook, key: ChargeKey, computed: ComputedCharge | None, stated: Row | None, reason: str
) -> dict[str, Any]:
    kind, class_code, investor_id, start, end = key
    names = (*AMOUNTS, *LEDGER, "basis", "basis_amount", "rate", "days", "year_days")
    values = {name: None if computed is None else computed.values[name] for name in names}
    # a charge of its own period bears none
    values |= {name: None if computed is None else computed.values.get(name) for name in INTEREST}
    told = {
        f"{name}_stated": None if stated is None else stated[STATED.get(name, name)]
        for name in ("basis", "basis_amount", "rate", *AMOUNTS)
    }
    net, net_stated = values["net_amount"], told["net_amount_stated"]
    return {
        "charge_kind": kind,
        "class_code": class_code or None,
        "investor_id": investor_id or None,
        "period_start": start,
        "period_end": end,
        "event_date": (start if kind == CHARGE else end) if computed is None else computed.event_date,
        **values,
        "reason": reason if computed is None else None,
        "fee_charge_id": None if stated is None else stated["fee_charge_id"],
        "true_up_of_id": None if stated is None else stated["true_up_of_id"],
        "status": None if stated is None else stated["status"],
        **told,
        "stated_reason": NOT_STATED if stated is None else None,
        "difference": None if net is None or net_stated is None else net - net_stated,
    }


def step_rows(book: FundBook, stretches: Sequence[ChargedStretch]) -> Iterator[dict[str, Any]]:
    """How each fee came about: what every stretch of days adds, then what each step takes off. Source: fund-admin F-6."""
    for stretch in stretches:
        steps, periods = stretch.charged.steps, stretch.charged.periods
        number: dict[tuple[int, int], int] = {}
        fee: dict[tuple[int, int], int] = {}
        for at in range(steps.partner.size):
            key = int(steps.partner[at]), int(steps.period[at])
            number[key] = number.get(key, 0) + 1
            before = fee.get(key, 0)
            fee[key] = before + int(steps.gross[at])
            yield {
                **_step_key(book, stretch, key, number[key], "GROSS"),
                "start_date": as_date(steps.start[at]),
                "end_date": as_date(steps.end[at]) - dt.timedelta(days=1),
                "basis": str(steps.basis[at]),
                "basis_amount": _money(book, steps.basis_amount[at]),
                "rate": steps.rate[at],
                "days": int(steps.days[at]),
                "year_days": int(steps.year_days[at]),
                "fee_before": _money(book, before),
                "amount": _money(book, steps.gross[at]),
                "fee_after": _money(book, fee[key]),
            }
        taken = charges.net_step_rows(stretch.charged.fees)
        for at in range(taken.partner.size):
            key = int(taken.partner[at]), int(taken.period[at])
            if key in number:
                yield {
                    **_step_key(book, stretch, key, number[key] + int(taken.number[at]), str(taken.step[at])),
                    "start_date": as_date(periods.start[key[1]]),
                    "end_date": as_date(periods.end[key[1]]) - dt.timedelta(days=1),
                    **dict.fromkeys(("basis", "basis_amount", "rate", "days", "year_days")),
                    "fee_before": _money(book, taken.fee_before[at]),
                    "amount": _money(book, -taken.amount[at]),
                    "fee_after": _money(book, taken.fee_after[at]),
                }


def _step_key(book: FundBook, stretch: ChargedStretch, key: tuple[int, int], number: int, step: str) -> dict[str, Any]:
    payer = book.payers[key[0]]
    return {
        "class_code": payer.class_code or None,
        "investor_id": payer.investor_id or None,
        "period_start": as_date(stretch.charged.periods.start[key[1]]),
        "step_number": number,
        "step": step,
    }


def offset_rows(
    book: FundBook, record: FeeRecord | None, stretches: Sequence[ChargedStretch]
) -> Iterator[dict[str, Any]]:
    """Portfolio fees and what each is worth as an offset, with the charge that it first counts for."""
    if record is None:
        return
    stated = {row["offset_id"]: row for row in book.rows["portfolio_fees"]}
    charged = [day for s in stretches for day in s.charged.periods.charged(s.charged.timing)]
    for fee in record.portfolio_fees:
        row, usable = stated[fee.offset_id], fee.usable
        entered = next((as_date(day) for day in charged if usable is not None and as_date(day) >= usable), None)
        yield {
            "offset_id": fee.offset_id,
            "investment_id": row["investment_id"],
            "fee_type": row["fee_type"],
            "event_date": fee.received,
            "approved_date": fee.approved,
            "gross_amount": fee.gross_amount,
            "fund_share": fee.fund_share,
            "offset_share": fee.offset_share,
            "offset_amount": fee.offset_amount(minor_unit(book.decimals)),
            "entered_on": entered,
            "reason": None if entered else "it is not approved" if usable is None else "no fee is charged after it yet",
        }


def _money(book: FundBook, units: Any) -> Decimal:
    return Decimal(int(units)).scaleb(-book.decimals)
