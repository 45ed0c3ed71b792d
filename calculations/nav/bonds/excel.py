"""The bond functions of Excel by its own conventions, under its names and in the order of its arguments.

Bases: 0 US 30/360, 1 actual/actual, 2 actual/360, 3 actual/365, 4 European 30/360. Rates are fractions a year, prices
per 100 of face. All raise Unavailable: BAD_SCHEDULE where the dates are not in order, UNSUPPORTED_CONVENTION for
another basis or a frequency other than 1, 2 and 4, DOMAIN where there is no result. Negative rates and yields, which
Excel refuses, are taken. For values by a bond's terms see `pricing`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations import daycount
from calculations.nav.bonds.period_flows import Moments, PeriodFlows, moments, periodic_rate, present_value
from calculations.nav.bonds.schedule import is_month_end, regular_dates, regular_period
from calculations.nav.day_fractions import year_fraction
from calculations.nav.numbers import precise, times
from calculations.nav.results import Unavailable

US_30_360, ACT_ACT, ACT_360, ACT_365, EU_30_360 = range(5)
_THIRTY_DAY_MONTHS = {US_30_360: "30_360_US", EU_30_360: "30E_360"}
_DAYS_IN_YEAR = {US_30_360: 360, ACT_360: 360, ACT_365: 365, EU_30_360: 360}
_YEAR_FRACTIONS = {
    US_30_360: daycount.US_30_360,
    ACT_ACT: daycount.ACT_ACT,
    ACT_360: daycount.ACT_360,
    ACT_365: daycount.ACT_365F,
    EU_30_360: daycount.EU_30_360,
}


@dataclass(frozen=True)
class _Coupons:
    """Where settlement lies among the coupons: how many are left, days since the last (A) and days in the period (E).

    The days to the next are E - A in prices and yields, on every basis: on 2 and 3, whose period is nominal, that is
    not the actual number, which COUPDAYSNC gives.
    """

    count: int
    accrued_days: int
    period_days: Fraction

    @property
    def accrued(self) -> Fraction:
        return self.accrued_days / self.period_days


def yearfrac(start: dt.date, end: dt.date, basis: int = 0) -> float:
    """Years between two dates, in either order. Basis 1 divides by the length of the year, or by the mean length of the
    calendar years touched where the dates are more than a year apart.
    """
    return daycount.year_fraction(start, end, _YEAR_FRACTIONS[_known(basis)])


def couppcd(settlement: dt.date, maturity: dt.date, frequency: int, basis: int = 0) -> dt.date:
    """The last coupon date on or before settlement. A maturity at a month's end puts every coupon at one."""
    return _period(settlement, maturity, frequency, basis)[0]


def coupncd(settlement: dt.date, maturity: dt.date, frequency: int, basis: int = 0) -> dt.date:
    """The next coupon date after settlement."""
    return _period(settlement, maturity, frequency, basis)[1]


def coupnum(settlement: dt.date, maturity: dt.date, frequency: int, basis: int = 0) -> int:
    """Coupons after settlement, the one at maturity included."""
    return _coupons(settlement, maturity, frequency, basis).count


def coupdaybs(settlement: dt.date, maturity: dt.date, frequency: int, basis: int = 0) -> int:
    """Days from the last coupon to settlement."""
    return _coupons(settlement, maturity, frequency, basis).accrued_days


def coupdays(settlement: dt.date, maturity: dt.date, frequency: int, basis: int = 0) -> Decimal:
    """Days in the coupon period: actual on basis 1, else 360 or 365 over the frequency, which may be 182.5."""
    return times(Decimal(1), _coupons(settlement, maturity, frequency, basis).period_days)


def coupdaysnc(settlement: dt.date, maturity: dt.date, frequency: int, basis: int = 0) -> int:
    """Days from settlement to the next coupon: actual, European 30/360, or what COUPDAYBS leaves (basis 0)."""
    last, following = _period(settlement, maturity, frequency, basis)
    if basis == US_30_360:
        return 360 // frequency - _days(last, settlement, basis)
    return _days(settlement, following, basis)


def price(
    settlement: dt.date,
    maturity: dt.date,
    rate: Decimal,
    yld: Decimal,
    redemption: Decimal,
    frequency: int,
    basis: int = 0,
) -> Decimal:
    """The clean price at a yield; simple interest takes the place of compound with one coupon left. Unrounded."""
    coupons = _coupons(settlement, maturity, frequency, basis)
    with precise():
        accrued = times(100 * rate / frequency, coupons.accrued)
        if coupons.count > 1:
            return present_value(_flows(coupons, rate, redemption, frequency), yld / frequency) - accrued
        growth = 1 + times(yld / frequency, 1 - coupons.accrued)
        if growth <= 0:
            raise Unavailable("DOMAIN", f"a yield must leave growth above 0 to the last coupon, found {yld}")
        return (redemption + 100 * rate / frequency) / growth - accrued


