"""Rules that a closing is judged by before its movements are booked. They judge; they change nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from calculations.funds.closings.equalisation import EarlierFlows, InterestSpan, Partners
from calculations.funds.closings.interest import InterestRates
from calculations.funds.fees.findings import Finding
from calculations.months import as_date

HIGHEST_RATE = Fraction(1, 4)
LONGEST_DAYS = 730


def check_closing(
    closing_id: str,
    partners: Partners,
    calls: EarlierFlows,
    rates: InterestRates | None,
    span: InterestSpan,
    *,
    is_initial: bool,
    stated_new: int | None = None,
    stated_total: int | None = None,
) -> tuple[Finding, ...]:
    """Findings on a closing; stated commitments in minor units, None where the file gives none.

    EQUALISATION_RATE_MISSING (warning; not at an initial closing), EQUALISATION_RATE_RANGE (critical: outside 0 to
    25 %), EQUALISATION_PERIOD (warning: interest on a call runs for fewer than 1 or more than 730 days),
    CLOSING_COMMITMENTS (warning: what the file states is not what the commitments add up to). Amounts below a hundredth
    need no rule: every movement is whole minor units. Source: fund-admin E-7, section 8 item 14.
    """
    return (
        *_on_rates(closing_id, rates, is_initial),
        *(() if rates is None or is_initial else _on_periods(closing_id, calls, span)),
        *_on_commitments(closing_id, "new", stated_new, int((partners.after - partners.before).sum())),
        *_on_commitments(closing_id, "total", stated_total, int(partners.after.sum())),
    )


def _on_rates(closing_id: str, rates: InterestRates | None, is_initial: bool) -> Iterator[Finding]:
    if rates is None:
        if not is_initial:
            message = "a later closing expects a rate of late-closing interest, found none"
            yield Finding("EQUALISATION_RATE_MISSING", "warning", closing_id, message)
        return
    for day, rate in zip(rates.days, rates.rates, strict=True):
        if not 0 <= rate <= HIGHEST_RATE:
            since = "" if day == dt.date.min else f" from {day}"
            message = f"late-closing interest: expected a rate from 0 to 0.25, found {float(rate):g}{since}"
            yield Finding("EQUALISATION_RATE_RANGE", "critical", closing_id, message)


def _on_periods(closing_id: str, calls: EarlierFlows, span: InterestSpan) -> Iterator[Finding]:
    starts = calls.day if span.start is None else np.maximum(calls.day, np.datetime64(span.start, "D"))
    for flow_id, start in zip(calls.flow_ids, starts, strict=True):
        days = (span.end - as_date(start)).days
        if not 1 <= days <= LONGEST_DAYS:
            message = f"interest on call {flow_id}: expected 1 to {LONGEST_DAYS} days, found {days}, from {start}"
            yield Finding("EQUALISATION_PERIOD", "warning", closing_id, message)


def _on_commitments(closing_id: str, which: str, stated: int | None, found: int) -> Iterator[Finding]:
    if stated is not None and stated != found:
        message = f"{which} commitments: stated {stated} minor units, the commitments add up to {found}"
        yield Finding("CLOSING_COMMITMENTS", "warning", closing_id, message)
