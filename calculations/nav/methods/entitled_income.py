"""Dividends and returns of capital on shares that a corporate action has moved since they were listed. Source: nav 2 (M-EQ).

Those of all other shares are among the accruals of every product already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from calculations.nav.corporate_actions import carried, factor
from calculations.nav.lines_stated import stated_position
from calculations.nav.methods.actions import ActionsOf, list_day
from calculations.nav.methods.evidence import Evidence
from calculations.nav.numbers import precise, times
from calculations.nav.receivables import CashDividend, dividend_receivable
from calculations.nav.terms import Accrual


def accruals_entitled(evidence: Evidence, actions: ActionsOf, touched: set[str]) -> list[Accrual]:
    """The product's accruals, with dividends of the `touched` instruments by the units that were held when they went ex.

    Raises Unavailable where those units cannot be told, as `carried`, and MISSING_TERMS for a return without amount.
    """
    return [*_kept(evidence, touched), *_income(evidence, actions, touched)]


def _kept(evidence: Evidence, touched: set[str]) -> list[Accrual]:
    """The accruals but for dividends of instruments that an action has moved, which are reckoned anew."""
    dropped = {
        f"{dividend.action_id}/{each}/{leg}"
        for each in touched
        for dividend in evidence.market.dividends.get(each, ())
        for leg in ("LONG", "SHORT")
    }
    return [accrual for accrual in evidence.inputs.accruals if accrual.accrual_id not in dropped]


def _income(evidence: Evidence, actions: ActionsOf, touched: set[str]) -> Iterable[Accrual]:
    """Dividends and returns of capital on the instruments, by the units that were held when they went ex."""
    for each in sorted(touched):
        for income in (*evidence.market.dividends.get(each, ()), *_returns_of_capital(evidence, each)):
            quantity = _units_when_ex(evidence, each, income.ex_date, actions)
            owed = dividend_receivable(income, quantity, evidence.day) if quantity else None
            if owed is not None:
                yield owed


def _returns_of_capital(evidence: Evidence, instrument_id: str) -> Iterable[CashDividend]:
    for row in evidence.stated.actions:
        if row["action_type"] == "RETURN_OF_CAPITAL" and row["instrument_id"] == instrument_id:
            yield CashDividend(
                action_id=row["action_id"],
                instrument_id=instrument_id,
                ex_date=row["ex_date"],
                pay_date=row["pay_date"],
                amount_per_unit=evidence.required("amount_per_unit", row),
                currency=evidence.required("currency", row),
                withholding_rate=row["withholding_rate"] or Decimal(0),
            )


def _units_when_ex(evidence: Evidence, instrument_id: str, ex_date: dt.date, actions: ActionsOf) -> Decimal:
    """Units of the instrument at the end of the day before the ex-date, whatever list they stand on by then."""
    rows = evidence.stated.held_when_ex(ex_date)
    listed, eve = list_day(rows), ex_date - dt.timedelta(days=1)
    units = Decimal(0)
    for position in (stated_position(row, evidence.stated.row, evidence.market) for row in rows):
        if listed is None or position.method == "CASH":
            continue
        if listed > eve:  # the books were opened later: only units can be reckoned back
            if position.instrument_id == instrument_id:
                part = times(position.quantity, factor(actions.get(instrument_id, ()), listed, eve))
                with precise():
                    units += part
            continue
        held, _ = carried(position.instrument_id, position.quantity, actions, listed, eve)
        with precise():
            units += sum((each.quantity for each in held if each.instrument_id == instrument_id), Decimal(0))
    return units
