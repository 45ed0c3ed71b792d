"""A transfer as asked for: its parties, extent, dates and statuses. What it moves and whether it may are not here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class TransferType(StrEnum):
    FULL = "FULL"
    PARTIAL = "PARTIAL"


class TransferStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    APPROVED = "APPROVED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class TransferRequest:
    """One row of the Transfers sheet; `amount` or `fraction` of the commitment only where the transfer is partial.

    `price` is what the buyer pays the seller, in the fund's currency. Source: input-contracts 3, Transfers.
    """

    transfer_id: str
    commitment_id: str
    transferor_id: str
    transferee_id: str
    transfer_type: TransferType
    status: TransferStatus
    amount: Decimal | None = None
    fraction: Decimal | None = None
    price: Decimal | None = None
    effective_date: dt.date | None = None
    submitted_date: dt.date | None = None
    approved_date: dt.date | None = None
    reason: str | None = None
    gp_consent: bool = False
    agreement_document_id: str | None = None

    def share_of(self, commitment: Decimal) -> Fraction:
        """The part of a commitment that moves, above 0 and up to 1.

        Raises ValueError for a full transfer with an extent and for a partial one whose amount or fraction is missing,
        given twice, or not strictly between nothing and all. Source: fund-admin 1.8.
        """
        given = [value for value in (self.amount, self.fraction) if value is not None]
        if self.transfer_type == TransferType.FULL:
            if given:
                raise ValueError(self._extent("neither an amount nor a fraction, since it is full", given))
            return Fraction(1)
        if len(given) != 1:
            raise ValueError(self._extent("an amount or a fraction, since it is partial", given))
        share = Fraction(given[0]) if self.amount is None else Fraction(given[0]) / Fraction(commitment)
        if not 0 < share < 1:
            most = "1" if self.amount is None else f"the commitment of {commitment}"
            raise ValueError(self._extent(f"more than 0 and less than {most}", given))
        return share

    def _extent(self, expected: str, given: list[Decimal]) -> str:
        return f"transfer {self.transfer_id}: expected {expected}, found {', '.join(map(str, given)) or 'none'}"
