"""The haircut on low-rated par above a deal's limit. Coverage ratios do not belong here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Flags, named
from calculations.clo.holdings import Pool
from calculations.clo.ratings import CAA1_RANK, Agency, rating_rank

AGENCIES: tuple[Agency, ...] = ("moodys", "sp")


@dataclass(frozen=True)
class CccExcess:
    """Low-rated par of the larger agency bucket, what of it is above the limit, and the haircut on that."""

    agency: Agency
    bucket_par: float
    limit_par: float
    excess_par: float
    haircut: float
    notes: tuple[str, ...]  # where an unknown price or rating was dealt with


def ccc_excess(
    pool: Pool,
    limit: float,
    principal_cash: float,
    *,
    flat_price: float | None = None,
    agencies: Sequence[Agency] = AGENCIES,
) -> CccExcess:
    """Excess of the larger agency bucket over `limit` times (performing par + principal cash), and its haircut.

    A bucket holds performing par at Moody's Caa1 or lower, or at S&P CCC+ or lower (D included); of equal buckets
    the first agency's is taken. The excess is taken from the lowest market value up, a line without one first, at
    its recovery rate (at nothing where that is unknown too), ties by asset id, the last line in part; the haircut is
    what is taken times max(0, 1 - price). `flat_price`, a fraction, stands for every price where a deal says so.
    Source: clo-collateral-engine 4.4, Q21, Q22; clo-extensions 4.11.
    """
    if not 0 <= limit <= 1:
        raise ValueError(f"CCC limit must be a fraction from 0 to 1, found {limit}")
    ranks = {agency: _ranks(pool, agency) for agency in agencies}
    buckets = {agency: pool.is_performing & (rank >= CAA1_RANK) for agency, rank in ranks.items()}
    agency = max(agencies, key=lambda name: float(pool.par[buckets[name]].sum()))
    bucket = buckets[agency]
    bucket_par = float(pool.par[bucket].sum())
    limit_par = limit * (pool.performing_par + principal_cash)
    excess = max(0.0, bucket_par - max(0.0, limit_par))

    has_no_price = np.isnan(pool.market_value)
    price = np.where(has_no_price, np.nan_to_num(pool.moodys_recovery_rate), pool.market_value / 100.0)
    order = np.lexsort((pool.asset_id, price, ~has_no_price))
    order = order[bucket[order]]
    par = pool.par[order]
    taken = np.clip(excess - (np.cumsum(par) - par), 0.0, par)
    carried = price[order] if flat_price is None else np.full(par.shape, flat_price)
    return CccExcess(
        agency=agency,
        bucket_par=bucket_par,
        limit_par=limit_par,
        excess_par=excess,
        haircut=float((taken * np.maximum(0.0, 1.0 - carried)).sum()),
        notes=_notes(pool, ranks, bucket & has_no_price if excess > 0 and flat_price is None else None),
    )


def _ranks(pool: Pool, agency: Agency) -> np.ndarray:
    return rating_rank(pool.moodys_rating if agency == "moodys" else pool.sp_rating, agency)


def _notes(pool: Pool, ranks: dict[Agency, np.ndarray], unpriced: Flags | None) -> tuple[str, ...]:
    notes = [
        f"{agency} rating is unknown, so not in its CCC bucket, for {named(pool.asset_id, is_missing)}"
        for agency, rank in ranks.items()
        if (is_missing := pool.is_performing & (rank == 0)).any()
    ]
    if unpriced is not None and unpriced.any():
        notes.append(f"no market value in the CCC bucket, recovery rate taken, for {named(pool.asset_id, unpriced)}")
        if (is_lost := unpriced & np.isnan(pool.moodys_recovery_rate)).any():
            notes.append(f"neither market value nor recovery rate, carried at 0, for {named(pool.asset_id, is_lost)}")
    return tuple(notes)
