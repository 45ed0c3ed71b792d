"""Fees of a deal over one period: accrual and what is due. The order of payment does not belong here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from calculations.clo.columns import Floats

FeeBasis = Literal["BEGINNING", "AVERAGE"]


@dataclass(frozen=True)
class FeeTerms:
    """`annual_rate` and `interest_spread` are fractions a year, `annual_fixed_amount` money a year.

    `interest_spread` is None for a fee whose arrears bear no interest.
    """

    basis: FeeBasis
    annual_rate: float
    annual_fixed_amount: float = 0.0
    interest_spread: float | None = None


@dataclass(frozen=True, eq=False)
class FeeDue:
    """What a fee claims; arrays of shape (scenarios,)."""

    opening_unpaid: Floats
    base_accrual: Floats
    interest: Floats

    @property
    def total(self) -> Floats:
        return self.opening_unpaid + self.base_accrual + self.interest


def fee_due(
    terms: FeeTerms,
    beginning_basis: Floats,
    ending_basis: Floats,
    opening_unpaid: Floats,
    year_fraction: float,
    index_rate: Floats | float = 0.0,
) -> FeeDue:
    """Accrual on the basis and the fixed part, with interest on what was unpaid when the period began.

    Nothing accrues in a period whose ending basis is not above zero. Unpaid after payment = total - paid. Arrays of
    shape (scenarios,). Raises ValueError for an unknown basis. Source: clo-liabilities-waterfall 5, Q13, Q14.
    """
    if terms.basis == "BEGINNING":
        basis = beginning_basis
    elif terms.basis == "AVERAGE":
        basis = (beginning_basis + ending_basis) / 2.0
    else:
        raise ValueError(f"fee basis must be BEGINNING or AVERAGE, found {terms.basis!r}")
    accrues = ending_basis > 0
    interest_rate = 0.0 if terms.interest_spread is None else index_rate + terms.interest_spread
    return FeeDue(
        opening_unpaid=opening_unpaid,
        base_accrual=np.where(accrues, (basis * terms.annual_rate + terms.annual_fixed_amount) * year_fraction, 0.0),
        interest=np.where(accrues, opening_unpaid * interest_rate * year_fraction, 0.0),
    )
