"""Statuses of fee charges and of other charges, and which may follow which. What a charge amounts to is not here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ChargeStatus(StrEnum):
    CALCULATED = "CALCULATED"
    PENDING = "PENDING"
    POSTED = "POSTED"
    INVOICED = "INVOICED"
    PAID = "PAID"
    OVERDUE = "OVERDUE"
    REVERSED = "REVERSED"
    WRITTEN_OFF = "WRITTEN_OFF"


_S = ChargeStatus
_BILLED: Mapping[ChargeStatus, frozenset[ChargeStatus]] = {
    _S.INVOICED: frozenset({_S.PAID, _S.OVERDUE, _S.WRITTEN_OFF}),
    _S.OVERDUE: frozenset({_S.PAID, _S.WRITTEN_OFF}),
    _S.WRITTEN_OFF: frozenset(),
}
# A fee that is in the books is taken out by a reversal, never by going back to calculated. Source: fund-admin F-7.
MANAGEMENT_FEE = MappingProxyType(
    {
        _S.CALCULATED: frozenset({_S.POSTED}),
        _S.POSTED: frozenset({_S.INVOICED, _S.PAID, _S.REVERSED}),
        _S.INVOICED: _BILLED[_S.INVOICED] | {_S.REVERSED},
        _S.OVERDUE: _BILLED[_S.OVERDUE] | {_S.REVERSED},
        _S.PAID: frozenset({_S.REVERSED}),
        _S.REVERSED: frozenset(),
        _S.WRITTEN_OFF: frozenset(),
    }
)
# Other charges, such as the administrator's invoices. Source: fund-admin F-8.
OTHER_CHARGE = MappingProxyType({_S.PENDING: frozenset({_S.INVOICED}), **_BILLED, _S.PAID: frozenset()})


def require_move(
    charge_id: str,
    current: ChargeStatus,
    wanted: ChargeStatus,
    moves: Mapping[ChargeStatus, frozenset[ChargeStatus]],
) -> None:
    """Nothing where a charge may go from `current` to `wanted` under `moves`, MANAGEMENT_FEE or OTHER_CHARGE.

    Raises ValueError, naming the statuses that may follow, where it may not. Source: fund-admin F-7, F-8.
    """
    allowed = moves.get(current, frozenset())
    if wanted not in allowed:
        expected = ", ".join(sorted(allowed)) or "no further status"
        raise ValueError(f"charge {charge_id}: after {current.value} expected {expected}, found {wanted.value}")
