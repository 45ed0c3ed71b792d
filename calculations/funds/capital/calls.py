"""One capital call to its notices, in Decimal. Sharing itself is in `portions`, due dates and lateness in `dates` and `late`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from math import lcm

import numpy as np

from calculations.daycount import Ints
from calculations.exact.minor_units import in_money, minor_units, rate_units, whole_weights
from calculations.exact.products import half_up
from calculations.exact.sharing import allocate_many
from calculations.funds.capital.portions import (
    COLUMN,
    NO_CAP,
    PORTIONS,
    CallLegs,
    Portion,
    PortionShortfall,
    share_portions,
)
from calculations.funds.capital.terms import Basis, CallTerms
from calculations.money import round_half_up

ZERO = Decimal(0)
_RATE = Decimal("1e-12")
_FINEST = 2**46  # a weight may be made as fine as this: thousands of them stay within what can be divided exactly


class CallShortfall(ValueError):
    """A call that its partners' caps do not allow; `amount` of `portion` has no payer."""

    def __init__(self, call_id: str, portion: Portion, amount: Decimal) -> None:
        self.portion, self.amount = portion, amount
        super().__init__(f"call {call_id}: partners below their caps must cover {portion}, {amount} has no payer")


@dataclass(frozen=True)
class Call:
    """A call by what it is for. `basis` None takes the fund's terms; `class_weights` says how CLASS splits the classes.

    `included_classes` None means all. Amounts are in the call's currency.
    """

    call_id: str
    portions: Mapping[Portion, Decimal]
    basis: Basis | None = None
    class_weights: Mapping[str, Decimal] | None = None
    included_classes: frozenset[str] | None = None
    excluded_investors: frozenset[str] = frozenset()

    @property
    def total(self) -> Decimal:
        return sum(self.portions.values(), ZERO)


@dataclass(frozen=True)
class Participant:
    """A commitment at the date of a call.

    `share_excused` is the part excused from the portions named in `excused_from`: the investment alone, unless a side
    letter says more or the call repays a line drawn for the investment. `call_cap` is the most of one notice.
    """

    commitment_id: str
    investor_id: str
    commitment: Decimal
    unfunded: Decimal
    class_code: str = ""
    custom_weight: Decimal | None = None
    share_excused: Decimal = ZERO
    excused_from: frozenset[Portion] = frozenset({Portion.INVESTMENT})
    call_cap: Decimal | None = None


@dataclass(frozen=True)
class Notice:
    """What one commitment pays of a call; `percentage_called` is a fraction of the commitment, at twelve decimals."""

    commitment_id: str
    call_amount: Decimal
    percentage_called: Decimal
    portions: Mapping[Portion, Decimal] = field(default_factory=dict)

    @property
    def inside_commitment(self) -> Decimal:
        """What reduces the unfunded commitment. Source: fund-admin CC-4."""
        return self.call_amount - self.portions[Portion.OUTSIDE_COMMITMENT]


def call_cap(
    commitment: Decimal, letters: Iterable[tuple[Decimal | None, Decimal | None]], unit: Decimal
) -> Decimal | None:
    """The most of one notice under CALL_CAP side letters, each (value_rate of the commitment, value_amount).

    The least of all that are given, rounded half-up to `unit`; None without any. Raises ValueError for a letter that
    gives neither. Source: input-contracts 3, Side Letters.
    """
    limits: list[Decimal] = []
    for rate, amount in letters:
        given = [limit for limit in (None if rate is None else commitment * rate, amount) if limit is not None]
        if not given:
            raise ValueError("a CALL_CAP side letter: expected value_rate or value_amount, found neither")
        limits += given
    return round_half_up(min(limits), unit) if limits else None


