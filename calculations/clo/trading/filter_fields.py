"""The fields that an asset filter may name: their column, kind and how a value of each is read. The grammar is in filters.

Source: clo-compliance 5.7; clo-workbook 1.7 and 4 (value rules).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from calculations.clo.reference import rating_scale

Kind = Literal["moodys", "sp", "text", "country", "opinion", "flag", "number", "fraction", "day"]
Value = str | float | bool | dt.date

UNRATED = "NR"
HOLD = "HOLD"  # what a blank opinion means (clo-compliance 5.7)
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d+)?")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})([T ]00:00(:00)?)?")
_US_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_FLAGS = {"YES": True, "Y": True, "TRUE": True, "1": True, "NO": False, "N": False, "FALSE": False, "0": False}
_OPINIONS = {"BUY": "BUY", "HOLD": HOLD, "SALE": "SELL", "SELL": "SELL"}


@dataclass(frozen=True)
class Field:
    """A field by its name on the filter sheet, the column of the assets that it reads, and other spellings of it."""

    name: str
    column: str
    kind: Kind
    aliases: tuple[str, ...] = ()

    @property
    def is_ordered(self) -> bool:
        """Whether < > <= >= mean anything for it."""
        return self.kind in ("moodys", "sp", "number", "fraction", "day")

    @property
    def expected(self) -> str:
        """What a value of the field must be, for messages."""
        return {
            "moodys": "a rating of Moody's scale, or NR",
            "sp": "a rating of S&P's scale, or NR",
            "text": "a text",
            "country": "a country",
            "opinion": "Buy, Hold or Sale",
            "flag": "true, false, yes or no",
            "number": "a number",
            "fraction": "a fraction, or a percentage with its sign",
            "day": "a date as year-month-day or month/day/year",
        }[self.kind]


FIELDS: tuple[Field, ...] = (
    Field("Moody's Rating", "moodys_rating", "moodys"),
    Field("Moody's Rating WARF", "moodys_rating_warf", "moodys"),
    Field("Moody's Rating DPR", "moodys_dp_rating", "moodys"),
    Field("S&P Industry", "sp_industry", "text"),
    Field("Moody Industry", "moodys_industry", "text", ("Moody's Industry",)),
    Field("S&P Rating", "sp_rating", "sp"),
    Field("Country", "country", "country"),
    Field("Cov-Lite", "is_cov_lite", "flag"),
    Field("WAL", "wal", "number"),
    Field("Market Value", "market_value", "number"),
    Field("Coupon", "coupon", "fraction"),
    Field("WAS", "coupon_spread", "fraction"),
    Field("LIBOR Floor", "libor_floor", "fraction"),
    Field("Maturity", "maturity", "day"),
    Field("Facility Size", "facility_size", "number"),
    Field("Moody's Recovery Rate", "moodys_recovery_rate", "fraction"),
    Field("Analyst Opinion", "credit_opinion", "opinion", ("Analyst Opinnion",)),
)


def folded(text: str) -> str:
    """A text as names and values are compared: one case, one apostrophe, single spaces."""
    return " ".join(text.upper().replace("’", "'").split())


FIELD_OF: Mapping[str, Field] = {folded(name): field for field in FIELDS for name in (field.name, *field.aliases)}


def read_value(field: Field, text: str) -> Value | None:
    """The value that a text states for a field, in its plain form; None where the text is no value of the field.

    Numbers may carry thousands separators; the percent sign divides by a hundred where the field is a fraction and is
    dropped where it is in percent already. "NR" asks for assets without a rating.
    """
    key = folded(text)
    if not key:
        return None
    match field.kind:
        case "moodys" | "sp":
            return key if key == UNRATED or key in rating_scale().rank_of[field.kind] else None
        case "text" | "country":
            return " ".join(text.replace("’", "'").split())
        case "opinion":
            return _OPINIONS.get(key)
        case "flag":
            return _FLAGS.get(key)
        case "day":
            return _day(key)
        case _:
            return _number(key, is_fraction=field.kind == "fraction")


def value_text(value: Value) -> str:
    """A value as it is written in a filter; it reads back as the same value."""
    match value:
        case bool():
            return "true" if value else "false"
        case dt.date():
            return value.isoformat()
        case float():
            return repr(value)
        case _:
            return '"' + value.replace('"', '""') + '"'


def _number(text: str, *, is_fraction: bool) -> float | None:
    body = text.removesuffix("%").strip()
    if not _NUMBER.fullmatch(body) or not any(letter.isdigit() for letter in body):
        return None
    number = float(body.replace(",", ""))
    if number in (float("inf"), float("-inf")):
        return None
    return number / 100.0 if is_fraction and text.endswith("%") else number


def _day(text: str) -> dt.date | None:
    if iso := _ISO_DAY.fullmatch(text):
        year, month, day = iso.group(1), iso.group(2), iso.group(3)
    elif us := _US_DAY.fullmatch(text):
        month, day, year = us.groups()
    else:
        return None
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
