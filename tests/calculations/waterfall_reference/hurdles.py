"""Hurdle balances: what the LP still lacks to each hurdle, and how money changes it. Tiers and the GP are not here.

A balance is kept as the preferred part alone, above the unreturned capital: hurdle balance = unreturned capital +
`preferred`. So capital returned leaves `preferred` as it is, and everything else the LP receives reduces it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from calculations.funds.waterfall.terms import Hurdle, HurdleBase, HurdleFloor, MultipleHurdle, RateHurdle
from tests.calculations.waterfall_reference.preferred import ZERO, Lot, accrue, round_half_up, working_precision


@dataclass(frozen=True)
class RateBalance:
    """Balance of a rate hurdle: open contribution `lots` by date, and `credits` where the LP had more than the hurdle.

    A credit is a lot of negative capital; there are none under hurdle floor ZERO.
    """

    hurdle: RateHurdle
    lots: tuple[Lot, ...] = ()
    credits: tuple[Lot, ...] = ()

    @property
    def preferred(self) -> Decimal:
        """Preferred return earned and not paid, less credits; negative where credits exceed it."""
        with working_precision():
            return sum((lot.preferred for lot in self.lots), ZERO) + sum((lot.balance for lot in self.credits), ZERO)

    def adopt(self, hurdle: Hurdle) -> RateBalance:
        """The same balance under a changed hurdle of the same kind."""
        if not isinstance(hurdle, RateHurdle):
            raise ValueError(f"hurdle: expected a rate hurdle as before, found {hurdle}")
        return replace(self, hurdle=hurdle)

    def accrue(self, since: dt.date, until: dt.date) -> RateBalance:
        def run(lots: tuple[Lot, ...]) -> tuple[Lot, ...]:
            return tuple(accrue(lot, self.hurdle.rate, self.hurdle.convention, since, until) for lot in lots)

        return replace(self, lots=run(self.lots), credits=run(self.credits))

    def contribute(self, amount: Decimal, date: dt.date) -> RateBalance:
        return replace(self, lots=_add_capital(self.lots, amount, date))

    def return_capital(self, amount: Decimal) -> RateBalance:
        """The oldest contributions are returned first."""
        with working_precision():
            lots = []
            for lot in self.lots:
                paid = min(amount, lot.capital)
                amount -= paid
                lots.append(replace(lot, capital=lot.capital - paid))
            return replace(self, lots=_open(lots))

    def receive_profit(self, amount: Decimal, date: dt.date, floor: HurdleFloor, minor_unit: Decimal) -> RateBalance:
        """The oldest preferred return is paid first; in a lot, what was earned since it was last capitalised.

        Money beyond the preferred return is dropped or kept as a credit dated `date`, as the floor says.
        """
        with working_precision():
            left = _settled(amount, self.preferred, minor_unit)
            lots = []
            for lot in self.lots:
                accrued = min(left, lot.accrued)
                capitalised = min(left - accrued, lot.capitalised)
                left -= accrued + capitalised
                lots.append(replace(lot, accrued=lot.accrued - accrued, capitalised=lot.capitalised - capitalised))
            credits = self.credits
            if left > 0 and floor == HurdleFloor.NEGATIVE:
                credits = _add_capital(credits, -left, date)
            return replace(self, lots=_open(lots), credits=credits)


@dataclass(frozen=True)
class MultipleBalance:
    """Balance of a multiple hurdle; `counted` is the profit of the LP that counts towards it."""

    hurdle: MultipleHurdle
    commitment: Decimal | None
    contributed: Decimal = ZERO
    counted: Decimal = ZERO

    @property
    def preferred(self) -> Decimal:
        """What the LP lacks beside its unreturned capital; negative where it has more than the hurdle."""
        base = self.contributed if self.hurdle.base == HurdleBase.CONTRIBUTED else self.commitment
        if base is None:
            raise ValueError("a MULTIPLE hurdle on COMMITMENT expects the LP's commitment, found none")
        with working_precision():
            return self.hurdle.multiple * base - self.contributed - self.counted

    def adopt(self, hurdle: Hurdle) -> MultipleBalance:
        """The same balance under a changed hurdle of the same kind."""
        if not isinstance(hurdle, MultipleHurdle):
            raise ValueError(f"hurdle: expected a multiple hurdle as before, found {hurdle}")
        return replace(self, hurdle=hurdle)

    def accrue(self, since: dt.date, until: dt.date) -> MultipleBalance:
        return self

    def contribute(self, amount: Decimal, date: dt.date) -> MultipleBalance:
        with working_precision():
            return replace(self, contributed=self.contributed + amount)

    def return_capital(self, amount: Decimal) -> MultipleBalance:
        return self

    def receive_profit(
        self, amount: Decimal, date: dt.date, floor: HurdleFloor, minor_unit: Decimal
    ) -> MultipleBalance:
        """Money beyond the hurdle counts for later contributions too, or not at all, as the floor says."""
        with working_precision():
            paid = _settled(amount, self.preferred, minor_unit)
            if floor == HurdleFloor.ZERO:
                paid = min(paid, max(self.preferred, ZERO))
            return replace(self, counted=self.counted + paid)


HurdleBalance = RateBalance | MultipleBalance


def open_balance(hurdle: Hurdle, commitment: Decimal | None) -> HurdleBalance:
    """The balance of a hurdle before the first contribution."""
    if isinstance(hurdle, RateHurdle):
        return RateBalance(hurdle)
    return MultipleBalance(hurdle, commitment)


def _settled(paid: Decimal, preferred: Decimal, minor_unit: Decimal) -> Decimal:
    """The unrounded preferred return where exactly its rounded amount was paid, so that no dust is left to earn."""
    return preferred if preferred > 0 and round_half_up(preferred, minor_unit) == paid else paid


def _add_capital(lots: tuple[Lot, ...], amount: Decimal, date: dt.date) -> tuple[Lot, ...]:
    """One lot per date, so that the order of amounts of one day cannot matter."""
    with working_precision():
        if lots and lots[-1].start == date:
            return (*lots[:-1], replace(lots[-1], capital=lots[-1].capital + amount))
        return (*lots, Lot(date, amount))


def _open(lots: Sequence[Lot]) -> tuple[Lot, ...]:
    return tuple(lot for lot in lots if lot.capital or lot.capitalised or lot.accrued)
