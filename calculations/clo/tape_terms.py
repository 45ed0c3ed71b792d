"""From what a tape says of a deal's assets to the terms a projection needs, with a record of all that was assumed.

Nothing is projected here, and no assumption of a scenario belongs here.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calculations import daycount
from calculations.clo.collateral import AssetTerms, Rejection, read_assets
from calculations.clo.collateral.features import PikTerms
from calculations.clo.derivation import RatingInputs, complete_ratings
from calculations.clo.stated_terms import StatedTerms, commitment_terms, pik_terms, rate_steps, with_stated_events
from calculations.months import add_months, as_date

Instalments = Mapping[str, Sequence[tuple[dt.date, float]]]
NOTHING_STATED = StatedTerms()


@dataclass(frozen=True)
class Assumed:
    """An input that was not given, or not used as given, with what stands in its place and why."""

    subject: str  # asset id, or class, fee or parameter of the deal
    field: str
    value: str | None
    reason: str


def tape_terms(
    rows: Sequence[Mapping[str, Any]],
    instalments: Instalments,
    index: float | None,
    analysis: dt.date,
    stated: StatedTerms = NOTHING_STATED,
) -> tuple[tuple[AssetTerms, ...], tuple[Rejection, ...], tuple[Assumed, ...]]:
    """Assets of a deal from rows with the columns of `int_clo__holdings`; `index` is the current index level.

    Returns the assets, the assets and events that cannot be projected with the reason, and what was assumed of the others:
    an asset is never projected on a figure that nobody stated or recorded. What tables beside the tape state (`stated`) is
    not assumed. Ratings and recovery rates that the tape leaves blank are derived.
    Source: clo-collateral-engine 1.1, Q4, Q5, Q12, Q14, Q27; clo-extensions 3.1 to 3.4; clo-compliance 3.
    """
    rated = _derived_ratings(rows, analysis)
    terms: list[dict[str, Any]] = []
    rejections: list[Rejection] = []
    assumed: list[Assumed] = []
    for row, ratings in zip(rows, rated, strict=True):
        if reason := _unusable(row, index):
            rejections.append(Rejection(str(row["asset_id"]), reason))
            continue
        try:
            found, notes = _terms(row, instalments.get(str(row["asset_id"]), ()), index)
            features, others = _features(row, analysis, stated)
        except ValueError as error:  # terms of a feature, which do not know their asset
            rejections.append(Rejection(str(row["asset_id"]), f"asset {row['asset_id']}: {error}"))
            continue
        terms.append({**found, **features, **ratings})
        assumed += [*notes, *others]
    assets, refused = read_assets(terms)
    assets, without_event = with_stated_events(assets, stated.events)
    return assets, (*rejections, *refused, *without_event), tuple(assumed)


def _unusable(row: Mapping[str, Any], index: float | None) -> str | None:
    """Why a row cannot be projected whatever is assumed; None where it can."""
    asset_id = row["asset_id"]
    if not row["has_asset_row"]:
        return f"asset {asset_id}: expected a row on the asset tape, found none"
    if row["par_amount"] is None:
        return f"asset {asset_id}, par_amount: expected a number on every line, found a blank one"
    if row["maturity"] is None:
        return f"asset {asset_id}, maturity: expected a date, found nothing"
    if (frequency := row["payment_frequency"]) and not (frequency >= 1 and frequency % 1 == 0):
        return f"asset {asset_id}, payment_frequency: expected a whole number >= 1, found {frequency!r}"
    is_floating = str(row["coupon_type"] or "").upper() == "FLOAT"
    if row["coupon"] is None and not (is_floating and index is not None and row["coupon_spread"] is not None):
        return f"asset {asset_id}, coupon: expected a rate, found nothing to take in its place"
    return None


def _terms(
    row: Mapping[str, Any], instalments: Sequence[tuple[dt.date, float]], index: float | None
) -> tuple[dict[str, Any], list[Assumed]]:
    asset_id = str(row["asset_id"])
    notes: list[Assumed] = []

    def assume(field: str, value: Any, reason: str) -> Any:
        notes.append(Assumed(asset_id, field, None if value is None else str(value), reason))
        return value

    coupon_type = str(row["coupon_type"] or "").strip().upper()
    if not coupon_type:
        coupon_type = assume("coupon_type", "FIXED", "the tape names none, so the coupon stays as it is")
    is_floating = coupon_type == "FLOAT"
    floor = row["libor_floor"]
    coupon = row["coupon"]
    if coupon is None:
        level = max(index or 0.0, floor or 0.0)
        coupon = assume(
            "coupon", level + row["coupon_spread"], "the tape has none: current index and floor plus spread"
        )
    spread = row["coupon_spread"]
    if is_floating and spread is None:
        spread = assume(
            "coupon_spread", coupon - max(index or 0.0, floor or 0.0), "the tape has none: coupon less index"
        )
    frequency = row["payment_frequency"]
    if not frequency:
        frequency = assume("payment_frequency", 4, "the tape has none: quarterly")
    day_count = row["day_count"]
    if not day_count:
        usual = daycount.ACT_360 if is_floating else daycount.US_30_360
        day_count = assume("day_count", usual, "the tape has none: the usual one of its coupon type")
    # An index cap of 0 is how a tape says that there is none.
    cap = row["index_cap"] or None
    dated = row["dated_date"] or row["issue_date"]
    if dated is None:
        dated = assume(
            "dated_date", row["first_payment_date"] or row["maturity"], "the tape has neither dated nor issue date"
        )
    if row["dated_date"] is None and row["issue_date"] is not None:
        assume("dated_date", dated, "the tape has none: issue date")
    first = row["first_payment_date"]
    if first is None:
        first = assume(
            "first_payment_date",
            _stepped_back(row["maturity"], dated, int(frequency)),
            "the tape has none: stepped back from maturity",
        )
    if first > row["maturity"]:
        first = assume("first_payment_date", row["maturity"], f"the tape has {first}, after maturity: paid at maturity")
    is_scheduled = str(row["amortization_type"] or "").upper() == "SCHEDULED"
    if is_scheduled and not instalments:
        assume("amortization_type", "bullet", "the tape says scheduled and no instalments are given")
    if row["par_amount"] == 0:
        assume("par_amount", 0, "nothing is held, so nothing flows")
    if row["is_default_obligation"] and row["market_value"] is None:
        assume("market_value", None, "in default without a market value: at its recovery rate, at nothing without one")
    return (
        {
            "asset_id": asset_id,
            "par": row["par_amount"],
            "coupon": coupon,
            "dated": dated,
            "first_payment": first,
            "maturity": row["maturity"],
            "payments_per_year": int(frequency),
            "day_count": day_count,
            "convention": row["business_day_convention"] or "",
            "is_end_of_month": bool(row["is_payment_end_of_month"]),
            "coupon_type": coupon_type,
            "spread": spread or 0.0,
            "floor": floor,
            "cap": cap,
            "instalments": tuple(instalments) if is_scheduled else (),
            "market_value": row["market_value"],
            "is_defaulted": row["is_default_obligation"],
        },
        notes,
    )


def _features(row: Mapping[str, Any], analysis: dt.date, stated: StatedTerms) -> tuple[dict[str, Any], list[Assumed]]:
    """Features of an asset: as tables state them, else as the tape lets assume. Source: clo-extensions 3.1 to 3.3."""
    asset_id = str(row["asset_id"])
    notes: list[Assumed] = []

    def assume(field: str, value: str | None, reason: str) -> None:
        notes.append(Assumed(asset_id, field, value, reason))

    found: dict[str, Any] = {}
    if shares := stated.pik.get(asset_id):
        found["pik"] = pik_terms(shares, row["pik_amount"] or 0.0)
    elif row["pik_amount"] or row["is_deferred_interest_bond"] or row["is_piking"]:
        share = float(bool(row["is_piking"]))
        assume("pik_share", f"{share:g}", "PIK_TERMS_MISSING: the tape has no terms: as it pays now, to the end")
        found["pik"] = PikTerms(balance=row["pik_amount"] or 0.0, shares=((dt.date.min, share),))
    commitment = stated.draws.get(asset_id)
    if commitment or row["unfunded_amount"]:
        terms = commitment_terms(
            commitment or (),
            analysis,
            unfunded=row["unfunded_amount"] or 0.0,
            fee_rate=row["commitment_fee"],
            # Without stated terms nothing says until when it may be drawn again.
            is_revolving=bool(commitment and row["is_revolver"]),
        )
        if not terms.says_when_drawn:
            assume("draws", "0", "the tape has no draw dates: what is unfunded stays so")
        if terms.draws.fee_rate is None:
            assume("commitment_fee", None, "the tape has none: no fee is projected")
        for name, day in terms.left_out:
            assume(name, None, f"another one from {day} on is stated: a projection has one, that of the analysis date")
        found["draws"] = terms.draws
    if steps := stated.steps.get(asset_id):
        found["steps"] = rate_steps(steps)
    return found, notes


def _derived_ratings(rows: Sequence[Mapping[str, Any]], analysis: dt.date) -> list[dict[str, Any]]:
    """Fields of each row's terms that hang on its ratings; what is in default and worth nothing known recovers nothing."""
    if not rows:
        return []
    columns = {name: np.array([row.get(name) for row in rows], dtype=object) for name in rows[0]}
    completed = complete_ratings(RatingInputs.from_columns(columns), analysis)
    found = []
    for number, row in enumerate(rows):
        recovery = float(completed.moodys_recovery_rate[number])
        worthless = row["is_default_obligation"] and row["market_value"] is None
        found.append(
            {
                "moodys_rating": str(completed.moodys_rating[number]),
                "sp_rating": str(completed.sp_rating[number]),
                "recovery_rate": (0.0 if worthless else None) if math.isnan(recovery) else recovery,
            }
        )
    return found


def _stepped_back(maturity: dt.date, dated: dt.date, frequency: int) -> dt.date:
    """The earliest date after `dated` that lies whole payment intervals before maturity."""
    step = max(12 // frequency, 1)
    months = (maturity.year - dated.year) * 12 + maturity.month - dated.month
    for count in range(months // step, 0, -1):
        when = as_date(add_months(maturity, -count * step))
        if when > dated:
            return when
    return maturity
