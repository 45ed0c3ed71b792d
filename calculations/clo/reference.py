"""The reference tables that ship with the package, read once into arrays. What is done with them does not belong here.

Sources: rating_scale.csv clo-compliance 3.1 (rank 15 is B on the S&P side, Q10; D is below every rank, Q33);
rating_derivations.csv 3.2 to 3.5 (watch and outlook of the WARF rating per Q1); moodys_recovery_rates.csv 3.6
(0.05 at three notches below, Q15); diversity_scores.csv 3.7; country_aliases.csv Q7; country_groups.csv 1.3. Where a
table has a column `preset`, it says with or without which quirk a row stands.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class RatingScale:
    """Ranks 1 (best) to 21, and 22 for D. Position `rank` of an array holds that rank; position 0 is "not rated"."""

    moodys: NDArray[np.str_]
    sp: NDArray[np.str_]
    factor: NDArray[np.float64]
    rank_of: Mapping[str, Mapping[str, int]]  # agency -> rating in upper case -> rank


@cache
def rating_scale() -> RatingScale:
    rows = read_table("rating_scale")
    if [int(row["rank"]) for row in rows] != list(range(1, 23)):
        raise ValueError("tables/rating_scale.csv: expected ranks 1 to 22 in order")
    unknown_factor = 10000.0
    return RatingScale(
        moodys=np.array(["", *(row["moodys"] for row in rows)]),
        sp=np.array(["", *(row["sp"] for row in rows)]),
        factor=np.array([unknown_factor, *(float(row["factor"]) for row in rows)]),
        rank_of={agency: _ranks(rows, agency) for agency in ("moodys", "sp")},
    )


def _ranks(rows: tuple[Mapping[str, str], ...], agency: str) -> Mapping[str, int]:
    return {row[agency].upper(): int(row["rank"]) for row in rows if row[agency]}


@cache
def diversity_bands() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower bounds (inclusive) of the bands of equivalent units, and the score of each; both of shape (201,)."""
    rows = read_table("diversity_scores")
    return (
        np.array([float(row["equivalent_units_from"]) for row in rows]),
        np.array([float(row["score"]) for row in rows]),
    )


@cache
def recovery_rates(preset: frozenset[str] = frozenset()) -> Mapping[str, NDArray[np.float64]]:
    """Moody's asset category in upper case -> rates by notches from -3 to 2 under a preset, shape (6,)."""
    rates: dict[str, dict[int, float]] = {}
    for row in rows_under("moodys_recovery_rates", preset):
        rates.setdefault(row["moodys_asset_category"], {})[int(row["notches"])] = float(row["rate"])
    return {category: np.array([by_notch[d] for d in range(-3, 3)]) for category, by_notch in rates.items()}


@cache
def agency_factors(agency: str) -> NDArray[np.float64]:
    """Rating factors of S&P or Fitch by rank, shape (23,); nan at 0, not rated.

    Sources: S&P, Updated Assumptions for CDO Monitor Non-Model Version (21 June 2019), rating factors of the SPWARF;
    Fitch, CLOs and Corporate CDOs Rating Criteria, rating factors of its editions before 2020.
    """
    return np.array([np.nan, *(float(row[agency]) for row in read_table("agency_rating_factors"))])


@cache
def country_aliases() -> Mapping[str, str]:
    return {row["alias"]: row["country"] for row in read_table("country_aliases")}


@cache
def country_groups(preset: frozenset[str] = frozenset()) -> Mapping[str, tuple[str, ...]]:
    """Countries of each group, in upper case, under a preset. Source: clo-compliance 1.3, Q7."""
    groups: dict[str, list[str]] = {}
    for row in rows_under("country_groups", preset):
        groups.setdefault(row["country_group"], []).append(row["country"])
    return {group: tuple(members) for group, members in groups.items()}


def rows_under(name: str, preset: frozenset[str]) -> tuple[Mapping[str, str], ...]:
    """The rows of a table whose column `preset` is blank, or says `with` a quirk of the set or `without` another."""
    return tuple(row for row in read_table(name) if _stands(row["preset"], preset))


def _stands(condition: str, preset: frozenset[str]) -> bool:
    word, _, quirk_id = condition.partition(" ")
    return not word or (quirk_id in preset) == (word == "with")


@cache
def read_table(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of `tables/<name>.csv`, as text."""
    text = files("calculations.clo").joinpath("tables", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
