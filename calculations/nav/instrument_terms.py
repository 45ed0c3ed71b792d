"""What the row of an instrument says of every lot of it, read once. What is held of it, and by whom, does not belong here.

Source: input-contracts 4.2 (Instruments).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from calculations.nav.terms import BondTerms, QuoteBasis

_ONE = Decimal(1)


@dataclass(frozen=True, eq=False)
class InstrumentTerms:
    """The terms of one row, which is empty where the instrument is not known."""

    row: Mapping[str, Any]

    @cached_property
    def instrument_type(self) -> str:
        kind: str = self.row.get("instrument_type", "OTHER")
        return kind

    @cached_property
    def quote_basis(self) -> QuoteBasis:
        return self.row.get("quote_basis") or "PER_UNIT"

    @cached_property
    def contract_size(self) -> Decimal:
        return self.row.get("contract_size") or _ONE

    @cached_property
    def bears_nothing(self) -> bool:
        """Whether it is stated to pay no coupon."""
        return self.row.get("coupon_kind") == "ZERO" or self.row.get("coupon_rate") == 0

    @cached_property
    def bond(self) -> BondTerms | None:
        """What accrued interest needs; None for what has no coupon or no maturity."""
        row = self.row
        if not row.get("coupon_rate") or not row.get("maturity_date") or self.bears_nothing:
            return None
        return BondTerms(
            coupon_rate=row["coupon_rate"],
            coupon_frequency=int(row["coupon_frequency"] or 0),
            day_count=row["day_count"] or "",
            maturity_date=row["maturity_date"],
            issue_date=row["issue_date"],
            first_coupon_date=row["first_coupon_date"],
            ex_dividend_days=row["ex_dividend_days"] or 0,
        )
