"""Calls moved between partners: what each notice and commitment is called for afterwards. The call's first split is in `calls`."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class ReallocationLeg:
    """One line of a reallocation: `amount`, signed, is called of the commitment in place of a part of the original notice."""

    reallocation_id: str
    line_number: int
    original_notice_id: str
    commitment_id: str
    amount: Decimal
    effective_date: dt.date


def reallocated(
    notices: Mapping[str, tuple[str, Decimal]], legs: Iterable[ReallocationLeg]
) -> dict[tuple[str, str], Decimal]:
    """What is called of each commitment under each original notice, by (notice id, commitment id); zeros are left out.

    `notices` are commitment id and call amount by notice id. The original stays as it was; the legs stand beside it on
    their own effective dates. Raises ValueError, naming the reallocation, where its legs do not sum to zero or refer to
    an unknown notice, and naming the notice where a commitment would be called for less than nothing.
    Source: fund-admin CC-11; input-contracts 3, Reallocations.
    """
    called: defaultdict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for notice_id, (commitment_id, amount) in notices.items():
        called[notice_id, commitment_id] += amount
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for leg in legs:
        if leg.original_notice_id not in notices:
            raise ValueError(
                f"reallocation {leg.reallocation_id}, line {leg.line_number}: expected a notice that is given, found "
                f"{leg.original_notice_id!r}"
            )
        sums[leg.reallocation_id] += leg.amount
        called[leg.original_notice_id, leg.commitment_id] += leg.amount
    for reallocation_id, total in sums.items():
        if total:
            raise ValueError(f"reallocation {reallocation_id}: expected legs that sum to zero, found {total}")
    for (notice_id, commitment_id), amount in called.items():
        if amount < 0:
            raise ValueError(f"notice {notice_id}: expected {commitment_id} to be called for 0 or more, found {amount}")
    return {key: amount for key, amount in called.items() if amount}
