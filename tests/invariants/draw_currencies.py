"""Random currencies of loans and hedges on them, from a seeded source. Their rates by day are in `draw_scenarios`."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from calculations.clo.collateral import AssetTerms
from calculations.clo.hedges import Hedge

OWN, FOREIGN = "EUR", ("USD", "GBP")


def draw_currencies(source: Random, assets: Sequence[AssetTerms]) -> tuple[dict[str, str], dict[str, Hedge]]:
    """Currencies of some assets, and the hedges of most of these, in full or in part; mostly none.

    An asset that is drawn or capitalises stays in the deal's currency. Source: clo-extensions 3.5.
    """
    if source.random() < 0.75:
        return {}, {}
    foreign = [asset for asset in assets if not (asset.draws or asset.pik) and source.random() < 0.6]
    currencies = {asset.asset_id: source.choice(FOREIGN) for asset in foreign}
    hedged = [asset for asset in foreign if source.random() < 0.6]
    return currencies, {asset.asset_id: _hedge(source, currencies[asset.asset_id], asset) for asset in hedged}


def _hedge(source: Random, currency: str, asset: AssetTerms) -> Hedge:
    """A swap of fixed or floating base leg, often with the asset's own day count."""
    return Hedge(
        currency=currency,
        base_currency=OWN,
        rate=source.choice((0.8, 0.9, 1.1, 1.3)),
        ratio=source.choice((1.0, 1.0, 0.5, 0.8)),
        coupon=source.uniform(0.02, 0.1),
        coupon_type=source.choice(("FIXED", "FLOAT")),
        spread=source.uniform(0.0, 0.02),
        day_count=source.choice((asset.day_count, "ACT/360")),
    )
