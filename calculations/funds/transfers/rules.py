"""Rules that a transfer is judged by before it takes its next step. They judge; what moves is `positions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from calculations.funds.fees.findings import Finding, Severity
from calculations.funds.transfers.requests import TransferRequest, TransferStatus

_OPEN = frozenset(
    {TransferStatus.DRAFT, TransferStatus.SUBMITTED, TransferStatus.UNDER_REVIEW, TransferStatus.APPROVED}
)
_WITHDRAWN = frozenset({TransferStatus.REJECTED, TransferStatus.CANCELLED})


@dataclass(frozen=True)
class Surroundings:
    """What the files say about the parties: who holds the commitment and how much it is, the transferee's checks as
    stated (None where nothing is), and the day on which the rules are applied.
    """

    holder_id: str
    commitment: Decimal
    transferee_kyc_status: str | None
    transferee_aml_status: str | None
    as_of: dt.date


def check_transfer(
    transfer: TransferRequest,
    around: Surroundings,
    others: Iterable[TransferRequest] = (),
    wanted: TransferStatus | None = None,
) -> tuple[Finding, ...]:
    """Findings on a transfer that is to reach `wanted`, by default the status it has; `others` are all of the fund.

    Critical: TRANSFER_NOT_HOLDER, TRANSFER_TO_ITSELF, TRANSFER_ALREADY_OPEN, TRANSFER_EXTENT; once submitted
    TRANSFER_REASON_MISSING, TRANSFER_DATES_MISSING; to complete TRANSFER_NOT_APPROVED, TRANSFEREE_KYC, TRANSFEREE_AML,
    TRANSFER_AGREEMENT_MISSING. Warning: GP_CONSENT_MISSING, TRANSFER_DATE_FUTURE, TRANSFER_PRICE_MISSING (the buyer's
    performance then has no first flow). One that is rejected or cancelled has none. Source: fund-admin 1.8.
    """
    target = wanted or transfer.status
    if target in _WITHDRAWN:
        return ()
    found = [*_always(transfer, around, others)]
    if target != TransferStatus.DRAFT:
        found += _on_submission(transfer)
    if target == TransferStatus.COMPLETED:
        found += _on_completion(transfer, around)
    return tuple(
        Finding(code, severity, transfer.transfer_id, f"transfer {transfer.transfer_id}: {message}")
        for code, severity, message in found
    )


_Verdict = tuple[str, Severity, str]


def _always(transfer: TransferRequest, around: Surroundings, others: Iterable[TransferRequest]) -> Iterator[_Verdict]:
    if transfer.transferor_id != around.holder_id:
        yield (
            "TRANSFER_NOT_HOLDER",
            "critical",
            f"expected {around.holder_id}, who holds {transfer.commitment_id}, found {transfer.transferor_id}",
        )
    if transfer.transferee_id == transfer.transferor_id:
        yield "TRANSFER_TO_ITSELF", "critical", f"expected another transferee, found {transfer.transferee_id}"
    beside = [
        each.transfer_id
        for each in others
        if each.commitment_id == transfer.commitment_id
        and each.transfer_id != transfer.transfer_id
        and each.status in _OPEN
    ]
    if beside and (transfer.status in _OPEN):
        yield (
            "TRANSFER_ALREADY_OPEN",
            "critical",
            f"expected no other open transfer of {transfer.commitment_id}, found {', '.join(sorted(beside))}",
        )
    try:
        transfer.share_of(around.commitment)
    except ValueError as wrong:
        yield "TRANSFER_EXTENT", "critical", str(wrong).removeprefix(f"transfer {transfer.transfer_id}: ")
    if not transfer.gp_consent:
        yield "GP_CONSENT_MISSING", "warning", "expected the consent of the general partner, found none"
    if transfer.effective_date and transfer.effective_date > around.as_of:
        yield (
            "TRANSFER_DATE_FUTURE",
            "warning",
            f"expected a date up to {around.as_of}, found {transfer.effective_date}",
        )
    if transfer.price is None:
        yield "TRANSFER_PRICE_MISSING", "warning", "expected the price, the buyer's first flow, found none"


def _on_submission(transfer: TransferRequest) -> Iterator[_Verdict]:
    if not transfer.reason:
        yield "TRANSFER_REASON_MISSING", "critical", "expected a reason, found none"
    missing = [
        name
        for name, day in (("effective", transfer.effective_date), ("submitted", transfer.submitted_date))
        if day is None
    ]
    if missing:
        yield "TRANSFER_DATES_MISSING", "critical", f"expected all dates, found no {' and no '.join(missing)} date"


def _on_completion(transfer: TransferRequest, around: Surroundings) -> Iterator[_Verdict]:
    was_approved = transfer.status == TransferStatus.APPROVED or (
        transfer.status == TransferStatus.COMPLETED and transfer.approved_date is not None
    )
    if not was_approved:
        found = "no approved date" if transfer.status == TransferStatus.COMPLETED else transfer.status.value
        yield "TRANSFER_NOT_APPROVED", "critical", f"expected an approved transfer, found {found}"
    for name, status in (("KYC", around.transferee_kyc_status), ("AML", around.transferee_aml_status)):
        if status != "APPROVED":
            found = status or "none"
            yield f"TRANSFEREE_{name}", "critical", f"expected {name} of the transferee to be APPROVED, found {found}"
    if transfer.agreement_document_id is None:
        yield "TRANSFER_AGREEMENT_MISSING", "critical", "expected a transfer agreement, found none"