def yield_(
    settlement: dt.date,
    maturity: dt.date,
    rate: Decimal,
    pr: Decimal,
    redemption: Decimal,
    frequency: int,
    basis: int = 0,
) -> Decimal:
    """The yield at a clean price `pr`: the inverse of `price`, to some 45 digits rather than Excel's seven."""
    coupons = _coupons(settlement, maturity, frequency, basis)
    with precise():
        dirty = pr + times(100 * rate / frequency, coupons.accrued)
        if coupons.count > 1:
            return frequency * periodic_rate(_flows(coupons, rate, redemption, frequency), dirty)
        if dirty <= 0 or coupons.accrued == 1:
            raise Unavailable(
                "DOMAIN",
                f"a yield needs a dirty price above 0 and days to the last coupon, found {dirty} and "
                f"{coupons.accrued_days} of {coupons.period_days} days gone",
            )
        growth = (redemption + 100 * rate / frequency) / dirty
        return times(frequency * (growth - 1), 1 / (1 - coupons.accrued))


def duration(
    settlement: dt.date, maturity: dt.date, coupon: Decimal, yld: Decimal, frequency: int, basis: int = 0
) -> Decimal:
    """Macaulay duration in years at a redemption of 100; compound interest to the last coupon too."""
    with precise():
        return _moments(settlement, maturity, coupon, yld, frequency, basis).mean / frequency


def mduration(
    settlement: dt.date, maturity: dt.date, coupon: Decimal, yld: Decimal, frequency: int, basis: int = 0
) -> Decimal:
    """DURATION over 1 + yield / frequency."""
    with precise():
        return duration(settlement, maturity, coupon, yld, frequency, basis) / (1 + yld / frequency)


def accrint(
    issue: dt.date,
    first_interest: dt.date,
    settlement: dt.date,
    rate: Decimal,
    par: Decimal,
    frequency: int,
    basis: int = 0,
    calc_method: bool = True,
) -> Decimal:
    """Interest accrued from issue to settlement; without `calc_method`, from the first interest date once it is past.

    Coupon periods are counted from the first interest date. A period run through whole counts as one; a part of one is
    its days over those of the period. Unrounded, in the money of `par`.
    """
    if not issue < settlement:
        raise Unavailable("BAD_SCHEDULE", f"issue must lie before settlement {settlement}, found {issue}")
    day = first_interest if first_interest < settlement and not calc_method else issue
    periods = Fraction(0)
    while day < settlement:
        last, following = _period_around(first_interest, day, frequency, basis)
        until = min(following, settlement)
        is_whole = (day, until) == (last, following)
        periods += 1 if is_whole else _days(day, until, basis) / _period_days(last, following, frequency, basis)
        day = until
    with precise():
        return times(par * rate / frequency, periods)


def _known(basis: int) -> int:
    if basis not in _YEAR_FRACTIONS:
        raise Unavailable("UNSUPPORTED_CONVENTION", f"basis must be 0 to 4, found {basis}")
    return basis


def _period_around(anchor: dt.date, date: dt.date, frequency: int, basis: int) -> tuple[dt.date, dt.date]:
    _known(basis)
    if frequency not in (1, 2, 4):
        raise Unavailable("UNSUPPORTED_CONVENTION", f"frequency must be 1, 2 or 4; found {frequency}")
    return regular_period(anchor, date, frequency, is_end_of_month=is_month_end(anchor))


def _period(settlement: dt.date, maturity: dt.date, frequency: int, basis: int) -> tuple[dt.date, dt.date]:
    if not settlement < maturity:
        raise Unavailable("BAD_SCHEDULE", f"settlement must lie before maturity {maturity}, found {settlement}")
    return _period_around(maturity, settlement, frequency, basis)


def _coupons(settlement: dt.date, maturity: dt.date, frequency: int, basis: int) -> _Coupons:
    last, following = _period(settlement, maturity, frequency, basis)
    dates = regular_dates(maturity, settlement, frequency, is_end_of_month=is_month_end(maturity))
    return _Coupons(len(dates), _days(last, settlement, basis), _period_days(last, following, frequency, basis))


def _days(start: dt.date, end: dt.date, basis: int) -> int:
    if basis in _THIRTY_DAY_MONTHS:
        return int(360 * year_fraction(start, end, _THIRTY_DAY_MONTHS[basis]))
    return (end - start).days


def _period_days(last: dt.date, following: dt.date, frequency: int, basis: int) -> Fraction:
    return Fraction((following - last).days) if basis == ACT_ACT else Fraction(_DAYS_IN_YEAR[basis], frequency)


def _flows(coupons: _Coupons, rate: Decimal, redemption: Decimal, frequency: int) -> PeriodFlows:
    coupon = 100 * rate / frequency
    return PeriodFlows((*(coupon,) * (coupons.count - 1), coupon + redemption), 1 - coupons.accrued)


def _moments(
    settlement: dt.date, maturity: dt.date, coupon: Decimal, yld: Decimal, frequency: int, basis: int
) -> Moments:
    coupons = _coupons(settlement, maturity, frequency, basis)
    return moments(_flows(coupons, coupon, Decimal(100), frequency), yld / frequency)
