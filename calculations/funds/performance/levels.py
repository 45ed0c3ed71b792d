"""Which series are measured, net and gross: each partner, a fund with all partners or net to limited partners, pools, investments.

A series of several sums their flows and values and is then measured as one; no rate or ratio is ever averaged.
Source: fund-admin 1.3, 3.1, 3.2.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.funds.performance.conventions import Basis, Facility, Included, Level, gross, net
from calculations.funds.performance.days import DECEMBER, Window, measurement_points
from calculations.funds.performance.facility import Unlevered
from calculations.funds.performance.histories import LEFT_OUT, Histories, Legs, Values
from calculations.funds.performance.measures import WINDOWS, Measures, measure


@dataclass(frozen=True, eq=False)
class Partners:
    """Partners of funds, numbered from 0: `fund` (partners,) of each, and whether it counts as a fee-paying limited partner.

    `legs` by due date; `values` their net asset values; `commitments` the changes of their commitments, as called amounts.
    `fund_values` are those of whole funds, for days on which the partners' are not known.
    """

    fund: Ints
    is_fee_paying: NDArray[np.bool_]
    legs: Legs
    values: Values
    commitments: Legs
    fund_values: Values

    @property
    def count(self) -> int:
        return self.fund.size


@dataclass(frozen=True, eq=False)
class Holdings:
    """Investments of funds, numbered from 0: `fund` (investments,) of each; `legs` by cash date, what was paid for them as
    called and what they returned as distributed; `values` their fair values, carried."""

    fund: Ints
    legs: Legs
    values: Values


@dataclass(frozen=True)
class Scope:
    """Up to which day is measured, over which windows, in what fiscal year."""

    last: dt.date
    windows: tuple[Window, ...] = WINDOWS
    fiscal_year_end: int = DECEMBER


def net_measures(partners: Partners, scope: Scope, unlevered: Unlevered | None = None) -> tuple[Measures, ...]:
    """Figures of each partner, of each fund with all its partners, and of each fund net to its limited partners.

    With `unlevered` the flows and values are those without the subscription line. In the rows of the funds `series` is the
    number of the fund. Source: fund-admin 3.1, 3.2, 3.4.
    """
    facility = Facility.WITH if unlevered is None else unlevered.facility
    legs = partners.legs if unlevered is None else unlevered.legs
    values = partners.values if unlevered is None else unlevered.values(partners.values)
    histories = Histories.of(legs, partners.count)
    each = np.arange(partners.count)
    fee_paying = np.where(partners.is_fee_paying, partners.fund, LEFT_OUT)
    of_funds = partners.fund_values
    if unlevered is not None:
        of_funds = unlevered.pooled(partners.fund).values(of_funds)

    def of(group: Ints, basis: Basis, otherwise: Values | None = None) -> Measures:
        return grouped(legs, histories, values, group, basis, scope, partners.commitments, otherwise)

    return (
        of(each, net(Level.INVESTOR, Included.ONE_PARTNER, facility)),
        of(partners.fund, net(Level.FUND, Included.ALL_PARTNERS, facility), of_funds),
        of(fee_paying, net(Level.FUND, Included.FEE_PAYING_PARTNERS, facility)),
    )


def gross_measures(holdings: Holdings, scope: Scope) -> tuple[Measures, ...]:
    """Figures of each investment, and of each fund with all its investments, before fees, expenses and carry."""
    histories = Histories.of(holdings.legs, holdings.fund.size)
    return tuple(
        grouped(holdings.legs, histories, holdings.values, group, gross(level), scope)
        for group, level in ((np.arange(holdings.fund.size), Level.INVESTMENT), (holdings.fund, Level.FUND))
    )


def pool_measures(partners: Partners, pool: Ints, scope: Scope, included: Included = Included.ALL_PARTNERS) -> Measures:
    """Figures of pools of funds of one currency: `pool` (funds,) numbers that of each fund, LEFT_OUT where it is in none.

    The flows of all partners counted are summed and then solved. Source: fund-admin 3.2.
    """
    group = pool[partners.fund]
    if included is Included.FEE_PAYING_PARTNERS:
        group = np.where(partners.is_fee_paying, group, LEFT_OUT)
    histories = Histories.of(partners.legs, partners.count)
    basis = net(Level.POOL, included)
    return grouped(partners.legs, histories, partners.values, group, basis, scope, partners.commitments)


def grouped(
    legs: Legs,
    histories: Histories,
    values: Values,
    group: Ints,
    basis: Basis,
    scope: Scope,
    commitments: Legs | None = None,
    otherwise: Values | None = None,
) -> Measures:
    """Figures of groups of series, their flows, values and commitments summed: `group` (series,), LEFT_OUT for none.

    `histories` are those of `legs`; `otherwise` the groups' values on days on which their series' are not known.
    """
    count = int(group.max(initial=LEFT_OUT)) + 1
    summed = Histories.of(legs.pooled(group), count)
    worth = values.pooled(group, histories)
    if otherwise is not None:
        worth = worth.or_else(otherwise)
    points = measurement_points(summed, worth, scope.last, scope.fiscal_year_end)
    committed = None if commitments is None else Histories.of(commitments.pooled(group), count)
    return measure(summed, worth, points, basis, committed, scope.windows, scope.fiscal_year_end)
