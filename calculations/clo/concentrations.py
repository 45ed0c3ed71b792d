"""Par of a pool by industry, country, rating and issuer. Limits on these figures do not belong here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calculations.clo.columns import Floats, Ints, Texts, fold
from calculations.clo.holdings import Pool, PoolInputs, Unavailable, collateral_principal_amount
from calculations.clo.ratings import Agency, rating_rank, rating_text
from calculations.clo.reference import country_aliases


@dataclass(frozen=True, eq=False)
class Concentrations:
    """One entry per grouping and group, in order of grouping and rank; arrays of shape (groups,).

    Over all held par, so the groups of a grouping sum to the pool's total par. `concentration_value` is None for
    the par whose group is unknown, which ranks last. `share` is of the collateral principal amount, nan throughout
    where that is not available; `reason` then says why.
    """

    concentration_type: Texts
    concentration_value: NDArray[np.object_]
    asset_count: Ints
    par: Floats
    share: Floats
    rank: Ints
    reason: str | None


def pool_concentrations(pool: Pool, inputs: PoolInputs) -> Concentrations:
    """Held par by group, the largest first, ties by name ascending. Source: clo-compliance 1.3, Q6, Q7, Q12."""
    groupings = {
        "moodys_industry": pool.moodys_industry,
        "sp_industry": pool.sp_industry,
        "country": _countries(pool.country),
        "moodys_rating": _ratings(pool.moodys_rating, "moodys"),
        "sp_rating": _ratings(pool.sp_rating, "sp"),
        "issuer": pool.issuer_id,
    }
    whole = collateral_principal_amount(pool, inputs)
    if isinstance(whole, float) and whole <= 0:
        whole = Unavailable(f"collateral principal amount is {whole:.2f}, not above zero")
    grouped = [_group(pool, labels, is_exact=name == "issuer") for name, labels in groupings.items()]
    par = np.concatenate([item[2] for item in grouped])
    return Concentrations(
        concentration_type=np.repeat(list(groupings), [item[0].size for item in grouped]),
        concentration_value=np.concatenate([item[0] for item in grouped]),
        asset_count=np.concatenate([item[1] for item in grouped]),
        par=par,
        share=np.full(par.shape, np.nan) if isinstance(whole, Unavailable) else par / whole,
        rank=np.concatenate([np.arange(1, item[0].size + 1) for item in grouped]),
        reason=whole.reason if isinstance(whole, Unavailable) else None,
    )


def _group(pool: Pool, labels: Texts, *, is_exact: bool) -> tuple[NDArray[np.object_], Ints, Floats]:
    """Labels, distinct assets and par of each group, largest first.

    Spellings that differ in case only are one group, under the first of them in order; issuer ids are kept exact.
    """
    keys = labels if is_exact else fold(labels)
    by_label = np.argsort(labels, kind="stable")
    unique, first = np.unique(keys[by_label], return_index=True)
    group = np.searchsorted(unique, keys)
    par = np.bincount(group, weights=pool.par, minlength=unique.size)
    _, asset = np.unique(pool.asset_id, return_inverse=True)
    pairs = np.unique(np.stack([group, asset]), axis=1)
    # Whole cents: dust from the order of summation must not break a tie.
    order = np.lexsort((unique, -np.round(par, 2), unique == ""))
    names = np.array([str(label) or None for label in labels[by_label][first]], dtype=np.object_)
    asset_count = np.bincount(pairs[0], minlength=unique.size).astype(np.int64)
    return names[order], asset_count[order], par[order].astype(np.float64)


def _countries(countries: Texts) -> Texts:
    """Countries with their aliases resolved; other spellings as they stand."""
    aliases = country_aliases()
    folded, known = fold(countries), set(fold(countries)) & set(aliases)
    for alias in known:
        countries = np.where(folded == alias, aliases[alias], countries)
    return countries


def _ratings(ratings: Texts, agency: Agency) -> Texts:
    return rating_text(rating_rank(ratings, agency), agency)
