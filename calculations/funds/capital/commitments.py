"""The roll of many commitments from their events: committed, called, recallable, unfunded by day. What causes events is not here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from calculations.calendars import DaysLike, as_days
from calculations.daycount import Days, Ints
from calculations.ragged import SPAN, day_keys


class EventKind(StrEnum):
    """What an event changes. A reversal is an event of the same kind with the negative amount, on its effective date.

    COMMITTED: the commitment itself, its increases, and with the negative amount decreases, cuts and what a transfer
    takes away. CALLED_INSIDE and CALLED_OUTSIDE: contributions that reduce the unfunded commitment, or do not;
    REALLOCATED: a call moved between commitments, inside. RECALLED: which part of CALLED_INSIDE draws a recallable
    distribution again. RECALLABLE: the flagged part of a distribution; RESTORED: other restorations, such as what a
    later closing pays back. EXPIRED: recallable amounts that may no longer be called; RELEASED: commitment set free.

    The others are seen beside the balances and move none. DEFAULTED: what was unpaid of a notice when it went into
    default; REMEDIED: what of it was paid, or settled by a remedy, since. EQUALISED: by how much later closings change
    what was called, by their arithmetic; EQUALISED_STATED: what rows of the workbook book of that.
    """

    COMMITTED = "COMMITTED"
    CALLED_INSIDE = "CALLED_INSIDE"
    CALLED_OUTSIDE = "CALLED_OUTSIDE"
    REALLOCATED = "REALLOCATED"
    RECALLED = "RECALLED"
    RECALLABLE = "RECALLABLE"
    RESTORED = "RESTORED"
    EXPIRED = "EXPIRED"
    RELEASED = "RELEASED"
    DEFAULTED = "DEFAULTED"
    REMEDIED = "REMEDIED"
    EQUALISED = "EQUALISED"
    EQUALISED_STATED = "EQUALISED_STATED"


KINDS = tuple(EventKind)
KIND = {kind: code for code, kind in enumerate(KINDS)}
_UNFUNDED_SIGN = (1, -1, 0, -1, 0, 1, 1, -1, -1, 0, 0, 0, 0)  # of each kind, fund-admin CC-4


@dataclass(frozen=True, eq=False)
class Events:
    """Events in any order, (events,): the commitment's number, the effective date, the place of the kind in KINDS, minor units."""

    commitment: Ints
    day: Days
    kind: Ints
    amount: Ints


@dataclass(frozen=True, eq=False)
class Roll:
    """Balances at the end of each day on which a commitment has an event, by commitment and day.

    `commitment`, `day` and `unfunded` are (rows,), `balances` (kinds, rows) the sums of each kind since inception; minor units.
    """

    commitment: Ints
    day: Days
    balances: Ints
    unfunded: Ints

    def balance(self, kind: EventKind) -> Ints:
        """The sum of a kind to the end of each row's day, (rows,)."""
        return self.balances[KIND[kind]]

    @property
    def called_inside(self) -> Ints:
        """Contributions inside the commitment, reallocations included, (rows,)."""
        return self.balance(EventKind.CALLED_INSIDE) + self.balance(EventKind.REALLOCATED)

    @property
    def open_recallable(self) -> Ints:
        """What of the recallable distributions has neither been recalled nor expired, (rows,)."""
        return self.balance(EventKind.RECALLABLE) - self.balance(EventKind.RECALLED) - self.balance(EventKind.EXPIRED)

    def rows_on(self, commitment: Ints, days: DaysLike) -> Ints:
        """The row in force for each commitment at the end of each day; -1 before its first event. Shapes broadcast."""
        keys = day_keys(self.commitment, self.day)
        wanted = day_keys(commitment, as_days(days))
        row = np.searchsorted(keys, wanted, side="right") - 1
        is_own = (row >= 0) & (np.append(self.commitment, -1)[row] == commitment)
        return np.where(is_own, row, -1)


class FindingKind(StrEnum):
    """What a roll should never show."""

    NEGATIVE_UNFUNDED = "NEGATIVE_UNFUNDED"
    RECALLED_BEYOND_RECALLABLE = "RECALLED_BEYOND_RECALLABLE"
    NEGATIVE_COMMITMENT = "NEGATIVE_COMMITMENT"


@dataclass(frozen=True)
class Finding:
    """A commitment whose balance is below zero at the end of a day, by `amount` minor units, < 0."""

    kind: FindingKind
    commitment: int
    day: np.datetime64
    amount: int


def roll(events: Events) -> Roll:
    """The roll of every commitment that has an event; the order of events does not matter.

    Unfunded = committed - called inside (with reallocations) + recallable + restored - expired - released. It is shown
    as it is: below zero it is for `findings` to report, never cut off. Raises ValueError for an unknown kind or a
    missing day. Source: fund-admin CC-4, CC-11, V6.
    """
    if events.kind.size and (events.kind.min() < 0 or events.kind.max() >= len(KINDS)):
        raise ValueError(
            f"events: expected kinds from 0 to {len(KINDS) - 1}, found {events.kind.min()} to {events.kind.max()}"
        )
    if np.isnat(events.day).any():
        raise ValueError(
            f"events: expected a day of each, found none at place {int(np.flatnonzero(np.isnat(events.day))[0])}"
        )
    # Days before 1970 are negative: shifted by half a span, they keep the order of commitments.
    keys, row_of = _numbered(day_keys(events.commitment, events.day) + SPAN // 2)
    changes = np.zeros(len(KINDS) * keys.size, dtype=np.int64)
    np.add.at(changes, events.kind * keys.size + row_of, events.amount)
    commitment = keys // SPAN
    first = np.flatnonzero(np.diff(commitment, prepend=-1))
    counts = np.diff(first, append=keys.size)
    balances = changes.reshape(len(KINDS), keys.size)
    for of_kind in balances:  # each in place: the balances of a whole house are hundreds of megabytes
        running = np.cumsum(of_kind)
        of_kind[:] = running - np.repeat(running[first] - of_kind[first], counts)
    unfunded = np.zeros(keys.size, dtype=np.int64)
    for of_kind, sign in zip(balances, _UNFUNDED_SIGN, strict=True):
        if sign:
            unfunded += sign * of_kind
    return Roll(commitment, (keys % SPAN - SPAN // 2).astype("datetime64[D]"), balances, unfunded)


def _numbered(keys: Ints) -> tuple[Ints, Ints]:
    """The distinct keys in order, and the place of each given key among them."""
    order = np.argsort(keys)
    in_order = keys[order]
    is_new = np.diff(in_order, prepend=in_order[:1] - 1) != 0
    row_of = np.empty(keys.size, dtype=np.int64)
    row_of[order] = np.cumsum(is_new) - 1
    return in_order[is_new], row_of


def findings(rolled: Roll) -> tuple[Finding, ...]:
    """Every balance below zero at the end of a day, with its amount, by commitment and day.

    Only the end of the day counts, because a file has no order within a day. Source: fund-admin CC-4, 1.11.
    """
    balances = {
        FindingKind.NEGATIVE_UNFUNDED: rolled.unfunded,
        FindingKind.RECALLED_BEYOND_RECALLABLE: rolled.open_recallable,
        FindingKind.NEGATIVE_COMMITMENT: rolled.balance(EventKind.COMMITTED),
    }
    found = [
        (int(row), Finding(kind, int(rolled.commitment[row]), rolled.day[row], int(balance[row])))
        for kind, balance in balances.items()
        for row in np.flatnonzero(balance < 0)
    ]
    return tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0]))
