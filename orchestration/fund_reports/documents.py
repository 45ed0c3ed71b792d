"""What every kind of report has in common: whose it is, of which inputs, what must be zero in it and is not. Contents are elsewhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

ReportKind = Literal["CAPITAL_CALL_NOTICE", "DISTRIBUTION_NOTICE", "ILPA_PERFORMANCE", "ILPA_REPORTING"]
DOES_NOT_RECONCILE = "DOES_NOT_RECONCILE"
_SAFE = re.compile(r"[^A-Za-z0-9._-]")
_SHOWN = 3  # cells named in a reason; the first ones tell where to look


@dataclass(frozen=True)
class Break:
    """A cell that must be zero and holds `amount`, by the captions of its line and column."""

    cell: str
    amount: Decimal


@dataclass(frozen=True)
class Document:
    """A report to be made: whose, of which figures (`told`), below `reports` at `path`, and how it is written."""

    kind: ReportKind
    organization_id: str
    fund_id: str
    investor_id: str | None  # NULL for one of the whole fund
    event_id: str | None  # the call or distribution of a notice
    period_end: dt.date
    known_at: dt.datetime
    path: Path
    told: Sequence[object]
    breaks: Sequence[Break]
    write: Callable[[Path], None]

    @property
    def inputs_sha256(self) -> str:
        """A digest of all that the file is made of: figures, rows, names and the template."""
        return hashlib.sha256(repr((self.kind, *self.told)).encode()).hexdigest()

    @property
    def reason(self) -> str | None:
        """Why it may not be published, with fund, cells and amounts; None where everything reconciles."""
        if not self.breaks:
            return None
        shown = "; ".join(f"{each.cell} {each.amount:,.2f}" for each in self.breaks[:_SHOWN])
        rest = f" and {len(self.breaks) - _SHOWN} more" if len(self.breaks) > _SHOWN else ""
        return f"fund {self.fund_id}, {self.path.name}: expected 0, found {shown}{rest}"


def file_name(identifier: str) -> str:
    """An id as part of a file name: other characters than letters, digits, ".", "_" and "-" make way for a digest."""
    safe = _SAFE.sub("_", identifier).lstrip(".")
    return safe if safe == identifier else f"{safe}-{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"
