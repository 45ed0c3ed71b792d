"""The account that spreads interest of loans which pay less often than the deal. The loans' flows come from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from calculations.clo.collateral.assets import AssetTerms
from calculations.clo.collateral.dates import months_between_payments
from calculations.clo.columns import Flags, Floats
from calculations.clo.presets import STANDARD, Preset


def payers_by_periods(
    assets: Sequence[AssetTerms], deal_months: int, preset: Preset = STANDARD
) -> dict[int, tuple[AssetTerms, ...]]:
    """Assets by the number of deal periods that one of their payments spans, rounded up; 1 is every period or oftener.

    Raises ValueError where an asset's payments a year are impossible. Source: clo-extensions 3.6.
    """
    groups: dict[int, list[AssetTerms]] = {}
    for asset in assets:
        periods = -(-months_between_payments(asset, preset) // deal_months)
        groups.setdefault(periods, []).append(asset)
    return {periods: tuple(group) for periods, group in sorted(groups.items())}


def is_smoothed(assets: Sequence[AssetTerms], deal_months: int, above: float, preset: Preset = STANDARD) -> bool:
    """Whether payers rarer than the deal hold more than `above` of par. Source: clo-extensions 3.6."""
    par = {n: sum(asset.par for asset in group) for n, group in payers_by_periods(assets, deal_months, preset).items()}
    total = sum(par.values())
    return total > 0 and (total - par.get(1, 0.0)) / total > above


class SmoothingAccount:
    """Interest held back for later periods of a deal, by scenario; it begins empty."""

    def __init__(self, scenarios: int, periods: int) -> None:
        self._due = np.zeros((scenarios, periods))

    @property
    def balance(self) -> Floats:
        """What is held, (scenarios,)."""
        held: Floats = self._due.sum(axis=1)
        return held

    def settle(self, period: int, received: Mapping[int, Floats], releases_all: Flags) -> tuple[Floats, Floats]:
        """What goes into the account and comes out of it in a period, counted from 1; both (scenarios,).

        `received` is interest (scenarios,) by the deal periods that its payment spans: of n periods' worth all but one
        is held and released in equal parts over the n - 1 periods that follow. In the last period, and where
        `releases_all` holds, nothing is held and all is released. Source: clo-extensions 3.6.
        """
        periods = self._due.shape[1]
        if not 1 <= period <= periods:
            raise ValueError(f"period must be from 1 to {periods}, found {period}")
        is_over = releases_all | (period == periods)
        into = np.zeros(self._due.shape[0])
        out = np.where(is_over, self.balance, self._due[:, period - 1])
        self._due[:, period - 1] = 0.0
        self._due[is_over] = 0.0
        for spans, amount in received.items():
            held = np.where(is_over, 0.0, amount * (spans - 1) / spans)
            into += held
            for step in range(1, spans):
                # What would be released after the last period is released in it.
                self._due[:, min(period - 1 + step, periods - 1)] += held / (spans - 1)
        return into, out
