"""Ratings and recovery rates that follow from an issuer's rating and outlooks. Drawing or changing ratings does not belong here.

Ranks run from 1 (Aaa) to 21 (C); arrays in, arrays of the same shape out. Source: clo-compliance 3.1 to 3.6.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingestion.samples.parameters import load_yaml

Ranks = npt.NDArray[np.int64]
DEFAULTED_RANK = 20  # Ca


def moodys_scale() -> npt.NDArray[np.str_]:
    """Moody's ratings from Aaa to C; rank 1 stands at place 0."""
    return np.array(load_yaml("clo_lists.yaml")["moodys_ratings"])


def sp_scale() -> npt.NDArray[np.str_]:
    """S&P ratings aligned with the Moody's ranks, AAA to C."""
    return np.array(load_yaml("clo_lists.yaml")["sp_ratings"][:21])


def rank_of(rating: str) -> int:
    """Rank of a Moody's rating; an unknown one is an error."""
    places = np.flatnonzero(moodys_scale() == rating)
    if places.size == 0:
        raise ValueError(f"expected a Moody's rating of clo_lists.yaml, found {rating!r}")
    return int(places[0]) + 1


def moodys(ranks: Ranks) -> npt.NDArray[np.str_]:
    return moodys_scale()[np.clip(ranks, 1, 21) - 1]


def sp(ranks: Ranks) -> npt.NDArray[np.str_]:
    return sp_scale()[np.clip(ranks, 1, 20) - 1]


def default_probability_rank(issuer: Ranks, facility_outlook: npt.NDArray[np.str_]) -> Ranks:
    """Issuer rating, one notch lower on watch for downgrade and one higher on watch for upgrade."""
    return np.clip(issuer + (facility_outlook == "Downgrade") - (facility_outlook == "Upgrade"), 1, 21)


def warf_rank(issuer: Ranks, facility_outlook: npt.NDArray[np.str_], issuer_outlook: npt.NDArray[np.str_]) -> Ranks:
    """Rating used for the rating factor: two notches lower on watch for downgrade, one on negative outlook, one higher on upgrade."""
    lower = np.where(facility_outlook == "Downgrade", 2, np.where(issuer_outlook == "Negative", 1, 0))
    return np.clip(issuer + np.where(lower > 0, lower, -1 * (facility_outlook == "Upgrade")), 1, 21)


def facility_rating_rank(
    facility: Ranks, facility_outlook: npt.NDArray[np.str_], is_senior_secured_loan: npt.NDArray[np.bool_]
) -> Ranks:
    """Moody's rating: the facility rating, moved by its outlook for senior secured loans only."""
    moved = facility + (facility_outlook == "Downgrade") - (facility_outlook == "Upgrade")
    return np.clip(np.where(is_senior_secured_loan, moved, facility), 1, 21)


def recovery_rates(
    default_probability: Ranks, facility: Ranks, is_first_lien: npt.NDArray[np.bool_], is_dip: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Moody's recovery rate, a fraction, by how many notches the facility stands above the obligor. Source: clo-compliance 3.6."""
    notches = np.clip(default_probability - facility, -3, 2) + 3
    senior = np.array([0.20, 0.30, 0.40, 0.45, 0.50, 0.60])[notches]
    other = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55])[notches]
    return np.where(is_dip, 0.50, np.where(is_first_lien, senior, other))
