"""Moody's diversity score of a pool. Other pool statistics do not belong here."""

from __future__ import annotations

import numpy as np

from calculations.clo.columns import Floats, fold, named
from calculations.clo.holdings import Pool, Unavailable
from calculations.clo.reference import diversity_bands

# A sum that is a band's bound up to double-precision dust is on the bound (clo-compliance 1.2).
_DUST = 1e-12


def diversity_score(pool: Pool) -> float | Unavailable:
    """The score, unrounded, over all assets, defaulted ones included.

    An issuer counts by its par against the mean issuer's, at most 1, in the industry of its first asset by asset id
    (not by position, so that the order of the lines decides nothing). Source: clo-compliance 3.7.
    """
    if not pool.par.size:
        return Unavailable("the pool holds nothing")
    if (pool.issuer_id == "").any():
        return Unavailable(f"issuer is unknown for {named(pool.asset_id, pool.issuer_id == '')}")
    industry_of_asset = fold(pool.moodys_industry)
    if (industry_of_asset == "").any():
        return Unavailable(f"Moody's industry is unknown for {named(pool.asset_id, industry_of_asset == '')}")

    order = np.lexsort((industry_of_asset, pool.asset_id))
    _, first, issuer = np.unique(pool.issuer_id[order], return_index=True, return_inverse=True)
    issuer_par = np.bincount(issuer, weights=pool.par[order])
    equivalent_units = np.minimum(1.0, issuer_par / (issuer_par.sum() / issuer_par.size))
    _, industry = np.unique(industry_of_asset[order][first], return_inverse=True)
    return float(band_scores(np.bincount(industry, weights=equivalent_units).astype(np.float64)).sum())


def band_scores(equivalent_units: Floats) -> Floats:
    """Score of each industry by its equivalent units, shape kept; bands are half-open. Source: clo-compliance 3.7."""
    bounds, scores = diversity_bands()
    return scores[np.searchsorted(bounds, equivalent_units * (1.0 + _DUST), side="right") - 1]
