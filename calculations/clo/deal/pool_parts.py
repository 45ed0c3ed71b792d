"""What any assets of a pool pay a deal, in the deal's currency: those in it, those that a hedge brings into it, and those at
spot. What the deal asks of which assets is in `pool_details`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import TypeVar

import numpy as np

from calculations.calendars import BusinessCalendar
from calculations.clo.collateral import AssetTerms, CollateralFlows, FeatureFlows, Rejection, project
from calculations.clo.collateral.chunks import check_overrides
from calculations.clo.collateral.features import PikTerms
from calculations.clo.collateral.prepared import prepare
from calculations.clo.columns import Floats
from calculations.clo.deal_dates import DealDates
from calculations.clo.hedges import (
    Hedge,
    features_at_spot,
    hedged_flows,
    hedged_part,
    spot_path,
    unhedged_flows,
    unhedged_part,
)
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.presets import Preset
from calculations.clo.ratings import Agency
from calculations.clo.scenarios import Scenario, Scenarios

F = TypeVar("F", PoolFlows, FeatureFlows)


@dataclass(frozen=True, eq=False)
class Holdings:
    """What a deal holds on its analysis date, and the index that the current period has.

    `currencies` are those of assets in another than the deal's, with their terms in it; `hedges` the swaps on them. Both
    by asset id. Source: clo-extensions 3.5.
    """

    assets: tuple[AssetTerms, ...]
    analysis: dt.date
    calendar: BusinessCalendar
    current_index: float
    in_default: bool = False
    currencies: Mapping[str, str] = field(default_factory=dict)
    hedges: Mapping[str, Hedge] = field(default_factory=dict)

    def currency_of(self, asset: AssetTerms) -> str | None:
        """The asset's currency; None where it is the deal's."""
        hedge = self.hedges.get(asset.asset_id)
        return self.currencies.get(asset.asset_id) if hedge is None else hedge.currency


def counting_pik(asset: AssetTerms) -> AssetTerms:
    """The asset with its capitalised interest in par, a restructuring's too. Source: clo-extensions 3.1, 3.4."""
    if asset.pik is None and not any(event.accrued == "capitalised" for event in asset.events):
        return asset
    return replace(asset, pik=replace(asset.pik or PikTerms(), in_par=True))


@dataclass(frozen=True, eq=False)
class Part:
    """What some assets pay, as `CollateralFlows`; `close_out` (scenarios, periods) of hedges, None without any."""

    flows: PoolFlows
    features: FeatureFlows
    rated: Mapping[Agency, RatedBalances]
    rejections: tuple[Rejection, ...]
    close_out: Floats | None


