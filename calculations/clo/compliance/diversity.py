"""Moody's diversity score of many pools at once. The bands of the score are in `calculations.clo.diversity`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from calculations.clo.columns import Floats, Ints, fold
from calculations.clo.compliance.batch import Chunk, Grouping
from calculations.clo.compliance.universe import Universe
from calculations.clo.diversity import band_scores
from calculations.clo.presets import Preset
from calculations.clo.reference import diversity_bands


@dataclass(frozen=True, eq=False)
class Diversity:
    """What the score of any pool of a universe needs: issuers, and the industry of each issuer's assets.

    `industry` (n,) is each asset's industry as a number. `main_industry` (issuers,) is that of an issuer whose assets
    agree; for the issuers in `mixed` it depends on what a pool holds.
    """

    issuers: Grouping
    industry: Ints
    industry_count: int
    main_industry: Ints
    mixed: tuple[tuple[int, Ints], ...]
    rounds_half_even: bool

    @classmethod
    def of(cls, universe: Universe, preset: Preset) -> Diversity:
        issuers = Grouping.of(universe.issuer_id, np.ones(universe.size, dtype=np.bool_))
        names, industry = np.unique(fold(universe.moodys_industry), return_inverse=True)
        main: list[int] = []
        mixed: list[tuple[int, Ints]] = []
        by_issuer = np.split(issuers.members, issuers.starts[1:]) if issuers.members.size else []
        for issuer, members in enumerate(by_issuer):
            by_id = members[np.argsort(universe.asset_id[members], kind="stable")]
            main.append(int(industry[by_id[0]]))
            if np.unique(industry[by_id]).size > 1:
                mixed.append((issuer, by_id))
        return cls(
            issuers,
            industry.astype(np.int64),
            int(names.size),
            np.array(main, dtype=np.int64),
            tuple(mixed),
            "CMP-16" in preset,
        )

    def scores(self, chunk: Chunk) -> Floats:
        """Score per pool, shape (pools,), unrounded; nan for a pool that holds nothing.

        An issuer counts by its par against the mean issuer's, at most 1, in the industry of its first held asset by
        asset id. Source: clo-compliance 3.7.
        """
        totals = chunk.totals(self.issuers)
        held = totals > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = totals.sum(axis=1) / held.sum(axis=1)
            units = np.minimum(1.0, totals / mean[:, None])
        weights = np.zeros((totals.shape[1], self.industry_count))
        weights[np.arange(totals.shape[1]), self.main_industry] = 1.0
        by_industry = units @ weights
        pools = np.arange(totals.shape[0])
        for issuer, members in self.mixed:
            first = members[np.argmax(chunk.par[:, members] > 0, axis=1)]
            by_industry[:, self.main_industry[issuer]] -= units[:, issuer]
            by_industry[pools, self.industry[first]] += units[:, issuer]
        # What is taken out again leaves dust of either sign.
        by_industry = np.where(np.abs(by_industry) < 1e-12, 0.0, by_industry)
        lookup = _rounded_scores if self.rounds_half_even else band_scores
        return np.where(held.any(axis=1), lookup(np.nan_to_num(by_industry)).sum(axis=1), np.nan)


def _rounded_scores(equivalent_units: Floats) -> Floats:
    """Scores looked up at tenths, rounded half to even (CMP-16)."""
    _, scores = diversity_bands()
    tenths = np.rint(np.round(equivalent_units, 1) * 10).astype(np.int64)
    return scores[np.where(equivalent_units > 19.95, scores.size - 1, np.minimum(tenths, scores.size - 1))]
