"""Assets of a deal in another currency than its own: at which spot rate, under which stated hedge, and which cannot be projected so.
What hedged and unhedged loans pay does not belong here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from calculations.clo.collateral import AssetTerms, Rejection
from calculations.clo.hedges import Hedge, hedged_part
from calculations.clo.stated_terms import Row
from calculations.clo.tape_terms import Assumed
from calculations.fx import Quotes, convert

MAX_AGE_DAYS = 7  # of a quote before the analysis date, as for funds (input-contracts 2.1)
_ONE = Decimal(1)
_UNIT = Decimal("1e-12")  # digits of an exchange rate


@dataclass(frozen=True)
class ForeignAssets:
    """`assets` that can be projected, the deal's own currency included; by asset id `currencies` of the foreign ones and their
    `hedges`; `spot_rates` as a scenario takes them."""

    assets: tuple[AssetTerms, ...]
    currencies: Mapping[str, str]
    hedges: Mapping[str, Hedge]
    spot_rates: Mapping[str, Mapping[dt.date, float]]
    rejections: tuple[Rejection, ...]
    assumed: tuple[Assumed, ...]


def foreign_assets(
    assets: Sequence[AssetTerms],
    currencies: Mapping[str, str | None],
    hedges: Mapping[str, Sequence[Row]],
    deal_currency: str,
    quotes: Quotes,
    index: float,
    analysis: dt.date,
) -> ForeignAssets:
    """What the tape's `currencies` and the rows of `asset_hedges` by asset id (in order of days) make of a pool.

    `index` is the deal's current one, which a floating leg pays first. An asset without a currency is in the deal's. A foreign one has its terms, par too, in its own currency. The spot rate
    is that of the analysis date, held flat, which is said; the hedge is the one stated last until then. Rejected with
    its code: FX_MISSING without a quote in the week before, HEDGE_RATIO, HEDGE_CURRENCY, and an asset that is drawn or
    capitalises interest. Source: clo-extensions 3.5.
    """
    kept: list[AssetTerms] = []
    found: dict[str, str] = {}
    swaps: dict[str, Hedge] = {}
    spot: dict[str, Mapping[dt.date, float]] = {}
    rejections: list[Rejection] = []
    assumed: list[Assumed] = []
    for asset in assets:
        currency = currencies.get(asset.asset_id) or deal_currency
        rows = hedges.get(asset.asset_id, ())
        try:
            hedge = _hedge(asset, currency, rows, deal_currency, index, analysis)
            if currency == deal_currency:
                kept.append(asset)
                continue
            if asset.draws or asset.pik:
                raise ValueError(
                    f"draws and capitalised interest must be in the deal's currency, found an asset in {currency}"
                )
            if currency not in spot:
                rate, day = _spot(currency, deal_currency, quotes, analysis)
                spot[currency] = {analysis: float(rate)}
                assumed.append(Assumed(currency, "spot_rate", str(rate), f"the rate of {day} is held to the end"))
        except ValueError as error:
            rejections.append(Rejection(asset.asset_id, f"asset {asset.asset_id}: {error}"))
            continue
        kept.append(asset)
        found[asset.asset_id] = currency
        if hedge is not None:
            swaps[asset.asset_id] = hedge
        assumed += [
            Assumed(asset.asset_id, "hedge", None, f"another hedge from {row['from_date']} on is stated: left out")
            for row in rows
            if row["from_date"] > analysis
        ]
    return ForeignAssets(tuple(kept), found, swaps, spot, tuple(rejections), tuple(assumed))


def _hedge(
    asset: AssetTerms, currency: str, rows: Sequence[Row], deal_currency: str, index: float, analysis: dt.date
) -> Hedge | None:
    """The hedge in force on the analysis date; None without one. Raises ValueError where it cannot be the asset's."""
    in_force = [row for row in rows if row["from_date"] <= analysis]
    if not in_force:
        return None
    row = in_force[-1]
    if row["currency"] != currency:
        raise ValueError(f"HEDGE_CURRENCY: currency must be that of the asset, {currency}, found {row['currency']}")
    base_rate, is_fixed = float(row["base_rate"]), row["coupon_type"] == "FIXED"
    hedge = Hedge(
        currency=currency,
        base_currency=deal_currency,
        rate=float(row["hedge_rate"]),
        ratio=float(row["hedge_ratio"]),
        coupon=base_rate if is_fixed else index + base_rate,
        coupon_type=row["coupon_type"],
        spread=0.0 if is_fixed else base_rate,
        day_count=row["day_count"],
    )
    hedged_part(asset, hedge)  # checks the leg's terms here, where they reject one asset and not its deal
    return hedge


def _spot(currency: str, deal_currency: str, quotes: Quotes, analysis: dt.date) -> tuple[Decimal, dt.date]:
    """Deal currency per unit of another one, and the day of the quote. Raises ValueError with FX_MISSING."""
    found = convert(_ONE, currency, deal_currency, analysis, quotes, _UNIT, MAX_AGE_DAYS)
    if found.amount is None:
        raise ValueError(
            f"FX_MISSING: a rate of {currency} in {deal_currency} is needed in the week to {analysis}, found none"
        )
    return found.amount, found.quotes[0].day
