"""The management fees of one fund in one go, and as rows that explain themselves. The arithmetic is in the other modules.

Amounts are int64 minor units of the fund's currency; partners are numbered in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.funds.fees.concessions import Concession, Due, cuts, due
from calculations.funds.fees.gross import FeeSteps, gross_fees
from calculations.funds.fees.levels import Levels
from calculations.funds.fees.netting import NetFees, deemed_contributions, net_fees
from calculations.funds.fees.offsets import OffsetAdditions, PortfolioFee, add_offsets
from calculations.funds.fees.periods import Periods
from calculations.funds.fees.terms import Basis, FeeTerms, FundDates, NetStep, Timing


@dataclass(frozen=True, eq=False)
class FundFees:
    """Fees of one fund: `steps` explain the gross, `fees` the net, `offsets` what entered the offset balances."""

    periods: Periods
    timing: Timing
    steps: FeeSteps
    dues: tuple[Due, ...]
    offsets: OffsetAdditions
    fees: NetFees

    @property
    def deemed(self) -> Ints:
        """Fees waived against a GP commitment, (partners, periods)."""
        return deemed_contributions(self.fees, self.dues)

    @property
    def paid_at_liquidation(self) -> Ints:
        """Offsets that no fee could use, (partners,), due to partners when the fund is wound up."""
        return self.fees.paid_at_liquidation(self.offsets.later)


@dataclass(frozen=True, eq=False)
class FeeRows:
    """One row for each partner and period, in that order; all (rows,).

    `period_end` is the last day of the period, as files state it; `charged_on` the day on which the fee is due.
    net_amount = gross_amount - waiver_amount - rebate_amount - offset_applied; of the waiver, `deemed_amount` counts
    as contributed by the GP. offset_carried = offset_opening + offset_added - offset_applied.
    """

    partner: Ints
    period_start: Days
    period_end: Days
    charged_on: Days
    gross_amount: Ints
    waiver_amount: Ints
    deemed_amount: Ints
    rebate_amount: Ints
    offset_opening: Ints
    offset_added: Ints
    offset_applied: Ints
    offset_carried: Ints
    net_amount: Ints


@dataclass(frozen=True, eq=False)
class NetStepRows:
    """One row for each partner, period and step from gross to net, in that order; all (rows,).

    fee_after = fee_before - amount; the first step finds the gross fee, the last leaves the net fee.
    """

    partner: Ints
    period: Ints
    number: Ints
    step: NDArray[Any]
    fee_before: Ints
    amount: Ints
    fee_after: Ints


def charge_fees(
    periods: Periods,
    terms: Sequence[FeeTerms | None],
    levels: Mapping[Basis, Levels],
    dates: FundDates,
    currency_decimals: int,
    concessions: Sequence[Concession] = (),
    portfolio_fees: Sequence[PortfolioFee] = (),
    offset_weights: Ints | None = None,
    offset_opening: Ints | None = None,
) -> FundFees:
    """Gross to net fees of the partners of a fund under the `terms` of each (partners,), None for one that bears none.

    `levels` are the balances of every basis the terms name; `offset_weights` (portfolio fees, partners) what each
    portfolio fee is shared by; `offset_opening` (partners,) unused offsets of earlier periods. Raises ValueError where
    partners differ in timing or net order, which are the fund's, and for portfolio fees without weights.
    Source: fund-admin 1.7.
    """
    agreed = {(each.timing, each.net_order) for each in terms if each is not None}
    if len(agreed) != 1:
        raise ValueError(f"terms: expected one timing and net_order for the fund, found {len(agreed)}")
    if portfolio_fees and offset_weights is None:
        raise ValueError(f"offset weights: expected those of {len(portfolio_fees)} portfolio fees, found none")
    timing, order = agreed.pop()
    shape = (len(terms), periods.start.size)
    steps = gross_fees(periods, terms, levels, dates, cuts(concessions))
    gross = steps.by_period(steps.gross, *shape)
    dues = tuple(due(steps, concessions, *shape, currency_decimals))
    weights = np.zeros((0, len(terms)), dtype=np.int64) if offset_weights is None else offset_weights
    offsets = add_offsets(portfolio_fees, weights, periods, timing, gross.sum(axis=0), currency_decimals)
    fees = net_fees(gross, dues, offsets.amount, order, offset_opening)
    return FundFees(periods, timing, steps, dues, offsets, fees)


def fee_rows(charged: FundFees) -> FeeRows:
    """The charges of a fund as rows. Source: input-contracts 3, Fee Charges."""
    fees, periods = charged.fees, charged.periods
    partners, count = fees.gross.shape
    period = np.tile(np.arange(count), partners)
    return FeeRows(
        partner=np.repeat(np.arange(partners), count),
        period_start=periods.start[period],
        period_end=periods.end[period] - np.timedelta64(1, "D"),
        charged_on=periods.charged(charged.timing)[period],
        gross_amount=fees.gross.ravel(),
        waiver_amount=fees.waiver.ravel(),
        deemed_amount=charged.deemed.ravel(),
        rebate_amount=fees.rebate.ravel(),
        offset_opening=fees.offset_opening.ravel(),
        offset_added=fees.offset_added.ravel(),
        offset_applied=fees.offset_applied.ravel(),
        offset_carried=fees.offset_carried.ravel(),
        net_amount=fees.net.ravel(),
    )


def net_step_rows(fees: NetFees) -> NetStepRows:
    """How each net fee came about, step by step in the order agreed. Source: fund-admin F-6."""
    partners, count = fees.gross.shape
    steps = len(fees.order)
    before = np.stack([fees.before(step) for step in fees.order], axis=-1)
    amount = np.stack([fees.amount(step) for step in fees.order], axis=-1)
    names = np.empty(steps, dtype=object)
    names[:] = [NetStep(step) for step in fees.order]
    return NetStepRows(
        partner=np.repeat(np.arange(partners), count * steps),
        period=np.tile(np.repeat(np.arange(count), steps), partners),
        number=np.tile(np.arange(1, steps + 1), partners * count),
        step=np.tile(names, partners * count),
        fee_before=before.ravel(),
        amount=amount.ravel(),
        fee_after=(before - amount).ravel(),
    )
