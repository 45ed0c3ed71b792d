"""Equity shared among classes of capital: preferences by rank, conversion where it pays, participation. No valuing.

Source: nav 2 (M-PE), input-contracts 4.2 (capital_structure).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

ZERO = Decimal(0)


@dataclass(frozen=True)
class CapitalClass:
    """`preference` is the amount of the whole class that comes before common stock; rank 1 is paid first.

    `conversion_ratio` is common shares for one share; None: cannot convert. A participating class takes its
    preference and its share of the rest, uncapped; another one takes the better of the two.
    """

    name: str
    rank: int
    preference: Decimal
    shares: Decimal
    held_shares: Decimal
    is_participating: bool = False
    conversion_ratio: Decimal | None = None

    @property
    def is_common(self) -> bool:
        return self.preference == 0

    @property
    def as_converted(self) -> Decimal:
        with precise():
            return self.shares * (self.conversion_ratio or ZERO)


def allocate_equity(equity: Decimal, classes: Sequence[CapitalClass]) -> dict[str, Decimal]:
    """What each class is paid if `equity` >= 0 is shared out today; the parts are the whole.

    Conversion test: the class that gives up least per common share decides first, and converts if that pays more
    than its preference, given those that have converted. Raises Unavailable DOMAIN where nobody takes what is left.
    """
    converted: frozenset[str] = frozenset()
    payments = _payments(equity, classes, converted)
    with precise():
        for each in sorted(_convertible(classes), key=lambda each: (each.preference / each.as_converted, each.name)):
            tried = _payments(equity, classes, converted | {each.name})
            if tried[each.name] > payments[each.name]:
                converted, payments = converted | {each.name}, tried
        preferences = sum((each.preference for each in classes), ZERO)
    if equity > preferences and not any(_takes_part(each, converted) for each in classes):
        raise Unavailable(
            "DOMAIN", f"a capital structure must say who takes what {equity} is beyond {preferences}, found no class"
        )
    return payments


def held_value(equity: Decimal, classes: Sequence[CapitalClass]) -> Decimal:
    """What of `equity` belongs to the holder of `held_shares` of each class."""
    payments = allocate_equity(equity, classes)
    with precise():
        return sum((payments[each.name] * each.held_shares / each.shares for each in classes), ZERO)


def read_classes(text: str) -> tuple[CapitalClass, ...]:
    """The cell capital_structure. Raises Unavailable MISSING_TERMS, DOMAIN, DUPLICATE_INPUT."""
    classes = tuple(_read_class(each) for each in json.loads(text, parse_float=Decimal, parse_int=Decimal))
    if not classes:
        raise Unavailable("MISSING_TERMS", "capital_structure must name a class at least, found none")
    if len({each.name for each in classes}) < len(classes):
        raise Unavailable("DUPLICATE_INPUT", "capital_structure must name each class once")
    return classes


def _read_class(stated: Mapping[str, Any]) -> CapitalClass:
    name = str(stated.get("class"))
    numbers = {key: _number(stated.get(key)) for key in ("preference", "conversion_ratio", "shares", "held_shares")}
    preference, shares, held = numbers["preference"] or ZERO, numbers["shares"], numbers["held_shares"]
    if shares is None or held is None:
        raise Unavailable("MISSING_TERMS", f"class {name}: shares and held_shares must be given")
    if shares <= 0 or not 0 <= held <= shares:
        raise Unavailable("DOMAIN", f"class {name}: held shares must be from 0 to {shares}, found {held}")
    if preference < 0:
        raise Unavailable("DOMAIN", f"class {name}: preference must not be below zero, found {preference}")
    ratio, is_participating = numbers["conversion_ratio"], bool(stated.get("participating"))
    if ratio is not None and ratio <= 0:
        raise Unavailable("DOMAIN", f"class {name}: conversion ratio must be above zero, found {ratio}")
    if preference and stated.get("rank") is None:
        raise Unavailable("MISSING_TERMS", f"class {name}: a preference needs a rank")
    if is_participating and preference and ratio is None:
        raise Unavailable("MISSING_TERMS", f"class {name}: one that participates needs a conversion ratio")
    return CapitalClass(
        name=name,
        rank=int(_number(stated.get("rank")) or 0),
        preference=preference,
        shares=shares,
        held_shares=held,
        is_participating=is_participating,
        # common stock is what others convert into
        conversion_ratio=Decimal(1) if ratio is None and not preference else ratio,
    )


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _convertible(classes: Sequence[CapitalClass]) -> list[CapitalClass]:
    return [each for each in classes if not each.is_common and not each.is_participating and each.conversion_ratio]


def _takes_part(each: CapitalClass, converted: frozenset[str]) -> bool:
    return each.is_common or each.is_participating or each.name in converted


def _payments(equity: Decimal, classes: Sequence[CapitalClass], converted: frozenset[str]) -> dict[str, Decimal]:
    """Preferences by rank, those of one rank in proportion; the rest by common shares."""
    paid = {each.name: ZERO for each in classes}
    left = equity
    preferred = [each for each in classes if not each.is_common and each.name not in converted]
    with precise():
        for rank in sorted({each.rank for each in preferred}):
            due = [each for each in preferred if each.rank == rank]
            total = sum((each.preference for each in due), ZERO)
            for each in due:
                paid[each.name] = each.preference if total <= left else left * each.preference / total
            left = max(ZERO, left - total)
        sharing = [each for each in classes if _takes_part(each, converted)]
        shares = sum((each.as_converted for each in sharing), ZERO)
        for each in sharing:
            paid[each.name] += left * each.as_converted / shares
    return paid
