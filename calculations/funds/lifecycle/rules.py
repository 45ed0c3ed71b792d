"""What must hold of allocations and their calls, as findings. The limits themselves, funds and derived statuses do not belong here.

Source: fund-admin 1.9, limits; 1.4 CC-6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np

from calculations.clo.columns import Ints
from calculations.exact.minor_units import as_money
from calculations.funds.lifecycle.allocations import Allocations, Calls
from calculations.funds.lifecycle.findings import Finding, Groups, Severity, found
from calculations.funds.lifecycle.limits import Limits
from calculations.funds.lifecycle.payments import is_cancelled, planned_amounts
from calculations.months import add_months

CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


def allocation_findings(rows: Allocations, limits: Limits, today: dt.date) -> tuple[Finding, ...]:
    """Breaches by single allocations and by those of one deal or one fund together, critical ones and warnings."""
    return (
        *_amounts(rows, limits),
        *_warnings(rows, limits),
        *_deals(rows, limits),
        *_other(rows, limits, today),
        *_stated_weights(rows, limits),
    )


def _amounts(rows: Allocations, limits: Limits) -> Iterator[Finding]:
    def finding(code: str, is_breach: np.ndarray, expected: str) -> Iterator[Finding]:
        return found(
            code,
            CRITICAL,
            "ALLOCATION",
            rows.allocation_id,
            is_breach,
            lambda i: f"amount must be {expected}, found {as_money(rows.amount[i], rows.scale[i])} {rows.currency[i]}",
        )

    low, high = limits.allocation_minimum, limits.allocation_maximum
    yield from finding("ALLOCATION_BELOW_MINIMUM", rows.amount < low * rows.scale, f"at least {low}")
    yield from finding("ALLOCATION_ABOVE_MAXIMUM", rows.amount > high * rows.scale, f"at most {high}")
    yield from finding(
        "APPROVAL_MISSING",
        (rows.amount >= limits.approval_threshold * rows.scale) & ~rows.is_approved,
        f"approved from {limits.approval_threshold}",
    )
    for name in ("amount", "called", "paid", "market_value", "distributions"):
        values: Ints = getattr(rows, name)
        yield from found(
            "NEGATIVE_AMOUNT",
            CRITICAL,
            "ALLOCATION",
            rows.allocation_id,
            values < 0,
            lambda i, name=name, values=values: f"{name} must be >= 0, found {as_money(values[i], rows.scale[i])}",  # type: ignore[misc]
        )
    # In whole numbers: paid x 100 above amount x 110, so that no rounding decides.
    top, bottom = limits.paid_limit.as_integer_ratio()
    yield from found(
        "PAID_ABOVE_COMMITMENT",
        CRITICAL,
        "ALLOCATION",
        rows.allocation_id,
        rows.paid * bottom > rows.amount * top,
        lambda i: (
            f"paid must be at most {limits.paid_limit} of {as_money(rows.amount[i], rows.scale[i])}, "
            f"found {as_money(rows.paid[i], rows.scale[i])}"
        ),
    )


def _warnings(rows: Allocations, limits: Limits) -> Iterator[Finding]:
    def finding(code: str, is_breach: np.ndarray, why: str) -> Iterator[Finding]:
        return found(
            code,
            WARNING,
            "ALLOCATION",
            rows.allocation_id,
            is_breach,
            lambda i: f"{why}, found {as_money(rows.amount[i], rows.scale[i])} {rows.currency[i]}",
        )

    large, high, round_from = (
        limits.allocation_maximum_warning,
        limits.high_value_warning,
        limits.round_number_warning,
    )
    is_above_maximum = rows.amount > limits.allocation_maximum * rows.scale
    yield from finding(
        "ALLOCATION_LARGE_FOR_FUND",
        (rows.amount > large * rows.scale) & ~is_above_maximum,
        f"an allocation above {large} is looked at",
    )
    yield from finding("HIGH_VALUE", rows.amount >= high * rows.scale, f"a value from {high} is looked at")
    is_round = rows.amount % (limits.round_number_step * rows.scale) == 0
    yield from finding(
        "ROUND_NUMBER",
        (rows.amount >= round_from * rows.scale) & is_round,
        f"a whole multiple of {limits.round_number_step} from {round_from} may be an estimate",
    )


def _deals(rows: Allocations, limits: Limits) -> Iterator[Finding]:
    pairs = Groups.of(rows.deal_id, rows.fund_id)
    yield from found(
        "DUPLICATE_ALLOCATION",
        CRITICAL,
        "ALLOCATION",
        rows.allocation_id,
        pairs.counts()[pairs.number] > 1,
        lambda i: f"a fund has one allocation of a deal, found several of {rows.deal_id[i]} by {rows.fund_id[i]}",
    )
    deals = Groups.of(rows.deal_id)
    counts = deals.counts()
    yield from found(
        "TOO_MANY_ALLOCATIONS",
        CRITICAL,
        "DEAL",
        rows.deal_id[deals.first],
        counts > limits.allocations_per_deal,
        lambda g: f"a deal has at most {limits.allocations_per_deal} allocations, found {counts[g]}",
    )
    # Amounts of two currencies are never added.
    by_currency = Groups.of(rows.deal_id, rows.currency)
    total, scale = by_currency.sums(rows.amount), rows.scale[by_currency.first]
    yield from found(
        "LARGE_DEAL",
        WARNING,
        "DEAL",
        rows.deal_id[by_currency.first],
        total > limits.large_deal_warning * scale,
        lambda g: (
            f"a deal above {limits.large_deal_warning} is looked at, found {as_money(total[g], scale[g])} "
            f"{rows.currency[by_currency.first[g]]}"
        ),
    )


def _other(rows: Allocations, limits: Limits, today: dt.date) -> Iterator[Finding]:
    last = add_months(today, limits.months_ahead)
    yield from found(
        "ALLOCATION_DATE_TOO_FAR",
        CRITICAL,
        "ALLOCATION",
        rows.allocation_id,
        rows.allocation_date > last,
        lambda i: f"allocation date must be {last} or earlier, found {rows.allocation_date[i]}",
    )
    yield from found(
        "UNKNOWN_SECURITY_TYPE",
        CRITICAL,
        "ALLOCATION",
        rows.allocation_id,
        ~np.isin(rows.security_type, limits.security_types),
        lambda i: (
            f"security type must be one of {', '.join(limits.security_types)}, found {str(rows.security_type[i])!r}"
        ),
    )


def _stated_weights(rows: Allocations, limits: Limits) -> Iterator[Finding]:
    """Where a fund states weights of its allocations that are not written off, they add up to 100 within the tolerance."""
    counted = ~rows.is_written_off & ~np.isnan(rows.stated_weight_pct)
    funds = Groups.of(rows.fund_id)
    stated = np.bincount(funds.number, np.where(counted, rows.stated_weight_pct, 0.0), funds.first.size)
    has_any = np.bincount(funds.number, counted, funds.first.size) > 0
    # Percent to two decimals: rounding the sum there keeps binary fractions from deciding at the edge.
    distance = np.round(np.abs(stated - 100), 6)
    yield from found(
        "WEIGHTS_NOT_WHOLE",
        WARNING,
        "FUND",
        rows.fund_id[funds.first],
        has_any & (distance > float(limits.stated_weights_tolerance_pct)),
        lambda g: f"stated weights must sum to 100 within {limits.stated_weights_tolerance_pct}, found {stated[g]:.4f}",
    )


def call_findings(rows: Allocations, calls: Calls, limits: Limits) -> tuple[Finding, ...]:
    """Calls that together exceed their allocation, scheduled ones included, or whose percentage lies outside 0 to 100:
    critical. Calls whose notice is too short or too long: warnings.
    """
    planned = planned_amounts(calls, rows.amount.size)
    outside = (calls.call_pct < 0) | (calls.call_pct > 100)
    notice = (calls.due_date - calls.scheduled_date).astype("timedelta64[D]").astype(np.int64)
    low, high = limits.notice_days_minimum, limits.notice_days_maximum
    return (
        *found(
            "CALLS_ABOVE_ALLOCATION",
            CRITICAL,
            "ALLOCATION",
            rows.allocation_id,
            planned > rows.amount,
            lambda i: (
                f"calls together must be at most {as_money(rows.amount[i], rows.scale[i])}, "
                f"found {as_money(planned[i], rows.scale[i])}"
            ),
        ),
        *found(
            "CALL_PCT_OUT_OF_RANGE",
            CRITICAL,
            "ALLOCATION_CALL",
            calls.call_id,
            outside,
            lambda i: f"call percentage must be 0 to 100 of the allocation, found {calls.call_pct[i]:g}",
        ),
        *found(
            "NOTICE_PERIOD",
            WARNING,
            "ALLOCATION_CALL",
            calls.call_id,
            ~is_cancelled(calls) & ((notice < low) | (notice > high)),
            lambda i: f"due date must be {low} to {high} days after the call, found {notice[i]}",
        ),
    )
