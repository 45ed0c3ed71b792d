"""Values read out of JSON terms: each is checked, or refused by its key. What the terms mean does not belong here.

Every function takes the path to name in an error, and raises ValueError with what was expected and what was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


def keys(path: str, given: Any, known: Sequence[str], required: Sequence[str]) -> dict[str, Any]:
    """The keys of an object that have a value; null means absent, unknown keys are refused even where null."""
    if not isinstance(given, Mapping):
        raise ValueError(f"{path}: expected an object, found {given!r}")
    present = {key: value for key, value in given.items() if value is not None}
    if unknown := [key for key in given if key not in known]:
        raise ValueError(f"{path}: expected only the keys {', '.join(known)}, found {', '.join(map(repr, unknown))}")
    if missing := [key for key in required if key not in present]:
        raise ValueError(f"{path}: expected the keys {', '.join(required)}, found no {', '.join(missing)}")
    return present


def items(path: str, given: Any) -> list[Any]:
    """The members of a list."""
    if not isinstance(given, list):
        raise ValueError(f"{path}: expected a list, found {given!r}")
    return given


def choice(path: str, given: Any, allowed: type[Choice]) -> Choice:
    """The member of a closed list that a text names."""
    try:
        return allowed(given)
    except ValueError:
        raise ValueError(f"{path}: expected one of {', '.join(allowed)}, found {given!r}") from None


def flag(path: str, given: Any) -> bool:
    """True or false."""
    if not isinstance(given, bool):
        raise ValueError(f"{path}: expected true or false, found {given!r}")
    return given


def fraction(path: str, given: Any) -> Decimal:
    """A rate or share, at least 0 and below 1, so that a rate given in per cent is refused."""
    return number(path, given, at_least=0, below=1)


def number(path: str, given: Any, *, at_least: int, below: int | None = None, at_most: int | None = None) -> Decimal:
    """A finite number in a range, from a text or a JSON number."""
    expected = f"a number >= {at_least}"
    expected += f" and < {below} (8 % is 0.08)" if below is not None else ""
    expected += f" and <= {at_most}" if at_most is not None else ""
    try:
        # str first: a JSON number that became a float means the shortest decimal that reads back as it.
        number = Decimal(str(given)) if isinstance(given, str | int | float | Decimal) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    in_range = (
        number.is_finite()
        and not isinstance(given, bool)
        and number >= at_least
        and (below is None or number < below)
        and (at_most is None or number <= at_most)
    )
    if not in_range:
        raise ValueError(f"{path}: expected {expected}, found {given!r}")
    return number
