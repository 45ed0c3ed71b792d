"""Who receives a distribution: the record date and the holder of each commitment on it. Amounts moved by a transfer are not here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calculations.funds.capital.terms import DistributionTerms


@dataclass(frozen=True)
class Transfer:
    """A completed transfer of a whole commitment that keeps its id. One that opens a new commitment is an event of both."""

    commitment_id: str
    transferor_id: str
    transferee_id: str
    effective_date: dt.date


def record_date(distribution_date: dt.date, stated: dt.date | None, terms: DistributionTerms) -> dt.date:
    """The stated record date, or else the days of the terms before the distribution.

    Raises ValueError where it is after the distribution. Source: input-contracts 3, Distributions, and 3.1, record_days.
    """
    found = distribution_date - dt.timedelta(days=terms.record_days) if stated is None else stated
    if found > distribution_date:
        raise ValueError(f"record date: expected {distribution_date} or earlier, found {found}")
    return found


def holders_on(holders: Mapping[str, str], transfers: Iterable[Transfer], day: dt.date) -> dict[str, str]:
    """The investor who holds each commitment at the end of `day`; `holders` are the first ones, by commitment id.

    A transfer counts from its effective date on. Raises ValueError for a transfer of an unknown commitment, or by
    somebody who does not hold it. Source: fund-admin D-5.
    """
    found = dict(holders)
    in_order = sorted(transfers, key=lambda transfer: transfer.effective_date)
    for transfer in in_order:
        if transfer.effective_date > day:
            break
        holder = found.get(transfer.commitment_id)
        if holder != transfer.transferor_id:
            raise ValueError(
                f"transfer of {transfer.commitment_id} on {transfer.effective_date}: expected {transfer.transferor_id} to "
                f"hold it, found {holder or 'no such commitment'}"
            )
        found[transfer.commitment_id] = transfer.transferee_id
    return found
