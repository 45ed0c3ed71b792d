"""Assets to project, from the columns of raw table `clo_assets`, instalments and the par a deal holds. No projection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from calculations.clo.collateral.assets import AssetTerms, Rejection, read_assets
from calculations.clo.collateral.features import DrawTerms, PikTerms
from calculations.clo.columns import as_day, as_flag, as_float, as_text, fold
from calculations.clo.derivation import RatingInputs, complete_ratings

Instalments = Mapping[str, Sequence[tuple[dt.date, float]]]


def assets_from_tape(
    columns: Mapping[str, Any], held_par: Any, instalments: Instalments, analysis: dt.date
) -> tuple[tuple[AssetTerms, ...], tuple[Rejection, ...]]:
    """The assets of a deal, and what was left out or assumed, with the reason.

    One entry of `held_par` and of each column a line; lines of one asset are added. Lines of par 0 are no holding.
    Instalments, by asset id, count where the tape says SCHEDULED. A cap of 0 is none. Ratings that the tape leaves
    blank are derived. A loan marked as deferring interest capitalises all of it if it does so now, else none; unfunded
    amounts are projected undrawn, without a fee where the tape has none. Raises KeyError for a missing column.
    Source: clo-collateral-engine 1.1; clo-extensions 3.1, 3.2; clo-workbook, sheet of assets.
    """
    asset_id, par = as_text(columns["asset_id"]), as_float(held_par)
    completed = complete_ratings(RatingInputs.from_columns(columns), analysis)
    texts = {name: as_text(columns[name]).tolist() for name in ("coupon_type", "day_count", "business_day_convention")}
    days = {name: as_day(columns[name]).tolist() for name in ("dated_date", "first_payment_date", "maturity")}
    numbers = {
        name: [None if np.isnan(value) else value for value in as_float(columns[name]).tolist()]
        for name in (
            *("coupon", "coupon_spread", "libor_floor", "index_cap", "payment_frequency", "market_value"),
            *("commitment_fee", "unfunded_amount", "pik_amount"),
        )
    }
    flags = {
        name: as_flag(columns[name]).tolist()
        for name in ("is_payment_end_of_month", "is_default_obligation", "is_deferred_interest_bond", "is_piking")
    }
    is_scheduled = (fold(as_text(columns["amortization_type"])) == "SCHEDULED").tolist()
    recovery = completed.moodys_recovery_rate.tolist()
    notes: list[Rejection] = []
    rows: list[dict[str, Any]] = []
    held = np.flatnonzero(par != 0.0)  # an unknown par is held, and is refused where the asset is read
    names, first, of_name = np.unique(asset_id[held], return_index=True, return_inverse=True)
    total = np.bincount(of_name, weights=par[held], minlength=names.size)
    for number in np.argsort(first).tolist():
        name, line = str(names[number]), int(held[first[number]])
        try:
            pik = _pik(
                name,
                numbers["pik_amount"][line] or 0.0,
                flags["is_deferred_interest_bond"][line],
                flags["is_piking"][line],
                notes,
            )
            draws = _draws(name, numbers["unfunded_amount"][line] or 0.0, numbers["commitment_fee"][line], notes)
        except ValueError as error:
            notes.append(Rejection(name, f"asset {name}, {error}"))
            continue
        rows.append(
            {
                "asset_id": name,
                "par": float(total[number]),
                "coupon": _or_nan(numbers["coupon"][line]),
                "dated": days["dated_date"][line],
                "first_payment": days["first_payment_date"][line],
                "maturity": days["maturity"][line],
                "payments_per_year": _or_nan(numbers["payment_frequency"][line]),
                "day_count": texts["day_count"][line],
                "convention": texts["business_day_convention"][line],
                "is_end_of_month": flags["is_payment_end_of_month"][line],
                "coupon_type": texts["coupon_type"][line],
                "spread": numbers["coupon_spread"][line] or 0.0,
                "floor": numbers["libor_floor"][line],
                "cap": numbers["index_cap"][line] or None,
                "instalments": tuple(instalments.get(name, ())) if is_scheduled[line] else (),
                "market_value": numbers["market_value"][line],
                "recovery_rate": None if np.isnan(recovery[line]) else recovery[line],
                "is_defaulted": flags["is_default_obligation"][line],
                "moodys_rating": str(completed.moodys_rating[line]),
                "sp_rating": str(completed.sp_rating[line]),
                "pik": pik,
                "draws": draws,
            }
        )
    assets, rejections = read_assets(rows)
    return assets, (*rejections, *notes)


def _or_nan(value: float | None) -> float:
    # Not a number, so that the check of the field names it.
    return float("nan") if value is None else value


def _pik(name: str, balance: float, may_defer: bool, is_piking: bool, notes: list[Rejection]) -> PikTerms | None:
    if not (balance or may_defer or is_piking):
        return None
    share = float(is_piking)
    notes.append(
        Rejection(
            name, f"asset {name}, pik: PIK_TERMS_MISSING: no shares are given, projected with {share:g} throughout"
        )
    )
    return PikTerms(balance=balance, shares=((dt.date.min, share),))


def _draws(name: str, unfunded: float, fee_rate: float | None, notes: list[Rejection]) -> DrawTerms | None:
    if not unfunded:
        return None
    if fee_rate is None:
        notes.append(Rejection(name, f"asset {name}, commitment_fee: must be a rate, found none; none is projected"))
    return DrawTerms(unfunded=unfunded, fee_rate=fee_rate)
