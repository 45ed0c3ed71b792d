"""What a report states of a payment date beside what its own inputs give: one row per reported figure, with an outcome. How
the date is computed is in `payment_date`.

Every figure is computed twice: freely, out of our own cash from step to step, and on its own, out of the cash, the
payments and the ratio components that the report states before it, so that an error shows where it arises and not in
everything after it. Source: clo-extensions 5.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.clo.deal.payment_date import legs_of, walked
from calculations.clo.deal.payment_date_figures import FigureUnknown, figure, payees_of
from calculations.clo.deal.payment_date_inputs import Cell, InputError, PaymentDateInputs, unit_of
from calculations.clo.deal.payment_date_results import PaymentDateResult
from calculations.clo.deal.steps import FeeStep
from calculations.clo.deal.terms import Deal

CENT = Decimal("0.01")
ROUNDING = Decimal("0.05")
LEAST_LIMIT, LIMIT_OF_PROCEEDS = Decimal("1.00"), Decimal("0.000001")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class CheckRow:
    """One reported figure. Differences are reported - computed: `difference` to the free computation, `own_difference`
    to the one out of what is reported before it; days for dates, and 1, 0 or -1 for flags.

    `outcome` is match, rounding (information), consequence (of a difference elsewhere), difference (warning) or break
    (critical, for this deal and date only). `computed` is None where the deal has no such figure.
    """

    item: str
    key: str
    measure: str
    unit: str
    reported: Any
    computed: Any
    difference: Decimal | None
    own_difference: Decimal | None
    tolerance: Decimal
    outcome: str


def compare(deal: Deal, inputs: PaymentDateInputs, result: PaymentDateResult) -> tuple[CheckRow, ...]:
    """A row for every reported figure, and for every total that reported figures make: lists by their reported steps
    against their proceeds, fees by their reported payees. `result` is the free computation of the same inputs.

    Raises InputError: INPUT_UNKNOWN_KEY for a reported figure that a payment date neither takes nor computes.
    Source: clo-extensions 5.2.
    """
    payments = {
        _step_of(cell): value
        for cell, value in inputs.reported.items()
        if cell[0] == "step" and cell[2] == "paid" and cell[1].count(":") == 1
    }
    own = walked(deal, inputs, payments)
    rows = [_row(deal, inputs, cell, (result, own)) for cell in sorted(inputs.reported, key=_place)]
    return (*rows, *_list_totals(deal, payments, result, own), *_leg_totals(inputs))


def _place(cell: Cell) -> tuple[Any, ...]:
    """Steps in the order of their lists, everything else by name."""
    parts = (int(part) if part.isdigit() else part for part in cell[1].split(":"))
    return (cell[0], *(f"{part:06d}" if isinstance(part, int) else part for part in parts), cell[2])


def _step_of(cell: Cell) -> tuple[str, int]:
    name, _, number = cell[1].partition(":")
    if not number.isdigit():
        raise InputError("INPUT_UNKNOWN_KEY", [cell], "a step as list:number")
    return name, int(number)


def _row(
    deal: Deal, inputs: PaymentDateInputs, cell: Cell, results: tuple[PaymentDateResult, PaymentDateResult]
) -> CheckRow:
    reported = inputs.reported[cell]
    try:
        free, own = (figure(deal, inputs, cell, result) for result in results)
    except FigureUnknown:
        if cell[0] != "step":
            raise InputError("INPUT_UNKNOWN_KEY", [cell], "a figure that the date takes or computes") from None
        # a step that the deal does not have is an order of steps that differs
        return CheckRow(*cell, unit_of(cell), reported, None, None, None, _ZERO, "break")
    own = _from_components(deal, inputs, cell, own, results[1])
    tolerance, limit = _tolerances(inputs, cell, results[0])
    return _compared(cell, unit_of(cell), reported, free, own, tolerance, limit)


def _from_components(deal: Deal, inputs: PaymentDateInputs, cell: Cell, own: Any, computed: PaymentDateResult) -> Any:
    """A ratio or a result out of its reported components and a payee's part of the reported fee, where they are
    reported; otherwise as it was computed."""
    item, key, measure = cell
    stated = inputs.reported.get
    if item == "test" and measure == "ratio":
        test = computed.tests[key]
        numerator = stated(("test", key, "numerator"), test.numerator)
        denominator = stated(("test", key, "denominator"), test.denominator)
        return numerator / denominator if denominator else None
    if item == "test" and measure == "passed":
        ratio, trigger = stated(("test", key, "ratio")), computed.tests[key].trigger
        # a printed ratio that is the trigger to its last digit does not tell on which side of it the test stands
        return own if ratio is None or ratio == trigger else ratio > trigger
    if item == "step" and (payee := key.split(":")[2:]):
        name, number = _step_of((item, key.rpartition(":")[0], measure))
        paid = stated((item, f"{name}:{number}", "paid"))
        step = deal.lists[name].steps[number - 1]
        return own if paid is None or not isinstance(step, FeeStep) else legs_of(step, deal, paid, _ZERO)[payee[0]]
    return own


def _tolerances(inputs: PaymentDateInputs, cell: Cell, result: PaymentDateResult) -> tuple[Decimal, Decimal | None]:
    """The largest difference that is a match, and that which is no break; None where only a match is none."""
    unit = unit_of(cell)
    if unit in ("date", "flag"):
        return _ZERO, None
    if unit == "fraction":
        decimals = inputs.printed_decimals.get(cell, -inputs.reported[cell].as_tuple().exponent)
        return Decimal("0.5").scaleb(-decimals), None
    if cell[0] == "account":
        return _ZERO, None
    proceeds = {"interest": result.interest_pool, "principal": result.principal_pool}
    of_list = proceeds.get(cell[1].partition(":")[0]) if cell[0] == "step" else None
    total = sum(proceeds.values(), _ZERO) if of_list is None else of_list
    return CENT, max(LEAST_LIMIT, LIMIT_OF_PROCEEDS * total)


def _compared(
    cell: Cell, unit: str, reported: Any, free: Any, own: Any, tolerance: Decimal, limit: Decimal | None
) -> CheckRow:
    difference, own_difference = _difference(reported, free), _difference(reported, own)
    if difference is None or own_difference is None:
        outcome = "match" if reported is free is own else "break"
    elif abs(own_difference) <= tolerance:
        outcome = "match" if abs(difference) <= tolerance else "consequence"
    elif limit is not None and abs(own_difference) <= ROUNDING:
        outcome = "rounding"
    else:
        outcome = "difference" if limit is not None and abs(own_difference) <= limit else "break"
    return CheckRow(*cell, unit, reported, free, difference, own_difference, tolerance, outcome)


def _difference(reported: Any, computed: Any) -> Decimal | None:
    if computed is None or reported is None:
        return None
    if isinstance(reported, dt.date):
        return Decimal((reported - computed).days)
    return Decimal(reported) - Decimal(computed)


def _list_totals(
    deal: Deal, payments: Mapping[tuple[str, int], Decimal], result: PaymentDateResult, own: PaymentDateResult
) -> Iterator[CheckRow]:
    """Payments of a list of which every step with cash is reported, against its proceeds: they must be all of it."""
    for name, terms in deal.lists.items():
        lines = [line for line in result.steps if line.list_name == name]
        numbers = range(1, len(terms.steps) + 1)
        if not lines or not all((name, number) in payments for number in numbers):
            continue
        reported = sum((payments[name, number] for number in numbers), _ZERO)
        first = own.step(name, 1)
        free, stated = lines[0].cash_after + lines[0].paid, first.cash_after + payments[name, 1]
        yield _compared(("list", name, "paid"), "money", reported, free, stated, _ZERO, None)


def _leg_totals(inputs: PaymentDateInputs) -> Iterator[CheckRow]:
    """Payees of a fee, reported as `list:number:payee`, against the payment of its step."""
    for cell, parts in sorted(payees_of(inputs.reported).items()):
        paid = inputs.reported.get(cell)
        if paid is not None:
            total = sum(parts.values(), _ZERO)
            yield _compared(("step", cell[1], "legs"), "money", total, paid, paid, _ZERO, None)
