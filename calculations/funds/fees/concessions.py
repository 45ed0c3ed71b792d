"""Waivers and rebates: what the manager gives up, to whom and when, as amounts due by partner and period.

In which order they are taken from the fee, and that it never falls below zero, is `netting`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Ints
from calculations.exact.products import scaled
from calculations.exact.sharing import allocate_total
from calculations.funds.fees.gross import FeeSteps
from calculations.funds.fees.terms import NetStep


class ConcessionKind(StrEnum):
    """DEEMED_CONTRIBUTION is a waiver against which a GP commitment counts as paid; see `deemed`."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"
    PERCENTAGE = "PERCENTAGE"
    REBATE = "REBATE"
    DEEMED_CONTRIBUTION = "DEEMED_CONTRIBUTION"


@dataclass(frozen=True)
class Concession:
    """A waiver or rebate in force from `effective` until the day before `expiry`.

    It takes a `share` of the fee of that time, or up to `amount` of it in all, as fees come. `partners` are the
    numbers of those it is given to; a rebate is one investor's. Money is in the fund's currency.
    """

    waiver_id: str
    kind: ConcessionKind
    partners: tuple[int, ...]
    effective: dt.date
    expiry: dt.date | None = None
    amount: Decimal | None = None
    share: Decimal | None = None

    def __post_init__(self) -> None:
        where = f"waiver {self.waiver_id}"
        if (self.amount is None) == (self.share is None) and self.kind != ConcessionKind.FULL:
            raise ValueError(f"{where}: expected an amount or a share, found {self.amount} and {self.share}")
        if self.kind == ConcessionKind.FULL and (self.amount, self.share) != (None, None):
            raise ValueError(f"{where}: a FULL waiver has neither amount nor share, found {self.amount}, {self.share}")
        if self.kind == ConcessionKind.PERCENTAGE and self.share is None:
            raise ValueError(f"{where}: a PERCENTAGE waiver needs a share, found the amount {self.amount}")
        if self.share is not None and not 0 <= self.share <= 1:
            raise ValueError(f"{where}: expected a share from 0 to 1 (50 % is 0.5), found {self.share}")
        if self.amount is not None and self.amount < 0:
            raise ValueError(f"{where}: expected an amount >= 0, found {self.amount}")
        if self.expiry is not None and self.expiry <= self.effective:
            raise ValueError(f"{where}: expected an expiry after {self.effective}, found {self.expiry}")
        if not self.partners:
            raise ValueError(f"{where}: expected the partners it is given to, found none")
        if self.kind == ConcessionKind.REBATE and len(self.partners) != 1:
            raise ValueError(f"{where}: a rebate is one investor's, found {len(self.partners)} partners")

    @property
    def net_step(self) -> NetStep:
        return NetStep.REBATES if self.kind == ConcessionKind.REBATE else NetStep.WAIVERS


@dataclass(frozen=True, eq=False)
class Due:
    """What a concession would take where no other stands before it, in minor units.

    `by_period` (partners, periods) is the most of one period's fee, `in_all` (partners,) the most over all periods.
    """

    concession: Concession
    by_period: Ints
    in_all: Ints


def cuts(concessions: Iterable[Concession]) -> tuple[dt.date, ...]:
    """The days on which concessions come and go, for stretches of `gross_fees` that lie wholly in or out of each."""
    return tuple(sorted({day for each in concessions for day in (each.effective, each.expiry) if day is not None}))


def due(steps: FeeSteps, concessions: Sequence[Concession], partners: int, periods: int, decimals: int) -> list[Due]:
    """What each concession takes from gross fees whose stretches were cut at `cuts`.

    A share is rounded for each stretch. An amount given to several is shared by their gross fees of the time it is in
    force. Raises ValueError for a stretch that lies partly in a concession and for an amount that is no whole number
    of minor units. Source: fund-admin F-4, F-5.
    """
    return [_due(steps, each, partners, periods, decimals) for each in concessions]


def _due(steps: FeeSteps, concession: Concession, partners: int, periods: int, decimals: int) -> Due:
    fee = np.where(_is_in_force(steps, concession), steps.gross, 0)
    if concession.amount is None:
        taken = scaled(fee, 1 if concession.share is None else concession.share)
        by_period = steps.by_period(taken, partners, periods)
        return Due(concession, by_period, by_period.sum(axis=1))
    units = concession.amount.scaleb(decimals)
    if units != units.to_integral_value():
        raise ValueError(f"waiver {concession.waiver_id}: expected whole minor units, found {concession.amount}")
    by_period = steps.by_period(fee, partners, periods)
    in_all = np.zeros(partners, dtype=np.int64)
    if by_period.any():
        in_all = allocate_total(int(units), by_period.sum(axis=1))
    return Due(concession, by_period, in_all)


def _is_in_force(steps: FeeSteps, concession: Concession) -> NDArray[np.bool_]:
    effective = np.datetime64(concession.effective, "D")
    expiry = np.datetime64(concession.expiry, "D") if concession.expiry else np.datetime64("9999-12-31", "D")
    of_partner = np.isin(steps.partner, concession.partners)
    partly = of_partner & (
        ((steps.start < effective) & (steps.end > effective)) | ((steps.start < expiry) & (steps.end > expiry))
    )
    if partly.any():
        row = int(np.argmax(partly))
        raise ValueError(
            f"waiver {concession.waiver_id}: expected fees cut on {effective} and {expiry}, found the stretch "
            f"{steps.start[row]} to {steps.end[row]}"
        )
    return of_partner & (steps.start >= effective) & (steps.end <= expiry)
