"""The ledger of a fund's carry: kinds of entries, and the balance that each moves. What makes entries is in `replay`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from calculations.daycount import Ints
from calculations.funds.waterfall.state import State


class EntryType(StrEnum):
    CARRY_PAID = "CARRY_PAID"
    ESCROW_IN = "ESCROW_IN"
    ESCROW_OUT = "ESCROW_OUT"
    TAX_ADVANCE = "TAX_ADVANCE"
    TAX_ADVANCE_DEDUCTED = "TAX_ADVANCE_DEDUCTED"
    CLAWBACK_ACCRUED = "CLAWBACK_ACCRUED"
    CLAWBACK_PAID = "CLAWBACK_PAID"
    CLAWBACK_REVERSED = "CLAWBACK_REVERSED"
    GIVEBACK = "GIVEBACK"


class Balance(StrEnum):
    """What an entry of the carry ledger moves; CARRY is all carry allocated, whether paid, in escrow or set off."""

    CARRY = "CARRY"
    ESCROW = "ESCROW"
    TAX_ADVANCES = "TAX_ADVANCES"
    CLAWBACK_ACCRUED = "CLAWBACK_ACCRUED"
    CLAWBACK_PAID = "CLAWBACK_PAID"
    GIVEN_BACK = "GIVEN_BACK"


BALANCE_OF = {
    EntryType.CARRY_PAID: Balance.CARRY,
    EntryType.ESCROW_IN: Balance.ESCROW,
    EntryType.ESCROW_OUT: Balance.ESCROW,
    EntryType.TAX_ADVANCE: Balance.TAX_ADVANCES,
    EntryType.TAX_ADVANCE_DEDUCTED: Balance.TAX_ADVANCES,
    EntryType.CLAWBACK_ACCRUED: Balance.CLAWBACK_ACCRUED,
    EntryType.CLAWBACK_PAID: Balance.CLAWBACK_PAID,
    EntryType.CLAWBACK_REVERSED: Balance.CLAWBACK_ACCRUED,
    EntryType.GIVEBACK: Balance.GIVEN_BACK,
}
_AMOUNT_OF: Mapping[Balance, Callable[[State], Ints]] = {
    Balance.CARRY: lambda state: state.gp_carry,
    Balance.ESCROW: lambda state: state.escrow,
    Balance.TAX_ADVANCES: lambda state: state.advances,
    Balance.CLAWBACK_ACCRUED: lambda state: state.clawback_accrued,
    Balance.CLAWBACK_PAID: lambda state: state.clawback_paid,
    Balance.GIVEN_BACK: lambda state: state.given_back,
}


@dataclass(frozen=True)
class CarryEntry:
    """A line of the carry ledger: `amounts` (partners of the group,) >= 0, by the LP whose carry it is, and the
    `balance` that it moves, (partners of the group,), after the whole event.
    """

    event_id: str
    date: dt.date
    investment: str
    entry_type: EntryType
    amounts: Ints
    balance: Ints


def balance_after(state: State, entry_type: EntryType) -> Ints:
    """The balance that an entry of the type moves, as the state has it: (partners,) in minor units."""
    return _AMOUNT_OF[BALANCE_OF[entry_type]](state)
