"""Flows and values as if a fund had no subscription line: its draws called at once. Statistics of the line are beside it.

Series are partners of funds with lines of credit; money is int64 minor units. Source: fund-admin 3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from calculations.daycount import Days, Ints
from calculations.funds.performance.conventions import Facility
from calculations.funds.performance.histories import Histories, Legs, joined
from calculations.funds.performance.values import Values
from calculations.money import allocate
from calculations.ragged import by_name

_UNIT = Decimal(1)


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of principal, (draws,): the fund of each, its day and amount."""

    fund: Ints
    day: Days
    amount: Ints


@dataclass(frozen=True, eq=False)
class CalledRepayments:
    """What calls took from partners for the line, (rows,): the number of the leg, that of the draw repaid, the principal in
    it, and the interest and fees of the line in it. One leg may repay several draws."""

    leg: Ints
    draw: Ints
    principal: Ints
    costs: Ints


@dataclass(frozen=True, eq=False)
class ProceedsRepayments:
    """Principal repaid on a day from proceeds that would have been distributed, (rows,), by number of the draw."""

    draw: Ints
    day: Days
    principal: Ints


@dataclass(frozen=True, eq=False)
class Unlevered:
    """Partners' legs without the line, and the part of each in the line: `drawn` has its draws as called and its repayments
    as distributed, `balances` the sums of them."""

    legs: Legs
    drawn: Legs
    balances: Histories
    facility: Facility

    def pooled(self, group: Ints) -> Unlevered:
        """The same of groups, as in `Legs.pooled`."""
        drawn = self.drawn.pooled(group)
        balances = Histories.of(drawn, int(group.max(initial=-1)) + 1)
        return Unlevered(self.legs.pooled(group), drawn, balances, self.facility)

    def values(self, stated: Values) -> Values:
        """Net asset values with the balance drawn added back, as the partners would have paid it in."""
        series, day = stated.points
        drawn, repaid = self.balances.sums(series, day)
        return Values(stated.keys, stated.units + drawn - repaid, stated.reasons, stated.is_carried)


def without_facility(
    legs: Legs,
    draws: Draws,
    called: CalledRepayments,
    proceeds: ProceedsRepayments,
    fund_of: Ints,
    participation: Ints,
    keeps_costs: bool = False,
) -> Unlevered:
    """Legs in which every draw is a contribution on its day, and the calls that repaid it are not.

    A draw is shared out among the partners of its fund as the calls that repaid it were; what is still drawn, or was repaid
    from proceeds, by `participation` (series,) of the partners, exactly, ties to the lower number. Proceeds that went to
    the line become distributions on that day. `fund_of` (series,) is the fund of each partner. Unless `keeps_costs`,
    interest and fees of the line that were called are left out.

    Raises ValueError where a leg repays more than it called, where more of a draw is repaid than was drawn, and where a
    repayment comes before its draw or from a partner of another fund. Source: fund-admin 3.4.
    """
    _check(legs, draws, called, proceeds, fund_of)
    taken = np.zeros(legs.series.size, dtype=np.int64)
    np.add.at(taken, called.leg, called.principal + (0 if keeps_costs else called.costs))
    kept = replace(legs, called=legs.called - taken)

    drawn_by_calls = _legs(legs.series[called.leg], draws.day[called.draw], called.principal)
    by_calls = np.zeros(draws.amount.size, dtype=np.int64)
    np.add.at(by_calls, called.draw, called.principal)
    rest_draw, rest_series, rest = _shared(
        np.arange(draws.amount.size), draws.amount - by_calls, draws, fund_of, participation
    )
    row, paid_series, paid = _shared(proceeds.draw, proceeds.principal, draws, fund_of, participation)
    drawn = joined(drawn_by_calls, _legs(rest_series, draws.day[rest_draw], rest))
    from_proceeds = Legs(paid_series, proceeds.day[row], np.zeros_like(paid), paid)
    repaid_by_calls = Legs(
        legs.series[called.leg], legs.day[called.leg], np.zeros_like(called.principal), called.principal
    )
    line = joined(drawn, repaid_by_calls, from_proceeds)
    facility = Facility.WITHOUT_COSTS_KEPT if keeps_costs else Facility.WITHOUT
    return Unlevered(joined(kept, drawn, from_proceeds), line, Histories.of(line, fund_of.size), facility)


def _shared(which: Ints, amounts: Ints, draws: Draws, fund_of: Ints, participation: Ints) -> tuple[Ints, Ints, Ints]:
    """Amounts (rows,) of the draws `which`, shared out among the partners of their funds: row, partner and share."""
    partners = dict(by_name(fund_of.tolist(), np.arange(fund_of.size)))
    rows, series, shares = ([np.empty(0, dtype=np.int64)] for _ in range(3))
    for row in np.flatnonzero(amounts).tolist():
        fund = int(draws.fund[which[row]])
        those = partners.get(fund, np.empty(0, dtype=np.int64))
        weights = [Decimal(weight) for weight in participation[those].tolist()]
        parts = allocate(Decimal(int(amounts[row])), weights, _UNIT)
        rows.append(np.full(those.size, row))
        series.append(those)
        shares.append(np.array([int(part) for part in parts], dtype=np.int64))
    return np.concatenate(rows), np.concatenate(series), np.concatenate(shares)


def _legs(series: Ints, day: Days, called: Ints) -> Legs:
    return Legs(series, day, called, np.zeros_like(called))


def _check(legs: Legs, draws: Draws, called: CalledRepayments, proceeds: ProceedsRepayments, fund_of: Ints) -> None:
    taken = np.zeros(legs.series.size, dtype=np.int64)
    np.add.at(taken, called.leg, called.principal + called.costs)
    _refuse(np.flatnonzero(taken > np.maximum(legs.called, 0)), "leg {} repays more of the line than it called")
    repaid = np.zeros(draws.amount.size, dtype=np.int64)
    np.add.at(repaid, called.draw, called.principal)
    np.add.at(repaid, proceeds.draw, proceeds.principal)
    _refuse(np.flatnonzero(repaid > draws.amount), "more of draw {} is repaid than was drawn")
    _refuse(called.draw[legs.day[called.leg] < draws.day[called.draw]], "draw {} is repaid by a call before its day")
    _refuse(proceeds.draw[proceeds.day < draws.day[proceeds.draw]], "draw {} is repaid from proceeds before its day")
    strange = fund_of[legs.series[called.leg]] != draws.fund[called.draw]
    _refuse(called.draw[strange], "draw {} is repaid by a partner of another fund")


def _refuse(numbers: Ints | Sequence[int], message: str) -> None:
    if len(numbers):
        raise ValueError(message.format(int(numbers[0])))
