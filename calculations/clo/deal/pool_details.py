"""What a deal's features ask of its pool, worked out from the assets: `PoolDetail` and the buckets of its CCC excess. What the
deal then does with it is in `loop` and `proceeds`. Nothing is computed for a feature that a deal does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from calculations.clo.collateral import AssetTerms
from calculations.clo.collateral.dates import months_between_payments
from calculations.clo.columns import Floats
from calculations.clo.deal.carrying_values import CarriedAsset, carried
from calculations.clo.deal.commitments import FundedPool
from calculations.clo.deal.conditions import Measure, walk
from calculations.clo.deal.pool_parts import PoolParts, sum_of
from calculations.clo.deal.purchased_accrued import recovered_and_written_off
from calculations.clo.deal.steps import condition_of
from calculations.clo.deal.terms import Deal
from calculations.clo.pool_detail import PoolDetail, share_name
from calculations.clo.pool_flows import RatedBalances
from calculations.curves import Curve, spots

_SHARE = "months_between_above "


class PoolDetails:
    """What the assets of a funded pool give the features of one deal."""

    def __init__(self, deal: Deal, parts: PoolParts, pool: FundedPool) -> None:
        self.deal, self.parts, self.pool = deal, parts, pool
        self.assets = parts.pool.assets

    def of(self, curves: Sequence[Curve]) -> PoolDetail:
        """The detail of the deal's features; `curves` are those of the scenarios, in order.

        Raises ValueError where assets and deal do not fit: hedges without a place in the lists, or purchased accrued
        interest of which the deal says another amount. Source: clo-extensions 3, 4.
        """
        deal, part = self.deal, self.pool.part
        rare, shares = self._rare_payers()
        recovered, written_off = self._purchased_accrued()
        haircut = part.features.deferring_haircut
        return PoolDetail(
            rare_interest=rare,
            shares=shares,
            close_out=self._close_out(),
            accrued_recovered=recovered,
            accrued_written_off=written_off,
            discount=self._discount(),
            longer_index=None if deal.frequency_switch is None else self._longer_index(curves),
            funding=self.pool.path,
            deferring_haircut=haircut if haircut.any() else None,
        )

    def ccc(self) -> tuple[RatedBalances, ...]:
        """The buckets of the deal's CCC excess, each asset at what it counts for already. Source: clo-extensions 4.11, 4.13."""
        terms = self.deal.haircuts.ccc
        known = self.pool.part.rated
        names = tuple(known) if terms is None else tuple(name for name in known if name in terms.buckets)
        return tuple(self._at_other_values(known[name]) for name in names)

    def _rare_payers(self) -> tuple[dict[int, Floats], dict[str, Floats]]:
        """Interest of payers rarer than the deal by the periods that a payment spans, and shares of par that are asked for.

        Source: clo-extensions 3.6, 4.14.
        """
        deal_months = self.deal.dates.months_between_payments
        asked = {int(name.removeprefix(_SHARE)) for name in _shares_asked(self.deal)}
        if self.deal.smoothing is not None:
            asked.add(deal_months)
        if not asked:
            return {}, {}
        groups: dict[int, list[AssetTerms]] = {}
        for asset in self.assets:
            if (months := self._months(asset)) > min(asked):
                groups.setdefault(months, []).append(asset)
        found = {months: self.parts.of(group, self.pool.funded) for months, group in sorted(groups.items())}
        whole = self.pool.part.flows.performing[:, 1:]
        nothing = np.zeros(whole.shape)
        shares = {}
        for limit in sorted(asked):
            par = sum_of([nothing, *(part.flows.performing[:, 1:] for months, part in found.items() if months > limit)])
            shares[share_name(limit)] = np.divide(par, whole, out=np.zeros(whole.shape), where=whole > 0)
        rare: dict[int, Floats] = {}
        for months, part in found.items() if self.deal.smoothing is not None else ():
            if (spans := -(-months // deal_months)) > 1:
                rare[spans] = rare[spans] + part.flows.interest if spans in rare else part.flows.interest
        return rare, shares

    def _months(self, asset: AssetTerms) -> int:
        """Months between an asset's payments; 0 where they are impossible, so that the projection has refused it."""
        try:
            return months_between_payments(asset, self.parts.preset)
        except ValueError:
            return 0

    def _purchased_accrued(self) -> tuple[Floats | None, Floats | None]:
        terms = self.deal.purchased_accrued
        bought = [asset for asset in self.assets if asset.purchased_accrued > 0]
        if terms.recover != "by_asset" or not (bought or terms.amount):
            return None, None
        owed = sum(asset.purchased_accrued for asset in bought)
        if abs(owed - float(terms.amount)) > 0.005:
            raise ValueError(
                f"{self.deal.file}: purchased_accrued.amount must be what its assets are owed, {owed:.2f}, "
                f"found {terms.amount}"
            )
        return recovered_and_written_off(
            (
                asset.purchased_accrued,
                self.parts.of([asset], self.pool.funded).flows.interest,
                self.parts.in_own_currency(asset, self.pool.funded),
            )
            for asset in bought
        )

    def _close_out(self) -> Floats | None:
        has_due = any(due.amount == "close_out" for due in self.deal.dues.values())
        if self.parts.pool.hedges and not has_due:
            raise ValueError(
                f"{self.deal.file}: HEDGE_WITHOUT_STEP: a pool with hedges needs a due of close_out and a step that pays "
                "it in every list, found none"
            )
        if not has_due:
            return None
        found = self.pool.part.close_out
        return np.zeros(self.pool.part.flows.interest.shape) if found is None else found

    def _discount(self) -> RatedBalances | None:
        """Balances of discount obligations by purchase price, cheapest first. Source: clo-extensions 4.12."""
        if self.deal.haircuts.discount is None:
            return None
        # loans that may defer count at less in some periods, so that each of them stands for itself
        groups: dict[tuple[float, str], list[AssetTerms]] = {}
        for asset in self.assets:
            if (price := self._discount_price(asset)) is not None:
                groups.setdefault((price, asset.asset_id if _may_defer(asset) else ""), []).append(asset)
        found = [
            (price, assets, self.parts.of(assets, self.pool.funded).flows.performing)
            for (price, _), assets in sorted(groups.items(), key=lambda item: item[0])
        ]
        shape = (*self.pool.part.flows.performing.shape, len(found))
        balances, counts = np.zeros(shape), np.ones(shape)
        for column, (_, assets, par) in enumerate(found):
            balances[:, :, column] = par
            if _may_defer(assets[0]):
                counts[:, :, column] = self._deferring_value(assets[0])
        prices = np.array([price for price, _, _ in found])
        defers = any(_may_defer(assets[0]) for _, assets, _ in found)
        return RatedBalances(balances, prices, carried=counts if defers else None)

    def _discount_price(self, asset: AssetTerms) -> float | None:
        """The fraction of par that a discount obligation is carried at on the analysis date; None for any other asset."""
        if asset.purchase_price is None or asset.is_defaulted:
            return None
        as_of = self.parts.pool.analysis
        prices = {date: _fraction(price) for date, price in asset.market_values}
        if asset.market_value is not None:
            prices[as_of] = _fraction(asset.market_value)
        terms = replace(self.deal.haircuts, defaulted=None)
        found = carried(
            CarriedAsset(asset.asset_id, asset.kind, Decimal(1), _fraction(asset.purchase_price), prices), terms, as_of
        )
        return float(found.value) if found.category == "discount" else None

    def _at_other_values(self, bucket: RatedBalances) -> RatedBalances:
        """The bucket with what its assets count for as discount obligations, or as loans that defer."""
        by_id = {asset.asset_id: asset for asset in self.assets}
        held = [by_id[asset_id] for asset_id in bucket.asset_ids]
        prices = [None if self.deal.haircuts.discount is None else self._discount_price(asset) for asset in held]
        defers = [_may_defer(asset) for asset in held]
        if not any(defers):
            counts = np.array([1.0 if price is None else price for price in prices])
            return bucket if (counts == 1.0).all() else replace(bucket, carried=counts)
        counts = np.ones(bucket.balances.shape)
        for column, (asset, price) in enumerate(zip(held, prices, strict=True)):
            if defers[column]:
                counts[:, :, column] = self._deferring_value(asset)
            if price is not None:
                counts[:, :, column] = np.minimum(counts[:, :, column], price)
        return replace(bucket, carried=counts)

    def _deferring_value(self, asset: AssetTerms) -> Floats:
        """The fraction of par that a loan counts for while it defers, (scenarios, periods + 1). Source: clo-extensions 3.1."""
        part = self.parts.of([asset], self.pool.funded)
        par, haircut = part.flows.performing, part.features.deferring_haircut
        return np.asarray(1.0 - np.divide(haircut, par, out=np.zeros(par.shape), where=par > 0))

    def _longer_index(self, curves: Sequence[Curve]) -> Floats:
        """The index of the tenor that the deal goes over to, (scenarios, periods). Source: clo-extensions 4.14."""
        switch = self.deal.frequency_switch
        if switch is None:
            raise ValueError(f"{self.deal.file}: frequency_switch must be given, found none")
        distinct = list(dict.fromkeys(curves))
        levels = spots(distinct, self.parts.dates.interest_determination, switch.index_tenor)
        number = {curve: i for i, curve in enumerate(distinct)}
        found: Floats = levels[[number[curve] for curve in curves]]
        return found


def _shares_asked(deal: Deal) -> set[str]:
    """Names of shares of the pool by payment months that a condition of any version of the deal asks for."""
    deals = (deal, *(version.deal for version in deal.versions))
    conditions = [condition_of(step) for item in deals for terms in item.lists.values() for step in terms.steps]
    for item in deals:
        conditions += [fee.accrues for fee in item.fees.values()]
        conditions += [fee.defers_while for fee in item.fees.values()]
        conditions += [account.release.when for account in item.accounts.values() if account.release is not None]
        conditions += [] if item.frequency_switch is None else [item.frequency_switch.when]
    parts = (part for condition in conditions for part in walk(condition))
    return {
        part.of
        for part in parts
        if isinstance(part, Measure) and part.what == "share_of" and part.of.startswith(_SHARE)
    }


def _may_defer(asset: AssetTerms) -> bool:
    return asset.pik is not None and any(share > 0 for _, share in asset.pik.shares)


def _fraction(percent: float) -> Decimal:
    return Decimal(str(percent)) / 100
