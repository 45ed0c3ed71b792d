"""Turns columns of text into typed Arrow columns, exactly, naming every cell that does not fit. Rows and files do not belong here.

Plain values are cast as whole columns; only the distinct values that are not plain go through Python, one by one.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.fields import LayoutField

NULL_TEXTS = ("", "N/A", "NULL")
TYPES_WHERE_NA_IS_TEXT = frozenset({"id", "s"})
EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})

# (precision, scale) of decimal fields. Source: input-contracts, notation and 2.1. A figure is only calculated with.
DECIMALS: Mapping[str, tuple[int, int]] = {"rate": (18, 12), "fx": (38, 12), "px": (38, 12), "figure": (38, 18)}
SHOWN = 80  # characters of a text that a message repeats
PERCENT_DIGITS = 2  # dividing by a hundred moves the point so far

_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$", re.ASCII)
_NOT_FINITE = re.compile(r"^[+-]?(nan|inf|infinity)$", re.IGNORECASE)
_IDENTIFIER = re.compile(r"^[A-Za-z0-9._:/-]+$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})$", re.ASCII)
_DATE_FORMS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "iso": ("YYYY-MM-DD", re.compile(r"^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})$", re.ASCII)),
    "us": ("MM/DD/YYYY", re.compile(r"^(?P<m>\d{2})/(?P<d>\d{2})/(?P<y>\d{4})$", re.ASCII)),
    "compact": ("YYYYMMDD", re.compile(r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})$", re.ASCII)),
}
_LAST_YEAR = 2200
_EXACT = Context(prec=100)
_TRUE, _FALSE = frozenset({"TRUE", "1", "YES", "Y"}), frozenset({"FALSE", "0", "NO", "N"})


@dataclass(frozen=True)
class Fault:
    """Why one text is not a value of its field. `found` is that text, or, with `is_quote` off, words about it."""

    code: str
    expected: str
    found: str
    is_quote: bool = True

    @property
    def shown(self) -> str:
        text = self.found if len(self.found) <= SHOWN else f"{self.found[: SHOWN - 3]}..."
        return repr(text) if self.is_quote else text


@dataclass(frozen=True)
class Column:
    """`values` (n,) typed, null where the text is null or faulty; `faults` by position; `notes` code -> cells concerned."""

    values: pa.Array
    faults: Mapping[int, Fault]
    notes: Mapping[str, int]


def clean(texts: pa.Array, field: LayoutField) -> tuple[pa.Array, int]:
    """Texts (n,) without white space around them and with nulls where nothing is said, and how many were trimmed.

    Source: input-contracts 1.3, topic null.
    """
    trimmed = pc.utf8_trim_whitespace(texts)
    count = pc.sum(pc.not_equal(trimmed, texts)).as_py() or 0
    nulls = NULL_TEXTS if field.type in TYPES_WHERE_NA_IS_TEXT else (*NULL_TEXTS, "NA")
    is_null = pc.is_in(trimmed, value_set=pa.array(nulls))
    blank_only = pc.sum(pc.and_(pc.equal(trimmed, ""), pc.not_equal(texts, ""))).as_py() or 0
    return pc.if_else(is_null, pa.scalar(None, pa.string()), trimmed), count - blank_only


def read_column(texts: pa.Array, field: LayoutField, currencies: frozenset[str]) -> Column:
    """Typed values of cleaned texts (n,); a text that is no value of `field` becomes a fault, never a guess."""
    if field.type in DECIMALS:
        return _decimals(texts, field)
    parse, arrow_type = _PARSERS[field.type]
    return _by_distinct_text(texts, lambda text: parse(text, field, currencies), arrow_type)


def _by_distinct_text(texts: pa.Array, parse: Callable[[str], Any], arrow_type: pa.DataType) -> Column:
    """Parse each distinct text once and spread the results. `parse` returns a value, a Fault or a `_Noted` value."""
    encoded = texts.dictionary_encode()
    parsed = [parse(text) for text in encoded.dictionary.to_pylist()]
    values = [None if isinstance(p, Fault) else p.value if isinstance(p, _Noted) else p for p in parsed]
    at = encoded.indices
    result = pa.array(values, arrow_type).take(at)
    notes: dict[str, int] = {}
    faults: dict[int, Fault] = {}
    special = {i: p for i, p in enumerate(parsed) if isinstance(p, Fault | _Noted)}
    if special:
        numbers = at.fill_null(-1).to_numpy(zero_copy_only=False)
        for index in np.flatnonzero(np.isin(numbers, list(special))).tolist():
            outcome = special[int(numbers[index])]
            if isinstance(outcome, Fault):
                faults[index] = outcome
            else:
                notes[outcome.code] = notes.get(outcome.code, 0) + 1
    return Column(result, faults, notes)


@dataclass(frozen=True)
class _Noted:
    value: Any
    code: str


# --- decimals ---------------------------------------------------------------------------------------------------------


def _decimals(texts: pa.Array, field: LayoutField) -> Column:
    """Exact decimals: no text passes through a float. A column in percent is read two digits wider and its point moved."""
    precision, scale = DECIMALS[field.type]
    target = pa.decimal128(precision, scale)
    shift = PERCENT_DIGITS if field.is_percent else 0
    plain = rf"^[+-]?\d{{1,{precision - scale}}}(\.\d{{1,{scale - shift}}})?$"
    is_plain = pc.fill_null(pc.match_substring_regex(texts, pattern=plain), False)
    cast = pc.if_else(is_plain, texts, pa.scalar(None, pa.string())).cast(pa.decimal128(precision, scale - shift))
    # The same integer at a scale two digits wider is the value divided by a hundred, exactly.
    values = pa.Array.from_buffers(target, len(cast), cast.buffers(), offset=cast.offset) if shift else cast
    faults: dict[int, Fault] = {}
    rest = _indices(pc.and_(pc.is_valid(texts), pc.invert(is_plain)))
    if rest.size:
        column = _by_distinct_text(texts.take(pa.array(rest)), lambda text: _decimal(text, field), target)
        mask = np.zeros(len(texts), dtype=bool)
        mask[rest] = True
        values = pc.replace_with_mask(values, pa.array(mask), column.values)
        faults = {int(rest[index]): fault for index, fault in column.faults.items()}
    return Column(_check_floor(values, texts, field, faults), faults, {})


def _check_floor(values: pa.Array, texts: pa.Array, field: LayoutField, faults: dict[int, Fault]) -> pa.Array:
    """Mark numbers below the field's floor; returns the values without them."""
    if not field.must_be_positive and field.floor == "none":
        return values
    is_low = pc.less_equal if field.must_be_positive else pc.less
    low = pc.fill_null(is_low(values, pa.scalar(Decimal(0), values.type)), False)
    expected = "a number > 0" if field.must_be_positive else "a number >= 0"
    faults |= {index: Fault("OUT_OF_RANGE", expected, texts[index].as_py()) for index in _indices(low).tolist()}
    return pc.if_else(low, pa.scalar(None, values.type), values)


