"""Pool statistics: one figure per metric over a pool, or the reason why there is none. Coverage tests are in coverage.

Where the sources leave defaulted assets in a numerator but not in the denominator, they are left out of both here
(clo-collateral-engine Q24); the diversity score alone keeps them, as its definition says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.columns import Flags, Floats, fold, named
from calculations.clo.concentrations import Concentrations, pool_concentrations
from calculations.clo.diversity import diversity_score
from calculations.clo.holdings import Pool, PoolInputs, Unavailable, collateral_principal_amount
from calculations.clo.ratings import CAA1_RANK, LOWEST_RANK, Agency, rating_factor, rating_rank

__all__ = ["Concentrations", "Pool", "PoolInputs", "PoolMetrics", "pool_concentrations", "pool_metrics"]


@dataclass(frozen=True)
class PoolMetrics:
    """The metrics of one pool; None where a figure is not available, with its reason in `unavailable`.

    Par and cash in the deal's currency; wac, was, warr and shares as fractions; `wal` in years, unrounded;
    `weighted_average_price` per 100 of par; warf and diversity score as plain numbers, unrounded.
    """

    asset_count: int
    issuer_count: int | None
    total_par: float
    performing_par: float
    defaulted_par: float
    market_value: float | None
    principal_cash: float | None
    interest_cash: float | None
    collateral_principal_amount: float | None
    average_par: float | None
    wac: float | None
    was: float | None
    wal: float | None
    warf: float | None
    warr: float | None
    diversity_score: float | None
    weighted_average_price: float | None
    floating_share: float | None
    fixed_share: float | None
    senior_secured_share: float | None
    cov_lite_share: float | None
    dip_share: float | None
    moodys_caa_share: float | None
    sp_ccc_share: float | None
    largest_obligor_share: float | None
    unavailable: Mapping[str, str]

    @property
    def unavailable_reason(self) -> str | None:
        """`metric: reason; ...` for every metric that is None; None where none is."""
        return "; ".join(f"{name}: {reason}" for name, reason in self.unavailable.items()) or None


def pool_metrics(pool: Pool, inputs: PoolInputs) -> PoolMetrics:
    """Every pool metric. An asset on two lines counts once; par is the par held by this deal.

    Shares are of the collateral principal amount. Tests 1, 4, 7, 9, 11, 29 and 33 to 37 of clo-compliance 1.3 define
    the figures of their name; `wal` is test 35 before its rounding to two decimals, `sp_ccc_share` test 40 and `was`
    the spread of 1.4. Source: clo-compliance 1.3, 1.4, 3.7; clo-collateral-engine 5.
    """
    performing = pool.is_performing
    asset_count = int(np.unique(pool.asset_id).size)
    total_par = float(pool.par.sum())
    market_value = _market_value(pool)
    figures: dict[str, Any] = {
        "asset_count": asset_count,
        "issuer_count": _issuer_count(pool),
        "total_par": total_par,
        "performing_par": pool.performing_par,
        "defaulted_par": float(pool.par[pool.is_defaulted].sum()),
        "market_value": market_value,
        "principal_cash": _or_unknown(inputs.principal_cash, "principal cash of the collection account is unknown"),
        "interest_cash": _or_unknown(inputs.interest_cash, "interest cash of the collection account is unknown"),
        "collateral_principal_amount": collateral_principal_amount(pool, inputs),
        "average_par": total_par / asset_count if asset_count else Unavailable("the pool holds nothing"),
        "wac": _weighted_coupon(pool),
        "was": _weighted_spread(pool, inputs.current_libor),
        "wal": _weighted_average(pool, pool.wal, performing, "weighted average life", "performing"),
        "warf": _weighted_average(pool, rating_factor(pool.moodys_rating_warf), performing, "rating", "performing"),
        "warr": _weighted_average(pool, pool.moodys_recovery_rate, performing, "Moody's recovery rate", "performing"),
        "diversity_score": diversity_score(pool),
        "weighted_average_price": _price(market_value, total_par),
        **_shares(pool, inputs),
    }
    stated: dict[str, Any] = {
        name: None if isinstance(figure, Unavailable) else figure for name, figure in figures.items()
    }
    reasons = {name: figure.reason for name, figure in figures.items() if isinstance(figure, Unavailable)}
    return PoolMetrics(**stated, unavailable=reasons)


def effective_spread(pool: Pool, current_libor: float) -> Floats:
    """Spread of each line over the current index, shape (n,); nan where the tape lacks what it takes.

    The contractual spread, except where a floor above the index binds or the index is not LIBOR: there the stored
    all-in coupon less the index. A blank floor is no floor. Source: clo-compliance 1.4.
    """
    is_libor = np.char.find(fold(pool.index_name), "LIBOR") >= 0
    is_floor_binding = np.nan_to_num(pool.floor, nan=-np.inf) > current_libor
    return np.where(is_libor & ~is_floor_binding, pool.spread, pool.coupon - current_libor)


def _weighted_average(pool: Pool, values: Floats, held: Flags, what: str, kind: str) -> float | Unavailable:
    """Par-weighted mean of `values` over the lines in `held`; a value missing there leaves no mean."""
    if not held.any():
        return Unavailable(f"the pool holds no {kind} asset")
    if (is_missing := held & np.isnan(values)).any():
        return Unavailable(f"{what} is unknown for {named(pool.asset_id, is_missing)}")
    par = pool.par[held]
    return float((par * values[held]).sum() / par.sum())


def _weighted_coupon(pool: Pool) -> float | Unavailable:
    held = _of_coupon_type(pool, "FIXED")
    if isinstance(held, Unavailable):
        return held
    return _weighted_average(pool, pool.coupon, held, "coupon", "performing fixed-rate")


def _weighted_spread(pool: Pool, current_libor: float | None) -> float | Unavailable:
    held = _of_coupon_type(pool, "FLOAT")
    if isinstance(held, Unavailable):
        return held
    if current_libor is None and held.any():
        return Unavailable("current LIBOR is unknown")
    spreads = effective_spread(pool, np.nan if current_libor is None else current_libor)
    return _weighted_average(pool, spreads, held, "spread, or coupon where a floor binds,", "performing floating-rate")


def _of_coupon_type(pool: Pool, coupon_type: str) -> Flags | Unavailable:
    """Performing lines of one coupon type; none can be told where another performing line's type is unknown (Q20)."""
    types = fold(pool.coupon_type)
    is_unknown = pool.is_performing & ~np.isin(types, ("FLOAT", "FIXED"))
    if is_unknown.any():
        return Unavailable(f"coupon type is neither FLOAT nor FIXED for {named(pool.asset_id, is_unknown)}")
    return pool.is_performing & (types == coupon_type)


