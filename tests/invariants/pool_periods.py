"""Rows of assets as one table, and their sums and balances by deal period in the deal's currency. What must hold of them is in
the rules.

Worked out from rows, rates and hedges alone, not from what the projection says of periods.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from calculations.clo.collateral import AssetFlows, AssetTerms
from calculations.clo.columns import Flags, Floats, Ints
from calculations.clo.deal_dates import DealDates
from tests.invariants.cases import Case

COLUMNS = (
    *("paid", "coupon", "begin_balance", "default", "default_value", "interest", "scheduled", "unscheduled"),
    *("recovery", "net_loss", "end_balance", "defaulted", "defaulted_value", "pik_interest", "pik_balance"),
    *("draw", "unfunded_balance", "fees", "premium"),
)


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of all assets in all scenarios, one after another. `asset` is the number in the pool, `group` that of asset and
    scenario together, `place` the row's own within its group."""

    asset: Ints
    scenario: Ints
    group: Ints
    place: Ints
    is_last: Flags
    columns: dict[str, Any]

    @classmethod
    def of(cls, found: tuple[AssetFlows, ...], assets: tuple[AssetTerms, ...]) -> Rows:
        number = {asset.asset_id: i for i, asset in enumerate(assets)}
        asset = np.array([number[name] for item in found for name in item.asset_id], dtype=np.int64)
        scenario = np.repeat(np.arange(len(found)), [item.paid.size for item in found])
        group = scenario * len(number) + asset
        first = np.flatnonzero(np.diff(group, prepend=-1))
        place = np.arange(group.size) - np.repeat(first, np.diff([*first, group.size]))
        columns = {name: np.concatenate([getattr(item, name) for item in found]) for name in COLUMNS}
        return cls(asset, scenario, group, place, np.diff(group, append=-1) != 0, columns)

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def total(self, groups: int, *names: str) -> Any:
        """Columns summed by asset and scenario, (groups,)."""
        return np.bincount(self.group, np.add.reduce([self.columns[name] for name in names]), groups)

    def before(self, name: str, opening: Floats) -> Any:
        """A balance as the row before left it; `opening` by asset before the first row."""
        return np.where(self.place > 0, np.roll(self.columns[name], 1), opening[self.asset])


