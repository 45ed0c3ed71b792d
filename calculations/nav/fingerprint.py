"""A hash of what a strike was made from, so that the same inputs are recognised as the same strike. No arithmetic.

Only evidence that was used is in it: a late price for an instrument not held leaves the hash as it was.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal
from functools import lru_cache
from operator import attrgetter
from types import NoneType
from typing import Any

from calculations.nav.results import NavLine, Valuation
from calculations.nav.terms import DealtOrder, ProductTerms, Rate, ShareClass
from calculations.nav.valuation_point import AsOf, ValuationPoint

_WIDE = Context(prec=400)
_FIELDS: dict[type, Callable[[Any], tuple[Any, ...]]] = {}


def inputs_hash(
    product: ProductTerms,
    point: ValuationPoint,
    classes: Sequence[ShareClass],
    lines: Sequence[NavLine],
    valuation: Valuation,
    dealt: Sequence[DealtOrder] = (),
) -> str:
    """SHA-256 in hex; the same whatever the order of the inputs and the trailing zeros of their numbers.

    Lines carry quantities, prices and rates used; `valuation` the version of the method and what it assumed and
    measured; `dealt` the orders that swung a class. Source: nav 1.3 and 6.
    """
    evidence = (
        ("method", valuation.method, valuation.measurement_basis),
        ("assumptions", valuation.assumptions),
        ("measures", valuation.measures),
        ("product", product),
        ("point", point.date, point.cutoff.astimezone(dt.UTC)),
        ("classes", tuple(sorted(classes, key=lambda each: each.share_class_id))),
        *(("dealt", order) for order in sorted(dealt, key=lambda each: each.order_id)),
    )
    digest = hashlib.sha256(_text(evidence).encode())
    for line in sorted(lines, key=attrgetter("line_id")):
        digest.update(_line(line).encode())
    return digest.hexdigest()


# What a line keeps at 12 decimals or in words reads the same however it was made; its other numbers are as they were given.
_NUMBERS = ("quantity", "contract_size", "price", "fx_rate", "basis_amount", "rate", "year_fraction")
_KEPT = [name for name in NavLine._fields if name not in (*_NUMBERS, "fx_quotes")]
_PRICED, _EXCHANGED = _KEPT.index("price_as_of"), _KEPT.index("fx_as_of")
_before_price, _between, _after_rate = (
    attrgetter(*names) for names in (_KEPT[:_PRICED], _KEPT[_PRICED + 1 : _EXCHANGED], _KEPT[_EXCHANGED + 1 :])
)
_as_given = attrgetter(*_NUMBERS)


def _line(line: NavLine) -> str:
    # a strike has thousands of fields, and a call for each would be most of its time
    given = ",".join([_number(number) if number is not None else "~" for number in _as_given(line)])
    priced, exchanged = _instant(line.price_as_of), _instant(line.fx_as_of)
    before, between, after = repr(_before_price(line)), repr(_between(line)), repr(_after_rate(line))
    # the fields that are kept, as the tuple of them reads
    kept = f"{before[:-1]}, {priced}, {between[1:-1]}, {exchanged}, {after[1:]}"
    return f"{kept}|{given}|{_quotes(line.fx_quotes) if line.fx_quotes else ''}\n"


def _instant(as_of: AsOf | None) -> str:
    # instants are equal whatever their zone, but do not read the same
    return _written(as_of, as_of.tzinfo, as_of.fold) if isinstance(as_of, dt.datetime) else repr(as_of)


@lru_cache(maxsize=4096)  # most lines of a day have the same one, and writing it takes as long as half of the line
def _written(instant: dt.datetime, zone: dt.tzinfo | None, fold: int) -> str:
    return repr(instant)


def _text(value: Any) -> str:
    """A value in words that no other value has: each kind of it is written so that it cannot be read as another."""
    write = _WRITTEN.get(type(value))
    return write(value) if write is not None else _record(value)


def _record(record: Any) -> str:
    """A dataclass as its fields in order. Raises TypeError for anything else, a float among it."""
    return f"{type(record).__name__}({','.join(map(_text, _fields(record)(record)))})"


def _fields(record: Any) -> Callable[[Any], tuple[Any, ...]]:
    kind = type(record)
    if kind not in _FIELDS:
        if not dataclasses.is_dataclass(kind):
            raise TypeError(f"expected a number, a text or a date, found {kind.__name__} {record!r}")
        _FIELDS[kind] = attrgetter(*(field.name for field in dataclasses.fields(kind)))
    return _FIELDS[kind]


@lru_cache(maxsize=4096)  # every line in a currency has the same ones
def _quotes(rates: tuple[Rate, ...]) -> str:
    return ",".join(map(_record, rates))


def _number(number: Decimal) -> str:
    # 1.0 and 1.00 are one number, and so are 0 and -0; the context is wider than any number, so nothing is rounded
    return str(number.normalize(_WIDE)) if number else "0"


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda nothing: "~",
    str: repr,
    bool: repr,
    int: lambda number: f"#{number}",
    Decimal: _number,
    dt.date: dt.date.isoformat,
    dt.datetime: lambda instant: instant.isoformat(),
    tuple: lambda values: f"[{','.join(map(_text, values))}]",
}