def _market_value(pool: Pool) -> float | Unavailable:
    if (is_missing := np.isnan(pool.market_value)).any():
        return Unavailable(f"market value is unknown for {named(pool.asset_id, is_missing)}")
    return float((pool.par * pool.market_value).sum() / 100.0)


def _price(market_value: float | Unavailable, total_par: float) -> float | Unavailable:
    if isinstance(market_value, Unavailable):
        return market_value
    return 100.0 * market_value / total_par if total_par else Unavailable("the pool holds nothing")


def _issuer_count(pool: Pool) -> int | Unavailable:
    if (is_missing := pool.issuer_id == "").any():
        return Unavailable(f"issuer is unknown for {named(pool.asset_id, is_missing)}")
    return int(np.unique(pool.issuer_id).size)


def _shares(pool: Pool, inputs: PoolInputs) -> dict[str, float | Unavailable]:
    performing, cash = pool.is_performing, inputs.principal_cash
    parts: dict[str, float | Unavailable] = {
        "floating_share": _par_of(pool, _of_coupon_type(pool, "FLOAT")),
        "fixed_share": _par_of(pool, _of_coupon_type(pool, "FIXED")),
        "senior_secured_share": _senior_secured(pool, cash),
        "cov_lite_share": _par_of(pool, performing & pool.is_cov_lite),
        "dip_share": _par_of(pool, performing & pool.is_dip),
        "moodys_caa_share": _low_rated(pool, "moodys"),
        "sp_ccc_share": _low_rated(pool, "sp"),
        "largest_obligor_share": _largest_obligor(pool),
    }
    whole = collateral_principal_amount(pool, inputs)
    if isinstance(whole, float) and whole <= 0:
        whole = Unavailable(f"collateral principal amount is {whole:.2f}, not above zero")
    if isinstance(whole, Unavailable):
        return dict.fromkeys(parts, whole)
    return {name: part if isinstance(part, Unavailable) else part / whole for name, part in parts.items()}


def _par_of(pool: Pool, held: Flags | Unavailable) -> float | Unavailable:
    return held if isinstance(held, Unavailable) else float(pool.par[held].sum())


def _senior_secured(pool: Pool, principal_cash: float | None) -> float | Unavailable:
    """Performing loans less non-senior-secured par, with the cash (test 1, Q36: a bond of that category counts too)."""
    category = fold(pool.moodys_asset_category)
    if (is_missing := pool.is_performing & ((fold(pool.bond_loan) == "") | (category == ""))).any():
        return Unavailable(f"loan or bond, or Moody's category, is unknown for {named(pool.asset_id, is_missing)}")
    loans = pool.par[pool.is_performing & pool.is_loan].sum()
    non_senior = pool.par[pool.is_performing & (category == "MOODY'S NON-SENIOR SECURED LOAN")].sum()
    return float(loans - non_senior) + (principal_cash or 0.0)


def _low_rated(pool: Pool, agency: Agency) -> float | Unavailable:
    ranks = rating_rank(pool.moodys_rating if agency == "moodys" else pool.sp_rating, agency)
    if (is_missing := pool.is_performing & (ranks == 0)).any():
        return Unavailable(f"rating is unknown for {named(pool.asset_id, is_missing)}")
    return _par_of(pool, pool.is_performing & (ranks >= CAA1_RANK) & (ranks <= LOWEST_RANK))


def _largest_obligor(pool: Pool) -> float | Unavailable:
    """Largest total of one issuer over performing assets that are not DIP (test 4); 0 where there is none (Q5)."""
    held = pool.is_performing & ~pool.is_dip
    if (is_missing := held & (pool.issuer_id == "")).any():
        return Unavailable(f"issuer is unknown for {named(pool.asset_id, is_missing)}")
    if not held.any():
        return 0.0
    _, issuer = np.unique(pool.issuer_id[held], return_inverse=True)
    return float(np.bincount(issuer, weights=pool.par[held]).max())


def _or_unknown(value: float | None, reason: str) -> float | Unavailable:
    return Unavailable(reason) if value is None else value
