"""Turns columns of text into exact decimals, naming every number that does not fit its field. Other types are values'.

Plain numbers are cast as whole columns; only the distinct texts that are not plain go through Python, one by one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column import EXCEL_ERRORS, Column, Fault, by_distinct_text
from ingestion.fields import LayoutField

# (precision, scale) of decimal fields. Source: input-contracts, notation and 2.1. A figure is only calculated with.
DECIMALS: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(("fx", "px", "amt", "qty"), (38, 12)),
    "money": (24, 4),
    "rate": (18, 12),
    "ratio": (28, 18),
    "figure": (38, 18),
    "units": (38, 0),
}
PERCENT_DIGITS = 2  # dividing by a hundred moves the point so far

_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$", re.ASCII)
_NOT_FINITE = re.compile(r"^[+-]?(nan|inf|infinity)$", re.IGNORECASE)
_EXACT = Context(prec=100)


def read_decimals(texts: pa.Array, field: LayoutField) -> Column:
    """Exact decimals: no text passes through a float. A column in percent is read two digits wider and its point moved."""
    precision, scale = DECIMALS[field.type]
    target = pa.decimal128(precision, scale)
    shift = PERCENT_DIGITS if field.is_percent else 0
    decimals = scale - shift
    plain = rf"^[+-]?\d{{1,{precision - scale}}}" + (rf"(\.\d{{1,{decimals}}})?$" if decimals else "$")
    is_plain = pc.fill_null(pc.match_substring_regex(texts, pattern=plain), False)
    cast = pc.if_else(is_plain, texts, pa.scalar(None, pa.string())).cast(pa.decimal128(precision, scale - shift))
    # The same integer at a scale two digits wider is the value divided by a hundred, exactly.
    values = pa.Array.from_buffers(target, len(cast), cast.buffers(), offset=cast.offset) if shift else cast
    faults: dict[int, Fault] = {}
    rest = indices(pc.and_(pc.is_valid(texts), pc.invert(is_plain)))
    if rest.size:
        column = by_distinct_text(texts.take(pa.array(rest)), lambda text: _decimal(text, field), target)
        mask = np.zeros(len(texts), dtype=bool)
        mask[rest] = True
        values = pc.replace_with_mask(values, pa.array(mask), column.values)
        faults = {int(rest[index]): fault for index, fault in column.faults.items()}
    return Column(_check_bounds(values, texts, field, faults), faults, {})


def _check_bounds(values: pa.Array, texts: pa.Array, field: LayoutField, faults: dict[int, Fault]) -> pa.Array:
    """Mark numbers outside the field's bounds; returns the values without them."""
    zero = pa.scalar(Decimal(0), values.type)
    if field.must_be_positive:
        values = _without(values, texts, pc.less_equal(values, zero), "a number > 0", faults)
    elif field.floor == "zero":
        values = _without(values, texts, pc.less(values, zero), "a number >= 0", faults)
    if field.ceiling is not None:
        limit = pa.scalar(field.ceiling, values.type)
        outside = pc.or_(pc.greater(values, limit), pc.less(values, pa.scalar(-field.ceiling, values.type)))
        example = ", a fraction such as 0.08 for 8 %" if field.type == "rate" else ""
        values = _without(values, texts, outside, f"at most {field.ceiling}{example}", faults)
    return values


def _without(
    values: pa.Array, texts: pa.Array, is_wrong: pa.Array, expected: str, faults: dict[int, Fault]
) -> pa.Array:
    wrong = pc.fill_null(is_wrong, False)
    faults |= {index: Fault("OUT_OF_RANGE", expected, texts[index].as_py()) for index in indices(wrong).tolist()}
    return pc.if_else(wrong, pa.scalar(None, values.type), values)


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


def indices(mask: pa.Array) -> npt.NDArray[np.int64]:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False))
