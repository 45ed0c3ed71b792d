"""Conditions under which a step of a list applies, as terms. How they are measured does not belong here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

STATES = (
    "reinvesting",  # payment date on or before the end of the reinvestment period
    "liquidating",
    "event_of_default",
    "accelerated",
    "last_period",
    "hurdle_reached",
    "escrow_covers_hurdle",  # escrow and the cash at this step lift the sub notes to their hurdle
)


@dataclass(frozen=True)
class State:
    """One of STATES holds."""

    name: str


@dataclass(frozen=True)
class Controlling:
    """The group of this note is the most senior one outstanding."""

    note: str


@dataclass(frozen=True)
class Failing:
    """This test failed when it was measured."""

    test: str


@dataclass(frozen=True)
class Measure:
    """A figure is below a bound, at or above one, or above one.

    `what` is `cushion` (ratio less trigger of test `of`), `ratio` (of test `of`), `equity_irr` (through the payment
    date before), `balance` (of note or account `of`) or `share_of` (a share of the pool, `of` its name). An unknown
    figure makes the condition false.
    """

    what: str
    of: str
    below: Decimal | None
    at_least: Decimal | None
    above: Decimal | None = None


@dataclass(frozen=True)
class Dated:
    """The payment date is on or after `first`, and before `end`."""

    first: dt.date | None
    end: dt.date | None


@dataclass(frozen=True)
class Not:
    part: Condition


@dataclass(frozen=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    parts: tuple[Condition, ...]


Condition = State | Controlling | Failing | Measure | Dated | Not | Every | Some


def parse(raw: Any) -> Condition:
    """A condition from its form in a file: a state's name, or a mapping of one key.

    Raises ValueError saying what was expected. Source: clo-liabilities-waterfall 2.4; clo-extensions 4.
    """
    if isinstance(raw, str):
        if raw not in STATES:
            raise ValueError(f"one of {', '.join(STATES)}; found {raw!r}")
        return State(raw)
    if isinstance(raw, dict) and "share_of" in raw:
        return _share(raw)
    if not isinstance(raw, dict) or len(raw) != 1:
        raise ValueError(f"a state's name or one key with its value; found {raw!r}")
    ((key, value),) = raw.items()
    if key == "not":
        return Not(parse(value))
    if key in ("all", "any"):
        if not isinstance(value, list) or not value:
            raise ValueError(f"a list of conditions under {key!r}; found {value!r}")
        parts = tuple(parse(item) for item in value)
        return Every(parts) if key == "all" else Some(parts)
    if key == "controlling":
        return Controlling(str(value))
    if key == "failing":
        return Failing(str(value))
    if key in _SUBJECT:
        return _measure(key, value)
    if key in ("on_or_after", "before"):
        if not isinstance(value, dt.date):
            raise ValueError(f"a date under {key!r}; found {value!r}")
        return Dated(value, None) if key == "on_or_after" else Dated(None, value)
    raise ValueError(f"a known condition; found {key!r}")


_SUBJECT = {"cushion": "test", "ratio": "test", "equity_irr": None, "balance": "of"}


def _measure(what: str, value: Any) -> Measure:
    subject = _SUBJECT[what]
    allowed = {"below", "at_least", *([subject] if subject else [])}
    if not isinstance(value, dict) or not set(value) <= allowed or (subject and subject not in value):
        raise ValueError(f"keys {', '.join(sorted(allowed))} under {what!r}; found {value!r}")
    bounds = [_bound(value.get(name)) for name in ("below", "at_least")]
    if sum(bound is not None for bound in bounds) != 1:
        raise ValueError(f"either below or at_least under {what!r}; found {value!r}")
    return Measure(what, str(value[subject]) if subject else "", bounds[0], bounds[1])


def _share(raw: dict[str, Any]) -> Measure:
    """`{share_of: {what: figure}, above: bound}`: a share of the pool, named by what and figure together."""
    what = raw["share_of"]
    bounds = {name: _bound(raw.get(name)) for name in ("below", "at_least", "above")}
    is_named = isinstance(what, dict) and len(what) == 1
    if not is_named or set(raw) - {"share_of", *bounds} or sum(b is not None for b in bounds.values()) != 1:
        raise ValueError(f"one share, and one of below, at_least or above, under 'share_of'; found {raw!r}")
    ((name, figure),) = what.items()
    return Measure("share_of", f"{name} {figure}", bounds["below"], bounds["at_least"], bounds["above"])


def _bound(value: Any) -> Decimal | None:
    if value is None:
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"a number as a bound; found {value!r}") from None


def walk(condition: Condition | None) -> Iterator[Condition]:
    """The condition and everything it is built from."""
    if condition is None:
        return
    yield condition
    if isinstance(condition, Not):
        yield from walk(condition.part)
    elif isinstance(condition, Every | Some):
        for part in condition.parts:
            yield from walk(part)
