"""Restating published NAVs: which versions are wrong and since when, and the versions that take their place.

Nothing is edited: a correction is a new version that names the one it corrects. Measuring an error is in errors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from calculations.nav.errors import NavError, judge
from calculations.nav.results import Unavailable

Treatment = Literal["NONE", "PROSPECTIVE", "RESTATE"]


@dataclass(frozen=True)
class NavVersion:
    """A published NAV per share of one class; several versions may stand for one day, the highest is current."""

    valuation_date: dt.date
    version: int
    nav_per_share: Decimal


@dataclass(frozen=True)
class Correction:
    """`version` takes the place of `corrects_version` on its day, whatever versions were struck between the two."""

    valuation_date: dt.date
    version: int
    corrects_version: int
    error: NavError


@dataclass(frozen=True)
class PricedOrder:
    """An order and the day whose NAV priced it."""

    order_id: str
    nav_date: dt.date


@dataclass(frozen=True)
class Restatement:
    """`treatment` PROSPECTIVE: the error is put right from now on and what was published stays; `corrections` is empty.

    RESTATE: every wrong NAV has a correction, and `order_ids` were priced at one of them and are to be reckoned again,
    as are fees and project NAVs of the `corrections`' days. `errors` are all wrong NAVs, days rising. `first_bad_date`
    is None where none is wrong. `treatment` is None where a threshold was not known, the reason in the errors.
    """

    treatment: Treatment | None
    first_bad_date: dt.date | None
    errors: Mapping[dt.date, NavError]
    corrections: tuple[Correction, ...]
    order_ids: tuple[str, ...]


def current_versions(versions: Iterable[NavVersion]) -> tuple[NavVersion, ...]:
    """The highest version of each day, days rising. Raises Unavailable DUPLICATE_INPUT for a version given twice."""
    found: dict[tuple[dt.date, int], NavVersion] = {}
    for each in versions:
        key = (each.valuation_date, each.version)
        if key in found:
            raise Unavailable("DUPLICATE_INPUT", f"version {each.version} of {each.valuation_date} stands twice")
        found[key] = each
    current = {day: found[day, version] for day, version in sorted(found)}
    return tuple(current.values())


def restate(
    versions: Iterable[NavVersion],
    correct: Mapping[dt.date, NavVersion],
    error_class: str,
    agreed_rate: Decimal | None = None,
    orders: Sequence[PricedOrder] = (),
) -> Restatement:
    """What to do about the published NAVs of a class once the correct ones are known.

    `correct` must hold every published day from the first wrong one on: a day left out would stay wrong unseen. A
    version that is correct itself stands there as it is. One material error makes every wrong NAV be restated, also
    those below the threshold. Raises Unavailable MISSING_TERMS (error class or a correct NAV), DUPLICATE_INPUT,
    DOMAIN. Source: nav 3 (Errors, Restatement).
    """
    current = current_versions(versions)
    wrong = [each for each in current if correct.get(each.valuation_date, each).nav_per_share != each.nav_per_share]
    if not wrong:
        return Restatement("NONE", None, {}, (), ())
    first = wrong[0].valuation_date
    unknown = [
        each.valuation_date for each in current if each.valuation_date >= first and each.valuation_date not in correct
    ]
    if unknown:
        days = ", ".join(map(str, unknown))
        raise Unavailable("MISSING_TERMS", f"the correct NAV of every day from {first} on is needed, none for {days}")
    errors = {
        each.valuation_date: judge(
            each.nav_per_share, correct[each.valuation_date].nav_per_share, error_class, agreed_rate
        )
        for each in wrong
    }
    verdicts = {error.is_material for error in errors.values()}
    if True not in verdicts:
        return Restatement(None if None in verdicts else "PROSPECTIVE", first, errors, (), ())
    corrections = tuple(
        Correction(each.valuation_date, correct[each.valuation_date].version, each.version, errors[each.valuation_date])
        for each in wrong
    )
    priced = sorted(order.order_id for order in orders if order.nav_date in errors)
    return Restatement("RESTATE", first, errors, corrections, tuple(priced))
