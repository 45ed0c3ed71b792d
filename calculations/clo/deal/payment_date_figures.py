"""Which figure of a payment date a cell of its report names. Whether the two agree is judged in `payment_date_checks`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from calculations.clo.deal.payment_date_inputs import Cell, PaymentDateInputs
from calculations.clo.deal.payment_date_opening import CENTS
from calculations.clo.deal.payment_date_results import PaymentDateResult
from calculations.clo.deal.payment_dates import coupon
from calculations.clo.deal.terms import Deal

_COLLECTION, _PAYMENT = 2, 1
_ZERO = Decimal(0)


class FigureUnknown(KeyError):
    """A cell of a report that names nothing which a payment date takes or computes."""


def figure(deal: Deal, inputs: PaymentDateInputs, cell: Cell, result: PaymentDateResult) -> Any:
    """What a payment date has for a cell: what it computed, or what it was given. Raises FigureUnknown.

    Source: clo-extensions 5.1.
    """
    item, key, measure = cell
    try:
        match item:
            case "step":
                return _step(deal, key, measure, result)
            case "test":
                return getattr(result.tests[key], measure)
            case "note" if measure == "coupon":
                return _coupon(deal, inputs, key)
            case "note" if not measure.startswith("opening"):
                return getattr(result.notes[key], measure)
            case "fee" if measure == "accrued":
                return result.fees_accrued[key]
            case "account" if measure.startswith("closing"):
                return _closing(deal, key, measure.removeprefix("closing_"), result)
            case "flag" if key == "event_of_default":
                return result.in_default
            case "due" if not deal.dues[key].is_stated:
                return deal.dues[key].amount
        return inputs.given[cell]
    except KeyError:
        raise FigureUnknown(*cell) from None


def payees_of(reported: Mapping[Cell, Any]) -> dict[Cell, dict[str, Decimal]]:
    """Reported payments by payee, under the cell of their step: a step's key is `list:number`, a payee's has its name
    besides."""
    found: dict[Cell, dict[str, Decimal]] = {}
    for (item, key, measure), value in reported.items():
        step, _, payee = key.rpartition(":")
        if item == "step" and measure == "paid" and ":" in step:
            found.setdefault((item, step, measure), {})[payee] = value
    return found


def _step(deal: Deal, key: str, measure: str, result: PaymentDateResult) -> Decimal:
    name, number, *payee = key.split(":")
    if not number.isdigit() or not 1 <= int(number) <= len(deal.lists[name].steps):
        raise KeyError(key)
    line = next((line for line in result.steps if (line.list_name, line.number) == (name, int(number))), None)
    if line is None:
        return _ZERO  # a list that was not walked, such as that of interest after acceleration
    if payee:
        return line.legs[payee[0]]
    return line.due if measure == "due" else line.paid


def _coupon(deal: Deal, inputs: PaymentDateInputs, name: str) -> Decimal:
    note = deal.notes[name]
    stated = inputs.given.get(("note", name, "coupon"))
    if stated is not None:
        return Decimal(stated)
    level = inputs.given.get(("index", note.index or "-", "level"), _ZERO)
    return Decimal(coupon(note, name, level, CENTS))


def _closing(deal: Deal, name: str, bucket: str, result: PaymentDateResult) -> Decimal:
    """The collection account keeps what is not spent of principal, the payment account nothing. Source: 6."""
    kind = deal.accounts[name].type
    if kind == _COLLECTION and bucket == "principal":
        first = min(other for other, terms in deal.accounts.items() if terms.type == _COLLECTION)
        return result.principal_carried if name == first else _ZERO
    if kind in (_COLLECTION, _PAYMENT):
        return _ZERO
    return result.accounts[name][("interest", "principal").index(bucket)]
