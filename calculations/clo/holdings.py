"""A deal's pool as arrays: what it holds, and the deal's own figures beside it. Statistics do not belong here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats, Texts, as_flag, as_float, as_text, fold, named


@dataclass(frozen=True, eq=False)
class Pool:
    """One entry per held line; an asset held on two lines stands twice, with one `asset_id`. Arrays of shape (n,).

    Money in the deal's currency, rates and recovery as fractions, `market_value` per 100 of par, `wal` in years.
    Unknown is "" in text and nan in numbers.
    """

    asset_id: Texts
    issuer_id: Texts
    par: Floats
    is_defaulted: Flags
    is_piking: Flags
    coupon_type: Texts
    spread: Floats
    floor: Floats
    coupon: Floats
    index_name: Texts
    moodys_industry: Texts
    sp_industry: Texts
    country: Texts
    seniority: Texts
    moodys_asset_category: Texts
    sp_priority_category: Texts
    bond_loan: Texts
    is_cov_lite: Flags
    is_dip: Flags
    wal: Floats
    market_value: Floats
    moodys_rating: Texts
    moodys_dp_rating: Texts
    moodys_rating_warf: Texts
    sp_rating: Texts
    moodys_recovery_rate: Floats

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> Pool:
        """From columns by field name; `asset_id` and `par` are required, any other left out is unknown throughout.

        A line of par 0 is not a holding and is left out. Raises ValueError for an unknown column name, columns of
        different lengths, a blank asset_id, or a par that is missing, infinite or negative.
        """
        kinds = {field.name: field.type for field in fields(cls)}
        if unknown := sorted(set(columns) - set(kinds)):
            raise ValueError(f"pool columns must be among {', '.join(kinds)}; found {', '.join(unknown)}")
        asset_id, par = as_text(columns["asset_id"]), as_float(columns["par"])
        blanks = {"Texts": [""] * par.size, "Floats": [np.nan] * par.size, "Flags": [False] * par.size}
        readers: dict[str, Callable[[Any], Any]] = {"Texts": as_text, "Floats": as_float, "Flags": as_flag}
        arrays: dict[str, Any] = {
            name: readers[str(kind)](columns.get(name, blanks[str(kind)])) for name, kind in kinds.items()
        }
        for name, array in arrays.items():
            if array.shape != par.shape:
                raise ValueError(f"column {name} must have {par.size} entries, one per line, found {array.size}")
        if (asset_id == "").any():
            raise ValueError(f"asset_id must not be blank, found {int((asset_id == '').sum())} blank")
        if (is_wrong := ~(np.isfinite(par) & (par >= 0))).any():
            raise ValueError(f"par must be a number >= 0, found another for {named(asset_id, is_wrong)}")
        return cls(**{name: array[par > 0] for name, array in arrays.items()})

    @property
    def is_performing(self) -> Flags:
        return ~self.is_defaulted

    @property
    def is_loan(self) -> Flags:
        return fold(self.bond_loan) == "LOAN"

    @property
    def performing_par(self) -> float:
        return float(self.par[self.is_performing].sum())


@dataclass(frozen=True)
class PoolInputs:
    """The deal's own figures on the pool's date; None where unknown, which is not the same as 0.

    `principal_cash` is the principal balance of the collection account and may be negative; `current_libor` is a
    fraction. Source: clo-compliance 1.1.
    """

    principal_cash: float | None = None
    interest_cash: float | None = None
    current_libor: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not np.isfinite(value):
                raise ValueError(f"{field.name} must be a finite number, or None where unknown, found {value}")


@dataclass(frozen=True)
class Unavailable:
    """Why a figure cannot be stated."""

    reason: str


def collateral_principal_amount(pool: Pool, inputs: PoolInputs) -> float | Unavailable:
    """Performing par plus principal cash. Source: clo-compliance 1.1."""
    if inputs.principal_cash is None:
        return Unavailable("principal cash of the collection account is unknown")
    return pool.performing_par + inputs.principal_cash