def _decimal(text: str, field: LayoutField) -> Decimal | Fault:
    """A number in any accepted text form: sign, point, exponent, and `%` where the field is a rate."""
    precision, scale = DECIMALS[field.type]
    if text in EXCEL_ERRORS:
        return Fault("CELL_ERROR", "a number", text)
    if _NOT_FINITE.match(text):
        return Fault("NOT_FINITE", "a finite number", text)
    has_sign = field.type == "rate" and text.endswith("%")
    digits = text[:-1].rstrip() if has_sign else text
    if not _NUMBER.match(digits):
        return Fault("BAD_TYPE", "a number with a point and no separators, such as 0.08", text)
    value = Decimal(digits)
    if has_sign or field.is_percent:
        value = value.scaleb(-PERCENT_DIGITS, _EXACT)
    if value and value.adjusted() >= precision - scale:
        return Fault("OUT_OF_RANGE", f"at most {precision - scale} digits before the point", text)
    if value and value.adjusted() < -scale:
        return Fault("PRECISION_EXCEEDED", f"at most {scale} digits after the point", text)
    exact = value.quantize(Decimal(1).scaleb(-scale), context=_EXACT)
    return exact if exact == value else Fault("PRECISION_EXCEEDED", f"at most {scale} digits after the point", text)


