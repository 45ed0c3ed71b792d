"""How many calendar days a holding counts for in WAM, in WAL and against the limit on maturity. No weights, no limits.

Source: nav 4.1 (rule 2a-7 paragraph (i)), 4.2 (MMFR).
"""

from __future__ import annotations

import datetime as dt

from calculations.nav.money_market.regulation import regulation
from calculations.nav.money_market.terms import Holding, Regime
from calculations.nav.results import Unavailable

RESETTING = ("VARIABLE", "FLOATER")


def wam_days(holding: Holding, day: dt.date, regime: Regime) -> int:
    """Days to the next change of the rate, or to principal where the rule lets no reset shorten the life.

    Raises Unavailable: MISSING_TERMS where a date that the rule asks for is not stated, DOMAIN where it has passed.
    """
    principal = wal_days(holding, day, regime)
    if not holding.is_security:
        return principal
    if holding.coupon_kind is None and holding.next_reset_date is not None:
        raise _missing(holding, "coupon kind of a security whose rate resets")
    if holding.coupon_kind not in RESETTING:
        return principal
    if regime == "EU_MMFR":
        return min(principal, days_to_reset(holding, day))
    short_term = regulation(regime).definitions.short_term_days
    if holding.is_government_security(regime):
        reset = _reset_days(holding, day)
        return min(principal, reset) if reset <= short_term else principal
    is_floater = holding.coupon_kind == "FLOATER"
    if _final_days(holding, day) <= short_term:
        return 1 if is_floater else min(principal, _reset_days(holding, day))
    if not holding.has_demand_feature or is_floater:
        return principal
    return max(principal, _reset_days(holding, day))


def wal_days(holding: Holding, day: dt.date, regime: Regime) -> int:
    """Days until principal must be paid; resets do not count, demand features do.

    EU rules let a put end the life only where it can be relied on; a repo or deposit ends with its notice anywhere.
    Raises Unavailable as `wam_days`.
    """
    if holding.is_fund_units:
        if holding.redemption_days is None:
            raise _missing(holding, "days that the other fund may take to pay")
        return holding.redemption_days
    if holding.is_security:
        final = _final_days(holding, day)
        by_demand = holding.has_demand_feature and (regime == "US_2A7" or holding.can_rely_on_put)
        return min(final, _recovery_days(holding, day)) if by_demand else final
    if not holding.has_demand_feature:
        return _final_days(holding, day)
    recovery = _recovery_days(holding, day)
    return recovery if holding.final_maturity_date is None else min(recovery, _final_days(holding, day))


def residual_days(holding: Holding, day: dt.date, regime: Regime) -> int:
    """Days against the limit on maturity: shortened under rule 2a-7, to legal maturity under EU rules."""
    return wam_days(holding, day, regime) if regime == "US_2A7" else wal_days(holding, day, regime)


def days_to_reset(holding: Holding, day: dt.date) -> int:
    """Days to the next reset of a rate that resets, to maturity of one that does not. EU rules go by the date that a
    floater states; one that states none changes with its index.
    """
    if holding.coupon_kind not in RESETTING:
        return _final_days(holding, day)
    if holding.next_reset_date is not None:
        return _until(holding, "next reset date", holding.next_reset_date, day)
    return _reset_days(holding, day)


def _final_days(holding: Holding, day: dt.date) -> int:
    dates = [each for each in (holding.final_maturity_date, holding.redemption_date) if each is not None]
    if not dates:
        raise _missing(holding, "final maturity date")
    return _until(holding, "final maturity date", min(dates), day)


def _recovery_days(holding: Holding, day: dt.date) -> int:
    on_date = 0 if holding.demand_date is None else _until(holding, "demand date", holding.demand_date, day)
    return max(on_date, holding.demand_notice_days or 0)


def _reset_days(holding: Holding, day: dt.date) -> int:
    """A floater changes with its index, from one day to the next; a variable rate on its reset date."""
    if holding.coupon_kind == "FLOATER":
        return 1
    if holding.next_reset_date is None:
        raise _missing(holding, "next reset date of a variable rate")
    return _until(holding, "next reset date", holding.next_reset_date, day)


def _until(holding: Holding, name: str, date: dt.date, day: dt.date) -> int:
    if date < day:
        raise Unavailable("DOMAIN", f"{holding.holding_id}: {name} must be on or after {day}, found {date}")
    return (date - day).days


def _missing(holding: Holding, what: str) -> Unavailable:
    return Unavailable("MISSING_TERMS", f"{holding.holding_id}: expected the {what}, found none")
