"""What a commitment carries, and what of it moves with a full or partial transfer. Who may transfer is `rules`.

Every balance is split exactly: what is kept and what moves add up to what there was.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from calculations.exact.products import nearest
from calculations.funds.waterfall.preferred import ZERO, working_precision


@dataclass(frozen=True)
class Lot:
    """A contribution and the preferred return it has earned and not been paid: `capitalised` earns itself, `accrued` not."""

    start: dt.date
    capital: Decimal
    capitalised: Decimal = ZERO
    accrued: Decimal = ZERO


@dataclass(frozen=True)
class TierBalance:
    """A booked balance of the waterfall, such as profit paid to the partner, carry paid, tax advances or escrow."""

    name: str
    amount: Decimal


@dataclass(frozen=True)
class CarryEntry:
    """One entry of the carry history: `entry_type` as in the carry ledger, the amount booked."""

    event_date: dt.date
    entry_type: str
    amount: Decimal


@dataclass(frozen=True)
class HurdleLots:
    """The preferred-return lots that count towards one hurdle, in order of their dates: capital booked, the rest
    unrounded.
    """

    hurdle: str
    lots: tuple[Lot, ...]

    @property
    def capital(self) -> Decimal:
        with working_precision():
            return sum((lot.capital for lot in self.lots), start=ZERO)


@dataclass(frozen=True)
class Position:
    """All that one commitment carries on a day, in the fund's currency; booked amounts are whole minor units.

    `restored` is what recallable distributions and other restorations, less expiries, have added to the unfunded
    commitment; `recallable` is what can still be recalled. Source: fund-admin 1.4 CC-4, 2.1.
    """

    commitment: Decimal
    unfunded: Decimal
    restored: Decimal = ZERO
    recallable: Decimal = ZERO
    lots: tuple[HurdleLots, ...] = ()
    tiers: tuple[TierBalance, ...] = ()
    carry: tuple[CarryEntry, ...] = ()

    @property
    def contributed(self) -> Decimal:
        """Contributions inside the commitment: commitment - unfunded + restored."""
        with working_precision():
            return self.commitment - self.unfunded + self.restored


def split(position: Position, share: Fraction, unit: Decimal) -> tuple[Position, Position]:
    """What the transferor keeps and what moves to the transferee, `share` of everything; `unit` is the minor unit.

    The transferee steps into history: lots and carry entries keep their dates. Booked amounts are rounded half up,
    lists as running totals, so that each part of a list adds up to its part of the sum, and capital in lots goes with
    unreturned capital; unrounded ones keep their last digit. Contributed capital is what the others leave, so
    unfunded = commitment - contributed + restored on both sides. Raises ValueError where the share is not above 0
    and up to 1. Source: fund-admin 1.8.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: expected more than 0 and up to 1, found {share}")
    with working_precision():
        lots = [_split_lots(each, share, unit) for each in position.lots]
        tiers = [_part(each.amount, share, unit) for each in position.tiers]
        carry = _split_carry(position.carry, share, unit)
        moved = Position(
            commitment=_part(position.commitment, share, unit),
            unfunded=_part(position.unfunded, share, unit),
            restored=_part(position.restored, share, unit),
            recallable=_part(position.recallable, share, unit),
            lots=tuple(moved for _, moved in lots),
            tiers=tuple(TierBalance(t.name, part) for t, part in zip(position.tiers, tiers, strict=True)),
            carry=tuple(
                CarryEntry(entry.event_date, entry.entry_type, part)
                for entry, part in zip(position.carry, carry, strict=True)
            ),
        )
        kept = Position(
            commitment=position.commitment - moved.commitment,
            unfunded=position.unfunded - moved.unfunded,
            restored=position.restored - moved.restored,
            recallable=position.recallable - moved.recallable,
            lots=tuple(kept for kept, _ in lots),
            tiers=tuple(TierBalance(t.name, t.amount - part) for t, part in zip(position.tiers, tiers, strict=True)),
            carry=tuple(
                CarryEntry(entry.event_date, entry.entry_type, entry.amount - part)
                for entry, part in zip(position.carry, carry, strict=True)
            ),
        )
    return kept, moved


def _split_lots(hurdle: HurdleLots, share: Fraction, unit: Decimal) -> tuple[HurdleLots, HurdleLots]:
    capital = _running_parts([lot.capital for lot in hurdle.lots], share, unit)
    kept, moved = [], []
    for lot, part in zip(hurdle.lots, capital, strict=True):
        capitalised, accrued = (_part(each, share, _last_digit(each)) for each in (lot.capitalised, lot.accrued))
        moved.append(Lot(lot.start, part, capitalised, accrued))
        kept.append(Lot(lot.start, lot.capital - part, lot.capitalised - capitalised, lot.accrued - accrued))
    return HurdleLots(hurdle.hurdle, tuple(kept)), HurdleLots(hurdle.hurdle, tuple(moved))


def _split_carry(entries: Sequence[CarryEntry], share: Fraction, unit: Decimal) -> list[Decimal]:
    """Parts of the entries, running within each type, so that each type adds up to its part."""
    parts = [ZERO] * len(entries)
    for entry_type in dict.fromkeys(entry.entry_type for entry in entries):
        places = [place for place, entry in enumerate(entries) if entry.entry_type == entry_type]
        for place, part in zip(places, _running_parts([entries[p].amount for p in places], share, unit), strict=True):
            parts[place] = part
    return parts


def _running_parts(amounts: Sequence[Decimal], share: Fraction, unit: Decimal) -> Iterator[Decimal]:
    total, given = ZERO, ZERO
    for amount in amounts:
        total += amount
        reached = _part(total, share, unit)
        yield reached - given
        given = reached


def _part(amount: Decimal, share: Fraction, unit: Decimal) -> Decimal:
    """amount x share to a multiple of `unit`, halves away from zero, exact whatever the share."""
    if share == 1:
        return amount
    return nearest(Fraction(amount) * share / Fraction(unit)) * unit


def _last_digit(amount: Decimal) -> Decimal:
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"preferred return: expected a finite amount, found {amount}")
    return Decimal(1).scaleb(exponent)