@dataclass(frozen=True, eq=False)
class PoolPeriods:
    """Arrays are of shape (scenarios, assets, periods) and in the deal's currency, balances at the end of periods."""

    case: Case
    dates: DealDates
    rows: Rows

    @property
    def assets(self) -> tuple[AssetTerms, ...]:
        return self.case.holdings.assets

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        return len(self.case.scenarios), len(self.assets), self.dates.count

    @cached_property
    def _period(self) -> Ints:
        return np.searchsorted(self.dates.collection_end, self.rows["paid"], side="left")

    @cached_property
    def _is_in(self) -> Flags:
        is_late = self.rows["paid"] > self.dates.collection_begin[0]
        return np.asarray(is_late & (self._period < self.shape[2]))

    def by_asset(self, name: str) -> Floats:
        """A number of the assets, (assets,), 0 where they have none."""
        return np.array([float(getattr(asset, name) or 0.0) for asset in self.assets])

    def summed(self, amounts: Any) -> Floats:
        """Amounts of rows by period, in the currency of the asset."""
        place = self.rows.group * self.shape[2] + self._period
        found = np.bincount(place[self._is_in], amounts[self._is_in], int(np.prod(self.shape)))
        return np.asarray(found.reshape(self.shape))

    def left(self, balance: Any, opening: Floats) -> Floats:
        """A balance of rows at the end of periods, in the currency of the asset; `opening` (assets,) before the first
        row, nothing for assets that have none."""
        before = np.where(self.rows.place > 0, np.roll(balance, 1), opening[self.rows.asset])
        start = np.where(self.has_rows, opening, 0.0)[:, :, None]
        return np.asarray(start + np.cumsum(self.summed(balance - before), axis=2))

    @cached_property
    def has_rows(self) -> Flags:
        """Where an asset takes part, (scenarios, assets)."""
        scenarios, assets, _ = self.shape
        return (np.bincount(self.rows.group, minlength=scenarios * assets) > 0).reshape(scenarios, assets)

    @cached_property
    def spot(self) -> Floats:
        """Deal currency per unit of the asset's where periods end, 1 for assets in it. Source: clo-extensions 3.5."""
        ends = [day.item() for day in self.dates.collection_end]
        held = self.case.holdings
        return np.array(
            [
                [_path(item.spot_rates.get(held.currencies.get(asset.asset_id, ""), {}), ends) for asset in self.assets]
                for item in self.case.scenarios.items
            ]
        )

    @cached_property
    def hedged(self) -> Floats:
        """The share of each asset that a hedge covers, times the hedge's rate, (assets, 1)."""
        return np.array([[hedge.ratio * hedge.rate if hedge else 0.0] for hedge in self._hedges])

    @cached_property
    def covered(self) -> Floats:
        """The share of each asset that a hedge covers, (assets, 1)."""
        return np.array([[hedge.ratio if hedge else 0.0] for hedge in self._hedges])

    @property
    def _hedges(self) -> list[Any]:
        return [self.case.holdings.hedges.get(asset.asset_id) for asset in self.assets]

    @property
    def rate(self) -> Floats:
        """What one unit of an asset's principal is to the deal: the hedge's rate of what it covers, spot of the rest."""
        return self.hedged + (1.0 - self.covered) * self.spot

    @cached_property
    def performing(self) -> Floats:
        """Par of tests: without capitalised interest unless the deal counts it, what no hedge covers less the haircut."""
        counts = np.array([self.counts_pik(asset) for asset in self.assets])
        pik = np.array([asset.pik.balance if asset.pik else 0.0 for asset in self.assets])
        opening = np.where(self.by_asset("is_defaulted") > 0, 0.0, self.by_asset("par") - np.where(counts, 0.0, pik))
        kept = self.rows["end_balance"] - np.where(counts[self.rows.asset], 0.0, self.rows["pik_balance"])
        uncovered = (1.0 - self.covered) * self.spot
        is_foreign = np.array([[asset.asset_id in self.case.holdings.currencies] for asset in self.assets])
        haircut = np.where(is_foreign, float(self.case.deal.haircuts.fx), 0.0)
        return self.left(kept, opening) * (self.hedged + uncovered * (1.0 - haircut))

    def counts_pik(self, asset: AssetTerms) -> bool:
        """Whether capitalised interest of an asset is par. Source: clo-extensions 3.1."""
        return self.case.deal.pik.in_par == "include" or (asset.pik is not None and asset.pik.in_par)

    @cached_property
    def defaulted(self) -> Floats:
        opening = np.where(self.by_asset("is_defaulted") > 0, self.by_asset("par"), 0.0)
        return self.left(self.rows["defaulted"], opening) * self.spot

    @cached_property
    def unfunded(self) -> Floats:
        """What may still be drawn; nothing by a borrower in default."""
        opening = np.array([asset.draws.unfunded if asset.draws else 0.0 for asset in self.assets])
        performs = self.by_asset("is_defaulted") == 0.0
        return self.left(self.rows["unfunded_balance"], opening) * performs[:, None]

    @cached_property
    def repaid_pik(self) -> Floats:
        """What principal paid of capitalised interest: what was there, less what defaulted with par, with what came to it,
        less what is left, at its price where that is below par; of a loan in another currency as its principal is
        converted. Source: clo-extensions 3.1, 3.4, 3.5."""
        rows = self.rows
        opening = [asset.pik.balance if asset.pik and not asset.is_defaulted else 0.0 for asset in self.assets]
        held = rows.before("pik_balance", np.array(opening))
        begins = rows["begin_balance"]
        lost = np.divide(rows["default"], begins, out=np.zeros(begins.shape), where=begins > 0)
        share = np.divide(held, begins, out=np.zeros(begins.shape), where=begins > 0)
        discount = share * np.minimum(rows["premium"], 0.0)
        repaid = held * (1.0 - lost) + rows["pik_interest"] - rows["pik_balance"] + discount
        return np.asarray(self.summed(repaid) * self.rate)

    @cached_property
    def interest(self) -> Floats | None:
        """Interest and fees; of what is hedged the base leg, known from rows where it is fixed, counts days as its asset
        does and the asset's own rate never changes. None where one is not known. Source: clo-extensions 3.5."""
        factor = np.zeros(self.rows.group.shape)
        for number, (asset, hedge) in enumerate(zip(self.assets, self._hedges, strict=True)):
            if hedge is None:
                continue
            changes = asset.steps or asset.events or hedge.coupon_type != "FIXED"
            if changes or hedge.day_count != asset.day_count:
                return None
            mine = self.rows.asset == number
            coupon = self.rows["coupon"][mine]
            factor[mine] = np.divide(hedge.coupon, coupon, out=np.zeros(coupon.shape), where=coupon != 0)
        own, fees = self.summed(self.rows["interest"]), self.summed(self.rows["fees"])
        base = self.summed(self.rows["interest"] * factor)
        return own * (1.0 - self.covered) * self.spot + base * self.hedged + fees * self.rate


def _path(rates: Mapping[dt.date, float], ends: list[dt.date]) -> list[float]:
    """The last rate given on or before each day; 1 without rates."""
    if not rates:
        return [1.0] * len(ends)
    days = sorted(rates)
    return [rates[days[bisect_right(days, end) - 1]] for end in ends]
