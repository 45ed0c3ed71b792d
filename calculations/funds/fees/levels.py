"""Dated balances of many partners at once: what each stands at from a day until its next. What they pay is not here.

Amounts are int64 minor units. A partner stands at zero before its first row, so that stretch counts like any other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.ragged import counted, day_keys


@dataclass(frozen=True, eq=False)
class Levels:
    """`amount` of `partner` from `day` on; all (rows,), in order of partner, then day, one row a partner and day."""

    partner: Ints
    day: Days
    amount: Ints

    @classmethod
    def of_movements(cls, partner: Ints, day: Days, amount: Ints) -> Levels:
        """Running totals of dated changes, (rows,) in any order; those of one partner and day are one change.

        A commitment counts from its commitment date, a modification from its effective date: when a row was written
        plays no part. Source: fund-admin F-1, section 8 item 9.
        """
        keys, where = np.unique(day_keys(partner, day), return_inverse=True)
        changes = np.zeros(keys.size, dtype=np.int64)
        np.add.at(changes, where, amount)  # not bincount: its weights are floats
        first = np.full(keys.size, partner.size, dtype=np.int64)
        np.minimum.at(first, where, np.arange(partner.size))
        owner = partner[first]
        total = np.cumsum(changes)
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if owner.size else np.zeros(0, dtype=np.int64)
        before = (total - changes)[starts]
        return cls(owner, day[first], total - np.repeat(before, np.diff(np.r_[starts, owner.size])))

    @classmethod
    def of_values(cls, partner: Ints, day: Days, amount: Ints) -> Levels:
        """Balances as stated, (rows,) in any order. Raises ValueError for two of one partner on one day."""
        keys = day_keys(partner, day)
        order = np.argsort(keys, kind="stable")
        twice = np.flatnonzero(np.diff(keys[order]) == 0)
        if twice.size:
            row = order[twice[0]]
            raise ValueError(f"partner {partner[row]}: expected one balance a day, found two on {day[row]}")
        return cls(partner[order], day[order], amount[order])

    def at(self, partner: Ints, day: Days) -> Ints:
        """What each partner stands at on each day, changes of that day included; (n,) each."""
        row, is_known = self._last(partner, day)
        return np.where(is_known, self.amount[row], 0) if self.amount.size else np.zeros(partner.size, dtype=np.int64)

    def is_known(self, partner: Ints, day: Days) -> NDArray[np.bool_]:
        """Whether each partner has a row on or before the day; (n,)."""
        return self._last(partner, day)[1]

    def changes_inside(self, partner: Ints, start: Days, end: Days) -> tuple[Ints, Days]:
        """The days after `start` and before `end` on which a partner's row begins: how many per question, and they."""
        keys = day_keys(self.partner, self.day)
        low = np.searchsorted(keys, day_keys(partner, start), side="right")
        high = np.maximum(np.searchsorted(keys, day_keys(partner, end), side="left"), low)
        question, place = counted(high - low)
        return high - low, self.day[low[question] + place]

    def plus(self, other: Levels) -> Levels:
        """The sum of two kinds of balance."""
        first, second = self.movements(), other.movements()
        return Levels.of_movements(np.r_[self.partner, other.partner], np.r_[self.day, other.day], np.r_[first, second])

    def movements(self) -> Ints:
        """By how much each row differs from the one before it of the same partner; (rows,)."""
        before = np.r_[0, self.amount[:-1]] if self.amount.size else self.amount
        is_first = np.r_[True, self.partner[1:] != self.partner[:-1]] if self.amount.size else np.zeros(0, dtype=bool)
        return self.amount - np.where(is_first, 0, before)

    def _last(self, partner: Ints, day: Days) -> tuple[Ints, NDArray[np.bool_]]:
        if not self.amount.size:
            return np.zeros(partner.size, dtype=np.int64), np.zeros(partner.size, dtype=bool)
        row = np.searchsorted(day_keys(self.partner, self.day), day_keys(partner, day), side="right") - 1
        return np.maximum(row, 0), (row >= 0) & (self.partner[np.maximum(row, 0)] == partner)
