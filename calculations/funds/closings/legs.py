"""The movements of a closing as rows for the books: one partner, one kind, one source each. No amounts are made here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from calculations.daycount import Days, Ints
from calculations.funds.closings.equalisation import EarlierFlows, Equalisation, Flags
from calculations.funds.closings.fee_true_up import FeeTrueUp


class LegKind(StrEnum):
    CONTRIBUTION = "CONTRIBUTION"
    LATE_INTEREST = "LATE_INTEREST"
    REVALUATION = "REVALUATION"
    DISTRIBUTION = "DISTRIBUTION"
    MANAGEMENT_FEE = "MANAGEMENT_FEE"
    MANAGEMENT_FEE_INTEREST = "MANAGEMENT_FEE_INTEREST"
    FEE_OFFSET = "FEE_OFFSET"


# What restates history carries the day of what it restates; the rest happens at the closing. Source: fund-admin E-2, E-3.
_RESTATES = frozenset({LegKind.CONTRIBUTION, LegKind.DISTRIBUTION, LegKind.FEE_OFFSET})


@dataclass(frozen=True, eq=False)
class ClosingLegs:
    """Rows (rows,) of one closing, none of them zero, known on the day of the closing.

    `partner` is the column of the partner; `amount` in minor units, negative where the partner pays, positive where it
    gets (fund-admin M-6). `source` is the id of the call or distribution, or the first day of the fee period.
    Inside the commitment, an amount is a contribution (or its return): it changes what is unfunded by itself.
    """

    closing_date: dt.date
    partner: Ints
    kind: NDArray[Any]
    source: NDArray[Any]
    event_date: Days
    amount: Ints
    is_inside_commitment: Flags


def closing_legs(
    closing_date: dt.date,
    calls: EarlierFlows,
    distributions: EarlierFlows,
    moved: Equalisation,
    fees: FeeTrueUp | None = None,
    offsets: Ints | None = None,
    fees_inside_commitment: bool = True,
) -> ClosingLegs:
    """All rows of a closing, in order of kind, source and partner.

    `offsets` (periods, partners) says by how much each partner's offset of each fee period of the true-up rises (+).
    Raises ValueError for offsets without the fee periods they belong to. Source: fund-admin 1.6, M-5, M-6.
    """
    if offsets is not None and fees is None:
        raise ValueError("offsets: expected the fee true-up whose periods they belong to, found none")
    parts = [
        _part(LegKind.CONTRIBUTION, calls.flow_ids, calls.day, -moved.contributions, closing_date, True),
        _part(LegKind.LATE_INTEREST, calls.flow_ids, calls.day, -moved.interest, closing_date, False),
        _part(LegKind.REVALUATION, calls.flow_ids, calls.day, -moved.revaluation, closing_date, False),
        _part(
            LegKind.DISTRIBUTION, distributions.flow_ids, distributions.day, moved.distributions, closing_date, False
        ),
    ]
    if fees is not None:
        starts = fees.periods.start
        names = tuple(str(day) for day in starts)
        fee = (LegKind.MANAGEMENT_FEE, names, starts, -fees.fee.T, closing_date, fees_inside_commitment)
        parts += [
            _part(*fee),
            _part(LegKind.MANAGEMENT_FEE_INTEREST, names, starts, -fees.interest.T, closing_date, False),
        ]
        if offsets is not None:
            parts.append(_part(LegKind.FEE_OFFSET, names, starts, offsets, closing_date, False))
    columns = [f.name for f in fields(ClosingLegs) if f.name != "closing_date"]
    return ClosingLegs(closing_date, **{name: np.concatenate([part[name] for part in parts]) for name in columns})


def _part(
    kind: LegKind, names: tuple[str, ...], days: Days, amounts: Ints, closing_date: dt.date, is_inside: bool
) -> dict[str, NDArray[Any]]:
    flow, partner = np.nonzero(amounts)
    known = np.full(flow.size, closing_date, dtype="datetime64[D]")
    return {
        "partner": partner,
        "kind": np.full(flow.size, kind, dtype=object),
        "source": np.array(names, dtype=object)[flow],
        "event_date": days[flow] if kind in _RESTATES else known,
        "amount": amounts[flow, partner],
        "is_inside_commitment": np.full(flow.size, is_inside),
    }
