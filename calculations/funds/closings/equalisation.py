"""What a later closing moves between partners for each earlier call and distribution. Management fees are not here.

Amounts are int64 minor units of the fund's currency; partners are columns in the order of their ids.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.exact.products import scaled
from calculations.exact.sharing import allocate_rows, allocate_total
from calculations.funds.closings.interest import InterestRates
from calculations.funds.closings.terms import ClosingTerms, EarlierDeals, EarlierDistributions
from calculations.months import as_date

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Partners:
    """Every partner once the closing is done, all (partners,): commitments before it, zero for a newcomer, and after
    it, and the day of the closing at which each first joined. Ids are in order and once each.
    """

    partner_ids: tuple[str, ...]
    before: Ints
    after: Ints
    joined: Days

    def __post_init__(self) -> None:
        if list(self.partner_ids) != sorted(set(self.partner_ids)):
            raise ValueError(f"partner ids: expected each once, in order, found {list(self.partner_ids)[:10]}")
        if (self.after < self.before).any():
            partner = self.partner_ids[int(np.argmax(self.after < self.before))]
            raise ValueError(f"partner {partner}: a closing must not lower a commitment")


@dataclass(frozen=True, eq=False)
class EarlierFlows:
    """Calls or distributions before the closing, as restated by the closings before it.

    `day` (flows,) is the due or distribution date; `held` (flows, partners) what each partner has paid or received of
    it, inside the commitment and apart from management fees; `takes_part` (flows, partners) is false for an excused
    partner. `fair_value` gives today's value of what the flow bought where its deal has been realised or revalued.
    """

    flow_ids: tuple[str, ...]
    day: Days
    held: Ints
    takes_part: Flags
    fair_value: tuple[int | None, ...]

    def __post_init__(self) -> None:
        if (self.held < 0).any():
            flow, partner = np.argwhere(self.held < 0)[0]
            raise ValueError(
                f"flow {self.flow_ids[flow]}: expected amounts >= 0, found {self.held[flow, partner]} in column {partner}"
            )

    @property
    def is_revalued(self) -> Flags:
        return np.array([value is not None for value in self.fair_value], dtype=bool)


@dataclass(frozen=True, eq=False)
class Equalisation:
    """What the closing moves, all (calls, partners) but `distributions` (distributions, partners).

    Each is a rise (+) or fall (-) of what a partner has paid, or for distributions received; each row sums to zero.
    `contributions` and `distributions` restate history on the original day. `interest` and `revaluation` are dated
    at the closing, outside the commitment and no contributions.
    """

    contributions: Ints
    interest: Ints
    revaluation: Ints
    distributions: Ints

    @property
    def owed(self) -> Ints:
        """What each partner pays at the closing (+) or gets (-), netted over all of it; (partners,)."""
        paid = self.contributions.sum(axis=0) + self.interest.sum(axis=0) + self.revaluation.sum(axis=0)
        owed: Ints = paid - self.distributions.sum(axis=0)
        return owed


@dataclass(frozen=True)
class InterestSpan:
    """From when to when interest may run; a call due earlier bears it from `start` only."""

    start: dt.date | None
    end: dt.date


def restate(held: Ints, weights: Ints) -> Ints:
    """By how much what each partner holds of each flow changes, (flows, partners), once it is shared by `weights`.

    The end is that of one allocation by the weights, so closing after closing ends where a single one would have.
    Source: fund-admin E-1, E-2, M-3.
    """
    changes: Ints = allocate_rows(held.sum(axis=1), weights) - held
    return changes


def equalise(
    partners: Partners,
    calls: EarlierFlows,
    distributions: EarlierFlows,
    terms: ClosingTerms,
    rates: InterestRates | None,
    span: InterestSpan,
) -> Equalisation:
    """Movements that put every partner where it would be had all joined at first close.

    A newcomer pays its share of each call and interest on it; partners who get money back receive the interest pro
    rata to that, those of a later closing only for the time since they joined. Where deals are priced at fair value,
    a call of a revalued deal is paid at that value and bears no interest, which the value stands for. Excluded deals,
    with their distributions, stay as they are. Source: fund-admin E-1 to E-6.
    """
    contributions = restate(calls.held, calls.takes_part * partners.after)
    if terms.earlier_deals == EarlierDeals.EXCLUDED:
        contributions[calls.is_revalued] = 0
    interest, revaluation = np.zeros_like(contributions), np.zeros_like(contributions)
    for call in np.flatnonzero(contributions.any(axis=1)):
        value = calls.fair_value[call]
        if value is not None and terms.earlier_deals == EarlierDeals.FAIR_VALUE:
            revaluation[call] = _at_fair_value(contributions[call], value, int(calls.held[call].sum()))
        elif rates is not None:
            interest[call] = _interest(contributions[call], as_date(calls.day[call]), partners.joined, rates, span)
    received = restate(distributions.held, distributions.takes_part * partners.after)
    if terms.earlier_distributions == EarlierDistributions.EXCLUDED:
        received[:] = 0
    elif terms.earlier_deals == EarlierDeals.EXCLUDED:
        received[distributions.is_revalued] = 0
    return Equalisation(contributions, interest, revaluation, received)


def _at_fair_value(change: Ints, fair_value: int, cost: int) -> Ints:
    """What is paid beyond cost, or less where the value is below it."""
    paid, returned = np.maximum(change, 0), np.maximum(-change, 0)
    beyond = scaled(paid, Fraction(fair_value - cost, cost))
    return beyond - allocate_total(beyond.sum(), returned)


def _interest(change: Ints, due: dt.date, joined: Days, rates: InterestRates, span: InterestSpan) -> Ints:
    """Interest paid (+) and received (-) on what a call moves between partners."""
    paid, returned = np.maximum(change, 0), np.maximum(-change, 0)
    start = max(due, span.start) if span.start else due
    interest = scaled(paid, rates.interest(start, span.end))
    if not interest.any():
        return interest
    # from the days on which those who get money back had joined; the first of them stand in for any time before
    receives = returned > 0
    own = np.maximum(joined, np.datetime64(start, "D"))
    own = np.where(own == own[receives].min(), np.datetime64(start, "D"), own)
    days = [as_date(day) for day in np.unique(own[receives & (own < np.datetime64(span.end, "D"))])]
    grown = [rates.interest(start, day) for day in (*days, span.end)]
    shares = []
    for number, day in enumerate(days):
        funded = int(returned[own <= np.datetime64(day, "D")].sum())
        shares.append((grown[number + 1] - grown[number]) / funded)
    whole_units = lcm(*(share.denominator for share in shares))
    weights = np.zeros(change.size, dtype=object)
    for day, share in zip(days, shares, strict=True):
        weights += np.where(own <= np.datetime64(day, "D"), returned, 0).astype(object) * _units(share, whole_units)
    return interest - allocate_total(interest.sum(), weights)


def _units(share: Fraction, denominator: int) -> int:
    return share.numerator * (denominator // share.denominator)
