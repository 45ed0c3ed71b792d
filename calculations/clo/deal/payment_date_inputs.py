"""What reports state for one payment date, as exact figures by item, key and measure, and what a deal needs of it.

What is computed from it is in `payment_date`. Source: clo-extensions 5.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from calculations.clo.deal.terms import Deal

Cell = tuple[str, str, str]  # item, key, measure

ITEMS = {
    "period": {"accrual_start", "accrual_end", "collection_begin", "collection_end", "determination"},
    "proceeds": {"collected", "recovered"},
    "account": {
        *(f"{what}_{bucket}" for what in ("opening", "closing") for bucket in ("interest", "principal")),
        *(f"transfer_{way}_{bucket}" for way in ("in", "out") for bucket in ("interest", "principal")),
    },
    "index": {"level"},
    "note": {
        *("opening_balance", "opening_deferred", "opening_unpaid", "coupon"),
        *("interest_due", "interest_paid", "deferred_paid", "principal_paid", "closing_balance", "closing_deferred"),
    },
    "fee": {"basis", "opening_unpaid", "accrued", "claims", "cap_carried"},
    "due": {"amount"},
    "par": {"amount"},
    "test": {"numerator", "denominator", "ratio", "trigger", "passed"},
    "step": {"due", "paid"},
    "equity": {"amount"},
    "flag": {"value"},
}
PAR = ("performing", "unfunded_reserved", "discount_adjustment", "defaulted_value", "ccc_haircut", "purchased_accrued")


class InputError(ValueError):
    """Inputs of a payment date that cannot be used; `code` is the rule, `cells` the cells at fault."""

    def __init__(self, code: str, cells: Iterable[Cell], expected: str) -> None:
        self.code, self.cells = code, tuple(cells)
        listed = "; ".join(" ".join(part or "-" for part in cell) for cell in self.cells)
        super().__init__(f"{code}: expected {expected}; found {listed}")


@dataclass(frozen=True)
class PaymentDateInputs:
    """Figures that are used (`given`) and figures to compare with (`reported`), by cell."""

    payment_date: dt.date
    given: Mapping[Cell, Any]
    reported: Mapping[Cell, Any]
    printed_decimals: Mapping[Cell, int] = field(default_factory=dict)  # of figures to compare with
    currencies: Mapping[Cell, str] = field(default_factory=dict)  # where rows state one

    def amount(self, item: str, key: str, measure: str, default: Decimal | None = None) -> Decimal:
        """A figure that is used; `default` where the contract lets it be absent."""
        value = self.given.get((item, key, measure), default)
        if value is None:
            raise InputError("INPUT_MISSING", [(item, key, measure)], "a figure")
        return value

    def day(self, measure: str) -> dt.date:
        return self.given["period", "-", measure]

    def flag(self, name: str) -> bool:
        return bool(self.given.get(("flag", name, "value"), False))


def read_inputs(rows: Iterable[Mapping[str, Any]], known_at: dt.datetime | None = None) -> PaymentDateInputs:
    """The figures of one payment date from rows of the contract: `payment_date role item key measure value` and
    optionally `unit`, `currency`, `printed_decimals` and `known_at`, of which the latest up to `known_at` wins.

    Raises InputError: INPUT_UNKNOWN_KEY for an item or measure that the contract does not have, INPUT_DUPLICATE where
    one cell has two values known at the same time, INPUT_UNIT for a value that is no number, date or flag, or whose
    stated unit is not the measure's.
    """
    seen: dict[tuple[str, Cell, Any], Any] = {}
    chosen: dict[tuple[str, Cell], tuple[Any, Any]] = {}
    printed: dict[Cell, int] = {}
    currencies: dict[Cell, str] = {}
    dates: set[dt.date] = set()
    for row in rows:
        cell = (str(row["item"]), str(row["key"] or "-"), str(row["measure"]))
        if cell[2] not in ITEMS.get(cell[0], ()):
            raise InputError("INPUT_UNKNOWN_KEY", [cell], "an item and a measure of the contract")
        at = row.get("known_at")
        if known_at is not None and at is not None and at > known_at:
            continue
        dates.add(row["payment_date"])
        role, unit = str(row["role"]).lower(), row.get("unit")
        if role not in ("input", "reported"):
            raise InputError("INPUT_UNKNOWN_KEY", [cell], f"role input or reported, not {row['role']!r}")
        if unit and str(unit).lower() != unit_of(cell):
            raise InputError("INPUT_UNIT", [cell], f"unit {unit_of(cell)}, not {unit}")
        value, place = _value(cell, row["value"]), (role, cell)
        before = chosen.get(place)
        if seen.setdefault((*place, at), value) != value:
            raise InputError("INPUT_DUPLICATE", [cell], f"one value known at {at}")
        if before is None or at is None or before[0] is None or at >= before[0]:
            chosen[place] = (at, value)
            if role == "reported" and row.get("printed_decimals") is not None:
                printed[cell] = int(row["printed_decimals"])
            if row.get("currency"):
                currencies[cell] = str(row["currency"])
    if len(dates) != 1:
        raise InputError("PERIOD_ORDER", [("period", "-", str(day)) for day in sorted(dates)], "one payment date")
    by_role: dict[str, dict[Cell, Any]] = {"input": {}, "reported": {}}
    for (role, cell), (_, value) in chosen.items():
        by_role[role][cell] = value
    return PaymentDateInputs(dates.pop(), by_role["input"], by_role["reported"], printed, currencies)


def unit_of(cell: Cell) -> str:
    """money, fraction, date or flag. Source: clo-extensions 5.1."""
    item, _, measure = cell
    if item == "period":
        return "date"
    if item == "flag" or measure == "passed":
        return "flag"
    return "fraction" if measure in ("level", "coupon", "ratio", "trigger") else "money"


def check_inputs(deal: Deal, inputs: PaymentDateInputs) -> None:
    """Raises InputError: INPUT_CURRENCY for money in a currency that is not the deal's, PERIOD_ORDER for days of the
    period that are not in order. Source: clo-extensions 5.1."""
    foreign = [cell for cell, currency in sorted(inputs.currencies.items()) if currency != deal.currency]
    if foreign:
        raise InputError("INPUT_CURRENCY", foreign, f"money in {deal.currency}")
    for first, last in (("accrual_start", "accrual_end"), ("collection_begin", "collection_end")):
        days = [inputs.given.get(("period", "-", name)) for name in (first, last)]
        if None not in days and not days[0] < days[1]:  # type: ignore[operator]
            raise InputError("PERIOD_ORDER", [("period", "-", last)], f"a day after {first} {days[0]}, not {days[1]}")


def _value(cell: Cell, raw: Any) -> Any:
    unit = unit_of(cell)
    if unit == "date":
        if not isinstance(raw, dt.date):
            raise InputError("INPUT_UNIT", [cell], f"a date, not {raw!r}")
        return raw
    if unit == "flag":
        if not isinstance(raw, bool):
            raise InputError("INPUT_UNIT", [cell], f"true or false, not {raw!r}")
        return raw
    if isinstance(raw, float):
        raise InputError("INPUT_UNIT", [cell], f"an exact number, not the float {raw!r}")
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        raise InputError("INPUT_UNIT", [cell], f"a number, not {raw!r}") from None


def missing_cells(deal: Deal, inputs: PaymentDateInputs) -> list[Cell]:
    """Every cell that the deal needs and the reports do not give: a missing figure is never zero."""
    needed: list[Cell] = [("period", "-", "accrual_start"), ("period", "-", "accrual_end")]
    needed += [("proceeds", "interest", "collected"), ("proceeds", "principal", "collected")]
    if deal.purchased_accrued.recover == "by_asset":
        needed.append(("proceeds", "purchased_accrued", "recovered"))
    for name in deal.accounts:
        needed += [("account", name, "opening_interest"), ("account", name, "opening_principal")]
    for name, note in deal.rated.items():
        needed += [("note", name, f"opening_{what}") for what in ("balance", "deferred", "unpaid")]
        if note.fixed is None and ("note", name, "coupon") not in inputs.given:
            needed.append(("index", note.index or "-", "level"))
    for name, fee in deal.fees.items():
        needed.append(("fee", name, "opening_unpaid"))
        if fee.kind == "claims":
            needed.append(("fee", name, "claims"))
        elif fee.rate is not None and ("fee", name, "accrued") not in inputs.given:
            needed.append(("fee", name, "basis"))
        if fee.interest_spread is not None and ("fee", name, "accrued") not in inputs.given:
            needed.append(("index", "-", "level"))
    for name, cap in deal.caps.items():
        needed += [("fee", name, "cap_carried")] if cap.carry_forward else []
        needed += [("fee", name, "basis")] if cap.rate else []
    needed += [("due", name, "amount") for name, due in deal.dues.items() if due.is_stated]
    needed += [("par", name, "amount") for name in PAR]
    return list(dict.fromkeys(cell for cell in needed if cell not in inputs.given))
