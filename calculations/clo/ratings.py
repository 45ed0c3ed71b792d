"""The rating scale: ranks, notches and rating factors, over arrays. Deriving a missing rating does not belong here.

Ranks run from 1 (best) to 21, D is 22, and 0 means "not rated": blank, NR or a text that is on no scale.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from calculations.clo.columns import Flags, Floats, Ints, Texts, fold
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.reference import rating_scale

Agency = Literal["moodys", "sp"]

CAA1_RANK = 17  # Moody's Caa1, S&P CCC+
LOWEST_RANK = 21
SP_DEFAULT_RANK = 22


def rating_rank(ratings: Texts, agency: Agency) -> Ints:
    """Rank of each rating on its agency's scale, in any case of letters; 0 where it is not rated. Shape kept.

    Source: clo-compliance 3.1, Q10, Q11, Q12.
    """
    rank_of = rating_scale().rank_of[agency]
    unique, inverse = np.unique(fold(ratings), return_inverse=True)
    ranks = np.array([rank_of.get(str(text), 0) for text in unique], dtype=np.int64)
    return ranks[inverse].reshape(np.shape(ratings))


def rating_text(ranks: Ints, agency: Agency) -> Texts:
    """The agency's spelling of each rank; "" for rank 0."""
    return getattr(rating_scale(), agency)[ranks]


def is_rated(ratings: Texts, agency: Agency) -> Flags:
    """True where the text is a rating of that agency's scale; blank, NR and unknown texts are not. Source: 3.1, Q11."""
    return rating_rank(ratings, agency) > 0


def rating_factor(ratings: Texts) -> Floats:
    """Moody's rating factor of each rating; an unknown one counts 10000. Source: clo-compliance 3.1, Q13."""
    return rating_scale().factor[rating_rank(ratings, "moodys")]


def ranking_factor(ratings: Texts, preset: Preset = STANDARD) -> Floats:
    """Moody's rating factor as a ranking of trades reckons with it: under CMP-13 an unknown rating counts 0. Source: Q13."""
    factors = rating_factor(ratings)
    return np.where(is_rated(ratings, "moodys"), factors, 0.0) if "CMP-13" in preset else factors


def notch(ranks: Ints, upgrade: int) -> Ints:
    """Ranks moved up by `upgrade` notches (down where negative), kept within 1 to 21; 0 stays 0. Source: 3.1, Q11."""
    moved = np.clip(ranks - upgrade, 1, LOWEST_RANK)
    # No notch means "as it stands": a D stays a D.
    return np.where((ranks == 0) | (upgrade == 0), ranks, moved)
