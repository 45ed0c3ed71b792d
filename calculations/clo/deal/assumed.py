"""What a projection took for granted, in sentences for a reader of its result. What a deal's document leaves open does not
belong here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from calculations.clo.collateral import AssetTerms
from calculations.clo.columns import Ints
from calculations.clo.deal.commitments import FundedPool
from calculations.clo.deal.pool_parts import PoolParts
from calculations.clo.deal.terms import Deal
from calculations.clo.deal_dates import DealDates
from calculations.clo.scenarios import RATING, Assumptions, Scenarios, vector
from calculations.daycount import Days
from calculations.months import add_months, months_between


def assumed(deal: Deal, parts: PoolParts, pool: FundedPool) -> Iterator[str]:
    """Draws that are not made, rates that are held beyond the last one given, buckets that no asset can be in.

    What many scenarios share is said once. Source: clo-extensions 3.2, 3.5; clo-collateral-engine 2.2, Q8, Q16.
    """
    if pool.path is not None and (short := pool.path.shortfall.sum(axis=1)).any():
        name = parts.scenarios.names[int(short.argmax())]
        yield (
            f"DRAW_SHORTFALL: draws that neither the funding account nor principal of the deal's own pool could pay are "
            f"not made in {int((short > 0).sum())} of {short.size} scenarios, {short.max():.2f} at most (scenario {name})"
        )
    yield from _held_rates(parts.pool.assets, parts.scenarios, parts.dates)
    yield from _held_forwards(parts.scenarios, parts.dates)
    for currency in sorted(parts.held_flat):
        yield f"the last rate of {currency} that a scenario gives is held for later days"
    unrated = set() if deal.haircuts.ccc is None else set(deal.haircuts.ccc.buckets) - set(pool.part.rated)
    for agency in sorted(unrated):
        yield f"haircuts.ccc.buckets: no asset has a rating of {agency}, so that its bucket is empty"


def _held_rates(assets: Sequence[AssetTerms], scenarios: Scenarios, dates: DealDates) -> Iterator[str]:
    """Vectors that end before the loans they are for; one number for all periods is no vector."""
    periods = dict(zip((asset.asset_id for asset in assets), interest_dates_left(assets, dates).tolist(), strict=True))
    longest = max(periods.values(), default=0)
    held: dict[tuple[str, int], dict[str, None]] = {}
    for item in scenarios.items:
        rest = longest
        if item.by_asset:
            rest = max((count for name, count in periods.items() if name not in item.by_asset), default=0)
        own = [(assumptions, periods[name]) for name, assumptions in item.by_asset.items()]
        for assumptions, count in [(item.assumptions, rest), *own]:
            for key in _shorter(assumptions, count):
                held.setdefault(key, {})[item.name] = None
        if (terms := item.reinvestment) is not None:
            payments = -(-terms.maturity_months // dates.months_between)
            for rate, length in _shorter(terms.assumptions, min(payments, dates.count - 1)):
                held.setdefault((f"{rate} of reinvested loans", length), {})[item.name] = None
    for (rate, length), names in held.items():
        yield (
            f"{_named(list(names))}: the last of {length} values of {rate} is held from interest period {length + 1} "
            "of a loan on"
        )


def _shorter(assumptions: Assumptions, periods: int) -> Iterator[tuple[str, int]]:
    """Names and lengths of the vectors with fewer values than periods."""
    for rate in ("cpr", "cdr", "severity"):
        value = getattr(assumptions, rate)
        if value != RATING and 1 < len(vector(value)) < periods:
            yield rate, len(vector(value))


def _named(names: Sequence[str]) -> str:
    others = len(names) - 1
    return f"scenario {names[0]}" + (f" and {others} other{'s' if others > 1 else ''}" if others else "")


def interest_dates_left(assets: Sequence[AssetTerms], dates: DealDates) -> Ints:
    """Interest dates of each asset, (assets,), after the analysis date until it matures or the deal's collections end.

    Counted by stated dates on the day of the month of the first one, so that it costs no schedule; none of what is in
    default, whose rates no longer matter.
    """
    if not assets:
        return np.zeros(0, dtype=np.int64)
    first = np.array([asset.first_payment for asset in assets], dtype="datetime64[D]")
    maturity = np.array([asset.maturity for asset in assets], dtype="datetime64[D]")
    # Payments that are not whole months apart are refused elsewhere; here they must only not divide by zero.
    months = np.maximum(12 // np.array([asset.payments_per_year for asset in assets], dtype=np.int64), 1)
    analysis, end = np.full(first.shape, np.datetime64(dates.analysis, "D")), dates.collection_end[-1]
    regular = _payments_until(first, months, np.minimum(maturity - 1, end)) - _payments_until(first, months, analysis)
    found = np.maximum(regular, 0) + ((maturity > analysis) & (maturity <= end))
    found[[asset.is_defaulted for asset in assets]] = 0
    return found


def _payments_until(first: Days, months: Ints, day: Days) -> Ints:
    whole = months_between(first, day)
    whole = whole - (add_months(first, whole) > day)
    found: Ints = np.maximum(whole // months + 1, 0)
    return found


def _held_forwards(scenarios: Scenarios, dates: DealDates) -> Iterator[str]:
    """The curves of a projection are of one day and one set of tenors, so that one sentence is for all of them."""
    curve = next((item.curve for item in scenarios.items if item.curve is not None), None)
    if curve is not None and add_months(curve.as_of, curve.length) < dates.payment[-1]:
        yield (
            f"the curve ends after {curve.length} months: its last forward is held beyond, up to the last payment date "
            f"{dates.payment[-1]}"
        )
