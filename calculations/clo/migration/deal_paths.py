"""Paths of defaults as scenarios of a deal, and what its classes are paid in each. Paths are drawn, and deals paid, elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from calculations.clo.collateral.prepared import PreparedPool, prepare
from calculations.clo.collateral.rows import INTEREST, PRINCIPAL
from calculations.clo.columns import Floats, Ints
from calculations.clo.deal.pool_parts import Holdings
from calculations.clo.deal.projection import Projection, run
from calculations.clo.deal.results import joined
from calculations.clo.deal.terms import Deal
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.kernel import NEVER
from calculations.clo.migration.paths import Simulation
from calculations.clo.presets import STANDARD, Preset
from calculations.clo.scenarios import Assumptions, Scenario, Scenarios

PART = 500  # paths that are paid at a time: some hundred megabytes


@dataclass(frozen=True, eq=False)
class ClassPaths:
    """What one class is paid by path, each (paths,): money in the deal's currency, rates as fractions, times in years.

    `loss` is the balance that is still owed after the last payment, `deferred_unpaid` the deferred interest beside it;
    `opening_balance` is one number. A rate that a path does not have is nan. The last six are those of `NoteRisk`.
    """

    opening_balance: float
    interest: Floats
    principal: Floats
    loss: Floats
    deferred_unpaid: Floats
    price: Floats
    discount_margin: Floats
    annual_yield: Floats
    weighted_average_life: Floats
    macaulay_duration: Floats
    modified_duration: Floats


@dataclass(frozen=True, eq=False)
class DealPaths:
    """Numbers of the paths (paths,) and what they pay: by class, to the sub notes, and in fees, by name.

    `equity_paid` (paths,); `equity_return` (paths,) is their annual return, nan where there is none; `findings` are what
    the engine cannot follow of a path.
    """

    paths: Ints
    classes: Mapping[str, ClassPaths]
    equity_paid: Floats
    equity_return: Floats
    fees: Mapping[str, Floats]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class LossDistribution:
    """Losses of a class over paths as shares of its opening balance: how many lose, the mean, and quantiles by level."""

    probability: float
    mean: float
    standard_deviation: float
    quantiles: Mapping[float, float]
    maximum: float


def run_paths(
    deal: Deal,
    pool: Holdings,
    base: Scenario,
    simulation: Simulation,
    paths: Sequence[int] | None = None,
    preset: Preset = STANDARD,
) -> DealPaths:
    """The deal under chosen paths of a simulation, all of them for None.

    Nothing prepays; an asset defaults whole on its first interest date on or after its day of default, and recovers by
    the severity and lag that `base` assumes of it. Curve, reinvestment and call are those of `base`. Raises ValueError
    for a simulation of another analysis date or without one of the pool's assets. Source: clo-compliance 4.5, 4.6.
    """
    chosen = np.arange(len(simulation.default_day)) if paths is None else np.asarray(paths, dtype=np.int64)
    if not chosen.size:
        raise ValueError("at least one path is needed, found none")
    # A path says who defaults; what an agency has said of an asset's own future must not overrule it.
    pool = replace(pool, assets=tuple(replace(asset, uses_rating_migration=False) for asset in pool.assets))
    followed = _Followed.of(pool, base, simulation, preset)
    parts = []
    for start in range(0, chosen.size, PART):
        some = chosen[start : start + PART]
        parts.append(_paid(deal, run(deal, pool, followed.scenarios(base, some), preset), some))
    return replace(joined(parts), findings=followed.findings())


def loss_distribution(paid: ClassPaths, levels: Sequence[float] = (0.5, 0.9, 0.95, 0.99)) -> LossDistribution:
    """How a class's losses spread over paths."""
    share = paid.loss / paid.opening_balance
    return LossDistribution(
        probability=float((share > 0).mean()),
        mean=float(share.mean()),
        standard_deviation=float(share.std()),
        quantiles={level: float(np.quantile(share, level)) for level in levels},
        maximum=float(share.max()),
    )


