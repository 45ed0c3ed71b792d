"""Ratings and recovery rates that a tape leaves blank, derived by ordered decision tables. The tables are data.

What a rating is worth (rank, factor) is in ratings; a stated rating is never replaced here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations.clo.columns import Days, Flags, Floats, Ints, Texts, as_day, as_flag, as_float, as_text, fold
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.ratings import LOWEST_RANK, Agency, notch, rating_rank, rating_text
from calculations.clo.reference import rating_scale, recovery_rates, rows_under

CREDIT_ESTIMATE_MONTHS = 15
DIP_RECOVERY_RATE = 0.5

_UNREADABLE = -1
"""Under CMP-11, a rating that is stated and on no scale: it counts as rated, and as rank 0 wherever it is reckoned with."""
_SP_RANK_15, _SP_RANK_OF_BB = 15, 12

_AGENCY_RATINGS: Mapping[Agency, tuple[str, ...]] = {
    "moodys": (
        "moodys_facility_rating",
        "moodys_issuer_rating",
        "moodys_senior_secured_rating",
        "moodys_senior_unsecured_rating",
        "moodys_subordinate_rating",
        "moodys_credit_estimate",
    ),
    "sp": ("sp_facility_rating", "sp_issuer_rating", "sp_senior_secured_rating", "sp_subordinated_rating"),
}


@dataclass(frozen=True, eq=False)
class RatingInputs:
    """What a tape says of n assets; every array has shape (n,).

    `ranks` holds the agencies' own ratings by column name; the four stated columns are what the tape has already
    derived ("" or nan where it has not).
    """

    ranks: Mapping[str, Ints]
    credit_estimate_date: Days
    facility_outlook: Texts
    issuer_outlook: Texts
    is_loan: Flags
    is_senior_secured: Flags
    is_structured_finance: Flags
    is_dip: Flags
    is_defaulted: Flags
    moodys_asset_category: Texts
    moodys_rating: Texts
    moodys_dp_rating: Texts
    moodys_rating_warf: Texts
    moodys_recovery_rate: Floats

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], preset: Preset = STANDARD) -> RatingInputs:
        """From the columns of raw table `clo_assets`, by their names; a missing column raises KeyError."""
        return cls(
            ranks={
                name: _stated_rank(as_text(columns[name]), agency, preset)
                for agency, names in _AGENCY_RATINGS.items()
                for name in names
            },
            credit_estimate_date=as_day(columns["moodys_credit_estimate_date"]),
            facility_outlook=fold(as_text(columns["moodys_facility_outlook"])),
            issuer_outlook=fold(as_text(columns["moodys_issuer_outlook"])),
            is_loan=fold(as_text(columns["bond_loan"])) == "LOAN",
            is_senior_secured=fold(as_text(columns["seniority"])) == "SENIOR SECURED",
            is_structured_finance=as_flag(columns["is_structured_finance"]),
            is_dip=as_flag(columns["is_dip"]),
            is_defaulted=as_flag(columns["is_default_obligation"]),
            moodys_asset_category=fold(as_text(columns["moodys_asset_category"])),
            moodys_rating=as_text(columns["moodys_rating"]),
            moodys_dp_rating=as_text(columns["moodys_dp_rating"]),
            moodys_rating_warf=as_text(columns["moodys_rating_warf"]),
            moodys_recovery_rate=as_float(columns["moodys_recovery_rate"]),
        )


@dataclass(frozen=True, eq=False)
class CompletedRatings:
    """Ratings and recovery rates of n assets, stated where the tape states them and derived elsewhere."""

    moodys_rating: Texts
    moodys_dp_rating: Texts
    moodys_rating_warf: Texts
    sp_rating: Texts  # always derived: a tape has no such column
    moodys_recovery_rate: Floats
    is_derived: Mapping[str, Flags]  # by the field names above


def complete_ratings(inputs: RatingInputs, analysis_date: dt.date, preset: Preset = STANDARD) -> CompletedRatings:
    """Fill what the tape leaves blank; a stated rating or rate stands as it is, and a stated NR stays unrated.

    A credit estimate counts while it is younger than 15 whole months at `analysis_date`; one without a date does not
    count. A recovery rate of 0 or nan is derived. A text on no scale is unrated, as NR is: it is a statement that
    cannot be read, not a blank. Source: clo-compliance 3.2 to 3.6 with Q1, Q10 to Q12, Q14, Q15; clo-workbook 4,
    value rules. The quirks CMP-01, 10, 11, 12 and 15 of a preset act here; `inputs` are to be read under the same one.
    """
    known = dict(inputs.ranks)
    is_fresh = _whole_months(inputs.credit_estimate_date, analysis_date) < CREDIT_ESTIMATE_MONTHS
    known["moodys_credit_estimate"] = np.where(is_fresh, known["moodys_credit_estimate"], 0)
    for helper in ("moodys_from_sp", "moodys_from_moodys"):  # the other tables name these two as sources
        known[helper] = _derive(helper, inputs, known, preset)

    stated = {name: rating_rank(getattr(inputs, name), "moodys") for name in _STATED}
    is_blank = {name: fold(getattr(inputs, name)) == "" for name in _STATED}
    ranks = {
        name: np.where(is_blank[name], np.maximum(_derive(name, inputs, known, preset), 0), rank)
        for name, rank in stated.items()
    }
    is_rate_stated = np.nan_to_num(inputs.moodys_recovery_rate) > 0
    ranked = {name: _ranked_as_loaded(getattr(inputs, name), rank, preset) for name, rank in ranks.items()}
    rate = _recovery_rate(inputs, ranked["moodys_dp_rating"], ranked["moodys_rating"], preset)
    return CompletedRatings(
        moodys_rating=rating_text(ranks["moodys_rating"], "moodys"),
        moodys_dp_rating=rating_text(ranks["moodys_dp_rating"], "moodys"),
        moodys_rating_warf=rating_text(ranks["moodys_rating_warf"], "moodys"),
        sp_rating=rating_text(np.maximum(_derive("sp_rating", inputs, known, preset), 0), "sp"),
        moodys_recovery_rate=np.where(is_rate_stated, inputs.moodys_recovery_rate, rate),
        is_derived={
            **is_blank,
            "sp_rating": np.ones(is_rate_stated.shape, dtype=np.bool_),
            "moodys_recovery_rate": ~is_rate_stated,
        },
    )


_STATED = ("moodys_rating", "moodys_dp_rating", "moodys_rating_warf")


def _stated_rank(ratings: Texts, agency: Agency, preset: Preset) -> Ints:
    ranks = rating_rank(ratings, agency)
    if "CMP-11" in preset:
        return np.where((ranks == 0) & ~np.isin(fold(ratings), ("", "NR")), _UNREADABLE, ranks)
    return ranks


def _ranked_as_loaded(ratings: Texts, ranks: Ints, preset: Preset) -> Ints:
    """Under CMP-12 a stated rating, in capitals since it was loaded, has a rank only where the scale spells it so."""
    if "CMP-12" in preset:
        is_spelt_otherwise = (fold(ratings) != "") & (fold(ratings) != rating_text(ranks, "moodys"))
        return np.where(is_spelt_otherwise, 0, ranks)
    return ranks


def _derive(derivation: str, inputs: RatingInputs, known: Mapping[str, Ints], preset: Preset) -> Ints:
    """Rank per asset from the first row of the derivation's table that applies; 0 where none does."""
    rows = [row for row in rows_under("rating_derivations", preset) if row["derivation"] == derivation]
    choices = [_apply(row, inputs, known, preset) for row in sorted(rows, key=lambda row: int(row["step"]))]
    return np.select([ranks != 0 for ranks in choices], choices, default=0)


