"""Reads single cells and whole columns as numbers, days, flags and texts. Where the cells stand does not belong here.

Source: clo-workbook 4, value rules.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ingestion.cells import NoValue
from ingestion.clo_workbook.labels import label_key
from ingestion.clo_workbook.layout import FieldSpec
from ingestion.workbook import CellError, serial_date

NULL_TEXTS = frozenset({"", "na", "n/a", "#n/a", "null"})
_NUMBER = re.compile(r"^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?\s*%?$", re.IGNORECASE)
_ISO = re.compile(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_US = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_FLAGS = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_MIDNIGHT = dt.time(0, 0)


class Reading(NamedTuple):
    """A cell as read: its value, the reason it has none, a note on how it was read."""

    value: Any
    problem: str | None = None
    note: str | None = None


class Remark(NamedTuple):
    """A problem or note of one cell of a column; `place` is 0-based in the column."""

    place: int
    code: str
    found: Any


@dataclass(frozen=True)
class ColumnReading:
    """A column as read: one value a cell, None where there is none."""

    values: list[Any]
    problems: list[Remark]
    notes: list[Remark]


EMPTY = Reading(None)


def is_blank(value: Any) -> bool:
    """Empty or blanks only. An error and a formula without a value are not blank."""
    return isinstance(value, str) and not isinstance(value, CellError) and not value.strip()


def is_zero(value: Any) -> bool:
    """0 as a number, as text, or shown as a time under a date format."""
    if isinstance(value, str):
        return value.strip() == "0"
    return value == _MIDNIGHT if isinstance(value, dt.time) else not isinstance(value, bool) and value == 0


def read_text(value: Any, date_system: int = 1900) -> Reading:
    """Trimmed text; whole numbers without a decimal point, days in ISO form."""
    if isinstance(value, str):
        text = value.strip()
        return EMPTY if text.casefold() in NULL_TEXTS else Reading(text)
    if isinstance(value, bool):
        return Reading("TRUE" if value else "FALSE")
    if isinstance(value, float):
        return Reading(str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value))
    return Reading(value.isoformat() if hasattr(value, "isoformat") else str(value))


def read_asset_id(value: Any, date_system: int = 1900) -> Reading:
    """An id, trimmed and in upper case: ids are compared ignoring case, so one spelling serves every table."""
    reading = read_text(value)
    if reading.value is None or reading.value == reading.value.upper():
        return reading
    return Reading(reading.value.upper(), note="ID_IN_LOWER_CASE")


def read_number(value: Any, date_system: int = 1900) -> Reading:
    """A finite number. Text may carry thousands separators or %, which is noted; `12.5%` is 0.125."""
    if isinstance(value, bool):
        return Reading(None, "BAD_TYPE")
    if isinstance(value, int | float):
        return Reading(float(value)) if math.isfinite(value) else Reading(None, "NOT_FINITE")
    if isinstance(value, str):
        text = value.strip()
        if text.casefold() in NULL_TEXTS:
            return EMPTY
        if text.casefold().lstrip("+-") in ("nan", "inf", "infinity"):
            return Reading(None, "NOT_FINITE")
        if not _NUMBER.match(text) or not any(character.isdigit() for character in text):
            return Reading(None, "BAD_TYPE")
        number = float(text.replace(",", "").rstrip("% "))
        if not math.isfinite(number):
            return Reading(None, "NOT_FINITE")
        return Reading(number / 100 if text.endswith("%") else number, note="TEXT_AS_NUMBER")
    # A zero under a date format arrives as midnight.
    return Reading(0.0) if value == _MIDNIGHT else Reading(None, "BAD_TYPE")


def read_integer(value: Any, date_system: int = 1900) -> Reading:
    """A whole number, `3` or `3.0`."""
    reading = read_number(value)
    if reading.value is None:
        return reading
    if not reading.value.is_integer():
        return Reading(None, "BAD_TYPE")
    if abs(reading.value) >= 2**31:  # integers of raw tables have 32 bits
        return Reading(None, "OUT_OF_RANGE")
    return Reading(int(reading.value), note=reading.note)


def read_date(value: Any, date_system: int = 1900) -> Reading:
    """A day: a date cell, a date serial, or ISO or US month-first text. 0 in any form is no day."""
    if isinstance(value, str):
        return _text_date(value.strip())
    if is_zero(value):
        return Reading(None, note="ZERO_AS_NO_DATE")
    if isinstance(value, dt.datetime):
        return _day(value.date()) if value.time() == _MIDNIGHT else Reading(None, "BAD_DATE")
    if isinstance(value, dt.date):
        return _day(value)
    if isinstance(value, float | int) and not isinstance(value, bool) and math.isfinite(value):
        return _day(serial_date(float(value), date_system), "SERIAL_AS_DATE")
    return Reading(None, "BAD_DATE")


def _text_date(text: str) -> Reading:
    if text.casefold() in NULL_TEXTS:
        return EMPTY
    if text == "0":
        return Reading(None, note="ZERO_AS_NO_DATE")
    iso, us = _ISO.match(text), _US.match(text)
    try:
        if iso:
            return _day(dt.date(int(iso[1]), int(iso[2]), int(iso[3])), "TEXT_AS_DATE")
        if us:
            return _day(dt.date(int(us[3]), int(us[1]), int(us[2])), "TEXT_AS_DATE")
    except ValueError:
        return Reading(None, "BAD_DATE")
    return Reading(None, "BAD_DATE")


def _day(day: dt.date | None, note: str | None = None) -> Reading:
    if day is None or not 1900 <= day.year <= 2200:
        return Reading(None, "BAD_DATE")
    return Reading(day, note=note)


def read_flag(value: Any, date_system: int = 1900) -> Reading:
    """TRUE/FALSE, yes/no, y/n, 1/0, any case."""
    if isinstance(value, bool):
        return Reading(value)
    if isinstance(value, str):
        text = value.strip().casefold()
        if text in NULL_TEXTS:
            return EMPTY
        return Reading(_FLAGS[text]) if text in _FLAGS else Reading(None, "BAD_TYPE")
    if isinstance(value, float) and value in (0.0, 1.0):
        return Reading(value == 1.0)
    return Reading(None, "BAD_TYPE")


def read_any(value: Any, date_system: int = 1900) -> Reading:
    """The cell as it is, blanks and null texts as none."""
    return EMPTY if isinstance(value, str) and value.strip().casefold() in NULL_TEXTS else Reading(value)


_READERS: dict[str, Callable[[Any, int], Reading]] = {
    "text": read_text,
    "asset_id": read_asset_id,
    "double": read_number,
    "integer": read_integer,
    "boolean": read_flag,
    "date": read_date,
    "any": read_any,
}


def read_cell(value: Any, spec: FieldSpec, date_system: int = 1900) -> Reading:
    """One cell under its field's rules."""
    if isinstance(value, CellError):
        return Reading(None, "CELL_ERROR")
    if isinstance(value, NoValue):
        return Reading(None, "FORMULA_NO_VALUE")
    if spec.zero and is_zero(value):
        return Reading(None, note="ZERO_AS_NULL" if spec.zero == "null_reported" else None)
    reading = _READERS[spec.type](value, date_system)
    if reading.value is None:
        if reading.problem is None and (spec.required or spec.expected) and reading.note is None:
            return Reading(None, "MISSING_VALUE" if is_blank(value) else "BAD_TYPE")
        return reading
    return _within(reading, spec)


