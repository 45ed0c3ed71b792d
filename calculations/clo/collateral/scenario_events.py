"""Events that happen in one scenario alone: which scenarios run together, and their results side by side. What an event does
to an asset is in `event_terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from calculations.clo.ccc import AGENCIES
from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.flows import CollateralFlows, FeatureFlows
from calculations.clo.columns import Floats, Ints
from calculations.clo.pool_flows import PoolFlows, RatedBalances
from calculations.clo.scenarios import Scenarios

F = TypeVar("F", PoolFlows, FeatureFlows)


@dataclass(frozen=True, eq=False)
class EventGroup:
    """Scenarios in which the same happens, as their numbers (n,), and the assets with the events of these alone."""

    rows: Ints
    assets: tuple[AssetTerms, ...]


def groups_of_events(assets: Sequence[AssetTerms], scenarios: Scenarios) -> list[EventGroup]:
    """One group for each scenario that an event names, and one for all others; a single one where none is named.

    An event that names a scenario acts in it alone. Source: clo-extensions 3.4.
    """
    named = {event.scenario for asset in assets for event in asset.events} - {None}
    groups: dict[str | None, list[int]] = {}
    for number, name in enumerate(scenarios.names):
        groups.setdefault(name if name in named else None, []).append(number)
    return [
        EventGroup(np.array(rows, dtype=np.int64), tuple(_in_scenario(asset, name) for asset in assets))
        for name, rows in groups.items()
    ]


def _in_scenario(asset: AssetTerms, name: str | None) -> AssetTerms:
    kept = tuple(event for event in asset.events if event.scenario in (None, name))
    return asset if len(kept) == len(asset.events) else replace(asset, events=kept)


def by_scenario(
    parts: Sequence[CollateralFlows], rows: Sequence[Ints], assets: Sequence[AssetTerms]
) -> CollateralFlows:
    """Results of groups of scenarios as one; `rows` are the numbers of each part's scenarios."""
    return CollateralFlows(
        flows=_scattered([part.flows for part in parts], rows),
        features=_scattered([part.features for part in parts], rows),
        rated={agency: _rated([part.rated[agency] for part in parts], rows, assets) for agency in AGENCIES},
        rejections=tuple(dict.fromkeys(item for part in parts for item in part.rejections)),
    )


def _scattered(parts: Sequence[F], rows: Sequence[Ints]) -> F:
    names = [field.name for field in fields(parts[0])]
    return type(parts[0])(**{name: _column([getattr(part, name) for part in parts], rows) for name in names})


def _column(parts: Sequence[Floats], rows: Sequence[Ints]) -> Floats:
    found = np.zeros((sum(part.size for part in rows), *parts[0].shape[1:]))
    for part, where in zip(parts, rows, strict=True):
        found[where] = part
    return found


def _rated(parts: Sequence[RatedBalances], rows: Sequence[Ints], assets: Sequence[AssetTerms]) -> RatedBalances:
    """An asset that takes no part in some scenarios has no balance there."""
    held = {asset_id for part in parts for asset_id in part.asset_ids}
    ordered = sorted((a for a in assets if a.asset_id in held), key=lambda asset: asset.haircut_order)
    number = {asset.asset_id: column for column, asset in enumerate(ordered)}
    found = np.zeros((sum(part.size for part in rows), parts[0].balances.shape[1], len(ordered)))
    for part, where in zip(parts, rows, strict=True):
        columns = np.array([number[asset_id] for asset_id in part.asset_ids], dtype=np.int64)
        found[np.ix_(where, np.arange(found.shape[1]), columns)] = part.balances
    return RatedBalances(
        found, np.array([asset.price for asset in ordered]), tuple(asset.asset_id for asset in ordered)
    )