def _apply(row: Mapping[str, str], inputs: RatingInputs, known: Mapping[str, Ints], preset: Preset) -> Ints:
    """Rank per asset that one row of a decision table gives; 0 where the row does not apply."""
    source, notches = row["source"], int(row["notches"])
    ranks = np.full(inputs.is_dip.shape, _rank_of(source[1:])) if source.startswith("=") else known[source]
    is_sp_b = source.startswith("sp_") & (ranks == _SP_RANK_15)
    if "CMP-10" in preset and notches:  # the scale has BB at rank 15, so a B is on no scale
        ranks = np.where(is_sp_b, _UNREADABLE if "CMP-11" in preset else 0, ranks)
    applies = ranks != 0
    reckoned = np.maximum(ranks, 0)
    for column, flags in (
        ("bond_loan", inputs.is_loan),
        ("is_structured_finance", inputs.is_structured_finance),
        ("is_dip", inputs.is_dip),
        ("is_defaulted", inputs.is_defaulted),
        ("is_senior_secured_loan", inputs.is_loan & inputs.is_senior_secured),
    ):
        if row[column]:
            applies = applies & (flags if row[column] in ("yes", "loan") else ~flags)
    if row["at_or_above"]:
        applies = applies & (reckoned <= _rank_of(row["at_or_above"]))
    if row["below"]:
        applies = applies & (reckoned > _rank_of(row["below"]))
    if row["outlook"]:
        applies = applies & _has_outlook(row["outlook"], inputs)
    moved = notch(ranks, notches)
    if notches:
        moved = np.where(ranks == _UNREADABLE, np.clip(-notches, 1, LOWEST_RANK), moved)
    if "CMP-10" in preset and notches and row["derivation"] == "sp_rating":
        moved = np.where(moved == _SP_RANK_15, _SP_RANK_OF_BB, moved)
    return np.where(applies, moved, 0)