def _within(reading: Reading, spec: FieldSpec) -> Reading:
    value = reading.value
    if spec.codes is not None:
        code = spec.codes.get(label_key(value))
        return Reading(code, None if code else "BAD_ENUM", reading.note)
    if spec.pattern is not None:
        fits = re.fullmatch(spec.pattern, value)
        return Reading(value.upper(), note=reading.note) if fits else Reading(None, "CURRENCY_UNKNOWN")
    if (spec.minimum is not None and value < spec.minimum) or (spec.maximum is not None and value > spec.maximum):
        return Reading(None, "OUT_OF_RANGE")
    if spec.suspect is not None and not spec.suspect[0] <= value <= spec.suspect[1]:
        return Reading(value, note="SUSPECT_SCALE")
    return reading


def read_column(values: Sequence[Any], spec: FieldSpec, date_system: int = 1900) -> ColumnReading:
    """A whole column under its field's rules; clean columns of one type take a short way."""
    quick = _quick(values, spec)
    if quick is not None:
        return ColumnReading(quick, [], [])
    readings = [read_cell(value, spec, date_system) for value in values]
    return ColumnReading(
        [reading.value for reading in readings],
        [Remark(i, r.problem, values[i]) for i, r in enumerate(readings) if r.problem],
        [Remark(i, r.note, values[i]) for i, r in enumerate(readings) if r.note],
    )


def _quick(values: Sequence[Any], spec: FieldSpec) -> list[Any] | None:
    kinds = set(map(type, values))
    if spec.type == "double" and kinds == {float}:
        low, high = min(values), max(values)
        inside = (spec.minimum is None or low >= spec.minimum) and (spec.maximum is None or high <= spec.maximum)
        plausible = spec.suspect is None or (low >= spec.suspect[0] and high <= spec.suspect[1])
        return list(values) if inside and plausible and not spec.zero and all(map(math.isfinite, values)) else None
    if spec.type == "date" and kinds == {dt.date}:
        return list(values) if min(values).year >= 1900 and max(values).year <= 2200 else None
    return None
