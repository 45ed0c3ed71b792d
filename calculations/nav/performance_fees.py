"""Performance fees above a high-water mark and a hurdle, per share or on a total. What an investor gets back is equalisation.

A fee accrues at every strike as what would be due today, and is owed for good only when it crystallises.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from calculations.nav.numbers import precise, stored
from calculations.nav.results import Unavailable

HurdleType = Literal["NONE", "HARD", "SOFT"]
Crystallisation = Literal["MONTHLY", "QUARTERLY", "ANNUAL"]

_MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "ANNUAL": 12}


@dataclass(frozen=True)
class PerformanceTerms:
    """`rate` and `hurdle_rate` (a year, on the mark) are fractions.

    HARD charges only what lies above mark and hurdle. SOFT charges everything above the mark once the hurdle is
    passed, at once, or with `catch_up_rate` at most that share of what lies above the hurdle, so that passing it costs
    the investor nothing at first.
    """

    rate: Decimal
    hurdle_type: HurdleType = "NONE"
    hurdle_rate: Decimal | None = None
    catch_up_rate: Decimal | None = None


@dataclass(frozen=True)
class Crystallised:
    """`fee` is owed from now on; `net` is what is left; `mark` is the high-water mark from the next day."""

    fee: Decimal
    net: Decimal
    mark: Decimal


def hurdle_amount(terms: PerformanceTerms, mark: Decimal, elapsed: Fraction) -> Decimal:
    """What the mark has to earn in `elapsed` years without compounding, in the unit of `mark`, unrounded.

    Raises Unavailable MISSING_TERMS where a hurdle has no rate, DOMAIN where rate or time is negative.
    """
    if terms.hurdle_type == "NONE":
        return Decimal(0)
    if terms.hurdle_rate is None:
        raise Unavailable("MISSING_TERMS", f"hurdle_rate must be given for a {terms.hurdle_type} hurdle, found none")
    if terms.hurdle_rate < 0 or elapsed < 0:
        raise Unavailable("DOMAIN", f"hurdle_rate and time must be >= 0, found {terms.hurdle_rate} and {elapsed}")
    with precise():
        return mark * terms.hurdle_rate * elapsed.numerator / elapsed.denominator


def performance_fee(terms: PerformanceTerms, gross: Decimal, mark: Decimal, hurdle: Decimal = Decimal(0)) -> Decimal:
    """The fee accrued on a gross NAV, unrounded: all three amounts per share, or all three totals in one currency.

    Never negative: below the mark there is no fee, and what accrued before is released. Raises Unavailable DOMAIN
    where the rate is outside 0..1, the mark or hurdle negative, or the catch-up outside rate..1.
    Source: nav 2 (M-QNT).
    """
    if not 0 <= terms.rate <= 1 or mark < 0 or hurdle < 0:
        found = f"rate {terms.rate}, mark {mark}, hurdle {hurdle}"
        raise Unavailable("DOMAIN", f"expected a rate in 0..1, a mark and a hurdle >= 0; found {found}")
    with precise():
        above_mark = gross - mark
        above_hurdle = above_mark - (hurdle if terms.hurdle_type != "NONE" else 0)
        if above_hurdle <= 0:
            return Decimal(0)
        if terms.hurdle_type != "SOFT":
            return terms.rate * above_hurdle
        if terms.catch_up_rate is None:
            return terms.rate * above_mark
        if not terms.rate <= terms.catch_up_rate <= 1:
            raise Unavailable("DOMAIN", f"catch_up_rate must be in {terms.rate}..1, found {terms.catch_up_rate}")
        return min(terms.rate * above_mark, terms.catch_up_rate * above_hurdle)


def fee_within(terms: PerformanceTerms, net: Decimal, mark: Decimal, hurdle: Decimal = Decimal(0)) -> Decimal:
    """The fee that a NAV stated after it is net of, unrounded: `performance_fee` read backwards.

    Raises Unavailable as `performance_fee`, and DOMAIN where two gross NAVs leave the same `net` (a soft hurdle that
    costs the investor something when it is passed) or a fee takes everything.
    """
    above_hurdle = net - mark - (hurdle if terms.hurdle_type != "NONE" else 0)
    performance_fee(terms, net, mark, hurdle)  # refuses terms that are none
    if terms.rate == 1 or terms.catch_up_rate == 1:
        raise Unavailable("DOMAIN", "a fee that takes all of a gain cannot be told from the NAV after it")
    with precise():
        if terms.hurdle_type != "SOFT":
            return max(above_hurdle, Decimal(0)) * terms.rate / (1 - terms.rate)
        whole = (net - mark) * terms.rate / (1 - terms.rate)
        if terms.catch_up_rate is not None:
            caught_up = max(above_hurdle, Decimal(0)) * terms.catch_up_rate / (1 - terms.catch_up_rate)
            return min(max(whole, Decimal(0)), caught_up)
        if above_hurdle > 0:
            return whole
        if above_hurdle + whole > 0:
            raise Unavailable("DOMAIN", f"a NAV of {net} may have paid a soft hurdle of {hurdle} over {mark} or not")
        return Decimal(0)


def mark_after_flow(mark: Decimal, shares_before: Decimal, shares_after: Decimal) -> Decimal:
    """A mark kept as a total, after shares were issued or redeemed: the mark per share stays what it was, unrounded.

    Money that comes in would otherwise count as performance. Raises Unavailable NO_SHARES, DOMAIN.
    """
    if shares_before <= 0:
        raise Unavailable("NO_SHARES", f"a total mark is scaled by shares above zero, found {shares_before}")
    if shares_after < 0:
        raise Unavailable("DOMAIN", f"shares must be >= 0, found {shares_after}")
    with precise():
        return mark * shares_after / shares_before


def crystallise(terms: PerformanceTerms, gross: Decimal, mark: Decimal, hurdle: Decimal = Decimal(0)) -> Crystallised:
    """The end of a performance period, amounts as in `performance_fee`.

    The mark moves up to what is left after the fee, and only by a fee: a gain that stayed below its hurdle leaves it.
    """
    fee = performance_fee(terms, gross, mark, hurdle)
    with precise():
        net = gross - fee
    return Crystallised(fee, net, net if fee > 0 else mark)


def crystallised_by_redemption(accrued_per_share: Decimal, shares: Decimal) -> Decimal:
    """The accrued fee of shares that leave before the period ends, stored: it is owed and no later loss takes it back."""
    if shares < 0 or accrued_per_share < 0:
        raise Unavailable("DOMAIN", f"expected amounts >= 0, found {accrued_per_share} a share and {shares} shares")
    with precise():
        return stored(accrued_per_share * shares)


def period_end(day: dt.date, crystallisation: Crystallisation) -> dt.date:
    """The last calendar day of the performance period that `day` lies in; periods follow the calendar year."""
    months = _MONTHS[crystallisation]
    month = (day.month + months - 1) // months * months
    return dt.date(day.year, month, calendar.monthrange(day.year, month)[1])


def is_crystallised_on(day: dt.date, next_strike: dt.date, crystallisation: Crystallisation) -> bool:
    """Whether the strike of `day` is the last one of its performance period."""
    if next_strike <= day:
        raise Unavailable("BAD_SCHEDULE", f"the next strike must be after {day}, found {next_strike}")
    return next_strike > period_end(day, crystallisation)
