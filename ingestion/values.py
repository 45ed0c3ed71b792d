"""Turns columns of text into typed Arrow columns, naming every cell that does not fit. Numbers are decimals'; rows and files nobody's here.

Each distinct text is parsed once.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.compute as pc
import pycountry

from ingestion.column import EXCEL_ERRORS, Column, Fault, Lists, Noted, by_distinct_text
from ingestion.decimals import DECIMALS, read_decimals
from ingestion.fields import LayoutField
from ingestion.strict_json import json_depth, strict_json

NULL_TEXTS = ("", "N/A", "NULL")
TYPES_WHERE_NA_IS_TEXT = frozenset({"id", "s", "ctry"})
NO_LISTS = Lists()
LENGTHS: Mapping[str, int] = {"s": 255, "txt": 32_767}

_IDENTIFIER = re.compile(r"^[A-Za-z0-9._:/-]+$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LINES = re.compile(r"[\n\r\t]")  # a longer text may have lines
_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})$", re.ASCII)
_DATE_FORMS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "iso": ("YYYY-MM-DD", re.compile(r"^(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})$", re.ASCII)),
    "us": ("MM/DD/YYYY", re.compile(r"^(?P<m>\d{2})/(?P<d>\d{2})/(?P<y>\d{4})$", re.ASCII)),
    "compact": ("YYYYMMDD", re.compile(r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})$", re.ASCII)),
}
_LAST_YEAR = 2200
_UNIX = re.compile(r"^\d{1,20}$", re.ASCII)
_EPOCH = dt.datetime(1970, 1, 1)
_UNIX_END = int((dt.datetime(_LAST_YEAR + 1, 1, 1) - _EPOCH).total_seconds())
_WHOLE = re.compile(r"^[+-]?\d{1,25}(\.0*)?$", re.ASCII)
MAX_CELL_DEPTH = 16
_TRUE, _FALSE = frozenset({"TRUE", "1", "YES", "Y"}), frozenset({"FALSE", "0", "NO", "N"})


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


def read_column(texts: pa.Array, field: LayoutField, lists: Lists = NO_LISTS) -> Column:
    """Typed values of cleaned texts (n,); a text that is no value of `field` becomes a fault, never a guess."""
    if field.type in DECIMALS:
        return read_decimals(texts, field)
    parse, arrow_type = _PARSERS[field.type]

    def parse_cell(text: str) -> Any:
        if text in EXCEL_ERRORS:
            return Fault("CELL_ERROR", "a value", text)
        return parse(text, field, lists)

    return by_distinct_text(texts, parse_cell, arrow_type)


def _day(text: str, field: LayoutField, _: Lists) -> dt.date | Fault:
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


def _instant(text: str, field: LayoutField, lists: Lists) -> dt.datetime | Noted | Fault:
    """UTC without a zone. A plain day is its first instant in UTC, noted."""
    if field.date_format == "unix":
        return _unix_instant(text)
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
    day = _day(text, field, lists)
    if isinstance(day, Fault):
        return Fault("BAD_DATE", "an instant such as 2024-03-31T16:00:00Z, or a day as YYYY-MM-DD", text)
    return Noted(dt.datetime.combine(day, dt.time()), "ZONE_ASSUMED")


def _unix_instant(text: str) -> dt.datetime | Fault:
    # 0 is what a provider states of a moment that has not come yet, never the first second of 1970.
    if not _UNIX.match(text) or int(text) == 0:
        return Fault("BAD_DATE", "an instant in whole seconds since 1970, above 0", text)
    if int(text) >= _UNIX_END:
        return Fault("BAD_DATE", "an instant in seconds since 1970, before the year 2201", text)
    return _EPOCH + dt.timedelta(seconds=int(text))


def _flag(text: str, field: LayoutField, _: Lists) -> bool | Fault:
    word = text.upper()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return Fault("BAD_TYPE", "TRUE or FALSE (or 1, 0, yes, no, y, n)", text)


def _identifier(text: str, field: LayoutField, _: Lists) -> str | Fault:
    if len(text) > 64:
        return Fault("TOO_LONG", "at most 64 characters", f"{len(text)} characters", is_quote=False)
    return text if _IDENTIFIER.match(text) else Fault("BAD_TYPE", "an id of letters, digits and . _ : / -", text)


def _text(text: str, field: LayoutField, _: Lists) -> str | Fault:
    if _CONTROL.search(text if field.type == "s" else _LINES.sub("", text)):
        return Fault("CONTROL_CHARACTER", "text without control characters", text)
    longest = LENGTHS[field.type]
    if len(text) > longest:
        return Fault("TOO_LONG", f"at most {longest:,} characters", f"{len(text):,} characters", is_quote=False)
    return unicodedata.normalize("NFC", text)


def code_of(text: str, field: LayoutField) -> str:
    """`text` as a code of `field` is written, which it need not be. Source: input-contracts 1.3, topic code."""
    code = text.upper().replace(" ", "_").replace("-", "_")
    return field.other_codes.get(code, code)


def _code(text: str, field: LayoutField, _: Lists) -> str | Fault:
    code = code_of(text, field)
    return code if code in field.codes else Fault("BAD_ENUM", f"one of {', '.join(field.codes)}", text)


def _currency(text: str, field: LayoutField, lists: Lists) -> str | Fault:
    code = text.upper()
    known = lists.currencies | lists.price_currencies if field.is_price_currency else lists.currencies
    return code if code in known else Fault("CURRENCY_UNKNOWN", "a currency code of ISO 4217", text)


@cache
def _countries() -> frozenset[str]:
    return frozenset(country.alpha_2 for country in pycountry.countries)


def _country(text: str, field: LayoutField, _: Lists) -> str | Fault:
    code = text.upper()
    return code if code in _countries() else Fault("BAD_ENUM", "a country code of ISO 3166-1, two letters", text)


def _whole(text: str, field: LayoutField, _: Lists) -> int | Fault:
    if not _WHOLE.match(text):
        return Fault("BAD_TYPE", "a whole number", text)
    value = int(text.partition(".")[0])
    if abs(value) >= 2**63:
        return Fault("OUT_OF_RANGE", "a whole number of at most 18 digits", text)
    if field.floor != "none" and value < (1 if field.must_be_positive else 0):
        return Fault("OUT_OF_RANGE", "a number > 0" if field.must_be_positive else "a number >= 0", text)
    if field.ceiling is not None and value > field.ceiling:
        return Fault("OUT_OF_RANGE", f"at most {field.ceiling}", text)
    return value


def _double(text: str, field: LayoutField, _: Lists) -> float | Fault:
    try:
        value = float(text)
    except ValueError:
        return Fault("BAD_TYPE", "a number", text)
    return value if math.isfinite(value) else Fault("NOT_FINITE", "a finite number", text)


def _month_day(text: str, field: LayoutField, lists: Lists) -> str | Fault:
    # 2000 has a 29 February, which a year end may be.
    is_day = re.fullmatch(r"\d{2}-\d{2}", text, re.ASCII) and not isinstance(_day(f"2000-{text}", field, lists), Fault)
    return text if is_day else Fault("BAD_DATE", "a day of the year as MM-DD", text)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())  # walks a folder of files each time it is asked


def _clock(text: str, field: LayoutField, _: Lists) -> str | Fault:
    parts = text.split(" ")
    is_time = re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", parts[0], re.ASCII)
    return (
        text
        if is_time and parts[1:] and parts[1] in _timezones() and len(parts) == 2
        else Fault("BAD_TYPE", "a time and its zone such as 17:00 UTC", text)
    )


def _document(text: str, field: LayoutField, lists: Lists) -> str | Fault:
    """Canonical JSON: sorted keys, no spaces, numbers as the text they stand in. Source: input-contracts 1.3."""
    try:
        document = strict_json(text)
    except (ValueError, RecursionError) as error:
        # What the parser says may name a key of the document.
        return Fault("BAD_JSON", "strict JSON" if field.is_restricted else f"strict JSON ({error})", text)
    if json_depth(document) > MAX_CELL_DEPTH:
        return Fault("TOO_LONG", f"JSON at most {MAX_CELL_DEPTH} levels deep", text)
    wrong = lists.shapes[field.shape](document) if field.shape is not None else None
    if wrong is not None:
        path, found = wrong
        expected = f"of the shape {field.shape}"
        if field.is_restricted:
            return Fault("BAD_JSON_SHAPE", expected, text)
        return Fault("BAD_JSON_SHAPE", expected, f"at {path}: {found}", is_quote=False)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


_PARSERS: Mapping[str, tuple[Callable[[str, LayoutField, Lists], Any], pa.DataType]] = {
    "day": (_day, pa.date32()),
    "instant": (_instant, pa.timestamp("us")),
    "yn": (_flag, pa.bool_()),
    "id": (_identifier, pa.string()),
    "s": (_text, pa.string()),
    "txt": (_text, pa.string()),
    "code": (_code, pa.string()),
    "ccy": (_currency, pa.string()),
    "ctry": (_country, pa.string()),
    "int": (_whole, pa.int64()),
    "num": (_double, pa.float64()),
    "month_day": (_month_day, pa.string()),
    "clock": (_clock, pa.string()),
    "json": (_document, pa.string()),
}
