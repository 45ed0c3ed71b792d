"""Errors of a published NAV: how far it was off, whether that is material, and who lost what. Correcting it is restatement.

Thresholds are data: those of the circular by error class, and the custom of the United States, which is named as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.numbers import precise, stored
from calculations.nav.results import Reason, Unavailable

FILE = Path(__file__).with_name("tables") / "nav_errors.yaml"

Rate = Annotated[Decimal, Field(gt=0, lt=1)]
Direction = Literal["OVERSTATED", "UNDERSTATED", "NONE"]
Party = Literal["FUND", "SUBSCRIBERS", "REDEEMERS"]


class Circular(Terms):
    """Threshold by error class, fractions; a class under an agreed threshold has none of its own, only a maximum."""

    name: str
    in_force_from: dt.date
    threshold_rates: Mapping[str, Rate]
    agreed_threshold_maximum_rates: Mapping[str, Rate]


class Custom(Terms):
    """A custom of a market: an amount per share, in its currency, and a fraction of the NAV."""

    amount_per_share: Annotated[Decimal, Field(gt=0)]
    rate: Rate


class ErrorRules(Terms):
    """The packaged table."""

    circular: Circular
    us_custom: Custom


@cache
def error_rules() -> ErrorRules:
    """The thresholds in use. Raises ValueError where the table is not valid."""
    return read_policy(FILE, ErrorRules)


@dataclass(frozen=True)
class NavError:
    """A published NAV per share against the correct one. `deviation` is a signed fraction of the correct one, unrounded.

    `is_material` is None, with the reason, where the class has no threshold that can be applied.
    """

    published: Decimal
    correct: Decimal
    error_class: str
    direction: Direction
    deviation: Decimal
    threshold: Decimal | None
    is_material: bool | None
    reason: Reason | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Loss:
    """`amount` in the currency of the NAV, stored and above zero, that `loser` lost to `gainer`."""

    loser: Party
    gainer: Party
    shares: Decimal
    amount: Decimal


def deviation(published: Decimal, correct: Decimal) -> Decimal:
    """(published - correct) / correct, unrounded. Raises Unavailable DOMAIN where the correct NAV is not above zero."""
    if correct <= 0:
        raise Unavailable("DOMAIN", f"the correct NAV must be above zero to measure an error by, found {correct}")
    with precise():
        return (published - correct) / correct


def judge(published: Decimal, correct: Decimal, error_class: str, agreed_rate: Decimal | None = None) -> NavError:
    """The error against the threshold of its class; one that reaches the threshold is material.

    `agreed_rate` is the threshold a fund has set by its own analysis, where the class asks for that; without it, above
    the maximum of the class, or for a class that the circular does not know, it is not known whether the error is
    material. Raises Unavailable DOMAIN as `deviation`. Source: nav 3 (Errors: CSSF 24/856).
    """
    off = deviation(published, correct)
    direction: Direction = "OVERSTATED" if off > 0 else "UNDERSTATED" if off < 0 else "NONE"
    try:
        threshold = threshold_rate(error_class, agreed_rate)
    except Unavailable as unknown:
        return NavError(published, correct, error_class, direction, off, None, None, unknown.reason, unknown.detail)
    return NavError(published, correct, error_class, direction, off, threshold, abs(off) >= threshold and off != 0)


def threshold_rate(error_class: str, agreed_rate: Decimal | None = None) -> Decimal:
    """From which deviation on an error is material, a fraction. Raises Unavailable MISSING_TERMS, DOMAIN."""
    circular = error_rules().circular
    if error_class in circular.threshold_rates:
        return circular.threshold_rates[error_class]
    if error_class not in circular.agreed_threshold_maximum_rates:
        known = ", ".join([*circular.threshold_rates, *circular.agreed_threshold_maximum_rates])
        raise Unavailable("MISSING_TERMS", f"error_class must be one of {known}; found {error_class!r}")
    most = circular.agreed_threshold_maximum_rates[error_class]
    if agreed_rate is None:
        raise Unavailable(
            "MISSING_TERMS", f"{error_class}: the threshold that the analysis set must be given, found none"
        )
    if not 0 < agreed_rate <= most:
        raise Unavailable("DOMAIN", f"{error_class}: the agreed threshold must be in 0..{most}, found {agreed_rate}")
    return agreed_rate


def reaches_us_custom(published: Decimal, correct: Decimal) -> bool:
    """Whether an error reaches what is customary in the United States, a cent per share and half a percent of the NAV.

    No rule stands behind it, so it decides nothing here; it is shown beside the circular's verdict.
    """
    custom = error_rules().us_custom
    with precise():
        return abs(published - correct) >= custom.amount_per_share and abs(deviation(published, correct)) >= custom.rate


def losses(error: NavError, subscribed: Decimal, redeemed: Decimal) -> tuple[Loss, ...]:
    """Who lost what by the shares dealt at a wrong NAV, subscribers first; nothing where nothing was dealt or off.

    An overstated NAV makes subscribers pay too much, to the fund, and pays redeemers too much, out of the fund; an
    understated one the other way round. Raises Unavailable DOMAIN for negative shares. Source: nav 3 (Errors).
    """
    if subscribed < 0 or redeemed < 0:
        raise Unavailable("DOMAIN", f"shares dealt must be >= 0, found {subscribed} and {redeemed}")
    with precise():
        gap = abs(error.published - error.correct)
        amounts = stored(subscribed * gap), stored(redeemed * gap)
    pairs: tuple[tuple[Party, Party], ...] = (("SUBSCRIBERS", "FUND"), ("FUND", "REDEEMERS"))
    if error.direction == "UNDERSTATED":
        pairs = tuple((gainer, loser) for loser, gainer in pairs)
    dealt = zip(pairs, (subscribed, redeemed), amounts, strict=True)
    return tuple(Loss(loser, gainer, shares, amount) for (loser, gainer), shares, amount in dealt if amount > 0)