def _indices(mask: pa.Array) -> npt.NDArray[np.int64]:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False))


# --- everything else, one distinct text at a time ---------------------------------------------------------------------


def _day(text: str, field: LayoutField, _: frozenset[str]) -> dt.date | Fault:
    form, pattern = _DATE_FORMS[field.date_format]
    fault = Fault("BAD_DATE", f"a day as {form}, year {field.first_year} to {_LAST_YEAR}", text)
    match = pattern.match(text)
    if not match:
        return fault
    year, month, day = (int(match.group(part)) for part in "ymd")
    if not field.first_year <= year <= _LAST_YEAR:
        return fault
    try:
        return dt.date(year, month, day)
    except ValueError:
        return fault


def _instant(text: str, field: LayoutField, currencies: frozenset[str]) -> dt.datetime | _Noted | Fault:
    """UTC without a zone. A plain day is its first instant in UTC, noted."""
    if _INSTANT.match(text):
        try:
            moment = dt.datetime.fromisoformat(text).astimezone(dt.UTC).replace(tzinfo=None)
        except (ValueError, OverflowError):
            return Fault("BAD_DATE", "an instant that exists", text)
        return (
            moment
            if field.first_year <= moment.year <= _LAST_YEAR
            else Fault("BAD_DATE", "a year of 1900 to 2200", text)
        )
    day = _day(text, field, currencies)
    if isinstance(day, Fault):
        return Fault("BAD_DATE", "an instant such as 2024-03-31T16:00:00Z, or a day as YYYY-MM-DD", text)
    return _Noted(dt.datetime.combine(day, dt.time()), "ZONE_ASSUMED")


def _flag(text: str, field: LayoutField, _: frozenset[str]) -> bool | Fault:
    word = text.upper()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return Fault("BAD_TYPE", "TRUE or FALSE (or 1, 0, yes, no, y, n)", text)


def _identifier(text: str, field: LayoutField, _: frozenset[str]) -> str | Fault:
    if len(text) > 64:
        return Fault("TOO_LONG", "at most 64 characters", f"{len(text)} characters", is_quote=False)
    return text if _IDENTIFIER.match(text) else Fault("BAD_TYPE", "an id of letters, digits and . _ : / -", text)


def _text(text: str, field: LayoutField, _: frozenset[str]) -> str | Fault:
    if _CONTROL.search(text):
        return Fault("CONTROL_CHARACTER", "text without control characters", text)
    if len(text) > 255:
        return Fault("TOO_LONG", "at most 255 characters", f"{len(text)} characters", is_quote=False)
    return unicodedata.normalize("NFC", text)


def _code(text: str, field: LayoutField, _: frozenset[str]) -> str | Fault:
    code = text.upper().replace(" ", "_").replace("-", "_")
    return code if code in field.codes else Fault("BAD_ENUM", f"one of {', '.join(field.codes)}", text)


def _currency(text: str, field: LayoutField, currencies: frozenset[str]) -> str | Fault:
    code = text.upper()
    return code if code in currencies else Fault("CURRENCY_UNKNOWN", "a currency code of ISO 4217", text)


_PARSERS: Mapping[str, tuple[Callable[[str, LayoutField, frozenset[str]], Any], pa.DataType]] = {
    "day": (_day, pa.date32()),
    "instant": (_instant, pa.timestamp("us")),
    "yn": (_flag, pa.bool_()),
    "id": (_identifier, pa.string()),
    "s": (_text, pa.string()),
    "code": (_code, pa.string()),
    "ccy": (_currency, pa.string()),
}
