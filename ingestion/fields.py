"""What one field of a file may be: its type, its bounds, how it is written. Which fields a file has is its contract's.

Source: input-contracts, notation and 1.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from ingestion.identifiers import Identifier

_DECIMAL = re.compile(r"^decimal\((\d+),\s*(\d+)\)$")
_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "double": pa.float64(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),  # UTC, without a zone
}


def arrow_type(column_type: str) -> pa.DataType:
    """Arrow type of a contract's column type: text, double, integer, bigint, boolean, date, timestamp, decimal(p,s)."""
    decimal = _DECIMAL.match(column_type)
    if decimal:
        return pa.decimal128(int(decimal.group(1)), int(decimal.group(2)))
    if column_type not in _ARROW_TYPES:
        raise ValueError(f"a column type must be one of {', '.join(_ARROW_TYPES)}, decimal(p,s), found {column_type!r}")
    return _ARROW_TYPES[column_type]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# fmt: off
FieldType = Literal[
    "id", "s", "txt", "ccy", "ctry", "code", "month_day", "clock", "json", "yn", "day", "instant",
    "money", "amt", "qty", "px", "fx", "rate", "ratio", "figure", "num", "int", "units",
]
# fmt: on
# Column types of the warehouse by type of field. Source: input-contracts, notation.
COLUMN_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("id", "s", "txt", "ccy", "ctry", "code", "month_day", "clock", "json"), "text"),
    **dict.fromkeys(("amt", "qty", "px", "fx"), "decimal(38,12)"),
    "money": "decimal(24,4)",
    "rate": "decimal(18,12)",
    "ratio": "decimal(28,18)",
    "figure": "decimal(38,18)",
    "num": "double",
    "int": "bigint",
    "units": "decimal(38,0)",
    "day": "date",
    "instant": "timestamp",
    "yn": "boolean",
}


class LayoutField(Frozen):
    """How one column of a file is read. `header` defaults to the field's own name. Source: input-contracts 1.2, 1.3."""

    type: FieldType
    header: str | None = None
    other_headers: tuple[str, ...] = ()  # names that mean the same field
    is_key: bool = False  # part of the row's key, and then required
    is_required: bool = False
    refers_to: str | None = None  # sheet, or group of sheets, in which the value must be a key
    points_to: str | None = None  # sheet that the value may be a key of; it need not be there
    known_in: str | None = None  # raw table of another kind in which the value must be a key
    or_by: tuple[str, ...] = ()  # fields, columns of that table too, one of which a row may fill instead
    default: str | None = None  # what an empty cell means; recorded where it is applied
    default_form: str | None = None  # the same, made of other fields of the row: CASH-{currency}; no key of any sheet
    default_from: Literal["feed_name", "known_at"] | None = None
    floor: Literal["none", "zero", "above_zero"] = "none"
    ceiling: Decimal | None = None
    bounds_rule: str | None = None  # code of the rule that the bounds are: RULE_VIOLATION (code), not OUT_OF_RANGE
    is_percent: bool = False  # the file states percent; the table keeps the fraction
    is_price_currency: bool = False  # codes that prices alone are quoted in, such as GBX, are allowed too
    is_restricted: bool = False  # personal or bank data: masked wherever people look
    date_format: Literal["iso", "us", "compact", "unix"] = "iso"  # unix: an instant in whole seconds since 1970
    first_year: int = 1900
    codes: tuple[str, ...] = ()
    other_codes: Mapping[str, str] = {}  # a code of other systems -> ours
    shape: str | None = None  # name of a JSON shape
    shape_by: str | None = None  # field of the row whose code is the name of the JSON shape
    identifier: Identifier | None = None  # whose check digit must agree; where it does not the row is kept, and noted
    no_row: tuple[str, ...] = ()  # texts that say: this line states nothing
    about: str = ""  # for the person who fills it in

    @property
    def must_be_positive(self) -> bool:
        return self.floor == "above_zero" or self.type in ("fx", "px")