@dataclass(frozen=True, eq=False)
class _Followed:
    """The pool's rows beside the paths: in which interest period of its own each asset defaults, (paths, assets)."""

    prepared: PreparedPool
    default_period: Ints  # (paths, assets), -1 for none

    @classmethod
    def of(cls, pool: Holdings, base: Scenario, simulation: Simulation, preset: Preset) -> _Followed:
        if simulation.dates[0] != np.datetime64(pool.analysis, "D"):
            raise ValueError(f"paths must begin on {pool.analysis}, found {simulation.dates[0]}")
        lags = [base.assumptions.lag_months, *(own.lag_months for own in base.by_asset.values())]
        prepared = prepare(pool.assets, pool.analysis, pool.calendar, lags, preset=preset)
        place = {asset_id: number for number, asset_id in enumerate(simulation.asset_id)}
        if unknown := [asset_id for asset_id in prepared.asset_ids if asset_id not in place]:
            raise ValueError(f"paths must have every asset of the pool, found none for {', '.join(unknown[:5])}")
        days = (prepared.paid - simulation.dates[0]).astype(np.int64)
        columns = np.array([place[asset_id] for asset_id in prepared.asset_ids], dtype=np.int64)
        default_day = simulation.default_day[:, columns].astype(np.int64)
        period = np.full(default_day.shape, NEVER, dtype=np.int64)
        for asset in range(len(prepared.assets)):
            rows = slice(prepared.first_row[asset], prepared.first_row[asset + 1])
            dates = days[rows][prepared.kind[rows] == INTEREST]
            found = np.searchsorted(dates, default_day[:, asset])
            happens = (default_day[:, asset] != NEVER) & (found < dates.size)
            period[:, asset] = np.where(happens, found, NEVER)
        return cls(prepared, period)

    def scenarios(self, base: Scenario, paths: Ints) -> Scenarios:
        """`base` with the defaults of each path, as a rate of 1 from the period of the default on."""
        own = {asset_id: base.by_asset.get(asset_id, base.assumptions) for asset_id in self.prepared.asset_ids}
        spared = {asset_id: replace(assumed, cpr=0.0, cdr=0.0) for asset_id, assumed in base.by_asset.items()}
        no_default = replace(base.assumptions, cpr=0.0, cdr=0.0)
        known: dict[tuple[int, int], Assumptions] = {}

        def defaulting(asset: int, period: int) -> Assumptions:
            if (asset, period) not in known:
                assumed = own[self.prepared.asset_ids[asset]]
                known[asset, period] = replace(assumed, cpr=0.0, cdr=(0.0,) * period + (1.0,))
            return known[asset, period]

        def scenario(path: int) -> Scenario:
            happening = np.flatnonzero(self.default_period[path] != NEVER).tolist()
            defaults = {
                self.prepared.asset_ids[asset]: defaulting(asset, int(self.default_period[path, asset]))
                for asset in happening
            }
            return replace(base, name=f"path {path}", assumptions=no_default, by_asset=spared | defaults)

        return Scenarios.of(scenario(path) for path in paths.tolist())

    def findings(self) -> tuple[Finding, ...]:
        """Assets with instalments between interest dates, that a default before them does not stop."""
        prepared = self.prepared
        found = []
        for asset, asset_id in enumerate(prepared.asset_ids):
            rows = slice(prepared.first_row[asset], prepared.first_row[asset + 1])
            if (prepared.kind[rows] == PRINCIPAL).any():
                text = (
                    f"asset {asset_id} has instalments between interest dates; one that falls between a path's default and "
                    "the interest date after it is still paid"
                )
                found.append(Finding("OFF_GRID_INSTALMENT", asset_id, text))
        return tuple(found)


def _paid(deal: Deal, projected: Projection, paths: Ints) -> DealPaths:
    result = projected.result
    classes = {}
    for name, risk in projected.risk.items():
        note = result.notes[name]
        classes[name] = ClassPaths(
            opening_balance=float(note.balance[0, 0]),
            interest=risk.total_interest,
            principal=risk.total_principal,
            loss=note.balance[:, -1],
            deferred_unpaid=note.deferred[:, -1],
            price=risk.price,
            discount_margin=risk.discount_margin,
            annual_yield=risk.annual_yield,
            weighted_average_life=risk.weighted_average_life,
            macaulay_duration=risk.macaulay_duration,
            modified_duration=risk.modified_duration,
        )
    no_return = np.full(paths.size, np.nan)
    return DealPaths(
        paths=paths,
        classes=classes,
        equity_paid=(result.equity.interest + result.equity.principal).sum(axis=1),
        equity_return=no_return if projected.equity is None else projected.equity.rates,
        fees={name: fee.paid.sum(axis=1) for name, fee in result.fees.items()},
        findings=(),
    )
