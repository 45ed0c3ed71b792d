"""The figures that a report of a CLO payment date may state, and the typed value of each. Which of them a date needs does not belong here.

Source: clo-extensions 5.1.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ingestion.column import Fault
from ingestion.contracts import arrow_schema, currency_decimals
from ingestion.fields import LayoutField
from ingestion.units import Units
from ingestion.values import read_column

MEASURES = Path(__file__).parent / "contracts" / "payment_measures.yaml"

# The column that holds a value of each unit, and how it is written.
VALUES: Mapping[str, tuple[str, LayoutField]] = {
    "MONEY": ("value_amount", LayoutField(type="money")),
    "FRACTION": ("value_rate", LayoutField(type="rate")),
    "DATE": ("value_date", LayoutField(type="day")),
    "FLAG": ("value_flag", LayoutField(type="yn")),
}
# Days of one period, the first of each pair not after the second; accrual takes at least a day.
_ORDERED = (
    ("accrual_start", "accrual_end"),
    ("collection_begin", "collection_end"),
    ("collection_end", "payment_date"),
    ("determination", "payment_date"),
)
_STRICT = frozenset({"accrual_end"})
_STEP = re.compile(r"^[a-z][a-z0-9_-]*:[0-9]+(:[A-Za-z0-9_ -]+)?$", re.ASCII)
# What a pool is valued at, or a test made of: a product of par and a price, not cash that anybody books.
_VALUED = frozenset({"par", "test"})


def _is_day(key: str) -> bool:
    try:
        return dt.date.fromisoformat(key).isoformat() == key
    except ValueError:
        return False


_KEY_FORMS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "<name>": (bool, "a name"),
    "<list:number>": (
        lambda key: bool(_STEP.match(key)),
        "a list and the number of its step, such as interest:7, and perhaps its payee",
    ),
    "<day>": (_is_day, "a day as YYYY-MM-DD"),
}


@cache
def measures() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Unit of every figure by item, key (or form of the key) and measure."""
    document: Mapping[str, Mapping[str, Mapping[str, str]]] = yaml.safe_load(MEASURES.read_text(encoding="utf-8"))
    return document


def unit_of(item: str, key: str, measure: str) -> str | tuple[str, Fault]:
    """The unit of a figure, or the field that is not known, with INPUT_UNKNOWN_KEY."""
    if item not in measures():
        return _unknown("item", f"one of {', '.join(measures())}", item)
    by_key = measures()[item]
    if not any(measure in named for named in by_key.values()):
        return _unknown(
            "measure", f"one of {', '.join(dict.fromkeys(m for named in by_key.values() for m in named))}", measure
        )
    forms = [form for form, named in by_key.items() if measure in named]
    for form in forms:
        if _KEY_FORMS[form][0](key) if form in _KEY_FORMS else form == key:
            return by_key[form][measure]
    expected = [_KEY_FORMS[form][1] if form in _KEY_FORMS else repr(form) if form else "empty" for form in forms]
    return _unknown("key", " or ".join(expected), key)


def _unknown(field: str, expected: str, found: str) -> tuple[str, Fault]:
    return field, _breach("INPUT_UNKNOWN_KEY", expected, found)


def _breach(rule: str, expected: str, found: str, is_quote: bool = True) -> Fault:
    return Fault("RULE_VIOLATION", f"{expected} ({rule})", found, is_quote)


def derive_measured_values(units: Units) -> None:
    """Type each value by its unit and quarantine what is no figure of the list or contradicts it.

    Rule codes: INPUT_UNKNOWN_KEY, INPUT_UNIT, INPUT_CURRENCY, PERIOD_ORDER.
    """
    _check_measures(units)
    stated_units = units.columns["unit"]
    for unit, (column, layout_field) in VALUES.items():
        texts = pc.if_else(pc.equal(stated_units, unit), units.columns["value"], pa.scalar(None, pa.string()))
        typed = read_column(texts, layout_field)
        units.columns[column] = typed.values.cast(arrow_schema(units.table).field(column).type)
        units.faults |= {(at, "value"): fault for at, fault in typed.faults.items()}
    _check_minor_units(units)
    _check_period_order(units)


def _check_measures(units: Units) -> None:
    names = ("item", "key", "measure", "unit", "currency")
    items, keys, stated, stated_units, currencies = (units.columns[name].to_pylist() for name in names)
    for at in np.flatnonzero(units.is_sound()).tolist():
        unit = unit_of(items[at], keys[at], stated[at])
        if isinstance(unit, tuple):
            units.faults[at, unit[0]] = unit[1]
            continue
        if stated_units[at] != unit:
            units.faults[at, "unit"] = _breach("INPUT_UNIT", f"{unit} for {items[at]} {stated[at]}", stated_units[at])
        elif (unit == "MONEY") != (currencies[at] is not None):
            expected = "filled for money" if unit == "MONEY" else f"empty for a {unit}"
            is_filled = currencies[at] is not None
            units.faults[at, "currency"] = _breach("INPUT_CURRENCY", expected, currencies[at] or "nothing", is_filled)


def _check_minor_units(units: Units) -> None:
    """Booked money sits on the minor unit of its currency; the value of a pool may not, as the worked haircut of HARBOUR-1.

    Source: input-contracts 1.3, topic $; clo-extensions 4.16.
    """
    names = ("item", "value_amount", "currency")
    items, amounts, currencies = (units.columns[name].to_pylist() for name in names)
    for at in np.flatnonzero(units.is_sound()).tolist():
        digits = currency_decimals().get(currencies[at])
        is_booked = amounts[at] is not None and items[at] not in _VALUED
        if is_booked and digits is not None and amounts[at] != round(amounts[at], digits):
            expected = f"on the minor unit of {currencies[at]}, {digits} decimals"
            units.faults[at, "value"] = Fault("PRECISION_EXCEEDED", expected, f"{amounts[at].normalize():f}")


def _check_period_order(units: Units) -> None:
    """The days of a payment date's period follow each other; the later of a wrong pair is quarantined."""
    names = ("deal_id", "payment_date", "role", "known_at", "item", "measure", "value_date")
    columns = [units.columns[name].to_pylist() for name in names]
    periods: dict[tuple[Any, ...], dict[str, tuple[dt.date, int]]] = defaultdict(dict)
    for at in np.flatnonzero(units.is_sound()).tolist():
        *period, item, measure, day = (column[at] for column in columns)
        if item == "period":
            periods[tuple(period)][measure] = (day, at)
    for (_, payment_date, *_), days in periods.items():
        for earlier, later in _ORDERED:
            first, one = days.get(earlier, (None, None))
            last, other = (payment_date, one) if later == "payment_date" else days.get(later, (None, None))
            if first is None or last is None or other is None:
                continue
            if first > last or (first == last and later in _STRICT):
                expected = f"in the order {earlier} {'<' if later in _STRICT else '<='} {later}"
                units.faults[other, "value"] = _breach("PERIOD_ORDER", expected, f"{first} and {last}", is_quote=False)
