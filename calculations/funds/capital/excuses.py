"""Which part of an investment a commitment is excused from, on a day. What the excused leave to others is in `portions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Excuse:
    """An investor, or one of its commitments, excused or excluded from an investment; `share_excused` 1 is all of it."""

    excuse_id: str
    investment_id: str
    investor_id: str
    commitment_id: str | None
    share_excused: Decimal
    effective_date: dt.date


def share_excused(
    excuses: Iterable[Excuse], investment_id: str, investor_id: str, commitment_id: str, day: dt.date
) -> Decimal:
    """The share in force on `day`, 0 without an excuse; one for the commitment itself governs one for its investor.

    Of several the latest governs. For proceeds, `day` is that of the call that paid for the investment, so that a later
    excuse does not take away a part that was paid for. Raises ValueError where two of one kind begin on the same day,
    or a share is not from 0 to 1. Source: fund-admin CC-3, D-1; input-contracts 3, Excuses.
    """
    found = [
        excuse
        for excuse in excuses
        if (excuse.investment_id, excuse.investor_id) == (investment_id, investor_id)
        and excuse.commitment_id in (None, commitment_id)
        and excuse.effective_date <= day
    ]
    if wrong := [excuse for excuse in found if not 0 <= excuse.share_excused <= 1]:
        raise ValueError(f"excuse {wrong[0].excuse_id}: expected a share from 0 to 1, found {wrong[0].share_excused}")
    if not found:
        return ZERO
    latest = max((excuse.commitment_id is not None, excuse.effective_date) for excuse in found)
    governing = [e for e in found if (e.commitment_id is not None, e.effective_date) == latest]
    if len(governing) > 1:
        raise ValueError(
            f"investment {investment_id}, commitment {commitment_id}: expected one excuse from {latest[1]}, found "
            + ", ".join(sorted(excuse.excuse_id for excuse in governing))
        )
    return governing[0].share_excused