def _has_outlook(alternatives: str, inputs: RatingInputs) -> Flags:
    texts = {"issuer": inputs.issuer_outlook, "facility": inputs.facility_outlook}
    pairs = [alternative.split(":") for alternative in alternatives.split()]
    return np.logical_or.reduce([texts[whose] == outlook for whose, outlook in pairs])


def _rank_of(rating: str) -> int:
    """Rank of a rating written in a decision table, in either agency's spelling; NR stands for one on no scale."""
    if rating == "NR":
        return _UNREADABLE
    scales = rating_scale().rank_of
    return scales["moodys"].get(rating.upper()) or scales["sp"][rating.upper()]


def _recovery_rate(inputs: RatingInputs, obligor: Ints, facility: Ints, preset: Preset) -> Floats:
    """Rate by how many notches the facility is rated above its obligor; nan where either is unrated.

    Under CMP-11 an unrated one has rank 0.

    Source: clo-compliance 3.6, Q15.
    """
    column = np.clip(obligor - facility, -3, 2) + 3
    tables = recovery_rates(preset)
    named = [category for category in tables if category != "OTHER"]
    rates = np.select(
        [inputs.moodys_asset_category == category for category in named],
        [tables[category][column] for category in named],
        default=tables["OTHER"][column],
    )
    is_comparable = ((obligor > 0) & (facility > 0)) | ("CMP-11" in preset)
    return np.where(inputs.is_dip, DIP_RECOVERY_RATE, np.where(is_comparable, rates, np.nan))


def _whole_months(since: Days, until: dt.date) -> Floats:
    """Completed months from each day to `until` (one is complete on the same day number or at the month's end).

    A missing day gives infinity: nothing is younger than an age that is not known.
    """
    end = np.datetime64(until, "D")
    is_known = ~np.isnat(since)
    day = np.where(is_known, since, end)
    months = (end.astype("datetime64[M]") - day.astype("datetime64[M]")).astype(np.int64)
    day_number = (day - day.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    month_end = (end.astype("datetime64[M]") + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    is_complete = (until.day >= day_number) | (end == month_end)
    return np.where(is_known, months - ~is_complete, np.inf)