class PoolParts:
    """Projects assets of one pool under the same scenarios, dates and rates."""

    def __init__(
        self, pool: Holdings, scenarios: Scenarios, dates: DealDates, preset: Preset, fx_haircut: float = 0.0
    ) -> None:
        """Raises ValueError for assumptions on an asset that is not held, or a foreign one that is drawn or capitalises:
        both would be paid at rates of days that no row has."""
        check_overrides(pool.assets, scenarios)
        for asset in pool.assets:
            if pool.currency_of(asset) is not None and (asset.draws or asset.capitalises):
                raise ValueError(
                    f"asset {asset.asset_id}: draws and capitalised interest must be in the deal's currency, "
                    f"found an asset in {pool.currency_of(asset)}"
                )
        self.pool, self.scenarios, self.dates, self.preset = pool, scenarios, dates, preset
        self.fx_haircut = fx_haircut
        # draws that are short, details of single assets and rows all project assets again that were prepared before
        self.preparing = cache(prepare)
        self._spot: dict[str, Floats] = {}
        self.held_flat: set[str] = set()  # currencies whose last rate stands for later days

    def of(self, assets: Sequence[AssetTerms], funded: Floats | None = None) -> Part:
        """What `assets` pay together; `funded` as in `project`.

        Raises ValueError with FX_MISSING where a scenario has no rate of an asset's currency.
        """
        own = [asset for asset in assets if self.pool.currency_of(asset) is None]
        domestic = self._project(own, funded)
        if len(own) == len(assets):
            return Part(domestic.flows, domestic.features, domestic.rated, domestic.rejections, None)
        foreign = [asset for asset in assets if self.pool.currency_of(asset) is not None]
        parts = [Part(domestic.flows, domestic.features, domestic.rated, domestic.rejections, None)]
        for hedge, hedged in self._by_rate(foreign):
            parts.append(self._hedged(hedge, hedged))
        for currency, unhedged in self._unhedged(foreign):
            parts.append(self._at_spot(currency, unhedged))
        return self.joined(parts, assets)

    def in_own_currency(self, asset: AssetTerms, funded: Floats | None = None) -> PoolFlows:
        """What one asset does in its own currency, with capitalised interest in its par."""
        return self._project([counting_pik(asset)], funded).flows

    def _project(self, assets: Sequence[AssetTerms], funded: Floats | None = None) -> CollateralFlows:
        return project(
            assets,
            self._with_overrides(assets),
            self.dates,
            self.pool.calendar,
            self.preset,
            funded=funded,
            preparing=self.preparing,
        )

    def _with_overrides(self, assets: Sequence[AssetTerms]) -> Scenarios:
        """The scenarios with the assumptions on these assets alone."""
        if not any(item.by_asset for item in self.scenarios.items):
            return self.scenarios
        held = {asset.asset_id for asset in assets}

        def some(item: Scenario) -> Scenario:
            return replace(item, by_asset={name: kept for name, kept in item.by_asset.items() if name in held})

        return Scenarios.of(some(item) for item in self.scenarios.items)

    def _by_rate(self, foreign: Sequence[AssetTerms]) -> list[tuple[Hedge, list[AssetTerms]]]:
        """Hedged parts by currency and rate, with one hedge that stands for those of the group."""
        groups: dict[tuple[str, float], tuple[Hedge, list[AssetTerms]]] = {}
        for asset in foreign:
            if (hedge := self.pool.hedges.get(asset.asset_id)) is not None:
                _, group = groups.setdefault((hedge.currency, hedge.rate), (hedge, []))
                group.append(hedged_part(asset, hedge))
        return list(groups.values())

    def _unhedged(self, foreign: Sequence[AssetTerms]) -> list[tuple[str, list[AssetTerms]]]:
        groups: dict[str, list[AssetTerms]] = {}
        for asset in foreign:
            part = unhedged_part(asset, self.pool.hedges.get(asset.asset_id))
            if part is not None:
                groups.setdefault(str(self.pool.currency_of(asset)), []).append(part)
        return list(groups.items())

    def _hedged(self, hedge: Hedge, assets: Sequence[AssetTerms]) -> Part:
        found = self._project(assets)
        moved = hedged_flows(found.flows, hedge, self.spot(hedge.currency))
        return Part(moved.flows, found.features, found.rated, found.rejections, moved.close_out)

    def _at_spot(self, currency: str, assets: Sequence[AssetTerms]) -> Part:
        found = self._project(assets)
        spot = self.spot(currency)
        counted = spot[:, :, None] * (1.0 - self.fx_haircut)
        rated = {agency: replace(bucket, balances=bucket.balances * counted) for agency, bucket in found.rated.items()}
        flows = unhedged_flows(found.flows, spot, self.fx_haircut)
        return Part(flows, features_at_spot(found.features, spot), rated, found.rejections, None)

    def spot(self, currency: str) -> Floats:
        """Deal currency per unit, (scenarios, periods + 1): on the analysis date and where each collection period ends."""
        if currency not in self._spot:
            days = np.concatenate([[np.datetime64(self.dates.analysis, "D")], self.dates.collection_end])
            rows = []
            for item in self.scenarios.items:
                try:
                    path, is_held = spot_path(item.spot_rates.get(currency, {}), days)
                except ValueError as error:
                    raise ValueError(f"scenario {item.name}, {currency}: {error}") from error
                rows.append(path)
                if is_held:
                    self.held_flat.add(currency)
            self._spot[currency] = np.array(rows)
        return self._spot[currency]

    def joined(self, parts: Sequence[Part], assets: Sequence[AssetTerms]) -> Part:
        """Parts of the pool as one that holds `assets`."""
        closed = [part.close_out for part in parts if part.close_out is not None]
        return Part(
            flows=_added([part.flows for part in parts]),
            features=_added([part.features for part in parts]),
            rated={agency: _rated([part.rated[agency] for part in parts], assets) for agency in parts[0].rated},
            rejections=tuple(dict.fromkeys(item for part in parts for item in part.rejections)),
            close_out=sum_of(closed) if closed else None,
        )


def _added(parts: Sequence[F]) -> F:
    names = [item.name for item in fields(parts[0])]
    return type(parts[0])(**{name: sum_of([getattr(part, name) for part in parts]) for name in names})


def sum_of(arrays: Sequence[Floats]) -> Floats:
    """The arrays added up in order."""
    found = arrays[0].copy()
    for array in arrays[1:]:
        found += array
    return found


def _rated(buckets: Sequence[RatedBalances], assets: Sequence[AssetTerms]) -> RatedBalances:
    """Buckets side by side, both parts of an asset as one, in the order in which an excess takes them."""
    held = {asset_id for bucket in buckets for asset_id in bucket.asset_ids}
    ordered = sorted((asset for asset in assets if asset.asset_id in held), key=lambda asset: asset.haircut_order)
    number = {asset.asset_id: column for column, asset in enumerate(ordered)}
    found = np.zeros((*buckets[0].balances.shape[:2], len(ordered)))
    for bucket in buckets:
        for column, asset_id in enumerate(bucket.asset_ids):
            found[:, :, number[asset_id]] += bucket.balances[:, :, column]
    return RatedBalances(found, np.array([asset.price for asset in ordered]), tuple(number))
