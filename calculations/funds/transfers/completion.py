"""A transfer carried out: both positions after it, and the flows that count for performance. Rules are `rules`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from calculations.funds.transfers.positions import Position, split
from calculations.funds.transfers.requests import TransferRequest


@dataclass(frozen=True)
class SecondaryFlow:
    """What an investor pays (-) or gets (+) for a position, outside the fund: its own performance counts it, the
    fund's does not.
    """

    investor_id: str
    event_date: dt.date
    amount: Decimal


@dataclass(frozen=True)
class CompletedTransfer:
    """`kept` by the transferor and `moved` to the transferee; `flows` are the price on both sides, none where unknown."""

    kept: Position
    moved: Position
    flows: tuple[SecondaryFlow, ...]


def complete_transfer(transfer: TransferRequest, position: Position, unit: Decimal) -> CompletedTransfer:
    """The transferor's position split on the effective date; `unit` is the minor unit of the fund's currency.

    The transferee steps into the history for the waterfall, while its own performance begins with the price it pays.
    Raises ValueError for a transfer without an effective date or with an extent that does not fit the commitment.
    Source: fund-admin 1.8.
    """
    if transfer.effective_date is None:
        raise ValueError(f"transfer {transfer.transfer_id}: expected an effective date, found none")
    kept, moved = split(position, transfer.share_of(position.commitment), unit)
    flows: tuple[SecondaryFlow, ...] = ()
    if transfer.price is not None:
        flows = (
            SecondaryFlow(transfer.transferee_id, transfer.effective_date, -transfer.price),
            SecondaryFlow(transfer.transferor_id, transfer.effective_date, transfer.price),
        )
    return CompletedTransfer(kept, moved, flows)
