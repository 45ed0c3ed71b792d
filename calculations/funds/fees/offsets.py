"""Portfolio fees that reduce the management fee: what each is worth, and which partner may use it from when on.

Applying and carrying them forward is `netting`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from calculations.daycount import Ints
from calculations.exact.sharing import allocate_rows
from calculations.funds.fees.findings import Finding
from calculations.funds.fees.periods import Periods
from calculations.funds.fees.terms import Timing
from calculations.funds.waterfall.preferred import working_precision
from calculations.money import minor_unit, round_half_up


@dataclass(frozen=True)
class PortfolioFee:
    """A fee that a portfolio company paid the manager: `fund_share` of it is the fund's by ownership, and
    `offset_share` of that reduces the management fee. Money in the fund's currency, shares as fractions.
    """

    offset_id: str
    received: dt.date
    gross_amount: Decimal
    fund_share: Decimal
    offset_share: Decimal
    approved: dt.date | None

    def offset_amount(self, unit: Decimal) -> Decimal:
        """What it takes off management fees, rounded once. Source: fund-admin F-3."""
        with working_precision():  # a product of three is longer than the digits kept by default
            worth = self.gross_amount * self.fund_share * self.offset_share
        return round_half_up(worth, unit)

    @property
    def usable(self) -> dt.date | None:
        """The day from which it may be applied; None until it is approved."""
        return None if self.approved is None else max(self.received, self.approved)


@dataclass(frozen=True, eq=False)
class OffsetAdditions:
    """`amount` (partners, periods): what enters each partner's offset balance, in minor units, at the charge of each
    period; `later` (partners,): usable only after the last of them.
    """

    amount: Ints
    later: Ints
    findings: tuple[Finding, ...]


def add_offsets(
    fees: Sequence[PortfolioFee],
    weights: Ints,
    periods: Periods,
    timing: Timing,
    fund_gross: Ints,
    currency_decimals: int,
) -> OffsetAdditions:
    """Portfolio fees shared among partners, each entering at the first charge on or after it is usable.

    `weights` (fees, partners) are what each is shared by: the commitments of partners who bear fees, or their part of
    the investment; columns in order of the partner ids. `fund_gross` (periods,) is the fund's gross fee in minor units.
    Findings: OFFSET_NOT_APPROVED (left out until it is), OFFSET_EXCEEDS_FEE (the excess is carried forward).
    Source: fund-admin F-3; M-3.
    """
    unit = minor_unit(currency_decimals)
    findings = []
    approved = [(number, fee, fee.usable) for number, fee in enumerate(fees)]
    usable = [(number, fee, day) for number, fee, day in approved if day is not None]
    findings += [
        Finding("OFFSET_NOT_APPROVED", "warning", fee.offset_id, f"offset of {fee.offset_amount(unit)} is not approved")
        for _, fee, day in approved
        if day is None
    ]
    totals = np.array([int(fee.offset_amount(unit).scaleb(currency_decimals)) for _, fee, _ in usable], dtype=np.int64)
    shares = allocate_rows(totals, weights[[number for number, _, _ in usable]])
    charged = periods.charged(timing)
    period = np.searchsorted(charged, np.array([day for *_, day in usable], dtype="datetime64[D]"), side="left")
    for (_, fee, _), total, at in zip(usable, totals, period, strict=True):
        if at < charged.size and total > fund_gross[at]:
            message = (
                f"offset of {fee.offset_amount(unit)} exceeds the fee of the period that starts {periods.start[at]}"
            )
            findings.append(Finding("OFFSET_EXCEEDS_FEE", "info", fee.offset_id, message))
    amount = np.zeros((weights.shape[1], charged.size + 1), dtype=np.int64)
    np.add.at(amount.T, period, shares)
    return OffsetAdditions(amount[:, :-1], amount[:, -1], tuple(findings))
