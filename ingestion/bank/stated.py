"""What one bank statement says, as texts, whatever its format, and how totals that disagree are refused. Formats and types do not belong here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.extract import FileRejected


@dataclass(frozen=True)
class StatedEntry:
    """One entry: texts by field of the layout `entry`, and the line at which it begins."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class StatedStatement:
    """One statement: texts by field of the layout `statement`, and its entries in their order."""

    line: int
    values: Mapping[str, str]
    entries: tuple[StatedEntry, ...] = field(default=())


def signed(amount: str, indicator: str) -> str:
    """The text of an amount with the sign that CRDT or DBIT gives it; another indicator leaves no number."""
    return {"CRDT": amount, "DBIT": f"-{amount}"}.get(indicator, f"{indicator or 'no direction'} {amount}")


def masked(account_id: str) -> str:
    """An account as messages may name it: by its last four characters. Source: input-contracts 2.8."""
    told = min(4, len(account_id) // 2)  # of a short one less, or it would be told whole
    return f"account ending {account_id[-told:]}" if told else "an account"


def control_total(place: str, what: str, expected: object, found: object) -> FileRejected:
    """The refusal of a file that does not bear out a total that it states. Source: input-contracts 5.5."""
    shown = [f"{value:,f}" if isinstance(value, Decimal) else str(value) for value in (expected, found)]
    return FileRejected(
        "CONTROL_TOTAL", f"{place}: {what} must be {shown[0]}, as the file states, found {shown[1]} (CONTROL_TOTAL)"
    )
