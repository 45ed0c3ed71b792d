"""What partners and funds are worth on the days of a fund: as capital accounts state it, else as shares of what the fund states.

How values are looked up and summed is in `values`; what is measured from them in `measures`. Money is int64 minor units.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.exact.sharing import allocate_many
from calculations.funds.performance.days import Points
from calculations.funds.performance.histories import NEVER, Histories
from calculations.funds.performance.values import NAV_MISSING, Values
from calculations.multiples import NO_COMMITMENT
from calculations.ragged import counted, first_rows
from calculations.reasons import Reasons, is_given, no_reasons


class NavSource(StrEnum):
    """What a net asset value rests on."""

    CAPITAL_ACCOUNTS = "CAPITAL_ACCOUNTS"  # as stated, net of accrued carry
    FAIR_VALUES = "FAIR_VALUES"  # of the investments, before cash, other net assets and accrued carry


class NavShare(StrEnum):
    """How a partner's part of it was found."""

    STATED = "STATED"
    COMMITMENT = "COMMITMENT"  # by commitments of the day, the fund's value shared out exactly


@dataclass(frozen=True, eq=False)
class NavRows:
    """Values in order of series and day with what they rest on, (values,) each: None where there is no value."""

    values: Values
    source: NDArray[np.object_]
    share: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Stated:
    """What funds state: `partners` the partners' capital accounts, `funds` those of the whole fund, both on their own
    days; `fair_values` of all investments of a fund, carried."""

    partners: Values
    funds: Values
    fair_values: Values


def partner_navs(
    fund: Ints, flows: Histories, commitments: Histories, stated: Stated, points: Points
) -> tuple[NavRows, NavRows]:
    """Net asset values of partners, then of funds, on `points` of the funds; `fund` (partners,) is that of each partner.

    Capital accounts come first. Where they state some partners and add up to the fund's own, the others have nothing;
    where they do not add up, the others' values are not known. Where no partner's is stated, the fund's own account, else
    its fair values, are shared by the commitments of the day. A fund is worth the sum of its partners, and what it states
    itself where one of these is not known. A partner counts from its first flow, commitment or account on.
    Source: fund-admin 1.3, 3.1, input-contracts 3 (Capital Accounts).
    """
    count = int(max(fund.max(initial=-1), points.series.max(initial=-1))) + 1
    order = np.argsort(fund, kind="stable")
    sizes = np.bincount(fund, minlength=count)
    row, place = counted(sizes[points.series])
    member = order[first_rows(sizes)[points.series[row]] + place]
    day = points.day[row]
    account = stated.partners.at(member, day)
    committed, _ = commitments.sums(member, day)
    is_stated = ~is_given(account.reasons)
    # who left, or has not come yet, has no part; the check of begun comes first so that nobody is given a past
    has_begun = is_stated | (flows.first_day(member) <= day) | (commitments.first_day(member) <= day)

    width = points.series.size
    any_stated = np.bincount(row[is_stated], minlength=width) > 0
    summed = _sums(account.units, row, width)
    own, fair = stated.funds.at(points.series, points.day), stated.fair_values.at(points.series, points.day)
    has_own, has_fair = ~is_given(own.reasons), ~is_given(fair.reasons)
    adds_up = has_own & (own.units == summed)

    is_shared = ~any_stated & (has_own | has_fair)
    weights = np.where(has_begun & is_shared[row], np.maximum(committed, 0), 0)
    has_weight = _sums(weights, row, width) > 0
    total = np.where(is_shared & has_weight, np.where(has_own, own.units, fair.units), 0)
    shares = allocate_many(total, first_rows(np.bincount(row, minlength=width)), weights)

    units = np.where(any_stated[row], account.units, shares)
    reasons = no_reasons(row.size)
    reasons[any_stated[row] & ~is_stated & ~adds_up[row]] = NAV_MISSING
    reasons[is_shared[row] & ~has_weight[row]] = NO_COMMITMENT
    reasons[~any_stated[row] & ~is_shared[row]] = NAV_MISSING
    from_accounts = any_stated | has_own
    source = _text(from_accounts, NavSource.CAPITAL_ACCOUNTS, NavSource.FAIR_VALUES)
    share = _text(any_stated, NavShare.STATED, NavShare.COMMITMENT)
    unknown = is_given(reasons)
    of_partners = _rows(
        member[has_begun],
        day[has_begun],
        np.where(unknown, 0, units)[has_begun],
        reasons[has_begun],
        source[row][has_begun],
        share[row][has_begun],
    )

    all_known = np.bincount(row[has_begun & unknown], minlength=width) == 0
    is_sum = any_stated & all_known
    worth = np.where(is_sum, summed, np.where(has_own, own.units, fair.units))
    why = no_reasons(width)
    why[~is_sum & ~has_own & ~(has_fair & ~any_stated)] = NAV_MISSING
    of_funds = _rows(
        points.series, points.day, np.where(is_given(why), 0, worth), why, source, np.full(width, None, dtype=object)
    )
    return of_partners, of_funds


def oldest_value_day(fair_values: Values, fund: Ints, points: Points) -> Days:
    """The day of the oldest fair value among the holdings of a fund on each point, (points,); NaT where nothing is held.

    `fund` (holdings,) is that of each holding; a holding that is worth nothing is not held.
    """
    order = np.argsort(fund, kind="stable")
    sizes = np.bincount(fund, minlength=int(points.series.max(initial=-1)) + 1)
    row, place = counted(sizes[points.series])
    member = order[first_rows(sizes)[points.series[row]] + place]
    found = fair_values.at(member, points.day[row])
    is_held = ~is_given(found.reasons) & (found.units != 0)
    oldest = np.full(points.series.size, NEVER)
    np.minimum.at(oldest, row[is_held], found.day[is_held])
    return np.where(oldest == NEVER, np.datetime64("NaT", "D"), oldest)


def _sums(units: Ints, row: Ints, width: int) -> Ints:
    found = np.zeros(width, dtype=np.int64)
    np.add.at(found, row, units)
    return found


def _text(flags: NDArray[np.bool_], yes: str, no: str) -> NDArray[np.object_]:
    return np.where(flags, np.array(str(yes), dtype=object), np.array(str(no), dtype=object))


def _rows(
    series: Ints,
    day: NDArray[np.datetime64],
    units: Ints,
    reasons: Reasons,
    source: NDArray[np.object_],
    share: NDArray[np.object_],
) -> NavRows:
    order = np.lexsort((day.astype(np.int64), series))
    known = ~is_given(reasons[order])
    values = Values.of(series, day, units, reasons=reasons)
    return NavRows(
        values,
        np.where(known, source[order], np.array(None, dtype=object)),
        np.where(known, share[order], np.array(None, dtype=object)),
    )
