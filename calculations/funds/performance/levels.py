"""Which series are measured, net and gross: each partner, a fund with all partners or net to limited partners, investments. Pools of funds are not here.

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
from calculations.funds.performance.days import DECEMBER, Points, Window, measurement_points
from calculations.funds.performance.facility import Unlevered
from calculations.funds.performance.histories import LEFT_OUT, Histories, Legs
from calculations.funds.performance.measures import WINDOWS, Measures, measure
from calculations.funds.performance.values import Values


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


@dataclass(frozen=True, eq=False)
class Series:
    """Series of one level and convention, ready to be measured, or compared with an index by `market`."""

    basis: Basis
    histories: Histories
    values: Values
    commitments: Histories | None

    def points(self, scope: Scope) -> Points:
        """Quarter ends and days of value of every series."""
        return measurement_points(self.histories, self.values, scope.last, scope.fiscal_year_end)

    def measures(self, scope: Scope) -> Measures:
        """Figures of all points."""
        points = self.points(scope)
        return measure(
            self.histories, self.values, points, self.basis, self.commitments, scope.windows, scope.fiscal_year_end
        )


def net_series(partners: Partners, unlevered: Unlevered | None = None) -> tuple[Series, Series, Series]:
    """Each partner, each fund with all its partners, and each fund net to its limited partners, in this order.

    With `unlevered` the flows and values are those without the subscription line. A fund's series has the number of the
    fund. Source: fund-admin 3.1, 3.2, 3.4.
    """
    facility = Facility.WITH if unlevered is None else unlevered.facility
    each = np.arange(partners.fund.size)
    fee_paying = np.where(partners.is_fee_paying, partners.fund, LEFT_OUT)
    return (
        _net(partners, each, net(Level.INVESTOR, Included.ONE_PARTNER, facility), unlevered),
        _net(
            partners, partners.fund, net(Level.FUND, Included.ALL_PARTNERS, facility), unlevered, partners.fund_values
        ),
        _net(partners, fee_paying, net(Level.FUND, Included.FEE_PAYING_PARTNERS, facility), unlevered),
    )


def gross_series(holdings: Holdings) -> tuple[Series, Series]:
    """Each investment, and each fund with all its investments, before fees, expenses and carry. Source: fund-admin 3.1."""
    histories = Histories.of(holdings.legs, holdings.fund.size)

    def of(group: Ints, level: Level) -> Series:
        summed = Histories.of(holdings.legs.pooled(group), _count(group))
        return Series(gross(level), summed, holdings.values.pooled(group, histories), None)

    return of(np.arange(holdings.fund.size), Level.INVESTMENT), of(holdings.fund, Level.FUND)


def _net(
    partners: Partners, group: Ints, basis: Basis, unlevered: Unlevered | None, otherwise: Values | None = None
) -> Series:
    """Groups of partners, their flows, values and commitments summed; `otherwise` the groups' values where theirs are not
    known."""
    legs = partners.legs if unlevered is None else unlevered.legs
    values = partners.values if unlevered is None else unlevered.values(partners.values)
    worth = values.pooled(group, Histories.of(legs, partners.fund.size))
    if otherwise is not None:
        worth = worth.or_else(otherwise if unlevered is None else unlevered.pooled(group).values(otherwise))
    count = _count(group)
    return Series(
        basis,
        Histories.of(legs.pooled(group), count),
        worth,
        Histories.of(partners.commitments.pooled(group), count),
    )


def _count(group: Ints) -> int:
    return int(group.max(initial=LEFT_OUT)) + 1