def plan_notices(
    call: Call, participants: Sequence[Participant], terms: CallTerms, unit: Decimal
) -> tuple[Notice, ...]:
    """The notices of a call, by commitment id; every portion sums exactly. Who pays nothing has no notice.

    CLASS shares each portion among the classes first, by `class_weights` or else by their commitments, then in each
    class by commitment. Raises CallShortfall where caps leave money without a payer; ValueError where nobody takes
    part, ids are repeated, or a weight that the basis needs is missing. Source: fund-admin CC-1 to CC-5.
    """
    basis = call.basis or terms.basis
    partners = _taking_part(call, participants, basis)
    groups, offsets = _groups(partners, basis)
    amounts = minor_units((call.portions.get(portion, ZERO) for portion in PORTIONS), unit)
    if (amounts < 0).any() or not amounts.any():
        raise ValueError(f"call {call.call_id}: expected portions >= 0 that sum to more than zero, found {call.total}")
    portions = _by_group(call, amounts, partners, groups, offsets)
    legs = CallLegs(
        offsets=offsets,
        weights=_weights(call, basis, partners, unit),
        share_excused=rate_units(partner.share_excused for partner in partners),
        excused_from=np.array([sum(1 << COLUMN[p] for p in partner.excused_from) for partner in partners]),
        unfunded=minor_units((partner.unfunded for partner in partners), unit),
        call_cap=np.array(
            [NO_CAP if p.call_cap is None else int(minor_units([p.call_cap], unit)[0]) for p in partners]
        ),
    )
    excess = 0 if terms.excess_cap is None else int(rate_units([terms.excess_cap])[0])
    try:
        paid = share_portions(portions, legs, np.full(len(groups), excess))
    except PortionShortfall as short:
        raise CallShortfall(call.call_id, short.portion, in_money(sum(short.missing.values()), unit)) from None
    notices = [_notice(partner, row, unit) for partner, row in zip(partners, paid, strict=True) if row.any()]
    return tuple(sorted(notices, key=lambda notice: notice.commitment_id))


def _taking_part(call: Call, participants: Sequence[Participant], basis: Basis) -> list[Participant]:
    """Those whom the call reaches, in order of class where that is the basis, then of id."""
    if len({partner.commitment_id for partner in participants}) != len(participants):
        raise ValueError(f"call {call.call_id}: expected each commitment once, found one repeated")
    found = [
        partner
        for partner in participants
        if (call.included_classes is None or partner.class_code in call.included_classes)
        and partner.investor_id not in call.excluded_investors
    ]
    if not found:
        raise ValueError(f"call {call.call_id}: expected at least one participant, found none of {len(participants)}")
    return sorted(found, key=lambda p: (p.class_code if basis is Basis.CLASS else "", p.commitment_id))


def _groups(partners: Sequence[Participant], basis: Basis) -> tuple[list[str], Ints]:
    codes = [partner.class_code if basis is Basis.CLASS else "" for partner in partners]
    groups = sorted(set(codes))
    return groups, np.array([*(codes.index(group) for group in groups), len(codes)], dtype=np.int64)


def _by_group(call: Call, amounts: Ints, partners: Sequence[Participant], groups: Sequence[str], offsets: Ints) -> Ints:
    """The call's portions class by class, (groups, 7)."""
    if len(groups) == 1:
        return amounts.reshape(1, -1)
    if call.class_weights is None:
        weights = [sum((p.commitment for p in partners[first:last]), ZERO) for first, last in pairwise(offsets)]
    elif set(call.class_weights) == set(groups):
        weights = [call.class_weights[group] for group in groups]
    else:
        raise ValueError(
            f"call {call.call_id}: expected class weights of the classes {', '.join(groups)}, "
            f"found {', '.join(sorted(call.class_weights))}"
        )
    whole = whole_weights(weights)
    every = np.arange(amounts.size + 1) * len(groups)
    return allocate_many(amounts, every, np.tile(whole, amounts.size)).reshape(amounts.size, len(groups)).T


def _weights(call: Call, basis: Basis, partners: Sequence[Participant], unit: Decimal) -> Ints:
    if basis is Basis.CUSTOM:
        given = [partner.custom_weight for partner in partners if partner.custom_weight is not None]
        if len(given) != len(partners):
            raise ValueError(f"call {call.call_id}: expected a custom weight of each participant, found {len(given)}")
        weights = whole_weights(given)
        # Fine enough that what an excuse leaves of a weight is whole, or next to it; money is fine enough by itself.
        shares = [(1 - partner.share_excused).as_integer_ratio() for partner in partners]
        fine = min(lcm(*(denominator for _, denominator in shares)), _FINEST // max(int(weights.max()), 1))
        return weights * max(fine, 1)
    if basis is Basis.UNFUNDED:
        return minor_units((max(partner.unfunded, ZERO) for partner in partners), unit)
    return minor_units((partner.commitment for partner in partners), unit)


def _notice(partner: Participant, row: Ints, unit: Decimal) -> Notice:
    total = int(row.sum())
    (commitment,) = minor_units([partner.commitment], unit)
    return Notice(
        commitment_id=partner.commitment_id,
        call_amount=in_money(total, unit),
        percentage_called=in_money(half_up(10**12, total, commitment).item(), _RATE) if commitment else ZERO,
        portions={portion: in_money(row[column], unit) for column, portion in enumerate(PORTIONS)},
    )
